import { notModelled } from '../twin.ts'
import type { Ask } from './ask.ts'
import { created } from './ask.ts'
import { GAPS } from './gaps.ts'
import { phoneOf } from './phone.ts'
import { segmentsOf } from './segments.ts'
import { messageBody, numberBody, Refusal, sidOf } from './wire.ts'

/**
 * What test credentials answer. Source: https://www.twilio.com/docs/iam/test-credentials (2026-11-26): nothing is sent or kept,
 * and there are no callbacks.
 */
const FROM: Readonly<Record<string, readonly [number, (number: string) => string]>> = {
  '+15005550001': [
    21212,
    (from) => `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`,
  ],
  '+15005550007': [21606, notMine],
  '+15005550008': [
    21611,
    (from) => `SMS queue is full. The 'From' number ${from} has exceeded the maximum number of queued messages`,
  ],
}
const TO: Readonly<Record<string, readonly [number, (number: string, from: string) => string]>> = {
  '+15005550001': [21211, (to) => `The 'To' number ${to} is not a valid phone number.`],
  '+15005550002': [
    21612,
    (to, from) =>
      `The 'To' phone number: ${to}, is not currently reachable using the 'From' phone number: ${from} via SMS.`,
  ],
  '+15005550003': [
    21408,
    (to) => `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}.`,
  ],
  '+15005550004': [21610, () => 'Attempt to send to unsubscribed recipient'],
  '+15005550009': [21614, (to) => `To number: ${to}, is not a mobile number`],
}
const SENDS = '+15005550006'

function notMine(from: string): string {
  return `The From phone number ${from} is not a valid, SMS-capable inbound phone number or short code for your account.`
}

/** Refuses what test credentials may not ask for. */
export function onlyTested(ask: Ask): void {
  if (ask.via === 'test' && !['calls.create', 'messages.create', 'numbers.create'].includes(ask.operation))
    throw new Refusal(403, 20008, 'Resource not accessible with Test Account Credentials')
}

/** Pretends to send a message. */
export function pretendToSend(ask: Ask): Response {
  const [from, to, body] = [ask.param('From'), ask.param('To'), ask.param('Body')]
  if (to === '') throw new Refusal(400, 21604, "A 'To' phone number is required.")
  if (from === '') throw new Refusal(400, 21603, "A 'From' phone number is required.")
  const sender = FROM[from]
  if (sender !== undefined) throw new Refusal(400, sender[0], sender[1](from))
  if (from !== SENDS) throw new Refusal(400, 21606, notMine(from))
  const recipient = TO[to]
  if (recipient !== undefined) throw new Refusal(400, recipient[0], recipient[1](to, from))
  if (phoneOf(to) === undefined) throw new Refusal(400, 21211, `The 'To' number ${to} is not a valid phone number.`)
  if (body === '' && !ask.has('MediaUrl'))
    throw new Refusal(400, 21619, 'A text message body or media urls must be specified.')
  const nowMs = ask.site.now()
  return created(
    messageBody(
      ask.account.id,
      {
        id: sidOf(ask.site.world, 'SM'),
        direction: 'outbound-api',
        from,
        to,
        body,
        segments: segmentsOf(body),
        media: ask.params('MediaUrl').length,
        service: null,
        callback: null,
        status: 'queued',
        error_code: null,
        price: null,
        sent_ms: null,
        expires_ms: nowMs,
        price_max: null,
        template: null,
        created_ms: nowMs,
        updated_ms: nowMs,
      },
      true,
    ),
  )
}

/** Pretends to buy a number. */
export function pretendToBuy(ask: Ask): Response {
  const [number, area] = [ask.param('PhoneNumber'), ask.param('AreaCode')]
  if (number === '+15005550000') throw new Refusal(400, 21422, `${number} is not available`)
  if (number === '+15005550001' || (area === '' && number !== SENDS))
    throw new Refusal(400, 21421, `${number} is not valid`)
  if (area === '533') throw new Refusal(400, 21452, `No phone numbers found in area code ${area}`)
  const nowMs = ask.site.now()
  return created(
    numberBody(ask.account.id, {
      id: sidOf(ask.site.world, 'PN'),
      phone_number: number === '' ? SENDS : number,
      friendly_name: ask.param('FriendlyName') || '(500) 555-0006',
      sms_url: '',
      sms_method: 'POST',
      sms_fallback_url: '',
      sms_fallback_method: 'POST',
      status_callback: '',
      status_callback_method: 'POST',
      voice_url: '',
      service: null,
      created_ms: nowMs,
      updated_ms: nowMs,
    }),
  )
}

const CALLED: Readonly<Record<string, readonly [number, string]>> = {
  '+15005550001': [21217, 'Phone number does not appear to be valid'],
  '+15005550002': [21214, "'To' phone number cannot be reached"],
  '+15005550003': [
    21215,
    'Account not authorized to call this number. Perhaps you need to enable some international permissions',
  ],
  '+15005550004': [21216, 'Account not allowed to call this number'],
}

/** Pretends to call somebody. */
export function pretendToCall(ask: Ask): Response {
  const [from, to] = [ask.param('From'), ask.param('To')]
  const called = CALLED[to]
  if (called !== undefined) throw new Refusal(400, ...called)
  if (from === '+15005550001') throw new Refusal(400, 21212, `Invalid 'From' Phone Number: ${from}`)
  if (from !== SENDS)
    throw new Refusal(400, 21210, `The source phone number provided, ${from}, is not yet verified for your account.`)
  throw notModelled('twilio', GAPS, 'calls by test credentials')
}
