import { uuid } from '../aws/request-id.ts'
import type { Json } from '../trace.ts'
import { type HeaderOf, NotModelled, notModelled, type TwinDefinition } from '../twin.ts'
import { Account } from './account.ts'
import { readAsk } from './ask.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { TARGETS } from './operations.ts'
import { pace } from './pace.ts'
import { authorize } from './permissions.ts'
import { PRICES } from './prices.ts'
import { receiveOf } from './routes/messages.ts'
import { resume } from './routes/moves.ts'
import { type Seed, seedSchema } from './state.ts'
import { answer, failure, Refused, refusal } from './wire.ts'

/** Each 64 KB of a request is billed as one: https://aws.amazon.com/sqs/pricing/ (2026-11-26). */
const BILLED_BYTES = 65_536

/** SQS: standard and FIFO queues in virtual time, with long polls, dead letters, and signatures that are checked. */
export const sqs: TwinDefinition<Seed> = {
  name: 'sqs',
  origins: ['https://sqs.us-east-1.amazonaws.com', 'https://sqs.*.amazonaws.com'],
  apiVersions: [], // The service model says 2012-11-05; requests do not.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [...TARGETS.values()].map(([operation]) => operation),
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: ['sent', 'received', 'deleted', 'moved', 'deduplicated', 'expired'].map((event) => `message.${event}`),
  latencyMs: { min: 8, max: 60 },
  fidelity: FIDELITY,
  create(world, seed) {
    const account = new Account(world, seed)
    const credentials = seed.credentials ?? []
    const requestId = (): string => uuid(world, 'request id')

    const targetOf = (method: string, url: URL, header: HeaderOf | undefined): string | undefined => {
      const target = /^AmazonSQS\.(\w+)$/.exec(header?.('x-amz-target') ?? '')?.[1]
      // Older clients ask at the queue's own address.
      return method === 'POST' && /^(\/|\/\d{12}\/[\w.-]+)$/.test(url.pathname) ? target : undefined
    }
    const headersOf =
      (request: Request): HeaderOf =>
      (name) =>
        request.headers.get(name) ?? undefined

    const bill = (body: { readonly [parameter: string]: Json | undefined }): void => {
      const chunks = Math.max(1, Math.ceil(Buffer.byteLength(JSON.stringify(body)) / BILLED_BYTES))
      const fifo = [body.QueueUrl, body.QueueName].some((name) => typeof name === 'string' && name.endsWith('.fifo'))
      world.money.charge('sqs', fifo ? 'fifo-request' : 'request', chunks)
    }

    return {
      operationOf: (method, url, header) => TARGETS.get(targetOf(method, url, header) ?? '')?.[0],
      async wait(request) {
        if (targetOf(request.method, new URL(request.url), headersOf(request)) !== 'ReceiveMessage') return undefined
        try {
          const ask = await readAsk(request, account, credentials)
          authorize(ask, 'ReceiveMessage')
          const { queue, wait_s } = receiveOf(ask)
          if (wait_s === 0 || account.hasReceivable(queue)) return undefined
          const untilMs = world.clock.now() + wait_s * 1000
          return account.polls.wait(
            queue,
            untilMs,
            () => account.hasReceivable(queue),
            () => account.nextVisibleMs(queue),
          )
        } catch (error) {
          // What is wrong with it is told at once, by `fetch`.
          if (error instanceof Refused) return undefined
          throw error
        }
      },
      async fetch(request) {
        const url = new URL(request.url)
        const target = targetOf(request.method, url, headersOf(request))
        if (target === undefined && /(^|&)Action=/.test(`${url.search.slice(1)}&${await request.clone().text()}`))
          throw notModelled('sqs', GAPS, 'the query protocol')
        const found = TARGETS.get(target ?? '')
        if (found === undefined)
          throw new NotModelled(
            'sqs',
            `${request.method} ${url.pathname} ${target ?? ''}`.trim(),
            'Model it in twins/sqs/ or take the call out of the scenario.',
          )
        try {
          const ask = await readAsk(request, account, credentials)
          authorize(ask, target ?? '')
          pace(ask, target ?? '')
          bill(ask.body)
          const given = found[1](ask)
          return answer(given, requestId())
        } catch (error) {
          if (error instanceof Refused) return refusal(error, requestId())
          throw error
        }
      },
      failure: (status, retryAfterMs) => failure(status, requestId(), retryAfterMs),
      happen: (event, fields) => happen(account, event, fields),
      snapshot: () => account.store.snapshot(),
      restore(json) {
        account.restore(json)
        resume(account)
      },
    }
  },
}
