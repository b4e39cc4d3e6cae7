import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Json } from '../../../twins/trace.ts'
import { NotModelled } from '../../../twins/twin.ts'
import { openShop, type Shop } from './support.ts'

/**
 * Recorded traffic with the real API, as HAR, in `$BACKLOT_RECORDINGS/stripe`: each file is replayed against an empty twin,
 * ids are bound by first appearance, and answers compared by status, error and fields.
 */
const DIRECTORY = process.env.BACKLOT_RECORDINGS

const header = z.object({ name: z.string(), value: z.string() })
const harSchema = z.object({
  log: z.object({
    entries: z.array(
      z.object({
        request: z.object({
          method: z.string(),
          url: z.string(),
          headers: z.array(header),
          postData: z.object({ text: z.string().optional() }).optional(),
        }),
        response: z.object({
          status: z.number(),
          headers: z.array(header),
          content: z.object({ text: z.string().optional() }),
        }),
      }),
    ),
  }),
})
type Entry = z.infer<typeof harSchema>['log']['entries'][number]

/** Fields that differ for a reason. */
const KNOWN: Readonly<Record<string, string>> = {
  'payment_intent.allowed_payment_method_types': 'new in 2026-09-30',
  'payment_intent.managed_payments': 'new in 2026',
  'payment_intent.payment_record': 'new in 2026-09-30',
  'payment_intent.customer_account': 'new in 2025-12',
  'customer.customer_account': 'new in 2025-12',
  'payment_method.customer_account': 'new in 2025-12',
  'refund.customer': 'new in 2026',
  'refund.customer_account': 'new in 2026',
  'refund.payment_method': 'new in 2026',
  'charge.payment_method_details.card.electronic_commerce_indicator': 'new in 2026-09-30',
  'charge.payment_method_details.card.transaction_link_id': 'new in 2026',
  'charge.payment_method_details.card.mandate': 'the same field, before it could be expanded',
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const recordedVersion = (entry: Entry): string =>
  entry.response.headers.find(({ name }) => name === 'Stripe-Version')?.value ?? ''

/** Differences in shape, by path; binds ids on the way. */
function compare(recorded: Json, ours: Json, path: string, ids: Map<string, string>): readonly string[] {
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    return recorded.length === 0 || ours.length === 0 ? [] : compare(recorded[0], ours[0], path, ids)
  }
  if (isObject(recorded) && isObject(ours)) {
    const kind = typeof recorded.object === 'string' ? recorded.object : path
    if (kind.endsWith('payment_method_options') || kind.endsWith('.metadata')) return []
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(ours)])]
    return keys.flatMap((key) => {
      const at = `${kind}.${key}`
      const [theirs, mine] = [recorded[key], ours[key]]
      if (key === 'id' && typeof theirs === 'string' && typeof mine === 'string') ids.set(theirs, mine)
      if (KNOWN[at] !== undefined) return []
      if (theirs === undefined) return [`${at}: we send it`]
      if (mine === undefined) return [`${at}: we lack it`]
      return compare(theirs, mine, at, ids)
    })
  }
  if (recorded === null || ours === null) return []
  return typeof recorded === typeof ours ? [] : [`${path}: ${typeof recorded}, ours ${typeof ours}`]
}

const bind = (text: string, ids: ReadonlyMap<string, string>): string =>
  [...ids].reduce((bound, [theirs, ours]) => bound.replaceAll(theirs, ours), text)

async function replayEntry(
  shop: Shop,
  entry: Entry,
  ids: Map<string, string>,
): Promise<readonly string[] | 'not modelled'> {
  const url = new URL(entry.request.url)
  const path = bind(url.pathname + url.search, ids)
  const body = entry.request.postData?.text
  // Expanding tax and credit balances is the recorder's own habit.
  const form =
    body === undefined ? undefined : bind(body, ids).replaceAll(/&?expand\[\d\]=(tax|invoice_credit_balance)/g, '')
  try {
    const answer = await shop.raw(entry.request.method, path, form)
    const where = `${entry.request.method} ${url.pathname}`
    const recorded: Json = JSON.parse(entry.response.content.text ?? 'null')
    const ours: Json = (await answer.json()) as Json
    if (answer.status !== entry.response.status)
      return [`${where}: ${entry.response.status}, ours ${answer.status} ${JSON.stringify(ours)}`]
    if (isObject(recorded)) {
      const { tax: _, invoice_credit_balance: __, ...rest } = recorded
      return compare(rest, ours, 'body', ids)
    }
    return []
  } catch (error) {
    if (error instanceof NotModelled) return 'not modelled'
    throw error
  }
}

const files =
  DIRECTORY === undefined ? [] : readdirSync(join(DIRECTORY, 'stripe')).filter((file) => file.endsWith('.har'))

test.skipIf(DIRECTORY === undefined)('recordings with the real API are answered alike', async () => {
  const differences = new Set<string>()
  let matched = 0
  for (const file of files) {
    const { entries } = harSchema.parse(JSON.parse(readFileSync(join(DIRECTORY ?? '', 'stripe', file), 'utf8'))).log
    const shop = openShop()
    const ids = new Map<string, string>()
    for (const entry of entries) {
      if (recordedVersion(entry) < '2025') break
      const outcome = await replayEntry(shop, entry, ids)
      // What follows may hang on what was not modelled.
      if (outcome === 'not modelled') break
      if (outcome.length === 0) matched += 1
      for (const one of outcome) differences.add(`${one}  (${file})`)
    }
  }
  expect([...differences]).toEqual([])
  expect(matched).toBeGreaterThan(50)
})

test('a difference is seen', () => {
  const ids = new Map<string, string>()
  const recorded = {
    object: 'charge',
    id: 'ch_theirs',
    status: 'paid',
    amount: 1,
    refunds: { data: [{ id: 're_theirs' }] },
  }
  const ours = { object: 'charge', id: 'ch_ours', amount: '1', color: 'red', refunds: { data: [{ id: 're_ours' }] } }
  expect(compare(recorded, ours, 'body', ids)).toEqual([
    'charge.status: we lack it',
    'charge.amount: number, ours string',
    'charge.color: we send it',
  ])
  expect(bind('/v1/charges/ch_theirs?x=re_theirs', ids)).toBe('/v1/charges/ch_ours?x=re_ours')
})
