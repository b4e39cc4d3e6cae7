import { expect, test } from 'vitest'
import { judgeExpectations } from '../../../oracle/expectations.ts'
import { passesWhatever, plantsFor, plantsForExpectation } from '../../../oracle/rules/always-pass.ts'
import { rule } from '../../../oracle/rules/builder.ts'
import { judgeRules } from '../../../oracle/rules/judge.ts'
import { judgeRule } from '../../../oracle/rules/monitor.ts'
import type { Rule } from '../../../oracle/rules/rule.ts'
import { findVacuous } from '../../../oracle/rules/vacuity.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Expectation, Scenario } from '../../../scenarios/scenario.ts'
import { sentence } from '../../support/rules.ts'
import { runOf } from '../../support/runs.ts'

const paid = (order: string): Run =>
  runOf(
    [
      [1, 'app.request', { method: 'POST' }],
      [2, 'pay.ok', { metadata: { order }, amount: 4900, status: 'paid' }],
      [3, 'app.answer', { status: 201 }],
    ],
    { states: { stripe: { charges: [{ id: 'ch_1', status: 'succeeded' }] } } },
  )
const runs = [paid('a'), paid('b')]

test.each([
  ['A-1: At most 1 `pay.gone`.', '`pay.gone` never happened in 2 runs: no scenario leads to it'],
  [
    'A-1: For each metadata.ordr, at most 1 `pay.ok`.',
    'no `pay.ok` has a field metadata.ordr. Did you mean "metadata.order"?',
  ],
  [
    'A-1: After `pay.ok[stauts=paid]`, eventually `app.answer`.',
    'no `pay.ok` has a field stauts. Did you mean "status"?',
  ],
  [
    'A-1: After `pay.ok[status=void]`, never `app.answer`.',
    '`pay.ok` happened 2 times in 2 runs, never with status=void',
  ],
  [
    'A-1: Always at least 1s between `pay.ok`.',
    'its events happen in 2 runs, but never in the order or slice it speaks of',
  ],
  [
    'A-1: Sometimes `pay.ok[status=void]`, in at least 5% of runs.',
    '`pay.ok` happened 2 times in 2 runs, never with status=void',
  ],
])('a rule that says nothing is named, with what is missing: %s', (text, reason) => {
  expect(findVacuous([sentence(text)], runs)).toEqual([expect.objectContaining({ id: 'A-1', reason })])
})

test.each([
  'A-1: Never `app.answer[stauts>=500]`.',
  'A-1: At most 0 `app.answer[stauts>=500]`.',
  'A-1: After `app.request`, never `app.answer[stauts>=500]`.',
  'A-1: Between `app.request` and `app.exited`, never `app.answer[stauts>=500]`.',
])('what is forbidden by a misspelt field is never a pass: %s', (text) => {
  const bad = [
    runOf([[1, 'app.request', {}]]),
    runOf([
      [1, 'app.request', {}],
      [2, 'app.answer', { status: 500 }],
    ]),
  ]
  const reason = 'no `app.answer` has a field stauts. Did you mean "status"?'
  expect(judgeRules([sentence(text)], bad)).toMatchObject([
    { exercised: 0, verdict: { status: 'inconclusive', reason: expect.stringContaining(reason) } },
  ])
  expect(findVacuous([sentence(text)], bad)).toEqual([expect.objectContaining({ id: 'A-1', reason })])
  const right = judgeRules([sentence(text.replace('stauts', 'status'))], bad)
  expect(right).toMatchObject([{ verdict: { status: 'fail' } }])
})

test('a field that one event of any run has is no misspelt one', () => {
  const some = [runOf([[1, 'app.answer', {}]]), runOf([[1, 'app.answer', { late: false }]])]
  expect(judgeRules([sentence('A-1: Never `app.answer[late=true]`.')], some)).toMatchObject([
    { exercised: 2, verdict: { status: 'pass' } },
  ])
})

test('what must never happen at all is exercised by anything its twin does', () => {
  const never = sentence('A-1: Never `pay.gone`.')
  expect(judgeRules([never], runs)).toMatchObject([{ exercised: 2, runs: 2, verdict: { status: 'pass' } }])
  expect(findVacuous([never], runs)).toEqual([])
  const gone = runOf([[1, 'pay.gone', {}]])
  expect(judgeRules([never], [...runs, gone])).toMatchObject([{ verdict: { status: 'fail' } }])
  expect(judgeRules([sentence('A-1: Never `app.exited`.')], runs)).toMatchObject([{ verdict: { status: 'pass' } }])
  const elsewhere = sentence('A-1: Never `mail.sent`.')
  const reason = 'nothing of `mail` happened in 2 runs: no scenario leads there'
  expect(findVacuous([elsewhere], runs)).toEqual([expect.objectContaining({ reason })])
})

test('a rule that has something to say is not named', () => {
  const rules = ['A-1: Never `app.answer[status>=500]`.', 'A-2: Sometimes `pay.ok`, in at least 5% of runs.'].map(
    sentence,
  )
  expect(findVacuous(rules, runs)).toEqual([])
})

const notices = (one: Rule) => (run: Run) =>
  judgeRule(one, run).status === 'holds'
    ? ({ status: 'pass' } as const)
    : ({ status: 'inconclusive', reason: 'noticed' } as const)
const whatever = (one: Rule): boolean => passesWhatever(notices(one), runs, plantsFor(one)) !== undefined

test('a rule that passes whatever happens is found', () => {
  expect(whatever(rule('A-1').satisfy('all is well', 'pay.ok', () => undefined))).toBe(true)
  expect(whatever(sentence('A-1: At most 100000 `pay.ok`.'))).toBe(true)
  expect(whatever(sentence('A-1: Never `pay.ok[status!=@status]`.'))).toBe(true)
})

test.each([
  'A-1: For each metadata.order, at most 1 `pay.ok`.',
  'A-1: Never `app.answer[status=500]`.',
  'A-1: Never `pay.fail`.',
  'A-1: Always `pay.ok[status=paid]`.',
  'A-1: For each metadata.order, before `app.answer`, always `pay.ok`.',
  'A-1: After `app.request`, eventually `app.answer` within 5s.',
  'A-1: After `pay.ok`, never `pay.fail`.',
  'A-1: Total `pay.ok.amount` at most 5000 cents.',
  'A-1: Always `pay.ok.status` = `pay.ok.status`.',
])('a rule that can fail is not taken for one that cannot: %s', (text) => {
  expect(whatever(sentence(text))).toBe(text.includes('`pay.ok.status` ='))
})

const place = { file: 'x', line: 1, column: 1 }
const expectations: readonly (readonly [boolean, Expectation])[] = [
  [
    true,
    {
      kind: 'calls',
      place,
      to: 'pay.ok',
      where: undefined,
      count: { min: 0, max: undefined },
      beforeMs: undefined,
      afterMs: undefined,
    },
  ],
  [
    false,
    {
      kind: 'calls',
      place,
      to: 'pay.fail',
      where: { a: { b: 1 } },
      count: { min: 0, max: 0 },
      beforeMs: undefined,
      afterMs: undefined,
    },
  ],
  [
    false,
    {
      kind: 'state',
      place,
      path: 'stripe.refunds',
      where: { 'x.y': 'z' },
      count: { min: 0, max: 0 },
      is: undefined,
      sum: undefined,
    },
  ],
  [
    false,
    {
      kind: 'state',
      place,
      path: 'stripe.charges',
      where: undefined,
      count: { min: 1, max: 1 },
      is: undefined,
      sum: undefined,
    },
  ],
  [
    true,
    {
      kind: 'state',
      place,
      path: 'stripe.charges',
      where: undefined,
      count: { min: 0, max: undefined },
      is: undefined,
      sum: undefined,
    },
  ],
]
test.each(expectations)('an expectation passes whatever happens: %s', (expected, one) => {
  const states = { stripe: { charges: [{ id: 'ch_1' }], refunds: [] } }
  const check = (run: Run) => judgeExpectations({ then: [one] } as unknown as Scenario, run)
  const found = passesWhatever(check, [{ ...paid('a'), states }], plantsForExpectation(one))
  // A missing list is a failure of its own: only then can "at least 0 rows" fail.
  expect(found !== undefined).toBe(expected)
})

const reached = runOf([[1, 'pay.ok']])
const missed = runOf([[1, 'pay.fail']])
const share = (times: number, of: number, percent: string) =>
  judgeRules(
    [rule('S-1').sometimes('pay.ok').inAtLeast(percent)],
    Array.from({ length: of }, (_, at) => (at < times ? reached : missed)),
  )[0]

test.each([
  [20, 100, '10%', 'pass', ''],
  [1, 100, '10%', 'fail', 'It was reached in 1 of 100 runs, at most 4.7% of all (95 %).'],
  [0, 100, '10%', 'inconclusive', 'It was reached in 0 of 100 runs: no scenario leads to it.'],
  [12, 100, '10%', 'inconclusive', 'that shows at least 7.1% (95 %). Run more seeds.'],
  [0, 10, '5%', 'inconclusive', 'no scenario leads to it yet; 49 more runs without it would show that none does.'],
  [10, 10, '100%', 'pass', ''],
  [9, 10, '100%', 'fail', 'reached in 9 of 10 runs'],
])('sometimes is judged over a set of runs: %d of %d for %s is %s', (times, of, percent, status, words) => {
  const report = share(times, of, percent)
  expect(report?.verdict.status).toBe(status)
  expect(JSON.stringify(report?.verdict)).toContain(words)
})
