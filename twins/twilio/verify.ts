import type { Site } from './site.ts'
import type { Bucket, Verification, VerifyService } from './state.ts'
import { Refusal, sidOf } from './wire.ts'

/** https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts (2026-11-26): a code lives ten minutes and stays the same. */
const LIFE_MS = 600_000
/** https://www.twilio.com/docs/api/errors/60203, /60202 (2026-11-26): five codes, five checks. */
const SENDS_MAX = 5
const CHECKS_MAX = 5
/** How often the state of one may be asked for: same page. */
const ASKED_MAX: readonly (readonly [number, number])[] = [
  [60, 60_000],
  [180, 3_600_000],
  [250, 86_400_000],
]

export const maxSends = (): Refusal => new Refusal(429, 60203, 'Max send attempts reached')
export const maxChecks = (): Refusal => new Refusal(429, 60202, 'Max check attempts reached')

/** The verification that is open for somebody: pending, or waiting for its time to run out. */
export const openFor = (site: Site, service: string, to: string): Verification | undefined =>
  site.store.verifications
    .find(`${service} ${to}`)
    .findLast(
      ({ status, created_ms }) =>
        (status === 'pending' || status === 'max_attempts_reached') && site.now() < created_ms + LIFE_MS,
    )

/** By SID or by whom it is for; undefined when it is over. */
export function verificationOf(site: Site, service: string, name: string): Verification | undefined {
  if (!/^VE[0-9a-f]{32}$/.test(name)) return openFor(site, service, name)
  const row = site.store.verifications.get(name)
  return row?.service === service && openFor(site, service, row.to)?.id === name ? row : undefined
}

export function put(site: Site, one: Verification): Verification {
  return site.store.verifications.put({ ...one, updated_ms: site.now() })
}

type Start = {
  readonly service: VerifyService
  readonly to: string
  readonly country: string
  readonly channel: string
  readonly code: string | undefined
}

/** Sends a code: the one that is out already, while it lives. */
export function start(site: Site, { service, to, country, channel, code }: Start): Verification {
  const open = openFor(site, service.id, to)
  if (open?.status === 'max_attempts_reached') throw maxChecks()
  if (open !== undefined && open.sends.length >= SENDS_MAX) throw maxSends()
  const nowMs = site.now()
  const one: Verification = open ?? {
    id: sidOf(site.world, 'VE'),
    service: service.id,
    to,
    channel,
    code: site.seed.codes?.[to] ?? site.world.draw('code').text(service.code_length, '0123456789'),
    status: 'pending',
    checks: 0,
    sends: [],
    asked_ms: [],
    created_ms: nowMs,
    updated_ms: nowMs,
  }
  const sends = [...one.sends, { id: sidOf(site.world, 'VL'), channel, at_ms: nowMs }]
  const sent = put(site, { ...one, channel, sends, ...(code === undefined ? {} : { code }) })
  // Over WhatsApp a code is a template of Meta's besides: https://www.twilio.com/en-us/verify/pricing (2026-11-26).
  if (channel === 'whatsapp') {
    site.charge('whatsapp.outbound', 1)
    site.charge(`whatsapp.template.authentication.${country}`, 1)
  } else site.charge(`${channel === 'sms' ? 'sms.outbound' : 'call.outbound'}.${country}`, 1)
  site.note('verification.sent', { sid: sent.id, to, channel, sends: sends.length })
  return sent
}

/** Ends a verification by hand. */
export function end(site: Site, one: Verification, status: 'approved' | 'canceled'): Verification {
  const ended = put(site, { ...one, status })
  if (status === 'approved') site.charge('verification', 1)
  site.note(`verification.${status}`, { sid: one.id, to: one.to })
  return ended
}

/** Holds a code against the one that was sent. Gives the verification as it is then, and whether it was right. */
export function check(
  site: Site,
  one: Verification,
  code: string,
): { readonly one: Verification; readonly valid: boolean } {
  if (one.checks >= CHECKS_MAX) {
    put(site, { ...one, status: 'max_attempts_reached' })
    throw maxChecks()
  }
  const counted = put(site, { ...one, checks: one.checks + 1 })
  if (counted.code === code) return { one: end(site, counted, 'approved'), valid: true }
  site.note('verification.mistyped', { sid: one.id, to: one.to, checks: counted.checks })
  return { one: counted, valid: false }
}

/** Counts a question for the state of a verification. */
export function countAsked(site: Site, one: Verification): void {
  const nowMs = site.now()
  for (const [most, windowMs] of ASKED_MAX)
    if (one.asked_ms.filter((at) => at > nowMs - windowMs).length >= most)
      throw new Refusal(429, 20429, 'Too many requests')
  site.store.verifications.put({ ...one, asked_ms: [...one.asked_ms, nowMs] })
}

/** Counts a start against the rate limits of a service, by the values of their keys; none counts when one refuses. */
export function countStart(site: Site, buckets: readonly (readonly [Bucket, string])[]): void {
  const nowMs = site.now()
  const uses = buckets.map(([{ id, interval, max }, value]) => {
    const recent = (site.store.uses.get(`${id} ${value}`)?.at_ms ?? []).filter((at) => at > nowMs - interval * 1000)
    if (recent.length >= max) throw new Refusal(429, 20429, 'Too many requests')
    return { id: `${id} ${value}`, at_ms: [...recent, nowMs] }
  })
  for (const use of uses) site.store.uses.put(use)
}
