import { notModelled } from '../twin.ts'
import { bare, isElsewhere, isWhatsApp } from './channels.ts'
import { render } from './content.ts'
import { GAPS } from './gaps.ts'
import { acceptedFor, become, enqueue, freeAt, plan, QUEUE_MAX_MS } from './lifecycle.ts'
import { isAlphanumeric, isShortCode, masked, phoneOf } from './phone.ts'
import { segmentsOf } from './segments.ts'
import type { Site } from './site.ts'
import type { Message, Service } from './state.ts'
import { Refusal, sidOf } from './wire.ts'

/** What somebody asks to be sent. */
export type Order = {
  readonly direction: 'outbound-api' | 'outbound-reply'
  readonly to: string
  readonly from: string
  readonly service: string
  readonly body: string
  readonly media: readonly string[]
  readonly content: string
  readonly variables: string
  readonly callback: string
  readonly send_at: string
  readonly schedule: string
  readonly validity: string
  readonly price_max: string
}
export const ORDER: Order = {
  direction: 'outbound-api',
  to: '',
  from: '',
  service: '',
  body: '',
  media: [],
  content: '',
  variables: '',
  callback: '',
  send_at: '',
  schedule: '',
  validity: '',
  price_max: '',
}

/** https://www.twilio.com/docs/glossary/what-sms-character-limit (2026-11-26). */
const BODY_MAX = 1600
const MEDIA_MAX = 10
/** https://www.twilio.com/docs/api/errors/35114 (2026-11-26): 300 seconds to 35 days. */
const SCHEDULE_MS = { min: 300_000, max: 3_024_000_000 }
const VALIDITY_S = { min: 1, max: 36_000 }
const TRIAL = 'Sent from your Twilio trial account - '

const isUrl = (text: string): boolean => /^https?:\/\/[^/\s_]+(\/|$|\?|:|#)/.test(text) && URL.canParse(text)

/**
 * Makes a message and sets it on its way, or refuses. Codes: https://www.twilio.com/docs/api/errors (2026-11-26). Words are those
 * of recorded answers where there are any, otherwise the titles of the codes.
 */
export function send(site: Site, given: Order): Message {
  const service = serviceOf(site, given)
  const rendered = given.content === '' ? undefined : render(site, given.content, given.variables)
  const order = rendered === undefined ? given : { ...given, body: rendered.body, media: rendered.media }
  checkContent(order)
  const to = checkRecipient(site, order)
  const from = checkSender(site, order, service, to.country)
  if (barred(site, order, service)) throw new Refusal(400, 21610, 'Attempt to send to unsubscribed recipient')
  const atMs = checkSchedule(site, order)
  const validity = checkValidity(order) ?? service?.validity_period ?? VALIDITY_S.max
  const text = site.account().type === 'Trial' ? TRIAL + order.body : order.body
  const nowMs = site.now()
  const message: Message = {
    id: sidOf(site.world, order.media.length > 0 ? 'MM' : 'SM'),
    direction: order.direction,
    from,
    to: to.number,
    body: text,
    segments: isWhatsApp(to.number) ? 1 : service === undefined ? segmentsOf(text) : 0,
    media: order.media.length,
    service: service?.id ?? null,
    callback: order.callback !== '' ? order.callback : (service?.status_callback ?? null),
    template: rendered?.template ?? null,
    status: atMs !== undefined ? 'scheduled' : service === undefined ? 'queued' : 'accepted',
    error_code: null,
    price: null,
    sent_ms: null,
    expires_ms: (atMs ?? nowMs) + validity * 1000,
    price_max: order.price_max === '' ? null : order.price_max,
    created_ms: nowMs,
    updated_ms: nowMs,
  }
  site.store.messages.put(message)
  for (const url of order.media) addMedia(site, message.id, url)
  site.note('message.created', { sid: message.id, from, to: message.to, body: text, status: message.status })
  if (atMs !== undefined) plan(site, message.id, 'queued', atMs - nowMs)
  else if (service !== undefined) plan(site, message.id, 'queued', acceptedFor(site, message))
  else enqueue(site, message)
  return message
}

function serviceOf(site: Site, { service, from, to }: Order): Service | undefined {
  // A service may stand in either place.
  const sid = service !== '' ? service : from.startsWith('MG') ? from : ''
  if (sid === '') return undefined
  const row = site.store.services.get(sid)
  if (row === undefined) throw new Refusal(404, 21701, 'The Messaging Service does not exist')
  if (isWhatsApp(to)) {
    if (!isWhatsApp(from)) throw notModelled('twilio', GAPS, 'senders of WhatsApp in pools')
  } else if (site.store.numbers.find(`in ${sid}`).length === 0)
    throw new Refusal(400, 21704, 'The Messaging Service contains no phone numbers')
  return row
}

function checkContent({ to, body, media, callback }: Order): void {
  if (to === '') throw new Refusal(400, 21604, "A 'To' phone number is required.")
  if (body === '' && media.length === 0)
    throw new Refusal(400, 21619, 'A text message body or media urls must be specified.')
  if ([...body].length > BODY_MAX)
    throw new Refusal(400, 21617, `The concatenated message body exceeds the ${BODY_MAX} character limit`)
  if (media.length > MEDIA_MAX) throw new Refusal(400, 21623, 'Number of media files exceeds allowed limit')
  const bad = media.find((url) => !isUrl(url))
  if (bad !== undefined) throw new Refusal(400, 21620, 'Invalid media URL(s)')
  if (callback !== '' && !isUrl(callback))
    throw new Refusal(400, 21609, `The StatusCallback URL ${callback} is not a valid URL.`)
}

function checkRecipient(site: Site, { to }: Order): { readonly number: string; readonly country: string } {
  if (isElsewhere(to)) throw notModelled('twilio', GAPS, 'channels but SMS and WhatsApp')
  const phone = phoneOf(bare(to))
  if (phone === undefined) throw new Refusal(400, 21211, `Invalid 'To' Phone Number: ${masked(to)}`)
  if (isWhatsApp(to)) return { ...phone, number: to }
  const { seed } = site
  if (seed.geo_permissions?.includes(phone.country) === false)
    throw new Refusal(
      400,
      21408,
      `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}`,
    )
  if (site.account().type === 'Trial' && seed.verified_callers?.includes(to) !== true)
    throw new Refusal(
      400,
      21608,
      `The number ${masked(to)} is unverified. Trial accounts cannot send messages to unverified numbers; verify ${masked(to)} at twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to send messages to unverified numbers`,
    )
  if (seed.landlines?.includes(to) === true) throw new Refusal(400, 21614, `To number: ${to}, is not a mobile number`)
  return phone
}

/** The sender; null when the service picks one. */
function checkSender(site: Site, order: Order, service: Service | undefined, country: string): string | null {
  const { from, to } = order
  if (isElsewhere(from)) throw notModelled('twilio', GAPS, 'channels but SMS and WhatsApp')
  if (isWhatsApp(from) || isWhatsApp(to)) return checkChannel(site, order)
  if (service !== undefined && (from === '' || from === service.id)) return null
  if (from === '') throw new Refusal(400, 21603, "A 'From' phone number is required.")
  if (from === to) throw new Refusal(400, 21266, "'To' and 'From' number cannot be the same")
  if (isAlphanumeric(from)) {
    // https://www.twilio.com/docs/api/errors/21612 (2026-11-26): North America takes no letters.
    if (to.startsWith('+1')) throw unroutable(order)
    return from
  }
  const phone = phoneOf(from)
  if (phone === undefined && !isShortCode(from))
    throw new Refusal(
      400,
      21212,
      `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`,
    )
  const rows = site.store.numbers.find(from)
  if (site.seed.numbers !== undefined && rows.length === 0)
    throw new Refusal(400, 21659, `'From' ${from} is not a Twilio phone number or Short Code country mismatch`)
  if (service !== undefined && rows[0]?.service !== service.id)
    throw notModelled('twilio', GAPS, 'a sender outside the pool')
  if (order.media.length > 0 && !['US', 'CA'].includes(country))
    throw new Refusal(400, 21612, unroutable(order).message.replace('via SMS', 'via MMS'))
  if (service === undefined && freeAt(site, from) - site.now() > QUEUE_MAX_MS)
    throw new Refusal(
      400,
      21611,
      `SMS queue is full. The 'From' number ${from} has exceeded the maximum number of queued messages`,
    )
  return from
}

/** A sender of WhatsApp. https://www.twilio.com/docs/api/errors/21910, /63007 (2026-11-26). */
function checkChannel(site: Site, { from, to, media }: Order): string {
  if (isWhatsApp(from) !== isWhatsApp(to))
    throw new Refusal(400, 21910, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel")
  const { whatsapp_senders, numbers } = site.seed
  const named = whatsapp_senders !== undefined || numbers !== undefined
  if (named && site.store.channels.get(from) === undefined)
    throw new Refusal(400, 63007, 'Twilio could not find a Channel with the specified From address')
  if (media.length > 1) throw notModelled('twilio', GAPS, 'several media in one message of WhatsApp')
  return from
}

const unroutable = ({ to, from }: Order): Refusal =>
  new Refusal(
    400,
    21612,
    `The 'To' phone number: ${to}, is not currently reachable using the 'From' phone number: ${from} via SMS.`,
  )

/** Whether the recipient has said STOP to this sender, to this service, or to all. */
function barred(site: Site, { to, from }: Order, service: Service | undefined): boolean {
  return ['*', from, service?.id ?? ''].some((sender) => site.store.opt_outs.get(`${sender} ${to}`) !== undefined)
}

/** When a scheduled message goes; undefined for now. */
function checkSchedule(site: Site, { schedule, send_at, service, from }: Order): number | undefined {
  if (schedule === '' && send_at === '') return undefined
  if (schedule !== 'fixed') throw notModelled('twilio', GAPS, 'options of a message')
  if (send_at === '') throw new Refusal(400, 35111, "You must indicate SendAt timestamp if ScheduleType is 'fixed'")
  if (service === '' && !from.startsWith('MG'))
    throw new Refusal(400, 35118, 'MessagingServiceSid is required to schedule a message')
  const atMs = Date.parse(send_at)
  const inMs = atMs - site.now()
  if (!(inMs >= SCHEDULE_MS.min && inMs <= SCHEDULE_MS.max))
    throw new Refusal(
      400,
      35114,
      'SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the future, inclusive',
    )
  return atMs
}

function checkValidity({ validity }: Order): number | undefined {
  if (validity === '') return undefined
  const seconds = Number(validity)
  if (!Number.isInteger(seconds) || seconds < VALIDITY_S.min || seconds > VALIDITY_S.max)
    throw notModelled('twilio', GAPS, 'a validity out of range')
  return seconds
}

/** Types by how an address ends; Twilio asks the server. */
const TYPES: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  vcf: 'text/vcard',
}

export function addMedia(site: Site, message: string, url: string): void {
  const nowMs = site.now()
  const content_type = TYPES[/\.(\w+)$/.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? ''] ?? 'image/jpeg'
  site.store.media.put({
    id: sidOf(site.world, 'ME'),
    message,
    content_type,
    url,
    created_ms: nowMs,
    updated_ms: nowMs,
  })
}

/** Takes a scheduled message back. https://www.twilio.com/docs/api/errors/30409 (2026-11-26). */
export function cancel(site: Site, message: Message): Message {
  if (message.status !== 'scheduled') throw new Refusal(409, 30409, 'This message cannot be canceled')
  site.store.due.remove(message.id)
  return become(site, message, 'canceled')
}
