import type { Json } from '../../trace.ts'
import { type Ask, gap, type On, ok, type Reply, repoOf } from '../ask.ts'
import { quotaOf } from '../limits.ts'
import { page } from '../paging.ts'
import { WORKED_OUT } from './worked-out.ts'

/**
 * What only GitHub itself can work out or decide: figures, feeds, catalogues. A seed may hold them as `documents`, by their path;
 * without one they are a gap.
 */
const DOCUMENTS: readonly (readonly [operation: string, path: string])[] = [
  ['repos.traffic.paths', '/repos/:owner/:repo/traffic/popular/paths'],
  ['repos.traffic.referrers', '/repos/:owner/:repo/traffic/popular/referrers'],
  ['repos.traffic.views', '/repos/:owner/:repo/traffic/views'],
  ['repos.traffic.clones', '/repos/:owner/:repo/traffic/clones'],
  ['repos.contributors.list', '/repos/:owner/:repo/contributors'],
  ['repos.languages', '/repos/:owner/:repo/languages'],
  ['repos.community_profile', '/repos/:owner/:repo/community/profile'],
  ['repos.codeowners_errors', '/repos/:owner/:repo/codeowners/errors'],
  ['repos.stats.contributors', '/repos/:owner/:repo/stats/contributors'],
  ['repos.stats.commit_activity', '/repos/:owner/:repo/stats/commit_activity'],
  ['repos.stats.code_frequency', '/repos/:owner/:repo/stats/code_frequency'],
  ['repos.stats.participation', '/repos/:owner/:repo/stats/participation'],
  ['repos.stats.punch_card', '/repos/:owner/:repo/stats/punch_card'],
  ['repos.activity.list', '/repos/:owner/:repo/activity'],
  ['repos.events.list', '/repos/:owner/:repo/events'],
  ['repos.code_scanning_alerts.list', '/repos/:owner/:repo/code-scanning/alerts'],
  ['repos.secret_scanning_alerts.list', '/repos/:owner/:repo/secret-scanning/alerts'],
  ['repos.dependabot_alerts.list', '/repos/:owner/:repo/dependabot/alerts'],
  ['events.list', '/events'],
  ['users.events.list', '/users/:username/events'],
  ['users.events.list_public', '/users/:username/events/public'],
  ['users.events.list_for_org', '/users/:username/events/orgs/:org'],
  ['users.received_events.list', '/users/:username/received_events'],
  ['users.subscriptions.list', '/users/:username/subscriptions'],
  ['users.subscriptions.mine', '/user/subscriptions'],
  ['users.marketplace_purchases.list', '/user/marketplace_purchases'],
  ['orgs.events.list', '/orgs/:org/events'],
  ['orgs.issues.list', '/orgs/:org/issues'],
  ['orgs.external_groups.list', '/orgs/:org/external-groups'],
  ['orgs.external_groups.get', '/orgs/:org/external-group/:group'],
  ['orgs.security_managers.list', '/orgs/:org/security-managers'],
  ['orgs.installations.list', '/orgs/:org/installations'],
  ['teams.external_groups.list', '/orgs/:org/teams/:team_slug/external-groups'],
  ['marketplace.plans.list', '/marketplace_listing/plans'],
  ['marketplace.accounts.list', '/marketplace_listing/plans/:plan/accounts'],
  ['marketplace.accounts.get', '/marketplace_listing/accounts/:account'],
  ['marketplace.stubbed.plans.list', '/marketplace_listing/stubbed/plans'],
  ['marketplace.stubbed.accounts.list', '/marketplace_listing/stubbed/plans/:plan/accounts'],
  ['marketplace.stubbed.accounts.get', '/marketplace_listing/stubbed/accounts/:account'],
  ['licenses.list', '/licenses'],
  ['licenses.get', '/licenses/:license'],
  ['gitignore.list', '/gitignore/templates'],
  ['gitignore.get', '/gitignore/templates/:name'],
  ['emojis.list', '/emojis'],
  ['meta.get', '/meta'],
  ['feeds.list', '/feeds'],
  ['codes_of_conduct.list', '/codes_of_conduct'],
  ['codes_of_conduct.get', '/codes_of_conduct/:key'],
  ['advisories.list', '/advisories'],
  ['advisories.get', '/advisories/:ghsa'],
  ['repos.security_advisories.list', '/repos/:owner/:repo/security-advisories'],
  ['repos.security_advisories.get', '/repos/:owner/:repo/security-advisories/:ghsa'],
  ['repos.code_scanning_alerts.get', '/repos/:owner/:repo/code-scanning/alerts/:alert'],
  ['repos.code_scanning_alerts.instances', '/repos/:owner/:repo/code-scanning/alerts/:alert/instances'],
  ['repos.code_scanning_analyses.list', '/repos/:owner/:repo/code-scanning/analyses'],
  ['repos.code_scanning_setup.get', '/repos/:owner/:repo/code-scanning/default-setup'],
  ['repos.secret_scanning_alerts.get', '/repos/:owner/:repo/secret-scanning/alerts/:alert'],
  ['repos.secret_scanning_alerts.locations', '/repos/:owner/:repo/secret-scanning/alerts/:alert/locations'],
  ['repos.dependabot_alerts.get', '/repos/:owner/:repo/dependabot/alerts/:alert'],
  ['repos.sbom.get', '/repos/:owner/:repo/dependency-graph/sbom'],
  ['repos.pages.get', '/repos/:owner/:repo/pages'],
  ['repos.pages.builds.list', '/repos/:owner/:repo/pages/builds'],
  ['repos.pages.builds.latest', '/repos/:owner/:repo/pages/builds/latest'],
  ['repos.network_events.list', '/networks/:owner/:repo/events'],
  ['users.received_events.list_public', '/users/:username/received_events/public'],
  ['users.hovercard', '/users/:username/hovercard'],
  ['orgs.code_scanning_alerts.list', '/orgs/:org/code-scanning/alerts'],
  ['orgs.secret_scanning_alerts.list', '/orgs/:org/secret-scanning/alerts'],
  ['orgs.dependabot_alerts.list', '/orgs/:org/dependabot/alerts'],
  ['orgs.packages.list', '/orgs/:org/packages'],
  ['users.packages.list', '/users/:username/packages'],
  ['root.get', '/'],
]

/** Whether a path is one of those whose answer a seed may hold. */
export function isDocument(path: string): boolean {
  return DOCUMENTS.some(([, one]) => new RegExp(`^${one.replaceAll(/:\w+/g, '[^/]+')}$`).test(path))
}

function read(ask: Ask, operation: string): Reply {
  if (ask.param('repo') !== '') repoOf(ask)
  const kept = ask.github.store.get('documents', ask.url.pathname.toLowerCase())
  const workedOut = WORKED_OUT[operation]
  if (kept === undefined && workedOut !== undefined) return workedOut(ask)
  if (kept === undefined) throw gap('figures, feeds and catalogues that a seed does not hold')
  const { body } = kept
  return Array.isArray(body) ? page(ask, body as readonly Json[], (one) => one) : ok(body ?? null)
}

/** Limits of what this twin does not model: https://docs.github.com/rest/rate-limit/rate-limit (2026-11-26). */
const OTHERS: readonly (readonly [name: string, limit: number, seconds: number])[] = [
  ['integration_manifest', 5000, 3600],
  ['source_import', 100, 60],
  ['code_scanning_upload', 1000, 3600],
  ['code_scanning_autofix', 10, 60],
  ['actions_runner_registration', 10_000, 3600],
  ['scim', 15_000, 3600],
  ['dependency_snapshots', 100, 60],
  ['audit_log', 1750, 3600],
  ['audit_log_streaming', 15, 3600],
]

/** Projects (classic) are no more: https://github.blog/changelog/2024-05-23-sunset-notice-projects-classic/ (2026-11-26). */
const CLASSIC = [
  'POST /orgs/:org/projects',
  'GET /orgs/:org/projects',
  'POST /repos/:owner/:repo/projects',
  'GET /repos/:owner/:repo/projects',
  'POST /user/projects',
  'GET /users/:username/projects',
]

export function addDocumentRoutes(on: On): void {
  for (const [operation, path] of DOCUMENTS) on(operation, `GET ${path}`, (ask) => read(ask, operation))
  for (const route of CLASSIC)
    on('projects.classic', route, () => {
      throw gap('projects (classic)')
    })
  for (const route of ['POST /markdown', 'POST /markdown/raw'])
    on('markdown.render', route, () => {
      throw gap('rendered Markdown')
    })
  on('rate_limit.get', 'GET /rate_limit', (ask) => {
    const of = (name: 'core' | 'search' | 'code_search' | 'graphql'): Json => {
      const { resource: _, ...quota } = quotaOf(ask.github, ask.viewer, name)
      return { ...quota, resource: name }
    }
    const core = of('core')
    const now = Math.floor(ask.github.world.clock.now() / 1000)
    const rest = OTHERS.map(([name, limit, seconds]) => [
      name,
      { limit, used: 0, remaining: limit, reset: now + seconds, resource: name },
    ])
    return ok({
      resources: {
        core,
        search: of('search'),
        code_search: of('code_search'),
        graphql: of('graphql'),
        ...Object.fromEntries(rest),
      },
      rate: core,
    })
  })
  on('zen.get', 'GET /zen', () => ({
    status: 200,
    bytes: 'Keep it logically awesome.',
    headers: { 'Content-Type': 'text/plain;charset=utf-8' },
  }))
  on('versions.list', 'GET /versions', () => ok(['2022-11-28']))
}
