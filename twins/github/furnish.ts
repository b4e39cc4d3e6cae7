import type { Json } from '../trace.ts'
import { ensureAccount } from './ensure.ts'
import { furnishRepo } from './furnish-repo.ts'
import { account, type GitHub } from './github.ts'
import { newAccount } from './shapes/accounts.ts'
import { teamPath, teamsPath } from './shapes/teams.ts'
import { isRow, listOf, type Row, rowOf, text } from './store.ts'
import { nodeId, without } from './wire.ts'

/** Puts in place what a seed says was there. */
export function furnish(github: GitHub): void {
  const { seed, store } = github
  for (const user of seed.users ?? []) ensureAccount(github, user)
  for (const org of seed.orgs ?? []) furnishOrg(github, org)
  for (const app of seed.apps ?? []) furnishApp(github, app)
  const logins = [seed.viewer ?? seed.users?.[0]?.login ?? 'octocat', ...tokenLogins(github)]
  for (const login of logins) ensureAccount(github, { login })
  for (const repo of seed.repos ?? []) furnishRepo(github, repo)
  for (const org of seed.orgs ?? []) furnishTeams(github, org)
  for (const [collection, rows] of Object.entries(seed.rows ?? {})) {
    for (const row of rows) {
      const id = row.id ?? github.nextId()
      store.put(collection, String(id), { id, ...row })
    }
  }
  for (const [path, document] of Object.entries(seed.documents ?? {}))
    store.put('documents', path.toLowerCase(), { body: document })
}

const tokenLogins = ({ seed }: GitHub): readonly string[] =>
  Object.values(seed.tokens ?? {}).flatMap(({ login }) => (login === undefined ? [] : [login]))

function furnishOrg(github: GitHub, org: Row): void {
  const login = ensureAccount(github, org, 'Organization')
  const path = `orgs/${login.toLowerCase()}/members`
  const open = new Set(listOf(org.public_members).map((one) => String(one).toLowerCase()))
  for (const [name, role] of Object.entries(rowOf(org.members))) {
    const member = ensureAccount(github, name)
    const key = member.toLowerCase()
    github.store.put(path, key, { login: member, role: role ?? 'member', state: 'active', public: open.has(key) })
  }
}

function furnishTeams(github: GitHub, org: Row): void {
  const login = text(org.login)
  for (const one of listOf(org.teams)) {
    const team = rowOf(one)
    const name = text(team.name) || text(team.slug)
    const slug = text(team.slug) || slugOf(name)
    const id = typeof team.id === 'number' ? team.id : github.nextId()
    const now = github.now()
    const parent = isRow(team.parent) ? (team.parent.slug ?? null) : (team.parent ?? null)
    github.store.put(teamsPath(login), slug, {
      ...{ id, node_id: nodeId('T', Number(account(github, login)?.id ?? 0), id), name, slug, description: null },
      ...{ privacy: 'closed', permission: 'pull', created_at: now, updated_at: now },
      ...without(team, 'members', 'repos', 'organization', 'url', 'html_url', 'members_url', 'repositories_url'),
      parent,
    })
    for (const member of listOf(team.members)) {
      const who = isRow(member) ? ensureAccount(github, member as Json) : ensureAccount(github, String(member))
      const role = isRow(member) && typeof member._role === 'string' ? member._role : 'member'
      github.store.put(`${teamPath(login, slug)}/members`, who.toLowerCase(), { login: who, role, state: 'active' })
    }
    for (const [repo, role] of Object.entries(rowOf(team.repos)))
      github.store.put(`${teamPath(login, slug)}/repos`, repo.toLowerCase(), {
        full_name: repo,
        permission: role ?? 'pull',
      })
  }
}

/** A team's name as addresses have it. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')

function furnishApp(github: GitHub, fields: Row): void {
  const id = Number(fields.id)
  const owner = ensureAccount(github, fields.owner ?? 'octocat')
  const slug = text(fields.slug)
  const now = github.now()
  github.store.put('apps', id, {
    ...{ id, slug, node_id: nodeId('A', id), name: slug, description: null, external_url: 'https://example.com' },
    ...{
      html_url: `https://github.com/apps/${slug}`,
      created_at: now,
      updated_at: now,
      permissions: { metadata: 'read' },
      events: [],
    },
    ...without(fields, 'installations', 'public_key', 'issuers', 'owner'),
    _owner: owner,
    _public_key: fields.public_key,
    _issuers: fields.issuers,
  })
  if (account(github, `${slug}[bot]`) === undefined) newAccount(github, { login: `${slug}[bot]` }, 'Bot')
  for (const one of listOf(fields.installations)) furnishInstallation(github, fields, rowOf(one))
}

function furnishInstallation(github: GitHub, app: Row, fields: Row): void {
  const login = ensureAccount(github, fields.account ?? 'octocat')
  const of = account(github, login) ?? {}
  const id = typeof fields.id === 'number' ? fields.id : github.nextId()
  const now = github.now()
  const where = of.type === 'Organization' ? `organizations/${login}/settings` : 'settings'
  github.store.put('installations', id, {
    id,
    repository_selection: fields.repositories === undefined ? 'all' : 'selected',
    access_tokens_url: `https://api.github.com/app/installations/${id}/access_tokens`,
    repositories_url: 'https://api.github.com/installation/repositories',
    html_url: `https://github.com/${where}/installations/${id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: of.id,
    target_type: of.type,
    permissions: app.permissions ?? { metadata: 'read' },
    events: app.events ?? [],
    created_at: now,
    updated_at: now,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
    ...without(fields, 'repositories', 'granted'),
    ...(fields.granted === undefined ? {} : { _granted: fields.granted }),
    account: login,
    _repositories: fields.repositories ?? [],
  })
}
