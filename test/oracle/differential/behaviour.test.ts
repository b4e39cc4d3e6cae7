import { expect, test } from 'vitest'
import { behaviourOf, kindOf } from '../../../oracle/differential/behaviour.ts'
import { clustersOf, firstDifference } from '../../../oracle/differential/disagreement.ts'
import { questionOf } from '../../../oracle/differential/question.ts'
import { differenceIn, sayAt, surveyOf } from '../../../oracle/differential/survey.ts'
import { storyOf } from '../../../oracle/properties/story.ts'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Json } from '../../../twins/trace.ts'
import { runOf, type Written } from '../../support/runs.ts'

const body = { amount: 101, friends: ['ada', 'bob'] }
const scenario = storyOf({ id: 'split', clock: '2026-05-04T09:00:00Z' }, [
  { kind: 'call', method: 'POST', path: '/bills', headers: {}, body: { json: body }, capture: {} },
])
const pay = (nth: number, amount: number): Written => [
  nth,
  'stripe.payment_intents.create',
  {
    key: `s1/stripe.payment_intents.create#${nth}`,
    method: 'POST',
    path: '/v1/payment_intents',
    idempotencyKey: `${amount}`,
    params: { amount: `${amount}` },
  },
  's1',
]
const run = (answer: Json, calls: readonly Written[] = [], more: Partial<Run> = {}): Run =>
  runOf(
    [
      [0, 'app.request', { id: 's1', method: 'POST', path: '/bills' }, 's1'],
      ...calls,
      [9, 'app.log', { text: Math.PI }, 's1'],
    ],
    {
      answers: {
        s1: { step: 's1', askedAtMs: 0, answeredAtMs: 9, status: 201, headers: {}, body: answer, error: undefined },
      },
      ...more,
    },
  )
const shares = (ada: number, bob: number): Json => ({ shares: { ada, bob } })

test('a behaviour is what is seen from outside: keys, times, logs and the names of ids are no part of it', () => {
  const one = behaviourOf(run({ id: 'pi_1ABCDEFGHIJKL', again: 'pi_1ABCDEFGHIJKL' }, [pay(1, 5)]))
  const two = behaviourOf(
    run({ id: 'pi_2ZYXWVUTSRQPO', again: 'pi_2ZYXWVUTSRQPO' }, [
      [3, 'stripe.payment_intents.create', { ...pay(1, 5)[2], idempotencyKey: 'other' }, 's1'],
    ]),
  )
  expect(two.hash).toBe(one.hash)
  expect(behaviourOf(run({ id: 'pi_1ABCDEFGHIJKL', again: 'pi_2ZYXWVUTSRQPO' }, [pay(1, 5)])).hash).not.toBe(one.hash)
  expect(one.observations.map(({ what }) => what)).toEqual([
    'POST /bills calls stripe.payment_intents.create#1',
    'POST /bills answer',
  ])
})

test.each([
  ['an answer', run(shares(51, 50)), run(shares(50, 51)), 'POST /bills answer.body.shares.ada'],
  ['a call less', run({}, [pay(1, 5)]), run({}), 'POST /bills calls stripe.payment_intents.create#1'],
  [
    'what a call says',
    run({}, [pay(1, 5)]),
    run({}, [pay(1, 6)]),
    'POST /bills calls stripe.payment_intents.create#1.amount',
  ],
  [
    'an answer that never came',
    run({}),
    { ...run({}), answers: {}, pending: [{ what: 'POST /bills', step: 's1', sinceMs: 0 }] },
    'POST /bills answer',
  ],
])('two behaviours part at %s', (_, left, right, what) => {
  expect(firstDifference(behaviourOf(left), behaviourOf(right))?.what).toBe(what)
})

test('what nobody cares about is no difference', () => {
  const care = (what: string) => [{ what, reason: 'either will do' }]
  const hash = (one: Run, what: string): string => behaviourOf(one, care(what)).hash
  for (const what of ['POST /bills answer.body.shares.*', 'POST /bills answer.body.shares', 'POST /bills answer'])
    expect(hash(run(shares(51, 50)), what)).toBe(hash(run(shares(50, 51)), what))
  const other = 'POST /bills answer.body.total'
  expect(hash(run(shares(51, 50)), other)).not.toBe(hash(run(shares(50, 51)), other))
})

test('builds fall into camps, and a survey counts where they part', () => {
  const inputs = [1, 2, 3].map((seed) => ({ scenario, seed: `${seed}` }))
  const even = behaviourOf(run(shares(50, 50)))
  const [first, last] = [behaviourOf(run(shares(51, 50))), behaviourOf(run(shares(50, 51)))]
  expect(clustersOf([first, last, first])).toEqual([[0, 2], [1]])
  const survey = surveyOf(inputs, [
    [even, first, first],
    [even, last, last],
    [even, first, first],
  ])
  expect(survey).toMatchObject({ inputs: 3, disagreements: 2, unseen: 0 })
  // The friends' names are data of the story: ada's share and bob's are one place.
  expect(survey.kinds).toEqual([
    expect.objectContaining({ about: 'POST /bills answer.body.shares.*', camps: [[0, 2], [1]], seen: 2 }),
  ])
  expect(survey.pairs.map(({ apart }) => apart)).toEqual([2, 0, 2])
})

test('a disagreement is asked in words, and each answer is a scenario that reads', () => {
  const [first, last] = [behaviourOf(run(shares(51, 50))), behaviourOf(run(shares(50, 51)))]
  const difference = differenceIn(scenario, first, last)
  if (difference === undefined) throw new Error('expected a difference')
  const question = questionOf(
    scenario,
    difference,
    [
      { builds: ['a', 'c'], value: sayAt(first, difference) },
      { builds: ['b'], value: sayAt(last, difference) },
    ],
    [
      { id: 'AC-1', text: 'When a bill is split, the shares add up to the amount.' },
      { id: 'AC-2', text: 'When it rains, nobody pays.' },
    ],
  )
  expect(question.words).toBe(
    'What is shares in the answer of POST /bills with {"amount":101,"friends":["ada","bob"]}: {"ada":51,"bob":50} (a, c) or {"ada":50,"bob":51} (b)? Nearest in the brief, which leaves it open: AC-1: When a bill is split, the shares add up to the amount.',
  )
  const read = question.answers.map(({ scenario: text }) => parseScenarioFile('x.scenario.yaml', text, { twins: [] }))
  expect(read.map(({ problems }) => problems)).toEqual([[], []])
  expect(read.map(({ scenarios }) => scenarios[0]?.then)).toEqual([
    [expect.objectContaining({ kind: 'answer', body: { shares: { ada: 51, bob: 50 } } })],
    [expect.objectContaining({ kind: 'answer', body: { shares: { ada: 50, bob: 51 } } })],
  ])
  expect(question.dontCare).toBe('- { what: "POST /bills answer.body.shares.*", reason: "..." }\n')
})

test('behaviours of one kind differ in values only', () => {
  const kind = (one: Run): string => kindOf(behaviourOf(one))
  expect(kind(run(shares(51, 50), [pay(1, 5)]))).toBe(kind(run(shares(1, 2), [pay(1, 9)])))
  expect(kind(run({}, [pay(1, 5)]))).not.toBe(kind(run({}, [pay(1, 5), pay(2, 5)])))
  const refused = run({}, [], {
    answers: {
      s1: { step: 's1', askedAtMs: 0, answeredAtMs: 9, status: 422, headers: {}, body: {}, error: undefined },
    },
  })
  expect(kind(refused)).not.toBe(kind(run({})))
})
