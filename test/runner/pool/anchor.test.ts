import { expect, test } from 'vitest'
import { anchorOf } from '../../../runner/pool/anchor.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { call, fault, scenario } from '../../scenarios/support/stories.ts'

const lost = fault({ on: 'ledger', kind: 'answer-lost', nth: 1 })
const story = scenario([lost, call('buy', '/buy'), call('look', '/look')])
const has = ({ when }: Scenario, id: string): boolean => when.some((step) => step.id === id)
const without = (id: string): Scenario => ({ ...story, when: story.when.filter((step) => step.id !== id) })

/** Expects an entry: there is one when something is bought, and no answer to it is lost. */
const missing = async (one: Scenario): Promise<boolean> => !has(one, 'buy') || has(one, lost.id)

test('a check that nothing breaks in an empty case leaves every case as it is', async () => {
  const anchor = await anchorOf(story, { fails: async (one) => has(one, 'buy'), failsOnBase: undefined })
  expect([anchor.keepStory, await anchor.holds(without('look'))]).toEqual([false, true])
})

test('a missing row that hangs on a fault stays one: the case holds without its faults', async () => {
  const anchor = await anchorOf(story, { fails: missing, failsOnBase: undefined })
  expect(anchor.keepStory).toBe(false)
  expect(await anchor.holds(without('look'))).toBe(true)
  // Nothing is bought: it fails, fault or not.
  expect(await anchor.holds(without('buy'))).toBe(false)
})

test('a world that ends without what is given is tried with it', async () => {
  const given = { ...story, given: { ledger: { account: '7' } } }
  const fails = async (one: Scenario): Promise<boolean> => one.given.ledger !== undefined && missing(one)
  expect(await (await anchorOf(given, { fails, failsOnBase: undefined })).holds({ ...given, when: [lost] })).toBe(false)
})

test('with a base the case has to hold there, faults and all', async () => {
  const anchor = await anchorOf(story, { fails: missing, failsOnBase: async (one) => !has(one, 'buy') })
  expect([await anchor.holds(without('look')), await anchor.holds(without('buy'))]).toEqual([true, false])
})

test('where nothing tells it from an empty case the story stays', async () => {
  expect(await anchorOf(story, { fails: async () => true, failsOnBase: async () => true })).toMatchObject({
    keepStory: true,
  })
})
