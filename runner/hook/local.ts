import type { HookAgent } from './agent.ts'
import { createHookClient, type HookClient, type Real } from './client.ts'
import type { HookLimits } from './conversation.ts'
import type { Exchange } from './exchange.ts'
import { HookFailure } from './failure.ts'
import { createHookServer } from './server.ts'

/** An agent in this process, asked by the same client and held to the same contract as one over HTTP; only the socket is missing. */
export function createLocalHookClient(
  agent: HookAgent,
  real: Real,
  limits: Partial<HookLimits> = {},
): HookClient & { close(): void } {
  let places = 0
  const { app, close } = createHookServer(agent, {
    real,
    newPlace: () => `task-${++places}`,
    waitMs: 100,
    retryAfterS: 0,
  })
  const exchange: Exchange = async ({ method, url, headers, body }, { bodyBytes }, signal) => {
    signal.throwIfAborted()
    const request = new Request(url, { method, headers: { ...headers }, ...(body === undefined ? {} : { body }) })
    const response = await app.fetch(request)
    signal.throwIfAborted()
    const bytes = Buffer.from(await response.arrayBuffer())
    if (bytes.length > bodyBytes)
      throw new HookFailure('too-large', `the agent: expected at most ${bodyBytes} bytes, got ${bytes.length}`)
    return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, body: bytes }
  }
  const client = createHookClient({ url: 'http://127.0.0.1/' }, real, { limits, exchange })
  return { ...client, close }
}
