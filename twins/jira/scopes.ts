/** All that an app can be given: https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps (2026-11-26). */
export const SCOPES: readonly string[] = [
  'read:jira-work',
  'write:jira-work',
  'read:jira-user',
  'manage:jira-webhook',
  'manage:jira-project',
  'manage:jira-configuration',
]

/** Calls that change nothing, though they are no GET. */
const READS = /^(search|jql)\.|\.(fetch_bulk|get_many|check|permitted_projects|changelog_by_ids)$|^changelogs\./

/** The scope that a call takes, as Atlassian's OpenAPI document of version 3 has it for each (2026-11-26); boards have scopes of their own. */
function scopeOf(operation: string, method: string): string {
  const [noun = ''] = operation.split('.')
  const reads = method === 'GET' || READS.test(operation)
  if (['boards', 'sprints', 'epics', 'backlog', 'ranks', 'agile_issues', 'estimations'].includes(noun))
    return ':jira-software'
  if (noun === 'webhooks') return 'manage:jira-webhook'
  if (['myself', 'users', 'groups', 'groups_and_users'].includes(noun))
    return reads ? 'read:jira-user' : 'manage:jira-configuration'
  if (['admin_webhooks', 'roles', 'permission_schemes'].includes(noun))
    return reads ? 'read:jira-work' : 'manage:jira-configuration'
  if (operation === 'projects.create' || operation === 'projects.delete') return 'manage:jira-configuration'
  if (['projects', 'components', 'versions', 'project_roles'].includes(noun))
    return reads ? 'read:jira-work' : 'manage:jira-project'
  return reads ? 'read:jira-work' : 'write:jira-work'
}

/** Whether a token of these scopes may be used for a call; null is a token of all scopes. */
export function isInScope(scopes: readonly string[] | null, operation: string, method: string): boolean {
  if (scopes === null) return true
  const wanted = scopeOf(operation, method)
  if (!wanted.startsWith(':')) return scopes.includes(wanted)
  const verb = method === 'GET' ? 'read' : method === 'DELETE' ? 'delete' : 'write'
  return scopes.some((scope) => scope.startsWith(verb) && scope.endsWith(wanted))
}
