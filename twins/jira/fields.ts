import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { documentOf, isDocument, looksLikeDocument } from './adf.ts'
import { Refusal } from './ask.ts'
import { named, PRIORITIES, RESOLUTIONS } from './fixed.ts'
import { GAPS } from './gaps.ts'
import { mayBeAssigned, mayInProject, mayOnIssue, seesIssue, seesProject } from './permissions.ts'
import { issueOf, projectOf, type Site } from './site.ts'
import {
  type Field,
  type Fields,
  fieldsOf,
  type Issue,
  isFields,
  listOf,
  type Project,
  textOf,
  type User,
} from './state.ts'
import { secondsOf } from './wire.ts'

/** What a request wants an issue to be. */
export type Draft = { -readonly [K in keyof Issue]?: Issue[K] }
type Errors = Record<string, string>
type Place = {
  readonly site: Site
  /** Who asks; null where a seed or a scenario does, which may do everything. */
  readonly me: User | null
  readonly project: Project
  readonly version: 2 | 3
  /** What is there so far; undefined when it is being created. */
  readonly issue: Issue | undefined
}
/** Gives the changes, or what is wrong with the value. */
type Parse = (place: Place, value: Json) => Draft | string

export const notOnScreen = (field: string): string =>
  `Field '${field}' cannot be set. It is not on the appropriate screen, or unknown.`
const NOT_A_DOCUMENT = 'Operation value must be an Atlassian Document (see the Atlassian Document Format)'
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const SUMMARY_MAX = 255

/** A rich text of a request: a text under v2, a document under v3. Throws what Jira says of a broken document. */
export function richTextOf(version: 2 | 3, value: Json): Json | undefined {
  if (value === null) return null
  if (version === 2) return typeof value === 'string' ? documentOf(value) : undefined
  if (isDocument(value)) return value
  if (looksLikeDocument(value)) throw new Refusal(400, ['INVALID_INPUT'])
  return undefined
}

const rich =
  (key: 'description' | 'environment'): Parse =>
  ({ version }, value) => {
    const document = richTextOf(version, value)
    if (document !== undefined) return { [key]: document }
    return version === 2 ? 'Operation value must be a string' : NOT_A_DOCUMENT
  }

const ref = (value: Json): string => textOf(fieldsOf(value).id) || textOf(fieldsOf(value).name)

/** The account of `{ accountId }` or `{ id }`; null for nobody, undefined for what names none. */
function personOf({ site }: Place, value: Json): string | null | undefined {
  if (value === null) return null
  const { accountId, id } = fieldsOf(value)
  const wanted = textOf(accountId) || textOf(id)
  if (wanted === '-1') return null
  return isFields(value) && (accountId === null || id === null) ? null : site.store.users.get(wanted)?.id
}

/** What it takes to set a field, beside editing: https://support.atlassian.com/jira-cloud-administration/docs/permissions-for-company-managed-projects (2026-11-26). */
const TAKES: Readonly<Record<string, string>> = {
  assignee: 'ASSIGN_ISSUES',
  reporter: 'MODIFY_REPORTER',
  duedate: 'SCHEDULE_ISSUES',
  fixVersions: 'RESOLVE_ISSUES',
  security: 'SET_ISSUE_SECURITY',
  comment: 'ADD_COMMENTS',
  worklog: 'WORK_ON_ISSUES',
  issuelinks: 'LINK_ISSUES',
}

/** Whether somebody may set a field; where they may not, it is as if it were on no screen. */
export function maySet({ site, me, project, issue }: Omit<Place, 'version'>, id: string): boolean {
  if (id === 'security' && project.security_scheme === null) return false
  const permission = TAKES[id]
  if (me === null || permission === undefined) return true
  return issue === undefined ? mayInProject(site, me, permission, project) : mayOnIssue(site, me, permission, issue)
}

const labelsOf = (value: Json): readonly string[] | string => {
  if (!Array.isArray(value) || value.some((label) => typeof label !== 'string')) return 'data was not an array'
  const labels = value.map(String)
  const bad = labels.find((label) => /\s/.test(label) || label === '')
  return bad === undefined ? [...new Set(labels)] : `The label '${bad}' contains spaces which is invalid.`
}

const several =
  (key: 'components' | 'fix_versions' | 'versions'): Parse =>
  ({ project }, value) => {
    if (!Array.isArray(value)) return 'data was not an array'
    const [rows, what] =
      key === 'components' ? [project.components, 'Component'] : ([project.versions, 'Version'] as const)
    const names: string[] = []
    for (const one of value as readonly Json[]) {
      const wanted = ref(one)
      const row = rows.find(({ id, name }) => id === wanted || name === wanted)
      if (row === undefined) return `${what} name '${wanted}' is not valid`
      names.push(row.name)
    }
    return { [key]: [...new Set(names)] }
  }

const SYSTEM: Readonly<Record<string, Parse>> = {
  summary(_, value) {
    const summary = typeof value === 'string' ? value.trim() : ''
    if (value !== null && typeof value !== 'string') return 'Operation value must be a string'
    if (summary === '') return 'You must specify a summary of the issue.'
    if (/[\r\n]/.test(summary)) return 'The summary is invalid because it contains newline characters.'
    return summary.length > SUMMARY_MAX ? 'Summary must be less than 255 characters.' : { summary }
  },
  description: rich('description'),
  environment: rich('environment'),
  issuetype({ site, project, issue }, value) {
    const wanted = ref(value)
    const type = site.store.types.get(wanted) ?? site.store.types.find(wanted.toLowerCase())[0]
    if (wanted === '') return 'Specify an issue type'
    if (type === undefined || !project.types.includes(type.name)) return 'Specify a valid issue type'
    if (issue !== undefined && site.type(issue.type).subtask !== type.subtask)
      throw notModelled('jira', GAPS, 'turning sub-tasks into issues and back')
    return { type: type.name }
  },
  assignee(place, value) {
    const id = personOf(place, value)
    if (id === undefined) return 'Specify a valid value for assignee'
    const user = id === null ? undefined : place.site.store.users.get(id)
    return id === null || mayBeAssigned(place.site, user, place.project, place.issue)
      ? { assignee: id }
      : `User '${id}' cannot be assigned issues.`
  },
  reporter(place, value) {
    const id = personOf(place, value)
    if (id === null) return 'Reporter is required.'
    return id === undefined ? 'Specify a valid value for reporter' : { reporter: id }
  },
  priority(_, value) {
    const priority = named(PRIORITIES, ref(value))
    return priority === undefined ? `Priority name '${ref(value)}' is not valid` : { priority: priority.name }
  },
  resolution({ site, issue }, value) {
    if (value === null) return { resolution: null, resolved_ms: null }
    const resolution = named(RESOLUTIONS, ref(value))
    if (resolution === undefined) return `Resolution name '${ref(value)}' is not valid`
    return { resolution: resolution.name, resolved_ms: issue?.resolved_ms ?? site.now() }
  },
  labels(_, value) {
    const labels = value === null ? [] : labelsOf(value)
    return typeof labels === 'string' ? labels : { labels }
  },
  components: several('components'),
  fixVersions: several('fix_versions'),
  versions: several('versions'),
  duedate(_, value) {
    if (value === null || value === '') return { duedate: null }
    return typeof value === 'string' && DATE.test(value)
      ? { duedate: value }
      : "Operation value must be a string in the format 'yyyy-MM-dd'"
  },
  security({ site, project }, value) {
    if (value === null) return { security: null }
    const levels = site.store.security_schemes.get(project.security_scheme ?? '')?.levels ?? []
    const wanted = ref(value)
    const level = levels.find(({ id, name }) => id === wanted || name === wanted)
    return level === undefined ? 'You must specify a valid security level.' : { security: level.id }
  },
  parent({ site, me, project, issue }, value) {
    if (value === null) return { parent: null }
    const { id, key } = fieldsOf(value)
    const parent = issueOf(site, textOf(key) || textOf(id))
    if (parent === undefined || parent.id === issue?.id || (me !== null && !seesIssue(site, me, parent)))
      return 'Could not find issue by id or key.'
    return parent.project === project.key || site.type(parent.type).level > 0
      ? { parent: parent.key }
      : 'Given parent issue does not belong to appropriate hierarchy.'
  },
  timetracking({ issue }, value) {
    const { originalEstimate, remainingEstimate } = fieldsOf(value)
    const seconds = [originalEstimate, remainingEstimate].map((one) =>
      one === undefined ? undefined : secondsOf(textOf(one)),
    )
    if (
      (originalEstimate !== undefined && seconds[0] === undefined) ||
      (remainingEstimate !== undefined && seconds[1] === undefined)
    )
      return 'The time estimate is not valid.'
    const original = seconds[0] ?? issue?.original_s ?? null
    return {
      original_s: original,
      remaining_s: seconds[1] ?? (seconds[0] === undefined ? (issue?.remaining_s ?? null) : original),
    }
  },
}

/** Fields that a create or edit screen has. */
export const SCREEN: readonly string[] = Object.keys(SYSTEM).filter((id) => id !== 'resolution')

function customOf(place: Place, field: Field, value: Json): Json | { readonly wrong: string } {
  if (value === null) return null
  const wrong = (text: string): { readonly wrong: string } => ({ wrong: text })
  const option = (one: Json): string | undefined =>
    field.options.find(({ id, value: text }) => id === textOf(fieldsOf(one).id) || text === textOf(fieldsOf(one).value))
      ?.id
  switch (field.type) {
    case 'text':
    case 'url':
      return typeof value === 'string' ? value : wrong('Operation value must be a string')
    case 'textarea':
      return richTextOf(place.version, value) ?? wrong(NOT_A_DOCUMENT)
    case 'number':
      return typeof value === 'number' ? value : wrong('Operation value must be a number')
    case 'date':
      return typeof value === 'string' && DATE.test(value)
        ? value
        : wrong("Operation value must be a string in the format 'yyyy-MM-dd'")
    case 'datetime':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value))
        ? value
        : wrong('Operation value must be a datetime')
    case 'select':
      return option(value) ?? wrong(`Option value '${textOf(fieldsOf(value).value)}' is not valid`)
    case 'multiselect': {
      const options = listOf(value).map(option)
      return Array.isArray(value) && options.every((one) => one !== undefined)
        ? (options as string[])
        : wrong('Option value is not valid')
    }
    case 'user':
      return personOf(place, value) ?? wrong(`Specify a valid value for ${field.name}`)
    case 'labels': {
      const labels = labelsOf(value)
      return typeof labels === 'string' ? wrong(labels) : labels
    }
    case 'sprint':
      return wrong('Sprints are set by put.')
    default:
      return field.type satisfies never
  }
}

/**
 * The sprints of an issue that is put into another, or into none: those that ended stay on record. Gives what is wrong with the value.
 * Source: https://support.atlassian.com/jira/kb/how-to-add-an-issue-to-a-sprint-using-jira-rest-api (as reported by clients, 2026-11-26).
 */
export function sprintsWith(site: Site, issue: Pick<Issue, 'sprints'> | undefined, value: Json): Draft | string {
  const ended = (issue?.sprints ?? []).filter((id) => site.store.sprints.get(id)?.state === 'closed')
  if (value === null) return { sprints: ended }
  if (typeof value !== 'number' && !(typeof value === 'string' && /^\d+$/.test(value)))
    return 'Number value expected as the Sprint id.'
  const sprint = site.store.sprints.get(String(value))
  if (sprint === undefined) return `Sprint with id '${value}' does not exist.`
  return { sprints: [...ended.filter((id) => id !== sprint.id), sprint.id] }
}

/** Puts one field into the draft, or says what is wrong with it. */
function put(place: Place, draft: Draft, errors: Errors, screen: readonly string[], id: string, value: Json): void {
  const { site } = place
  if (id === 'project') return
  const field = site.store.fields.get(id)
  if (field?.type === 'sprint') {
    const sprints = sprintsWith(site, place.issue, value)
    if (typeof sprints === 'string') errors[id] = sprints
    else Object.assign(draft, sprints)
    return
  }
  if (field !== undefined) {
    const custom = customOf(place, field, value)
    if (isFields(custom) && typeof custom.wrong === 'string') errors[id] = custom.wrong
    else draft.custom = { ...(draft.custom ?? place.issue?.custom ?? {}), [id]: custom as Json }
    return
  }
  const parse = screen.includes(id) && maySet(place, id) ? SYSTEM[id] : undefined
  if (parse === undefined) {
    errors[id] = notOnScreen(id)
    return
  }
  const parsed = parse(place, value)
  if (typeof parsed === 'string') errors[id] = parsed
  else Object.assign(draft, parsed)
}

const LISTS: Readonly<Record<string, 'labels' | 'components' | 'fix_versions' | 'versions'>> = {
  labels: 'labels',
  components: 'components',
  fixVersions: 'fix_versions',
  versions: 'versions',
}
/** What an update may add beside fields. */
const PARTS = ['comment', 'worklog', 'issuelinks']

/** Applies `add`, `remove`, `set` and `edit` of an `update`. Gives what has to be added beside fields. */
function applyUpdate(
  place: Place,
  draft: Draft,
  errors: Errors,
  screen: readonly string[],
  update: Fields,
): Readonly<Record<string, readonly Json[]>> {
  const parts: Record<string, Json[]> = {}
  for (const [id, operations] of Object.entries(update)) {
    if (!Array.isArray(operations)) {
      errors[id] = 'data was not an array'
      continue
    }
    for (const operation of operations as readonly Json[]) {
      const [[verb, value] = ['', null]] = Object.entries(fieldsOf(operation))
      const list = LISTS[id]
      if (PARTS.includes(id)) {
        if (verb !== 'add') throw notModelled('jira', GAPS, 'updates other than add, remove and set')
        if (!maySet(place, id)) errors[id] = notOnScreen(id)
        parts[id] = [...(parts[id] ?? []), value]
      } else if (verb === 'set') put(place, draft, errors, screen, id, value)
      else if (list !== undefined && (verb === 'add' || verb === 'remove')) {
        const known = draft[list] ?? place.issue?.[list] ?? []
        const wire = (name: string): Json => (list === 'labels' ? name : { name })
        const name = list === 'labels' ? textOf(value) : nameOf(place, list, value)
        const next =
          verb === 'add'
            ? [...known.map(wire), list === 'labels' ? value : { name }]
            : known.filter((one) => one !== name).map(wire)
        put(place, draft, errors, screen, id, next)
      } else throw notModelled('jira', GAPS, 'updates other than add, remove and set')
    }
  }
  return parts
}

const nameOf = ({ project }: Place, list: 'components' | 'fix_versions' | 'versions', value: Json): string => {
  const rows = list === 'components' ? project.components : project.versions
  return rows.find(({ id, name }) => id === ref(value) || name === ref(value))?.name ?? ref(value)
}

export type Wish = {
  readonly draft: Draft
  readonly parts: Readonly<Record<string, readonly Json[]>>
}

/** What a body wants, by its `fields` and its `update`. Throws the refusal with all that is wrong. */
export function wishOf(place: Place, body: Fields, screen: readonly string[]): Wish {
  const [draft, errors]: [Draft, Errors] = [{}, {}]
  if (body.historyMetadata !== undefined) throw notModelled('jira', GAPS, 'history metadata')
  const [fields, update] = [fieldsOf(body.fields), fieldsOf(body.update)]
  for (const [id, value] of Object.entries(fields)) {
    if (id in update) errors[id] = `Field '${id}' cannot appear in both 'fields' and 'update'`
    else put(place, draft, errors, screen, id, value)
  }
  const parts = applyUpdate(place, draft, errors, screen, update)
  const properties = propertiesOf(body.properties)
  if (properties !== undefined) draft.properties = { ...place.issue?.properties, ...properties }
  if (place.issue === undefined) require(place, draft, errors, fields)
  if (Object.keys(errors).length > 0) throw new Refusal(400, [], errors)
  return { draft, parts }
}

/** What an issue cannot do without. */
function require({ site }: Place, draft: Draft, errors: Errors, fields: Fields): void {
  if (draft.summary === undefined) errors.summary ??= 'You must specify a summary of the issue.'
  if (fields.issuetype === undefined) errors.issuetype ??= 'Specify an issue type'
  const type = draft.type === undefined ? undefined : site.type(draft.type)
  const parent = draft.parent === null || draft.parent === undefined ? undefined : issueOf(site, draft.parent)
  if (type?.subtask === true && parent === undefined)
    errors.parent ??= 'Issue type is a sub-task but parent issue key or id not specified.'
  if (type !== undefined && parent !== undefined && site.type(parent.type).level !== type.level + 1)
    errors.parentId ??= 'Given parent issue does not belong to appropriate hierarchy.'
}

function propertiesOf(value: Json | undefined): Fields | undefined {
  if (value === undefined || value === null) return undefined
  return Object.fromEntries(listOf(value).map((one) => [textOf(fieldsOf(one).key), fieldsOf(one).value ?? null]))
}

/** The project that a body names, of those that somebody sees. */
export function projectOfBody(site: Site, me: User, body: Fields): Project {
  const { id, key } = fieldsOf(fieldsOf(body.fields).project)
  const project = projectOf(site, textOf(key) || textOf(id))
  if (project === undefined || !seesProject(site, me, project))
    throw new Refusal(400, [], { project: 'Specify a valid project ID or key' })
  return project
}
