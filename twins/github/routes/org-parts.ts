import type { Json } from '../../trace.ts'
import { isMember, loginOf } from '../access.ts'
import { type Ask, done, gap, type On, ok, type Reply } from '../ask.ts'
import { ensureAccount } from '../ensure.ts'
import { account } from '../github.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { teamPath, teamsPath } from '../shapes/teams.ts'
import { count, listOf, type Row, text } from '../store.ts'
import { API, GitHubError, invalid, nodeId, notFound } from '../wire.ts'
import { membersPath, orgIn, ownedOrg } from './orgs.ts'
import { visible } from './users.ts'

/** What a seed showed of a path, in place of what would be worked out. */
const documented = (ask: Ask): readonly Json[] | undefined => {
  const kept = ask.github.store.get('documents', ask.url.pathname.toLowerCase())?.body
  return Array.isArray(kept) ? (kept as readonly Json[]) : undefined
}

/** Invitations are memberships that nobody has accepted yet. */
function invitationDoc(ask: Ask, org: Row, row: Row): Json {
  const user = account(ask.github, text(row.login))
  const id = count(row._invitation) || count(user?.id)
  const teams = ask.github.store
    .rows(teamsPath(text(org.login)))
    .filter(
      ({ slug }) =>
        ask.github.store.get(`${teamPath(text(org.login), text(slug))}/members`, text(row.login).toLowerCase()) !==
        undefined,
    )
  return {
    id,
    node_id: nodeId('OI', id),
    login: user === undefined ? null : text(row.login),
    email: row._email ?? null,
    role: row.role === 'admin' ? 'admin' : 'direct_member',
    created_at: row._invited_at ?? ask.github.now(),
    failed_at: null,
    failed_reason: null,
    inviter: person(ask.github, row._inviter ?? loginOf(ask.viewer)),
    team_count: teams.length,
    invitation_teams_url: `${API}/organizations/${count(org.id)}/invitations/${id}/teams`,
    invitation_source: 'member',
  } as Json
}

const pending = (ask: Ask, org: Row): readonly Row[] =>
  ask.github.store.rows(membersPath(text(org.login))).filter(({ state }) => state === 'pending')

function invite(ask: Ask): Reply {
  const org = ownedOrg(ask)
  const { invitee_id, email, role = 'direct_member' } = ask.body()
  if (invitee_id === undefined && text(email) === '')
    throw invalid({ resource: 'OrganizationInvitation', code: 'missing_field', field: 'invitee_id' })
  // Whoever has no account yet gets an e-mail, and there is no post here.
  if (invitee_id === undefined) throw gap('invitations by e-mail')
  const user = ask.github.store.byNumber('users', count(invitee_id))
  if (user === undefined) throw notFound()
  const login = ensureAccount(ask.github, text(user.login))
  if (isMember(ask.github, text(org.login), login))
    throw invalid({
      resource: 'OrganizationInvitation',
      code: 'unprocessable',
      field: 'data',
      message: 'Invitee is already a part of this organization.',
    })
  const row = ask.github.store.put(membersPath(text(org.login)), login.toLowerCase(), {
    login,
    role: role === 'admin' ? 'admin' : 'member',
    state: 'pending',
    public: false,
    _invitation: ask.github.nextId(),
    _inviter: loginOf(ask.viewer),
    _invited_at: ask.github.now(),
  })
  return { status: 201, body: invitationDoc(ask, org, row) }
}

function withdraw(ask: Ask): Reply {
  const org = ownedOrg(ask)
  const row = pending(ask, org).find(
    (one) =>
      String(count(one._invitation) || count(account(ask.github, text(one.login))?.id)) === ask.param('invitation'),
  )
  if (row === undefined) throw notFound()
  ask.github.store.remove(membersPath(text(org.login)), text(row.login).toLowerCase())
  return done()
}

/** Whoever works on some repository of an organisation and is no member of it. */
function outside(ask: Ask, org: Row): readonly string[] {
  const logins = visible(ask, text(org.login)).flatMap((repo) =>
    ask.github.store
      .rows(`repos/${text(repo.full_name).toLowerCase()}/collaborators`)
      .map(({ login }) => text(login))
      .filter((login) => !isMember(ask.github, text(org.login), login)),
  )
  return [...new Set(logins)]
}

function removeOutside(ask: Ask): Reply {
  const org = ownedOrg(ask)
  const login = ask.param('username').toLowerCase()
  if (isMember(ask.github, text(org.login), login))
    throw new GitHubError(422, 'You cannot specify an organization member to remove as an outside collaborator.')
  for (const repo of visible(ask, text(org.login)))
    ask.github.store.remove(`repos/${text(repo.full_name).toLowerCase()}/collaborators`, login)
  return done()
}

/** A member who becomes an outsider keeps what teams gave. Whoever is none is refused. */
function convert(ask: Ask): Reply {
  const org = ownedOrg(ask)
  const login = ask.param('username')
  if (!isMember(ask.github, text(org.login), login))
    throw new GitHubError(403, `${login} is not a member of the ${text(org.login)} organization.`)
  ask.github.store.remove(membersPath(text(org.login)), login.toLowerCase())
  return done()
}

/** People at an organisation's door: https://docs.github.com/rest/orgs (2026-11-26). */
export function addOrgPartRoutes(on: On): void {
  const path = '/orgs/:org'
  on(
    'orgs.invitations.list',
    `GET ${path}/invitations`,
    (ask) => {
      const org = ownedOrg(ask)
      const known = documented(ask)
      if (known !== undefined) return page(ask, known, (one) => one)
      return page(ask, pending(ask, org), (row) => invitationDoc(ask, org, row))
    },
    'user',
  )
  on('orgs.invitations.create', `POST ${path}/invitations`, invite, 'user')
  on('orgs.invitations.cancel', `DELETE ${path}/invitations/:invitation`, withdraw, 'user')
  on(
    'orgs.invitations.failed',
    `GET ${path}/failed_invitations`,
    (ask) => {
      ownedOrg(ask)
      return ok([])
    },
    'user',
  )
  on('orgs.outside_collaborators.list', `GET ${path}/outside_collaborators`, (ask) => {
    const org = orgIn(ask)
    const known = documented(ask)
    if (known !== undefined) return page(ask, known, (one) => one)
    return page(ask, outside(ask, org), (login) => person(ask.github, login))
  })
  on('orgs.outside_collaborators.remove', `DELETE ${path}/outside_collaborators/:username`, removeOutside, 'user')
  on('orgs.outside_collaborators.convert', `PUT ${path}/outside_collaborators/:username`, convert, 'user')
  on(
    'teams.invitations.list',
    `GET ${path}/teams/:team_slug/invitations`,
    (ask) => {
      const org = orgIn(ask)
      const members = ask.github.store.rows(`${teamPath(text(org.login), ask.param('team_slug'))}/members`)
      const rows = pending(ask, org).filter(({ login }) => members.some((one) => one.login === login))
      return page(ask, rows, (row) => invitationDoc(ask, org, row))
    },
    'user',
  )
  addProperties(on)
}

/** Custom properties of an organisation and their values: https://docs.github.com/rest/orgs/custom-properties (2026-11-26). */
function addProperties(on: On): void {
  const schema = '/orgs/:org/properties/schema'
  const at = (ask: Ask): string => `orgs/${text(orgIn(ask).login).toLowerCase()}/properties`
  const doc = (ask: Ask, row: Row): Json =>
    ({ ...row, url: `${API}/orgs/${text(orgIn(ask).login)}/properties/schema/${text(row.property_name)}` }) as Json
  const keep = (ask: Ask, name: string, fields: Row): Row => {
    if (!['string', 'single_select', 'multi_select', 'true_false', 'url'].includes(text(fields.value_type)))
      throw new GitHubError(422, 'Invalid request.\n\n"value_type" is not a known type.')
    const { required = false, default_value = null, description = null, allowed_values = null } = fields
    return ask.github.store.put(at(ask), name, {
      property_name: name,
      source_type: 'organization',
      value_type: fields.value_type,
      required,
      default_value,
      description,
      allowed_values,
      values_editable_by: fields.values_editable_by ?? 'org_actors',
    })
  }
  on(
    'orgs.properties.list',
    `GET ${schema}`,
    (ask) => ok(ask.github.store.rows(at(ask)).map((row) => doc(ask, row))),
    'user',
  )
  on(
    'orgs.properties.set_many',
    `PATCH ${schema}`,
    (ask) => {
      ownedOrg(ask)
      const rows = listOf(ask.body().properties).map((one) => keep(ask, text((one as Row).property_name), one as Row))
      return ok(rows.map((row) => doc(ask, row)))
    },
    'user',
  )
  on(
    'orgs.properties.get',
    `GET ${schema}/:property`,
    (ask) => {
      const row = ask.github.store.get(at(ask), ask.param('property'))
      if (row === undefined) throw notFound()
      return ok(doc(ask, row))
    },
    'user',
  )
  on(
    'orgs.properties.set',
    `PUT ${schema}/:property`,
    (ask) => {
      ownedOrg(ask)
      return ok(doc(ask, keep(ask, ask.param('property'), ask.body())))
    },
    'user',
  )
  on(
    'orgs.properties.delete',
    `DELETE ${schema}/:property`,
    (ask) => {
      ownedOrg(ask)
      if (!ask.github.store.remove(at(ask), ask.param('property'))) throw notFound()
      return done()
    },
    'user',
  )
}
