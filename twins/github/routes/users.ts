import type { Json } from '../../trace.ts'
import { loginOf, roleOn } from '../access.ts'
import { type Ask, below, done, type On, ok, type Reply } from '../ask.ts'
import { emit } from '../events.ts'
import { account, findRepo, ownerOf } from '../github.ts'
import { counted, page, sorted } from '../paging.ts'
import { orgBrief, ownProfile, person, profile } from '../shapes/accounts.ts'
import { repoListed } from '../shapes/repos.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { forbidden, invalid, notFound } from '../wire.ts'
import { installationDoc } from './apps.ts'

const EDITABLE = ['name', 'email', 'blog', 'twitter_username', 'company', 'location', 'hireable', 'bio']

/** The account of the person who asks. Apps are nobody. */
export function me(ask: Ask): Row {
  if (ask.viewer.kind !== 'user') throw forbidden('Resource not accessible by integration')
  const row = account(ask.github, ask.viewer.login)
  if (row === undefined) throw notFound()
  return row
}

export function accountIn(ask: Ask, name: string): Row {
  const row = account(ask.github, ask.param(name))
  if (row === undefined) throw notFound()
  return row
}

/** Repositories that the viewer may see, of one owner or of all. */
export const visible = (ask: Ask, owner?: string): readonly Row[] =>
  ask.github.store
    .rows('repos')
    .filter((repo) => owner === undefined || ownerOf(repo).toLowerCase() === owner.toLowerCase())
    .filter((repo) => roleOn(ask.github, ask.viewer, repo) !== 'none')

const ORDERS = {
  full_name: (repo: Row): string => text(repo.full_name).toLowerCase(),
  created: (repo: Row): string => text(repo.created_at),
  updated: (repo: Row): string => text(repo.updated_at),
  pushed: (repo: Row): string => text(repo.pushed_at),
}
/** A page of repositories, in the order and of the kind that was asked for. */
export function repoPage(ask: Ask, repos: readonly Row[], sort: keyof typeof ORDERS): ReturnType<typeof page> {
  const type = ask.query.get('type') ?? ask.query.get('visibility') ?? 'all'
  const kinds: Readonly<Record<string, (repo: Row) => boolean>> = {
    public: ({ private: hidden }) => hidden !== true,
    private: ({ private: hidden }) => hidden === true,
    forks: ({ fork }) => fork === true,
    sources: ({ fork }) => fork !== true,
    member: (repo) => ownerOf(repo) !== loginOf(ask.viewer),
    owner: (repo) => ownerOf(repo) === loginOf(ask.viewer),
  }
  const kept = repos.filter(kinds[type] ?? (() => true))
  const direction = (ask.query.get('sort') ?? sort) === 'full_name' ? 'asc' : 'desc'
  return page(ask, sorted(ask, kept, ORDERS, { sort, direction }), (repo) => repoListed(ask.github, ask.viewer, repo))
}

const starsOf = (login: string): string => `users/${login.toLowerCase()}/starred`

/** Addresses of the viewer: as a seed has them, or the one that the account shows. */
export function emailsOf(ask: Ask): readonly Row[] {
  const row = me(ask)
  const emails = listOf(row._emails ?? ask.github.store.get('documents', '/user/emails')?.body).map(rowOf)
  const email = text(row.email) || `${row.id}+${text(row.login)}@users.noreply.github.com`
  const visibility = row.email === null ? null : 'public'
  return emails.length > 0 || row._emails !== undefined
    ? emails
    : [{ email, primary: true, verified: true, visibility }]
}

export function addUserRoutes(on: On): void {
  on('users.me', 'GET /user', (ask) => ok(ownProfile(ask.github, me(ask))), 'user')
  on(
    'users.update_me',
    'PATCH /user',
    (ask) => {
      const row = me(ask)
      const body = ask.body()
      const changes = Object.fromEntries(
        EDITABLE.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])),
      )
      const kept = { ...row, ...changes, updated_at: ask.github.now() }
      return ok(ownProfile(ask.github, ask.github.store.put('users', text(row.login).toLowerCase(), kept)))
    },
    'user',
  )
  on(
    'users.emails.list',
    'GET /user/emails',
    (ask) => {
      return page(ask, emailsOf(ask), (one) => one as Json)
    },
    'user',
  )
  on('users.get', 'GET /users/:username', (ask) => {
    const row = accountIn(ask, 'username')
    return ok(profile(ask.github, row, loginOf(ask.viewer) === row.login))
  })
  on('users.list', 'GET /users', (ask) => {
    const since = Number(ask.query.get('since') ?? 0)
    const rows = ask.github.store.rows('users').filter(({ id }) => Number(id) > since)
    return page(
      ask,
      [...rows].sort((a, b) => Number(a.id) - Number(b.id)),
      ({ login }) => person(ask.github, text(login)),
    )
  })
  on('users.orgs.list', 'GET /user/orgs', (ask) => orgsOf(ask, text(me(ask).login), true), 'user')
  on('users.orgs.list_for', 'GET /users/:username/orgs', (ask) => {
    const login = text(accountIn(ask, 'username').login)
    return orgsOf(ask, login, login === loginOf(ask.viewer))
  })
  on(
    'users.memberships.list',
    'GET /user/memberships/orgs',
    (ask) => {
      const login = text(me(ask).login)
      return page(ask, memberships(ask, login), ([org, member]) => membership(ask, org, member))
    },
    'user',
  )
  on(
    'users.memberships.get',
    'GET /user/memberships/orgs/:org',
    (ask) => {
      const found = memberships(ask, text(me(ask).login)).find(
        ([org]) => text(org.login).toLowerCase() === ask.param('org').toLowerCase(),
      )
      if (found === undefined) throw notFound()
      return ok(membership(ask, ...found))
    },
    'user',
  )
  on(
    'users.memberships.update',
    'PATCH /user/memberships/orgs/:org',
    (ask) => {
      const found = memberships(ask, text(me(ask).login)).find(
        ([org]) => text(org.login).toLowerCase() === ask.param('org').toLowerCase(),
      )
      if (found === undefined) throw notFound()
      const [org, member] = found
      if (ask.body().state !== 'active') throw invalid({ resource: 'Membership', field: 'state', code: 'invalid' })
      const path = `orgs/${text(org.login).toLowerCase()}/members`
      const row = ask.github.store.put(path, text(member.login).toLowerCase(), { ...member, state: 'active' })
      return ok(membership(ask, org, row))
    },
    'user',
  )
  on(
    'users.installations.list',
    'GET /user/installations',
    (ask) => {
      const login = text(me(ask).login)
      const seen = ask.github.store
        .rows('installations')
        .filter(({ account: of }) => text(of) === login || memberships(ask, login).some(([org]) => org.login === of))
      return counted(ask, 'installations', seen, (one) => installationDoc(ask.github, one))
    },
    'user',
  )
  addStarRoutes(on)
  addFollowRoutes(on)
}

const memberships = (ask: Ask, login: string): readonly (readonly [Row, Row])[] =>
  ask.github.store.rows('users').flatMap((org): readonly (readonly [Row, Row])[] => {
    const member = ask.github.store.get(`orgs/${text(org.login).toLowerCase()}/members`, login.toLowerCase())
    return member === undefined ? [] : [[org, member]]
  })

export const membership = (ask: Ask, org: Row, member: Row): Json => ({
  url: `https://api.github.com/orgs/${text(org.login)}/memberships/${text(member.login)}`,
  state: member.state ?? 'active',
  role: member.role ?? 'member',
  organization_url: `https://api.github.com/orgs/${text(org.login)}`,
  user: person(ask.github, text(member.login)),
  organization: orgBrief(org),
})

function orgsOf(ask: Ask, login: string, all: boolean): ReturnType<typeof page> {
  const found = memberships(ask, login).filter(
    ([, member]) => member.state === 'active' && (all || member.public === true),
  )
  return page(ask, found, ([org]) => orgBrief(org))
}

function addStarRoutes(on: On): void {
  on('users.starred.list', 'GET /user/starred', (ask) => starred(ask, text(me(ask).login)), 'user')
  on('users.starred.list_for', 'GET /users/:username/starred', (ask) =>
    starred(ask, text(accountIn(ask, 'username').login)),
  )
  on(
    'users.starred.check',
    'GET /user/starred/:owner/:repo',
    (ask) => {
      if (ask.github.store.get(starsOf(text(me(ask).login)), name(ask)) === undefined) throw notFound()
      return done()
    },
    'user',
  )
  on('users.starred.add', 'PUT /user/starred/:owner/:repo', addStar, 'user')
  on('users.starred.remove', 'DELETE /user/starred/:owner/:repo', removeStar, 'user')
}

function starrable(ask: Ask): Row {
  const repo = findRepo(ask.github, name(ask))
  if (repo === undefined || roleOn(ask.github, ask.viewer, repo) === 'none') throw notFound()
  return repo
}

export function addStar(ask: Ask): Reply {
  const login = text(me(ask).login)
  const repo = starrable(ask)
  const starred_at = ask.github.now()
  if (ask.github.store.get(below(repo, 'stargazers'), login.toLowerCase()) !== undefined) return done()
  ask.github.store.put(below(repo, 'stargazers'), login.toLowerCase(), { login, starred_at })
  ask.github.store.put(starsOf(login), name(ask), { full_name: repo.full_name, starred_at })
  counting(ask, repo, 1)
  emit(ask.github, ask.viewer, repo, 'star.created', { starred_at })
  return done()
}

export function removeStar(ask: Ask): Reply {
  const login = text(me(ask).login)
  const repo = starrable(ask)
  ask.github.store.remove(starsOf(login), name(ask))
  if (!ask.github.store.remove(below(repo, 'stargazers'), login.toLowerCase())) return done()
  counting(ask, repo, -1)
  emit(ask.github, ask.viewer, repo, 'star.deleted', { starred_at: null })
  return done()
}

const name = (ask: Ask): string => `${ask.param('owner')}/${ask.param('repo')}`.toLowerCase()

/** A count that a seed gave goes with what happens. */
function counting(ask: Ask, repo: Row, by: number): void {
  if (typeof repo.stargazers_count !== 'number') return
  ask.github.store.put('repos', text(repo.full_name).toLowerCase(), {
    ...repo,
    stargazers_count: repo.stargazers_count + by,
  })
}

function starred(ask: Ask, login: string): ReturnType<typeof page> {
  const rows = ask.github.store.rows(starsOf(login)).flatMap((star) => {
    const repo = findRepo(ask.github, text(star.full_name))
    return repo === undefined || roleOn(ask.github, ask.viewer, repo) === 'none' ? [] : [{ repo, at: star.starred_at }]
  })
  const dated = ask.accept.includes('star+json')
  return page(ask, [...rows].reverse(), ({ repo, at }) => {
    const shown = repoListed(ask.github, ask.viewer, repo)
    return dated ? ({ starred_at: at, repo: shown } as Json) : shown
  })
}

function addFollowRoutes(on: On): void {
  const following = (login: string): string => `users/${login.toLowerCase()}/following`
  const followers = (login: string): string => `users/${login.toLowerCase()}/followers`
  const people = (ask: Ask, path: string): ReturnType<typeof page> =>
    page(ask, ask.github.store.rows(path), ({ login }) => person(ask.github, login))
  on('users.followers.list', 'GET /users/:username/followers', (ask) =>
    people(ask, followers(text(accountIn(ask, 'username').login))),
  )
  on('users.following.list', 'GET /users/:username/following', (ask) =>
    people(ask, following(text(accountIn(ask, 'username').login))),
  )
  on('users.followers.mine', 'GET /user/followers', (ask) => people(ask, followers(text(me(ask).login))), 'user')
  on('users.following.mine', 'GET /user/following', (ask) => people(ask, following(text(me(ask).login))), 'user')
  on(
    'users.following.check',
    'GET /user/following/:username',
    (ask) => {
      if (ask.github.store.get(following(text(me(ask).login)), ask.param('username').toLowerCase()) === undefined)
        throw notFound()
      return done()
    },
    'user',
  )
  on(
    'users.following.add',
    'PUT /user/following/:username',
    (ask) => {
      const [mine, other] = [text(me(ask).login), text(accountIn(ask, 'username').login)]
      ask.github.store.put(following(mine), other.toLowerCase(), { login: other })
      ask.github.store.put(followers(other), mine.toLowerCase(), { login: mine })
      return done()
    },
    'user',
  )
  on(
    'users.following.remove',
    'DELETE /user/following/:username',
    (ask) => {
      const [mine, other] = [text(me(ask).login), text(accountIn(ask, 'username').login)]
      ask.github.store.remove(following(mine), other.toLowerCase())
      ask.github.store.remove(followers(other), mine.toLowerCase())
      return done()
    },
    'user',
  )
}
