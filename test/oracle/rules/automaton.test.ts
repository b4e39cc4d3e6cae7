import { expect, test } from 'vitest'
import { automatonOf, printAutomaton, printMermaid } from '../../../oracle/rules/automaton.ts'
import { explainOn } from '../../../oracle/rules/trace-lines.ts'
import { sentence } from '../../support/rules.ts'
import { runOf } from '../../support/runs.ts'

test.each([
  [
    'For each order, after `start`, eventually `ok` or `no` within 10s.',
    'idle    -- `start` --> waiting\nwaiting -- `ok` or `no` --> idle\nwaiting -- 10s pass --> VIOLATED\nAt the end, waiting is pending: no pass.',
  ],
  ['Never `x[n>=5]`.', 'watching -- `x[n>=5]` --> VIOLATED\nAt the end it holds.'],
  [
    'After `hold`, never `ship` until `clear`.',
    'idle      -- `hold` --> forbidden\nforbidden -- `clear` --> idle\nforbidden -- `ship` --> VIOLATED\nAt the end it holds.',
  ],
  [
    'At most 2 `x` within 1m.',
    'counting -- `x`, count + 1 --> counting\ncounting -- 1m after one --> counting, count - 1\ncounting -- count > 2 --> VIOLATED\nAt the end it holds.',
  ],
])('a rule is a small machine: %s', (text, machine) => {
  expect(printAutomaton(automatonOf(sentence(`A-1: ${text}`).clause))).toBe(machine)
})

test('the machine is drawn as Mermaid', () => {
  expect(printMermaid(automatonOf(sentence('A-1: Before `ship`, always `pay`.').clause))).toBe(
    'stateDiagram-v2\n  s0: not ready\n  s1: VIOLATED\n  s2: ready\n  [*] --> s0\n  s0 --> s1: ship\n  s0 --> s2: pay\n  s2 --> s2: ship',
  )
})

test('of a run only the lines that matter are shown, each with what it was to the rule', () => {
  const one = sentence('A-1: For each order, after `hold`, never `ship[kind=fast]`.')
  const run = runOf([
    [1, 'hold', { order: 'a' }],
    [2, 'hold', { order: 'b' }],
    [3, 'noise', { order: 'a' }],
    [4, 'ship', { order: 'a', kind: 'slow' }],
    [5, 'ship', { order: 'a', kind: 'fast' }],
  ])
  const { judgement, lines } = explainOn(one, run)
  expect([judgement.status, judgement.slice]).toEqual(['violated', 'a'])
  expect(lines.map(({ index, roles, witness, fields }) => [index, roles.join(), witness, fields.kind])).toEqual([
    [0, 'trigger', true, undefined],
    [3, '', false, 'slow'],
    [4, 'forbidden', true, 'fast'],
  ])
})
