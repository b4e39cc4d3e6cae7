import { notModelled } from '../../twin.ts'
import { type Ask, created, found, gone, type On, onlyKnown } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { isFinal } from '../lifecycle.ts'
import { onlyTested, pretendToSend } from '../magic.ts'
import { PAGING, uriPage } from '../paging.ts'
import { cancel, send } from '../send.ts'
import type { Message } from '../state.ts'
import { mediaBody, messageBody, Refusal, rfc2822, VERSION } from '../wire.ts'

const ROOT = '/2010-04-01/Accounts/:account'

/** Parameters of lib/rest/api/v2010/account/message.d.ts, twilio 6.2 (2026-11-26). Some change nothing that can be seen. */
const KNOWN = [
  'To',
  'From',
  'MessagingServiceSid',
  'Body',
  'ContentSid',
  'ContentVariables',
  'MediaUrl',
  'StatusCallback',
  'MaxPrice',
  'ValidityPeriod',
  'ScheduleType',
  'SendAt',
  'ProvideFeedback',
  'Attempt',
  'ForceDelivery',
  'MessageIntent',
  'RiskCheck',
]
const OPTIONS = [
  'AddressRetention',
  'ApplicationSid',
  'ContentRetention',
  'FallbackFrom',
  'PersistentAction',
  'SendAsMms',
  'ShortenUrls',
  'SmartEncoded',
  'TrafficType',
]

const askedMessage = (ask: Ask): Message => found(ask, ask.site.store.messages.get(ask.part('message')))

export function addMessages(on: On): void {
  on('messages.create', `POST ${ROOT}/Messages.json`, (ask) => {
    onlyKnown(ask, KNOWN, ['options of a message', OPTIONS])
    if (ask.via === 'test') return pretendToSend(ask)
    const message = send(ask.site, {
      direction: 'outbound-api',
      to: ask.param('To'),
      from: ask.param('From'),
      service: ask.param('MessagingServiceSid'),
      body: ask.param('Body'),
      media: ask.params('MediaUrl'),
      content: ask.param('ContentSid'),
      variables: ask.param('ContentVariables'),
      callback: ask.param('StatusCallback'),
      schedule: ask.param('ScheduleType'),
      send_at: ask.param('SendAt'),
      validity: ask.param('ValidityPeriod'),
      price_max: ask.param('MaxPrice'),
    })
    return created(messageBody(ask.account.id, message, true))
  })

  on('messages.list', `GET ${ROOT}/Messages.json`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['To', 'From', 'DateSent', 'DateSent<', 'DateSent>', ...PAGING])
    const rows = ask.site.store.messages.all().filter(wanted(ask)).reverse()
    return uriPage(ask, 'messages', rows, (row) => messageBody(ask.account.id, row))
  })

  on('messages.fetch', `GET ${ROOT}/Messages/:message`, (ask) => {
    onlyTested(ask)
    return Response.json(messageBody(ask.account.id, askedMessage(ask)))
  })

  on('messages.update', `POST ${ROOT}/Messages/:message`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Body', 'Status'])
    const message = askedMessage(ask)
    // https://www.twilio.com/docs/api/errors/30400 (2026-11-26): one of the two, an empty body, a status of canceled.
    const [cancels, redacts] = [ask.has('Status'), ask.has('Body')]
    if (cancels === redacts || ask.param('Body') !== '' || (cancels && ask.param('Status') !== 'canceled'))
      throw new Refusal(400, 30400, 'Parameters are not valid')
    if (cancels) return Response.json(messageBody(ask.account.id, cancel(ask.site, message)))
    if (!isFinal(message)) throw notModelled('twilio', GAPS, 'redaction before a message is final')
    const redacted = ask.site.store.messages.put({ ...message, body: '', updated_ms: ask.site.now() })
    return Response.json(messageBody(ask.account.id, redacted))
  })

  on('messages.delete', `DELETE ${ROOT}/Messages/:message`, (ask) => {
    onlyTested(ask)
    const message = askedMessage(ask)
    // https://www.twilio.com/docs/api/errors/20009 (2026-11-26).
    if (!isFinal(message)) throw new Refusal(409, 20009, 'Cannot delete this resource before it is complete')
    for (const { id } of ask.site.store.media.find(message.id)) ask.site.store.media.remove(id)
    ask.site.store.messages.remove(message.id)
    return gone()
  })

  on('messages.feedback.create', `POST ${ROOT}/Messages/:message/Feedback.json`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Outcome'])
    const { id } = askedMessage(ask)
    const outcome = ask.param('Outcome') || 'confirmed'
    if (outcome !== 'confirmed' && outcome !== 'unconfirmed')
      throw new Refusal(400, 20001, 'Invalid parameter: Outcome')
    ask.site.note('message.confirmed', { sid: id, outcome })
    const now = rfc2822(ask.site.now())
    return created({
      account_sid: ask.account.id,
      date_created: now,
      date_updated: now,
      message_sid: id,
      outcome,
      uri: `/${VERSION}/Accounts/${ask.account.id}/Messages/${id}/Feedback.json`,
    })
  })
}

const DAY_MS = 86_400_000

/**
 * Whether a list has a message. `DateSent` is a day or a moment, in GMT; `<` and `>` take it in.
 * https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources (2026-11-26).
 */
function wanted(ask: Ask): (message: Message) => boolean {
  const [to, from] = [ask.param('To'), ask.param('From')]
  const edge = (name: string): number | undefined => {
    if (!ask.has(name)) return undefined
    const atMs = Date.parse(ask.param(name))
    if (Number.isNaN(atMs)) throw new Refusal(400, 20001, `Invalid parameter: ${name}`)
    return atMs
  }
  const [day, before, after] = [edge('DateSent'), edge('DateSent<'), edge('DateSent>')]
  // The SDK makes a moment of a day: its midnight stands for the day. Assumed: any other moment is a second.
  const lengthOf = (atMs: number): number => (atMs % DAY_MS === 0 ? DAY_MS : 1_000)
  return (message) => {
    if (to !== '' && message.to !== to) return false
    if (from !== '' && message.from !== from) return false
    const sentMs = message.sent_ms
    if (day === undefined && before === undefined && after === undefined) return true
    if (sentMs === null) return false
    if (day !== undefined && (sentMs < day || sentMs >= day + lengthOf(day))) return false
    return sentMs < (before === undefined ? Infinity : before + lengthOf(before)) && sentMs >= (after ?? -Infinity)
  }
}

export function addMedia(on: On): void {
  on('media.list', `GET ${ROOT}/Messages/:message/Media.json`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, PAGING)
    const rows = ask.site.store.media.find(askedMessage(ask).id)
    return uriPage(ask, 'media_list', rows, (row) => mediaBody(ask.account.id, row))
  })

  const askedMedia = (ask: Ask) =>
    found(
      ask,
      ask.site.store.media.find(askedMessage(ask).id).find(({ id }) => id === ask.part('media')),
    )
  on('media.fetch', `GET ${ROOT}/Messages/:message/Media/:media`, (ask) => {
    onlyTested(ask)
    return Response.json(mediaBody(ask.account.id, askedMedia(ask)))
  })

  on('media.delete', `DELETE ${ROOT}/Messages/:message/Media/:media`, (ask) => {
    onlyTested(ask)
    ask.site.store.media.remove(askedMedia(ask).id)
    return gone()
  })
}
