import type { Json } from '../../trace.ts'
import { account, type GitHub } from '../github.ts'
import { count, type Row, text } from '../store.ts'
import { API, WEB } from '../wire.ts'
import { organisation } from './accounts.ts'

export const teamsPath = (org: string): string => `orgs/${org.toLowerCase()}/teams`
export const teamPath = (org: string, slug: string): string => `${teamsPath(org)}/${slug}`

/** A team in a list. */
export function teamBrief(github: GitHub, org: string, slug: string, more: Row = {}): Json {
  const parent = github.store.get(teamsPath(org), slug)?.parent
  const team = teamSimple(github, org, slug)
  if (team === null) return null
  const above = typeof parent === 'string' ? teamSimple(github, org, parent) : null
  return { ...(team as Row), ...more, parent: above } as Json
}

/** A team as the one above another. */
function teamSimple(github: GitHub, org: string, slug: string): Json {
  const team = github.store.get(teamsPath(org), slug)
  if (team === undefined) return null
  const url = `${API}/organizations/${count(account(github, org)?.id)}/team/${team.id}`
  return {
    name: team.name,
    id: team.id,
    node_id: team.node_id,
    slug: team.slug,
    description: team.description ?? null,
    privacy: team.privacy ?? 'secret',
    notification_setting: team.notification_setting ?? 'notifications_enabled',
    url,
    html_url: `${WEB}/orgs/${text(account(github, org)?.login)}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    permission: team.permission ?? 'pull',
    type: team.type ?? 'organization',
  } as Json
}

/** A team by itself. */
export function teamWhole(github: GitHub, org: string, slug: string): Json {
  const team = github.store.get(teamsPath(org), slug)
  const row = account(github, org)
  if (team === undefined || row === undefined) return null
  const path = teamPath(org, slug)
  return {
    ...(teamBrief(github, org, slug) as Row),
    created_at: team.created_at,
    updated_at: team.updated_at,
    members_count: team.members_count ?? github.store.size(`${path}/members`),
    repos_count: team.repos_count ?? github.store.size(`${path}/repos`),
    organization: organisation({ ...row, _seen: false }, false),
  } as Json
}
