import { expect, test } from 'vitest'
import { shapes } from '../../support/shapes/okta.ts'

const answer = (method: string, path: string, body: unknown, status = 200): readonly string[] =>
  shapes({ operation: 'any', method, url: new URL(`https://acme.okta.com${path}`), status, body })
const group = { id: '00g1', type: 'OKTA_GROUP', profile: { name: 'Staff' } }
const app = { id: '0oa1', label: 'Wiki', signOnMode: 'BOOKMARK', name: 'bookmark' }

test.each([
  ['another type', 'GET', '/api/v1/groups/00g1', { ...group, id: 1 }, ['.id: is a number, no string (Group)']],
  [
    'an unknown value',
    'GET',
    '/api/v1/groups',
    [{ ...group, type: 'X' }],
    ['[].type: is none of GroupType: "X" (Group)'],
  ],
  [
    'a field of nobody',
    'GET',
    '/api/v1/groups/00g1',
    { ...group, colour: 1 },
    ['.colour: is not of the vendor (Group)'],
  ],
  ['a required field', 'GET', '/api/v1/apps/0oa1', app, ['.settings: is missing (BookmarkApplication)']],
  ['a time', 'GET', '/api/v1/groups/00g1', { ...group, created: 'now' }, ['.created: is no time (Group)']],
  ['a list', 'GET', '/api/v1/groups', group, [': is no list (Array<Group>)']],
])('%s that differs from the document is seen', (_, method, path, body, lines) => {
  expect(answer(method, path, body)).toEqual(lines)
})

test('a status that the document does not have is seen', () => {
  expect(answer('POST', '/api/v1/groups', group, 202)).toEqual(['POST /api/v1/groups has the status 202, not 200'])
  expect(answer('POST', '/api/v1/groups', group)).toEqual([])
})
