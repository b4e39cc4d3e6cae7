import type { Site } from './site.ts'
import type { Comment, Holder, Issue, Project, SecurityLevel, User, Visibility, Worklog } from './state.ts'

/** Keys, ids and names: https://support.atlassian.com/jira-cloud-administration/docs/permissions-for-company-managed-projects (2026-11-26). */
export const PERMISSIONS: readonly (readonly [key: string, id: string, name: string, type: 'GLOBAL' | 'PROJECT'])[] = [
  ['ADMINISTER', '0', 'Administer Jira', 'GLOBAL'],
  ['USER_PICKER', '27', 'Browse users and groups', 'GLOBAL'],
  ['CREATE_SHARED_OBJECTS', '22', 'Share dashboards and filters', 'GLOBAL'],
  ['MANAGE_GROUP_FILTER_SUBSCRIPTIONS', '24', 'Manage group filter subscriptions', 'GLOBAL'],
  ['BULK_CHANGE', '33', 'Make bulk changes', 'GLOBAL'],
  ['CREATE_PROJECT', '-1', 'Create team-managed projects', 'GLOBAL'],
  ['ADMINISTER_PROJECTS', '23', 'Administer Projects', 'PROJECT'],
  ['BROWSE_PROJECTS', '10', 'Browse Projects', 'PROJECT'],
  ['MANAGE_SPRINTS_PERMISSION', '-1', 'Manage sprints', 'PROJECT'],
  ['VIEW_READONLY_WORKFLOW', '45', 'View Read-Only Workflow', 'PROJECT'],
  ['CREATE_ISSUES', '11', 'Create Issues', 'PROJECT'],
  ['EDIT_ISSUES', '12', 'Edit Issues', 'PROJECT'],
  ['TRANSITION_ISSUES', '46', 'Transition Issues', 'PROJECT'],
  ['SCHEDULE_ISSUES', '28', 'Schedule Issues', 'PROJECT'],
  ['MOVE_ISSUES', '25', 'Move Issues', 'PROJECT'],
  ['ASSIGN_ISSUES', '13', 'Assign Issues', 'PROJECT'],
  ['ASSIGNABLE_USER', '17', 'Assignable User', 'PROJECT'],
  ['RESOLVE_ISSUES', '14', 'Resolve Issues', 'PROJECT'],
  ['CLOSE_ISSUES', '18', 'Close Issues', 'PROJECT'],
  ['MODIFY_REPORTER', '30', 'Modify Reporter', 'PROJECT'],
  ['DELETE_ISSUES', '16', 'Delete Issues', 'PROJECT'],
  ['LINK_ISSUES', '21', 'Link Issues', 'PROJECT'],
  ['SET_ISSUE_SECURITY', '26', 'Set Issue Security', 'PROJECT'],
  ['VIEW_VOTERS_AND_WATCHERS', '31', 'View Voters and Watchers', 'PROJECT'],
  ['MANAGE_WATCHERS', '32', 'Manage Watchers', 'PROJECT'],
  ['ADD_COMMENTS', '15', 'Add Comments', 'PROJECT'],
  ['EDIT_ALL_COMMENTS', '34', 'Edit All Comments', 'PROJECT'],
  ['EDIT_OWN_COMMENTS', '35', 'Edit Own Comments', 'PROJECT'],
  ['DELETE_ALL_COMMENTS', '36', 'Delete All Comments', 'PROJECT'],
  ['DELETE_OWN_COMMENTS', '37', 'Delete Own Comments', 'PROJECT'],
  ['CREATE_ATTACHMENTS', '19', 'Create Attachments', 'PROJECT'],
  ['DELETE_ALL_ATTACHMENTS', '38', 'Delete All Attachments', 'PROJECT'],
  ['DELETE_OWN_ATTACHMENTS', '39', 'Delete Own Attachments', 'PROJECT'],
  ['WORK_ON_ISSUES', '20', 'Work On Issues', 'PROJECT'],
  ['EDIT_ALL_WORKLOGS', '41', 'Edit All Worklogs', 'PROJECT'],
  ['EDIT_OWN_WORKLOGS', '40', 'Edit Own Worklogs', 'PROJECT'],
  ['DELETE_ALL_WORKLOGS', '43', 'Delete All Worklogs', 'PROJECT'],
  ['DELETE_OWN_WORKLOGS', '42', 'Delete Own Worklogs', 'PROJECT'],
]

export const isPermission = (key: string, type?: 'GLOBAL' | 'PROJECT'): boolean =>
  PERMISSIONS.some(([known, , , kind]) => known === key && (type === undefined || kind === type))

/** Roles of a new site: https://support.atlassian.com/jira-cloud-administration/docs/manage-project-roles (2026-11-26). */
export const ROLES: readonly (readonly [id: string, name: string])[] = [
  ['10002', 'Administrators'],
  ['10003', 'Member'],
  ['10004', 'Viewer'],
]

/** The scheme of projects that have no other: whoever is logged in may do everything. */
export const DEFAULT_SCHEME = { id: '0', name: 'Default Permission Scheme' }

export const actorsId = (project: string, role: string): string => `${project} ${role}`

/** Whether somebody acts in a role of a project, by name or through a group. */
export function actsIn(site: Site, user: string, project: Project, role: string): boolean {
  const actors = site.store.actors.get(actorsId(project.id, role))
  if (actors === undefined) return false
  return actors.users.includes(user) || actors.groups.some((id) => isMember(site, user, id))
}

export const isMember = ({ store }: Site, user: string, group: string): boolean =>
  store.groups.get(group)?.members.includes(user) === true

/** Whether somebody can log in to Jira at all; customers see the help centre alone. */
const hasJira = ({ active, account_type }: User): boolean => active && account_type !== 'customer'

/** Whether `holder` means somebody; undefined where it is for the issue to say. */
function means(site: Site, user: User, { type, value }: Holder, project: Project): boolean | undefined {
  switch (type) {
    case 'anyone':
      return true
    case 'applicationRole':
      return hasJira(user)
    case 'group':
      return isMember(site, user.id, value ?? '')
    case 'projectLead':
      return project.lead === user.id
    case 'projectRole':
      return actsIn(site, user.id, project, value ?? '')
    case 'user':
      return value === user.id
    case 'assignee':
    case 'reporter':
    case 'userCustomField':
      return undefined
    default:
      return type satisfies never
  }
}

function isNamedBy({ id }: User, { type, value }: Holder, issue: Issue): boolean {
  if (type === 'assignee') return issue.assignee === id
  if (type === 'reporter') return issue.reporter === id
  return issue.custom[value ?? ''] === id
}

const holds = (site: Site, user: User, holders: readonly Holder[], project: Project, issue: Issue): boolean =>
  holders.some((holder) => means(site, user, holder, project) ?? isNamedBy(user, holder, issue))

const holdersOf = ({ store }: Site, { permission_scheme }: Project, permission: string): readonly Holder[] =>
  (store.permission_schemes.get(permission_scheme)?.grants ?? [])
    .filter((grant) => grant.permission === permission)
    .map(({ holder }) => holder)

/** Whether somebody has a permission of the whole site: who is in one of its groups or, where the seed names none, everybody. */
export function mayOnSite(site: Site, user: User, permission: string): boolean {
  const grant = site.store.global_grants.get(permission)
  return grant === undefined ? hasJira(user) : grant.groups.some((group) => isMember(site, user.id, group))
}

/**
 * Whether somebody has a permission in a project: where it is for issues to say, if that is so of any of its issues; and anybody can be a
 * reporter. Source: Atlassian's OpenAPI document of version 3, "Get my permissions" (2026-11-26).
 */
export function mayInProject(site: Site, user: User, permission: string, project: Project): boolean {
  const holders = holdersOf(site, project, permission)
  if (holders.some((holder) => holder.type === 'reporter' || means(site, user, holder, project) === true)) return true
  const open = holders.filter((holder) => means(site, user, holder, project) === undefined)
  if (open.length === 0) return false
  return site.store.issues
    .all()
    .some((issue) => issue.project === project.key && open.some((holder) => isNamedBy(user, holder, issue)))
}

export const mayOnIssue = (site: Site, user: User, permission: string, issue: Issue): boolean => {
  const project = site.project(issue.project)
  return holds(site, user, holdersOf(site, project, permission), project, issue)
}

/** Whether somebody may administer a project: as its administrator or as that of the site. */
export const administers = (site: Site, user: User, project: Project): boolean =>
  mayOnSite(site, user, 'ADMINISTER') || mayInProject(site, user, 'ADMINISTER_PROJECTS', project)

/** A level of security, of whatever scheme. */
export function levelOf(site: Site, id: string): SecurityLevel | undefined {
  for (const { levels } of site.store.security_schemes.all()) {
    const level = levels.find((one) => one.id === id)
    if (level !== undefined) return level
  }
  return undefined
}

/** Whether a level of security lets somebody see an issue; who may do everything else is not asked. */
function cleared(site: Site, user: User, project: Project, issue: Issue): boolean {
  const level = issue.security === null ? undefined : levelOf(site, issue.security)
  return level === undefined || holds(site, user, level.members, project, issue)
}

/** Whom an issue is there for. */
export function seesIssue(site: Site, user: User, issue: Issue): boolean {
  const project = site.project(issue.project)
  return (
    holds(site, user, holdersOf(site, project, 'BROWSE_PROJECTS'), project, issue) &&
    cleared(site, user, project, issue)
  )
}

/** The same of many issues: what hangs on the project alone is asked once for each. */
export function seen(site: Site, user: User, issues: readonly Issue[]): readonly Issue[] {
  const plain = new Map<string, boolean>()
  return issues.filter((issue) => {
    const known = plain.get(issue.project)
    if (known === true && issue.security === null) return true
    const project = site.project(issue.project)
    if (known === undefined)
      plain.set(
        issue.project,
        holdersOf(site, project, 'BROWSE_PROJECTS').some((holder) => means(site, user, holder, project) === true),
      )
    return seesIssue(site, user, issue)
  })
}

export const seesProject = (site: Site, user: User, project: Project): boolean =>
  mayInProject(site, user, 'BROWSE_PROJECTS', project)

/** Whether a comment or worklog of an issue is for somebody who sees the issue. */
export function isFor(site: Site, user: string, issue: Issue, visibility: Visibility | null): boolean {
  if (visibility === null) return true
  return visibility.type === 'group'
    ? isMember(site, user, visibility.id)
    : actsIn(site, user, site.project(issue.project), visibility.id)
}

/** Of comments or worklogs of an issue those that somebody may read. */
export const readable = <Row extends Pick<Comment | Worklog, 'visibility'>>(
  site: Site,
  user: string,
  issue: Issue,
  rows: readonly Row[],
): readonly Row[] => rows.filter(({ visibility }) => isFor(site, user, issue, visibility))

/** Whether somebody may be given an issue of a project. */
export const mayBeAssigned = (site: Site, user: User | undefined, project: Project, issue?: Issue): boolean =>
  user !== undefined &&
  hasJira(user) &&
  (issue === undefined
    ? mayInProject(site, user, 'ASSIGNABLE_USER', project)
    : mayOnIssue(site, user, 'ASSIGNABLE_USER', issue))

/** Whether anything is there for those who are not logged in. */
export const letsAnyoneIn = ({ store }: Site): boolean =>
  store.permission_schemes.all().some(({ grants }) => grants.some(({ holder }) => holder.type === 'anyone'))
