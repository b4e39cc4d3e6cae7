import { type On, projectFor, Refusal, valuesPage } from '../ask.ts'
import { CATEGORIES, DEFAULT_PRIORITY, named, PRIORITIES, RESOLUTIONS } from '../fixed.ts'
import { seen } from '../permissions.ts'
import type { Category, Fields, Status } from '../state.ts'
import { categoryBody, priorityBody, resolutionBody, statusBody, timeOf, typeBody, type View } from '../wire.ts'
import { noProject } from './projects.ts'

/** What a site has of everything. */
export function addSite(on: On): void {
  // Anybody may ask, but who is not known is not told the time (recorded:
  // https://github.com/JupiterOne/graph-jira/tree/main/src/__recordings__/validateInvocationInvalidProject_3294309225, 2026-11-26).
  on(
    'server_info.get',
    'GET /rest/api/:version/serverInfo',
    ({ site, view, via }) =>
      Response.json({
        baseUrl: view.base,
        displayUrl: view.base,
        version: '1001.0.0-SNAPSHOT',
        versionNumbers: [1001, 0, 0],
        deploymentType: 'Cloud',
        buildNumber: 100_294,
        buildDate: '2026-11-20T08:01:29.000+0000',
        ...(via === 'anonymous' ? {} : { serverTime: timeOf(site.now()) }),
        scmInfo: '07b4f58ec2724461528057c7cbdf73a2f653f223',
        serverTitle: 'Jira',
        defaultLocale: { locale: 'en_US' },
        serverTimeZone: 'Etc/UTC',
      }),
    'anonymous',
  )
  on('configuration.get', 'GET /rest/api/:version/configuration', () =>
    Response.json({
      votingEnabled: true,
      watchingEnabled: true,
      unassignedIssuesAllowed: true,
      subTasksEnabled: true,
      issueLinkingEnabled: true,
      timeTrackingEnabled: true,
      attachmentsEnabled: true,
      timeTrackingConfiguration: {
        workingHoursPerDay: 8,
        workingDaysPerWeek: 5,
        timeFormat: 'pretty',
        defaultUnit: 'minute',
      },
    }),
  )
  on('issue_types.list', 'GET /rest/api/:version/issuetype', ({ site, view }) =>
    Response.json(site.store.types.all().map((type) => typeBody(view, type))),
  )
  on('issue_types.of_project', 'GET /rest/api/:version/issuetype/project', (ask) => {
    const { site, view, query } = ask
    const project = projectFor(ask, query('projectId') ?? '')
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
  on('status_categories.get', 'GET /rest/api/:version/statuscategory/:id', ({ view, part }) => {
    const wanted = part('id').toLowerCase()
    const key = (Object.keys(CATEGORIES) as Category[]).find(
      (one) => one === wanted || String(CATEGORIES[one].id) === wanted,
    )
    if (key === undefined) throw new Refusal(404, [`The status category with id '${part('id')}' does not exist`])
    return Response.json(categoryBody(view, key))
  })
  on('statuses.search', 'GET /rest/api/:version/statuses/search', (ask) => {
    const { site, query } = ask
    const [text, wanted] = [(query('searchString') ?? '').toLowerCase(), query('statusCategory')]
    const project = projectFor(ask, query('projectId') ?? '')
    const rows = site.store.statuses
      .all()
      .filter(
        ({ name, category }) =>
          name.toLowerCase().includes(text) && (wanted === undefined || wanted === SCOPED[category]),
      )
      .filter(({ name }) => project === undefined || project.statuses.includes(name))
    return valuesPage(ask, 'statuses/search', rows, scopedStatus, 200)
  })
  on('statuses.get_many', 'GET /rest/api/:version/statuses', ({ site, queries }) =>
    Response.json(
      queries('id')
        .flatMap((id) => site.store.statuses.get(id) ?? [])
        .map(scopedStatus),
    ),
  )
  on('priorities.list', 'GET /rest/api/:version/priority', ({ view }) =>
    Response.json(PRIORITIES.map(({ name }) => priorityFull(view, name))),
  )
  on('priorities.search', 'GET /rest/api/:version/priority/search', (ask) =>
    valuesPage(ask, 'priority/search', PRIORITIES, ({ name }) => ({
      ...priorityFull(ask.view, name),
      isDefault: name === DEFAULT_PRIORITY,
    })),
  )
  on('priorities.get', 'GET /rest/api/:version/priority/:id', ({ view, part }) => {
    const priority = PRIORITIES.find(({ id }) => id === part('id'))
    if (priority === undefined) throw new Refusal(404, [`The priority with id '${part('id')}' does not exist`])
    return Response.json(priorityFull(view, priority.name))
  })
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
    const { site, me } = ask
    const labels = new Set(seen(site, me, site.store.issues.all()).flatMap((issue) => issue.labels))
    return valuesPage(ask, 'label', [...labels].sort(), (label) => label, 1000)
  })
}

/** As the newer list of statuses calls categories. */
const SCOPED: Readonly<Record<Category, string>> = { new: 'TODO', indeterminate: 'IN_PROGRESS', done: 'DONE' }

const scopedStatus = ({ id, name, category }: Status): Fields => ({
  id,
  name,
  statusCategory: SCOPED[category],
  scope: { type: 'GLOBAL' },
  description: '',
})

/** A priority as lists tell it: issues show less of it. */
const priorityFull = (view: View, name: string): Fields => ({
  ...priorityBody(view, name),
  statusColor: named(PRIORITIES, name)?.color ?? '',
  description: '',
})
