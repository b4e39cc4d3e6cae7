import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { GAPS } from './gaps.ts'
import { evaluate } from './language/evaluate.ts'
import { NoExpression } from './language/parse.ts'
import { rowOf, text } from './org.ts'
import { isRow, type Row } from './store.ts'

const loud = (): Error => notModelled('okta', GAPS, 'filters of event hooks')

/** `event.target.?[type eq 'UserGroup' && displayName eq 'Sales'].size()`: how many rows of a list a condition is true of. */
const COUNT = /\bevent\.target\.\?\[([^\]]*)\]\.size\(\)/g
/** What else of an event a filter sees. */
const SEEN =
  /^event\.(eventType|outcome\.(reason|result)|actor\.(id|type|alternateId|displayName)|debugData\.changedAttributes)$/
/** The fields of a target that a filter sees. */
const TARGET = ['id', 'type', 'alternateId', 'displayName'] as const

/**
 * Whether the filter of an event hook lets an event through. A type of event without a condition passes.
 * Source: https://help.okta.com/en-us/Content/topics/automation-hooks/event-hooks-el.htm (2026-11-26), which lists the fields and operators.
 */
export function passes(filter: Json | undefined, type: string, event: Row): boolean {
  const conditions = rowOf(filter).eventFilterMap
  if (filter === null || filter === undefined || !Array.isArray(conditions)) return true
  const mine = (conditions as readonly Json[]).filter(isRow).filter((row) => row.event === type)
  return mine.every(({ condition }) => holdsOf(text(rowOf(condition).expression), event))
}

function holdsOf(expression: string, event: Row): boolean {
  const targets = Array.isArray(event.target) ? (event.target as readonly Json[]).filter(isRow) : []
  const counted = expression.replaceAll(COUNT, (_, condition: string) =>
    String(targets.filter((target) => come(condition, only(target, TARGET)) === true).length),
  )
  for (const [field] of counted.matchAll(/\bevent(\.\w+)+/g)) if (!SEEN.test(field)) throw loud()
  const { eventType = null, outcome = null, actor = null, debugContext } = event
  const seen: Row = { eventType, outcome, actor, debugData: rowOf(debugContext).debugData ?? null }
  const result = come(counted, { event: seen as Json })
  // What comes to neither is refused by Okta when the hook is made.
  if (typeof result !== 'boolean') throw loud()
  return result
}

const only = (row: Row, fields: readonly string[]): { readonly [field: string]: Json } =>
  Object.fromEntries(fields.map((field) => [field, row[field] ?? null]))

function come(expression: string, names: { readonly [name: string]: Json }): Json {
  try {
    return evaluate(expression, { names, unknown: loud })
  } catch (error) {
    throw error instanceof NoExpression ? loud() : error
  }
}
