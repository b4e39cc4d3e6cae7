import type { Viewer } from './access.ts'
import { rowOf } from './store.ts'

/**
 * Which permission of an app an operation needs, by what its name begins with; the first that fits. What is not here needs none beyond
 * `metadata`. Source: https://docs.github.com/rest/authentication/permissions-required-for-github-apps (2026-11-26).
 */
const NEEDED: readonly (readonly [string, string])[] = [
  ['actions.runners.', 'administration'],
  ['actions.permissions.', 'administration'],
  ['actions.variables.', 'actions_variables'],
  ['actions.secrets.', 'secrets'],
  ['actions.', 'actions'],
  ['checks.', 'checks'],
  ['deployments.', 'deployments'],
  ['environments.', 'environments'],
  ['dependabot.secrets.', 'dependabot_secrets'],
  ['codespaces.secrets.', 'codespaces_secrets'],
  ['git.', 'contents'],
  ['issues.', 'issues'],
  ['labels.', 'issues'],
  ['milestones.', 'issues'],
  ['orgs.hooks.', 'organization_hooks'],
  ['orgs.members.', 'members'],
  ['orgs.invitations.', 'members'],
  ['orgs.outside_collaborators.', 'members'],
  ['orgs.secrets.', 'organization_secrets'],
  ['orgs.dependabot_secrets.', 'organization_dependabot_secrets'],
  ['orgs.variables.', 'organization_actions_variables'],
  ['orgs.properties.', 'organization_custom_properties'],
  ['orgs.blocks.', 'organization_user_blocking'],
  ['orgs.rulesets.', 'organization_administration'],
  ['orgs.actions.', 'organization_administration'],
  ['orgs.interaction_limits.', 'organization_administration'],
  ['pulls.', 'pull_requests'],
  ['releases.', 'contents'],
  ['repos.contents.', 'contents'],
  ['repos.merges.', 'contents'],
  ['repos.hooks.', 'repository_hooks'],
  ['repos.update', 'administration'],
  ['repos.delete', 'administration'],
  ['repos.branches.protection.', 'administration'],
  ['repos.rulesets.', 'administration'],
  ['repos.environments.', 'administration'],
  ['repos.invitations.', 'administration'],
  ['repos.interaction_limits.', 'administration'],
  ['repos.automated_security_fixes.', 'administration'],
  ['repos.private_vulnerability_reporting.', 'administration'],
  ['repos.collaborators.', 'administration'],
  ['statuses.', 'statuses'],
  ['teams.', 'members'],
]
/** Issues and pull requests share what hangs on their numbers. */
const EITHER: ReadonlySet<string> = new Set(['issues', 'pull_requests'])

/** Whether an app's installation was given what an operation needs. People need roles instead. */
export function mayDo(viewer: Viewer, operation: string, writes: boolean): boolean {
  if (viewer.kind !== 'installation') return true
  const needed = NEEDED.find(([prefix]) => operation.startsWith(prefix))?.[1]
  if (needed === undefined) return true
  const held = rowOf(viewer.grant.permissions)
  const enough = (name: string): boolean =>
    held[name] === 'write' || held[name] === 'admin' || (!writes && held[name] === 'read')
  if (EITHER.has(needed)) return [...EITHER].some(enough)
  // What is public may be read by anyone; the role on the repository decides.
  return enough(needed) || !writes
}
