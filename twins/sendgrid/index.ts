import { z } from 'zod'
import type { Json } from '../trace.ts'
import { createTwinApp, type TwinDefinition } from '../twin.ts'
import { bounce, tell } from './delivery.ts'
import { GAPS } from './gaps.ts'
import { PRICES } from './prices.ts'
import { addRoutes } from './routes.ts'
import { createState, type Message, type Seed, type State, SUPPRESSIONS, seedSchema, stateSchema } from './state.ts'
import { failure } from './wire.ts'

export { VERIFICATION_KEY } from './wire.ts'

/** What can happen to a mail at its recipient's; `to` names whose mail, the latest one. */
const HAPPENINGS = ['mail.bounced', 'mail.opened', 'mail.clicked', 'mail.reported_spam', 'mail.unsubscribed'] as const
const happening = z.strictObject({ to: z.string(), url: z.string().optional() })

/** SendGrid's mail sending: validation, suppressions, delivery in virtual time, and the signed event webhook. */
export const sendgrid: TwinDefinition<Seed> = {
  name: 'sendgrid',
  origins: ['https://api.sendgrid.com'],
  apiVersions: [], // The path says v3.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [
    'mail.send',
    ...SUPPRESSIONS.flatMap((name) => [`suppressions.${name}.list`, `suppressions.${name}.delete`]),
    'webhook.settings.get',
    'webhook.settings.update',
    'webhook.signed.get',
    'webhook.signed.update',
  ],
  happenings: HAPPENINGS,
  events: ['accepted', 'processed', 'delivered', 'bounce', 'dropped', 'open', 'click', 'spamreport', 'unsubscribe'].map(
    (event) => `mail.${event}`,
  ),
  latencyMs: { min: 40, max: 220 },
  create(world, seed) {
    const state: State = createState(seed)
    const app = createTwinApp('sendgrid')
    addRoutes(app, world, seed, state)
    const latest = (to: string): Message => {
      const message = state.messages.findLast((one) => one.to.toLowerCase() === to.toLowerCase())
      if (message === undefined)
        throw new Error(`sendgrid: expected a mail to ${to}, got none. Send one before this event.`)
      return message
    }
    return {
      operationOf: app.operationOf,
      fetch: app.fetch,
      failure,
      happen(event, fields: Json) {
        const parsed = happening.safeParse(fields)
        if (!parsed.success)
          throw new Error(`sendgrid.${event}: expected { to: address }, got ${JSON.stringify(fields)}.`)
        const { to, url } = parsed.data
        const message = latest(to)
        switch (event as (typeof HAPPENINGS)[number]) {
          case 'mail.bounced':
            return bounce(world, state, message)
          case 'mail.opened':
            return tell(world, state, message, 'open')
          case 'mail.clicked':
            return tell(world, state, message, 'click', { url: url ?? 'https://example.test/' })
          case 'mail.reported_spam':
            state.suppressions.spam_reports.push(to.toLowerCase())
            return tell(world, state, message, 'spamreport')
          case 'mail.unsubscribed':
            state.suppressions.unsubscribes.push(to.toLowerCase())
            return tell(world, state, message, 'unsubscribe')
          default:
            throw new Error(`sendgrid: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
        }
      },
      snapshot: () => structuredClone(state) as never,
      restore: (json) => void Object.assign(state, stateSchema.parse(json)),
    }
  },
}
