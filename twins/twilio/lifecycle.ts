import { multiply, toDecimal, toUnits } from '../money.ts'
import { schedule, type Taken, tell } from './callbacks.ts'
import { countryOf, isOpen, isWhatsApp } from './channels.ts'
import { segmentsPerSecond } from './phone.ts'
import { segmentsOf } from './segments.ts'
import type { Site } from './site.ts'
import type { Delivery, Due, Message, Status } from './state.ts'
import { VERSION } from './wire.ts'

/** Assumed, see gaps.ts. */
const QUEUED_MS = { min: 50, max: 300 }
const LEAVES_MS = { min: 50, max: 400 }
const SENT_MS = { min: 150, max: 1_200 }
const DELIVERED_MS = { min: 500, max: 4_000 }
/** https://www.twilio.com/docs/api/errors/21611, /30001 (2026-11-26): nothing is queued for longer. */
export const QUEUE_MAX_MS = 36_000_000

/** Errors that end a message before it has left; all others are told by the carrier. */
const FAILED = [30001, 30002, 30010, 30036]
/** Statuses of which a callback tells. */
const TOLD: readonly Status[] = ['queued', 'sent', 'delivered', 'read', 'undelivered', 'failed', 'canceled']

const FINAL: readonly Status[] = ['delivered', 'read', 'undelivered', 'failed', 'canceled', 'received']
export const isFinal = ({ status }: Message): boolean => FINAL.includes(status)

/** What a message is in the bill: so many of a thing. */
export function unitsOf(message: Message): { readonly sku: string; readonly quantity: number } {
  const [direction, number] = message.direction === 'inbound' ? ['inbound', message.from] : ['outbound', message.to]
  if (isWhatsApp(message.to)) return { sku: `whatsapp.${direction}`, quantity: 1 }
  const country = countryOf(number ?? '')
  return message.media > 0
    ? { sku: `mms.${direction}.${country}`, quantity: 1 }
    : { sku: `sms.${direction}.${country}`, quantity: Math.max(1, message.segments) }
}

/** As a message shows it: five decimals, where there is a price. */
export const amount = (rate: string, quantity: number): string => {
  const decimal = toDecimal(multiply(toUnits(rate), toUnits(String(quantity))))
  const [whole = '0', fraction = ''] = decimal.split('.')
  return `${whole}.${fraction.padEnd(5, '0')}`
}

/** Records what a message has become, and tells who wants to know. */
export function become(site: Site, message: Message, status: Status, changes: Partial<Message> = {}): Message {
  const next = site.store.messages.put({ ...message, ...changes, status, updated_ms: site.now() })
  const { id, from, to, body, service, error_code } = next
  if (status !== 'sending') site.note(`message.${status}`, { sid: id, from, to, body, service, error_code })
  if (next.callback !== null && TOLD.includes(status))
    tell(
      site,
      { kind: 'status', message: id, url: next.callback, method: 'POST', params: statusParams(site, next) },
      ignored,
    )
  return next
}

/** What becomes of a status callback is nobody's business. */
export const ignored: Taken = () => undefined

/** https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (2026-11-26). */
function statusParams(site: Site, message: Message): Readonly<Record<string, string>> {
  const carrier = message.status === 'delivered' || message.status === 'undelivered'
  return {
    ApiVersion: VERSION,
    MessageStatus: message.status,
    SmsSid: message.id,
    SmsStatus: message.status,
    To: message.to,
    From: message.from ?? '',
    MessageSid: message.id,
    AccountSid: site.account().id,
    ...(message.service === null ? {} : { MessagingServiceSid: message.service }),
    ...(message.error_code === null ? {} : { ErrorCode: `${message.error_code}` }),
    // YYMMDDhhmm, as the carrier has it.
    ...(carrier ? { RawDlrDoneDate: new Date(site.now()).toISOString().replace(/\D/g, '').slice(2, 12) } : {}),
  }
}

/** Makes a message become `to` in `delayMs`. */
export function plan(site: Site, id: string, to: Status, delayMs: number): void {
  resume(site, site.store.due.put({ id, to, at_ms: site.now() + Math.ceil(delayMs) }))
}

/** Puts what is due on the clock; also after a restore. */
export function resume(site: Site, due: Due): void {
  site.later(
    due.at_ms - site.now(),
    () => {
      if (site.store.due.get(due.id) !== due) return
      site.store.due.remove(due.id)
      const message = site.store.messages.get(due.id)
      if (message !== undefined) step(site, message, due.to)
    },
    `message ${due.to}`,
  )
}

const pause = (
  site: Site,
  { id }: Message,
  name: string,
  range: { readonly min: number; readonly max: number },
): number => site.delay(`${name} ${id}`, range.min, range.max)

function step(site: Site, message: Message, to: Status): void {
  switch (to) {
    case 'queued':
      return enqueue(site, message)
    case 'sending': {
      // What may not be said outside of the window is known to be lost only now.
      const free = !isWhatsApp(message.to) || message.template !== null || isOpen(site, message.from ?? '', message.to)
      if (!free) return fail(site, message, 63016)
      // A message that its recipient's carrier will not take is known to be lost only later.
      become(site, message, 'sending')
      return plan(site, message.id, 'sent', pause(site, message, 'sends', SENT_MS))
    }
    case 'sent': {
      const { sku, quantity } = unitsOf(message)
      site.charge(sku, quantity)
      become(site, message, 'sent', { sent_ms: site.now() })
      return plan(site, message.id, 'delivered', pause(site, message, 'delivers', DELIVERED_MS))
    }
    case 'delivered': {
      const { sku, quantity } = unitsOf(message)
      const rate = site.priceOf(sku)
      const price = rate === undefined ? null : amount(rate, quantity)
      const error = site.store.recipients.get(message.to)?.error ?? null
      if (error === null) chargeTemplate(site, message)
      become(site, message, error === null ? 'delivered' : 'undelivered', { price, error_code: error })
      return
    }
    case 'received': {
      const { sku, quantity } = unitsOf(message)
      const rate = site.charge(sku, quantity)
      become(site, message, 'received', { price: rate === undefined ? null : amount(rate, quantity) })
      return
    }
    default:
      // The only other thing that is planned: it has waited for too long.
      fail(site, message, 30036)
  }
}

/**
 * What Meta asks for a template, by category and country: of one for utility nothing within the window.
 * https://www.twilio.com/en-us/whatsapp/pricing (2026-11-26).
 */
function chargeTemplate(site: Site, { template, from, to }: Message): void {
  if (template === null || (template === 'UTILITY' && isOpen(site, from ?? '', to))) return
  site.charge(`whatsapp.template.${template.toLowerCase()}.${countryOf(to)}`, 1)
}

/** Somebody has read a message: of WhatsApp alone one hears that. */
export function read(site: Site, message: Message): void {
  if (message.status === 'delivered' && isWhatsApp(message.to)) become(site, message, 'read')
}

/** Ends a message before it has left. */
function fail(site: Site, message: Message, error_code: number): void {
  const rate = site.charge('failed', 1)
  become(site, message, 'failed', { error_code, price: rate === undefined ? null : amount(rate, 1) })
}

/** Gives a message of a service its sender, and any message its place in the sender's queue. */
export function enqueue(site: Site, message: Message): void {
  const from = message.from ?? senderOf(site, message)
  if (from === undefined) return fail(site, message, 30001)
  const segments = isWhatsApp(message.to) ? 1 : segmentsOf(message.body)
  const placed = message.status === 'queued' ? message : become(site, { ...message, from, segments }, 'queued')
  const error = site.store.recipients.get(placed.to)?.error ?? 0
  if (FAILED.includes(error)) return fail(site, placed, error)
  const { sku, quantity } = unitsOf(placed)
  const rate = site.priceOf(sku)
  const dear =
    placed.price_max !== null && rate !== undefined && toUnits(amount(rate, quantity)) > toUnits(placed.price_max)
  if (dear) return fail(site, placed, 30010)
  const at = freeAt(site, from)
  // What a queue cannot bring in time is not tried.
  if (at > placed.expires_ms) {
    plan(site, placed.id, 'failed', placed.expires_ms - site.now())
    return
  }
  site.store.senders.put({ id: from, free_ms: at + Math.ceil((segments * 1000) / segmentsPerSecond(from)) })
  plan(site, placed.id, 'sending', at - site.now() + pause(site, placed, 'leaves', LEAVES_MS))
}

/** When a sender has sent all that it has. */
export const freeAt = (site: Site, from: string): number =>
  Math.max(site.now(), site.store.senders.get(from)?.free_ms ?? 0)

/**
 * A sender of the pool: the one this recipient knows, or the one with the shortest queue; undefined when all are full.
 * https://www.twilio.com/docs/messaging/services (2026-11-26): Sticky Sender.
 */
function senderOf(site: Site, { service, to }: Message): string | undefined {
  const { store } = site
  const pool = store.numbers.find(`in ${service}`).map(({ phone_number }) => phone_number)
  const known = store.sticky.get(`${service} ${to}`)?.from
  const open = pool.filter((number) => freeAt(site, number) - site.now() <= QUEUE_MAX_MS)
  const [first] = [...open].sort((a, b) => freeAt(site, a) - freeAt(site, b))
  const from = known !== undefined && open.includes(known) ? known : first
  if (from !== undefined && store.services.get(service ?? '')?.sticky_sender !== false)
    store.sticky.put({ id: `${service} ${to}`, from })
  return from
}

/** How soon a message of a service is in a queue. */
export const acceptedFor = (site: Site, message: Message): number => pause(site, message, 'queues', QUEUED_MS)

/** Whatever a restored state still has before it is put back on the clock. */
export function resumeAll(site: Site, taken: Readonly<Record<Delivery['kind'], Taken>>): void {
  for (const due of site.store.due.all()) resume(site, due)
  for (const delivery of site.store.deliveries.all()) schedule(site, delivery, taken[delivery.kind])
}
