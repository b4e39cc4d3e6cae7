import { atLeast, loginOf, roleOfUser, roleOn } from '../access.ts'
import { type Ask, below, done, made, need, type On, ok, type Reply, repoOf } from '../ask.ts'
import { DEFAULT_LABELS } from '../default-labels.ts'
import { ensureRepo } from '../ensure.ts'
import { type EventType, edits, emit } from '../events.ts'
import { firstCommit, person as signs } from '../furnish-git.ts'
import { compared, filesAt } from '../git/history.ts'
import {
  commitOf,
  contentOf,
  putBlob,
  putCommit,
  putFiles,
  putRef,
  refOf,
  refsBelow,
  refsPath,
  resolve,
} from '../git/objects.ts'
import { push } from '../git/push.ts'
import { account, findRepo, ownerOf } from '../github.ts'
import { page } from '../paging.ts'
import { guard } from '../rules/guard.ts'
import { orgBrief, person } from '../shapes/accounts.ts'
import { MERGE_SETTINGS, repoListed, repoMinimal, repoWhole, urlOf } from '../shapes/repos.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { forbidden, GitHubError, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { newLabel } from './labels.ts'
import { orgIn } from './orgs.ts'
import { accountIn, me, repoPage, visible } from './users.ts'

/** What a repository may be told of itself. */
const SETTINGS = [
  ...[
    'description',
    'homepage',
    'has_issues',
    'has_projects',
    'has_wiki',
    'has_downloads',
    'has_discussions',
    'is_template',
  ],
  ...['allow_forking', 'web_commit_signoff_required', 'security_and_analysis', ...MERGE_SETTINGS],
]
const settingsIn = (body: Row): Row =>
  Object.fromEntries(
    SETTINGS.flatMap((name) => (body[name] === undefined || body[name] === null ? [] : [[name, body[name]]])),
  )

export const keep = (ask: Ask, repo: Row): Row =>
  ask.github.store.put('repos', text(repo.full_name).toLowerCase(), repo)

/** Whoever makes a repository for an organisation may do all with it. */
function handOver(ask: Ask, repo: Row): void {
  const login = loginOf(ask.viewer)
  if (ask.viewer.kind !== 'user' || ownerOf(repo) === login) return
  ask.github.store.put(below(repo, 'collaborators'), login.toLowerCase(), { login, permission: 'admin' })
}

/** The account counts what it owns. */
function counting(ask: Ask, repo: Row, by: number): void {
  const owner = account(ask.github, ownerOf(repo))
  if (owner === undefined) return
  const names = repo.private === true ? ['total_private_repos', 'owned_private_repos'] : ['public_repos']
  const counts = names.flatMap((name) => (typeof owner[name] === 'number' ? [[name, owner[name] + by]] : []))
  ask.github.store.put('users', text(owner.login).toLowerCase(), { ...owner, ...Object.fromEntries(counts) })
}

function create(ask: Ask, owner: string): Reply {
  const { github } = ask
  const body = ask.body()
  const name = text(body.name).replaceAll(/[^\w.-]+/g, '-')
  if (name === '') throw missingField('Repository', 'name')
  if (findRepo(github, `${owner}/${name}`) !== undefined)
    throw invalid({
      resource: 'Repository',
      code: 'custom',
      field: 'name',
      message: 'name already exists on this account',
    })
  const hidden = body.private === true || body.visibility === 'private' || body.visibility === 'internal'
  const visibility = text(body.visibility) || (hidden ? 'private' : 'public')
  const row = ensureRepo(github, {
    full_name: `${owner}/${name}`,
    ...settingsIn(body),
    private: hidden,
    visibility,
    size: 0,
    description: body.description ?? null,
    homepage: body.homepage ?? null,
  })
  for (const label of DEFAULT_LABELS) newLabel(github, row, label)
  handOver(ask, row)
  counting(ask, row, 1)
  if (body.auto_init === true) {
    const readme = { 'README.md': `# ${name}\n${row.description === null ? '' : text(row.description)}` }
    putRef(github, row, 'refs/heads/main', firstCommit(github, row, readme, loginOf(ask.viewer)))
  }
  emit(github, ask.viewer, row, 'repository.created', {})
  return made(repoWhole(github, ask.viewer, row, 'written'))
}

function update(ask: Ask): Reply {
  const { github } = ask
  const old = repoOf(ask)
  // Archived ones can be woken up and nothing else.
  if (old.archived !== true) need(ask, old, 'admin')
  else if (roleOn(github, ask.viewer, old) !== 'admin') throw forbidden('Must have admin rights to Repository.')
  const body = ask.body()
  if (old.archived === true && body.archived !== false) throw forbidden('Repository was archived so is read-only.')
  const name = text(body.name) || text(old.name)
  const branch = text(body.default_branch)
  if (branch !== '' && branch !== old.default_branch && refOf(github, old, `refs/heads/${branch}`) === undefined)
    throw invalid({
      resource: 'Repository',
      code: 'invalid',
      field: 'default_branch',
      message: `The branch ${branch} was not found. Please push that ref first or create it via the Git Data API.`,
    })
  const hidden = body.visibility === undefined ? (body.private ?? old.private) === true : body.visibility !== 'public'
  const full = `${ownerOf(old)}/${name}`
  if (full.toLowerCase() !== text(old.full_name).toLowerCase() && findRepo(github, full) !== undefined)
    throw invalid({
      resource: 'Repository',
      code: 'custom',
      field: 'name',
      message: 'name already exists on this account',
    })
  const row = renamed(ask, old, {
    ...old,
    ...settingsIn(body),
    ...(body.description === null ? { description: null } : {}),
    name,
    full_name: full,
    private: hidden,
    visibility: text(body.visibility) || (hidden ? (old.visibility === 'internal' ? 'internal' : 'private') : 'public'),
    ...(branch === '' ? {} : { default_branch: branch }),
    ...(body.archived === undefined ? {} : { archived: body.archived }),
    updated_at: github.now(),
    // What was asked for is shown from now on.
    ...(old._keys === undefined ? {} : { _keys: [...new Set([...listOf(old._keys), ...Object.keys(body)])] }),
  })
  for (const [type, more] of told(old, row)) emit(github, ask.viewer, row, type, more)
  return ok(repoWhole(github, ask.viewer, row, 'written'))
}

const EDITED = ['description', 'homepage', 'default_branch'] as const

function told(old: Row, row: Row): readonly (readonly [EventType, Row])[] {
  const types: [EventType, Row][] = []
  if (old.full_name !== row.full_name)
    types.push(['repository.renamed', { changes: { repository: { name: { from: old.name ?? '' } } } }])
  if (old.private !== row.private)
    types.push([row.private === true ? 'repository.privatized' : 'repository.publicized', {}])
  if ((old.archived ?? false) !== (row.archived ?? false))
    types.push([row.archived === true ? 'repository.archived' : 'repository.unarchived', {}])
  const changes = edits(old, row, ...EDITED)
  if (Object.keys(rowOf(changes)).length > 0) types.push(['repository.edited', { changes }])
  return types
}

/** Puts a repository in another one's place; the old name leads to the new. */
function renamed(ask: Ask, old: Row, row: Row): Row {
  const { store } = ask.github
  const [from, to] = [old, row].map((one) => text(one.full_name).toLowerCase())
  if (from === undefined || to === undefined || from === to) return keep(ask, row)
  store.move(`repos/${from}`, `repos/${to}`)
  store.remove('repos', from)
  store.put('~moved', from, { to: row.full_name })
  store.remove('~moved', to)
  return keep(ask, row)
}

function remove(ask: Ask): Reply {
  const repo = repoOf(ask)
  if (roleOn(ask.github, ask.viewer, repo) !== 'admin') throw forbidden('Must have admin rights to Repository.')
  emit(ask.github, ask.viewer, repo, 'repository.deleted', {})
  ask.github.store.remove('repos', text(repo.full_name).toLowerCase())
  counting(ask, repo, -1)
  return done()
}

function fork(ask: Ask): Reply {
  const { github } = ask
  const parent = repoOf(ask)
  const body = ask.body()
  const owner = text(body.organization) || text(me(ask).login)
  if (account(github, owner) === undefined) throw invalid({ resource: 'Fork', code: 'invalid', field: 'organization' })
  const mine = github.store
    .rows('repos')
    .find((one) => ownerOf(one).toLowerCase() === owner.toLowerCase() && one._network === parent._network)
  if (mine !== undefined) return { status: 202, body: repoWhole(github, ask.viewer, mine, 'forked') }
  // A name that is taken gets a number.
  const wanted = text(body.name) || text(parent.name)
  let name = wanted
  for (let n = 1; findRepo(github, `${owner}/${name}`) !== undefined; n++) name = `${wanted}-${n}`
  const { default_branch, description = null, homepage = null, size = 0, language = null, license = null } = parent
  const source = typeof parent.source === 'string' ? parent.source : text(parent.full_name)
  const row = ensureRepo(github, {
    full_name: `${owner}/${name}`,
    fork: true,
    private: parent.private ?? false,
    default_branch,
    description,
    homepage,
    size,
    language,
    license,
    has_issues: false,
    parent: text(parent.full_name),
    source,
  })
  const shared = keep(ask, { ...row, _network: parent._network ?? parent.id })
  const only = body.default_branch_only === true ? `refs/heads/${text(default_branch)}` : undefined
  for (const ref of github.store.rows(refsPath(parent)))
    if (only === undefined || ref.ref === only) github.store.put(refsPath(shared), text(ref.ref), ref)
  if (typeof parent.forks_count === 'number' || parent._seen !== true)
    keep(ask, { ...parent, forks_count: Number(parent.forks_count ?? 0) + 1 })
  handOver(ask, shared)
  counting(ask, shared, 1)
  emit(github, ask.viewer, parent, 'fork', { forkee: repoListed(github, ask.viewer, shared) })
  return { status: 202, body: repoWhole(github, ask.viewer, shared, 'forked') }
}

export function addRepoRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('repos.get', `GET ${repo}`, (ask) => ok(repoWhole(ask.github, ask.viewer, repoOf(ask))))
  on('repos.update', `PATCH ${repo}`, update, 'user')
  on('repos.delete', `DELETE ${repo}`, remove, 'user')
  on('repos.create', 'POST /user/repos', (ask) => create(ask, text(me(ask).login)), 'user')
  on('repos.create_in_org', 'POST /orgs/:org/repos', (ask) => create(ask, text(orgIn(ask).login)), 'user')
  on(
    'repos.list_mine',
    'GET /user/repos',
    (ask) => {
      const { login } = me(ask)
      const mine = visible(ask).filter(
        (one) =>
          ownerOf(one) === login || atLeast(roleOfUser(ask.github, { ...one, private: true }, text(login)), 'pull'),
      )
      return repoPage(ask, mine, 'full_name')
    },
    'user',
  )
  on('repos.list_for_user', 'GET /users/:username/repos', (ask) =>
    repoPage(ask, visible(ask, text(accountIn(ask, 'username').login)), 'full_name'),
  )
  on('repos.list_public', 'GET /repositories', (ask) => {
    const since = Number(ask.query.get('since') ?? 0)
    const rows = ask.github.store.rows('repos').filter((one) => one.private !== true && Number(one.id) > since)
    return page(
      ask,
      [...rows].sort((a, b) => Number(a.id) - Number(b.id)),
      (one) => repoMinimal(ask.github, one),
    )
  })
  on('repos.forks.create', `POST ${repo}/forks`, fork, 'user')
  on('repos.forks.list', `GET ${repo}/forks`, (ask) => {
    const parent = repoOf(ask)
    const isFork = (one: Row): boolean =>
      (isRow(one.parent) ? one.parent.full_name : one.parent) === parent.full_name &&
      roleOn(ask.github, ask.viewer, one) !== 'none'
    return page(ask, [...ask.github.store.rows('repos').filter(isFork)].reverse(), (one) =>
      repoListed(ask.github, ask.viewer, one),
    )
  })
  on('repos.generate', `POST ${repo}/generate`, generate, 'user')
  on('repos.merge_upstream', `POST ${repo}/merge-upstream`, mergeUpstream, 'user')
  on('repos.topics.list', `GET ${repo}/topics`, (ask) => ok({ names: repoOf(ask).topics ?? [] }))
  on('repos.topics.replace', `PUT ${repo}/topics`, (ask) => {
    const names = listOf(ask.body().names).map((name) => String(name).toLowerCase())
    keep(ask, { ...repoOf(ask, 'admin'), topics: names })
    return ok({ names })
  })
  on('repos.tags.list', `GET ${repo}/tags`, (ask) => {
    const of = repoOf(ask)
    return page(ask, [...refsBelow(ask.github, of, 'refs/tags/')].reverse(), (ref) => {
      const name = text(ref.ref).slice('refs/tags/'.length)
      const commit = { sha: ref.sha ?? '', url: `${urlOf(of)}/commits/${text(ref.sha)}` }
      return {
        name,
        zipball_url: `${urlOf(of)}/zipball/refs/tags/${name}`,
        tarball_url: `${urlOf(of)}/tarball/refs/tags/${name}`,
        commit,
        node_id: nodeId('REF', Number(of.id), text(ref.ref)),
      }
    })
  })
  on(
    'repos.transfer',
    `POST ${repo}/transfer`,
    (ask) => {
      const old = repoOf(ask, 'admin')
      const owner = account(ask.github, text(ask.body().new_owner))
      if (owner === undefined) throw invalid({ resource: 'Repository', code: 'invalid', field: 'new_owner' })
      const name = text(ask.body().new_name) || text(old.name)
      const row = renamed(ask, old, { ...old, name, full_name: `${text(owner.login)}/${name}` })
      const before = account(ask.github, ownerOf(old))
      const from =
        before?.type === 'Organization'
          ? { organization: orgBrief(before) }
          : { user: person(ask.github, ownerOf(old)) }
      emit(ask.github, ask.viewer, row, 'repository.transferred', { changes: { owner: { from } } })
      return { status: 202, body: repoListed(ask.github, ask.viewer, row) }
    },
    'user',
  )
  on(
    'repos.dispatches.create',
    `POST ${repo}/dispatches`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const { event_type, client_payload = {} } = ask.body()
      if (text(event_type) === '') throw missingField('RepositoryDispatch', 'event_type')
      emit(ask.github, ask.viewer, of, 'repository_dispatch', {
        action: event_type,
        branch: of.default_branch,
        client_payload,
      })
      return done()
    },
    'user',
  )
}

/** A new repository with the files of a template. */
function generate(ask: Ask): Reply {
  const template = repoOf(ask)
  if (template.is_template === false || (template.is_template === undefined && template._seen !== true))
    throw notFound()
  const { github } = ask
  const body = ask.body()
  const owner = text(body.owner) || text(me(ask).login)
  const made = create(
    {
      ...ask,
      body: () => ({ name: body.name, private: body.private ?? false, description: body.description ?? null }),
    },
    owner,
  )
  const row = findRepo(github, `${owner}/${text(body.name)}`)
  if (row === undefined) return made
  const head = resolve(github, template, text(template.default_branch))
  const who = signs(github, loginOf(ask.viewer))
  const files = filesAt(github, template, head)
  for (const { sha } of files.values()) putBlob(github, row, contentOf(github, template, sha))
  const commit = putCommit(
    github,
    row,
    { tree: putFiles(github, row, files), parents: [], message: 'Initial commit', author: who, committer: who },
    { author: loginOf(ask.viewer), committer: loginOf(ask.viewer) },
  )
  putRef(github, row, `refs/heads/${text(row.default_branch)}`, text(commit.sha))
  const kept = keep(ask, { ...row, template_repository: text(template.full_name) })
  return { ...made, body: repoWhole(github, ask.viewer, kept, 'written') }
}

/** Brings a fork's branch up to its parent's. */
function mergeUpstream(ask: Ask): Reply {
  const { github } = ask
  const fork = repoOf(ask, 'push')
  const parent = isRow(fork.parent)
    ? findRepo(github, text(fork.parent.full_name))
    : findRepo(github, text(fork.parent))
  const branch = text(ask.body().branch)
  const [ours, theirs] = [fork, parent].map((one) =>
    one === undefined ? undefined : refOf(github, one, `refs/heads/${branch}`),
  )
  if (parent === undefined || ours === undefined || theirs === undefined)
    throw new GitHubError(422, 'There is nothing to merge from.')
  const [base, head] = [commitOf(github, fork, text(ours.sha)), commitOf(github, fork, text(theirs.sha))]
  if (base === undefined || head === undefined) throw new GitHubError(422, 'There is nothing to merge from.')
  const { ahead, behind } = compared(github, fork, base, head)
  const name = `${ownerOf(parent)}:${branch}`
  if (ahead.length === 0)
    return ok({ message: `This branch is not behind the upstream ${name}.`, merge_type: 'none', base_branch: name })
  if (behind > 0) throw new GitHubError(409, 'There are merge conflicts')
  const change = { ref: `refs/heads/${branch}`, before: text(ours.sha), after: text(theirs.sha), fetched: true }
  guard(github, ask.viewer, fork, change)
  push(github, ask.viewer, fork, change.ref, change.after)
  return ok({
    message: `Successfully fetched and fast-forwarded from upstream ${name}.`,
    merge_type: 'fast-forward',
    base_branch: name,
  })
}
