import { describe, expect, test } from 'vitest'
import { rule } from '../../../oracle/rules/builder.ts'
import { judgeRules } from '../../../oracle/rules/judge.ts'
import { judgeRule } from '../../../oracle/rules/monitor.ts'
import { printRule, type Rule } from '../../../oracle/rules/rule.ts'
import { parseRuleFile } from '../../../oracle/rules/rule-file.ts'
import { runOf, type Written } from '../../support/runs.ts'

const TYPES = ['pay.start', 'pay.ok', 'pay.fail', 'mail', 'app.answer', 'app.request']
const both = (yaml: string, built: Rule): Rule => {
  const { rules, problems } = parseRuleFile(
    'x.rules.yaml',
    `schema: 1\nrules:\n  - { id: PAY-1, why: w, ${yaml} }\n`,
    TYPES,
  )
  expect(problems).toEqual([])
  const [read] = rules
  if (read === undefined) throw new Error('expected a rule')
  expect(printRule(read)).toBe(printRule(built))
  return read
}
const status = (one: Rule, events: readonly Written[], more = {}): string => {
  const { status: got, hits } = judgeRule(one, runOf(events, more))
  return `${got} ${hits}`
}
const o = (order: string, more = {}) => ({ order, ...more })

describe('at most, at least, exactly', () => {
  const most = both('for-each: order, at-most: 1, of: pay.ok', rule('PAY-1').per('order').atMost(1, 'pay.ok'))
  test.each<readonly [string, readonly Written[]]>([
    [
      'holds 2',
      [
        [1, 'pay.ok', o('a')],
        [2, 'pay.ok', o('b')],
      ],
    ],
    [
      'violated 2',
      [
        [1, 'pay.ok', o('a')],
        [2, 'pay.ok', o('a')],
      ],
    ],
    ['holds 0', [[1, 'mail', o('a')]]],
    [
      'holds 0',
      [
        [1, 'pay.ok'],
        [2, 'pay.ok'],
      ],
    ],
  ])('%s', (expected, events) => expect(status(most, events)).toBe(expected))
  test('it prints as a sentence', () => expect(printRule(most)).toBe('PAY-1: For each `order`, at most 1 `pay.ok`.'))

  const window = both('at-most: 2, of: pay.ok, within: 10s', rule('PAY-1').atMost(2, 'pay.ok').within('10s'))
  test('a window is half-open', () => {
    expect(
      status(window, [
        [0, 'pay.ok'],
        [5, 'pay.ok'],
        [10, 'pay.ok'],
      ]),
    ).toBe('holds 3')
    expect(
      status(window, [
        [0, 'pay.ok'],
        [5, 'pay.ok'],
        [9, 'pay.ok'],
      ]),
    ).toBe('violated 3')
  })
  test('too few is seen at the end', () => {
    expect(status(rule('R-1').atLeast(2, 'pay.ok'), [[1, 'pay.ok']])).toBe('violated 1')
    expect(status(rule('R-1').exactly(1, 'pay.ok'), [[1, 'pay.ok']])).toBe('holds 1')
    expect(
      status(rule('R-1').exactly(1, 'pay.ok'), [
        [1, 'pay.ok'],
        [2, 'pay.ok'],
      ]),
    ).toBe('violated 2')
  })
  test('the closest call is what was left', () =>
    expect(
      judgeRule(
        window,
        runOf([
          [0, 'pay.ok'],
          [1, 'pay.ok'],
        ]),
      ).closest,
    ).toBe(0))
})

describe('after, eventually', () => {
  const soon = both(
    'for-each: order, after: pay.start, eventually: [pay.ok, pay.fail], within: 10s',
    rule('PAY-1').per('order').after('pay.start').eventually('pay.ok', 'pay.fail').within('10s'),
  )
  test.each<readonly [string, readonly Written[]]>([
    [
      'holds 1',
      [
        [1, 'pay.start', o('a')],
        [11, 'pay.ok', o('a')],
      ],
    ],
    [
      'violated 1',
      [
        [1, 'pay.start', o('a')],
        [11.001, 'pay.ok', o('a')],
      ],
    ],
    [
      'violated 1',
      [
        [1, 'pay.start', o('a')],
        [2, 'pay.ok', o('b')],
      ],
    ],
    ['violated 1', [[1, 'pay.start', o('a')]]],
    [
      'holds 2',
      [
        [1, 'pay.start', o('a')],
        [2, 'pay.start', o('a')],
        [3, 'pay.fail', o('a')],
      ],
    ],
    ['holds 0', [[3, 'pay.ok', o('a')]]],
  ])('%s', (expected, events) => expect(status(soon, events)).toBe(expected))
  test('the answer comes strictly after its trigger', () => {
    const self = rule('R-1').after('pay.ok').eventually('pay.ok')
    expect(status(self, [[1, 'pay.ok']])).toBe('violated 1')
  })
  test('a deadline that has not come is pending', () => {
    expect(status(soon, [[995, 'pay.start', o('a')]])).toBe('pending 1')
    const open = rule('R-1').after('pay.start').eventually('pay.ok')
    expect(status(open, [[1, 'pay.start']], { pending: [{ what: 'x', step: 'a', sinceMs: 0 }] })).toBe('pending 1')
  })
})

describe('after, never', () => {
  const never = both(
    'for-each: order, after: pay.ok, never: pay.start',
    rule('PAY-1').per('order').after('pay.ok').never('pay.start'),
  )
  const until = both(
    'after: pay.fail, never: mail, until: pay.ok',
    rule('PAY-1').after('pay.fail').never('mail').until('pay.ok'),
  )
  const within = both(
    'after: pay.fail, never: mail, within: 5s',
    rule('PAY-1').after('pay.fail').never('mail').within('5s'),
  )
  test.each<readonly [string, Rule, readonly Written[]]>([
    [
      'violated 1',
      never,
      [
        [1, 'pay.ok', o('a')],
        [2, 'pay.start', o('a')],
      ],
    ],
    [
      'holds 1',
      never,
      [
        [1, 'pay.ok', o('a')],
        [2, 'pay.start', o('b')],
      ],
    ],
    [
      'violated 1',
      until,
      [
        [1, 'pay.fail'],
        [2, 'mail'],
      ],
    ],
    [
      'holds 1',
      until,
      [
        [1, 'pay.fail'],
        [2, 'pay.ok'],
        [3, 'mail'],
      ],
    ],
    [
      'holds 1',
      within,
      [
        [1, 'pay.fail'],
        [7, 'mail'],
      ],
    ],
    [
      'violated 1',
      within,
      [
        [1, 'pay.fail'],
        [6, 'mail'],
      ],
    ],
  ])('%s', (expected, one, events) => expect(status(one, events)).toBe(expected))
})

test('before, always', () => {
  const before = both(
    'for-each: order, before: mail, always: pay.ok',
    rule('PAY-1').per('order').before('mail').always('pay.ok'),
  )
  expect(
    status(before, [
      [1, 'pay.ok', o('a')],
      [2, 'mail', o('a')],
    ]),
  ).toBe('holds 1')
  expect(
    status(before, [
      [1, 'mail', o('a')],
      [2, 'pay.ok', o('a')],
    ]),
  ).toBe('violated 1')
  expect(
    status(before, [
      [1, 'pay.ok', o('b')],
      [2, 'mail', o('a')],
    ]),
  ).toBe('violated 1')
})

describe('never and always, with conditions', () => {
  const errors = both('never: "app.answer[status>=500]"', rule('PAY-1').never('app.answer[status>=500]'))
  const created = both('always: "app.answer[status=201]"', rule('PAY-1').always('app.answer[status=201]'))
  const own = rule('R-1').never('mail[owner!=@tenant]')
  test.each<readonly [string, Rule, readonly Written[]]>([
    ['holds 1', errors, [[1, 'app.answer', { status: 404 }]]],
    ['violated 1', errors, [[1, 'app.answer', { status: 500 }]]],
    [
      'violated 2',
      created,
      [
        [1, 'app.answer', { status: 201 }],
        [2, 'app.answer', { status: 200 }],
      ],
    ],
    ['violated 1', own, [[1, 'mail', { owner: 'a', tenant: 'b' }]]],
    ['holds 1', own, [[1, 'mail', { owner: 'a', tenant: 'a' }]]],
    // A field that is not there meets no condition: a rule does not hold by a misspelt name.
    ['violated 1', created, [[1, 'app.answer', {}]]],
    ['holds 1', own, [[1, 'mail', { owner: 'a' }]]],
  ])('%s', (expected, one, events) => expect(status(one, events)).toBe(expected))
})

test('a slice can be the request that something began with, webhooks included', () => {
  const one = rule('R-1').per('request').atMost(1, 'mail')
  const events: readonly Written[] = [
    [1, 'mail', {}, 'pay'],
    [2, 'mail', {}, 'pay/hook'],
    [3, 'mail', {}, 'other'],
  ]
  expect(status(one, events, { causes: { 'pay/hook': 'pay' } })).toBe('violated 3')
  expect(status(one, events)).toBe('holds 3')
})

test('satisfy is the way out for arithmetic', () => {
  const one = rule('R-1').satisfy('mails have odd numbers', 'mail', (events) =>
    events.some(({ fields }) => Number(fields.n) % 2 === 0) ? 'an even one' : undefined,
  )
  expect(status(one, [[1, 'mail', { n: 1 }]])).toBe('holds 1')
  expect(status(one, [[1, 'mail', { n: 2 }]])).toBe('violated 1')
  expect(status(one, [])).toBe('holds 0')
})

describe('over all runs', () => {
  const most = rule('PAY-1').why('Nobody pays twice.').per('order').atMost(1, 'pay.ok')
  const good = runOf([[1, 'pay.ok', o('a')]])
  const bad = runOf(
    [
      [1, 'pay.ok', o('a')],
      [5, 'pay.ok', o('a')],
    ],
    { seed: '2' },
  )
  test('violated anywhere is a fail, with the slice, the seed and the time', () => {
    const [report] = judgeRules([most], [good, bad])
    expect(report?.verdict).toEqual({
      status: 'fail',
      findings: [
        {
          message: 'PAY-1: For each `order`, at most 1 `pay.ok`. 2 `pay.ok`, at most 1 expected (a)',
          scenario: 'story',
          seed: '2',
          atVirtualMs: 5000,
          place: undefined,
        },
      ],
    })
    expect(report?.exercised).toBe(3)
  })
  test('never exercised is inconclusive, never a pass', () => {
    const [report] = judgeRules([most], [runOf([])])
    expect(report?.verdict).toMatchObject({
      status: 'inconclusive',
      reason: expect.stringContaining('It was never exercised'),
    })
  })
  test('exercised and whole is a pass', () =>
    expect(judgeRules([most], [good])[0]?.verdict).toEqual({ status: 'pass' }))
})

test.each([
  ['{ id: pay-1, why: w, never: mail }', '3:11: error: id: expected an id such as PAY-3, got "pay-1".'],
  ['{ id: PAY-1, why: w }', 'expected one of: never; always; at-most'],
  ['{ id: PAY-1, why: w, at-most: 1 }', 'expected one of: never; always; at-most'],
  ['{ id: PAY-1, why: w, never: mial }', 'PAY-1: no event "mial" can occur. Did you mean "mail"?'],
  ['{ id: PAY-1, why: w, never: "mail[x]" }', 'never: expected a condition such as status>=500, got "x".'],
  ['{ id: PAY-1, why: w, nevre: mail }', '3:26: error: unknown key "nevre". Did you mean "never"?'],
  [
    '{ id: PAY-1, why: w, at-most: 1, of: [mail, mail] }',
    '3:42: error: of: expected one event; make each a rule of its own, got ["mail","mail"].',
  ],
  ['{ id: PAY-1, why: w, never: mail, within: soon }', 'within: expected a duration such as 30s or 15m, got "soon".'],
])('a rule file tells its mistakes: %s', (line, message) => {
  const { problems } = parseRuleFile('x.rules.yaml', `schema: 1\nrules:\n  - ${line}\n`, TYPES)
  expect(
    problems.map(({ line: at, column, level, text }) => `${at}:${column}: ${level}: ${text}`).join('\n'),
  ).toContain(message)
})
