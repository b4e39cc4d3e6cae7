import { expect, test } from 'vitest'
import { specMutants } from '../../../oracle/mutate/spec.ts'
import { rule } from '../../../oracle/rules/builder.ts'
import { judgeRule } from '../../../oracle/rules/monitor.ts'
import { printRule, type Rule } from '../../../oracle/rules/rule.ts'
import { runOf } from '../../support/runs.ts'

const shown = (one: Rule): readonly string[] => specMutants(one).map(({ how, what }) => `${how}: ${what}`)

test.each<readonly [string, Rule, readonly string[]]>([
  [
    'a count',
    rule('A').per('order').atMost(1, 'x.paid'),
    ['weaker: at most 2 for at most 1', 'stronger: at most 0 for at most 1', 'stronger: without "for each"'],
  ],
  [
    'an exact count',
    rule('A').exactly(2, 'x.paid'),
    ['weaker: at most 2 for exactly 2', 'weaker: at least 2 for exactly 2'],
  ],
  [
    'a total under an amount',
    rule('A').total('x.paid.amount').atMost('0.05 USD'),
    ['weaker: twice the amount', 'stronger: half the amount'],
  ],
  [
    'a total over an amount',
    rule('A').total('x.paid.amount').atLeast('0.05 USD'),
    ['stronger: twice the amount', 'weaker: half the amount'],
  ],
  [
    'a total that is another',
    rule('A').total('x.paid.amount').exactly({ total: 'x.booked.amount' }),
    ['weaker: at most for exactly', 'weaker: at least for exactly'],
  ],
  [
    'a total under another',
    rule('A').total('x.paid.amount').atMost({ total: 'x.booked.amount' }),
    ['stronger: exactly for at most'],
  ],
  ['a ban', rule('A').never('app.answer[status=500]'), ['stronger: never, without app.answer[status=500]']],
  [
    'a deadline',
    rule('A').after('x.a').eventually('x.b').within('10s'),
    ['weaker: within twice the time', 'stronger: within half the time'],
  ],
  [
    'a choice of answers',
    rule('A').after('x.a').eventually('x.b', 'x.c'),
    ['stronger: answered without x.b', 'stronger: answered without x.c'],
  ],
])('%s has weaker and stronger neighbours', (_, one, expected) => {
  expect(shown(one)).toEqual(expected)
})

test('a weaker rule lets a run through that breaks the rule, and keeps its name', () => {
  const twice = rule('PAY-1').atMost(1, 'x.paid')
  const run = runOf([
    [1, 'x.paid'],
    [2, 'x.paid'],
  ])
  const [weaker] = specMutants(twice)
  expect([judgeRule(twice, run).status, weaker === undefined ? '' : judgeRule(weaker.rule, run).status]).toEqual([
    'violated',
    'holds',
  ])
  expect(weaker === undefined ? '' : printRule(weaker.rule)).toContain('PAY-1')
})

test('half an amount is broken by what the amount allows', () => {
  const [, half] = specMutants(rule('SUM').total('x.paid.amount').atMost('0.05 USD'))
  const run = runOf([[1, 'x.paid', { amount: '0.03' }]])
  expect(half === undefined ? '' : [printRule(half.rule), judgeRule(half.rule, run).status]).toEqual([
    expect.stringContaining('0.025 USD'),
    'violated',
  ])
})

test('a rule in TypeScript has none: its sentence is not data', () => {
  expect(
    specMutants(
      rule('S')
        .per('order')
        .satisfy('sums match', 'x.paid', () => undefined),
    ),
  ).toEqual([])
})
