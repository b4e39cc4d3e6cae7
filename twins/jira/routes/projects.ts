import { notModelled } from '../../twin.ts'
import { type Ask, type On, projectFor, projectsFor, Refusal, valuesPage } from '../ask.ts'
import { tellProject } from '../events.ts'
import { STATUSES, TYPES } from '../fixed.ts'
import { GAPS } from '../gaps.ts'
import { remove } from '../issues.ts'
import { administers, DEFAULT_SCHEME, mayInProject } from '../permissions.ts'
import { fromAnyToAny, newBoard } from '../seed.ts'
import { plantActors } from '../seed-permissions.ts'
import { projectOf, type Site } from '../site.ts'
import { type Fields, type Project, textOf, type User } from '../state.ts'
import { componentBody, projectBody, statusBody, typeBody, userBody, versionBody } from '../wire.ts'
import { roleLinks } from './roles.ts'

const KEY = /^[A-Z][A-Z0-9_]+$/
const KEY_MAX = 10
const NAME_MAX = 80
const EXPAND = 'description,lead,issueTypes,url,projectKeys,permissions,insight'
/** Schemes that a new project may name and that are not modelled. */
const UNKNOWN_SCHEMES = [
  'fieldConfigurationScheme',
  'issueTypeScheme',
  'issueTypeScreenScheme',
  'notificationScheme',
  'workflowScheme',
]
const KINDS = ['software', 'business', 'service_desk'] as const

export const noProject = (idOrKey: string): Refusal =>
  new Refusal(404, [`No project could be found with key '${idOrKey}'.`])

/** The project that the path names. */
export function askedProject(ask: Ask): Project {
  const { part } = ask
  const project = projectFor(ask, part('project'))
  if (project === undefined) throw noProject(part('project'))
  return project
}

/** A project as lists tell it. */
const listed = ({ view }: Ask, project: Project): Fields => ({
  expand: EXPAND,
  ...projectBody(view, project),
  style: project.style,
  isPrivate: false,
  properties: {},
})

function fullBody(ask: Ask, project: Project): Fields {
  const { site, view } = ask
  return {
    ...listed(ask, project),
    description: project.description,
    lead: userBody(view, site.user(project.lead)),
    components: project.components.map(({ name }) => componentBody(view, project, name)),
    issueTypes: project.types.map((name) => typeBody(view, site.type(name))),
    versions: project.versions.map(({ name }) => versionBody(view, project, name)),
    assigneeType: project.assignee_type,
    roles: roleLinks(ask, project),
  }
}

/** Source: Atlassian's OpenAPI document of version 3, "Projects" (2026-11-26). */
export function addProjects(on: On): void {
  const route = '/rest/api/:version/project'
  on('projects.list', `GET ${route}`, (ask) => Response.json(projectsFor(ask).map((row) => listed(ask, row))))
  on('projects.search', `GET ${route}/search`, (ask) => {
    const { site, me, query, queries } = ask
    const text = (query('query') ?? '').toLowerCase()
    const [keys, ids, kinds] = [queries('keys'), queries('id'), queries('typeKey')]
    const action = query('action') ?? 'view'
    const may = ACTIONS[action]
    if (may === undefined) throw new Refusal(400, [`The value '${action}' for 'action' is not valid.`])
    const rows = projectsFor(ask)
      .filter((project) => may(site, me, project))
      .filter(
        ({ id, key, name, kind }) =>
          (keys.length === 0 || keys.includes(key)) &&
          (ids.length === 0 || ids.includes(id)) &&
          (kinds.length === 0 || kinds.includes(kind)) &&
          (key.toLowerCase().includes(text) || name.toLowerCase().includes(text)),
      )
    return valuesPage(ask, 'project/search', ordered(ask, rows), (row) => expanded(ask, row))
  })
  on('projects.recent', `GET ${route}/recent`, (ask) =>
    Response.json(
      projectsFor(ask)
        .slice(0, 20)
        .map((row) => listed(ask, row)),
    ),
  )
  on('projects.create', `POST ${route}`, create)
  on('projects.validate_key', 'GET /rest/api/:version/projectvalidate/key', (ask) => {
    const error = keyError(ask, ask.query('key') ?? '')
    return Response.json({ errorMessages: [], errors: error === undefined ? {} : { projectKey: error } })
  })
  on('projects.get', `GET ${route}/:project`, (ask) => Response.json(fullBody(ask, askedProject(ask))))
  on('projects.update', `PUT ${route}/:project`, update)
  on('projects.delete', `DELETE ${route}/:project`, (ask) => {
    const { site, me } = ask
    const project = askedProject(ask)
    for (const issue of site.store.issues.all()) if (issue.project === project.key) remove(site, me.id, issue)
    for (const board of site.store.boards.find(project.key)) {
      for (const sprint of site.store.sprints.find(`on ${board.id}`)) site.store.sprints.remove(sprint.id)
      site.store.boards.remove(board.id)
    }
    site.store.projects.remove(project.id)
    site.note('project.deleted', { id: project.id, key: project.key, by: me.id })
    tellProject(site, 'deleted', toldBody(ask, project))
    return new Response(null, { status: 204 })
  })
  on('projects.statuses', `GET ${route}/:project/statuses`, (ask) => {
    const { site, view } = ask
    const project = askedProject(ask)
    const statuses = project.statuses.map((name) => statusBody(view, site.status(name)))
    return Response.json(
      project.types.map((name) => {
        const { self, id, subtask } = typeBody(view, site.type(name))
        return { self: self ?? '', id: id ?? '', name, subtask: subtask ?? false, statuses }
      }),
    )
  })
}

/** What a search can ask to be able to do: Atlassian's OpenAPI document of version 3, "Get projects paginated" (2026-11-26). */
const ACTIONS: Readonly<Record<string, (site: Site, me: User, project: Project) => boolean>> = {
  view: () => true,
  browse: () => true,
  edit: administers,
  create: (site, me, project) => mayInProject(site, me, 'CREATE_ISSUES', project),
}

const ORDERS: Readonly<Record<string, (row: Project) => string | number>> = {
  key: ({ key }) => key,
  name: ({ name }) => name.toLowerCase(),
  owner: ({ lead }) => lead,
  issueCount: ({ issues }) => issues,
}

function ordered({ query }: Ask, rows: readonly Project[]): readonly Project[] {
  const order = query('orderBy') ?? 'key'
  const by = ORDERS[order.replace(/^[+-]/, '')]
  if (by === undefined) throw new Refusal(400, [`The value '${order}' for 'orderBy' is not valid.`])
  const result = rows.toSorted((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0))
  return order.startsWith('-') ? result.reverse() : result
}

function expanded(ask: Ask, row: Project): Fields {
  const { site, view, queries } = ask
  const wanted = queries('expand')
  const [issues] = wanted.includes('insight')
    ? [site.store.issues.all().filter(({ project }) => project === row.key)]
    : [undefined]
  return {
    ...listed(ask, row),
    ...(wanted.includes('description') ? { description: row.description } : {}),
    ...(wanted.includes('lead') ? { lead: userBody(view, site.user(row.lead)) } : {}),
    ...(wanted.includes('issueTypes') ? { issueTypes: row.types.map((name) => typeBody(view, site.type(name))) } : {}),
    ...(wanted.includes('projectKeys') ? { projectKeys: [row.key] } : {}),
    ...(issues === undefined
      ? {}
      : {
          insight: {
            totalIssueCount: issues.length,
            lastIssueUpdateTime: new Date(Math.max(0, ...issues.map(({ updated_ms }) => updated_ms))).toISOString(),
          },
        }),
  }
}

/** Wording: https://community.atlassian.com and public clients’ reports of POST /project (2026-11-26). */
function keyError({ site }: Ask, key: string): string | undefined {
  if (key === '') return 'You must specify a valid project key.'
  if (key.length > KEY_MAX) return `The project key must not exceed ${KEY_MAX} characters in length.`
  if (!KEY.test(key))
    return 'Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters.'
  const taken = projectOf(site, key)
  return taken === undefined ? undefined : `Project '${taken.name}' uses this project key.`
}

function nameError({ site }: Ask, name: string, mine?: string): string | undefined {
  if (name.length < 2) return 'You must specify a valid project name.'
  if (name.length > NAME_MAX) return `The project name must not exceed ${NAME_MAX} characters in length.`
  const taken = site.store.projects
    .all()
    .some((one) => one.id !== mine && one.name.toLowerCase() === name.toLowerCase())
  return taken ? 'A project with that name already exists.' : undefined
}

/** A project of a template: with the workflow of a new one and, of software, a board. */
function create(ask: Ask): Response {
  const { site, me, view, body } = ask
  const { key, name, projectTypeKey, leadAccountId, description, assigneeType, projectTemplateKey } = body
  const lead = textOf(leadAccountId) || textOf(body.lead) || me.id
  const kind = KINDS.find((one) => one === (projectTypeKey ?? 'software'))
  const found: Readonly<Record<string, string | undefined>> = {
    projectKey: keyError(ask, textOf(key)),
    projectName: nameError(ask, textOf(name).trim()),
    projectLead: site.store.users.get(lead) === undefined ? 'You must specify a valid project lead.' : undefined,
    projectType:
      kind === undefined
        ? 'An invalid project type was specified. Make sure the project type matches the project template.'
        : undefined,
  }
  const errors = Object.fromEntries(
    Object.entries(found).flatMap(([field, error]): [string, string][] =>
      error === undefined ? [] : [[field, error]],
    ),
  )
  if (Object.keys(errors).length > 0 || kind === undefined) throw new Refusal(400, [], errors)
  const template = textOf(projectTemplateKey)
  const { permission_schemes, security_schemes } = site.store
  const permissions = body.permissionScheme === undefined ? null : permission_schemes.get(textOf(body.permissionScheme))
  const security =
    body.issueSecurityScheme === undefined ? null : security_schemes.get(textOf(body.issueSecurityScheme))
  if (permissions === undefined) throw new Refusal(400, [], { permissionScheme: 'The permission scheme is invalid.' })
  if (security === undefined)
    throw new Refusal(400, [], { issueSecurityScheme: 'The issue security scheme is invalid.' })
  if (UNKNOWN_SCHEMES.some((name) => body[name] !== undefined)) throw notModelled('jira', GAPS, 'administration')
  const statuses = STATUSES.map((status) => status.name)
  const project = site.store.projects.put({
    id: site.next('project'),
    key: textOf(key),
    name: textOf(name).trim(),
    description: textOf(description),
    lead,
    assignee_type: assigneeType === 'PROJECT_LEAD' ? 'PROJECT_LEAD' : 'UNASSIGNED',
    kind,
    style: /simplified-agility|next-gen|team-managed/.test(template) ? 'next-gen' : 'classic',
    types: TYPES.map((type) => type.name),
    statuses,
    transitions: fromAnyToAny(statuses),
    components: [],
    versions: [],
    permission_scheme: permissions?.id ?? DEFAULT_SCHEME.id,
    security_scheme: security?.id ?? null,
    issues: 0,
  })
  plantActors(site, project, {})
  if (kind === 'software')
    newBoard(site, `${project.key} board`, /kanban|basic/.test(template) ? 'kanban' : 'scrum', project)
  site.note('project.created', { id: project.id, key: project.key, by: me.id })
  tellProject(site, 'created', toldBody(ask, project))
  return Response.json(
    { self: `${view.base}/rest/api/${view.version}/project/${project.id}`, id: Number(project.id), key: project.key },
    { status: 201 },
  )
}

const toldBody = ({ site, view }: Ask, project: Project): Fields => ({
  self: `${site.url}/rest/api/2/project/${project.id}`,
  id: Number(project.id),
  key: project.key,
  name: project.name,
  projectLead: userBody({ ...view, base: site.url, version: 2 }, site.user(project.lead)),
  assigneeType: `admin.assignee.type.${project.assignee_type === 'PROJECT_LEAD' ? 'project.lead' : 'unassigned'}`,
})

function update(ask: Ask): Response {
  const { site, body } = ask
  const before = askedProject(ask)
  if (body.key !== undefined && body.key !== before.key) throw notModelled('jira', GAPS, 'new keys of projects')
  const name = body.name === undefined ? before.name : textOf(body.name).trim()
  const lead = body.leadAccountId === undefined ? before.lead : textOf(body.leadAccountId)
  const errors: Record<string, string> = {}
  const badName = nameError(ask, name, before.id)
  if (badName !== undefined) errors.projectName = badName
  if (site.store.users.get(lead) === undefined) errors.projectLead = 'You must specify a valid project lead.'
  if (Object.keys(errors).length > 0) throw new Refusal(400, [], errors)
  const project = site.store.projects.put({
    ...before,
    name,
    lead,
    description: body.description === undefined ? before.description : textOf(body.description),
    assignee_type:
      body.assigneeType === undefined
        ? before.assignee_type
        : body.assigneeType === 'PROJECT_LEAD'
          ? 'PROJECT_LEAD'
          : 'UNASSIGNED',
  })
  tellProject(site, 'updated', toldBody(ask, project))
  return Response.json(fullBody(ask, project))
}
