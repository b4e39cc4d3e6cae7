import type { Json } from '../../trace.ts'
import { type Ask, type On, pageOf, Refusal, valuesPage } from '../ask.ts'
import { CATEGORIES, named, PRIORITIES, RESOLUTIONS } from '../fixed.ts'
import { projectOf } from '../site.ts'
import type { Category, Project, User } from '../state.ts'
import {
  categoryBody,
  componentBody,
  priorityBody,
  projectBody,
  resolutionBody,
  statusBody,
  timeOf,
  typeBody,
  userBody,
  versionBody,
} from '../wire.ts'

/** People, projects, and what a site has of everything. */
export function addSite(on: On): void {
  addPeople(on)
  addProjects(on)
  on('server_info.get', 'GET /rest/api/:version/serverInfo', ({ site, view }) =>
    Response.json({
      baseUrl: view.base,
      displayUrl: view.base,
      version: '1001.0.0-SNAPSHOT',
      versionNumbers: [1001, 0, 0],
      deploymentType: 'Cloud',
      buildNumber: 100_294,
      serverTime: timeOf(site.now()),
      serverTimeZone: 'Etc/UTC',
      serverTitle: 'Jira',
      defaultLocale: { locale: 'en_US' },
    }),
  )
  on('issue_types.list', 'GET /rest/api/:version/issuetype', ({ site, view }) =>
    Response.json(site.store.types.all().map((type) => typeBody(view, type))),
  )
  on('issue_types.of_project', 'GET /rest/api/:version/issuetype/project', ({ site, view, query }) => {
    const project = projectOf(site, query('projectId') ?? '')
    if (project === undefined) throw noProject(query('projectId') ?? '')
    return Response.json(project.types.map((name) => typeBody(view, site.type(name))))
  })
  on('issue_types.get', 'GET /rest/api/:version/issuetype/:id', ({ site, view, part }) => {
    const type = site.store.types.get(part('id'))
    if (type === undefined) throw new Refusal(404, [`The issue type with id '${part('id')}' does not exist`])
    return Response.json(typeBody(view, type))
  })
  on('statuses.list', 'GET /rest/api/:version/status', ({ site, view }) =>
    Response.json(site.store.statuses.all().map((status) => statusBody(view, status))),
  )
  on('statuses.get', 'GET /rest/api/:version/status/:id', ({ site, view, part }) => {
    const status = site.store.statuses.get(part('id')) ?? site.store.statuses.find(part('id').toLowerCase())[0]
    if (status === undefined) throw new Refusal(404, [`The status with id '${part('id')}' does not exist`])
    return Response.json(statusBody(view, status))
  })
  on('status_categories.list', 'GET /rest/api/:version/statuscategory', ({ view }) =>
    Response.json(Object.keys(CATEGORIES).map((key) => categoryBody(view, key as Category))),
  )
  on('priorities.list', 'GET /rest/api/:version/priority', ({ view }) =>
    Response.json(PRIORITIES.map(({ name }) => priorityBody(view, name))),
  )
  on('priorities.search', 'GET /rest/api/:version/priority/search', (ask) =>
    valuesPage(ask, 'priority/search', PRIORITIES, ({ name }) => ({
      ...priorityBody(ask.view, name),
      isDefault: name === 'Medium',
    })),
  )
  on('resolutions.list', 'GET /rest/api/:version/resolution', ({ view }) =>
    Response.json(RESOLUTIONS.map(({ name }) => resolutionBody(view, name))),
  )
  on('resolutions.search', 'GET /rest/api/:version/resolution/search', (ask) =>
    valuesPage(ask, 'resolution/search', RESOLUTIONS, ({ name }) => resolutionBody(ask.view, name)),
  )
  on('resolutions.get', 'GET /rest/api/:version/resolution/:id', ({ view, part }) => {
    const resolution = named(RESOLUTIONS, part('id'))
    if (resolution === undefined) throw new Refusal(404, [`The resolution with id '${part('id')}' does not exist`])
    return Response.json(resolutionBody(view, resolution.name))
  })
  on('labels.list', 'GET /rest/api/:version/label', (ask) => {
    const labels = new Set(ask.site.store.issues.all().flatMap((issue) => issue.labels))
    return valuesPage(ask, 'label', [...labels].sort(), (label) => label, 1000)
  })
}

function addPeople(on: On): void {
  on('myself.get', 'GET /rest/api/:version/myself', ({ me, view }) =>
    Response.json({
      ...userBody(view, me),
      locale: 'en_US',
      groups: { size: 0, items: [] },
      applicationRoles: { size: 1, items: [] },
      expand: 'groups,applicationRoles',
    }),
  )
  on('users.get', 'GET /rest/api/:version/user', ({ site, view, query }) => {
    const user = site.store.users.get(query('accountId') ?? '')
    if (query('accountId') === undefined)
      throw new Refusal(400, ["'accountId' must be the only user identifying query parameter in GDPR strict mode."])
    if (user === undefined)
      throw new Refusal(404, ['Specified user does not exist or you do not have required permissions'])
    return Response.json(userBody(view, user))
  })
  on('users.search', 'GET /rest/api/:version/user/search', (ask) => {
    const { query } = ask
    if (query('query') === undefined && query('accountId') === undefined)
      throw new Refusal(400, ["Either the 'query' or the 'accountId' query parameter needs to be provided"])
    return people(ask, (user) => query('accountId') === undefined || user.id === query('accountId'))
  })
  on('users.assignable', 'GET /rest/api/:version/user/assignable/search', (ask) => {
    const { site, query } = ask
    const [project, issue] = [query('project'), query('issueKey') ?? query('issueId')]
    if (project === undefined && issue === undefined)
      throw new Refusal(400, ["Either the 'project' or the 'issueKey' query parameter needs to be provided"])
    if (project !== undefined && projectOf(site, project) === undefined) throw noProject(project)
    return people(
      ask,
      ({ active, account_type, id }) =>
        active && account_type !== 'customer' && (query('accountId') === undefined || id === query('accountId')),
    )
  })
  on('users.list', 'GET /rest/api/:version/users/search', (ask) => people(ask, () => true))
}

/** People whose name or mail address begins so, a word of the name included; a plain list. */
function people(ask: Ask, fits: (user: User) => boolean): Response {
  const { site, view, query } = ask
  const text = (query('query') ?? '').toLowerCase()
  const { startAt, maxResults } = pageOf(ask, 50, 1_000)
  const begins = ({ display_name, email }: User): boolean =>
    display_name.toLowerCase().startsWith(text) ||
    display_name
      .toLowerCase()
      .split(/\s+/)
      .some((word) => word.startsWith(text)) ||
    (email ?? '').toLowerCase().startsWith(text)
  const found = site.store.users.all().filter((user) => fits(user) && begins(user))
  return Response.json(found.slice(startAt, startAt + maxResults).map((user) => userBody(view, user)))
}

const noProject = (idOrKey: string): Refusal => new Refusal(404, [`No project could be found with key '${idOrKey}'.`])

function asked({ site, part }: Ask): Project {
  const project = projectOf(site, part('project'))
  if (project === undefined) throw noProject(part('project'))
  return project
}

function fullBody({ site, view }: Ask, project: Project): Json {
  return {
    expand: 'description,lead,issueTypes,url,projectKeys,permissions,insight',
    ...projectBody(view, project),
    description: '',
    lead: userBody(view, site.user(project.lead)),
    components: project.components.map(({ name }) => componentBody(view, project, name)),
    issueTypes: project.types.map((name) => typeBody(view, site.type(name))),
    versions: project.versions.map(({ name }) => versionBody(view, project, name)),
    assigneeType: 'UNASSIGNED',
    style: project.style,
    isPrivate: false,
    properties: {},
    roles: {},
  }
}

function addProjects(on: On): void {
  on('projects.list', 'GET /rest/api/:version/project', ({ site, view }) =>
    Response.json(site.store.projects.all().map((project) => projectBody(view, project))),
  )
  on('projects.search', 'GET /rest/api/:version/project/search', (ask) => {
    const { site, view, query, queries } = ask
    const text = (query('query') ?? '').toLowerCase()
    const [keys, ids] = [queries('keys'), queries('id')]
    const rows = site.store.projects
      .all()
      .filter(
        ({ id, key, name }) =>
          (keys.length === 0 || keys.includes(key)) &&
          (ids.length === 0 || ids.includes(id)) &&
          (key.toLowerCase().includes(text) || name.toLowerCase().includes(text)),
      )
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    return valuesPage(ask, 'project/search', rows, (row) => ({
      ...projectBody(view, row),
      style: row.style,
      isPrivate: false,
      properties: {},
    }))
  })
  on('projects.get', 'GET /rest/api/:version/project/:project', (ask) => Response.json(fullBody(ask, asked(ask))))
  on('projects.statuses', 'GET /rest/api/:version/project/:project/statuses', (ask) => {
    const { site, view } = ask
    const project = asked(ask)
    const statuses = project.statuses.map((name) => statusBody(view, site.status(name)))
    return Response.json(
      project.types.map((name) => {
        const { self, id, subtask } = typeBody(view, site.type(name))
        return { self: self ?? '', id: id ?? '', name, subtask: subtask ?? false, statuses }
      }),
    )
  })
  on('components.list', 'GET /rest/api/:version/project/:project/components', (ask) => {
    const project = asked(ask)
    return Response.json(project.components.map(({ name }) => componentBody(ask.view, project, name)))
  })
  on('versions.list', 'GET /rest/api/:version/project/:project/versions', (ask) => {
    const project = asked(ask)
    return Response.json(project.versions.map(({ name }) => versionBody(ask.view, project, name)))
  })
}
