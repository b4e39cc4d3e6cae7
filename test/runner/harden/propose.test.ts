import { expect, test } from 'vitest'
import { heldSeeds } from '../../../runner/harden/proposals.ts'
import { expectationsFrom, noticesOf, type Proposal, triedBy } from '../../../runner/harden/propose.ts'
import type { Run } from '../../../scenarios/run.ts'
import { call, scenario } from '../../scenarios/support/stories.ts'
import { sentence } from '../../support/rules.ts'
import { runOf } from '../../support/runs.ts'

const story = scenario([call('buy', '/orders', { body: { json: { amount: 5 } } })])
const good = (id: string, tookMs = 900): Run =>
  runOf(
    [
      [0, 'bank.charge.create', { params: { amount: 5, key: id } }],
      [1, 'app.log', { text: 'paid' }],
    ],
    {
      scenario: story.id,
      states: { bank: { charges: [{ id, amount: 5, currency: 'usd' }] } },
      answers: {
        buy: {
          step: 'buy',
          askedAtMs: 0,
          answeredAtMs: tookMs,
          status: 201,
          headers: {},
          body: { id, status: 'paid' },
          error: undefined,
        },
      },
    },
  )
const texts = (proposals: readonly Proposal[]): readonly string[] => proposals.map(({ text }) => text)
const proposed = expectationsFrom(story, [good('a'), good('b', 1200)], ['bank.charge.create', 'bank.refund.create'])

test('what is the same in all good runs is proposed, and what differs is not', () => {
  expect(texts(proposed)).toEqual(
    expect.arrayContaining([
      '- { calls: bank.charge.create, count: 1 }',
      '- { calls: bank.refund.create, count: 0 }',
      '- { calls: bank.charge.create, where: {"params.amount":5}, count: 1 }',
      '- { calls: app.log, where: {"text":"paid"}, count: 1 }',
      '- { state: bank.charges, count: 1 }',
      '- { state: bank.charges, where: {"currency":"usd"}, count: 1 }',
      '- { answer: buy, status: 201, body: {"id":"/./","status":"paid"} }',
      '- { answer: buy, within: 2s }',
    ]),
  )
  expect(texts(proposed).join('\n')).not.toMatch(/"a"|"b"/)
})

test('no good run objects, and each change of the run is noticed by the proposal it concerns', () => {
  expect(noticesOf(proposed, story, good('c', 1700))).toEqual([])
  const noticed = (change: Partial<Run>): readonly string[] =>
    noticesOf(proposed, story, { ...good('c'), ...change }).map((at) => proposed[at]?.text ?? '')
  expect(noticed({ trace: [] })).toContain('- { calls: bank.charge.create, count: 1 }')
  expect(noticed({ states: { bank: { charges: [{ id: 'c', amount: 5, currency: 'eur' }] } } })).toEqual([
    '- { state: bank.charges, where: {"currency":"usd"}, count: 1 }',
  ])
  expect(noticed(good('c', 9000))).toEqual(['- { answer: buy, within: 2s }'])
})

test('calls that wait for one another are expected no sooner and no later than they came', () => {
  const tries = (...seconds: readonly number[]): Run => runOf(seconds.map((s) => [s, 'bank.charge.create'] as const))
  const timed = expectationsFrom(story, [tries(0, 2, 6), tries(0, 2.2, 6.5)], ['bank.charge.create'])
  expect(texts(timed)).toEqual([
    '- { calls: bank.charge.create, count: 3 }',
    '- { calls: bank.charge.create, before: +1s, count: 1 }',
    '- { calls: bank.charge.create, before: +4s, count: 2 }',
    '- { calls: bank.charge.create, before: +10s, count: 3 }',
    '- { calls: bank.charge.create, after: +1s, count: 2 }',
    '- { calls: bank.charge.create, after: +4s, count: 1 }',
    // Closer: half of what lay between the two, on both sides.
    '- { calls: bank.charge.create, before: +1ms, count: 1 }',
    '- { calls: bank.charge.create, before: +2301ms, count: 2 }',
    '- { calls: bank.charge.create, before: +6751ms, count: 3 }',
    '- { calls: bank.charge.create, after: +1900ms, count: 2 }',
    '- { calls: bank.charge.create, after: +5750ms, count: 1 }',
  ])
  expect(noticesOf(timed, story, { ...tries(0, 2.1, 6.2), scenario: story.id })).toEqual([])
  expect(noticesOf(timed, story, { ...tries(0, 0.1, 0.2), scenario: story.id })).not.toEqual([])
  expect(noticesOf(timed, story, { ...tries(0, 30, 90), scenario: story.id })).not.toEqual([])
})

test('waits that are told and times of what the service says itself are expected to be of their size', () => {
  const waits = (...ms: readonly number[]): Run =>
    runOf(
      ms.map((delayMs) => [delayMs / 1000, 'app.log', { text: `{"event":"retry","delayMs":${delayMs}}` }] as const),
      { scenario: story.id },
    )
  const waited = expectationsFrom(story, [waits(230), waits(380), waits(310)], [])
  const wanted = [
    '- { calls: app.log, where: {"text":"/^\\\\{\\"event\\":\\"retry\\",\\"delayMs\\":[1-4][0-9]{2}\\\\}$/"}, count: 1 }',
    '- { calls: app.log, before: +456ms, count: 1 }',
  ]
  expect(texts(waited)).toEqual(expect.arrayContaining(wanted))
  const noticed = (ms: number): readonly string[] =>
    noticesOf(waited, story, waits(ms)).map((at) => waited[at]?.text ?? '')
  expect(noticed(280)).toEqual([])
  expect(noticed(760).toSorted()).toEqual(wanted.toSorted())
})

test('nothing is said of other scenarios, or of a run that broke off', () => {
  expect(noticesOf(proposed, { ...story, id: 'another' }, good('c', 9000))).toEqual([])
  const broken = { ...good('c', 9000), ending: { kind: 'exited', message: '', atMs: 0 } } as const
  expect(noticesOf(proposed, story, broken)).toEqual([])
})

test('a good run counts for the proposals that it could have made object, and for no others', () => {
  const other = scenario([], { id: 'other' })
  const all = proposed.map((_, at) => at)
  expect(triedBy(proposed, story, good('a'))).toEqual(all)
  expect(triedBy(proposed, other, good('a'))).toEqual([])
  expect(triedBy(proposed, story, { ...good('a'), ending: { kind: 'hung', message: '', atMs: 0 } })).toEqual([])
  const rule = (text: string): Proposal => ({ kind: 'rule', rule: sentence(text), text })
  const rules = [rule('R-1: At most 1 `bank.charge.create`.'), rule('R-2: At most 1 `bank.refund.create`.')]
  expect(triedBy(rules, other, good('a'))).toEqual([0])
})

test('few scenarios are held against more seeds', () => {
  expect([1, 8, 28, 100].map((places) => heldSeeds(places).length)).toEqual([30, 30, 9, 6])
  expect(heldSeeds(100)).toEqual(['5', '6', '7', '8', '9', '10'])
})
