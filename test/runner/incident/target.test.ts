import { expect, test } from 'vitest'
import type { Rule } from '../../../oracle/rules/rule.ts'
import { readSentence } from '../../../oracle/rules/sentence.ts'
import { printOf, targetsOf } from '../../../runner/incident/target.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Expectation, Scenario, Step } from '../../../scenarios/scenario.ts'
import type { Program } from '../../scenarios/support/puppet.ts'
import { call, fault, place, play, scenario, shop } from '../../scenarios/support/stories.ts'

const calls = (min: number, max: number | undefined): Expectation => ({
  kind: 'calls',
  place,
  to: 'ledger.entry.booked',
  where: undefined,
  count: { min, max },
  beforeMs: undefined,
  afterMs: undefined,
})
const answer = (step: string, status: number): Expectation => ({
  kind: 'answer',
  place,
  step,
  status,
  headers: undefined,
  body: undefined,
  withinMs: undefined,
})
const lost = fault({ on: 'ledger.entries.create', kind: 'answer-lost', nth: 1 })
const down = fault({ on: 'ledger.entries.create', kind: 'status', status: 500 })
const prints = async (when: readonly Step[], then: readonly Expectation[]): Promise<readonly string[]> => {
  const story = scenario(when, { then })
  return targetsOf(story, [], await play(story, shop)).map(({ fingerprint }) => fingerprint)
}

test.each<readonly [string, readonly Step[], readonly Expectation[], readonly string[]]>([
  ['too many', [lost, call('a', '/buy')], [calls(1, 1)], ['calls ledger.entry.booked: too many']],
  ['too few', [down, call('a', '/buy')], [calls(1, 1)], ['calls ledger.entry.booked: too few']],
  ['another status', [down, call('a', '/buy')], [answer('a', 201)], ['answer a: status 503']],
  ['no answer', [call('a', '/never')], [answer('a', 201)], ['answer a: none']],
  ['all is well', [call('a', '/buy')], [answer('a', 201), calls(1, 1)], []],
])('%s is told from other ways to fail', async (_, when, then, wanted) => {
  expect(await prints(when, then)).toEqual(wanted)
})

test('the same check that fails in another way has another fingerprint', async () => {
  const story = (when: readonly Step[]): Scenario => scenario(when, { then: [calls(1, 1)] })
  const [twice, never] = [story([lost, call('a', '/buy')]), story([down, call('a', '/buy')])]
  const [target] = targetsOf(twice, [], await play(twice, shop))
  if (target === undefined) throw new Error('expected a target')
  expect(printOf(target, twice, await play(twice, shop))).toBe(target.fingerprint)
  expect(printOf(target, never, await play(never, shop))).not.toBe(target.fingerprint)
})

test('a 500 for another reason, by what the program printed, is another failure; its ids and numbers are not', async () => {
  const story = scenario([call('a', '/buy')], { then: [answer('a', 201)] })
  const of = async (text: string): Promise<string | undefined> => {
    const fails: Program = {
      boot: shop.boot,
      serve(strings, { step }, reply) {
        strings.effect({ kind: 'log', stream: 'stderr', text, step })
        reply(500, '{}')
      },
    }
    return targetsOf(story, [], await play(story, fails))[0]?.fingerprint
  }
  const first = await of('Error: channel "C1" is gone, order o_17\n    at post (/srv/a.js:1:2)')
  expect(first).toBe('answer a: status 500, Error: channel # is gone, order #')
  expect(await of('Error: channel "C2" is gone, order o_18')).toBe(first)
  expect(await of('Error: null in column "text"')).not.toBe(first)
})

test('a rule is known by the events that break it and the requests they came from, not by their ids', async () => {
  const sentence = readSentence('For each step, at most 1 `ledger.entry.booked`.')
  const rule: Rule = { ...sentence, id: 'BOOK-1', why: 'Once.', place: undefined }
  const of = async (when: readonly Step[]): Promise<string | undefined> => {
    const story = scenario(when)
    const run: Run = await play(story, shop)
    return targetsOf(story, [rule], run)[0]?.fingerprint
  }
  const first = await of([lost, call('a', '/buy')])
  expect(first).toBe('BOOK-1 by ledger.entry.booked in POST /buy')
  expect(await of([call('x', '/gift'), lost, call('b', '/buy')])).toBe(first)
  expect(await of([call('a', '/buy')])).toBeUndefined()
})
