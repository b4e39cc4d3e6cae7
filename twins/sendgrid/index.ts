import { createTwinApp, notModelled, type TwinDefinition } from '../twin.ts'
import { type On, router } from './ask.ts'
import { resumeAll } from './delivery.ts'
import { GAPS } from './gaps.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { PRICES } from './prices.ts'
import { addAccount } from './routes/account.ts'
import { addDomains } from './routes/domains.ts'
import { addMail } from './routes/mail.ts'
import { addMarketing, work } from './routes/marketing.ts'
import { addParse } from './routes/parse.ts'
import { addSingleSends } from './routes/singlesends.ts'
import { addStats } from './routes/stats.ts'
import { addSuppressions } from './routes/suppressions.ts'
import { addTemplates } from './routes/templates.ts'
import { addWebhook } from './routes/webhook.ts'
import { plant } from './seed.ts'
import { keepSingleSend } from './singlesends.ts'
import { createSite } from './site.ts'
import { type Seed, seedSchema } from './state.ts'
import { Store } from './store.ts'
import { failure } from './wire.ts'

export { VERIFICATION_KEY } from './wire.ts'

/** Requests that a gap has a better word for than that there is no such route. */
const LOUD: readonly (readonly [RegExp, string])[] = [
  [/^\/v3\/user\/webhooks\/event\/settings\/(all|[0-9a-f-]{8,}|signed\/.+)/, 'several event webhooks'],
  [/^\/v3\/user\/webhooks\/event\/(test|settings\/oauth)/, 'OAuth and tests of event webhooks'],
  [
    /^\/v3\/whitelabel\/(links|ips|dns|domains\/(subuser|[^/]+\/(ips|subuser)))/,
    'branded links and addresses of one’s own',
  ],
  [
    /^\/v3\/(marketing\/(segments|automations|stats|senders|test|contacts\/(exports|batch|search$))|contactdb|campaigns|senders|designs)/,
    'marketing campaigns',
  ],
  [/^\/v3\/(geo|devices|clients|mailbox_providers|browsers|subusers\/stats|messages)/, 'other statistics'],
  [/^\/v3\/subusers/, 'subusers'],
  [/^\/v3\/ips/, 'IP pools'],
  [/^\/v3\/(mail_settings|tracking_settings)/, 'settings of tracking and mail'],
]

/** SendGrid: mail with its templates, suppressions and schedules, delivered in virtual time, and told by signed events. */
export const sendgrid: TwinDefinition<Seed> = {
  name: 'sendgrid',
  origins: ['https://api.sendgrid.com', 'https://api.eu.sendgrid.com'],
  apiVersions: [], // The path says v3.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: operations(),
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: [
    ...[
      'accepted',
      'processed',
      'delivered',
      'bounce',
      'dropped',
      'canceled',
      'open',
      'click',
      'spamreport',
      'unsubscribe',
      'group_unsubscribe',
      'group_resubscribe',
    ].map((event) => `mail.${event}`),
    'contact.removed',
    'contact.saved',
    'domain.published',
    'domain.validated',
    'mail.received',
    'sender.asked',
    'sender.verified',
    'singlesend.triggered',
  ],
  latencyMs: { min: 40, max: 220 },
  fidelity: {
    authorize: (headers) => headers.set('Authorization', 'Bearer SG.recorded'),
    live: {
      env: 'SENDGRID_API_KEY',
      authorize: (headers, secret) => headers.set('Authorization', `Bearer ${secret}`),
    },
  },
  create(world, seed) {
    const store = new Store()
    const site = createSite(world, seed, store)
    const app = createTwinApp('sendgrid')
    addRoutes(router(app, site))
    plant(site, seed)
    return {
      operationOf: app.operationOf,
      fetch: (request) => app.fetch(admitted(request)),
      failure,
      happen: (event, fields) => happen(site, event, fields),
      snapshot: () => store.snapshot(),
      restore(json) {
        store.restore(json)
        site.forget()
        resumeAll(site)
        for (const row of store.single_sends.all()) keepSingleSend(site, row)
        for (const job of store.jobs.all()) if (job.results === null) work(site, job)
      },
    }
  },
}

function addRoutes(on: On): void {
  addMail(on)
  addSuppressions(on)
  addTemplates(on)
  addAccount(on, () => SCOPES)
  addWebhook(on)
  addStats(on)
  addMarketing(on)
  addDomains(on)
  addSingleSends(on)
  addParse(on)
}

/** All operations, as the routes name them; `on` sees each with its scope and route. */
export function operations(
  on: (operation: string, scope: string, route: string) => void = () => undefined,
): readonly string[] {
  const names = new Set<string>()
  addRoutes((operation, scope, route) => {
    names.add(operation)
    on(operation, scope, route)
  })
  return [...names]
}

/** What a key can be good for. */
const SCOPES: readonly string[] = scopes()
function scopes(): readonly string[] {
  const all = new Set<string>()
  operations((_, scope) => void all.add(scope))
  return [...all].sort()
}

/** The request. Rejects what no route can have a word for. */
function admitted(request: Request): Request {
  const { hostname, pathname } = new URL(request.url)
  if (hostname !== 'api.sendgrid.com') throw notModelled('sendgrid', GAPS, 'the region EU')
  const gap = LOUD.find(([path]) => path.test(pathname))
  if (gap !== undefined) throw notModelled('sendgrid', GAPS, gap[1])
  return request
}
