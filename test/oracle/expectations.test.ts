import { expect, test } from 'vitest'
import { judgeExpectations } from '../../oracle/expectations.ts'
import type { Answer } from '../../scenarios/run.ts'
import type { Expectation } from '../../scenarios/scenario.ts'
import { place, scenario } from '../scenarios/support/stories.ts'
import { cost, runOf } from '../support/runs.ts'

const answer: Answer = {
  step: 'pay',
  askedAtMs: 0,
  answeredAtMs: 3000,
  status: 201,
  headers: { location: '/orders/7' },
  body: { id: 7, items: [{ n: 1 }], email: 'a@b.test' },
  error: undefined,
}
const run = runOf(
  [
    [1, 'x.call', { amount: 5 }],
    [2, 'x.call', { amount: 6 }],
    [9, 'x.call', { amount: 5 }],
  ],
  {
    answers: { pay: answer },
    states: {
      x: {
        rows: [
          { id: 'r1', amount: 5, to: { name: 'Ada' } },
          { id: 'r2', amount: 6 },
        ],
        total: '11',
      },
    },
    bill: { lines: [cost(1, '0.02', 'pay'), cost(2, '0.03', 'hook'), cost(3, '0.01', 'other')], unpriced: [] },
    causes: { hook: 'pay' },
    pending: [{ what: 'POST /late', step: 'late', sinceMs: 0 }],
  },
)

type Written = Partial<Record<string, unknown>> & { readonly kind: string }
const judged = (written: Written): string => {
  const verdict = judgeExpectations(scenario([], { then: [{ place, ...written } as unknown as Expectation] }), run)
  return verdict.status === 'fail'
    ? `fail: ${verdict.findings[0]?.message} @${verdict.findings[0]?.atVirtualMs}`
    : verdict.status
}

test.each<readonly [Written, string]>([
  [{ kind: 'answer', step: 'pay', status: 201 }, 'pass'],
  [{ kind: 'answer', step: 'pay', status: [200, 201] }, 'pass'],
  [
    { kind: 'answer', step: 'pay', status: 200 },
    'fail: pay: expected status 200, got 201 {"id":7,"items":[{"n":1}],"email":"a@b.test"} @3000',
  ],
  [{ kind: 'answer', step: 'pay', headers: { Location: '/^\\/orders/' } }, 'pass'],
  [
    { kind: 'answer', step: 'pay', headers: { Location: '/x' } },
    'fail: pay: expected header Location "/x", got "/orders/7" @3000',
  ],
  [{ kind: 'answer', step: 'pay', body: { id: 7, items: [{}], email: '/@/' } }, 'pass'],
  [
    { kind: 'answer', step: 'pay', body: { id: 8 } },
    'fail: pay: expected body {"id":8}, got {"id":7,"items":[{"n":1}],"email":"a@b.test"} @3000',
  ],
  [
    { kind: 'answer', step: 'pay', body: { items: [] } },
    'fail: pay: expected body {"items":[]}, got {"id":7,"items":[{"n":1}],"email":"a@b.test"} @3000',
  ],
  [
    { kind: 'answer', step: 'pay', withinMs: 2000 },
    'fail: pay: expected an answer within 2 s, got one after 3 s @3000',
  ],
  [
    { kind: 'answer', step: 'late', status: 200 },
    'fail: late: expected an answer, got none; POST /late was pending for 16.7 min at the end @1000000',
  ],
  [{ kind: 'state', path: 'x.rows', count: { min: 2, max: 2 } }, 'pass'],
  [
    { kind: 'state', path: 'x.rows', where: { amount: 5 }, count: { min: 2, max: undefined } },
    'fail: x.rows where {"amount":5}: expected at least 2, got 1 of 2 @1000000',
  ],
  [{ kind: 'state', path: 'x.rows', where: { 'to.name': 'Ada' }, count: { min: 1, max: 1 } }, 'pass'],
  [{ kind: 'state', path: 'x.rows', sum: { field: 'amount', is: '11.00' } }, 'pass'],
  [
    { kind: 'state', path: 'x.rows', sum: { field: 'amount', is: '12' } },
    'fail: x.rows: expected amount to add up to 12, got 11 in 2 rows @1000000',
  ],
  [{ kind: 'state', path: 'x.rows.r2.amount', is: 6 }, 'pass'],
  [{ kind: 'state', path: 'x.rows.0.amount', is: 6 }, 'fail: x.rows.0.amount: expected 6, got 5 @1000000'],
  [{ kind: 'state', path: 'x.total', is: 11 }, 'pass'],
  [
    { kind: 'state', path: 'x.nothing', count: { min: 0, max: 0 } },
    'fail: x.nothing: expected a list, got nothing @1000000',
  ],
  [{ kind: 'calls', to: 'x.call', where: { amount: 5 }, count: { min: 2, max: 2 } }, 'pass'],
  [{ kind: 'calls', to: 'x.call', count: { min: 0, max: 2 } }, 'fail: x.call: expected at most 2, got 3 @9000'],
  [{ kind: 'calls', to: 'x.call', afterMs: 2000, beforeMs: 9000, count: { min: 1, max: 1 } }, 'pass'],
  [{ kind: 'cost', per: 'request', atMost: '0.05', currency: 'USD' }, 'pass'],
  [
    { kind: 'cost', per: 'request', atMost: '0.04', currency: 'USD' },
    'fail: cost of pay: expected at most 0.04 USD, passed it at 0.05 with x y; 2 billed acts in all @2000',
  ],
  [
    { kind: 'cost', per: 'run', atMost: '0.05', currency: 'USD' },
    'fail: cost of the run: expected at most 0.05 USD, passed it at 0.06 with x y; 3 billed acts in all @3000',
  ],
  [
    { kind: 'cost', per: 'run', atMost: '1', currency: 'EUR' },
    'fail: cost: expected amounts in EUR, got 0.02 USD for y @1000',
  ],
])('%j: %s', (written, expected) => expect(judged(written)).toBe(expected))

test('nothing to judge is inconclusive', () => {
  expect(judgeExpectations(scenario([]), run)).toMatchObject({ status: 'inconclusive' })
})

test.each([
  { count: { min: 0, max: 0 } },
  { count: { min: 0, max: 3 } },
  { count: undefined, sum: { field: 'amount', is: '0' } },
])('a misspelt field selects nothing, which proves nothing: %o', (more) => {
  const expectation = (where: Readonly<Record<string, unknown>>) =>
    judgeExpectations(
      scenario([], { then: [{ place, kind: 'state', path: 'x.rows', where, ...more } as unknown as Expectation] }),
      run,
    )
  expect(expectation({ amuont: 5 })).toMatchObject({
    status: 'inconclusive',
    reason: expect.stringContaining('expected rows with a field amuont, got none in 2. Did you mean "amount"?'),
  })
  expect(expectation({ amount: 7 })).toEqual({ status: 'pass' })
  // A field that only some rows have is one.
  expect(expectation({ 'to.name': 'Bob' })).toEqual({ status: 'pass' })
})

test('calls by a misspelt field are none, which proves nothing; by one that is there, it does', () => {
  const expectation = (where: Readonly<Record<string, unknown>>, to = 'x.call') =>
    judgeExpectations(
      scenario([], {
        then: [{ place, kind: 'calls', to, where, count: { min: 0, max: 0 } } as unknown as Expectation],
      }),
      run,
    )
  expect(expectation({ amuont: 5 })).toMatchObject({
    status: 'inconclusive',
    reason: expect.stringContaining('expected events with a field amuont, got none in 3. Did you mean "amount"?'),
  })
  expect(expectation({ amount: 7 })).toEqual({ status: 'pass' })
  // Where nothing is called at all, nobody can say what its fields are called.
  expect(expectation({ amuont: 5 }, 'x.other')).toEqual({ status: 'pass' })
})

test.each([
  [503, 'pay: expected status 201, got 503 {"error":"later"}; it printed: TypeError: ledger is gone'],
  [404, 'pay: expected status 201, got 404 {"error":"later"}'],
])(
  'what the program printed stands beside an answer of %i that nobody expected, if it is the server’s fault',
  (status, message) => {
    const failed = { ...answer, status, body: { error: 'later' } }
    const stack = '\nTypeError: ledger is gone\n    at book (file:///srv/book.js:3:4)'
    const loud = runOf(
      [
        [1, 'app.log', { stream: 'stdout', text: 'asked' }, 'pay'],
        [2, 'app.log', { stream: 'stderr', text: stack }, 'pay'],
      ],
      { answers: { pay: failed } },
    )
    const then = [{ kind: 'answer', place, step: 'pay', status: 201 } as unknown as Expectation]
    expect(judgeExpectations(scenario([], { then }), loud)).toMatchObject({ status: 'fail', findings: [{ message }] })
  },
)
