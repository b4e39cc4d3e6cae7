import { z } from 'zod'
import type { Price } from '../../../twins/money.ts'
import { responseOf } from '../../../twins/response.ts'
import { createTwinApp, notModelled, type TwinDefinition } from '../../../twins/twin.ts'
import { deliverWithRetries } from '../../../twins/webhooks.ts'

type Seed = { readonly webhook?: string | undefined }
const GAPS = [{ what: 'reversals', why: 'A ledger only grows.' }]
const BOOKING = z.object({ amount: z.number() })
const ENTRY: Price = {
  sku: 'entry',
  rate: '0',
  fixed: '0.10',
  currency: 'USD',
  per: 'entry',
  source: 'https://ledger.test/pricing',
  readOn: '2026-11-24',
}

const json = (value: object, status: number, headers: Readonly<Record<string, string>> = {}): Response =>
  responseOf(JSON.stringify(value), status, { 'Content-Type': 'application/json', ...headers })

/** A twin small enough to see through: it books entries, counts them, tells a webhook, and bills 10 cents each. */
export const ledger: TwinDefinition<Seed> = {
  name: 'ledger',
  origins: ['https://ledger.test', 'http://ledger.test'],
  apiVersions: [],
  seed: z.strictObject({ webhook: z.string().optional() }),
  prices: [ENTRY],
  gaps: GAPS,
  operations: ['entries.create', 'entries.reverse', 'gifts.create'],
  happenings: ['audit'],
  happeningFields: { audit: z.strictObject({ by: z.string().optional(), entry: z.string().optional() }) },
  events: ['entry.booked', 'audited'],
  latencyMs: { min: 10, max: 20 },
  create(world, seed) {
    const state = { entries: [] as { id: string; amount: number }[] }
    const app = createTwinApp('ledger')
    const tell = (id: string): void =>
      deliverWithRetries(world, { delaysMs: [60_000, 600_000], taken: (status) => status < 300 }, (attempt) => ({
        twin: 'ledger',
        id: `${id}#${attempt}`,
        fields: { id },
        url: seed.webhook ?? '',
        headers: [['Content-Type', 'application/json']],
        body: JSON.stringify({ id }),
        timeoutMs: 10_000,
      }))
    app.on('entries.create', 'POST /entries', async (c) => {
      const { amount } = BOOKING.parse(await c.req.json())
      const entry = { id: world.id('en_', 8), amount }
      state.entries.push(entry)
      world.money.charge('ledger', 'entry', 1)
      world.trace.record('ledger.entry.booked', entry)
      if (seed.webhook !== undefined) tell(entry.id)
      return json(entry, 201)
    })
    app.on('gifts.create', 'POST /gifts', () => {
      world.money.charge('ledger', 'gift', 1)
      return json({}, 200)
    })
    app.on('entries.reverse', 'POST /reversals', () => {
      throw notModelled('ledger', GAPS, 'reversals')
    })
    return {
      operationOf: app.operationOf,
      fetch: app.fetch,
      failure: (status, retryAfterMs) =>
        json(
          { error: status },
          status,
          retryAfterMs === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}` },
        ),
      happen(event, fields) {
        const { entry } = z.looseObject({ entry: z.string().optional() }).parse(fields)
        if (entry !== undefined && !state.entries.some(({ id }) => id === entry))
          throw new Error(`ledger ${event}: expected an entry ${entry}, got none.`)
        world.trace.record('ledger.audited', { fields })
      },
      snapshot: () => structuredClone(state),
      restore: (json) => void Object.assign(state, json),
    }
  },
}
