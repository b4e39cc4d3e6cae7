import { expect, test } from 'vitest'
import { TWINS } from '../../../runner/twins.ts'
import { backlot } from '../../support/cli.ts'

test('every twin is in the table, and the way on is told', () => {
  const { code, stdout } = backlot(['twins'])
  expect(code).toBe(0)
  const names = stdout.split('\n').map((line) => line.split(' ')[0])
  expect(names).toEqual(expect.arrayContaining(TWINS.map(({ name }) => name)))
  expect(stdout).toContain('npx backlot twins NAME')
})

test('what a scenario may say of a twin is told: its start, operations, events, states and gaps', () => {
  const { code, stdout } = backlot(['twins', 'sendgrid'])
  expect(code).toBe(0)
  for (const line of [
    'given:\n  sendgrid:\n',
    '      url: string\n',
    '  sendgrid.mail.send',
    'for `event: ...` and its `with: ...`:\n  sendgrid.mail.bounced  { to: string, url?: string }\n',
    'for `state: ...`:\n  sendgrid.messages',
    'Not modelled, and loud:\n',
  ])
    expect(stdout).toContain(line)
})

test('every twin can be told of, one that is reached by bytes too', () => {
  const { code, stdout } = backlot(['twins', ...TWINS.map(({ name }) => name), '--json'])
  expect(code).toBe(0)
  const told = JSON.parse(stdout) as {
    twins: { name: string; given: object; states?: string[]; operations: string[] }[]
  }
  expect(told.twins.map(({ name }) => name)).toEqual(TWINS.map(({ name }) => name))
  expect(told.twins.filter(({ given }) => !('properties' in given))).toEqual([])
  expect(told.twins.filter(({ states }) => states?.length === 0)).toEqual([])
})

test('a name that no twin has is a mistake, with the nearest one', () => {
  const { code, stderr } = backlot(['twins', 'slak'])
  expect([code, stderr]).toEqual([2, 'backlot: unknown twin "slak". Did you mean "slack"?\n'])
})
