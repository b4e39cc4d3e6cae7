import type { Json } from '../../trace.ts'
import { type Ask, below, gap, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { page } from '../paging.ts'
import { isRule } from '../rules/changes.ts'
import { SUITES } from '../rules/guard.ts'
import { bypassOf, isActive, RULESETS, type RuleSet, ruleSets, setRules } from '../rules/in-force.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { API, GitHubError, nodeId, notFound, shown, WEB, without } from '../wire.ts'
import { ownedOrg } from './orgs.ts'
import { addPlain, inRepo, type Plain } from './plain-route.ts'
import { visible } from './users.ts'

const TARGETS: ReadonlySet<string> = new Set(['branch', 'tag', 'push', 'repository'])
const ENFORCEMENTS: ReadonlySet<string> = new Set(['active', 'disabled', 'evaluate'])

/** Where rulesets hang: https://docs.github.com/rest/repos/rules and /rest/orgs/rules (2026-11-26). */
type Source = {
  readonly type: RuleSet['type']
  readonly name: string
  readonly url: string
  readonly html: string
}

const ofRepo = (repo: Row): Source => ({
  type: 'Repository',
  name: text(repo.full_name),
  url: urlOf(repo),
  html: `${webOf(repo)}/rules`,
})
const ofOrg = (login: string): Source => ({
  type: 'Organization',
  name: login,
  url: `${API}/orgs/${login}`,
  html: `${WEB}/organizations/${login}/settings/rules`,
})

const rulesetDoc = (source: Source, row: Row, more: Row = {}): Json =>
  ({
    id: row.id,
    name: row.name,
    target: row.target,
    source_type: source.type,
    source: source.name,
    enforcement: row.enforcement,
    conditions: row.conditions,
    rules: row.rules,
    node_id: row.node_id,
    created_at: row.created_at,
    updated_at: row.updated_at,
    bypass_actors: row.bypass_actors,
    ...more,
    _links: { self: { href: `${source.url}/rulesets/${row.id}` }, html: { href: `${source.html}/${row.id}` } },
  }) as Json

const PATTERN = ['operator', 'pattern']
/** What a rule cannot do without: https://docs.github.com/rest/repos/rules#create-a-repository-ruleset (2026-11-26). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  pull_request: [
    ...['dismiss_stale_reviews_on_push', 'require_code_owner_review', 'require_last_push_approval'],
    ...['required_approving_review_count', 'required_review_thread_resolution'],
  ],
  merge_queue: [
    ...['check_response_timeout_minutes', 'grouping_strategy', 'max_entries_to_build', 'max_entries_to_merge'],
    ...['merge_method', 'min_entries_to_merge', 'min_entries_to_merge_wait_minutes'],
  ],
  required_deployments: ['required_deployment_environments'],
  required_status_checks: ['required_status_checks', 'strict_required_status_checks_policy'],
  commit_message_pattern: PATTERN,
  commit_author_email_pattern: PATTERN,
  committer_email_pattern: PATTERN,
  branch_name_pattern: PATTERN,
  tag_name_pattern: PATTERN,
  workflows: ['workflows'],
  code_scanning: ['code_scanning_tools'],
  file_path_restriction: ['restricted_file_paths'],
  max_file_path_length: ['max_file_path_length'],
  file_extension_restriction: ['restricted_file_extensions'],
  max_file_size: ['max_file_size'],
}

function checked({ target = 'branch', enforcement, rules, conditions }: Row): void {
  if (!TARGETS.has(text(target)) || !ENFORCEMENTS.has(text(enforcement)))
    throw new GitHubError(
      422,
      'Invalid request.\n\n"enforcement" is not a member of ["disabled", "active", "evaluate"].',
    )
  const types = listOf(rules).map((rule) => text(rowOf(rule).type))
  const unknown = types.find((type) => !isRule(type))
  if (unknown !== undefined) throw new GitHubError(422, 'Validation Failed', [`Invalid rule '${unknown}': `])
  const at = listOf(rules).findIndex((rule) => {
    const { type, parameters } = rowOf(rule)
    return REQUIRED[text(type)]?.some((name) => rowOf(parameters)[name] === undefined) === true
  })
  if (at !== -1)
    throw new GitHubError(
      422,
      `Invalid request.\n\nInvalid property /rules/${at}: data matches no possible input. See \`documentation_url\`.`,
    )
  // Who may make, delete or rename repositories: rules of another kind.
  if (target === 'repository') throw gap('rulesets about repositories')
  if (rowOf(conditions).repository_property !== undefined) throw gap('rulesets by custom property')
}

function make(ask: Ask, body: Row, id: number): Row {
  checked(body)
  const { name, target = 'branch', enforcement, conditions, rules = [], bypass_actors = [] } = body
  const now = ask.github.now()
  const dates = { created_at: now, updated_at: now }
  const refs = conditions ?? (target === 'push' ? null : { ref_name: { include: [], exclude: [] } })
  return { id, node_id: nodeId('RRS', id), name, target, enforcement, conditions: refs, rules, bypass_actors, ...dates }
}

const plain = (path: string, name: string, shape: (ask: Ask, row: Row) => Json): Omit<Plain, 'at' | 'verbs'> => ({
  name,
  path,
  writes: 'admin',
  puts: true,
  resource: 'Ruleset',
  required: ['name', 'enforcement'],
  make,
  change(ask, old, body) {
    const kept = { ...old, ...without(body, 'id', 'node_id', 'created_at'), updated_at: ask.github.now() }
    checked(kept)
    return kept
  },
  shape,
  listed: (ask, row) => brief(shape(ask, row)),
})
const brief = (doc: Json): Json =>
  without(doc as Row, ...['conditions', 'rules', 'bypass_actors', 'current_user_can_bypass']) as Json

const inRepoShape = (ask: Ask, repo: Row, { type, source, row }: RuleSet): Json =>
  rulesetDoc(type === 'Repository' ? ofRepo(repo) : ofOrg(source), row, {
    current_user_can_bypass: row.current_user_can_bypass ?? bypassOf(ask.github, ask.viewer, repo, row),
  })

/** Rulesets of a repository, with those of its organisation unless they are not wanted. */
const setsOf = (ask: Ask, repo: Row): readonly RuleSet[] =>
  ruleSets(ask.github, repo).filter(
    ({ type }) => type === 'Repository' || ask.query.get('includes_parents') !== 'false',
  )

function listSets(ask: Ask): Reply {
  const repo = repoOf(ask)
  const targets = ask.query.get('targets')?.split(',')
  const sets = setsOf(ask, repo).filter(({ row }) => targets === undefined || targets.includes(text(row.target)))
  return page(ask, sets, (set) => brief(inRepoShape(ask, repo, set)))
}

function getSet(ask: Ask): Reply {
  const repo = repoOf(ask)
  const set = setsOf(ask, repo).find(({ row }) => String(row.id) === ask.param('id'))
  if (set === undefined) throw notFound()
  return ok(inRepoShape(ask, repo, set))
}

const PERIODS: Readonly<Record<string, number>> = { hour: 1, day: 24, week: 168, month: 720 }

/** Suites that a list's query lets through, newest first. */
function suites(ask: Ask, rows: readonly Row[]): Reply {
  const { query } = ask
  const hours = PERIODS[query.get('time_period') ?? 'day'] ?? 24
  const since = ask.github.world.clock.now() - hours * 3_600_000
  const [ref, actor, result] = ['ref', 'actor_name', 'rule_suite_result'].map((name) => query.get(name))
  const kept = rows.filter(
    (row) =>
      Date.parse(text(row.pushed_at)) >= since &&
      (!ref || row.ref === ref || row.ref === `refs/heads/${ref}`) &&
      (!actor || row.actor_name === actor) &&
      (!result || result === 'all' || row.result === result),
  )
  return page(ask, [...kept].reverse(), (row) => shown(row))
}

const suite = (row: Row | undefined): Reply => {
  if (row === undefined) throw notFound()
  return ok({ ...(shown(row) as Row), rule_evaluations: row._evaluations ?? [] } as Json)
}

function addSuiteRoutes(on: On): void {
  const inRepository = `/repos/:owner/:repo/rulesets/${SUITES}`
  on('repos.rule_suites.list', `GET ${inRepository}`, (ask) =>
    suites(ask, ask.github.store.rows(below(repoOf(ask, 'push'), SUITES))),
  )
  on('repos.rule_suites.get', `GET ${inRepository}/:id`, (ask) =>
    suite(ask.github.store.get(below(repoOf(ask, 'push'), SUITES), numberIn(ask, 'id'))),
  )
  const inOrg = (ask: Ask): readonly Row[] =>
    visible(ask, text(ownedOrg(ask).login)).flatMap((repo) => ask.github.store.rows(below(repo, SUITES)))
  on('orgs.rule_suites.list', `GET /orgs/:org/rulesets/${SUITES}`, (ask) => {
    const name = ask.query.get('repository_name')
    return suites(
      ask,
      inOrg(ask).filter((row) => !name || row.repository_name === name),
    )
  })
  on('orgs.rule_suites.get', `GET /orgs/:org/rulesets/${SUITES}/:id`, (ask) =>
    suite(inOrg(ask).find(({ id }) => id === numberIn(ask, 'id'))),
  )
}

export function addRulesetRoutes(on: On): void {
  addSuiteRoutes(on)
  const path = '/repos/:owner/:repo/rulesets'
  on('repos.rulesets.list', `GET ${path}`, listSets)
  on('repos.rulesets.get', `GET ${path}/:id`, getSet)
  addPlain(on, {
    ...plain(path, 'repos.rulesets', (ask, row) => {
      const repo = repoOf(ask)
      return inRepoShape(ask, repo, { type: 'Repository', source: text(repo.full_name), row })
    }),
    verbs: ['create', 'update', 'delete'],
    at: inRepo(RULESETS),
  })
  addPlain(on, {
    ...plain('/orgs/:org/rulesets', 'orgs.rulesets', (ask, row) => rulesetDoc(ofOrg(text(ownedOrg(ask).login)), row)),
    verbs: ['create', 'list', 'get', 'update', 'delete'],
    at: (ask) => `orgs/${text(ownedOrg(ask).login).toLowerCase()}/${RULESETS}`,
  })
  // The branch need not exist: https://docs.github.com/rest/repos/rules (2026-11-26).
  on('repos.rules.for_branch', 'GET /repos/:owner/:repo/rules/branches/:branch{.+}', (ask) => {
    const repo = repoOf(ask)
    const rules = setRules(ask.github, repo, `refs/heads/${ask.param('branch')}`).filter(isActive)
    return page(
      ask,
      rules,
      ({ type, parameters, set }): Json =>
        ({
          type,
          ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
          ruleset_source_type: set?.type,
          ruleset_source: set?.source,
          ruleset_id: set?.row.id,
        }) as Json,
    )
  })
}
