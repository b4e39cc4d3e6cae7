import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import type { Ask } from './ask.ts'
import { fieldBodies } from './field-answer.ts'
import { GAPS } from './gaps.ts'
import { fieldsBody } from './issue-wire.ts'
import { offeredTo } from './issues.ts'
import { type Fields, type Issue, type Transition, textOf } from './state.ts'
import { historyBody, statusBody } from './wire.ts'

/** Fields that a list leaves out unless it is asked for all. */
const NOT_NAVIGABLE = ['comment', 'worklog', 'attachment', 'timetracking', 'issuelinks']
const EXPANSIONS = ['changelog', 'names', 'schema', 'transitions', 'transitions.fields']

/** An issue with the fields that are asked for; all of them when none is. */
export function issueBody(
  { site, view }: Pick<Ask, 'site' | 'view'>,
  issue: Issue,
  fields: readonly string[],
  expand: readonly string[],
  properties: readonly string[] = [],
): Fields {
  if (expand.some((one) => !EXPANSIONS.includes(one)))
    throw notModelled('jira', GAPS, 'rendered fields and other expansions')
  const all = fieldsBody(site, view, issue)
  const wanted = fields.length === 0 || fields.every((one) => one.startsWith('-')) ? ['*all', ...fields] : fields
  const has = (id: string): boolean =>
    wanted.reduce((in_: boolean, one) => {
      if (one === '*all' || one === id) return true
      if (one === '*navigable') return in_ || !NOT_NAVIGABLE.includes(id)
      return one === `-${id}` ? false : in_
    }, false)
  const ids = Object.keys(all).filter(has)
  const about = fieldBodies(site).filter(({ id }) => ids.includes(textOf(id)))
  const histories = site.store.histories.find(issue.id).toReversed()
  return {
    expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
    id: issue.id,
    self: `${view.base}/rest/api/${view.version}/issue/${issue.id}`,
    key: issue.key,
    ...(ids.length === 0 ? {} : { fields: Object.fromEntries(ids.map((id) => [id, all[id] ?? null])) }),
    ...(properties.length === 0
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(issue.properties).filter(([key]) => properties.includes('*all') || properties.includes(key)),
          ),
        }),
    ...(expand.includes('names') ? { names: Object.fromEntries(about.map(({ id, name }) => [id, name])) as Json } : {}),
    ...(expand.includes('schema')
      ? { schema: Object.fromEntries(about.map(({ id, schema }) => [id, schema])) as Json }
      : {}),
    ...(expand.some((one) => one.startsWith('transitions'))
      ? {
          transitions: offeredTo(site, site.user(view.me), issue).map((one) =>
            transitionBody({ site, view }, one, expand.includes('transitions.fields')),
          ),
        }
      : {}),
    ...(expand.includes('changelog')
      ? {
          changelog: {
            startAt: 0,
            maxResults: histories.length,
            total: histories.length,
            histories: histories.map((one) => historyBody(site, view, one)),
          },
        }
      : {}),
  }
}

export function transitionBody({ site, view }: Pick<Ask, 'site' | 'view'>, one: Transition, full: boolean): Json {
  const about = fieldBodies(site)
  const fields = one.screen.map((id) => {
    const field = about.find((row) => row.id === id)
    const required = one.required.includes(id)
    return [
      id,
      { required, schema: field?.schema ?? { type: 'any' }, name: field?.name ?? id, key: id, operations: ['set'] },
    ] as const
  })
  return {
    id: one.id,
    name: one.name,
    to: statusBody(view, site.status(one.to)),
    hasScreen: one.screen.length > 0,
    isGlobal: one.from.length === 0,
    isInitial: false,
    isAvailable: true,
    isConditional: false,
    isLooped: false,
    ...(full ? { fields: Object.fromEntries(fields) } : {}),
  }
}
