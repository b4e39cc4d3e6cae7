import { createHmac } from 'node:crypto'
import type { DeliveryOutcome } from '../world.ts'
import { type Channel, type ChannelKind, type Delivery, type Fields, fieldsOf, listOf, textOf } from './state.ts'
import type { Workspace } from './workspace.ts'

/** Slack waits three seconds, and tries again at once, after a minute and after five: https://docs.slack.dev/apis/events-api (2026-11-26). */
const TIMEOUT_MS = 3_000
export const RETRY_DELAYS_MS: readonly number[] = [0, 60_000, 300_000]
const FIRST_DELAY_MS = { min: 60, max: 600 }
const EVENTS = 'events'

/** https://docs.slack.dev/authentication/verifying-requests-from-slack (2026-11-26): hex HMAC-SHA256 of `v0:time:body`. */
export const signatureOf = (secret: string, atS: number, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${atS}:${body}`).digest('hex')}`

type Subscriptions = { readonly url: string; readonly types: readonly string[] }

export function subscriptionsOf(ws: Workspace): Subscriptions {
  const { url, types } = fieldsOf(ws.store.settings.get(EVENTS)?.value)
  return { url: textOf(url), types: listOf(types).map(textOf) }
}

export const subscribe = (ws: Workspace, url: string, types: readonly string[]): void =>
  void ws.store.settings.put({ id: EVENTS, value: { url, types } })

/** Sends an event to the app, if it has subscribed to it. */
export function emit(ws: Workspace, subscription: string, event: Fields): void {
  const { url, types } = subscriptionsOf(ws)
  if (url === '' || !types.includes(subscription)) return
  const id = ws.newId('Ev', ws.store.deliveries)
  const channel = textOf(event.channel) || textOf(fieldsOf(event.item).channel) || textOf(event.channel_id)
  const context = { et: event.type, tid: ws.team.id, aid: ws.app.id, ...(channel === '' ? {} : { cid: channel }) }
  const body = {
    token: ws.app.verification_token,
    team_id: ws.team.id,
    context_team_id: ws.team.id,
    context_enterprise_id: null,
    api_app_id: ws.app.id,
    event,
    type: 'event_callback',
    event_id: id,
    event_time: ws.nowS(),
    authorizations: [
      {
        enterprise_id: null,
        team_id: ws.team.id,
        user_id: ws.app.bot_user,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${Buffer.from(JSON.stringify(context)).toString('base64url')}`,
  }
  dispatch(ws, {
    id,
    kind: 'event',
    url,
    type: subscription,
    body: JSON.stringify(body),
    json: true,
    fields: { type: subscription, event },
    about: '',
    user: '',
    delayMs: ws.delay(`event ${id}`, FIRST_DELAY_MS.min, FIRST_DELAY_MS.max),
  })
}

/** Whether the app hears of what happens in a conversation: its bot has to be in it. */
export const hears = (ws: Workspace, channel: Channel): boolean => channel.members.includes(ws.app.bot_user)

const MESSAGES: Readonly<Record<ChannelKind, string>> = {
  channel: 'message.channels',
  group: 'message.groups',
  im: 'message.im',
  mpim: 'message.mpim',
}

/** Tells the app of a message, or of what became of one. */
export function emitMessage(ws: Workspace, channel: Channel, message: Fields, eventTs: string): void {
  if (!hears(ws, channel)) return
  emit(ws, MESSAGES[channel.kind], {
    ...message,
    channel: channel.id,
    event_ts: eventTs,
    channel_type: channel.kind,
  })
}

type Sending = Omit<Delivery, 'attempt' | 'reason' | 'due_ms'> & { readonly delayMs: number }

/** Puts a request to the app on its way. */
export function dispatch(ws: Workspace, { delayMs, ...sending }: Sending): void {
  const due_ms = ws.world.clock.now() + delayMs
  schedule(ws, ws.store.deliveries.put({ ...sending, attempt: 1, reason: '', due_ms }))
}

/** Puts an open delivery on the clock; also after a restore, where one under way is made again. */
export function schedule(ws: Workspace, delivery: Delivery): void {
  const waitMs = Math.max(0, delivery.due_ms - ws.world.clock.now())
  ws.later(waitMs, () => attempt(ws, delivery), `${delivery.kind} ${delivery.type}`)
}

function attempt(ws: Workspace, delivery: Delivery): void {
  const { id, url, body, attempt: nth, reason, json } = delivery
  const atS = ws.nowS()
  ws.note('webhook.sent', noteOf(delivery))
  let settled = false
  ws.world.deliver(
    {
      twin: 'slack',
      id: `${id}#${nth}`,
      fields: delivery.fields,
      url,
      headers: [
        ['Accept', json ? '*/*' : 'application/json,*/*'],
        ['Content-Type', json ? 'application/json' : 'application/x-www-form-urlencoded'],
        ['User-Agent', 'Slackbot 1.0 (+https://api.slack.com/robots)'],
        ['X-Slack-Request-Timestamp', String(atS)],
        ['X-Slack-Signature', signatureOf(ws.app.signing_secret, atS, body)],
        ...(nth === 1
          ? []
          : ([
              ['X-Slack-Retry-Num', String(nth - 1)],
              ['X-Slack-Retry-Reason', reason],
            ] as const)),
      ],
      body,
      timeoutMs: TIMEOUT_MS,
    },
    (outcome) => {
      // A restore in between has made the delivery another one's.
      if (settled || ws.store.deliveries.get(id) !== delivery) return
      settled = true
      settle(ws, delivery, outcome)
    },
  )
}

const REASONS = {
  timeout: 'http_timeout',
  refused: 'connection_failed',
  reset: 'connection_failed',
  dropped: 'connection_failed',
} as const

function settle(ws: Workspace, delivery: Delivery, outcome: DeliveryOutcome): void {
  const taken = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300
  const reason = outcome.kind === 'answer' ? 'http_error' : REASONS[outcome.reason]
  const waitMs = delivery.kind === 'event' ? RETRY_DELAYS_MS[delivery.attempt - 1] : undefined
  if (taken || waitMs === undefined) {
    ws.store.deliveries.remove(delivery.id)
    ws.note(taken ? 'webhook.taken' : 'webhook.given_up', { ...noteOf(delivery), ...(taken ? {} : { reason }) })
    if (taken) ws.answers[delivery.kind]?.(delivery, outcome.body)
    return
  }
  ws.note('webhook.failed', { ...noteOf(delivery), reason })
  const due_ms = ws.world.clock.now() + waitMs
  schedule(ws, ws.store.deliveries.put({ ...delivery, attempt: delivery.attempt + 1, reason, due_ms }))
}

const noteOf = ({ id, kind, type, attempt: nth, url }: Delivery): Fields => ({ id, kind, type, attempt: nth, url })
