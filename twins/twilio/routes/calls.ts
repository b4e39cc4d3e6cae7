import { notModelled } from '../../twin.ts'
import { type Ask, created, found, gone, method, type On, onlyKnown } from '../ask.ts'
import { durationOf, end, isOver, LIMIT_MS, obey, place } from '../calls.ts'
import { GAPS } from '../gaps.ts'
import { onlyTested, pretendToCall } from '../magic.ts'
import { PAGING, uriPage } from '../paging.ts'
import { masked, nationalFormat, phoneOf } from '../phone.ts'
import type { Call, Fields } from '../state.ts'
import { Refusal, rfc2822, VERSION } from '../wire.ts'

const ROOT = '/2010-04-01/Accounts/:account/Calls'

/** Parameters of lib/rest/api/v2010/account/call.d.ts, twilio 6.2 (2026-11-26). */
const KNOWN = [
  'To',
  'From',
  'Url',
  'Method',
  'FallbackUrl',
  'FallbackMethod',
  'StatusCallback',
  'StatusCallbackEvent',
  'StatusCallbackMethod',
  'Timeout',
  'TimeLimit',
  'Twiml',
  'CallReason',
]
const OTHERS = [
  'ApplicationSid',
  'AsyncAmd',
  'AsyncAmdStatusCallback',
  'AsyncAmdStatusCallbackMethod',
  'Byoc',
  'CallToken',
  'CallerId',
  'ClientNotificationUrl',
  'MachineDetection',
  'MachineDetectionSilenceTimeout',
  'MachineDetectionSpeechEndThreshold',
  'MachineDetectionSpeechThreshold',
  'MachineDetectionTimeout',
  'Passports',
  'Record',
  'RecordingChannels',
  'RecordingConfigurationId',
  'RecordingStatusCallback',
  'RecordingStatusCallbackEvent',
  'RecordingStatusCallbackMethod',
  'RecordingTrack',
  'SendDigits',
  'SipAuthPassword',
  'SipAuthUsername',
  'Trim',
]
const EVENTS = ['initiated', 'ringing', 'answered', 'completed']
/** https://www.twilio.com/docs/voice/api/call-resource (2026-11-26). */
const TIMEOUT_S = { usual: 60, most: 600 }

const isUrl = (text: string): boolean => /^https?:/.test(text) && URL.canParse(text)

export function addCalls(on: On): void {
  const asked = (ask: Ask): Call => found(ask, ask.site.store.calls.get(ask.part('call')))
  on('calls.create', `POST ${ROOT}.json`, (ask) => {
    onlyKnown(ask, KNOWN, ['other things that calls can do', OTHERS])
    if (ask.via === 'test') return pretendToCall(ask)
    const [to, from, url, twiml] = [ask.param('To'), ask.param('From'), ask.param('Url'), ask.param('Twiml')]
    checkNumbers(ask, to, from)
    if (twiml === '' && !isUrl(url)) throw new Refusal(400, 21205, 'Url parameter is required or is not valid.')
    const events = ask.params('StatusCallbackEvent').flatMap((one) => one.split(/[ ,]+/))
    const bad = events.find((event) => !EVENTS.includes(event))
    if (bad !== undefined) throw new Refusal(400, 21626, `StatusCallbackEvents ${bad} is not valid`)
    const callback = ask.param('StatusCallback')
    const fallback = ask.param('FallbackUrl')
    const person = ask.site.seed.people?.[to]
    const call = place(ask.site, {
      direction: 'outbound-api',
      from,
      to,
      url,
      method: method(ask, 'Method', 'POST'),
      fallback: fallback === '' ? null : { url: fallback, method: method(ask, 'FallbackMethod', 'POST') },
      twiml: twiml === '' ? null : twiml,
      callback:
        callback === ''
          ? null
          : {
              url: callback,
              method: method(ask, 'StatusCallbackMethod', 'POST'),
              events: events.length === 0 ? ['completed'] : events,
            },
      told: 0,
      timeout_ms: Math.min(TIMEOUT_S.most, Number(ask.param('Timeout') || TIMEOUT_S.usual)) * 1000,
      limit_ms: Math.min(LIMIT_MS, Number(ask.param('TimeLimit') || LIMIT_MS / 1000) * 1000),
      verbs: [],
      digits: person?.presses ?? '',
      hangs_up_ms: person?.hangs_up_after_s === undefined ? null : person.hangs_up_after_s * 1000,
      redirects: 0,
      price: null,
      answered_ms: null,
      ended_ms: null,
    })
    return created(callBody(ask.account.id, call))
  })
  on('calls.list', `GET ${ROOT}.json`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['To', 'From', 'Status', ...PAGING])
    const [to, from, status] = [ask.param('To'), ask.param('From'), ask.param('Status')]
    const rows = ask.site.store.calls
      .all()
      .filter(
        (call) =>
          (to === '' || call.to === to) &&
          (from === '' || call.from === from) &&
          (status === '' || call.status === status),
      )
    return uriPage(ask, 'calls', rows.toReversed(), (row) => callBody(ask.account.id, row))
  })
  on('calls.fetch', `GET ${ROOT}/:call`, (ask) => {
    onlyTested(ask)
    return Response.json(callBody(ask.account.id, asked(ask)))
  })
  on('calls.update', `POST ${ROOT}/:call`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Status', 'Url', 'Method', 'Twiml'])
    update(ask, asked(ask))
    return Response.json(callBody(ask.account.id, asked(ask)))
  })
  on('calls.delete', `DELETE ${ROOT}/:call`, (ask) => {
    onlyTested(ask)
    const call = asked(ask)
    if (!isOver(call)) throw new Refusal(409, 20009, 'Cannot delete this resource before it is complete')
    ask.site.store.calls.remove(call.id)
    return gone()
  })
}

/** Codes: https://www.twilio.com/docs/api/errors/21201 and those after it (2026-11-26). */
function checkNumbers({ site }: Ask, to: string, from: string): void {
  if (to === '') throw new Refusal(400, 21201, "No 'To' number is specified")
  if (from === '') throw new Refusal(400, 21213, "No 'From' number is specified")
  if (to.includes(':') || from.includes(':')) throw notModelled('twilio', GAPS, 'other things that calls can do')
  const phone = phoneOf(to)
  if (phone === undefined) throw new Refusal(400, 21217, `Phone number ${masked(to)} does not appear to be valid`)
  if (phoneOf(from) === undefined) throw new Refusal(400, 21212, `Invalid 'From' Phone Number: ${masked(from)}`)
  if (site.seed.numbers !== undefined && site.store.numbers.find(from).length === 0)
    throw new Refusal(
      400,
      21210,
      `The source phone number provided, ${from}, is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.`,
    )
  if (site.seed.geo_permissions?.includes(phone.country) === false)
    throw new Refusal(
      400,
      21215,
      `Account not authorized to call ${to}. Perhaps you need to enable some international permissions`,
    )
  if (site.account().type === 'Trial' && site.seed.verified_callers?.includes(to) !== true)
    throw new Refusal(
      400,
      21219,
      `The number ${masked(to)} is unverified. Trial accounts may only make calls to verified numbers.`,
    )
}

/** Hangs up, or tells a call what to do now. https://www.twilio.com/docs/api/errors/21220 (2026-11-26). */
function update(ask: Ask, call: Call): void {
  const [status, url, twiml] = [ask.param('Status'), ask.param('Url'), ask.param('Twiml')]
  const waits = call.status === 'queued' || call.status === 'ringing'
  if (status !== '') {
    if (status !== 'canceled' && status !== 'completed') throw new Refusal(400, 21218, 'Invalid Status')
    // Who is not there yet cannot be hung up on, and who is, not be called off.
    if (status === 'canceled' ? waits : !isOver(call)) end(ask.site, call, waits ? 'canceled' : 'completed')
    return
  }
  if (call.status !== 'in-progress') throw new Refusal(400, 21220, 'Call is not in-progress. Cannot redirect.')
  const verb = { kind: 'redirect' as const, url, method: method(ask, 'Method', 'POST') }
  if (twiml === '' && !isUrl(url)) throw new Refusal(400, 21205, 'Url parameter is required or is not valid.')
  const due = ask.site.store.call_due.get(call.id)
  if (due !== undefined) ask.site.store.call_due.remove(due.id)
  if (twiml !== '') obey(ask.site, call, twiml, call.url)
  else obey(ask.site, call, redirection(verb.url, verb.method), call.url)
}

const redirection = (url: string, how: string): string =>
  `<Response><Redirect method="${how}">${url.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Redirect></Response>`

const PARTS = [
  'events',
  'notifications',
  'payments',
  'recordings',
  'siprec',
  'streams',
  'transcriptions',
  'user_defined_message_subscriptions',
  'user_defined_messages',
]
const pascal = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

/** A call as the Calls resource has it: lib/rest/api/v2010/account/call.js of twilio 6.2 (2026-11-26). */
export function callBody(account: string, call: Call): Fields {
  const uri = `/${VERSION}/Accounts/${account}/Calls/${call.id}`
  const time = (ms: number | null): string | null => (ms === null ? null : rfc2822(ms))
  const over = isOver(call)
  return {
    sid: call.id,
    date_created: time(call.created_ms),
    date_updated: time(call.updated_ms),
    parent_call_sid: null,
    account_sid: account,
    to: call.to,
    to_formatted: nationalFormat(call.to),
    from: call.from,
    from_formatted: nationalFormat(call.from),
    phone_number_sid: null,
    status: call.status,
    start_time: time(call.answered_ms),
    end_time: time(call.ended_ms),
    duration: over ? `${durationOf(call)}` : null,
    price: call.price === null ? null : `-${call.price}`,
    price_unit: 'USD',
    direction: call.direction,
    answered_by: null,
    api_version: VERSION,
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(PARTS.map((part) => [part, `${uri}/${pascal(part)}.json`])),
  }
}
