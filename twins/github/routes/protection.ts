import type { Json } from '../../trace.ts'
import { type Ask, below, done, type On, ok, type Reply, type Route, repoOf } from '../ask.ts'
import { refOf } from '../git/objects.ts'
import { account, ownerOf } from '../github.ts'
import { person } from '../shapes/accounts.ts'
import { urlOf } from '../shapes/repos.ts'
import { teamBrief } from '../shapes/teams.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { GitHubError, notFound, pathOf } from '../wire.ts'
import { appDoc } from './apps.ts'

const HEADS = 'refs/heads/'

export function branchIn(ask: Ask, repo: Row): Row {
  const ref = refOf(ask.github, repo, HEADS + ask.param('branch'))
  if (ref === undefined) throw notFound('Branch not found')
  return ref
}
export const protectionOf = (ask: Ask, repo: Row, branch: string): Row | undefined =>
  ask.github.store.get(below(repo, 'protections'), branch)

const FLAGS = [
  ...['required_linear_history', 'allow_force_pushes', 'allow_deletions', 'block_creations'],
  ...['required_conversation_resolution', 'lock_branch', 'allow_fork_syncing'],
] as const

/** Whoever is named in a rule: by login or slug as asked for, or as a seed shows them. */
const KINDS = ['users', 'teams', 'apps'] as const
type Kind = (typeof KINDS)[number]

function shownOf(ask: Ask, repo: Row, kind: Kind, given: Json | undefined): readonly Json[] {
  const shapes: Readonly<Record<Kind, (name: string) => Json>> = {
    users: (name) => person(ask.github, name),
    teams: (name) => teamBrief(ask.github, ownerOf(repo), name),
    apps(name) {
      const app = ask.github.store.rows('apps').find(({ slug }) => slug === name)
      return app === undefined ? null : appDoc(ask.github, app)
    },
  }
  // What is not there is left out, as GitHub does.
  return listOf(given)
    .map((one) => (isRow(one) ? one : shapes[kind](String(one))))
    .filter((one) => one !== null)
}

const everybody = (ask: Ask, repo: Row, given: Row): Row =>
  Object.fromEntries(KINDS.map((kind) => [kind, shownOf(ask, repo, kind, given[kind]) as Json]))

type At = { readonly ask: Ask; readonly repo: Row; readonly branch: string; readonly row: Row; readonly url: string }

const checksDoc = ({ url }: At, checks: Row): Json => ({
  url: `${url}/required_status_checks`,
  strict: checks.strict ?? false,
  contexts: checks.contexts ?? [],
  contexts_url: `${url}/required_status_checks/contexts`,
  checks: checks.checks ?? [],
})

const restrictionsDoc = ({ ask, repo, url }: At, restrictions: Row): Json =>
  ({
    url: `${url}/restrictions`,
    users_url: `${url}/restrictions/users`,
    teams_url: `${url}/restrictions/teams`,
    apps_url: `${url}/restrictions/apps`,
    ...everybody(ask, repo, restrictions),
  }) as Json

/** An empty object lifts the restrictions: https://docs.github.com/rest/branches/branch-protection (2026-11-26). */
function reviewsDoc({ ask, repo, url }: At, reviews: Row): Json {
  const some = (value: Json | undefined): value is Row & Json => isRow(value) && Object.keys(value).length > 0
  const dismissal = `${url}/dismissal_restrictions`
  return {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: reviews.dismiss_stale_reviews ?? false,
    require_code_owner_reviews: reviews.require_code_owner_reviews ?? false,
    require_last_push_approval: reviews.require_last_push_approval ?? false,
    required_approving_review_count: reviews.required_approving_review_count ?? 1,
    ...(some(reviews.dismissal_restrictions)
      ? {
          dismissal_restrictions: {
            url: dismissal,
            users_url: `${dismissal}/users`,
            teams_url: `${dismissal}/teams`,
            ...everybody(ask, repo, reviews.dismissal_restrictions),
          },
        }
      : {}),
    ...(some(reviews.bypass_pull_request_allowances)
      ? { bypass_pull_request_allowances: everybody(ask, repo, reviews.bypass_pull_request_allowances) }
      : {}),
  } as Json
}

/** Protection as it stands alone: https://docs.github.com/rest/branches/branch-protection (2026-11-26). */
function protectionWhole(at: At): Json {
  const { row, url } = at
  const part = (name: string, shape: (at: At, part: Row) => Json): Row => {
    const value = row[name]
    return isRow(value) ? { [name]: shape(at, value) } : {}
  }
  return {
    url,
    ...part('required_status_checks', checksDoc),
    ...part('restrictions', restrictionsDoc),
    ...part('required_pull_request_reviews', reviewsDoc),
    required_signatures: { url: `${url}/required_signatures`, enabled: row.required_signatures ?? false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: row.enforce_admins ?? false },
    ...Object.fromEntries(FLAGS.map((name) => [name, { enabled: row[name] ?? false }])),
  } as Json
}

/** Checks by their contexts, as older clients ask for them, or one by one. */
function named(checks: Row, old: Row = {}): Json {
  const contexts = checks.contexts ?? (checks.checks === undefined ? old.contexts : undefined)
  return {
    strict: checks.strict ?? old.strict ?? false,
    checks: checks.checks ?? listOf(contexts).map((context) => ({ context, app_id: null })),
    contexts: contexts ?? listOf(checks.checks).map((one) => rowOf(one).context ?? ''),
  }
}

const NEEDED = ['required_status_checks', 'enforce_admins', 'required_pull_request_reviews', 'restrictions'] as const

function protect(ask: Ask): Reply {
  const repo = repoOf(ask, 'admin')
  const ref = branchIn(ask, repo)
  const body = ask.body()
  const missing = NEEDED.filter((name) => body[name] === undefined)
  if (missing.length > 0)
    throw new GitHubError(422, `Invalid request.\n\n${missing.map((name) => `"${name}" wasn't supplied.`).join('\n')}`)
  const branch = text(ref.ref).slice(HEADS.length)
  const owner = account(ask.github, ownerOf(repo))
  if (isRow(body.restrictions) && owner?.type !== 'Organization')
    throw new GitHubError(422, 'Validation Failed', [
      'Only organization repositories can have users and team restrictions',
    ])
  const { required_status_checks: checks } = body
  const row = { ...body, ...(isRow(checks) ? { required_status_checks: named(checks) } : {}) }
  // Signatures are asked for at an address of their own.
  const { required_signatures } = protectionOf(ask, repo, branch) ?? {}
  return ok(
    protectionWhole(keep(ask, repo, branch, required_signatures === undefined ? row : { required_signatures, ...row })),
  )
}

const urlAt = (repo: Row, branch: string): string => `${urlOf(repo)}/branches/${pathOf(branch)}/protection`

function keep(ask: Ask, repo: Row, branch: string, row: Row): At {
  const kept = ask.github.store.put(below(repo, 'protections'), branch, row)
  return { ask, repo, branch, row: kept, url: urlAt(repo, branch) }
}

/** The protection of the branch that a path names. */
function protectedAt(ask: Ask): At {
  const repo = repoOf(ask, 'admin')
  const branch = text(branchIn(ask, repo).ref).slice(HEADS.length)
  const row = protectionOf(ask, repo, branch)
  if (row === undefined) throw notFound('Branch not protected')
  return { ask, repo, branch, row, url: urlAt(repo, branch) }
}

const changed = (at: At, fields: Row): At => keep(at.ask, at.repo, at.branch, { ...at.row, ...fields })

/** One part of the protection, which is there or not. */
type Part = {
  readonly name: string
  readonly operation: string
  /** What GitHub says where it is not there. */
  readonly missing: string
  readonly doc: (at: At, part: Row) => Json
  /** What becomes of it by a PATCH; a part that takes none is left out. */
  readonly patched?: (at: At, body: Row) => Json
}
type PartAt = At & { readonly part: Row }

function partAt(ask: Ask, { name, missing }: Part): PartAt {
  const at = protectedAt(ask)
  const part = at.row[name]
  if (!isRow(part)) throw notFound(missing)
  return { ...at, part }
}

/** Reads, changes and lifts a part. */
function addPart(on: On, path: string, part: Part): void {
  const { name, operation, doc, patched } = part
  const route = `${path}/${name}`
  on(
    `${operation}.get`,
    `GET ${route}`,
    (ask) => {
      const at = partAt(ask, part)
      return ok(doc(at, at.part))
    },
    'user',
  )
  if (patched !== undefined)
    on(
      `${operation}.update`,
      `PATCH ${route}`,
      (ask) => {
        const at = protectedAt(ask)
        const kept = changed(at, { [name]: patched(at, ask.body()) })
        return ok(doc(kept, rowOf(kept.row[name])))
      },
      'user',
    )
  on(
    `${operation}.delete`,
    `DELETE ${route}`,
    (ask) => {
      changed(partAt(ask, part), { [name]: null })
      return done()
    },
    'user',
  )
}

/** The list that a request sends, alone or under its name. */
const sentIn = (ask: Ask, name: string): readonly string[] => {
  const body = ask.body()
  return listOf(body._list ?? body[name]).map(String)
}

const nameOf = (one: Json): string => (isRow(one) ? text(one.login) || text(one.slug) : String(one))

/** A list within a part: read, added to, put in its place and taken from. */
function addList(
  on: On,
  path: string,
  part: Part,
  name: string,
  read: (at: PartAt) => readonly Json[],
  write: (at: PartAt, names: readonly string[]) => Row,
): void {
  const operation = `${part.operation}.${name}`
  const route = `${path}/${part.name}/${name}`
  const change = (pick: (old: readonly string[], sent: readonly string[]) => readonly string[]): Route => {
    return (ask) => {
      const at = partAt(ask, part)
      const names = pick(read(at).map(nameOf), sentIn(ask, name))
      const next = { ...at.part, ...write(at, names) }
      return ok(read({ ...changed(at, { [part.name]: next as Json }), part: next }) as Json)
    }
  }
  const verbs = [
    ['list', 'GET', (ask: Ask) => ok(read(partAt(ask, part)) as Json)],
    ['add', 'POST', change((old, sent) => [...new Set([...old, ...sent])])],
    ['set', 'PUT', change((_, sent) => sent)],
    ['remove', 'DELETE', change((old, sent) => old.filter((one) => !sent.includes(one)))],
  ] as const
  for (const [verb, method, handler] of verbs) on(`${operation}.${verb}`, `${method} ${route}`, handler, 'user')
}

const CHECKS: Part = {
  name: 'required_status_checks',
  operation: 'repos.branches.protection.checks',
  missing: 'Required status checks not enabled',
  doc: checksDoc,
  patched(at, body) {
    const old = at.row.required_status_checks
    if (!isRow(old)) throw notFound('Required status checks not enabled')
    return named(body, old)
  },
}
const REVIEWS: Part = {
  name: 'required_pull_request_reviews',
  operation: 'repos.branches.protection.reviews',
  missing: 'Pull request reviews not enabled',
  doc: reviewsDoc,
  patched: (at, body) => ({ ...rowOf(at.row.required_pull_request_reviews), ...body }) as Json,
}
const RESTRICTIONS: Part = {
  name: 'restrictions',
  operation: 'repos.branches.protection.restrictions',
  missing: 'Push restrictions not enabled',
  doc: restrictionsDoc,
}

/** Contexts are the checks by name; those that stay keep their apps. */
function contextsOf({ part }: PartAt, contexts: readonly string[]): Row {
  const kept = listOf(part.checks).filter((one) => contexts.includes(text(rowOf(one).context)))
  const known = kept.map((one) => text(rowOf(one).context))
  const added = contexts.filter((one) => !known.includes(one)).map((context) => ({ context, app_id: null }))
  return { contexts, checks: [...kept, ...added] }
}

/** Signatures and administrators are switches: asked for, or not. */
function addSwitch(on: On, path: string, name: string, operation: string): void {
  const turn =
    (value?: boolean): Route =>
    (ask) => {
      const at = protectedAt(ask)
      if (value !== undefined) changed(at, { [name]: value })
      return value === false ? done() : ok({ url: `${at.url}/${name}`, enabled: value ?? at.row[name] ?? false })
    }
  on(`${operation}.get`, `GET ${path}/${name}`, turn())
  on(`${operation}.require`, `POST ${path}/${name}`, turn(true), 'user')
  on(`${operation}.release`, `DELETE ${path}/${name}`, turn(false), 'user')
}

export function addProtectionRoutes(on: On): void {
  const path = '/repos/:owner/:repo/branches/:branch/protection'
  on('repos.branches.protection.get', `GET ${path}`, (ask) => ok(protectionWhole(protectedAt(ask))))
  on('repos.branches.protection.update', `PUT ${path}`, protect)
  on('repos.branches.protection.delete', `DELETE ${path}`, (ask) => {
    const { repo, branch } = protectedAt(ask)
    ask.github.store.remove(below(repo, 'protections'), branch)
    return done()
  })
  addSwitch(on, path, 'required_signatures', 'repos.branches.protection.signatures')
  addSwitch(on, path, 'enforce_admins', 'repos.branches.protection.admins')
  for (const part of [CHECKS, REVIEWS, RESTRICTIONS]) addPart(on, path, part)
  addList(on, path, CHECKS, 'contexts', ({ part }) => listOf(part.contexts), contextsOf)
  for (const kind of KINDS)
    addList(
      on,
      path,
      RESTRICTIONS,
      kind,
      ({ ask, repo, part }) => shownOf(ask, repo, kind, part[kind]),
      (_, names) => ({ [kind]: names }),
    )
}
