import type { Exchange } from '../../har.ts'
import type { Json } from '../../trace.ts'
import { DEFAULT_LABELS } from '../default-labels.ts'
import { APP_PUBLIC_KEY } from '../keys.ts'
import { isDocument } from '../routes/documents.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { without } from '../wire.ts'
import { isAppPath, isInstallationPath } from './callers.ts'
import { isAccount, isApp, isRepo, isTeam, listed, nameOf, objects, type Seen, seen } from './read.ts'
import { branchOf, first, type Made, newRepo, noteRead, noteRole, type RepoFound, roleIn } from './repo.ts'
import { noteWrite, SOME_COMMIT } from './writes.ts'

type Found = {
  viewer: string | undefined
  readonly users: Map<string, Row>
  readonly orgs: Map<
    string,
    { doc: Row; whole: boolean; members: Map<string, string>; open: Set<string>; teams: Map<string, Row> }
  >
  readonly repos: Map<string, RepoFound>
  readonly apps: Map<number, Row>
  readonly installations: Map<number, Row>
  readonly documents: Map<string, Json>
  readonly gists: Map<string, Row>
  /** Forks that the recording makes, with what they are made from. */
  readonly forks: Map<string, string>
  readonly selected: Set<string>
  readonly requests: Row[]
  readonly rows: Map<string, readonly Row[]>
  /** Who else but people asked: `app`, `installation`, and whose repositories an installation was of. */
  readonly callers: Set<string>
}

const repoFound =
  (found: Found) =>
  (name: string): RepoFound => {
    const key = name.toLowerCase()
    const repo = found.repos.get(key) ?? newRepo()
    found.repos.set(key, repo)
    return repo
  }
function orgFound(found: Found, login: string): NonNullable<ReturnType<Found['orgs']['get']>> {
  const key = login.toLowerCase()
  const org = found.orgs.get(key) ?? {
    doc: { login },
    whole: false,
    members: new Map(),
    open: new Set(),
    teams: new Map(),
  }
  found.orgs.set(key, org)
  return org
}

/** Accounts and repositories that an answer names: they were there, whoever asked. */
function noteNames(found: Found, made: Made, body: unknown): void {
  for (const row of objects(body)) {
    if (isAccount(row)) noteAccount(found, row)
    else if (isTeam(row)) noteTeam(found, made, row)
    else if (isApp(row)) found.apps.set(Number(row.id), { ...row, ...found.apps.get(Number(row.id)) })
    else if (isRepo(row) && !made.repos.has(nameOf(row))) {
      const repo = repoFound(found)(nameOf(row))
      if (!repo.whole) repo.fields = { ...row, ...repo.fields }
    }
  }
}

function noteTeam(found: Found, made: Made, row: Row): void {
  const [, login, slug = ''] = /\/orgs\/([^/]+)\/teams\/([^/]+)$/.exec(text(row.html_url)) ?? []
  if (login === undefined || made.names.has(`team ${slug}`)) return
  const { teams } = orgFound(found, login)
  teams.set(slug, { ...without(row, 'organization'), ...teams.get(slug) })
}

function noteAccount(found: Found, row: Row): void {
  const login = text(row.login)
  if (row.type === 'Organization' || row.members_url !== undefined) {
    const org = orgFound(found, login)
    org.doc = { ...row, ...org.doc, type: 'Organization' }
    org.whole ||= row.public_repos !== undefined && row.followers_url !== undefined
    return
  }
  const old = found.users.get(login.toLowerCase()) ?? {}
  const full = row.public_repos !== undefined
  found.users.set(login.toLowerCase(), {
    ...row,
    ...old,
    ...(full && old.whole !== true ? { ...row, whole: true } : {}),
  })
}

function noteRepo(found: Found, made: Made, doc: Row): void {
  if (made.repos.has(nameOf(doc))) return
  const repo = repoFound(found)(nameOf(doc))
  // The first look is the state before; a later one may show more of it.
  repo.fields = repo.whole ? { ...doc, ...repo.fields } : doc
  repo.whole = true
}

/** An address by name where it is by number. */
function named(found: Found, path: string): string {
  const [, kind, id, ...rest] = path.split('/')
  const tail = rest.map((part) => `/${part}`).join('')
  if (kind === 'repositories' && id !== undefined) {
    const [name] = [...found.repos].find(([, repo]) => String(repo.fields?.id) === id) ?? []
    return name === undefined ? path : `/repos/${name}${tail}`
  }
  if (kind === 'organizations' && id !== undefined) {
    const [login, org] = [...found.orgs].find(([, one]) => String(one.doc.id) === id) ?? []
    const [, , team, ...more] = tail.split('/')
    const slug = [...(org?.teams.values() ?? [])].find((one) => String(one.id) === team)?.slug
    return `/orgs/${login ?? '-'}/teams/${text(slug)}${more.map((part) => `/${part}`).join('')}`
  }
  return path
}

function readTop(found: Found, made: Made, { path, body, status, query }: Seen): void {
  const doc = isRow(body) ? body : {}
  const rows = listed(body) ?? []
  const [, kind = '', name = '', third = '', fourth = ''] = path.split('/')
  if (path === '/user') found.viewer ??= text(doc.login)
  if ((isDocument(path) || path === '/user/emails') && body !== undefined) {
    const old = found.documents.get(path)
    // Pages of one list are one list.
    const more = Array.isArray(old) && Array.isArray(body) && query.has('page')
    found.documents.set(path, more ? [...(old as Json[]), ...(body as Json[])] : (old ?? (body as Json)))
  }
  readPeople(found, path, rows, doc)
  if (kind === 'orgs' && third === '' && doc.login !== undefined) {
    const org = orgFound(found, text(doc.login))
    org.doc = { ...org.doc, ...doc }
    org.whole = true
  }
  if (kind === 'orgs' && third === 'teams') readTeam(found, path, body, query)
  noteDiscussions(found, made, path, doc.number === undefined ? rows : [doc])
  if (kind === 'orgs' && (third === 'members' || third === 'public_members')) {
    const org = orgFound(found, name)
    const logins = fourth === '' ? rows.map((row) => text(row.login)) : status === 204 ? [fourth] : []
    for (const login of logins) {
      if (!org.members.has(login) || query.get('role') === 'admin')
        org.members.set(login, query.get('role') ?? 'member')
      // Whoever is shown may be seen; more is not known.
      org.open.add(login.toLowerCase())
    }
  }
  if (path === '/app' && typeof doc.id === 'number') found.apps.set(doc.id, doc)
  if (kind === 'apps' && typeof doc.id === 'number') found.apps.set(doc.id, doc)
  const installations = [...rows, doc].filter((row) => row.access_tokens_url !== undefined)
  for (const row of installations) found.installations.set(Number(row.id), row)
  if (path === '/app/installation-requests') found.requests.push(...rows)
  if (path === '/installation/repositories') for (const row of rows) found.selected.add(text(row.full_name))
  if (kind === 'gists' || third === 'gists')
    for (const row of [...rows, doc])
      if (row.git_pull_url !== undefined && !made.ids.has(row.id)) found.gists.set(text(row.id), gist(row))
  // What is found by words has them in it; more of it is not known.
  if (path === '/search/code')
    for (const row of rows) {
      const repo = repoFound(found)(nameOf(rowOf(row.repository)))
      const words = (query.get('q') ?? '').split(/\s+/).filter((word) => !word.includes(':'))
      const content = Buffer.from(words.join(' ')).toString('base64')
      repo.contents.set(`search ${text(row.path)}`, { path: row.path, sha: row.sha, type: 'file', content, ref: null })
    }
  if (path === '/search/issues')
    for (const row of rows) {
      if (made.ids.has(row.id) || made.names.has(`issue ${String(row.number)}`)) continue
      const repo = repoFound(found)(text(row.repository_url).split('/').slice(-2).join('/'))
      repo.issues.set(Number(row.number), { ...row, ...repo.issues.get(Number(row.number)) })
    }
}

/** Who belongs where, and who follows whom. */
function readPeople(found: Found, path: string, rows: readonly Row[], doc: Row): void {
  const viewer = found.viewer ?? ''
  const [, kind = '', name = '', what = '', who = ''] = path.split('/')
  const whose = kind === 'user' ? viewer : name
  const list = kind === 'user' ? name : kind === 'users' ? what : ''
  if (list === 'orgs') for (const row of rows) join(found, text(row.login), whose, 'member')
  if (list === 'followers' || list === 'following') {
    const people = rows.map((row): Row => ({ id: text(row.login).toLowerCase(), login: row.login }))
    const key = `users/${whose.toLowerCase()}/${list}`
    found.rows.set(key, [...(found.rows.get(key) ?? []), ...people])
  }
  if (list === 'gpg_keys' || list === 'ssh_signing_keys')
    found.rows.set(`users/${whose.toLowerCase()}/${list}`, [...rows])
  if (path === '/notifications') found.rows.set('notifications', [...(found.rows.get('notifications') ?? []), ...rows])
  if (list === 'keys') found.rows.set(`users/${whose.toLowerCase()}/keys`, [...rows])
  if (list === 'teams')
    for (const row of rows) {
      const { teams } = orgFound(found, text(rowOf(row.organization).login))
      teams.set(text(row.slug), { ...row, members: [viewer] })
    }
  const memberships =
    path.startsWith('/user/memberships/orgs') || (kind === 'orgs' && what === 'memberships' && who !== '')
  if (memberships)
    for (const row of [...rows, doc].filter(({ role }) => role !== undefined))
      join(found, text(rowOf(row.organization).login), text(rowOf(row.user).login), text(row.role))
}

function join(found: Found, org: string, login: string, role: string): void {
  const { members, open } = orgFound(found, org)
  if (!members.has(login) || role === 'admin') members.set(login, role)
  open.add(login.toLowerCase())
}

const gist = (row: Row): Row => ({
  ...row,
  owner: text(rowOf(row.owner).login),
  files: Object.fromEntries(
    Object.entries(rowOf(row.files)).map(([name, file]) => [name, text(rowOf(file).content)]),
  ) as Json,
  _history: listOf(row.history).map((one) => ({ ...rowOf(one), user: text(rowOf(rowOf(one).user).login) })) as Json,
})

/** Discussions of a team that were there before. */
function noteDiscussions(found: Found, made: Made, path: string, docs: readonly Row[]): void {
  const [, at] = /^\/(orgs\/[^/]+\/teams\/[^/]+\/discussions)(\/\d+)?$/.exec(path) ?? []
  if (at === undefined) return
  const known = found.rows.get(at.toLowerCase()) ?? []
  const fresh = docs.filter(
    ({ number }) => !made.names.has(`${at} ${String(number)}`) && !known.some(({ id }) => id === number),
  )
  const kept = fresh.map((doc) => ({ ...doc, id: doc.number, author: text(rowOf(doc.author).login) }))
  if (kept.length > 0) found.rows.set(at.toLowerCase(), [...known, ...kept])
}

function readTeam(found: Found, path: string, body: unknown, query: URLSearchParams): void {
  const [, , org = '', , slug = '', ...more] = path.split('/')
  const [what = ''] = more
  const { teams } = orgFound(found, org)
  for (const row of slug === '' ? (listed(body) ?? []) : what === '' && isRow(body) ? [body] : [])
    teams.set(text(row.slug), { ...row, ...teams.get(text(row.slug)) })
  const team = teams.get(slug)
  if (team === undefined) return
  const [, member = ''] = more
  if (what === 'repos') {
    const names = more.length >= 3 ? [`${more[1]}/${more[2]}`] : (listed(body) ?? []).map((row) => text(row.full_name))
    teams.set(slug, {
      ...team,
      repos: { ...rowOf(team.repos), ...Object.fromEntries(names.map((name) => [name, 'pull'])) },
    })
  }
  if (what === 'teams')
    for (const row of listed(body) ?? [])
      teams.set(text(row.slug), { ...row, parent: slug, ...teams.get(text(row.slug)) })
  if (what === 'memberships' && isRow(body))
    teams.set(slug, { ...team, members: [...listOf(team.members), { login: member, _role: body.role }] as Json })
  if (what !== 'members') return
  const role = query.get('role') === 'member' ? 'member' : 'maintainer'
  const members = (listed(body) ?? []).map((row) => ({ ...row, _role: role }))
  teams.set(slug, { ...team, members: [...listOf(team.members), ...members] as Json })
}

function readRepo(found: Found, made: Made, one: Seen, own: string, path: string): void {
  const { body, status } = one
  const others = repoFound(found)
  const source = found.forks.get(own)
  // What a fork has, its parent had.
  const repo = others(source !== undefined && path === 'branches' ? source : own)
  if (path === '' && isRow(body)) return noteRepo(found, made, body)
  if (status === 204) {
    const [word, login] = path.split('/')
    if (word === 'collaborators' && login !== undefined) repo.people.set(login, repo.people.get(login) ?? 'push')
    if (word === 'vulnerability-alerts') repo.rows.set('switches', new Map([[word, { _key: word, on: true }]]))
    return
  }
  if (path === 'teams' && Array.isArray(body)) {
    for (const row of listed(body) ?? []) {
      const org = orgFound(found, own.split('/')[0] ?? '')
      if (made.ids.has(row.id)) continue
      const old = org.teams.get(text(row.slug)) ?? {}
      org.teams.set(text(row.slug), {
        ...row,
        ...old,
        repos: { ...rowOf(old.repos), [own]: row.permission ?? 'pull' } as Json,
      })
    }
    return
  }
  if (path === 'forks')
    for (const row of listed(body) ?? [])
      others(nameOf(row)).fields = { ...row, ...others(nameOf(row)).fields, parent: text(repo.fields?.full_name) }
  if (path === 'topics' && isRow(body)) repo.fields = { ...repo.fields, topics: body.names }
  noteRead(repo, made, one, path, own, others, () => found.viewer ?? '')
}

function writeAny(found: Found, made: Made, one: Seen, path: string): void {
  const { body, method, status, sent } = one
  const [, kind = '', owner = '', name = '', ...rest] = path.split('/')
  const doc = isRow(body) ? body : {}
  if (kind === 'repos') {
    const own = `${owner}/${name}`.toLowerCase()
    const below = rest.join('/')
    if (below === 'forks') {
      made.repos.add(nameOf(doc))
      found.forks.set(nameOf(doc), own)
    }
    noteWrite(repoFound(found)(own), made, one, below, own, repoFound(found))
  }
  if (method === 'POST' && status === 201 && (path === '/user/repos' || path.endsWith('/repos')))
    made.repos.add(nameOf(doc))
  if (kind === 'orgs' && path.endsWith('/discussions') && method === 'POST')
    made.names.add(`${path.slice(1)} ${String(doc.number)}`)
  if (kind === 'orgs' && method === 'PATCH' && isRow(body)) noteDiscussions(found, made, path, [doc])
  if (kind === 'orgs' && path.endsWith('/teams') && method === 'POST') made.names.add(`team ${text(doc.slug)}`)
  if (kind === 'user' && owner === 'starred') made.names.add(`star ${found.viewer ?? ''}`)
  if (method === 'POST' && status === 201)
    for (const row of Array.isArray(body) ? body.filter(isRow) : [doc]) if (row.id !== undefined) made.ids.add(row.id)
  if (kind === 'app' && name !== '' && doc.token !== undefined) {
    const id = Number(name)
    const known = found.installations.get(id) ?? {
      id,
      permissions: doc.permissions,
      repository_selection: doc.repository_selection,
    }
    found.installations.set(id, sent.permissions === undefined ? { ...known, granted: doc.permissions } : known)
  }
  if (kind === 'app-manifests') found.apps.set(Number(doc.id), { ...doc, _code: owner })
  if (found.viewer === undefined && (method === 'POST' || method === 'PUT'))
    found.viewer = [doc.user, doc.author, doc.creator, doc.inviter, doc.uploader, doc.actor]
      .map((who) => text(rowOf(who).login))
      .find((login) => login !== '')
  if (kind === 'gists' && owner !== '' && !made.ids.has(owner) && !found.gists.has(owner))
    found.gists.set(owner, { ...gist(doc), id: owner, owner: text(rowOf(doc.owner).login) || (found.viewer ?? '') })
  notePeople(found, made, one, path)
}

/** Accounts and repositories that a request names and that were therefore there. */
function notePeople(found: Found, made: Made, { method, status, sent, body }: Seen, path: string): void {
  const parts = path.split('/')
  const who = /\/(collaborators|memberships|members|assignees)\/[^/]+$/.test(path) ? [parts.at(-1)] : []
  for (const login of [...listOf(sent.assignees), ...listOf(sent.reviewers), ...listOf(sent.maintainers), ...who].map(
    String,
  ))
    found.users.set(login.toLowerCase(), { login, ...found.users.get(login.toLowerCase()), _named: true })
  for (const name of listOf(sent.repo_names)) repoFound(found)(String(name))
  const login = String(parts.at(-1))
  if (method === 'PUT' && parts.at(-2) === 'memberships' && isRow(body) && body.state === 'active')
    join(found, parts[2] ?? '', login, 'member')
  // Without an invitation nobody was new.
  if (method === 'PUT' && parts.at(-2) === 'collaborators' && status === 204)
    repoFound(found)(`${parts[2]}/${parts[3]}`).people.set(login, 'push')
  if (parts[1] === 'orgs' && parts[3] === 'teams' && parts[4] !== undefined && parts.length > 5) {
    const { teams } = orgFound(found, parts[2] ?? '')
    if (!teams.has(parts[4]) && !made.names.has(`team ${parts[4]}`)) teams.set(parts[4], { slug: parts[4] })
  }
  // Teams by number are of whoever owns the repository, or of the only organisation there is.
  if (parts[1] === 'teams' && !made.ids.has(Number(parts[2]))) {
    const login = parts[3] === 'repos' ? parts[4] : [...found.orgs.keys()][0]
    const { teams } = login === undefined ? { teams: new Map<string, Row>() } : orgFound(found, login)
    const known = [...teams.values()].some(({ id }) => String(id) === parts[2])
    if (!known) teams.set(`team-${parts[2]}`, { slug: `team-${parts[2]}`, id: Number(parts[2]) })
  }
  if (method === 'PUT' && parts[5] === 'repos' && parts.length === 8) repoFound(found)(`${parts[6]}/${parts[7]}`)
}

/** What was there before a recording began: what it reads and never made. */
export function given(exchanges: readonly Exchange[]): Json {
  const found: Found = {
    viewer: undefined,
    users: new Map(),
    orgs: new Map(),
    repos: new Map(),
    apps: new Map(),
    installations: new Map(),
    documents: new Map(),
    gists: new Map(),
    forks: new Map(),
    selected: new Set(),
    requests: [],
    rows: new Map(),
    callers: new Set(),
  }
  const made: Made = { ids: new Set(), shas: new Set(), names: new Set(), repos: new Set(), bases: new Map() }
  for (const exchange of exchanges) {
    const one = seen(exchange)
    noteCaller(found, one)
    if (one.status === 302) noteArchive(found, named(found, one.path))
    noteTaken(found, made, one)
    if (one.status >= 300) continue
    noteRename(found, made, one)
    noteNames(found, made, one.writes ? withoutNew(one) : one.body)
    const path = named(found, one.path)
    const [, kind = '', owner = '', name = '', ...rest] = path.split('/')
    if (one.writes) writeAny(found, made, one, path)
    else if (kind === 'repos' && name !== '')
      readRepo(found, made, { ...one, path }, `${owner}/${name}`.toLowerCase(), rest.join('/'))
    if (!one.writes) readTop(found, made, { ...one, path })
  }
  // A seed is plain data: what was not told is left out.
  return JSON.parse(JSON.stringify(seedOf(found, made)))
}

/** What is refused because it is there already was there, unless the recording made it. */
function noteTaken(found: Found, made: Made, { path, method, status, sent, body }: Seen): void {
  const taken = listOf(isRow(body) ? (body.errors as Json) : undefined).some(
    (one) => rowOf(one).code === 'already_exists',
  )
  const [, repo, what] = /^\/repos\/([^/]+\/[^/]+)\/(releases|labels)$/.exec(path) ?? []
  if (method !== 'POST' || status !== 422 || !taken || repo === undefined) return
  const of = repoFound(found)(repo)
  noteRole(of, what ?? '', true)
  const name = text(what === 'labels' ? sent.name : sent.tag_name)
  if (made.names.has(`${what === 'labels' ? 'label' : 'release'} ${name.toLowerCase()}`)) return
  if (what === 'labels') first(of.labels, name.toLowerCase(), { name })
  else {
    const releases = of.rows.get('releases') ?? new Map<string, Row>()
    of.rows.set('releases', releases)
    if (![...releases.values()].some(({ tag_name }) => tag_name === name))
      releases.set(`tag ${name}`, { tag_name: name, name, target_commitish: branchOf(of) })
  }
}

/** What an app did was done by one, though a recording that starts later does not say which. */
function noteCaller(found: Found, { path, method, status }: Seen): void {
  if (status >= 300) return
  if (isAppPath(path)) found.callers.add('app')
  if (!isInstallationPath(path, method)) return
  found.callers.add('installation')
  const [, owner] = /^\/repos\/([^/]+)\//.exec(path) ?? []
  if (owner !== undefined) found.callers.add(`owner ${owner}`)
}

/** A repository under its new name is the one it was under the old. */
function noteRename(found: Found, made: Made, { method, path, sent, body }: Seen): void {
  const [, kind = '', owner = '', name = '', below = '', ...rest] = path.split('/')
  const old = `${owner}/${name}`.toLowerCase()
  if (kind !== 'repos' || rest.length > 0 || !isRow(body) || nameOf(body) === '' || nameOf(body) === old) return
  const renamed = method === 'PATCH' && below === '' && text(sent.name) !== ''
  if (!renamed && !(method === 'POST' && below === 'transfer')) return
  repoFound(found)(old)
  made.repos.add(nameOf(body))
}

/** What can be packed has something in it. */
function noteArchive(found: Found, path: string): void {
  const [, owner, name, ref] = /^\/repos\/([^/]+)\/([^/]+)\/(?:tarball|zipball)\/?(.*)$/.exec(path) ?? []
  if (owner === undefined) return
  const repo = repoFound(found)(`${owner}/${name}`)
  const branch = `refs/heads/${ref || branchOf(repo)}`
  if (!repo.refs.has(branch)) repo.refs.set(branch, SOME_COMMIT)
}

/** Of what makes a repository, the repository is new and the rest is not. */
function withoutNew({ path, body }: Seen): unknown {
  const makes = path === '/user/repos' || /\/(repos|forks|teams)$/.test(path)
  if (!makes || !isRow(body)) return body
  return [body.owner, body.organization, body.parent, body.source]
}

function seedOf(found: Found, made: Made): Json {
  // Whoever a request names is somebody else.
  const viewer = found.viewer ?? [...found.users.values()].find(({ _named }) => _named !== true)?.login ?? 'octocat'
  const repos = [...found.repos]
    .filter(([name]) => !made.repos.has(name))
    .map(([name, repo]) => repoSeed(repo, name, text(viewer)))
  noteUnseenApp(found)
  const token = [...found.installations.keys()][0]
  const apps = appsOf(found)
  return {
    viewer,
    users: [...found.users.values()].map((user) => without(user, '_named')) as Json,
    orgs: [...found.orgs.values()].map(({ doc, whole, members, open, teams }) => ({
      ...doc,
      ...(whole ? { whole: true } : {}),
      members: Object.fromEntries(members),
      public_members: [...open],
      teams: [...teams.values()],
    })) as Json,
    repos: repos as Json,
    ...(apps.length === 0 ? {} : { apps: apps as Json }),
    ...(token === undefined ? {} : { tokens: { ghs_fidelity: { installation: token } } }),
    rows: {
      ...Object.fromEntries(found.rows),
      gists: [...found.gists.values()],
      'installation-requests': found.requests,
    } as Json,
    documents: Object.fromEntries(found.documents),
  }
}

/** All that an app may be given, as far as this twin asks for it. */
const PERMISSIONS: Row = Object.fromEntries(
  'actions administration checks contents deployments issues members pull_requests statuses'
    .split(' ')
    .map((name) => [name, 'write']),
)

/** An app that acted and was never shown, with an installation that may do what it did. */
function noteUnseenApp(found: Found): void {
  if (found.callers.has('installation') && found.installations.size === 0) {
    const owner = [...found.callers].find((one) => one.startsWith('owner '))?.slice('owner '.length)
    const permissions = { metadata: 'read', ...PERMISSIONS } as Json
    const of = [...found.apps.keys()][0]
    const app = of === undefined ? {} : { app_id: of }
    found.installations.set(1, {
      id: 1,
      ...app,
      permissions,
      ...(owner === undefined ? {} : { account: { login: owner } }),
    })
  }
  if (found.callers.has('app') && found.apps.size === 0 && found.installations.size === 0)
    found.apps.set(1, { id: 1, slug: 'app' })
}

function appsOf(found: Found): readonly Row[] {
  // Installations are of some app, though nobody asked which.
  const nameless = [...found.installations.values()].some((row) => row.app_id === undefined) && found.apps.size === 0
  if (nameless) found.apps.set(1, { id: 1, slug: 'app' })
  for (const row of found.installations.values()) {
    const id = typeof row.app_id === 'number' ? row.app_id : [...found.apps.keys()][0]
    if (id !== undefined && !found.apps.has(id)) found.apps.set(id, { id, slug: text(row.app_slug) || 'app' })
  }
  return [...found.apps.values()].map((app) => {
    const installations = [...found.installations.values()]
      .filter((row) => (row.app_id ?? app.id) === app.id)
      .map((row) => ({
        ...row,
        account: isRow(row.account) ? row.account : ([...found.orgs.values()][0]?.doc ?? null),
        ...(row.repository_selection === 'selected' ? { repositories: chosen(found) } : {}),
      }))
    const owner = app.owner ?? [...found.orgs.values()][0]?.doc ?? null
    return { ...app, owner, public_key: APP_PUBLIC_KEY, issuers: ['fidelity'], installations: installations as Json }
  })
}
const chosen = (found: Found): Json =>
  found.selected.size > 0
    ? [...found.selected]
    : [...found.repos.values()].map(({ fields }) => text(fields?.full_name)).filter((name) => name !== '')

const stronger = (shown: string | undefined, needed: string): string => {
  const order = ['pull', 'triage', 'push', 'maintain', 'admin']
  return order[Math.max(order.indexOf(shown ?? 'pull'), order.indexOf(needed))] ?? 'pull'
}

/** Where nobody looked at all labels, the usual ones are taken to be there. */
function labelsOf({ labels, listedLabels }: RepoFound): readonly Row[] {
  const usual = DEFAULT_LABELS.filter(({ name }) => !labels.has(text(name)))
  return [...(listedLabels ? [] : usual), ...labels.values()]
}

/** Branches that nobody showed, and that no file which was there tells of. */
function headless(repo: RepoFound): readonly (readonly [string, string])[] {
  const filed = new Set([...repo.contents.values()].map(({ ref }) => text(ref) || branchOf(repo)))
  return [...repo.branches].filter((name) => !filed.has(name)).map((name) => [`refs/heads/${name}`, SOME_COMMIT])
}

function repoSeed(repo: RepoFound, name: string, viewer: string): Row {
  const fields: Row = { full_name: name, default_branch: branchOf(repo), ...repo.fields }
  const role = isRow(fields.permissions) ? roleIn(fields.permissions) : undefined
  // Whoever reads it may see it.
  const people = Object.fromEntries([...repo.people, [viewer, stronger(role, repo.role)]])
  const rows = Object.fromEntries(
    [...repo.rows].map(([collection, all]) => [collection, [...all].map(([_key, row]) => ({ _key, ...row }))]),
  )
  return {
    ...fields,
    full_name: text(fields.full_name) || name,
    ...(repo.whole ? { whole: true } : {}),
    collaborators: people,
    refs: Object.fromEntries([...headless(repo), ...repo.refs, ...repo.tagRefs]) as Json,
    tag_objects: [...repo.tags.values()] as Json,
    commits: [...repo.commits.values()] as Json,
    trees: [...repo.trees.values()] as Json,
    blobs: [...repo.blobs.values()] as Json,
    contents: [...repo.contents.values()] as Json,
    labels: labelsOf(repo) as Json,
    milestones: [...repo.milestones.values()] as Json,
    issues: [...repo.issues.values()] as Json,
    pulls: [...repo.pulls.values()] as Json,
    stargazers: [...repo.stars.values()] as Json,
    protections: Object.fromEntries(repo.protections) as Json,
    rows: rows as Json,
    ...(repo.lastNumber === undefined ? {} : { last_number: repo.lastNumber }),
    ...(repo.lastMilestone === undefined ? {} : { last_milestone: repo.lastMilestone }),
  }
}
