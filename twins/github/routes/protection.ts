import type { Json } from '../../trace.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
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

/** One part of the protection that is there or not, and what GitHub says where it is not. */
function partAt(ask: Ask, name: string, missing: string): At & { readonly part: Row } {
  const at = protectedAt(ask)
  const part = at.row[name]
  if (!isRow(part)) throw notFound(missing)
  return { ...at, part }
}

/** The list that a request sends, alone or under its name. */
const sentIn = (ask: Ask, name: string): readonly Json[] => {
  const body = ask.body()
  return listOf(body._list ?? body[name])
}

const nameOf = (one: Json): string => (isRow(one) ? text(one.login) || text(one.slug) : String(one))

function listRoutes(
  on: On,
  operation: string,
  path: string,
  read: (ask: Ask) => readonly Json[],
  write: (ask: Ask, names: readonly Json[]) => readonly Json[],
  name: string,
): void {
  const old = (ask: Ask): readonly string[] => read(ask).map(nameOf)
  const sent = (ask: Ask): readonly string[] => sentIn(ask, name).map(String)
  on(`${operation}.list`, `GET ${path}`, (ask) => ok(read(ask) as Json), 'user')
  on(
    `${operation}.add`,
    `POST ${path}`,
    (ask) => ok(write(ask, [...new Set([...old(ask), ...sent(ask)])]) as Json),
    'user',
  )
  on(`${operation}.set`, `PUT ${path}`, (ask) => ok(write(ask, sent(ask)) as Json), 'user')
  on(
    `${operation}.remove`,
    `DELETE ${path}`,
    (ask) =>
      ok(
        write(
          ask,
          old(ask).filter((one) => !sent(ask).includes(one)),
        ) as Json,
      ),
    'user',
  )
}

function addCheckParts(on: On, path: string): void {
  const name = 'required_status_checks'
  const at = (ask: Ask): ReturnType<typeof partAt> => partAt(ask, name, 'Required status checks not enabled')
  const operation = 'repos.branches.protection.checks'
  on(`${operation}.get`, `GET ${path}/${name}`, (ask) => ok(checksDoc(at(ask), at(ask).part)), 'user')
  on(
    `${operation}.update`,
    `PATCH ${path}/${name}`,
    (ask) => {
      const part = at(ask)
      const kept = changed(part, { [name]: named(ask.body(), part.part) })
      return ok(checksDoc(kept, rowOf(kept.row[name])))
    },
    'user',
  )
  on(
    `${operation}.delete`,
    `DELETE ${path}/${name}`,
    (ask) => {
      changed(at(ask), { [name]: null })
      return done()
    },
    'user',
  )
  listRoutes(
    on,
    `${operation}.contexts`,
    `${path}/${name}/contexts`,
    (ask) => listOf(at(ask).part.contexts),
    (ask, contexts) => {
      const part = at(ask)
      const kept = listOf(part.part.checks).filter((one) => contexts.includes(rowOf(one).context ?? null))
      const known = kept.map((one) => rowOf(one).context ?? null)
      const added = contexts.filter((one) => !known.includes(one)).map((context) => ({ context, app_id: null }))
      changed(part, { [name]: { ...part.part, contexts, checks: [...kept, ...added] } as Json })
      return contexts
    },
    'contexts',
  )
}

function addReviewParts(on: On, path: string): void {
  const name = 'required_pull_request_reviews'
  const at = (ask: Ask): ReturnType<typeof partAt> => partAt(ask, name, 'Pull request reviews not enabled')
  const operation = 'repos.branches.protection.reviews'
  on(`${operation}.get`, `GET ${path}/${name}`, (ask) => ok(reviewsDoc(at(ask), at(ask).part)), 'user')
  on(
    `${operation}.update`,
    `PATCH ${path}/${name}`,
    (ask) => {
      const whole = protectedAt(ask)
      const kept = changed(whole, { [name]: { ...rowOf(whole.row[name]), ...ask.body() } as Json })
      return ok(reviewsDoc(kept, rowOf(kept.row[name])))
    },
    'user',
  )
  on(
    `${operation}.delete`,
    `DELETE ${path}/${name}`,
    (ask) => {
      changed(at(ask), { [name]: null })
      return done()
    },
    'user',
  )
}

function addRestrictionParts(on: On, path: string): void {
  const name = 'restrictions'
  const at = (ask: Ask): ReturnType<typeof partAt> => partAt(ask, name, 'Push restrictions not enabled')
  const operation = 'repos.branches.protection.restrictions'
  on(`${operation}.get`, `GET ${path}/${name}`, (ask) => ok(restrictionsDoc(at(ask), at(ask).part)), 'user')
  on(
    `${operation}.delete`,
    `DELETE ${path}/${name}`,
    (ask) => {
      changed(at(ask), { [name]: null })
      return done()
    },
    'user',
  )
  for (const kind of KINDS)
    listRoutes(
      on,
      `${operation}.${kind}`,
      `${path}/${name}/${kind}`,
      (ask) => {
        const part = at(ask)
        return shownOf(ask, part.repo, kind, part.part[kind])
      },
      (ask, names) => {
        const part = at(ask)
        changed(part, { [name]: { ...part.part, [kind]: names } as Json })
        return shownOf(ask, part.repo, kind, names as Json)
      },
      kind,
    )
}

/** Signatures and administrators are switches: asked for, or not. */
function addSwitch(on: On, path: string, name: string, operation: string): void {
  const turn =
    (value?: boolean) =>
    (ask: Ask): Reply => {
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
  addCheckParts(on, path)
  addReviewParts(on, path)
  addRestrictionParts(on, path)
}
