import { describe, expect, test } from 'vitest'
import { judgeFitness } from '../../fitness/judge.ts'
import { fitnessSchema } from '../../fitness/limits.ts'
import type { FitnessReport } from '../../fitness/measure.ts'
import type { Run } from '../../scenarios/run.ts'
import { cost, runOf, type Written } from '../support/runs.ts'

const request: Written = [0, 'app.request', { id: 'a' }, 'a']
const calls = (count: number, atOnce = 1): readonly Written[] =>
  Array.from({ length: count }, (_, n) => n).flatMap((n): readonly Written[] => {
    const open: Written = [1 + n, 'x.call', { key: `a/x#${n}`, method: 'POST' }]
    return n % atOnce === atOnce - 1
      ? [
          open,
          ...Array.from(
            { length: atOnce },
            (_, back): Written => [1 + n, 'call.answered', { key: `a/x#${n - back}`, status: 200 }],
          ),
        ]
      : [open]
  })
const judged = (id: string, limits: object, candidate: readonly Run[], base?: readonly Run[]): FitnessReport => {
  const found = judgeFitness(fitnessSchema.parse(limits), { base, candidate }).find((report) => report.id === id)
  if (found === undefined) throw new Error(`no fitness function ${id}`)
  return found
}
const message = ({ verdict }: FitnessReport): string =>
  verdict.status === 'fail'
    ? `${verdict.findings[0]?.message} @${verdict.findings[0]?.atVirtualMs} seed ${verdict.findings[0]?.seed}`
    : verdict.status

describe('cost per request', () => {
  const spends = (amounts: readonly string[], seed = '1'): Run =>
    runOf([request], { seed, bill: { lines: amounts.map((amount, s) => cost(s + 1, amount)), unpriced: [] } })
  const base = [spends(['0.01', '0.01']), spends(['0.01'], '2')]
  test('as much as the base is fine, a quarter more too', () => {
    expect(message(judged('cost-per-request', {}, base, base))).toBe('pass')
    expect(message(judged('cost-per-request', {}, [spends(['0.025']), spends(['0.0125'], '2')], base))).toBe('pass')
  })
  test('three times the base fails, with both figures, the worst seed and the moment it passed the base', () => {
    const tripled = [spends(['0.01', '0.01', '0.01', '0.01', '0.01', '0.01']), spends(['0.01', '0.02'], '2')]
    expect(message(judged('cost-per-request', {}, tripled, base))).toBe(
      'cost per request: base 0.015000 USD, candidate 0.045000 USD: 3.00x the base, at most 1.25x is allowed @3000 seed 1',
    )
  })
  test('the scenario that grew most is told first', () => {
    const of = (scenario: string, amounts: readonly string[]): Run => ({ ...spends(amounts), scenario })
    const candidate = [of('doubled', ['0.02']), of('tenfold', ['0.10']), of('tripled', ['0.03'])]
    const { verdict } = judged('cost-per-request', {}, candidate, [
      of('doubled', ['0.01']),
      of('tenfold', ['0.01']),
      of('tripled', ['0.01']),
    ])
    const told = verdict.status === 'fail' ? verdict.findings.map(({ scenario }) => scenario) : []
    expect(told).toEqual(['tenfold', 'tripled', 'doubled'])
  })
  test('a cost where the base has none fails', () => {
    expect(message(judged('cost-per-request', {}, [spends(['0.01'])], [spends([])]))).toBe(
      'cost per request: base 0.000000 USD, candidate 0.010000 USD: where the base has none, at most 1.25x is allowed @1000 seed 1',
    )
  })
  test('a hard limit needs no base', () => {
    expect(message(judged('cost-per-request', { 'cost-per-request': { 'at-most': '0.01 USD' } }, base))).toMatch(
      /^cost per request: expected at most 0.01 USD, got 0.015000 USD/,
    )
  })
  test('one scenario that tripled is not hidden by another that shrank', () => {
    const elsewhere = (run: Run): Run => ({ ...run, scenario: 'other' })
    const verdict = judged(
      'cost-per-request',
      {},
      [spends(['0.03']), elsewhere(spends([]))],
      [spends(['0.01']), elsewhere(spends(['1']))],
    )
    expect(message(verdict)).toMatch(/3.00x the base/)
  })
  test('currencies do not mix', () => {
    const mixed = runOf([request], { bill: { lines: [cost(1, '1'), cost(2, '1', 'a', 'EUR')], unpriced: [] } })
    expect(judged('cost-per-request', {}, [mixed]).verdict).toMatchObject({ status: 'inconclusive' })
  })
})

test('one call in a loop shows as calls per request', () => {
  expect(
    message(judged('calls-per-request', {}, [runOf([request, ...calls(4)])], [runOf([request, ...calls(2)])])),
  ).toBe('pass')
  expect(
    message(judged('calls-per-request', {}, [runOf([request, ...calls(5)])], [runOf([request, ...calls(2)])])),
  ).toBe('calls per request: base 2.00 calls, candidate 5.00 calls: 2.50x the base, at most 2x is allowed @3000 seed 1')
  expect(
    message(judged('calls-per-request', { 'calls-per-request': { 'at-most': 3 } }, [runOf([request, ...calls(4)])])),
  ).toMatch(/expected at most 3 calls, got 4.00 calls/)
})

test('calls without bound show as calls in flight', () => {
  expect(
    message(judged('in-flight', {}, [runOf([request, ...calls(12, 3)])], [runOf([request, ...calls(12, 2)])])),
  ).toBe('pass')
  expect(
    message(judged('in-flight', {}, [runOf([request, ...calls(12, 12)])], [runOf([request, ...calls(12, 2)])])),
  ).toMatch(/base 2 calls at once, candidate 12 calls at once: 6.00x the base/)
  expect(message(judged('in-flight', { 'in-flight': { 'at-most': 2 } }, [runOf([request, ...calls(12, 3)])]))).toMatch(
    /expected at most 2 calls at once, got 3 calls at once/,
  )
})

test('waiting shows as virtual latency, and so does an answer that never comes', () => {
  const waits = (ms: number): Run =>
    runOf([request], {
      answers: {
        a: { step: 'a', askedAtMs: 0, answeredAtMs: ms, status: 200, headers: {}, body: null, error: undefined },
      },
    })
  expect(message(judged('virtual-latency', {}, [waits(2900)], [waits(1000)]))).toBe('pass')
  expect(message(judged('virtual-latency', {}, [waits(9000)], [waits(1000)]))).toMatch(
    /base 1 s, candidate 9 s: 9.00x the base/,
  )
  const never = runOf([request], { pending: [{ what: 'POST /x', step: 'a', sinceMs: 0 }] })
  expect(message(judged('virtual-latency', { 'virtual-latency': { 'at-most': '30s' } }, [never]))).toMatch(
    /expected at most 30s, got 16.7 min/,
  )
})

test('an act without a price fails', () => {
  const unpriced = runOf([request], {
    bill: { lines: [], unpriced: [{ atMs: 5000, step: 'a', twin: 'x', sku: 'gift' }] },
  })
  expect(message(judged('priced', {}, [unpriced]))).toBe(
    'price of x "gift": expected a row in twins/x/prices.ts, got none @5000 seed 1',
  )
  expect(message(judged('priced', {}, [runOf([request])]))).toBe('pass')
})

test('nothing run is inconclusive for every measure that compares', () => {
  for (const { id, verdict } of judgeFitness(fitnessSchema.parse({}), { base: undefined, candidate: [] }))
    expect(verdict.status, id).toBe('inconclusive')
})
