import { createTwinApp, NotModelled, notModelled, type TwinDefinition } from '../twin.ts'
import { GATEWAY, router } from './ask.ts'
import { schedule } from './events.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { type Seed, seedSchema } from './given.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { demand } from './needs.ts'
import { PRICES } from './prices.ts'
import { addBoards } from './routes/agile/boards.ts'
import { addSprints } from './routes/agile/sprints.ts'
import { addAttachments, addMedia, MEDIA } from './routes/attachments.ts'
import { addComments, addWatchers } from './routes/comments.ts'
import { addComponents } from './routes/components.ts'
import { addFields } from './routes/fields.ts'
import { addFilters } from './routes/filters.ts'
import { addIssues } from './routes/issues.ts'
import { addJql } from './routes/jql.ts'
import { addLinks } from './routes/links.ts'
import { addOAuth } from './routes/oauth.ts'
import { addPeople } from './routes/people.ts'
import { addPermissions } from './routes/permissions.ts'
import { addProjects } from './routes/projects.ts'
import { addProperties } from './routes/properties.ts'
import { addRoles } from './routes/roles.ts'
import { addSchemes } from './routes/schemes.ts'
import { addSearch } from './routes/search.ts'
import { addSite } from './routes/site.ts'
import { addVersions } from './routes/versions.ts'
import { addRemoteLinks, addVotes } from './routes/votes.ts'
import { addWebhooks } from './routes/webhooks.ts'
import { addWorklogs } from './routes/worklogs.ts'
import { plant } from './seed.ts'
import { createSite, type Site } from './site.ts'
import { Store } from './store.ts'
import { failure } from './wire.ts'

export { type Seed, seedSchema } from './given.ts'

const [API, AUTH] = ['api.atlassian.com', 'auth.atlassian.com']
const EX = /^\/ex\/jira\/([^/]+)/

/** Requests that a gap has a better word for than that there is no such route. */
const LOUD: readonly (readonly [RegExp, string])[] = [
  [/^\/rest\/servicedeskapi\//, 'service desks'],
  [
    /^\/rest\/(agile|software)\/1\.0\/(board|sprint)\/[^/]+\/(properties|features|quickfilter|reports|swap)/,
    'settings of boards',
  ],
  [/^\/rest\/agile\/1\.0\/(board\/[^/]+\/issue|backlog\/[^/]+\/issue|epic\/[^/]+\/rank)$/, 'settings of boards'],
  [/^\/rest\/api\/\w+\/filter\/defaultShareScope/, 'columns of filters, and what is on dashboards'],
  [/^\/rest\/api\/\w+\/attachment\/[^/]+\/expand/, 'thumbnails, and what is inside archives'],
  [
    /^\/rest\/api\/\w+\/(filter\/[^/]+\/columns|dashboard\/[^/]+\/(gadget|items|copy))/,
    'columns of filters, and what is on dashboards',
  ],
  [
    /^\/rest\/api\/\w+\/(bulk|task|issue\/archive|issue\/unarchive|issue\/properties|issue\/watching)/,
    'bulk operations in the background',
  ],
  [
    /^\/rest\/api\/\w+\/(expression|jql\/(autocompletedata\/suggestions|function|pdcleaner|sanitize)|issue\/picker|user\/columns)/,
    'expressions, pickers and other helpers of the interface',
  ],
  [/^\/rest\/api\/\w+\/issue\/[^/]+\/notify/, 'mails'],
  [
    /^\/rest\/api\/\w+\/(project|issuetype|user|comment|worklog)\/.*propert|^\/rest\/api\/\w+\/issue\/[^/]+\/worklog\/[^/]+\/propert|^\/rest\/api\/\w+\/(user|users)\/properties/,
    'properties of anything but issues',
  ],
  [
    /^\/rest\/api\/\w+\/(screens?|screenscheme|workflows?|workflowscheme|issuetypescheme|issuetypescreenscheme|issuesecurityschemes\/(level|project|search|\d+\/.)|fieldconfiguration|fieldconfigurationscheme|notificationscheme|projectCategory|auditing|settings|application-properties|avatar)\b/,
    'administration',
  ],
  [
    /^\/rest\/api\/\w+\/project\/[^/]+\/(avatar|features|email|hierarchy|notificationscheme|delete|restore|archive)/,
    'administration',
  ],
  [/^\/rest\/api\/\w+\/field\/[^/]+/, 'administration'],
]
/** Changes to what is seeded. */
const ADMINISTERED =
  /^\/rest\/api\/\w+\/(field|issuetype|issueLinkType|priority|resolution|status|statuses|configuration)(\/|$)/

/** A Jira Cloud site: its REST API, searches in JQL, workflows, and webhooks. */
export const jira: TwinDefinition<Seed> = {
  name: 'jira',
  origins: ['https://*.atlassian.net', `https://${API}`, `https://${AUTH}`, `https://${MEDIA}`],
  apiVersions: ['3', '2'],
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: operations(),
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: [
    'attachment.created',
    'attachment.deleted',
    'comment.created',
    'comment.deleted',
    'comment.updated',
    'issue.created',
    'issue.deleted',
    'issue.transitioned',
    'issue.updated',
    'link.created',
    'link.deleted',
    'project.created',
    'project.deleted',
    'sprint.changed',
    'token.issued',
    'user.deactivated',
    'user.joined',
    'webhook.failed',
    'webhook.given_up',
    'webhook.sent',
    'webhook.taken',
    'worklog.created',
    'worklog.deleted',
    'worklog.updated',
  ],
  latencyMs: { min: 80, max: 450 },
  fidelity: FIDELITY,
  create(world, seed) {
    const store = new Store()
    const site = createSite(world, seed, store)
    const app = createTwinApp('jira')
    const on = router(app, site, demand)
    addRoutes(on)
    addOAuth(app, site)
    addMedia(app, site)
    plant(site, seed)
    return {
      operationOf: (method, url) => app.operationOf(method, inside(url)),
      fieldsOf(_, url) {
        const issue = /\/issue\/([^/]+)/.exec(url.pathname)?.[1]
        return issue === undefined ? {} : { issue }
      },
      fetch: async (request) => app.fetch(await admitted(site, request)),
      failure: (status, retryAfterMs) => failure(site, status, retryAfterMs),
      happen: (event, fields) => happen(site, event, fields),
      snapshot: () => store.snapshot(),
      restore(json) {
        store.restore(json)
        site.forget()
        // Whatever that state still has before it is put back on the clock.
        for (const delivery of store.deliveries.all()) schedule(site, delivery)
      },
    }
  },
}

function addRoutes(on: ReturnType<typeof router>): void {
  addIssues(on)
  addComments(on)
  addWatchers(on)
  addWorklogs(on)
  addProperties(on)
  addLinks(on)
  addVotes(on)
  addRemoteLinks(on)
  addAttachments(on)
  addSearch(on)
  addSite(on)
  addProjects(on)
  addComponents(on)
  addVersions(on)
  addPeople(on)
  addPermissions(on)
  addRoles(on)
  addSchemes(on)
  addFilters(on)
  addJql(on)
  addBoards(on)
  addSprints(on)
  addFields(on)
  addWebhooks(on)
}

/** All operations, as the routes name them; `on` sees each route of the REST API. */
export function operations(on: (operation: string, route: string) => void = () => undefined): readonly string[] {
  const names = new Set<string>()
  addRoutes((operation, route) => {
    names.add(operation)
    on(operation, route)
  })
  return [...names, 'oauth.authorize', 'oauth.token', 'oauth.resources', 'attachments.download']
}

/** The address at the site, of a request that comes through the gateway. */
function inside(url: URL): URL {
  const copy = new URL(url)
  copy.pathname = url.pathname.replace(EX, '')
  return copy
}

/** The request as the routes know it. Rejects what no route can have a word for. */
async function admitted(site: Site, request: Request): Promise<Request> {
  const url = new URL(request.url)
  const cloud = EX.exec(url.pathname)?.[1]
  const { pathname } = inside(url)
  const gap = LOUD.find(([path]) => path.test(pathname) && !pathname.endsWith('/field/search'))
  if (gap !== undefined) throw notModelled('jira', GAPS, gap[1])
  if (request.method !== 'GET' && ADMINISTERED.test(pathname)) throw notModelled('jira', GAPS, 'administration')
  const host = /^\/authorize$|^\/oauth\/token$/.test(pathname)
    ? AUTH
    : cloud !== undefined || pathname.startsWith('/oauth/')
      ? API
      : pathname.startsWith('/file/')
        ? MEDIA
        : 'the site'
  if (host === 'the site' ? !url.hostname.endsWith('.atlassian.net') : url.hostname !== host)
    throw new NotModelled('jira', `${url.pathname} at ${url.hostname}`, `It is served at ${host}.`)
  const other =
    cloud !== undefined
      ? cloud !== site.cloud_id
      : host === 'the site' && site.seed.site?.name !== undefined && url.origin !== site.url
  if (other) throw notModelled('jira', GAPS, 'another site')
  if (cloud === undefined) return request
  const headers = new Headers(request.headers)
  headers.set(GATEWAY, `${url.origin}/ex/jira/${cloud}`)
  const body = await request.arrayBuffer()
  return new Request(inside(url), { method: request.method, headers, ...(body.byteLength === 0 ? {} : { body }) })
}
