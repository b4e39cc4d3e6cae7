import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { BatchInterceptor } from '@mswjs/interceptors'
import { FetchInterceptor } from '@mswjs/interceptors/fetch'
import FakeTimers from '@sinonjs/fake-timers'
import { app } from './orders.ts'
import { rate } from './stage-rate.ts'

const realImmediate = globalThis.setImmediate
const realFetch = globalThis.fetch
const HOUR_MS = 3_600_000
const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"amount":5}' }

/**
 * The same scenario as people write it today: fake timers and an intercepted fetch around the app, in one process. `served` puts the
 * app behind its own server on a real port, as it runs in production; without, the app's handler is called by name.
 */
export async function peerRate(served: boolean): Promise<number> {
  const server = served ? serve({ fetch: app.fetch, port: 0 }) : undefined
  await new Promise((resolve) => (server === undefined ? resolve(0) : server.once('listening', resolve)))
  const port = (server?.address() as AddressInfo | null)?.port
  const interceptor = new BatchInterceptor({ name: 'peer', interceptors: [new FetchInterceptor()] })
  let calls = 0
  interceptor.on('request', ({ controller }) => {
    calls += 1
    controller.respondWith(Response.json({ id: 'en_1', amount: 5 }, { status: calls % 2 === 1 ? 500 : 201 }))
  })
  interceptor.apply()
  const ask = async (): Promise<number> => {
    const answer =
      port === undefined
        ? await app.fetch(new Request('http://localhost/orders', init))
        : await realFetch(`http://127.0.0.1:${port}/orders`, init)
    await answer.text()
    return answer.status
  }
  try {
    return await rate(async () => {
      const clock = FakeTimers.install({
        now: Date.parse('2030-01-01T00:00:00Z'),
        toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
      })
      try {
        let status = 0
        const answered = ask().then((code) => {
          status = code
        })
        // Nobody can tell when the app is waiting for time: turn the loop and move the clock until it answers.
        while (status === 0) {
          await new Promise((resolve) => realImmediate(resolve))
          await clock.tickAsync(50)
        }
        await answered
        // Nor whether anything else would come: the scenario looks on for an hour.
        await clock.tickAsync(HOUR_MS)
        if (status !== 201) throw new Error(`expected 201, got ${status}`)
      } finally {
        clock.uninstall()
      }
    })
  } finally {
    interceptor.dispose()
    server?.close()
  }
}
