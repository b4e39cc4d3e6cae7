import { type Taken, tell } from './callbacks.ts'
import { bare, isWhatsApp, openWindow } from './channels.ts'
import { plan } from './lifecycle.ts'
import { phoneOf } from './phone.ts'
import { segmentsOf } from './segments.ts'
import { addMedia, ORDER, send } from './send.ts'
import type { Site } from './site.ts'
import type { Delivery, Message, PhoneNumber, Service } from './state.ts'
import { type Reply, verbsOf } from './twiml.ts'
import { Refusal, sidOf, VERSION } from './wire.ts'

/** https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (2026-11-26); single words, whatever their case. */
const STOP = ['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL']
const START = ['START', 'YES', 'UNSTOP']
/** Recorded by https://missiveapp.com/faq/opt-out-sms and http://blog.textit.in/tracking-opt-outs (2026-11-26). */
const STOPPED =
  'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.'
const STARTED =
  'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.'
const REDIRECTS_MAX = 10

/** Somebody has sent a message to a number of the account. */
export function receive(
  site: Site,
  {
    from,
    to,
    body,
    media,
  }: { readonly from: string; readonly to: string; readonly body: string; readonly media: readonly string[] },
): Message {
  const nowMs = site.now()
  const [number] = site.store.numbers.find(to)
  const service = number?.service == null ? undefined : site.store.services.get(number.service)
  const message: Message = {
    id: sidOf(site.world, media.length > 0 ? 'MM' : 'SM'),
    direction: 'inbound',
    from,
    to,
    body,
    segments: isWhatsApp(to) ? 1 : segmentsOf(body),
    media: media.length,
    template: null,
    service: service?.id ?? null,
    callback: null,
    status: 'receiving',
    error_code: null,
    price: null,
    sent_ms: nowMs,
    expires_ms: nowMs,
    price_max: null,
    created_ms: nowMs,
    updated_ms: nowMs,
  }
  site.store.messages.put(message)
  for (const url of media) addMedia(site, message.id, url)
  plan(site, message.id, 'received', 0)
  if (isWhatsApp(to)) openWindow(site, to, from)
  else keyword(site, message)
  const hook = isWhatsApp(to) ? hookOfChannel(site, to) : hookOf(number, service)
  if (hook !== undefined)
    tell(
      site,
      {
        kind: 'inbound',
        message: message.id,
        url: hook.url,
        method: hook.method,
        params: inboundParams(site, message),
        fallback: hook.fallback,
      },
      answered,
    )
  return message
}

type Hook = Pick<Delivery, 'url' | 'method'> & { readonly fallback: Delivery['fallback'] }

function hookOfChannel(site: Site, sender: string): Hook | undefined {
  const url = site.store.channels.get(sender)?.url ?? ''
  return url === '' ? undefined : { url, method: 'POST', fallback: null }
}

/** Where incoming messages go: lib/rest/messaging/v1/service.d.ts of twilio 6.2 (2026-11-26). */
function hookOf(number: PhoneNumber | undefined, service: Service | undefined): Hook | undefined {
  const own = service === undefined || service.use_inbound_webhook_on_number
  const url = own ? (number?.sms_url ?? '') : (service.inbound_request_url ?? '')
  if (url === '') return undefined
  const spare = own ? (number?.sms_fallback_url ?? '') : (service.fallback_url ?? '')
  const [method, spareMethod] = own
    ? [number?.sms_method ?? 'POST', number?.sms_fallback_method ?? 'POST']
    : [service.inbound_method, service.fallback_method]
  return { url, method, fallback: spare === '' ? null : { url: spare, method: spareMethod } }
}

/** STOP bars the sender, START lets it again; Twilio answers both by itself, free of charge. */
function keyword(site: Site, { body, from, to, service }: Message): void {
  const word = body.trim().toUpperCase()
  const id = `${service ?? to} ${from}`
  if (STOP.includes(word)) {
    site.store.opt_outs.put({ id })
    site.note('recipient.stopped', { number: from, sender: service ?? to })
    site.note('reply.sent', { from: to, to: from, body: STOPPED })
  } else if (START.includes(word)) {
    for (const sender of [service ?? to, '*']) site.store.opt_outs.remove(`${sender} ${from}`)
    site.note('recipient.started', { number: from, sender: service ?? to })
    site.note('reply.sent', { from: to, to: from, body: STARTED })
  }
}

/** https://www.twilio.com/docs/messaging/guides/webhook-request (2026-11-26). */
function inboundParams(site: Site, message: Message): Readonly<Record<string, string>> {
  const media = site.store.media.find(message.id)
  const account = site.account().id
  const whatsapp = isWhatsApp(message.to)
  const place = (side: 'From' | 'To', number: string): Readonly<Record<string, string>> =>
    whatsapp
      ? {}
      : {
          [`${side}Country`]: phoneOf(number)?.country ?? '',
          [`${side}State`]: '',
          [`${side}City`]: '',
          [`${side}Zip`]: '',
        }
  return {
    ...place('To', message.to),
    SmsMessageSid: message.id,
    NumMedia: `${message.media}`,
    SmsSid: message.id,
    SmsStatus: 'received',
    Body: message.body,
    ...place('From', message.from ?? ''),
    To: message.to,
    ...(message.service === null ? {} : { MessagingServiceSid: message.service }),
    NumSegments: `${message.segments}`,
    MessageSid: message.id,
    AccountSid: account,
    From: message.from ?? '',
    ApiVersion: VERSION,
    // https://www.twilio.com/docs/messaging/guides/webhook-request#whatsapp-specific-parameters (2026-11-26).
    ...(whatsapp
      ? { ProfileName: '', WaId: bare(message.from ?? '').slice(1), MessageType: message.media > 0 ? 'image' : 'text' }
      : {}),
    ...Object.fromEntries(
      media.flatMap(({ id, content_type }, at) => [
        [`MediaContentType${at}`, content_type],
        [`MediaUrl${at}`, `https://api.twilio.com/${VERSION}/Accounts/${account}/Messages/${message.id}/Media/${id}`],
      ]),
    ),
  }
}

/** Does what the subject's answer says, or turns to the fallback. */
export const answered: Taken = (site, delivery, end) => {
  const verbs = 'error' in end ? { kind: 'malformed' as const, error: end.error } : verbsOf(end.body)
  if (!('kind' in verbs)) {
    for (const verb of verbs) {
      if (verb.kind === 'redirect') redirect(site, delivery, verb.url, verb.method)
      else reply(site, delivery, verb)
    }
    return
  }
  site.note('webhook.alert', { message: delivery.message, url: delivery.url, error: verbs.error })
  if (delivery.fallback === null) return
  const { url, method } = delivery.fallback
  const params = { ...delivery.params, ErrorCode: `${verbs.error}`, ErrorUrl: delivery.url }
  tell(site, { kind: 'inbound', message: delivery.message, url, method, params }, answered)
}

function redirect(site: Site, delivery: Delivery, to: string, method: 'GET' | 'POST'): void {
  const redirects = delivery.redirects + 1
  const base = delivery.url.split('#')[0] ?? ''
  if (redirects > REDIRECTS_MAX || !URL.canParse(to, base)) {
    site.note('webhook.alert', { message: delivery.message, url: to, error: 11100 })
    return
  }
  const { message, params, fallback } = delivery
  tell(site, { kind: 'inbound', message, url: new URL(to, base).href, method, params, fallback, redirects }, answered)
}

/** Sends a reply; what Twilio would refuse from its API it refuses here too, and tells only the debugger. */
function reply(site: Site, delivery: Delivery, { to, from, body, media, callback }: Reply): void {
  const asked = site.store.messages.get(delivery.message)
  if (asked === undefined) return
  const base = delivery.url.split('#')[0] ?? ''
  const absolute = (url: string): string => (URL.canParse(url, base) ? new URL(url, base).href : url)
  try {
    send(site, {
      ...ORDER,
      direction: 'outbound-reply',
      to: to ?? asked.from ?? '',
      from: from ?? asked.to,
      body,
      media: media.map(absolute),
      callback: callback === undefined ? '' : absolute(callback),
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    site.note('webhook.alert', { message: delivery.message, url: delivery.url, error: error.code })
  }
}

/** A recipient says STOP or START by other means, such as at their carrier. */
export function optOut(site: Site, number: string, sender: string, stopped: boolean): void {
  const id = `${sender} ${number}`
  if (stopped) site.store.opt_outs.put({ id })
  else
    for (const one of site.store.opt_outs.all()) if (one.id.endsWith(` ${number}`)) site.store.opt_outs.remove(one.id)
  site.note(stopped ? 'recipient.stopped' : 'recipient.started', { number, sender })
}
