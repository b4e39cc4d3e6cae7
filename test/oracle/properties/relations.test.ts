import fc from 'fast-check'
import { expect, test } from 'vitest'
import { events, rows, total } from '../../../oracle/properties/measure.ts'
import { judgeModel, type Model, storiesOf } from '../../../oracle/properties/model.ts'
import {
  compareTellings,
  demandsOf,
  faultsLeaveNoMark,
  orderSwapped,
  type Relation,
  sameRequestTwice,
  shiftedByAWeek,
  splitPayment,
  unitChanged,
} from '../../../oracle/properties/relations.ts'
import { storyOf, type Unnamed } from '../../../oracle/properties/story.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import type { Json } from '../../../twins/trace.ts'
import { runOf } from '../../support/runs.ts'

const pay = (id: string, amount: number): Unnamed => ({
  kind: 'call',
  method: 'POST',
  path: '/pay',
  headers: {},
  body: { json: { id, amount } },
  capture: {},
})
const lost: Unnamed = { kind: 'fault', fault: { on: 'bank.charge', kind: 'answer-lost', nth: 1 } }
const story = (...steps: Unnamed[]): Scenario => storyOf({ id: 'x', clock: '2026-05-04T09:00:00Z' }, steps)

type Body = { readonly id: string; readonly amount: number }
const bodyOf = (step: Scenario['when'][number]): Body | undefined =>
  step.kind === 'call' && step.body !== undefined && 'json' in step.body
    ? (step.body.json as unknown as Body)
    : undefined
const bodies = (scenario: Scenario | undefined): readonly (Body | undefined)[] => scenario?.when.map(bodyOf) ?? []

/** A bank that keeps each id once, or, when it is careless, charges whatever comes; large amounts cost it a fee of 1. */
const play = (scenario: Scenario | undefined, careless = false): Run => {
  const seen = new Set<string>()
  const paid = bodies(scenario).flatMap((body) => {
    if (body === undefined || (seen.has(body.id) && !careless)) return []
    seen.add(body.id)
    const twice = careless && scenario?.when.some(({ kind }) => kind === 'fault')
    return twice ? [body, body] : [body]
  })
  const fee = careless && paid.some(({ amount }) => amount >= 100) ? 1 : 0
  return runOf(
    paid.map(({ amount }, at) => [at, 'bank.charged', { amount }]),
    { states: { bank: { charges: paid.map(({ id, amount }) => ({ id, amount: amount + fee })) } } },
  )
}

const view = [events('bank.charged'), rows('bank.charges'), total('bank.charges', 'amount')]
const RELATIONS: readonly (readonly [Relation, Scenario, string])[] = [
  [sameRequestTwice({ on: 'POST /pay', view }), story(pay('a', 50)), 'bank.charged: expected 1, got 2'],
  [
    splitPayment({
      on: 'POST /pay',
      view: [total('bank.charges', 'amount')],
      split: (body) => {
        const { id, amount } = body as unknown as Body
        return [
          { id, amount: amount - 1 },
          { id: `${id}2`, amount: 1 },
        ]
      },
    }),
    story(pay('a', 100)),
    'sum of amount in bank.charges: expected 101, got 100',
  ],
  [
    unitChanged({
      on: 'POST /pay',
      view: [total('bank.charges', 'amount')],
      factor: 100,
      change: (body) => ({ ...(body as object), amount: (body as unknown as Body).amount * 100 }) as Json,
    }),
    story(pay('a', 5)),
    'sum of amount in bank.charges: expected 500, got 501',
  ],
  [faultsLeaveNoMark({ kinds: ['answer-lost'], view }), story(lost, pay('a', 50)), 'bank.charged: expected 2, got 1'],
]

test.each(RELATIONS)('$id holds for a careful service and finds the careless one', (relation, scenario, message) => {
  const told = relation.transform(scenario)
  expect(told).toBeDefined()
  expect(compareTellings(relation, play(scenario), play(told))).toBeUndefined()
  expect(compareTellings(relation, play(scenario, true), play(told, true))).toBe(message)
})

test('the telling in question is written down with what it must come to', () => {
  const [relation, scenario] = RELATIONS[0] ?? []
  const told = relation?.transform(scenario ?? story()) ?? story()
  const written = demandsOf(
    relation ?? shiftedByAWeek({ view }),
    { scenario: scenario ?? story(), run: play(scenario) },
    { scenario: told, run: play(told, true) },
  )
  expect(written.when.map(({ id }) => id)).toEqual(['s1', 's1-again'])
  expect(written.then.map((one) => ('count' in one ? one.count?.max : undefined))).toEqual([1, 1, undefined])
  // A fault that leaves a mark: the story with the fault is in question, the one without says what is right.
  const marks = faultsLeaveNoMark({ kinds: ['answer-lost'], view: [events('bank.charged')] })
  const faulty = story(lost, pay('a', 50))
  const clean = marks.transform(faulty) ?? story()
  const kept = demandsOf(
    marks,
    { scenario: faulty, run: play(faulty, true) },
    { scenario: clean, run: play(clean, true) },
  )
  expect([kept.when.length, kept.then[0]]).toEqual([
    2,
    expect.objectContaining({ to: 'bank.charged', count: { min: 1, max: 1 } }),
  ])
})

test('order is swapped only where the second does not need the first', () => {
  const relation = orderSwapped({ on: 'POST /pay', view })
  expect(bodies(relation.transform(story(pay('a', 1), pay('b', 2)))).map((body) => body?.id)).toEqual(['b', 'a'])
  expect(relation.transform(story(pay('a', 1), pay('{{s1.body.id}}', 2)))).toBeUndefined()
  expect(relation.transform(story(pay('a', 1), lost, pay('b', 2)))).toBeUndefined()
})

type State = Readonly<Record<string, number>>
const model: Model<State> = {
  id: 'BANK',
  why: 'An account holds what was paid in.',
  initial: {},
  commands: [
    {
      on: 'POST /pay',
      body: fc.record({ id: fc.constantFrom('a', 'b'), amount: fc.integer({ min: 1, max: 9 }) }),
      can: (state, { body }) => !((body as unknown as Body).id in state),
      next: (state, { body }) => ({ ...state, [(body as unknown as Body).id]: (body as unknown as Body).amount }),
      expect: () => ({ status: 201 }),
    },
    {
      on: 'GET /accounts/:id',
      params: () => fc.constantFrom('a', 'b').map((id) => ({ id })),
      next: (state) => state,
      expect: (state, { params }) =>
        (params.id ?? '') in state ? { status: 200, body: { amount: state[params.id ?? ''] ?? 0 } } : { status: 404 },
    },
  ],
  end: (state) => [{ measure: rows('bank.charges'), is: `${Object.keys(state).length}` }],
}

/** A bank that answers as the model says; `wrong` from its third answer on. */
function answer(scenario: Scenario, wrong = false): Run {
  const known = new Map<string, number>()
  const answers = scenario.when.flatMap((step, at): [string, Run['answers'][string]][] => {
    if (step.kind !== 'call') return []
    const body = bodyOf(step)
    if (body !== undefined) known.set(body.id, body.amount)
    const amount = known.get(step.path.split('/').at(-1) ?? '')
    const [status, content] =
      body !== undefined
        ? [201, {}]
        : amount === undefined
          ? [404, {}]
          : [200, { amount: wrong && at >= 2 ? amount + 1 : amount }]
    return [
      [step.id, { step: step.id, askedAtMs: 0, answeredAtMs: 0, status, headers: {}, body: content, error: undefined }],
    ]
  })
  return runOf([], {
    answers: Object.fromEntries(answers),
    states: { bank: { charges: [...known.keys()].map((id) => ({ id })) } },
  })
}

test('a model makes stories that make sense, and agrees with a service that is right', () => {
  fc.assert(
    fc.property(storiesOf(model, { clock: '2026-05-04T09:00:00Z' }), (scenario) => {
      const paid = bodies(scenario).flatMap((body) => (body === undefined ? [] : [body.id]))
      expect(new Set(paid).size).toBe(paid.length)
      expect(judgeModel(model, scenario, answer(scenario))).toBeUndefined()
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('a service that is wrong is found, shrunk to the fewest requests, and told as an expectation', () => {
  const property = fc.property(
    storiesOf(model, { clock: '2026-05-04T09:00:00Z' }),
    (scenario) => judgeModel(model, scenario, answer(scenario, true)) === undefined,
  )
  const { failed, counterexample } = fc.check(property, { seed: 1, numRuns: 200 })
  const [scenario] = counterexample ?? []
  expect(failed).toBe(true)
  expect(scenario?.when).toHaveLength(3)
  const found = scenario === undefined ? undefined : judgeModel(model, scenario, answer(scenario, true))
  expect(found?.message).toMatch(/^s3: expected body \{"amount":\d\}, got \{"amount":\d\}$/)
  expect(found?.expectation).toMatchObject({ kind: 'answer', step: 's3', status: 200 })
})

test('a request that makes no sense to the model ends what it knows', () => {
  const again = story(pay('a', 1), pay('a', 2), pay('b', 3))
  expect(judgeModel(model, again, answer(again))).toBeUndefined()
})
