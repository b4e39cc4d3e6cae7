import type { Json } from '../../trace.ts'
import { account, type GitHub } from '../github.ts'
import { isRow, type Row, text } from '../store.ts'
import { API, nodeId, WEB } from '../wire.ts'

/** Where an account is to be found, by its login. */
export const links = (login: string): Row => ({
  url: `${API}/users/${encodeURIComponent(login)}`,
  html_url: login.endsWith('[bot]') ? `${WEB}/apps/${login.slice(0, -5)}` : `${WEB}/${login}`,
  followers_url: `${API}/users/${encodeURIComponent(login)}/followers`,
  following_url: `${API}/users/${encodeURIComponent(login)}/following{/other_user}`,
  gists_url: `${API}/users/${encodeURIComponent(login)}/gists{/gist_id}`,
  starred_url: `${API}/users/${encodeURIComponent(login)}/starred{/owner}{/repo}`,
  subscriptions_url: `${API}/users/${encodeURIComponent(login)}/subscriptions`,
  organizations_url: `${API}/users/${encodeURIComponent(login)}/orgs`,
  repos_url: `${API}/users/${encodeURIComponent(login)}/repos`,
  events_url: `${API}/users/${encodeURIComponent(login)}/events{/privacy}`,
  received_events_url: `${API}/users/${encodeURIComponent(login)}/received_events`,
})

/** An account as other things show it. A whole object, as a seed may have, stays as it is; nobody is null. */
export function person(github: GitHub, who: Json | undefined): Json {
  if (isRow(who)) return who as Json
  const row = account(github, text(who))
  if (row === undefined) return null
  const login = text(row.login)
  return {
    login,
    id: row.id ?? 0,
    node_id: row.node_id ?? '',
    avatar_url: row.avatar_url ?? '',
    gravatar_id: '',
    ...links(login),
    type: row.type ?? 'User',
    user_view_type: 'public',
    site_admin: row.site_admin ?? false,
  } as Json
}

const PUBLIC = [
  'name',
  'company',
  'blog',
  'location',
  'email',
  'hireable',
  'bio',
  'twitter_username',
  'public_repos',
  'public_gists',
  'followers',
  'following',
  'created_at',
  'updated_at',
] as const
/** What only the person sees; `notification_email` at `/user` alone. */
const PRIVATE = [
  'private_gists',
  'total_private_repos',
  'owned_private_repos',
  'disk_usage',
  'collaborators',
  'two_factor_authentication',
  'plan',
] as const

const picked = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])))

/** An account by itself. `own` shows what only its owner sees. */
export function profile(github: GitHub, row: Row, own: boolean): Json {
  const base = person(github, text(row.login)) as Row
  const open = Object.fromEntries(PUBLIC.map((name) => [name, row[name] ?? DEFAULTS[name] ?? null]))
  return { ...base, ...open, ...(own ? picked(row, PRIVATE) : {}) } as Json
}
const DEFAULTS: Row = { public_repos: 0, public_gists: 0, followers: 0, following: 0, blog: '' }

/** `/user`: with the address that notifications go to, where it is known. */
export const ownProfile = (github: GitHub, row: Row): Json =>
  ({ ...(profile(github, row, true) as Row), ...picked(row, ['notification_email', 'ldap_dn']) }) as Json

const orgLinks = (login: string): Row => ({
  url: `${API}/orgs/${login}`,
  repos_url: `${API}/orgs/${login}/repos`,
  events_url: `${API}/orgs/${login}/events`,
  hooks_url: `${API}/orgs/${login}/hooks`,
  issues_url: `${API}/orgs/${login}/issues`,
  members_url: `${API}/orgs/${login}/members{/member}`,
  public_members_url: `${API}/orgs/${login}/public_members{/member}`,
})

/** An organisation in a list. */
export function orgBrief(row: Row): Json {
  const { login, id, node_id, avatar_url } = row
  return { login, id, node_id, ...orgLinks(text(login)), avatar_url, description: row.description ?? null } as Json
}

const ORG_PUBLIC = [
  ...['name', 'company', 'blog', 'location', 'email', 'twitter_username', 'is_verified', 'has_organization_projects'],
  ...['has_repository_projects', 'public_repos', 'public_gists', 'followers', 'following'],
] as const

/** An organisation by itself; its owners see the settings too. */
export function organisation(row: Row, owner: boolean): Json {
  const brief = orgBrief(row) as Row
  const login = text(row.login)
  const rest = Object.fromEntries(
    Object.entries(row).filter(
      ([name]) =>
        !name.startsWith('_') && !(name in NOT_OF_ORGS) && (owner || row._seen === true || ORG_OPEN.has(name)),
    ),
  )
  const { created_at, updated_at } = row
  return { ...brief, ...rest, html_url: `${WEB}/${login}`, created_at, updated_at, type: 'Organization' } as Json
}
const NOT_OF_ORGS: Row = {
  gravatar_id: '',
  user_view_type: '',
  site_admin: false,
  hireable: null,
  bio: null,
  ...links(''),
  html_url: '',
}
const ORG_OPEN: ReadonlySet<string> = new Set<string>([...ORG_PUBLIC, 'archived_at'])

/** A new account with what GitHub gives it. `fields` may say anything of it. */
export function newAccount(github: GitHub, fields: Row, type: 'User' | 'Organization' | 'Bot'): Row {
  const id = typeof fields.id === 'number' ? fields.id : github.nextId()
  const login = text(fields.login)
  const now = github.now()
  const prefix = type === 'Organization' ? 'O' : type === 'Bot' ? 'BOT' : 'U'
  const common = {
    login,
    id,
    node_id: nodeId(prefix, id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    type,
    site_admin: false,
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: now,
    updated_at: now,
    total_private_repos: 0,
    owned_private_repos: 0,
    private_gists: 0,
    disk_usage: 0,
    collaborators: 0,
  }
  const own = type === 'Organization' ? NEW_ORG : NEW_USER
  return github.store.put('users', login.toLowerCase(), { ...common, ...own, ...fields })
}

const NEW_USER: Row = {
  hireable: null,
  bio: null,
  two_factor_authentication: true,
  plan: { name: 'free', space: 976562499, collaborators: 0, private_repos: 10000 },
}
const NEW_ORG: Row = {
  description: null,
  is_verified: false,
  has_organization_projects: true,
  has_repository_projects: true,
  archived_at: null,
  billing_email: 'billing@example.com',
  default_repository_permission: 'read',
  members_can_create_repositories: true,
  two_factor_requirement_enabled: false,
  members_allowed_repository_creation_type: 'all',
  members_can_create_public_repositories: true,
  members_can_create_private_repositories: true,
  members_can_create_internal_repositories: false,
  members_can_create_pages: true,
  members_can_fork_private_repositories: false,
  web_commit_signoff_required: false,
  members_can_create_public_pages: true,
  members_can_create_private_pages: true,
  plan: { name: 'free', space: 976562499, private_repos: 10000, filled_seats: 1, seats: 0 },
  advanced_security_enabled_for_new_repositories: false,
  dependabot_alerts_enabled_for_new_repositories: false,
  dependabot_security_updates_enabled_for_new_repositories: false,
  dependency_graph_enabled_for_new_repositories: false,
  secret_scanning_enabled_for_new_repositories: false,
  secret_scanning_push_protection_enabled_for_new_repositories: false,
}
