import { expect, test } from 'vitest'
import { deliverWithRetries } from '../../twins/webhooks.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../twins/world.ts'

const SCHEDULE = { delaysMs: [1_000, 60_000], taken: (status: number): boolean => status >= 200 && status < 300 }
const answer = (status: number): DeliveryOutcome => ({ kind: 'answer', status, body: '' })

async function deliver(
  outcomes: readonly DeliveryOutcome[],
): Promise<{ readonly sent: readonly [number, string][]; readonly settled: readonly [number, boolean][] }> {
  const sent: [number, string][] = []
  const settled: [number, boolean][] = []
  const world: RunnableWorld = createWorld({
    seed: '1',
    startsAt: '2030-01-01T00:00:00Z',
    courier: (delivery, done) => {
      sent.push([world.clock.now() - world.startsAtMs, delivery.body])
      const outcome = outcomes[sent.length - 1]
      if (outcome !== undefined) world.clock.schedule(10, () => done(outcome))
    },
  })
  const make = (attempt: number): Delivery => ({
    twin: 'shop',
    id: `e#${attempt}`,
    fields: {},
    url: 'https://shop.test/hook',
    headers: [],
    body: `attempt ${attempt} at ${world.clock.now() - world.startsAtMs}`,
    timeoutMs: 100,
  })
  deliverWithRetries(world, SCHEDULE, make, (attempt, _, taken) => void settled.push([attempt, taken]))
  await world.clock.advance(10 * 60_000)
  return { sent, settled }
}

test('what is taken is sent once', async () => {
  expect(await deliver([answer(204)])).toEqual({ sent: [[0, 'attempt 1 at 0']], settled: [[1, true]] })
})

test('each attempt is made anew, after its wait', async () => {
  const { sent, settled } = await deliver([answer(500), { kind: 'failed', reason: 'timeout' }, answer(200)])
  expect(sent).toEqual([
    [0, 'attempt 1 at 0'],
    [1_010, 'attempt 2 at 1010'],
    [61_020, 'attempt 3 at 61020'],
  ])
  expect(settled).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ])
})

test('after the last attempt it is given up', async () => {
  const { sent, settled } = await deliver([answer(500), answer(500), answer(500), answer(200)])
  expect(sent).toHaveLength(3)
  expect(settled.at(-1)).toEqual([3, false])
})

test('without an outcome there is no next attempt', async () => {
  expect((await deliver([])).sent).toHaveLength(1)
})
