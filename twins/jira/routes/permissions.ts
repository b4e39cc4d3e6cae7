import { type Ask, issueFor, NO_ISSUE, type On, projectFor, Refusal } from '../ask.ts'
import { ONLY_ADMINISTRATORS } from '../needs.ts'
import {
  isPermission,
  mayInProject,
  mayOnIssue,
  mayOnSite,
  PERMISSIONS,
  seesIssue,
  seesProject,
} from '../permissions.ts'
import { type Fields, fieldsOf, listOf, textOf, type User } from '../state.ts'
import { noProject } from './projects.ts'

const CHECKED_MAX = 1000

/** Whether somebody has a permission, wherever it counts. */
function has({ site, me }: Ask, permission: string): boolean {
  if (isPermission(permission, 'GLOBAL')) return mayOnSite(site, me, permission)
  return site.store.projects.all().some((project) => mayInProject(site, me, permission, project))
}

/** Source: Atlassian's OpenAPI document of version 3, "Permissions" (2026-11-26). */
export function addPermissions(on: On): void {
  on('permissions.mine', 'GET /rest/api/:version/mypermissions', mine)
  on('permissions.list', 'GET /rest/api/:version/permissions', () =>
    Response.json({
      permissions: Object.fromEntries(
        PERMISSIONS.map(([key, , name, type]) => [key, { key, name, type, description: '' }]),
      ),
    }),
  )
  on('permissions.check', 'POST /rest/api/:version/permissions/check', check)
  on('permissions.permitted_projects', 'POST /rest/api/:version/permissions/project', ({ site, me, body }) => {
    const wanted = known(listOf(body.permissions).map(textOf), 'PROJECT')
    const projects = site.store.projects
      .all()
      .filter((project) => wanted.every((permission) => mayInProject(site, me, permission, project)))
    return Response.json({ projects: projects.map(({ id, key }) => ({ id: Number(id), key })) })
  })
}

function known(permissions: readonly string[], type: 'GLOBAL' | 'PROJECT'): readonly string[] {
  const wanted = permissions.filter((permission) => permission !== '')
  const unknown = wanted.filter((permission) => !isPermission(permission, type))
  if (unknown.length > 0)
    throw new Refusal(400, [], Object.fromEntries(unknown.map((key) => [key, 'Unrecognized permission'])))
  return wanted
}

function mine(ask: Ask): Response {
  const { site, me, query, queries } = ask
  const wanted = queries('permissions')
  if (wanted.length === 0) throw new Refusal(400, ["The 'permissions' query parameter is required."])
  const unknown = wanted.find((key) => !isPermission(key))
  if (unknown !== undefined) throw new Refusal(400, [`Unrecognized permission: ${unknown}`])
  const [projectName, issueName] = [query('projectKey') ?? query('projectId'), query('issueKey') ?? query('issueId')]
  const comment = query('commentId') === undefined ? undefined : site.store.comments.get(query('commentId') ?? '')
  if (query('commentId') !== undefined && (comment === undefined || wanted.some((key) => key !== 'BROWSE_PROJECTS')))
    throw comment === undefined
      ? new Refusal(404, [`Can not find a comment for the id: ${query('commentId') ?? ''}.`])
      : new Refusal(400, ['Only the BROWSE_PROJECTS permission is supported for a comment.'])
  const project = projectName === undefined ? undefined : projectFor(ask, projectName)
  if (projectName !== undefined && project === undefined) throw noProject(projectName)
  const issue = issueFor(ask, issueName ?? comment?.issue ?? '')
  if ((issueName !== undefined || comment !== undefined) && issue === undefined) throw new Refusal(404, [NO_ISSUE])
  const may = (key: string): boolean => {
    if (isPermission(key, 'GLOBAL') || (project === undefined && issue === undefined)) return has(ask, key)
    return issue === undefined
      ? project !== undefined && mayInProject(site, me, key, project)
      : key === 'BROWSE_PROJECTS'
        ? seesIssue(site, me, issue)
        : mayOnIssue(site, me, key, issue)
  }
  const rows = PERMISSIONS.filter(([key]) => wanted.includes(key))
  return Response.json({
    permissions: Object.fromEntries(
      rows.map(([key, id, name, type]) => [key, { id, key, name, type, description: '', havePermission: may(key) }]),
    ),
  })
}

function check(ask: Ask): Response {
  const { site, me, body } = ask
  const id = textOf(body.accountId)
  if (id !== '' && id !== me.id && !mayOnSite(site, me, 'ADMINISTER')) throw new Refusal(403, [ONLY_ADMINISTRATORS])
  const user = id === '' ? me : site.store.users.get(id)
  if (user === undefined) throw new Refusal(400, [`The account ID '${id}' is not valid.`])
  const globals = known(listOf(body.globalPermissions).map(textOf), 'GLOBAL')
  const wishes = listOf(body.projectPermissions).map(fieldsOf)
  return Response.json({
    globalPermissions: globals.filter((permission) => mayOnSite(site, user, permission)),
    projectPermissions: wishes.flatMap((wish) => granted(ask, user, wish)),
  })
}

/** For each permission those of the projects and issues in which somebody has it; what is not there is passed over. */
function granted({ site }: Ask, user: User, { permissions, projects, issues }: Fields): readonly Fields[] {
  const wanted = known(listOf(permissions).map(textOf), 'PROJECT')
  if (wanted.length === 0) throw new Refusal(400, ['At least one project permission must be provided.'])
  const [places, rows] = [
    listOf(projects).flatMap((one) => site.store.projects.get(textOf(one)) ?? []),
    listOf(issues).flatMap((one) => site.store.issues.get(textOf(one)) ?? []),
  ]
  if (places.length > CHECKED_MAX || rows.length > CHECKED_MAX)
    throw new Refusal(400, [`A maximum of ${CHECKED_MAX} projects and ${CHECKED_MAX} issues can be checked.`])
  return wanted.map((permission) => ({
    permission,
    projects: places
      .filter((one) => seesProject(site, user, one) && mayInProject(site, user, permission, one))
      .map((one) => Number(one.id)),
    issues: rows
      .filter((one) => seesIssue(site, user, one) && mayOnIssue(site, user, permission, one))
      .map((one) => Number(one.id)),
  }))
}
