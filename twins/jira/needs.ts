import { type Ask, askedIssue, NO_ISSUE, Refusal } from './ask.ts'
import { notOnScreen } from './fields.ts'
import { administers, mayInProject, mayOnIssue, mayOnSite, seesProject } from './permissions.ts'
import { found } from './routes/parts.ts'
import { askedProject, noProject } from './routes/projects.ts'
import { fieldsOf, type Issue, type Project } from './state.ts'

/**
 * What a call takes beside seeing what it is about, and how it is refused without. Permissions: Atlassian's OpenAPI document of version 3
 * and jira.js 6.2 (2026-11-26). Status and wording, where the document leaves them open, are as measured: of eight writes by an account
 * that may only browse, and in reports of clients of Jira Cloud (public repositories, 2026-11-26).
 */
type Need = (ask: Ask) => void

/** Of the issue that the path names. */
const issue =
  (permission: string, refusal: (ask: Ask, issue: Issue) => Refusal): Need =>
  (ask) => {
    const asked = askedIssue(ask)
    if (!mayOnIssue(ask.site, ask.me, permission, asked)) throw refusal(ask, asked)
  }

const CANNOT_EDIT = 'You do not have permission to edit issues in this project.'
const saying = (status: number, message: string) => (): Refusal => new Refusal(status, [message])

/** Each field that was sent is as if it were on no screen. */
export function unset({ body }: Pick<Ask, 'body'>, otherwise: string, without: readonly string[] = []): Refusal {
  const fields = [...Object.keys(fieldsOf(body.fields)), ...Object.keys(fieldsOf(body.update))]
  const errors = fields.filter((id) => !without.includes(id)).map((id) => [id, notOnScreen(id)] as const)
  return errors.length === 0 ? new Refusal(400, [otherwise]) : new Refusal(400, [], Object.fromEntries(errors))
}

/** Of comments and worklogs: one's own and those of others take different permissions. */
const part =
  (kind: 'comments' | 'worklogs', verb: 'EDIT' | 'DELETE', refusal: (ask: Ask) => Refusal): Need =>
  (ask) => {
    const [asked, row] = [askedIssue(ask), ask.site.store[kind].get(ask.part('id'))]
    if (row?.issue !== asked.id) return
    const all = `${verb}_ALL_${kind.toUpperCase()}`
    const own = `${verb}_OWN_${kind.toUpperCase()}`
    const may = (permission: string): boolean => mayOnIssue(ask.site, ask.me, permission, asked)
    if (!may(all) && !(row.author === ask.me.id && may(own))) throw refusal(ask)
  }

const CONFIGURATION = 'You cannot edit the configuration of this project.'
/** Of the project that the path names, or of that of the component or version. */
const project =
  (of: (ask: Ask) => Project | undefined, refusal: () => Refusal): Need =>
  (ask) => {
    const asked = of(ask)
    if (asked !== undefined && !administers(ask.site, ask.me, asked)) throw refusal()
  }
const ofPart =
  (kind: 'components' | 'versions', name: string) =>
  (ask: Ask): Project | undefined => {
    const row = found(ask, kind, ask.part(name))?.project
    return row !== undefined && seesProject(ask.site, ask.me, row) ? row : undefined
  }
const ofComponent = project(ofPart('components', 'component'), saying(403, CONFIGURATION))
const ofVersion = project(
  ofPart('versions', 'id'),
  saying(400, 'You must have global or project administrator rights in order to modify versions.'),
)

/** Example of "Get bulk permissions" in Atlassian's OpenAPI document of version 3 (2026-11-26). */
export const ONLY_ADMINISTRATORS = 'Only Jira administrators can perform this operation.'
const site =
  (permission: string, refusal: () => Refusal = saying(403, ONLY_ADMINISTRATORS)): Need =>
  ({ site: at, me }) => {
    if (!mayOnSite(at, me, permission)) throw refusal()
  }
const administrator = site('ADMINISTER')
const people = site('USER_PICKER', saying(403, 'You do not have permission to browse users and groups.'))

const SPRINTS = 'You do not have permission to manage sprints in this project.'
/** Of the board of a sprint. */
const sprint: Need = ({ site: at, me, part: of, body }) => {
  const board = at.store.boards.get(at.store.sprints.get(of('sprint'))?.board ?? String(body.originBoardId ?? ''))
  if (board !== undefined && !mayInProject(at, me, 'MANAGE_SPRINTS_PERMISSION', at.project(board.project)))
    throw new Refusal(403, [SPRINTS])
}

const NEEDS: Readonly<Record<string, Need>> = {
  'issues.edit': (ask) => {
    issue('EDIT_ISSUES', () => unset(ask, CANNOT_EDIT))(ask)
    // For apps that run at Atlassian's or with it alone, which do not come this way.
    if (['overrideScreenSecurity', 'overrideEditableFlag'].some((name) => ask.query(name) === 'true'))
      throw new Refusal(403, ['Only apps with the permission to administer Jira can override screens.'])
  },
  'issues.delete': issue('DELETE_ISSUES', saying(403, 'You do not have permission to delete issues in this project.')),
  'issues.assign': issue('ASSIGN_ISSUES', saying(403, 'You do not have permission to assign issues.')),
  'properties.set': issue('EDIT_ISSUES', saying(403, CANNOT_EDIT)),
  'properties.delete': issue('EDIT_ISSUES', saying(403, CANNOT_EDIT)),
  'comments.add': issue(
    'ADD_COMMENTS',
    ({ me }) => new Refusal(400, [`${me.display_name}, you do not have the permission to comment on this issue.`]),
  ),
  'comments.update': part(
    'comments',
    'EDIT',
    ({ me }) => new Refusal(400, [`${me.display_name}, you do not have the permission to edit this comment.`]),
  ),
  'comments.delete': part(
    'comments',
    'DELETE',
    ({ part: of }) => new Refusal(400, [`You do not have permission to delete comment with id: ${of('id')}`]),
  ),
  'worklogs.add': issue(
    'WORK_ON_ISSUES',
    ({ me }) =>
      new Refusal(400, [`${me.display_name}, you do not have the permission to associate a worklog to this issue.`]),
  ),
  'worklogs.update': part(
    'worklogs',
    'EDIT',
    ({ me }) => new Refusal(400, [`${me.display_name}, you do not have the permission to update this worklog.`]),
  ),
  'worklogs.delete': part(
    'worklogs',
    'DELETE',
    ({ me }) => new Refusal(400, [`${me.display_name}, you do not have the permission to delete this worklog.`]),
  ),
  'remote_links.put': issue('LINK_ISSUES', saying(403, 'You do not have permission to link issues in this project.')),
  'remote_links.update': issue(
    'LINK_ISSUES',
    saying(403, 'You do not have permission to link issues in this project.'),
  ),
  'remote_links.delete': issue(
    'LINK_ISSUES',
    saying(403, 'You do not have permission to link issues in this project.'),
  ),
  'remote_links.delete_by_global_id': issue(
    'LINK_ISSUES',
    saying(403, 'You do not have permission to link issues in this project.'),
  ),
  'estimations.put': issue('EDIT_ISSUES', saying(403, CANNOT_EDIT)),
  'projects.create': site(
    'ADMINISTER',
    saying(403, 'You must have global administrator rights in order to modify projects.'),
  ),
  'projects.update': project(askedProject, saying(403, CONFIGURATION)),
  // Who may not delete a project is told that there is none: the document.
  'projects.delete': (ask) => {
    askedProject(ask)
    if (!mayOnSite(ask.site, ask.me, 'ADMINISTER')) throw noProject(ask.part('project'))
  },
  'project_roles.list': project(askedProject, saying(401, CONFIGURATION)),
  'project_roles.details': project(askedProject, saying(401, CONFIGURATION)),
  'project_roles.get': project(askedProject, saying(401, CONFIGURATION)),
  'project_roles.add_actors': project(askedProject, saying(401, CONFIGURATION)),
  'project_roles.set_actors': project(askedProject, saying(401, CONFIGURATION)),
  'project_roles.remove_actors': project(askedProject, saying(401, CONFIGURATION)),
  'projects.permission_scheme': project(askedProject, saying(403, CONFIGURATION)),
  'projects.set_permission_scheme': administrator,
  'projects.security_scheme': project(askedProject, saying(403, CONFIGURATION)),
  'components.update': ofComponent,
  'components.delete': ofComponent,
  'versions.update': ofVersion,
  'versions.delete': ofVersion,
  'versions.remove_and_swap': ofVersion,
  'versions.merge': ofVersion,
  'versions.move': ofVersion,
  'users.create': administrator,
  'users.delete': administrator,
  'users.list': people,
  'users.groups': people,
  'groups.get': people,
  'groups.list': people,
  'groups.members': people,
  'groups.create': administrator,
  'groups.delete': administrator,
  'groups.add_member': administrator,
  'groups.remove_member': administrator,
  'roles.create': administrator,
  'roles.update': administrator,
  'roles.replace': administrator,
  'roles.delete': administrator,
  'permission_schemes.create': administrator,
  'permission_schemes.update': administrator,
  'permission_schemes.delete': administrator,
  'permission_schemes.grant': administrator,
  'permission_schemes.revoke': administrator,
  'security_schemes.list': administrator,
  'security_schemes.get': administrator,
  'admin_webhooks.create': administrator,
  'admin_webhooks.list': administrator,
  'admin_webhooks.get': administrator,
  'admin_webhooks.update': administrator,
  'admin_webhooks.delete': administrator,
  'sprints.create': sprint,
  'sprints.update': sprint,
  'sprints.update_partly': sprint,
  'sprints.delete': sprint,
}

/** Refuses a call that who asks is not permitted. */
export function demand(operation: string, ask: Ask): void {
  NEEDS[operation]?.(ask)
}

/** Of an issue that the body names: as if it were not there, where who asks may not see it. */
export function demandOf(
  ask: Pick<Ask, 'site' | 'me'>,
  one: Issue | undefined,
  permission: string,
  refusal: Refusal,
): Issue {
  if (one === undefined) throw new Refusal(404, [NO_ISSUE])
  if (!mayOnIssue(ask.site, ask.me, permission, one)) throw refusal
  return one
}
