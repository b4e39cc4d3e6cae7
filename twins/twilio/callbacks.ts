import { createHmac } from 'node:crypto'
import type { DeliveryOutcome } from '../world.ts'
import type { Site } from './site.ts'
import type { Delivery, Fields } from './state.ts'

/**
 * HMAC-SHA1 of the address and the sorted parameters. Source: getExpectedTwilioSignature in lib/webhooks/webhooks.js of
 * twilio 6.2 (2026-11-26).
 */
export function signatureOf(token: string, url: string, params: Readonly<Record<string, string>>): string {
  const data = Object.keys(params)
    .sort()
    .reduce((done, key) => done + key + params[key], url)
  return createHmac('sha1', token).update(data).digest('base64')
}

/** Defaults and bounds: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (2026-11-26). */
const TOTAL_MS = 15_000
const RETRY_AFTER_MS = 1_000

type Overrides = { readonly retries: number; readonly policy: readonly string[]; readonly totalMs: number }

/** What the fragment of an address says: `#rc=3&rp=5xx,ct&rt=2000`. */
function overridesOf(url: string): Overrides {
  const given = new URLSearchParams(url.split('#')[1] ?? '')
  const within = (name: string, otherwise: number, min: number, max: number): number => {
    const value = Number(given.get(name) ?? otherwise)
    return Number.isInteger(value) ? Math.min(max, Math.max(min, value)) : otherwise
  }
  const totalMs = Math.min(within('tt', TOTAL_MS, 100, TOTAL_MS), within('rt', TOTAL_MS, 100, TOTAL_MS))
  return { retries: within('rc', 1, 0, 5), policy: (given.get('rp') ?? 'ct').split(','), totalMs }
}

/** What `rp` calls an outcome; undefined when there is nothing to say against it. */
function faultOf(outcome: DeliveryOutcome): string | undefined {
  if (outcome.kind === 'failed') return outcome.reason === 'timeout' ? 'rt' : 'ct'
  if (outcome.status >= 500) return '5xx'
  return outcome.status >= 400 ? '4xx' : undefined
}

/** Puts an open delivery on the clock; also after a restore, where one under way is made again. */
export function schedule(site: Site, delivery: Delivery, taken: Taken): void {
  site.later(delivery.due_ms - site.now(), () => attempt(site, delivery, taken), `webhook ${delivery.kind}`)
}

/** Sees how a delivery ended: with the body of an answer, or with an error of https://www.twilio.com/docs/api/errors. */
export type Taken = (
  site: Site,
  delivery: Delivery,
  end: { readonly body: string } | { readonly error: number },
) => void

const noteOf = ({ id, kind, message, url, attempt: nth }: Delivery): Fields => ({
  id,
  kind,
  message,
  url: url.split('#')[0] ?? '',
  attempt: nth,
})

function attempt(site: Site, delivery: Delivery, taken: Taken): void {
  // Whoever reports an outcome does so on its own account; what follows from it is on that of the delivery.
  const { cause } = site.world
  const { id, url, method, params, attempt: nth, message } = delivery
  const bare = url.split('#')[0] ?? ''
  const query = new URLSearchParams(params).toString()
  const asked = method === 'GET' ? `${bare}${bare.includes('?') ? '&' : '?'}${query}` : bare
  site.note('webhook.sent', noteOf(delivery))
  let settled = false
  site.world.deliver(
    {
      twin: 'twilio',
      id: `${id}#${nth}`,
      fields: { kind: delivery.kind, message, ...params },
      method,
      url: asked,
      headers: [
        ...(method === 'GET' ? [] : [['Content-Type', 'application/x-www-form-urlencoded; charset=UTF-8'] as const]),
        ['User-Agent', 'TwilioProxy/1.1'],
        ['Accept', '*/*'],
        ['I-Twilio-Idempotency-Token', id],
        ['X-Twilio-Signature', signatureOf(site.account().auth_token, asked, method === 'GET' ? {} : params)],
      ],
      body: method === 'GET' ? '' : query,
      timeoutMs: overridesOf(url).totalMs,
    },
    (outcome) => {
      // A restore in between has made the delivery another one's.
      if (settled || site.store.deliveries.get(id) !== delivery) return
      settled = true
      const ended = (): void => settle(site, delivery, outcome, taken)
      site.world.clock.schedule(0, () => site.world.within(cause, ended), 'webhook answered')
    },
  )
}

function settle(site: Site, delivery: Delivery, outcome: DeliveryOutcome, taken: Taken): void {
  if (site.store.deliveries.get(delivery.id) !== delivery) return
  const fault = faultOf(outcome)
  if (fault === undefined && outcome.kind === 'answer') {
    site.store.deliveries.remove(delivery.id)
    site.note('webhook.taken', noteOf(delivery))
    taken(site, delivery, { body: outcome.body })
    return
  }
  const { retries, policy, totalMs } = overridesOf(delivery.url)
  const reason = outcome.kind === 'answer' ? String(outcome.status) : outcome.reason
  const again = fault !== undefined && (policy.includes(fault) || policy.includes('all'))
  const dueMs = site.now() + RETRY_AFTER_MS
  if (again && delivery.attempt <= retries && dueMs < delivery.first_ms + totalMs) {
    site.note('webhook.failed', { ...noteOf(delivery), reason })
    const next = { ...delivery, attempt: delivery.attempt + 1, due_ms: dueMs }
    schedule(site, site.store.deliveries.put(next), taken)
    return
  }
  site.store.deliveries.remove(delivery.id)
  site.note('webhook.given_up', { ...noteOf(delivery), reason })
  // 11205 HTTP connection failure, 11200 HTTP retrieval failure.
  taken(site, delivery, { error: fault === 'ct' ? 11205 : 11200 })
}

/** A request to the subject, now. */
export function tell(
  site: Site,
  what: Pick<Delivery, 'kind' | 'message' | 'url' | 'method' | 'params'> & Partial<Delivery>,
  taken: Taken,
): void {
  const hex = site.world.draw('webhook').text(32, '0123456789abcdef')
  const delivery: Delivery = {
    fallback: null,
    redirects: 0,
    ...what,
    id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    attempt: 1,
    first_ms: site.now(),
    due_ms: site.now(),
  }
  schedule(site, site.store.deliveries.put(delivery), taken)
}
