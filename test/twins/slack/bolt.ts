import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { App, HTTPReceiver } from '@slack/bolt'
import type { Seed } from '../../../twins/slack/state.ts'
import type { Delivery, DeliveryOutcome } from '../../../twins/world.ts'
import { APP, openWorkspace, QUIET, SECRET, SEED, type Setup } from './support.ts'

/** A request of Slack's at the vendor's own HTTP receiver, without a port in between. */
async function receive(receiver: HTTPReceiver, delivery: Delivery): Promise<DeliveryOutcome> {
  const headers = Object.fromEntries(delivery.headers.map(([name, value]) => [name.toLowerCase(), value]))
  const { pathname } = new URL(delivery.url)
  const request = Object.assign(Readable.from([Buffer.from(delivery.body)]), { method: 'POST', url: pathname, headers })
  return new Promise((resolve) => {
    let status = 200
    const response = {
      headersSent: false,
      writeHead(code: number) {
        status = code
        return this
      },
      setHeader: () => undefined,
      end: (body?: string) => resolve({ kind: 'answer', status, body: body ?? '' }),
    }
    receiver.requestListener(request as unknown as IncomingMessage, response as unknown as ServerResponse)
  })
}

const TURNS = 30

/** An app made with the vendor's framework, unmodified, in a workspace that sends it everything at `APP`. */
export function openApp(seed: Partial<Seed> = {}, secret: string = SECRET): Setup & { readonly app: App } {
  const setup = openWorkspace({ ...SEED, interactivity: { url: APP }, ...seed })
  const receiver = new HTTPReceiver({ signingSecret: secret, logger: QUIET })
  const app = new App({
    token: 'xoxb-bot',
    receiver,
    logger: QUIET,
    clientOptions: { fetch: setup.fetch as never, retryConfig: { retries: 0 } },
  })
  setup.listener = async (delivery) => {
    const outcome = await receive(receiver, delivery)
    // Handlers go on after they have answered; the clock waits for them, as the replayer's does.
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
    return outcome
  }
  return Object.assign(setup, { app })
}
