import { isOwner, loginOf, roleOn } from '../access.ts'
import type { Ask } from '../ask.ts'
import { account, ownerOf } from '../github.ts'
import { teamsPath } from '../shapes/teams.ts'
import { isRow, type Row, text } from '../store.ts'
import { WEB } from '../wire.ts'
import { type Connection, connection, type PageArgs } from './connection.ts'
import { repository } from './repository.ts'

/** An object as the executor reads it: values, and functions for what is worked out when asked for. */
export type Node = { readonly __typename: string; readonly [field: string]: unknown }

/** An account by login, or as a seed holds it. */
export function actor(ask: Ask, who: unknown): Node | null {
  const login = isRow(who) ? text(who.login) : text(who as string)
  const row = account(ask.github, login)
  if (row === undefined) return null
  switch (row.type) {
    case 'Organization':
      return organization(ask, row)
    case 'Bot':
      return { __typename: 'Bot', ...common(row) }
    default:
      return user(ask, row)
  }
}

const common = (row: Row): { readonly [field: string]: unknown } => ({
  id: row.node_id,
  databaseId: small(row.id),
  login: text(row.login),
  url: `${WEB}/${text(row.login)}`,
  resourcePath: `/${text(row.login)}`,
  avatarUrl: row.avatar_url ?? '',
})
/** Database ids beyond 32 bits are null in GraphQL. */
export const small = (id: unknown): number | null => (typeof id === 'number' && id < 2 ** 31 ? id : null)

type RepoArgs = PageArgs & {
  readonly privacy?: string
  readonly isFork?: boolean
  readonly orderBy?: { readonly field: string; readonly direction: string }
}
const FIELDS: Readonly<Record<string, string>> = {
  CREATED_AT: 'created_at',
  UPDATED_AT: 'updated_at',
  PUSHED_AT: 'pushed_at',
  NAME: 'name',
  STARGAZERS: 'stargazers_count',
}

function repositories(ask: Ask, owner: string, args: RepoArgs): Connection<Node> {
  const field = FIELDS[args.orderBy?.field ?? 'CREATED_AT'] ?? 'created_at'
  const sign = args.orderBy?.direction === 'DESC' ? -1 : 1
  const rows = ask.github.store
    .rows('repos')
    .filter((row) => ownerOf(row) === owner && roleOn(ask.github, ask.viewer, row) !== 'none')
    .filter((row) => args.privacy === undefined || (row.private === true) === (args.privacy === 'PRIVATE'))
    .filter((row) => args.isFork === undefined || (row.fork === true) === args.isFork)
    .sort((a, b) => (String(a[field]) < String(b[field]) ? -sign : sign))
  return connection('repositories', rows, args, (row) => repository(ask, row))
}

export function user(ask: Ask, row: Row): Node {
  const login = text(row.login)
  return {
    __typename: 'User',
    ...common(row),
    name: row.name ?? null,
    email: text(row.email),
    bio: row.bio ?? null,
    company: row.company ?? null,
    location: row.location ?? null,
    websiteUrl: text(row.blog) === '' ? null : row.blog,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    isViewer: login === loginOf(ask.viewer),
    isSiteAdmin: row.site_admin ?? false,
    repositories: (args: RepoArgs) => repositories(ask, login, args),
    organizations: (args: PageArgs) => {
      const member = (org: Row): boolean =>
        ask.github.store.get(`orgs/${text(org.login).toLowerCase()}/members`, login.toLowerCase())?.state === 'active'
      return connection('organizations', ask.github.store.rows('users').filter(member), args, (org) =>
        organization(ask, org),
      )
    },
  }
}

export function organization(ask: Ask, row: Row): Node {
  const login = text(row.login)
  return {
    __typename: 'Organization',
    ...common(row),
    name: row.name ?? null,
    description: row.description ?? null,
    email: row.email ?? null,
    createdAt: row.created_at,
    viewerCanAdminister: isOwner(ask.github, login, loginOf(ask.viewer)),
    repositories: (args: RepoArgs) => repositories(ask, login, args),
    membersWithRole: (args: PageArgs) => {
      const rows = ask.github.store
        .rows(`orgs/${login.toLowerCase()}/members`)
        .filter(({ state }) => state === 'active')
      return connection('membersWithRole', rows, args, ({ login: member }) => actor(ask, member))
    },
    teams: (args: PageArgs) =>
      connection('teams', ask.github.store.rows(teamsPath(login)), args, (team) => teamNode(login, team)),
  }
}

export const teamNode = (org: string, team: Row): Node => ({
  __typename: 'Team',
  id: team.node_id,
  databaseId: small(team.id),
  name: team.name,
  slug: team.slug,
  description: team.description ?? null,
  combinedSlug: `${org}/${text(team.slug)}`,
})
