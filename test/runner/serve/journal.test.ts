import { expect, test } from 'vitest'
import { createAdmin } from '../../../runner/serve/admin.ts'
import { createNamespaces } from '../../../runner/serve/namespaces.ts'

const EVENTS = 50_000

test('a journal goes back a limited way, and is read on from where one was', async () => {
  const namespaces = createNamespaces({ definitions: [], seeds: {}, seed: '1', now: () => 0, latency: false })
  const { world } = namespaces.at('soak')
  for (let nth = 0; nth < EVENTS; nth++) world.trace.record('tick', { nth })
  expect(world.trace.events.length).toBeLessThanOrEqual(20_000)
  const app = createAdmin({ definitions: [], namespaces, token: 't', tick: () => undefined })
  const read = async (path: string): Promise<unknown> =>
    (await app.request(`/api/namespaces/${path}`, { headers: { Authorization: 'Bearer t' } })).json()
  expect(await read('soak')).toMatchObject({ events: EVENTS })
  expect(await read(`soak/journal?after=${EVENTS - 3}`)).toMatchObject({
    next: EVENTS - 1,
    events: [{ fields: { nth: EVENTS - 2 } }, { fields: { nth: EVENTS - 1 } }],
  })
  const first = world.trace.events[0]?.index ?? 0
  expect(first).toBeGreaterThan(0)
  expect(await read('soak/journal?after=5')).toMatchObject({ next: first + 999 })
})
