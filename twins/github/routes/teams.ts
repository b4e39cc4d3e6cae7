import { loginOf, roleOf } from '../access.ts'
import { type Ask, done, made, type On, ok, type Reply, repoOf } from '../ask.ts'
import { slugOf } from '../furnish.ts'
import { account, findRepo, idOf } from '../github.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { repoListed } from '../shapes/repos.ts'
import { teamBrief, teamPath, teamsPath, teamWhole } from '../shapes/teams.ts'
import { listOf, type Row, text } from '../store.ts'
import { invalid, missingField, nodeId, notFound } from '../wire.ts'
import { orgIn, owns } from './orgs.ts'
import { me } from './users.ts'

const orgOf = (ask: Ask): string => text(orgIn(ask).login)

export function teamIn(ask: Ask): Row {
  const team = ask.github.store.get(teamsPath(orgOf(ask)), ask.param('team_slug'))
  if (team === undefined) throw notFound()
  return team
}
/** Teams by name. */
const teamsOf = (ask: Ask, org: string): readonly Row[] =>
  [...ask.github.store.rows(teamsPath(org))].sort((a, b) => (text(a.slug) < text(b.slug) ? -1 : 1))
const pathOf = (ask: Ask): string => teamPath(orgOf(ask), text(teamIn(ask).slug))

function create(ask: Ask): Reply {
  const org = orgIn(ask)
  const { github } = ask
  const body = ask.body()
  const name = text(body.name)
  if (name === '') throw missingField('Team', 'name')
  const slug = slugOf(name)
  const path = teamsPath(text(org.login))
  if (github.store.get(path, slug) !== undefined)
    throw invalid({ resource: 'Team', code: 'custom', field: 'name', message: 'Name must be unique for this org' })
  const id = github.nextId()
  const now = github.now()
  const parent = github.store.rows(path).find((one) => one.id === body.parent_team_id)
  github.store.put(path, slug, {
    id,
    node_id: nodeId('T', idOf(org), id),
    name,
    slug,
    description: body.description ?? null,
    privacy: body.privacy ?? (parent === undefined ? 'secret' : 'closed'),
    notification_setting: body.notification_setting ?? 'notifications_enabled',
    permission: body.permission ?? 'pull',
    parent: parent?.slug ?? null,
    created_at: now,
    updated_at: now,
  })
  const people = [...(ask.viewer.kind === 'user' ? [loginOf(ask.viewer)] : []), ...listOf(body.maintainers).map(String)]
  for (const login of people)
    github.store.put(`${teamPath(text(org.login), slug)}/members`, login.toLowerCase(), {
      login,
      role: 'maintainer',
      state: 'active',
    })
  for (const one of listOf(body.repo_names)) grant(ask, slug, String(one), text(body.permission) || 'pull')
  return made(teamWhole(github, text(org.login), slug))
}

function grant(ask: Ask, slug: string, fullName: string, permission: string): void {
  const repo = findRepo(ask.github, fullName)
  if (repo === undefined) throw notFound()
  const path = `${teamPath(orgOf(ask), slug)}/repos`
  ask.github.store.put(path, fullName.toLowerCase(), { full_name: repo.full_name, permission: roleOf(permission) })
}

function update(ask: Ask): Reply {
  const team = teamIn(ask)
  const org = orgOf(ask)
  const body = ask.body()
  const names = ['name', 'description', 'privacy', 'permission', 'notification_setting']
  const changes = Object.fromEntries(names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])))
  const slug = body.name === undefined ? text(team.slug) : slugOf(text(body.name))
  const row = { ...team, ...changes, slug, updated_at: ask.github.now() }
  if (slug !== team.slug) {
    ask.github.store.move(teamPath(org, text(team.slug)), teamPath(org, slug))
    ask.github.store.remove(teamsPath(org), text(team.slug))
  }
  ask.github.store.put(teamsPath(org), slug, row)
  return ok(teamWhole(ask.github, org, slug))
}

export function addTeamRoutes(on: On): void {
  const team = '/orgs/:org/teams/:team_slug'
  on('teams.create', 'POST /orgs/:org/teams', create)
  on('teams.list', 'GET /orgs/:org/teams', (ask) => {
    const org = orgOf(ask)
    return page(ask, teamsOf(ask, org), ({ slug }) => teamBrief(ask.github, org, text(slug)))
  })
  on('teams.get', `GET ${team}`, (ask) => ok(teamWhole(ask.github, orgOf(ask), text(teamIn(ask).slug))))
  on('teams.update', `PATCH ${team}`, update)
  on('teams.delete', `DELETE ${team}`, (ask) => {
    ask.github.store.remove(teamsPath(orgOf(ask)), text(teamIn(ask).slug))
    return done()
  })
  on('teams.children.list', `GET ${team}/teams`, (ask) => {
    const { slug } = teamIn(ask)
    const children = ask.github.store.rows(teamsPath(orgOf(ask))).filter(({ parent }) => parent === slug)
    return page(ask, children, (one) => teamBrief(ask.github, orgOf(ask), text(one.slug)))
  })
  on(
    'users.teams.list',
    'GET /user/teams',
    (ask) => {
      const login = text(me(ask).login)
      const mine = ask.github.store.rows('users').flatMap((row) => {
        const org = text(row.login)
        const of = (team: Row): boolean =>
          ask.github.store.get(`${teamPath(org, text(team.slug))}/members`, login.toLowerCase()) !== undefined
        return ask.github.store
          .rows(teamsPath(org))
          .filter(of)
          .map(({ slug }) => ({ org, slug: text(slug) }))
      })
      return page(ask, mine, ({ org, slug }) => teamWhole(ask.github, org, slug))
    },
    'user',
  )
  on('repos.teams.list', 'GET /repos/:owner/:repo/teams', (ask) => {
    const repo = repoOf(ask)
    const org = ask.param('owner')
    const key = text(repo.full_name).toLowerCase()
    const rows = teamsOf(ask, org).flatMap((one) => {
      const given = ask.github.store.get(`${teamPath(org, text(one.slug))}/repos`, key)
      return given === undefined ? [] : [{ slug: text(one.slug), role: roleOf(text(given.permission)) }]
    })
    return page(ask, rows, ({ slug, role }) =>
      teamBrief(ask.github, org, slug, { permission: role, permissions: permissions(role) }),
    )
  })
  addMemberRoutes(on, team)
  addRepoRoutes(on, team)
  addDiscussionRoutes(on, team)
}

const permissions = (role: string): { readonly [name: string]: boolean } => {
  const order = ['pull', 'triage', 'push', 'maintain', 'admin']
  return Object.fromEntries(order.map((one, at) => [one, at <= order.indexOf(role)]))
}

function addMemberRoutes(on: On, team: string): void {
  on('teams.members.list', `GET ${team}/members`, (ask) => {
    // Roles have other names in organisations.
    const asked = ask.query.get('role') ?? 'all'
    const role = asked === 'admin' ? 'maintainer' : asked
    const rows = ask.github.store
      .rows(`${pathOf(ask)}/members`)
      .filter((one) => one.state === 'active' && (role === 'all' || one.role === role))
    return page(ask, rows, ({ login }) => person(ask.github, login))
  })
  const found = (ask: Ask): Row | undefined =>
    ask.github.store.get(`${pathOf(ask)}/members`, ask.param('username').toLowerCase())
  const shape = (ask: Ask, row: Row): Row => ({
    state: row.state,
    role: row.role,
    url: `https://api.github.com/organizations/${idOf(orgIn(ask))}/team/${idOf(teamIn(ask))}/memberships/${text(row.login)}`,
  })
  on('teams.members.membership', `GET ${team}/memberships/:username`, (ask) => {
    const row = found(ask)
    if (row === undefined) throw notFound()
    return ok(shape(ask, row) as never)
  })
  on('teams.members.add', `PUT ${team}/memberships/:username`, (ask) => {
    const who = account(ask.github, ask.param('username'))
    if (who === undefined) throw notFound()
    const login = text(who.login)
    const inOrg =
      ask.github.store.get(`orgs/${orgOf(ask).toLowerCase()}/members`, login.toLowerCase())?.state === 'active'
    const row = {
      login,
      role: ask.body().role ?? 'member',
      state: inOrg || !owns(ask, orgIn(ask)) ? 'active' : 'pending',
    }
    return ok(shape(ask, ask.github.store.put(`${pathOf(ask)}/members`, login.toLowerCase(), row)) as never)
  })
  on('teams.members.remove', `DELETE ${team}/memberships/:username`, (ask) => {
    if (found(ask) === undefined) throw notFound()
    ask.github.store.remove(`${pathOf(ask)}/members`, ask.param('username').toLowerCase())
    return done()
  })
}

function addRepoRoutes(on: On, team: string): void {
  on('teams.repos.list', `GET ${team}/repos`, (ask) => {
    const rows = ask.github.store
      .rows(`${pathOf(ask)}/repos`)
      .map(({ full_name }) => findRepo(ask.github, text(full_name)))
      .filter((repo) => repo !== undefined)
    return page(ask, rows, (repo) => repoListed(ask.github, ask.viewer, repo))
  })
  on('teams.repos.check', `GET ${team}/repos/:owner/:repo`, (ask) => {
    const repo = repoOf(ask)
    if (ask.github.store.get(`${pathOf(ask)}/repos`, text(repo.full_name).toLowerCase()) === undefined) throw notFound()
    return done()
  })
  on('teams.repos.add', `PUT ${team}/repos/:owner/:repo`, (ask) => {
    const { slug, permission } = teamIn(ask)
    grant(
      ask,
      text(slug),
      `${ask.param('owner')}/${ask.param('repo')}`,
      text(ask.body().permission) || text(permission) || 'pull',
    )
    return done()
  })
  on('teams.repos.remove', `DELETE ${team}/repos/:owner/:repo`, (ask) => {
    ask.github.store.remove(`${pathOf(ask)}/repos`, `${ask.param('owner')}/${ask.param('repo')}`.toLowerCase())
    return done()
  })
}

/** Discussions of a team: https://docs.github.com/rest/teams/discussions (2026-11-26). */
function addDiscussionRoutes(on: On, team: string): void {
  const path = (ask: Ask): string => `${pathOf(ask)}/discussions`
  const shape = (ask: Ask, row: Row): Row => {
    const url = `https://api.github.com/organizations/${idOf(orgIn(ask))}/team/${idOf(teamIn(ask))}`
    const here = `${url}/discussions/${row.number}`
    return {
      author: person(ask.github, row.author),
      body: row.body,
      body_html: `<p>${text(row.body)}</p>`,
      body_version: row.body_version,
      comments_count: 0,
      comments_url: `${here}/comments`,
      created_at: row.created_at,
      last_edited_at: row.last_edited_at,
      html_url: `https://github.com/orgs/${orgOf(ask)}/teams/${text(teamIn(ask).slug)}/discussions/${row.number}`,
      node_id: row.node_id,
      number: row.number,
      pinned: false,
      private: row.private,
      team_url: url,
      title: row.title,
      updated_at: row.updated_at,
      url: here,
      reactions: {
        url: `${here}/reactions`,
        total_count: 0,
        '+1': 0,
        '-1': 0,
        laugh: 0,
        hooray: 0,
        confused: 0,
        heart: 0,
        rocket: 0,
        eyes: 0,
      },
    }
  }
  const find = (ask: Ask): Row => {
    const row = ask.github.store.get(path(ask), ask.param('number'))
    if (row === undefined) throw notFound()
    return row
  }
  const version = (ask: Ask): string => ask.github.draw('body version').text(32, '0123456789abcdef')
  on(
    'teams.discussions.create',
    `POST ${team}/discussions`,
    (ask) => {
      const { title, body } = ask.body()
      for (const [field, value] of Object.entries({ title, body }))
        if (text(value) === '') throw missingField('DiscussionPost', field)
      const parent = teamIn(ask)
      const number = Number(parent._discussions ?? 0) + 1
      ask.github.store.put(teamsPath(orgOf(ask)), text(parent.slug), { ...parent, _discussions: number })
      const now = ask.github.now()
      const row = {
        number,
        node_id: nodeId('TD', number),
        title,
        body,
        private: ask.body().private ?? false,
        author: loginOf(ask.viewer),
        body_version: version(ask),
        created_at: now,
        updated_at: now,
        last_edited_at: null,
      }
      return made(shape(ask, ask.github.store.put(path(ask), number, row)) as never)
    },
    'user',
  )
  on('teams.discussions.list', `GET ${team}/discussions`, (ask) =>
    page(ask, [...ask.github.store.rows(path(ask))].reverse(), (row) => shape(ask, row) as never),
  )
  on('teams.discussions.get', `GET ${team}/discussions/:number`, (ask) => ok(shape(ask, find(ask)) as never))
  on(
    'teams.discussions.update',
    `PATCH ${team}/discussions/:number`,
    (ask) => {
      const old = find(ask)
      const { title = old.title, body = old.body } = ask.body()
      const now = ask.github.now()
      const edited = body === old.body ? {} : { body_version: version(ask), last_edited_at: now }
      const row = { ...old, title, body, ...edited, updated_at: now }
      return ok(shape(ask, ask.github.store.put(path(ask), String(old.number), row)) as never)
    },
    'user',
  )
  on(
    'teams.discussions.delete',
    `DELETE ${team}/discussions/:number`,
    (ask) => {
      ask.github.store.remove(path(ask), String(find(ask).number))
      return done()
    },
    'user',
  )
}
