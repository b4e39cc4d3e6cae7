import type { Json } from '../../trace.ts'
import {
  type Ask,
  askedIssue,
  type Handler,
  type On,
  pageOf,
  projectFor,
  projectsFor,
  Refusal,
  valuesPage,
} from '../ask.ts'
import { fieldBodies } from '../field-answer.ts'
import { maySet, SCREEN } from '../fields.ts'
import { PRIORITIES } from '../fixed.ts'
import { mayInProject, mayOnIssue } from '../permissions.ts'
import type { Fields, Issue, IssueType, Project } from '../state.ts'
import { componentBody, levelBody, priorityBody, projectBody, typeBody, versionBody } from '../wire.ts'

export function addFields(on: On): void {
  on('fields.list', 'GET /rest/api/:version/field', ({ site }) => Response.json(fieldBodies(site)))
  on('fields.search', 'GET /rest/api/:version/field/search', (ask) => {
    const { site, query, queries } = ask
    const [text, types, ids] = [query('query')?.toLowerCase() ?? '', queries('type'), queries('id')]
    const rows = fieldBodies(site).filter(
      ({ id, name, custom }) =>
        String(name).toLowerCase().includes(text) &&
        (types.length === 0 || types.includes(custom === true ? 'custom' : 'system')) &&
        (ids.length === 0 || ids.includes(String(id))),
    )
    return valuesPage(ask, 'field/search', rows, ({ id, name, schema }) => ({
      id: id ?? '',
      name: name ?? '',
      schema: schema ?? null,
    }))
  })
}

/** What an issue can be created with: types of a project, or fields of a type. */
export const metaOf =
  (what: 'types' | 'fields'): Handler =>
  (ask) => {
    const { site, me, view, part } = ask
    const project = projectFor(ask, part('project'))
    if (project === undefined) throw new Refusal(404, [`No project could be found with key '${part('project')}'.`])
    // Who may not create is told of no types: jira.js 6.2, "Get create metadata" (2026-11-26).
    const mine = mayInProject(site, me, 'CREATE_ISSUES', project) ? project.types : []
    const types = mine.map((name) => site.type(name))
    if (what === 'types')
      return metaPage(
        ask,
        'issueTypes',
        types.map((type) => typeBody(view, type)),
      )
    const type = types.find(({ id }) => id === part('type'))
    if (type === undefined) throw new Refusal(404, ['The issue type selected is invalid.'])
    return metaPage(ask, 'fields', fieldsToCreate(ask, project, type))
  }

/** Fields of a create screen, each with what it takes. */
function fieldsToCreate(ask: Ask, project: Project, type: IssueType, issue?: Issue): readonly Fields[] {
  const { site, me } = ask
  const rows = fieldBodies(site)
    .filter(
      ({ id, custom }) =>
        custom === true || id === 'project' || (SCREEN.includes(String(id)) && (id !== 'parent' || type.level < 1)),
    )
    .filter(({ id }) => maySet({ site, me, project, issue }, String(id)))
  const required = ['summary', 'issuetype', 'project', ...(type.subtask ? ['parent'] : [])]
  return rows.map((row) => metaBody(ask, project, row, required))
}

const metaBody = (ask: Ask, project: Project, { id, name, schema }: Fields, required: readonly string[]): Fields => ({
  required: required.includes(String(id)),
  schema: schema ?? null,
  name: name ?? '',
  key: id ?? '',
  fieldId: id ?? '',
  hasDefaultValue: id === 'priority',
  operations: fieldsOperations(String(id)),
  ...allowed(
    ask,
    project,
    String(id),
    project.types.map((one) => typeBody(ask.view, ask.site.type(one))),
  ),
})

/** All projects at once: deprecated, and still what many clients ask for. */
export const createMeta: Handler = (ask) => {
  const { site, me, view, queries } = ask
  const [keys, ids] = [queries('projectKeys'), queries('projectIds')]
  const [typeIds, typeNames] = [queries('issuetypeIds'), queries('issuetypeNames').map((name) => name.toLowerCase())]
  const full = queries('expand').includes('projects.issuetypes.fields')
  const projects = projectsFor(ask)
    .filter((project) => mayInProject(site, me, 'CREATE_ISSUES', project))
    .filter(({ key, id }) => (keys.length === 0 && ids.length === 0) || keys.includes(key) || ids.includes(id))
  return Response.json({
    expand: 'projects',
    projects: projects.map((project) => {
      const { self, id, key, name, avatarUrls } = projectBody(view, project)
      const types = project.types
        .map((type) => site.type(type))
        .filter(
          (type) =>
            (typeIds.length === 0 || typeIds.includes(type.id)) &&
            (typeNames.length === 0 || typeNames.includes(type.name.toLowerCase())),
        )
      return {
        expand: 'issuetypes',
        ...{ self, id, key, name, avatarUrls },
        issuetypes: types.map((type) => ({
          ...typeBody(view, type),
          expand: 'fields',
          ...(full ? { fields: byId(fieldsToCreate(ask, project, type)) } : {}),
        })),
      }
    }),
  })
}

const byId = (rows: readonly Fields[]): Fields =>
  Object.fromEntries(rows.map(({ fieldId, ...row }) => [String(fieldId), row]))

/** What can be edited of an issue: as when it was created, and a comment and links beside it. */
export const editMeta: Handler = (ask) => {
  const issue = askedIssue(ask)
  const { site, me } = ask
  const project = site.project(issue.project)
  if (!mayOnIssue(site, me, 'EDIT_ISSUES', issue)) return Response.json({ fields: {} })
  const rows = fieldsToCreate(ask, project, site.type(issue.type), issue).filter(({ fieldId }) => fieldId !== 'project')
  const more = fieldBodies(site)
    .filter(({ id }) => ['comment', 'issuelinks', 'worklog'].includes(String(id)))
    .filter(({ id }) => maySet({ site, me, project, issue }, String(id)))
    .map((row) => metaBody(ask, project, row, []))
  return Response.json({ fields: byId([...rows, ...more]) })
}

const LISTS = ['labels', 'components', 'fixVersions', 'versions']
const fieldsOperations = (id: string): readonly string[] => {
  if (id === 'comment') return ['add', 'edit', 'remove']
  if (id === 'worklog') return ['add']
  if (id === 'issuelinks') return ['add', 'copy']
  return LISTS.includes(id) ? ['add', 'set', 'remove'] : ['set']
}

function allowed({ site, view }: Ask, project: Project, id: string, types: readonly Json[]): Fields {
  switch (id) {
    case 'issuetype':
      return { allowedValues: types }
    case 'priority':
      return { allowedValues: PRIORITIES.map(({ name }) => priorityBody(view, name)) }
    case 'security': {
      const levels = site.store.security_schemes.get(project.security_scheme ?? '')?.levels ?? []
      return { allowedValues: levels.map((level) => levelBody(view, level)) }
    }
    case 'components':
      return { allowedValues: project.components.map(({ name }) => componentBody(view, project, name)) }
    case 'fixVersions':
    case 'versions':
      return { allowedValues: project.versions.map(({ name }) => versionBody(view, project, name)) }
    default: {
      const options = site.store.fields.get(id)?.options ?? []
      return options.length === 0 ? {} : { allowedValues: options.map((option) => ({ ...option })) }
    }
  }
}

function metaPage(ask: Ask, name: string, rows: readonly Json[]): Response {
  const { startAt, maxResults } = pageOf(ask, 50, 200)
  return Response.json({ startAt, maxResults, total: rows.length, [name]: rows.slice(startAt, startAt + maxResults) })
}
