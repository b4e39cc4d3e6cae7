import type { Viewer } from './access.ts'

/**
 * What holding a scope gives besides: https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps (2026-11-26).
 */
const GIVES: Readonly<Record<string, readonly string[]>> = {
  repo: ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events'],
  user: ['read:user', 'user:email', 'user:follow'],
  'admin:org': ['write:org', 'read:org'],
  'write:org': ['read:org'],
  'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
  'write:repo_hook': ['read:repo_hook'],
  'admin:public_key': ['write:public_key', 'read:public_key'],
  'write:public_key': ['read:public_key'],
  'admin:gpg_key': ['write:gpg_key', 'read:gpg_key'],
  'write:gpg_key': ['read:gpg_key'],
}

/** Whether a token has one of these scopes. Those of whom no seed says which they have, have all. */
export function holds(viewer: Viewer, ...any: readonly string[]): boolean {
  if (viewer.kind !== 'user' || viewer.limited !== true) return true
  const held = new Set(viewer.scopes.flatMap((scope) => [scope, ...(GIVES[scope] ?? [])]))
  return any.some((scope) => held.has(scope))
}

const CODE = ['public_repo'] as const
type Needs = { readonly writes: readonly string[]; readonly reads?: readonly string[] }
/** By what an operation's name begins with; the first that fits. Reading what is public takes none. */
const NEEDED: readonly (readonly [string, Needs])[] = [
  ['repos.delete', { writes: ['delete_repo'] }],
  ['repos.hooks.', { writes: ['write:repo_hook', 'repo'], reads: ['read:repo_hook', 'repo'] }],
  ['repos.', { writes: CODE }],
  ['statuses.', { writes: ['repo:status'] }],
  ['deployments.', { writes: ['repo_deployment'] }],
  ['git.', { writes: CODE }],
  ['issues.', { writes: CODE }],
  ['labels.', { writes: CODE }],
  ['milestones.', { writes: CODE }],
  ['pulls.', { writes: CODE }],
  ['releases.', { writes: CODE }],
  ['actions.', { writes: ['repo'] }],
  ['environments.', { writes: ['repo'] }],
  ['gists.', { writes: ['gist'] }],
  ['notifications.', { writes: ['notifications'], reads: ['notifications'] }],
  ['orgs.hooks.', { writes: ['admin:org_hook'], reads: ['admin:org_hook'] }],
  ['orgs.', { writes: ['admin:org'] }],
  ['teams.', { writes: ['write:org'], reads: ['read:org'] }],
  ['users.emails.', { writes: ['user'], reads: ['user:email'] }],
  ['users.following.', { writes: ['user:follow'] }],
  ['users.keys.', { writes: ['write:public_key'], reads: ['read:public_key'] }],
  ['users.gpg_keys.', { writes: ['write:gpg_key'], reads: ['read:gpg_key'] }],
  ['users.starred.', { writes: CODE }],
  ['users.update_me', { writes: ['user'] }],
]

/** The scopes of which an operation needs one; none where anybody may. */
export function scopesFor(operation: string, writes: boolean): readonly string[] {
  const needs = NEEDED.find(([prefix]) => operation.startsWith(prefix))?.[1]
  return (writes ? needs?.writes : needs?.reads) ?? []
}
