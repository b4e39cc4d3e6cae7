import { expect, test } from 'vitest'
import { shapes } from '../../support/shapes/jira.ts'

const answer = (path: string, body: unknown, status = 200): readonly string[] =>
  shapes({ operation: 'any', method: 'GET', url: new URL(`https://acme.atlassian.net${path}`), status, body })
const votes = { hasVoted: true, voters: [{ accountId: 'ada', accountType: 'atlassian', active: true }], votes: 1 }
const [ada] = votes.voters
const at = '/rest/api/2/issue/ONB-1/votes'

test('an answer as the client has it differs in nothing', () => {
  expect(answer(at, votes)).toEqual([])
  expect(answer('/rest/agile/1.0/sprint/1', { id: 1, name: 'One', state: 'future' })).toEqual([])
})

test.each([
  ['another type', { ...votes, votes: '1' }, /^\.votes: .*number.* \(Votes\)$/],
  ['an unknown value', { ...votes, voters: [{ ...ada, accountType: 'x' }] }, /^\.voters\[\]\.accountType: is "x" \(/],
  ['a field of nobody', { ...votes, colour: 1 }, /^\.colour: is not of the vendor \(Votes\)$/],
  ['a row for a list', { ...votes, voters: ada }, /^\.voters: is no list \(Votes\)$/],
])('%s is seen', (_, body, line) => {
  expect(answer(at, body)).toEqual([expect.stringMatching(line)])
})

test('what is required and missing is seen, and so is a refusal of another shape', () => {
  expect(answer('/rest/agile/1.0/sprint/1', { id: 1, name: 'One' })).toEqual(['.state: is missing (Sprint)'])
  expect(answer(at, { message: 'No.' }, 404)).toEqual(['.message: is not of the vendor (ErrorCollection)'])
})
