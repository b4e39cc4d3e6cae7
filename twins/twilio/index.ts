import { createTwinApp, NotModelled, notModelled, type TwinDefinition } from '../twin.ts'
import { router } from './ask.ts'
import { instructed, resumeCall } from './calls.ts'
import { fidelity } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { answered } from './inbound.ts'
import { ignored, resumeAll } from './lifecycle.ts'
import { PRICES } from './prices.ts'
import { addAccount } from './routes/account.ts'
import { addAvailable } from './routes/available.ts'
import { addCalls } from './routes/calls.ts'
import { addContent } from './routes/content.ts'
import { addLookups } from './routes/lookups.ts'
import { addMedia, addMessages } from './routes/messages.ts'
import { addNumbers } from './routes/numbers.ts'
import { addServices } from './routes/services.ts'
import { addVerifications } from './routes/verifications.ts'
import { addRateLimits, addVerifyServices } from './routes/verify.ts'
import { plant } from './seed.ts'
import { createSite } from './site.ts'
import { type Seed, seedSchema } from './state.ts'
import { Store } from './store.ts'
import { failure } from './wire.ts'

export { type Seed, seedSchema } from './state.ts'

/** Which paths are at which host. */
const HOSTS: readonly (readonly [string, RegExp])[] = [
  ['api.twilio.com', /^\/2010-04-01\//],
  ['messaging.twilio.com', /^\/v1\/Services(\/|$)/],
  ['verify.twilio.com', /^\/v2\/Services(\/|$)/],
  ['content.twilio.com', /^\/v1\/Content(\/|$)/],
  ['lookups.twilio.com', /^\/v2\/PhoneNumbers\//],
]

/** Requests that a gap has a better word for than that there is no such route. */
const LOUD: readonly (readonly [RegExp, string])[] = [
  [
    /^\/2010-04-01\/Accounts\/[^/]+\/(Calls\/[^/.]+\/|Conferences|Queues|Recordings|SIP|Applications|OutgoingCallerIds)/,
    'other things that calls can do',
  ],
  [/^\/2010-04-01\/Accounts\/[^/]+\/AvailablePhoneNumbers(?!\/[^/]+\/Local)/, 'numbers that can be bought'],
  [/^\/2010-04-01\/Accounts\/[^/]+\/Messages\/[^/]+\/Media\/[^/.]+$/, 'the bytes of media'],
  [/^\/2010-04-01\/(.*\/)?[^/.]+$/, 'XML answers'],
  [
    /^\/v1\/Services\/[^/]+\/(ShortCodes|AlphaSenders|ChannelSenders|DestinationAlphaSenders|Compliance)/,
    'short codes, alpha senders and registrations',
  ],
  [/^\/v2\/Services\/[^/]+\/(Entities|Webhooks|AccessTokens|MessagingConfigurations|Passkeys)/, 'settings of Verify'],
]

/** Twilio's messages, verifications and what they need: numbers, services, keys, lookups. */
export const twilio: TwinDefinition<Seed> = {
  name: 'twilio',
  origins: ['https://api.twilio.com', 'https://*.twilio.com', 'https://*.*.twilio.com', 'https://*.*.*.twilio.com'],
  apiVersions: ['2010-04-01'], // The other products have theirs in the path.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: operations(),
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: [
    'call.answered',
    'call.completed',
    'call.created',
    'call.pressed',
    'call.received',
    'call.ringing',
    'call.said',
    'content.submitted',
    'message.accepted',
    'message.canceled',
    'message.created',
    'message.delivered',
    'message.confirmed',
    'message.failed',
    'message.queued',
    'message.read',
    'message.received',
    'message.sent',
    'message.undelivered',
    'number.bought',
    'recipient.started',
    'recipient.stopped',
    'reply.sent',
    'verification.approved',
    'verification.canceled',
    'verification.mistyped',
    'verification.sent',
    'webhook.alert',
    'webhook.failed',
    'webhook.given_up',
    'webhook.sent',
    'webhook.taken',
  ],
  latencyMs: { min: 60, max: 350 },
  fidelity,
  create(world, seed) {
    const store = new Store()
    const site = createSite(world, seed, store)
    const app = createTwinApp('twilio')
    addRoutes(router(app, site))
    plant(site, seed)
    return {
      operationOf: app.operationOf,
      fieldsOf(_, url) {
        const message = /\/Messages\/([^/.]+)/.exec(url.pathname)?.[1]
        return message === undefined ? {} : { message }
      },
      fetch: (request) => app.fetch(admitted(request)),
      failure,
      happen: (event, fields) => happen(site, event, fields),
      snapshot: () => store.snapshot(),
      restore(json) {
        store.restore(json)
        site.forget()
        resumeAll(site, { status: ignored, inbound: answered, call: instructed, 'call status': ignored })
        for (const due of store.call_due.all()) resumeCall(site, due)
      },
    }
  },
}

function addRoutes(on: ReturnType<typeof router>): void {
  addMessages(on)
  addMedia(on)
  addNumbers(on)
  addAccount(on)
  addServices(on)
  addVerifyServices(on)
  addRateLimits(on)
  addVerifications(on)
  addLookups(on)
  addContent(on)
  addCalls(on)
  addAvailable(on)
}

/** All operations, as the routes name them; `on` sees each route. */
export function operations(on: (operation: string, route: string) => void = () => undefined): readonly string[] {
  const names = new Set<string>()
  addRoutes((operation, route) => {
    names.add(operation)
    on(operation, route)
  })
  return [...names]
}

/** The request, when it is at the host that answers it. Rejects what no route can have a word for. */
function admitted(request: Request): Request {
  const { hostname, pathname } = new URL(request.url)
  if (hostname.split('.').length > 3) throw notModelled('twilio', GAPS, 'regions and edges')
  const host = HOSTS.find(([, path]) => path.test(pathname))?.[0]
  if (!HOSTS.some(([name]) => name === hostname)) throw notModelled('twilio', GAPS, 'other products')
  if (host !== undefined && host !== hostname)
    throw new NotModelled('twilio', `${pathname} at ${hostname}`, `It is served at ${host}.`)
  const gap = LOUD.find(([path]) => path.test(pathname))
  if (gap !== undefined) throw notModelled('twilio', GAPS, gap[1])
  return request
}
