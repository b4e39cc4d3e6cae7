import { isMember, isOwner, loginOf } from '../access.ts'
import { type Ask, done, type On, ok } from '../ask.ts'
import { ensureAccount } from '../ensure.ts'
import { account } from '../github.ts'
import { page } from '../paging.ts'
import { organisation, orgBrief, person } from '../shapes/accounts.ts'
import { type Row, text } from '../store.ts'
import { forbidden, invalid, notFound } from '../wire.ts'
import { membership, repoPage, visible } from './users.ts'

export const membersPath = (org: string): string => `orgs/${org.toLowerCase()}/members`

export function orgIn(ask: Ask): Row {
  const row = account(ask.github, ask.param('org'))
  if (row === undefined || row.type !== 'Organization') throw notFound()
  return row
}

/** The organisation in the path, if the viewer owns it. */
export function ownedOrg(ask: Ask): Row {
  const org = orgIn(ask)
  if (!owns(ask, org)) throw forbidden('You must be an admin of this organization.')
  return org
}
/** Assumed of an organisation whose members a seed does not name: the viewer may do what is asked. */
export const owns = (ask: Ask, org: Row): boolean =>
  ask.viewer.kind === 'installation' ||
  isOwner(ask.github, text(org.login), loginOf(ask.viewer)) ||
  (ask.viewer.kind === 'user' && ask.github.store.size(membersPath(text(org.login))) === 0)

const member = (ask: Ask): Row | undefined =>
  ask.github.store.get(membersPath(text(orgIn(ask).login)), ask.param('username').toLowerCase())

const EDITABLE = [
  ...['billing_email', 'company', 'email', 'twitter_username', 'location', 'name', 'description', 'blog'],
  ...[
    'has_organization_projects',
    'has_repository_projects',
    'default_repository_permission',
    'members_can_create_repositories',
  ],
]

export function addOrgRoutes(on: On): void {
  on('orgs.get', 'GET /orgs/:org', (ask) => {
    const org = orgIn(ask)
    return ok(organisation(org, owns(ask, org)))
  })
  on('orgs.list', 'GET /organizations', (ask) =>
    page(
      ask,
      ask.github.store.rows('users').filter(({ type }) => type === 'Organization'),
      orgBrief,
    ),
  )
  on('orgs.update', 'PATCH /orgs/:org', (ask) => {
    const org = ownedOrg(ask)
    const body = ask.body()
    const changes = EDITABLE.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]))
    const kept = { ...org, ...Object.fromEntries(changes), updated_at: ask.github.now() }
    return ok(organisation(ask.github.store.put('users', text(org.login).toLowerCase(), kept), true))
  })
  on('repos.list_for_org', 'GET /orgs/:org/repos', (ask) =>
    repoPage(ask, visible(ask, text(orgIn(ask).login)), 'created'),
  )
  addMemberRoutes(on)
}

function addMemberRoutes(on: On): void {
  const people = (ask: Ask, rows: readonly Row[]): ReturnType<typeof page> =>
    page(ask, rows, ({ login }) => person(ask.github, login))
  const active = (ask: Ask): readonly Row[] =>
    ask.github.store.rows(membersPath(text(orgIn(ask).login))).filter(({ state }) => state === 'active')
  on('orgs.members.list', 'GET /orgs/:org/members', (ask) => {
    const role = ask.query.get('role') ?? 'all'
    const org = text(orgIn(ask).login)
    const inside = isMember(ask.github, org, loginOf(ask.viewer)) || ask.viewer.kind === 'installation'
    const rows = active(ask).filter((one) => (inside || one.public === true) && (role === 'all' || one.role === role))
    return people(ask, rows)
  })
  on('orgs.members.check', 'GET /orgs/:org/members/:username', (ask) => {
    if (member(ask)?.state !== 'active') throw notFound('User does not exist or is not a member of the organization')
    return done()
  })
  on('orgs.members.remove', 'DELETE /orgs/:org/members/:username', (ask) => {
    const org = ownedOrg(ask)
    if (member(ask) === undefined) throw notFound()
    ask.github.store.remove(membersPath(text(org.login)), ask.param('username').toLowerCase())
    return done()
  })
  on('orgs.public_members.list', 'GET /orgs/:org/public_members', (ask) =>
    people(
      ask,
      active(ask).filter((one) => one.public === true),
    ),
  )
  on('orgs.public_members.check', 'GET /orgs/:org/public_members/:username', (ask) => {
    if (member(ask)?.public !== true)
      throw notFound('User does not exist or is not a public member of the organization')
    return done()
  })
  const publicise = (open: boolean) => (ask: Ask) => {
    const row = member(ask)
    if (row === undefined) throw notFound()
    if (text(row.login).toLowerCase() !== loginOf(ask.viewer).toLowerCase())
      throw forbidden('You can only change your own membership.')
    ask.github.store.put(membersPath(text(orgIn(ask).login)), ask.param('username').toLowerCase(), {
      ...row,
      public: open,
    })
    return done()
  }
  on('orgs.public_members.publicize', 'PUT /orgs/:org/public_members/:username', publicise(true), 'user')
  on('orgs.public_members.conceal', 'DELETE /orgs/:org/public_members/:username', publicise(false), 'user')
  on('orgs.members.membership', 'GET /orgs/:org/memberships/:username', (ask) => {
    const row = member(ask)
    if (row === undefined) throw notFound()
    return ok(membership(ask, orgIn(ask), row))
  })
  on('orgs.members.set_membership', 'PUT /orgs/:org/memberships/:username', (ask) => {
    const org = ownedOrg(ask)
    const role = ask.body().role ?? 'member'
    if (role !== 'member' && role !== 'admin') throw invalid({ resource: 'Membership', field: 'role', code: 'invalid' })
    if (account(ask.github, ask.param('username')) === undefined) throw notFound()
    const login = ensureAccount(ask.github, ask.param('username'))
    const old = member(ask)
    // Whoever is new has to accept first.
    const row = { login, role, state: old?.state ?? 'pending', public: old?.public ?? false }
    return ok(membership(ask, org, ask.github.store.put(membersPath(text(org.login)), login.toLowerCase(), row)))
  })
  on('orgs.members.remove_membership', 'DELETE /orgs/:org/memberships/:username', (ask) => {
    const org = ownedOrg(ask)
    if (member(ask) === undefined) throw notFound()
    ask.github.store.remove(membersPath(text(org.login)), ask.param('username').toLowerCase())
    return done()
  })
}
