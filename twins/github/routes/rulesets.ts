import type { Json } from '../../trace.ts'
import { type Ask, below, type On, ok, repoOf } from '../ask.ts'
import { refsBelow } from '../git/objects.ts'
import { ownerOf } from '../github.ts'
import { page } from '../paging.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { API, GitHubError, nodeId, WEB, without } from '../wire.ts'
import { ownedOrg } from './orgs.ts'
import { addPlain, inRepo, type Plain } from './plain-route.ts'

const RULESETS = 'rulesets'
const TARGETS: ReadonlySet<string> = new Set(['branch', 'tag', 'push', 'repository'])
const ENFORCEMENTS: ReadonlySet<string> = new Set(['active', 'disabled', 'evaluate'])

/** Where rulesets hang: https://docs.github.com/rest/repos/rules and /rest/orgs/rules (2026-11-26). */
type Source = {
  readonly type: 'Repository' | 'Organization'
  readonly name: string
  readonly url: string
  readonly html: string
}

const repoSource = (ask: Ask): Source => {
  const repo = repoOf(ask)
  return { type: 'Repository', name: text(repo.full_name), url: urlOf(repo), html: `${webOf(repo)}/rules` }
}
const orgSource = (ask: Ask): Source => {
  const login = text(ownedOrg(ask).login)
  return {
    type: 'Organization',
    name: login,
    url: `${API}/orgs/${login}`,
    html: `${WEB}/organizations/${login}/settings/rules`,
  }
}

function rulesetDoc(source: Source, row: Row): Json {
  return {
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
    current_user_can_bypass: row.current_user_can_bypass ?? 'never',
    _links: { self: { href: `${source.url}/rulesets/${row.id}` }, html: { href: `${source.html}/${row.id}` } },
  } as Json
}

function checked({ target = 'branch', enforcement }: Row): void {
  if (!TARGETS.has(text(target)) || !ENFORCEMENTS.has(text(enforcement)))
    throw new GitHubError(
      422,
      'Invalid request.\n\n"enforcement" is not a member of ["disabled", "active", "evaluate"].',
    )
}

function make(ask: Ask, body: Row, id: number): Row {
  checked(body)
  const { name, target = 'branch', enforcement, conditions, rules = [], bypass_actors = [] } = body
  const now = ask.github.now()
  const dates = { created_at: now, updated_at: now }
  const refs = conditions ?? (target === 'push' ? null : { ref_name: { include: [], exclude: [] } })
  return { id, node_id: nodeId('RRS', id), name, target, enforcement, conditions: refs, rules, bypass_actors, ...dates }
}

const plain = (path: string, name: string, source: (ask: Ask) => Source): Omit<Plain, 'at'> => ({
  name,
  path,
  writes: 'admin',
  verbs: ['create', 'list', 'get', 'update', 'delete'],
  puts: true,
  resource: 'Ruleset',
  required: ['name', 'enforcement'],
  make,
  change(ask, old, body) {
    const kept = { ...old, ...without(body, 'id', 'node_id', 'created_at'), updated_at: ask.github.now() }
    checked(kept)
    return kept
  },
  shape: (ask, row) => rulesetDoc(source(ask), row),
  listed: (ask, row) =>
    without(
      rulesetDoc(source(ask), row) as Row,
      ...['conditions', 'rules', 'bypass_actors', 'current_user_can_bypass'],
    ) as Json,
})

/** Names of refs with `*` for anything within a part and `**` for anything at all. */
function fits(pattern: string, ref: string, isDefault: boolean): boolean {
  if (pattern === '~ALL') return true
  if (pattern === '~DEFAULT_BRANCH') return isDefault
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\0', '.*')
  return new RegExp(`^${source}$`).test(ref)
}

/** Rules in force for a branch, of the repository and of the organisation it belongs to. */
function rulesFor(ask: Ask): readonly Json[] {
  const repo = repoOf(ask)
  const branch = ask.param('branch')
  const ref = `refs/heads/${branch}`
  const isDefault = repo.default_branch === branch
  const owner = ownerOf(repo)
  const own = ask.github.store
    .rows(below(repo, RULESETS))
    .map((row) => ['Repository', text(repo.full_name), row] as const)
  const above = ask.github.store
    .rows(`orgs/${owner.toLowerCase()}/${RULESETS}`)
    .filter((row) => appliesTo(row, repo))
    .map((row) => ['Organization', owner, row] as const)
  return [...own, ...above].flatMap(([type, source, row]) => {
    const { include, exclude } = rowOf(rowOf(row.conditions).ref_name)
    const any = (patterns: Json | undefined): boolean =>
      listOf(patterns).some((one) => fits(String(one), ref, isDefault))
    if (row.enforcement !== 'active' || row.target !== 'branch' || !any(include) || any(exclude)) return []
    return listOf(row.rules).map(
      (rule): Json =>
        ({ ...rowOf(rule), ruleset_source_type: type, ruleset_source: source, ruleset_id: row.id }) as Json,
    )
  })
}

/** Whether an organisation's ruleset is about a repository, by its name or number. */
function appliesTo({ conditions }: Row, repo: Row): boolean {
  const { repository_name, repository_id } = rowOf(conditions)
  const name = text(repo.name)
  const named = (patterns: Json | undefined): boolean => listOf(patterns).some((one) => fits(String(one), name, false))
  if (repository_id !== undefined) return listOf(rowOf(repository_id).repository_ids).includes(repo.id ?? null)
  if (repository_name === undefined) return true
  const { include, exclude } = rowOf(repository_name)
  return named(include) && !named(exclude)
}

export function addRulesetRoutes(on: On): void {
  addPlain(on, {
    ...plain('/repos/:owner/:repo/rulesets', 'repos.rulesets', repoSource),
    at: inRepo(RULESETS),
  })
  addPlain(on, {
    ...plain('/orgs/:org/rulesets', 'orgs.rulesets', orgSource),
    at: (ask) => `orgs/${text(ownedOrg(ask).login).toLowerCase()}/${RULESETS}`,
  })
  on('repos.rules.for_branch', 'GET /repos/:owner/:repo/rules/branches/:branch', (ask) => {
    const repo = repoOf(ask)
    const known = refsBelow(ask.github, repo, 'refs/heads/').some(
      ({ ref }) => ref === `refs/heads/${ask.param('branch')}`,
    )
    return known ? page(ask, rulesFor(ask), (one) => one) : ok([])
  })
}
