import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { wordsOf } from '../adf.ts'
import { CATEGORIES, LINK_TYPES, named, PRIORITIES, RESOLUTIONS } from '../fixed.ts'
import { GAPS } from '../gaps.ts'
import { readable } from '../permissions.ts'
import { issueOf, projectOf, type Site, userNamed } from '../site.ts'
import { type Field, type Issue, listOf, textOf } from '../state.ts'
import { wrong } from './lex.ts'
import { startOfDay } from './time.ts'

/** How a field is searched. `of` gives what stands in it: nothing, one or several. */
export type Searched = {
  readonly name: string
  readonly kind: 'set' | 'text' | 'number' | 'time' | 'duration'
  readonly of: (site: Site, issue: Issue, me: string) => readonly (string | number)[]
  /** What a value of a query stands for, as `of` would give it; undefined when there is no such thing. */
  readonly means?: (site: Site, text: string) => string | number | undefined | readonly (string | number)[]
  /** How it compares and sorts; without it, it does not. */
  readonly rank?: (site: Site, value: string | number) => string | number
  readonly compares?: boolean
  readonly sorts?: boolean
  /** The field of the history that `was` and `changed` look at. */
  readonly history?: string
  /** What of a history item is as `of` gives it; the name where nothing is said. */
  readonly recorded?: 'id'
  readonly descending?: boolean
}

const one = (value: string | number | null | undefined): readonly (string | number)[] =>
  value === null || value === undefined ? [] : [value]
const person = (site: Site, text: string): string | undefined => userNamed(site, text)?.id
const people = (name: string, of: (issue: Issue) => readonly string[], history?: string): Searched => ({
  name,
  kind: 'set',
  of: (_, issue) => of(issue),
  means: person,
  rank: (site, id) => site.store.users.get(String(id))?.display_name.toLowerCase() ?? '',
  sorts: true,
  ...(history === undefined ? {} : { history, recorded: 'id' }),
})
const time = (name: string, of: (issue: Issue) => number | null): Searched => ({
  name,
  kind: 'time',
  of: (_, issue) => one(of(issue)),
  compares: true,
  sorts: true,
  descending: true,
})
const counted = (name: string, of: (issue: Issue) => number): Searched => ({
  name,
  kind: 'number',
  of: (_, issue) => [of(issue)],
  compares: true,
  sorts: true,
})
/** Compared with `2h 30m`, or a number of minutes. */
const seconds = (name: string, of: (issue: Issue) => number | null): Searched => ({
  name,
  kind: 'duration',
  of: (_, issue) => one(of(issue)),
  compares: true,
  sorts: true,
})
const numberOfKey = (key: string): string => {
  const [project = '', number = '0'] = key.split('-')
  return `${project} ${number.padStart(12, '0')}`
}
const keys = (name: string, of: (issue: Issue) => string | null): Searched => ({
  name,
  kind: 'set',
  of: (_, issue) => one(of(issue)),
  means: (site, text) => issueOf(site, text)?.key,
  rank: (_, key) => numberOfKey(String(key)),
  compares: true,
  sorts: true,
})
const rank =
  (list: readonly { readonly name: string }[]) =>
  (_: Site, name: string | number): number =>
    -list.findIndex((row) => row.name === name)
const lower = (_: Site, value: string | number): string => String(value).toLowerCase()
type Part = { readonly id: string; readonly name: string }
const partsOf = (site: Site, kind: 'components' | 'versions'): readonly Part[] =>
  site.store.projects.all().flatMap((project): readonly Part[] => project[kind])
/** Components or versions: a name may be that of several, one in each project. */
const parts = (
  name: string,
  kind: 'components' | 'versions',
  of: (issue: Issue) => readonly string[],
  history?: string,
): Searched => ({
  name,
  kind: 'set',
  of: (site, issue) => {
    const rows = site.project(issue.project)[kind]
    return of(issue).flatMap((one) => rows.find((row) => row.name === one)?.id ?? [])
  },
  means: (site, text) =>
    partsOf(site, kind)
      .filter((row) => row.id === text || row.name.toLowerCase() === text.toLowerCase())
      .map(({ id }) => id),
  rank: (site, id) =>
    partsOf(site, kind)
      .find((row) => row.id === id)
      ?.name.toLowerCase() ?? '',
  sorts: true,
  ...(history === undefined ? {} : { history, recorded: 'id' }),
})

const comments = (site: Site, issue: Issue, me: string): readonly string[] =>
  readable(site, me, issue, site.store.comments.find(issue.id)).map(({ body }) => wordsOf(body))
const words = (document: Json): readonly string[] => (document === null ? [] : [wordsOf(document)])

const SYSTEM: Readonly<Record<string, Searched>> = {
  project: {
    name: 'project',
    kind: 'set',
    of: (_, { project }) => [project],
    means: (site, text) =>
      (projectOf(site, text) ?? site.store.projects.all().find(({ name }) => name.toLowerCase() === text.toLowerCase()))
        ?.key,
    rank: lower,
    sorts: true,
  },
  key: keys('key', ({ key }) => key),
  parent: keys('parent', ({ parent }) => parent),
  issuetype: {
    name: 'issuetype',
    kind: 'set',
    of: (_, { type }) => [type],
    means: (site, text) => (site.store.types.get(text) ?? site.store.types.find(text.toLowerCase())[0])?.name,
    rank: lower,
    sorts: true,
  },
  status: {
    name: 'status',
    kind: 'set',
    of: (_, { status }) => [status],
    means: (site, text) => (site.store.statuses.get(text) ?? site.store.statuses.find(text.toLowerCase())[0])?.name,
    rank: (site, name) => [...site.store.statuses.all()].findIndex((row) => row.name === name),
    sorts: true,
    history: 'status',
  },
  statuscategory: {
    name: 'statusCategory',
    kind: 'set',
    of: (site, { status }) => [site.status(status).category],
    means: (_, text) =>
      Object.entries(CATEGORIES).find(
        ([key, { id, name }]) =>
          key === text.toLowerCase() || String(id) === text || name.toLowerCase() === text.toLowerCase(),
      )?.[0],
  },
  priority: {
    name: 'priority',
    kind: 'set',
    of: (_, { priority }) => [priority],
    means: (_, text) => named(PRIORITIES, text)?.name,
    rank: rank(PRIORITIES),
    compares: true,
    sorts: true,
    history: 'priority',
    descending: true,
  },
  resolution: {
    name: 'resolution',
    kind: 'set',
    of: (_, { resolution }) => one(resolution),
    means: (_, text) => named(RESOLUTIONS, text)?.name,
    rank: rank(RESOLUTIONS),
    sorts: true,
    history: 'resolution',
  },
  assignee: people('assignee', ({ assignee }) => (assignee === null ? [] : [assignee]), 'assignee'),
  reporter: people('reporter', ({ reporter }) => [reporter], 'reporter'),
  creator: people('creator', ({ creator }) => [creator]),
  watcher: people('watcher', ({ watchers }) => watchers),
  labels: {
    name: 'labels',
    kind: 'set',
    of: (_, { labels }) => labels,
    means: (_, text) => text,
    rank: lower,
    sorts: true,
  },
  component: parts('component', 'components', ({ components }) => components),
  fixversion: parts('fixVersion', 'versions', ({ fix_versions }) => fix_versions, 'Fix Version'),
  affectedversion: parts('affectedVersion', 'versions', ({ versions }) => versions),
  created: time('created', ({ created_ms }) => created_ms),
  updated: time('updated', ({ updated_ms }) => updated_ms),
  resolved: time('resolved', ({ resolved_ms }) => resolved_ms),
  due: time('due', ({ duedate }) => (duedate === null ? null : Date.parse(duedate))),
  statuscategorychangeddate: time('statusCategoryChangedDate', ({ category_changed_ms }) => category_changed_ms),
  rank: { name: 'Rank', kind: 'number', of: (_, issue) => [issue.rank], sorts: true },
  voter: people('voter', ({ voters }) => voters),
  votes: counted('votes', ({ voters }) => voters.length),
  watchers: counted('watchers', ({ watchers }) => watchers.length),
  originalestimate: seconds('originalEstimate', ({ original_s }) => original_s),
  remainingestimate: seconds('remainingEstimate', ({ remaining_s }) => remaining_s),
  timespent: seconds('timeSpent', ({ spent_s }) => spent_s),
  workratio: counted('workRatio', ({ original_s, spent_s }) =>
    original_s === null || original_s === 0 ? -1 : Math.floor(((spent_s ?? 0) * 100) / original_s),
  ),
  worklogauthor: {
    name: 'worklogAuthor',
    kind: 'set',
    of: ({ store }, { id }) => store.worklogs.find(id).map(({ author }) => author),
    means: person,
  },
  worklogdate: {
    name: 'worklogDate',
    kind: 'time',
    of: ({ store }, { id }) => store.worklogs.find(id).map(({ started_ms }) => startOfDay(started_ms)),
    compares: true,
  },
  issuelinktype: {
    name: 'issueLinkType',
    kind: 'set',
    of: ({ store }, { id }) =>
      store.links.find(id).flatMap(({ type, source }) => {
        const { inward, outward } = named(LINK_TYPES, type) ?? {}
        return [type, (source === id ? outward : inward) ?? type]
      }),
    means: (_, text) =>
      LINK_TYPES.flatMap(({ name, inward, outward }) => [name, inward, outward]).find(
        (one) => one.toLowerCase() === text.toLowerCase(),
      ),
  },
  attachments: {
    name: 'attachments',
    kind: 'set',
    of: ({ store }, { id }) => store.attachments.find(id).map((row) => row.id),
  },
  level: {
    name: 'level',
    kind: 'set',
    of: (_, { security }) => one(security),
    means: ({ store }, text) =>
      store.security_schemes
        .all()
        .flatMap(({ levels }) => levels)
        .filter(({ id, name }) => id === text || name.toLowerCase() === text.toLowerCase())
        .map(({ id }) => id),
  },
  hierarchylevel: {
    name: 'hierarchyLevel',
    kind: 'number',
    of: (site, { type }) => [site.type(type).level],
    compares: true,
    sorts: true,
  },
  summary: { name: 'summary', kind: 'text', of: (_, { summary }) => [summary], rank: lower, sorts: true },
  description: { name: 'description', kind: 'text', of: (_, { description }) => words(description) },
  environment: { name: 'environment', kind: 'text', of: (_, { environment }) => words(environment) },
  comment: { name: 'comment', kind: 'text', of: comments },
  text: {
    name: 'text',
    kind: 'text',
    of: (site, issue, me) => [
      issue.summary,
      ...words(issue.description),
      ...words(issue.environment),
      ...comments(site, issue, me),
      ...site.store.fields
        .all()
        .filter(({ type }) => type === 'text' || type === 'textarea')
        .flatMap((field) => custom(field).of(site, issue, me).map(String)),
    ],
  },
}
const ALIASES: Readonly<Record<string, string>> = {
  issue: 'key',
  issuekey: 'key',
  id: 'key',
  type: 'issuetype',
  createddate: 'created',
  updateddate: 'updated',
  resolutiondate: 'resolved',
  duedate: 'due',
  issuetype: 'issuetype',
  components: 'component',
  timeoriginalestimate: 'originalestimate',
  timeestimate: 'remainingestimate',
  space: 'project',
  worktype: 'issuetype',
  workitem: 'key',
}
/** Jira has them; this twin does not. */
const ELSEWHERE = [
  'sprint',
  'epic link',
  'approvals',
  'category',
  'worklogcomment',
  'issuelink',
  'lastviewed',
  'parentproject',
  'parentepic',
  'issue.property',
  'development',
]

/** The field of that name, id or `cf[…]`. Throws when there is none that can be searched. */
export function searchedBy(site: Site, asked: string): Searched {
  const key = asked.toLowerCase()
  const system = SYSTEM[ALIASES[key] ?? key]
  if (system !== undefined) return system
  const field = site.store.fields.get(key) ?? site.store.fields.find(key)[0]
  if (field !== undefined) return custom(field)
  if (ELSEWHERE.includes(key)) throw notModelled('jira', GAPS, 'JQL beyond the common grammar')
  throw wrong(`Field '${asked}' does not exist or you do not have permission to view it.`)
}

function custom(field: Field): Searched {
  const { id, name, type, options } = field
  const raw = (issue: Issue): Json => issue.custom[id] ?? null
  const value = (issue: Issue): readonly (string | number)[] => {
    const found = raw(issue)
    return Array.isArray(found)
      ? listOf(found).map(textOf)
      : found === null
        ? []
        : [typeof found === 'number' ? found : textOf(found)]
  }
  switch (type) {
    case 'text':
      return { name, kind: 'text', of: (_, issue) => value(issue), rank: lower, sorts: true }
    case 'textarea':
      return { name, kind: 'text', of: (_, issue) => words(raw(issue)) }
    case 'number':
      return { name, kind: 'number', of: (_, issue) => value(issue), compares: true, sorts: true }
    case 'date':
    case 'datetime':
      return time(name, (issue) => (raw(issue) === null ? null : Date.parse(textOf(raw(issue)))))
    case 'select':
    case 'multiselect':
      return {
        name,
        kind: 'set',
        of: (_, issue) => value(issue),
        means: (_, text) =>
          options.find((row) => row.id === text || row.value.toLowerCase() === text.toLowerCase())?.id,
        rank: (_, option) => options.findIndex((row) => row.id === option),
        sorts: true,
      }
    case 'user':
      return people(name, (issue) => value(issue).map(String))
    case 'labels':
    case 'url':
      return { name, kind: 'set', of: (_, issue) => value(issue), means: (_, text) => text, rank: lower, sorts: true }
    case 'sprint':
      return {
        name,
        kind: 'set',
        of: (_, issue) => issue.sprints,
        means: ({ store }, text) =>
          (store.sprints.get(text) ?? store.sprints.find(`name ${text.toLowerCase()}`)[0])?.id,
        rank: (_, sprint) => Number(sprint),
        sorts: true,
      }
    default:
      return type satisfies never
  }
}
