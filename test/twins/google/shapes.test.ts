import { expect, test } from 'vitest'
import { shapes } from '../../support/shapes/google.ts'

const url = new URL('https://sheets.googleapis.com/v4/spreadsheets/1')
const told = (operation: string, body: unknown, status = 200): readonly string[] =>
  shapes({ operation, method: 'GET', url, status, body })

test.each([
  ['values.get', { range: 'A1', values: [['1']] }, 200, []],
  ['values.get', { range: 1, rows: [] }, 200, ['range: expected string or null, got 1', 'rows: is unknown']],
  ['files.get', { id: 'f', size: 3 }, 200, ['size: expected string or null, got 3']],
  [
    'documents.get',
    { body: { content: [{ startIndex: '1' }] } },
    200,
    ['body.content[].startIndex: expected number or null, got "1"'],
  ],
  ['files.get', { error: { code: 404 } }, 404, ['error.message: is missing']],
  ['files.sing', {}, 200, ['nothing describes files.sing']],
])('of %s, %j differs from the client’s types as told', (operation, body, status, lines) => {
  expect(told(operation, body, status)).toEqual(lines)
})
