import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matcherOf } from '../../../oracle/rules/match.ts'
import { watch } from '../../../oracle/rules/monitor.ts'
import type { Clause, Events, Rule } from '../../../oracle/rules/rule.ts'
import type { TraceEvent } from '../../../twins/trace.ts'
import { sentence, traceOf } from '../../support/rules.ts'

/** `end` is a virtual time; with `!` nothing is under way any more. */
function judge(text: string, trace: string, end: string) {
  const watching = watch([sentence(text)], (step) => step)
  for (const event of traceOf(trace)) watching.take(event)
  const [judgement] = watching.end({ atMs: Number.parseInt(end, 10), quiet: end.endsWith('!'), run: undefined })
  if (judgement === undefined) throw new Error('expected a judgement')
  return judgement
}
const brief = (text: string, trace: string, end: string): string => {
  const { status, slice, atMs, hits } = judge(text, trace, end)
  return [status, slice, atMs, hits].filter((part) => part !== undefined).join(' ')
}

const PAY3 = 'PAY-3: For each order, at most 1 `commit`.'
const PAY7 = 'PAY-7: For each order, after `start`, eventually `ok` or `declined` within 10s.'
const BOTH = 'A-1: After `x`, eventually `y` and `z` within 10ms.'
const SHIP3 = 'SHIP-3: For each order, after `hold`, never `shipped` until `cleared`.'
const SHIP2 = 'SHIP-2: For each order, before `shipped`, always `ok`.'
const JOB1 = 'JOB-1: For each job, between `started` and `finished`, at most 1 `retry`.'
const GAP = 'PAY-11: For each order, always at least 100ms between `call`.'
const SAME = 'PAY-12: For each order, always `commit.amount` = `start.total`.'
const SUM = 'COST-2: For each of, total `cost.amount` at most 0.30 USD.'
const REFUNDS = 'PAY-13: For each order, total `refund.amount` at most total `charge.amount`.'

test.each([
  ['a second one in a slice', PAY3, '0 commit order=a; 5 commit order=b; 9 commit order=a', '9!', 'violated a 9 3'],
  ['one in each slice', PAY3, '0 commit order=a; 5 commit order=b', '9!', 'holds 2'],
  ['what has no key is in no slice', PAY3, '0 commit; 5 commit', '9!', 'holds 0'],
  ['too few, still running', 'A-1: At least 2 `x`.', '0 x', '9', 'pending 0 1'],
  ['too few, quiet', 'A-1: At least 2 `x`.', '0 x', '9!', 'violated 9 1'],
  ['none at all, quiet', 'A-1: At least 1 `x`.', '', '9!', 'violated 9 0'],
  ['exactly is decided when exceeded', 'A-1: Exactly 1 `x`.', '0 x; 3 x', '9', 'violated 3 2'],
  ['a slice shows by any event', 'A-1: For each o, at least 1 `x`.', '0 y o=a', '9!', 'violated a 9 0'],
  ['three in a window', 'A-1: At most 2 `x` within 10ms.', '0 x; 5 x; 9 x', '9!', 'violated 9 3'],
  ['a window is half-open', 'A-1: At most 2 `x` within 10ms.', '0 x; 5 x; 10 x', '99!', 'holds 3'],
  ['the deadline is in time', PAY7, '0 start order=a; 10000 ok order=a', '10000!', 'holds 1'],
  ['one ms late', PAY7, '0 start order=a; 10001 ok order=a', '10001!', 'violated a 10000 1'],
  ['open, with time left', PAY7, '0 start order=a', '100', 'pending a 0 1'],
  ['open, deadline passed', PAY7, '0 start order=a', '10001', 'violated a 10000 1'],
  ['an answer in another slice', PAY7, '0 start order=a; 1 ok order=b', '20000', 'violated a 10000 1'],
  ['an answer before its trigger', PAY7, '0 ok order=a; 0 start order=a', '20000', 'violated a 10000 1'],
  ['one answer, two triggers', PAY7, '0 start order=a; 5 start order=a; 9 ok order=a', '9!', 'holds 2'],
  ['the same instant, later position', PAY7, '5 start order=a; 5 ok order=a', '5!', 'holds 1'],
  ['and needs both', BOTH, '0 x; 5 y; 11 z', '11!', 'violated 10 1'],
  ['and in either order', BOTH, '0 x; 5 z; 10 y', '11!', 'holds 1'],
  ['and: a part from before does not count', BOTH, '0 y; 1 x; 2 z', '99!', 'violated 11 1'],
  ['and: a later trigger needs its own parts', BOTH, '0 x; 1 y; 2 x; 3 z', '99!', 'violated 12 2'],
  ['a set as trigger', 'A-1: After `x` and `y`, eventually `z`.', '0 x; 1 x; 5 y', '5!', 'violated 5 1'],
  [
    'after, never',
    'A-1: For each order, after `ok`, never `call`.',
    '0 ok order=a; 1 call order=b; 2 call order=a',
    '9!',
    'violated a 2 1',
  ],
  ['until lifts it', SHIP3, '0 hold order=a; 1 cleared order=a; 2 shipped order=a', '9!', 'holds 1'],
  ['held again', SHIP3, '0 hold order=a; 1 cleared order=a; 2 hold order=a; 3 shipped order=a', '9!', 'violated a 3 2'],
  ['a window includes its end', 'A-1: After `x`, never `y` within 10ms.', '0 x; 10 y', '9!', 'violated 10 1'],
  ['behind the window', 'A-1: After `x`, never `y` within 10ms.', '0 x; 11 y', '9!', 'holds 1'],
  ['a forbidden set', 'A-1: After `x`, never `y` and `z`.', '0 y; 1 x; 2 z; 3 y', '9!', 'violated 3 1'],
  ['a forbidden set counts from its trigger', 'A-1: After `x`, never `y` and `z`.', '0 y; 1 x; 2 z', '9!', 'holds 1'],
  ['before', SHIP2, '0 shipped order=a; 1 ok order=a', '9!', 'violated a 0 1'],
  ['before, in another slice', SHIP2, '0 ok order=b; 1 shipped order=a', '9!', 'violated a 1 1'],
  ['before, too long ago', 'A-1: Before `x`, always `y` within 5ms.', '0 y; 5 x; 6 x', '9!', 'violated 6 2'],
  ['between: too many', JOB1, '0 started job=j; 1 retry job=j; 2 retry job=j', '9', 'violated j 2 1'],
  [
    'between: only inside counts',
    JOB1,
    '0 retry job=j; 1 started job=j; 2 retry job=j; 3 finished job=j; 4 retry job=j',
    '9',
    'holds 1',
  ],
  [
    'between: at most counts from the first start',
    JOB1,
    '0 started job=j; 1 retry job=j; 2 started job=j; 3 retry job=j',
    '9',
    'violated j 3 2',
  ],
  ['between: at least, open', 'A-1: Between `a` and `z`, at least 1 `x`.', '0 a', '9', 'pending 0 1'],
  [
    'between: at least counts from the last start',
    'A-1: Between `a` and `z`, at least 1 `x`.',
    '0 a; 1 x; 2 a; 3 z',
    '9',
    'violated 3 2',
  ],
  ['too close', GAP, '0 call order=a; 99 call order=a', '99!', 'violated a 99 1'],
  ['apart in each slice', GAP, '0 call order=a; 5 call order=b; 100 call order=a', '99!', 'holds 1'],
  ['equal', SAME, '0 start order=a total=10.50; 1 commit order=a amount=10.5', '9!', 'holds 1'],
  ['not equal', SAME, '0 start order=a total=10.59; 1 commit order=a amount=10.60', '9!', 'violated a 1 1'],
  ['equal needs both', SAME, '1 commit order=a amount=10.60', '9!', 'holds 0'],
  ['money adds up exactly', SUM, '0 cost of=r amount=0.1; 1 cost of=r amount=0.2', '9!', 'holds 2'],
  ['too much', SUM, '0 cost of=r amount=0.1; 1 cost of=r amount=0.200000000001', '9!', 'violated r 1 2'],
  ['another currency', SUM, '0 cost of=r amount=0.1 currency=EUR', '9!', 'violated r 0 0'],
  ['no amount', SUM, '0 cost of=r amount=much', '9!', 'violated r 0 0'],
  [
    'refunds within the charge',
    REFUNDS,
    '0 charge order=a amount=50; 1 refund order=a amount=20; 2 refund order=a amount=30',
    '9!',
    'holds 2',
  ],
  [
    'refunds above the charge',
    REFUNDS,
    '0 charge order=a amount=50; 1 refund order=a amount=20; 2 refund order=a amount=31',
    '9!',
    'violated a 2 2',
  ],
  ['a total that is due', 'A-1: Total `in.n` exactly total `out.n`.', '0 in n=2; 1 out n=1', '9!', 'violated 9 1'],
  [
    'a field of the same event',
    'A-1: Never `read[owner!=@tenant]`.',
    '0 read owner=x tenant=x; 1 read owner=x tenant=y',
    '9!',
    'violated 1 2',
  ],
  ['an integer beyond a double', 'A-1: Never `x[n>9007199254740992]`.', '0 x n=9007199254740993', '9!', 'violated 0 1'],
  ['reached', 'A-1: Sometimes `ok` after `retry`, in at least 5% of runs.', '0 ok; 1 retry; 2 ok', '9!', 'holds 1'],
  ['not reached', 'A-1: Sometimes `ok` after `retry`, in at least 5% of runs.', '0 ok; 1 retry', '9!', 'holds 0'],
  [
    'reached before',
    'A-1: Sometimes `ok` before `retry`, in at least 5% of runs.',
    '0 retry; 1 ok; 2 retry',
    '9!',
    'holds 1',
  ],
  [
    'the first violation in time is told',
    PAY7,
    '0 start order=a; 5 start order=b; 20000 start order=c',
    '20001',
    'violated a 10000 3',
  ],
])('%s', (_, text, trace, end, expected) => {
  expect(brief(text, trace, end)).toBe(expected)
})

test('the witness is the lines that matter, and no more', () => {
  const { witness, slice, why } = judge(SHIP3, '0 x; 1 hold order=a; 2 hold order=b; 3 x; 4 shipped order=a; 5 x', '9!')
  expect([witness, slice, why]).toEqual([[1, 4], 'a', 'shipped came 3 ms after hold'])
  expect(judge('A-1: At most 2 `x` within 10ms.', '0 x; 20 x; 21 x; 22 x', '30!').witness).toEqual([1, 2, 3])
})

test('the closest call is the smallest distance to a violation', () => {
  expect(judge(PAY7, '0 start order=a; 9000 ok order=a; 9001 start order=b; 9002 ok order=b', '9500').closest).toBe(
    1000,
  )
  expect(judge(GAP, '0 call order=a; 130 call order=a; 400 call order=a', '500').closest).toBe(30)
  expect(judge(SUM, '0 cost of=r amount=0.1; 1 cost of=r amount=0.15', '9').closest).toBe(0.05)
})

/** The same meaning, written down the slow way: over the whole trace, with all of it in sight. */
const has = ({ of }: Events, event: TraceEvent): boolean => of.some((pattern) => matcherOf(pattern)(event))
function slowly(clause: Clause, trace: readonly TraceEvent[], endMs: number): 'holds' | 'violated' | 'pending' {
  if (clause.kind === 'eventually') {
    let pending = false
    for (const trigger of trace.filter((event) => has(clause.after, event))) {
      const later = trace.slice(trigger.index + 1)
      const parts =
        clause.events.join === 'and' ? clause.events.of.map((p) => ({ join: 'or', of: [p] }) as const) : [clause.events]
      const times = parts.map((part) => later.find((event) => has(part, event))?.atMs ?? Number.POSITIVE_INFINITY)
      const deadline = clause.withinMs === undefined ? Number.POSITIVE_INFINITY : trigger.atMs + clause.withinMs
      const doneMs = Math.max(...times)
      if (doneMs > deadline && (doneMs <= endMs || endMs > deadline)) return 'violated'
      if (doneMs > endMs) pending = true
    }
    return pending ? 'pending' : 'holds'
  }
  if (clause.kind === 'count') {
    const found = trace.filter((event) => has({ join: 'or', of: [clause.event] }, event))
    const windowMs = clause.withinMs ?? Number.POSITIVE_INFINITY
    return found.some(
      (last) =>
        found.filter(({ index, atMs }) => index <= last.index && atMs > last.atMs - windowMs).length >
        clause.bound.count,
    )
      ? 'violated'
      : 'holds'
  }
  if (clause.kind === 'after-never') {
    const { after, events, until, withinMs } = clause
    return trace.some(
      (bad) =>
        has(events, bad) &&
        trace.slice(0, bad.index).some((trigger) => {
          if (!has(after, trigger) || (withinMs !== undefined && bad.atMs > trigger.atMs + withinMs)) return false
          return (
            until === undefined || !trace.slice(trigger.index + 1, bad.index + 1).some((event) => has(until, event))
          )
        }),
    )
      ? 'violated'
      : 'holds'
  }
  if (clause.kind === 'before') {
    const { events, first, withinMs = Number.POSITIVE_INFINITY } = clause
    return trace.some(
      (target) =>
        has(events, target) &&
        !trace.slice(0, target.index).some((e) => has(first, e) && e.atMs >= target.atMs - withinMs),
    )
      ? 'violated'
      : 'holds'
  }
  throw new Error(`no slow form of ${clause.kind}`)
}

const trace = fc
  .array(fc.record({ type: fc.constantFrom('a', 'b', 'c'), gap: fc.nat(6) }), { maxLength: 14 })
  .map((list) => {
    let atMs = 0
    return list.map(({ type, gap }, index): TraceEvent => {
      atMs += gap
      return { index, atMs, type, step: 's', fields: {} }
    })
  })

test.each([
  'X-1: After `a`, eventually `b` within 5ms.',
  'X-1: After `a` or `c`, eventually `b` or `a` within 7ms.',
  'X-1: After `a`, eventually `b` and `c` within 9ms.',
  'X-1: After `a`, eventually `b` and `c`.',
  'X-1: At most 2 `a` within 8ms.',
  'X-1: At most 3 `b`.',
  'X-1: After `a`, never `b` until `c`.',
  'X-1: After `a`, never `b` until `c` within 6ms.',
  'X-1: After `a` or `b`, never `c` within 4ms.',
  'X-1: Before `a`, always `b` or `c`.',
  'X-1: Before `a`, always `b` within 5ms.',
])('one pass says what the slow form says: %s', (text) => {
  const rule: Rule = sentence(text)
  fc.assert(
    fc.property(trace, fc.nat(12), (events, moreMs) => {
      const endMs = (events.at(-1)?.atMs ?? 0) + moreMs
      const watching = watch([rule], (step) => step)
      for (const event of events) watching.take(event)
      expect(watching.end({ atMs: endMs, quiet: false, run: undefined })[0]?.status).toBe(
        slowly(rule.clause, events, endMs),
      )
    }),
    { seed: 11, numRuns: 300 },
  )
})
