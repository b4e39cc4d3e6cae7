import type { Json } from '../trace.ts'
import { deliverWithRetries } from '../webhooks.ts'
import type { World } from '../world.ts'
import type { Message, Seed, State } from './state.ts'
import { sign } from './wire.ts'

/** Retries for up to 24 hours. Assumed intervals: they are not published. https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event (2026-11-24). */
const RETRY = {
  delaysMs: [60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000],
  taken: (status: number) => status >= 200 && status < 300,
}
const DELIVERY_MS = { min: 800, max: 4000 }

/** Tells what happened to a mail: in the trace, and to the event webhook when there is one. */
export function tell(
  world: World,
  state: State,
  message: Message,
  event: string,
  more: { readonly [key: string]: Json } = {},
): void {
  world.trace.record(`sendgrid.mail.${event}`, {
    id: message.id,
    to: message.to,
    from: message.from,
    subject: message.subject,
    custom_args: message.custom_args,
  })
  const { enabled, url, signed } = state.webhook
  if (!enabled || url === '') return
  const sg_event_id = world.id('', 22)
  const body = JSON.stringify([
    {
      email: message.to,
      timestamp: Math.floor(world.clock.now() / 1000),
      'smtp-id': `<${message.id}@geopod-ismtpd-0>`,
      event,
      category: message.categories,
      sg_event_id,
      sg_message_id: `${message.id}.recvd-0`,
      ...message.custom_args,
      ...more,
    },
  ])
  deliverWithRetries(world, RETRY, (attempt) => {
    const timestamp = `${Math.floor(world.clock.now() / 1000)}`
    const signature: (readonly [string, string])[] = signed
      ? [
          ['X-Twilio-Email-Event-Webhook-Signature', sign(timestamp, body)],
          ['X-Twilio-Email-Event-Webhook-Timestamp', timestamp],
        ]
      : []
    return {
      twin: 'sendgrid',
      id: `${sg_event_id}#${attempt}`,
      fields: { event, email: message.to },
      url,
      headers: [['Content-Type', 'application/json'], ['User-Agent', 'SendGrid Event API'], ...signature],
      body,
      timeoutMs: 3000,
    }
  })
}

/** What becomes of an accepted mail, in virtual time: dropped for a suppressed address, bounced, or delivered. */
export function send(world: World, seed: Seed, state: State, message: Message): void {
  const address = message.to.toLowerCase()
  const reason = Object.entries(state.suppressions).find(([, addresses]) => addresses.includes(address))?.[0]
  if (reason !== undefined) {
    message.status = 'dropped'
    world.clock.schedule(
      500,
      () => tell(world, state, message, 'dropped', { reason: DROP_REASONS[reason] ?? reason }),
      'sendgrid drops',
    )
    return
  }
  world.clock.schedule(300, () => tell(world, state, message, 'processed'), 'sendgrid processes')
  world.clock.schedule(
    300 + world.draw('delivery').int(DELIVERY_MS.min, DELIVERY_MS.max),
    () => settle(world, seed, state, message),
    'sendgrid delivers',
  )
}

/** Source: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event#delivery-events (2026-11-24). */
const DROP_REASONS: Readonly<Record<string, string>> = {
  bounces: 'Bounced Address',
  blocks: 'Blocked Address',
  spam_reports: 'Spam Reporting Address',
  unsubscribes: 'Unsubscribed Address',
  invalid_emails: 'Invalid',
}

function settle(world: World, seed: Seed, state: State, message: Message): void {
  if (message.status !== 'processed') return
  if (seed.bouncing?.map((address) => address.toLowerCase()).includes(message.to.toLowerCase()) === true)
    return bounce(world, state, message)
  message.status = 'delivered'
  tell(world, state, message, 'delivered', { response: '250 OK' })
}

/** The mail comes back, and its address joins the list of bounces. */
export function bounce(world: World, state: State, message: Message): void {
  message.status = 'bounced'
  state.suppressions.bounces.push(message.to.toLowerCase())
  tell(world, state, message, 'bounce', {
    type: 'bounce',
    reason: '550 5.1.1 The email account that you tried to reach does not exist',
    status: '5.1.1',
  })
}
