import { expect, test } from 'vitest'
import { payloadShapes, type Seen, shapes } from '../../support/shapes/github.ts'
import { ACME, API, APP, openHub } from './support.ts'

const answered = (path: string, status: number, body: unknown): Seen => ({
  ...{ operation: 'test', method: 'GET', url: new URL(API + path), status, body },
})
const { octokit } = openHub(ACME)
const { data: ISSUE } = await octokit.rest.issues.create({ ...APP, title: 'Broken', labels: ['bug'] })
const ofIssue = (body: object, status = 200): readonly string[] =>
  shapes(answered('/repos/acme/app/issues/1', status, body))

test('an answer as GitHub describes it is taken, under any of its paths', () => {
  expect(ofIssue(ISSUE)).toEqual([])
  expect(shapes(answered('/repositories/7/issues/1', 200, ISSUE))).toEqual([])
})

const { title: _, ...untitled } = ISSUE
test.each([
  ['a field is missing', untitled, 'title: is missing'],
  ['a field is of another type', { ...ISSUE, number: '1' }, 'number: is string, not integer'],
  ['a field is null', { ...ISSUE, title: null }, 'title: is null'],
  ['a field is unknown', { ...ISSUE, colour: 'red' }, 'colour: is no field of it'],
  ['a word is unknown', { ...ISSUE, author_association: 'BOSS' }, 'author_association: is "BOSS", none of its words'],
  ['a time is none', { ...ISSUE, created_at: 'today' }, 'created_at: "today" is no date-time'],
  [
    'a part of it is wrong',
    { ...ISSUE, labels: [{ ...(ISSUE.labels[0] as object), name: 7 }] },
    'labels[0].name: is integer, not string',
  ],
])('it is seen that %s', (_, body, line) => {
  expect(ofIssue(body)).toEqual([line])
})

test('a status, an error and a payload are held against theirs as well', () => {
  expect(ofIssue(ISSUE, 201)).toEqual(['the answer: has a status beside 200, 301, 304, 404, 410'])
  expect(ofIssue({ message: 1, documentation_url: 'x' }, 404)).toEqual(['message: is integer, not string'])
  expect(payloadShapes('star.created', { action: 'created', starred_at: 'now' })).toContain('repository: is missing')
  expect(payloadShapes('star.polished', {})).toEqual(['is not described'])
})
