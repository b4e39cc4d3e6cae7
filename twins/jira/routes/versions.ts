import type { Json } from '../../trace.ts'
import { type Ask, type On, Refusal, valuesPage } from '../ask.ts'
import { tellVersion } from '../events.ts'
import { change } from '../issues.ts'
import type { Site } from '../site.ts'
import { type Fields, type Issue, type Project, textOf, type Version } from '../state.ts'
import { type Found, found, issuesWith, nameOf, projectOfBody } from './parts.ts'
import { askedProject } from './projects.ts'

const DAY = /^(\d{4}-\d{2}-\d{2})/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A version in full: issues show less of it. */
export function versionFull({ site, view }: Pick<Ask, 'site' | 'view'>, project: Project, row: Version): Fields {
  const worded = (day: string): string => {
    const [year = '', month = '', date = ''] = day.split('-')
    return `${Number(date)}/${MONTHS[Number(month) - 1] ?? ''}/${year.slice(2)}`
  }
  const late = row.release_date !== null && Date.parse(row.release_date) + 86_400_000 <= site.now()
  return {
    self: `${view.base}/rest/api/${view.version}/version/${row.id}`,
    id: row.id,
    ...(row.description === null ? {} : { description: row.description }),
    name: row.name,
    archived: row.archived,
    released: row.released,
    ...(row.start_date === null ? {} : { startDate: row.start_date }),
    ...(row.release_date === null ? {} : { releaseDate: row.release_date }),
    // Whether a release is late is told only of one that is dated.
    ...(row.release_date === null ? {} : { overdue: late && !row.released }),
    ...(row.start_date === null ? {} : { userStartDate: worded(row.start_date) }),
    ...(row.release_date === null ? {} : { userReleaseDate: worded(row.release_date) }),
    projectId: Number(project.id),
  }
}

function versionDraft({ body }: Ask, row: Version): Version {
  const day = (name: 'startDate' | 'releaseDate', otherwise: string | null): string | null => {
    const value = body[name]
    if (value === undefined) return otherwise
    if (value === null || value === '') return null
    const found = DAY.exec(textOf(value))?.[1]
    if (found === undefined || Number.isNaN(Date.parse(found)))
      throw new Refusal(400, [], { [name]: 'The date must be in the format yyyy-MM-dd.' })
    return found
  }
  const next = {
    ...row,
    description: body.description === undefined ? row.description : textOf(body.description),
    released: typeof body.released === 'boolean' ? body.released : row.released,
    archived: typeof body.archived === 'boolean' ? body.archived : row.archived,
    start_date: day('startDate', row.start_date),
    release_date: day('releaseDate', row.release_date),
  }
  if (next.start_date !== null && next.release_date !== null && next.start_date > next.release_date)
    throw new Refusal(400, [], { releaseDate: 'The release date must be on or after the start date.' })
  return next
}

/** Versions that an issue is fixed in, and those that it affects. */
const usedIn = ({ fix_versions, versions }: Issue): readonly string[] => [...fix_versions, ...versions]

/** Source: Atlassian's OpenAPI document of version 3, "Project versions" (2026-11-26). */
export function addVersions(on: On): void {
  const route = '/rest/api/:version/version'
  const asked = (ask: Ask): Found<Version> => {
    const one = found<Version>(ask, 'versions', ask.part('id'))
    if (one !== undefined) return one
    throw new Refusal(404, [`Could not find version for id '${ask.part('id')}'`])
  }
  const put = ({ site }: Ask, project: Project, versions: readonly Version[]): void =>
    void site.store.projects.put({ ...project, versions })
  on('versions.list', 'GET /rest/api/:version/project/:project/versions', (ask) => {
    const project = askedProject(ask)
    return Response.json(project.versions.map((row) => versionFull(ask, project, row)))
  })
  on('versions.search', 'GET /rest/api/:version/project/:project/version', (ask) => {
    const project = askedProject(ask)
    const [text, statuses] = [(ask.query('query') ?? '').toLowerCase(), ask.queries('status')]
    const rows = project.versions.filter(
      ({ name, description, released, archived }) =>
        (name.toLowerCase().includes(text) || (description ?? '').toLowerCase().includes(text)) &&
        (statuses.length === 0 || statuses.includes(archived ? 'archived' : released ? 'released' : 'unreleased')),
    )
    return valuesPage(ask, `project/${project.key}/version`, sorted(ask, rows), (row) => versionFull(ask, project, row))
  })
  on('versions.create', `POST ${route}`, (ask) => {
    const { site, body } = ask
    const project = projectOfBody(
      ask,
      (key) =>
        new Refusal(404, [
          `Project with key '${key}' either does not exist or you do not have permission to create versions in it.`,
        ]),
    )
    const blank: Version = {
      id: site.next('version'),
      name: nameOf(
        body,
        project.versions.map(({ name }) => name),
        'version',
      ),
      description: null,
      released: false,
      archived: false,
      start_date: null,
      release_date: null,
    }
    const row = versionDraft(ask, blank)
    put(ask, project, [...project.versions, row])
    tellVersion(site, 'created', versionFull(ask, project, row))
    if (row.released) tellVersion(site, 'released', versionFull(ask, project, row))
    return Response.json(versionFull(ask, project, row), { status: 201 })
  })
  on('versions.get', `GET ${route}/:id`, (ask) => {
    const { project, row } = asked(ask)
    return Response.json(versionFull(ask, project, row))
  })
  on('versions.update', `PUT ${route}/:id`, (ask) => {
    const { site, me, body } = ask
    const { project, row } = asked(ask)
    const others = project.versions.filter(({ id }) => id !== row.id).map(({ name }) => name)
    const name = body.name === undefined ? row.name : nameOf(body, others, 'version')
    const next = versionDraft(ask, { ...row, name })
    if (name !== row.name) rename(site, project, row.name, name)
    put(
      ask,
      project,
      project.versions.map((one) => (one.id === row.id ? next : one)),
    )
    const to = textOf(body.moveUnfixedIssuesTo).split('/').at(-1) ?? ''
    const heir = project.versions.find(({ id }) => id === to)
    if (next.released && !row.released && heir !== undefined)
      for (const issue of issuesWith(site, project, ({ fix_versions }) => fix_versions, name))
        if (issue.resolution === null)
          change(site, me.id, issue, { fix_versions: swapped(issue.fix_versions, name, heir.name) })
    tellVersion(site, 'updated', versionFull(ask, project, next))
    if (next.released !== row.released)
      tellVersion(site, next.released ? 'released' : 'unreleased', versionFull(ask, project, next))
    return Response.json(versionFull(ask, project, next))
  })
  on('versions.delete', `DELETE ${route}/:id`, (ask) => {
    const { query } = ask
    return removeVersion(ask, asked(ask), query('moveFixIssuesTo'), query('moveAffectedIssuesTo'))
  })
  on('versions.remove_and_swap', `POST ${route}/:id/removeAndSwap`, (ask) => {
    const { moveFixIssuesTo, moveAffectedIssuesTo } = ask.body
    return removeVersion(
      ask,
      asked(ask),
      textOf(moveFixIssuesTo) || undefined,
      textOf(moveAffectedIssuesTo) || undefined,
    )
  })
  on('versions.merge', `PUT ${route}/:id/mergeto/:heir`, (ask) =>
    removeVersion(ask, asked(ask), ask.part('heir'), ask.part('heir')),
  )
  on('versions.move', `POST ${route}/:id/move`, (ask) => {
    const { project, row } = asked(ask)
    const { after, position } = ask.body
    const rest = project.versions.filter(({ id }) => id !== row.id)
    put(ask, project, rest.toSpliced(placeOf(project, rest, row, after, position), 0, row))
    return Response.json(versionFull(ask, project, row))
  })
  on('versions.issue_counts', `GET ${route}/:id/relatedIssueCounts`, (ask) => {
    const { project, row } = asked(ask)
    const count = (of: (issue: Issue) => readonly string[]): number =>
      issuesWith(ask.site, project, of, row.name).length
    return Response.json({
      self: `${ask.view.base}/rest/api/${ask.view.version}/version/${row.id}`,
      issuesFixedCount: count(({ fix_versions }) => fix_versions),
      issuesAffectedCount: count(({ versions }) => versions),
      issueCountWithCustomFieldsShowingVersion: 0,
      customFieldUsage: [],
    })
  })
  on('versions.unresolved_count', `GET ${route}/:id/unresolvedIssueCount`, (ask) => {
    const { project, row } = asked(ask)
    const rows = issuesWith(ask.site, project, ({ fix_versions }) => fix_versions, row.name)
    return Response.json({
      self: `${ask.view.base}/rest/api/${ask.view.version}/version/${row.id}`,
      issuesUnresolvedCount: rows.filter(({ resolution }) => resolution === null).length,
      issuesCount: rows.length,
    })
  })
}

function sorted({ query }: Ask, rows: readonly Version[]): readonly Version[] {
  const order = query('orderBy') ?? 'sequence'
  const by = /^[+-]?(sequence|name|description|startDate|releaseDate)$/.exec(order)?.[1]
  if (by === undefined) throw new Refusal(400, [`The value '${order}' for 'orderBy' is not valid.`])
  const keys: Readonly<Record<string, (row: Version) => string>> = {
    name: ({ name }) => name.toLowerCase(),
    description: ({ description }) => description ?? '',
    startDate: ({ start_date }) => start_date ?? '',
    releaseDate: ({ release_date }) => release_date ?? '',
  }
  const key = keys[by]
  const result =
    key === undefined ? [...rows] : rows.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  return order.startsWith('-') ? result.reverse() : result
}

const swapped = (names: readonly string[], was: string, is: string | undefined): readonly string[] => [
  ...new Set(names.flatMap((one) => (one === was ? (is === undefined ? [] : [is]) : [one]))),
]

/** The name alone changes: issues keep the version, and no history tells of it. */
function rename(site: Site, project: Project, was: string, is: string): void {
  for (const issue of issuesWith(site, project, usedIn, was))
    site.store.issues.put({
      ...issue,
      fix_versions: swapped(issue.fix_versions, was, is),
      versions: swapped(issue.versions, was, is),
    })
}

function removeVersion(ask: Ask, { project, row }: Found<Version>, fixTo?: string, affectedTo?: string): Response {
  const { site, me } = ask
  const heir = (id: string | undefined): string | undefined => {
    const found = project.versions.find((one) => one.id === id)
    if (id !== undefined && (found === undefined || found.id === row.id))
      throw new Refusal(400, [`The version with id ${id} does not exist.`])
    return found?.name
  }
  const [fix, affected] = [heir(fixTo), heir(affectedTo)]
  for (const issue of issuesWith(site, project, usedIn, row.name))
    change(site, me.id, issue, {
      fix_versions: swapped(issue.fix_versions, row.name, fix),
      versions: swapped(issue.versions, row.name, affected),
    })
  const left = site.project(project.key)
  site.store.projects.put({ ...left, versions: left.versions.filter(({ id }) => id !== row.id) })
  tellVersion(site, 'deleted', versionFull(ask, project, row))
  return new Response(null, { status: 204 })
}

/** Where a version goes among the others. */
function placeOf(
  project: Project,
  rest: readonly Version[],
  row: Version,
  after: Json | undefined,
  position: Json | undefined,
): number {
  if ((after === undefined) === (position === undefined))
    throw new Refusal(400, ["You must provide either 'after' or 'position'."])
  if (after !== undefined) {
    const id = textOf(after).split('/').at(-1)
    const at = rest.findIndex((one) => one.id === id)
    if (at === -1) throw new Refusal(404, [`Could not find version for id '${id ?? ''}'`])
    return at + 1
  }
  const at = project.versions.findIndex(({ id }) => id === row.id)
  const places: Readonly<Record<string, number>> = {
    First: 0,
    Last: rest.length,
    Earlier: Math.max(0, at - 1),
    Later: Math.min(rest.length, at + 1),
  }
  const place = places[textOf(position)]
  if (place === undefined) throw new Refusal(400, [`The position '${textOf(position)}' is not valid.`])
  return place
}
