import { expect, test } from 'vitest'
import { createFaultPlan, type Fault, type FaultPlan, type FaultTarget, fieldAt } from '../../twins/faults.ts'
import { createRng } from '../../twins/rng.ts'

type Bench = { readonly plan: FaultPlan; nowMs: number; readonly asked: string[] }
function bench(...faults: readonly Fault[]): Bench {
  const asked: string[] = []
  const made: Bench = {
    nowMs: 0,
    asked,
    plan: createFaultPlan(
      () => made.nowMs,
      (key, draw) => {
        asked.push(key)
        return draw(createRng(key))
      },
    ),
  }
  for (const fault of faults) made.plan.add(fault)
  return made
}
const call = (more: Partial<FaultTarget> = {}): FaultTarget => ({
  twin: 'stripe',
  operation: 'refunds.create',
  attempt: 1,
  key: 's1/stripe.refunds.create#1',
  fields: {},
  ...more,
})
/** Which of `count` calls are hit. */
const hits = ({ plan }: Bench, count: number, target: (nth: number) => FaultTarget = () => call()): readonly number[] =>
  Array.from({ length: count }, (_, at) => at + 1).filter((nth) => plan.hit(target(nth)) !== undefined)

test('a fault hits its operation, or all of its twin', () => {
  expect(bench({ on: 'stripe.refunds.create', kind: 'reset' }).plan.hit(call())?.kind).toBe('reset')
  expect(bench({ on: 'stripe', kind: 'reset' }).plan.hit(call())?.kind).toBe('reset')
  expect(bench({ on: 'stripe.refunds', kind: 'reset' }).plan.hit(call())).toBeUndefined()
  expect(bench({ on: 'openai', kind: 'reset' }).plan.hit(call())).toBeUndefined()
})

test('a fault on a whole twin leaves its webhooks alone', () => {
  const webhook = call({ operation: 'webhook' })
  expect(bench({ on: 'stripe', kind: 'reset' }).plan.hit(webhook)).toBeUndefined()
  expect(bench({ on: 'stripe.webhook', kind: 'drop' }).plan.hit(webhook)?.kind).toBe('drop')
})

test.each<readonly [string, Partial<Fault>, readonly number[]]>([
  ['nothing said: all', {}, [1, 2, 3, 4]],
  ['the third', { nth: 3 }, [3]],
  ['the first two', { times: 2 }, [1, 2]],
])('%s', (_, more, expected) => {
  expect(hits(bench({ on: 'stripe', kind: 'reset', ...more }), 4)).toEqual(expected)
})

test('only the second attempt of each step', () => {
  const made = bench({ on: 'stripe', kind: 'reset', attempt: 2 })
  expect(hits(made, 4, (nth) => call({ attempt: nth % 2 === 0 ? 2 : 1 }))).toEqual([2, 4])
})

test('until its time is up, or until it is healed', () => {
  const made = bench({ on: 'stripe.refunds.create', kind: 'reset', untilMs: 100 })
  made.nowMs = 99
  expect(made.plan.hit(call())).toBeDefined()
  made.nowMs = 100
  expect(made.plan.hit(call())).toBeUndefined()
  const healed = bench(
    { on: 'stripe.refunds.create', kind: 'reset' },
    { on: 'stripe', kind: 'slow' },
    { on: 'stripefake', kind: 'reset' },
  )
  expect(healed.plan.heal('stripe')).toBe(2)
  expect(healed.plan.hit(call())).toBeUndefined()
  expect(healed.plan.hit(call({ twin: 'stripefake' }))).toBeDefined()
})

test('only where the fields are equal, text for numbers included', () => {
  const made = bench({ on: 'stripe', kind: 'reset', where: { 'metadata.order': 42, 'items.1': 'b' } })
  const fields = { metadata: { order: '42' }, items: ['a', 'b'] }
  expect(made.plan.hit(call({ fields }))).toBeDefined()
  expect(made.plan.hit(call({ fields: { ...fields, metadata: { order: '43' } } }))).toBeUndefined()
  expect(made.plan.hit(call({ fields: { metadata: { order: '42' } } }))).toBeUndefined()
  expect(made.plan.hit(call({ fields: null }))).toBeUndefined()
})

test('calls that do not match do not count', () => {
  const made = bench({ on: 'stripe', kind: 'reset', nth: 2, where: { a: 1 } })
  expect(hits(made, 4, (nth) => call({ fields: { a: nth === 1 ? 9 : 1 } }))).toEqual([3])
})

test('luck hangs on the causal key, not on the order of calls', () => {
  const keys = Array.from({ length: 60 }, (_, at) => `s${at}/stripe.refunds.create#1`)
  const outcome = (order: readonly string[]): ReadonlyMap<string, boolean> => {
    const { plan } = bench({ on: 'stripe', kind: 'reset', rate: 0.5 })
    return new Map(order.map((key) => [key, plan.hit(call({ key })) !== undefined]))
  }
  const forwards = outcome(keys)
  const backwards = outcome(keys.toReversed())
  expect(keys.map((key) => backwards.get(key))).toEqual(keys.map((key) => forwards.get(key)))
  expect(new Set(forwards.values()).size).toBe(2)
})

test('a rate of 0 never hits, one of 1 always', () => {
  expect(hits(bench({ on: 'stripe', kind: 'reset', rate: 0 }), 20)).toEqual([])
  expect(hits(bench({ on: 'stripe', kind: 'reset', rate: 1 }), 3)).toEqual([1, 2, 3])
})

test('chance is not asked where a fault cannot hit', () => {
  const made = bench({ on: 'stripe', kind: 'reset', rate: 0.5, attempt: 2 })
  made.plan.hit(call())
  expect(made.asked).toEqual([])
})

test('of two faults the first added hits; when it is used up, the second', () => {
  const made = bench({ on: 'stripe', kind: 'reset', times: 1 }, { on: 'stripe', kind: 'slow' })
  expect([made.plan.hit(call())?.kind, made.plan.hit(call())?.kind]).toEqual(['reset', 'slow'])
})

test.each([
  [{ a: { b: [{ c: 1 }] } }, 'a.b.0.c', 1],
  [{ a: null }, 'a.b', undefined],
  [{ a: 'text' }, 'a.length', undefined],
  [[1, 2], '1', 2],
  [{}, 'toString', undefined],
  [null, 'a', undefined],
])('in %j, %s is %s', (value, path, expected) => {
  expect(fieldAt(value, path)).toEqual(expected)
})
