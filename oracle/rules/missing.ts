import { suggest } from '../../scenarios/parse/nearest.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Json } from '../../twins/trace.ts'
import { matcherOf, valueAt } from './match.ts'
import { type Clause, type EventPattern, type FieldOf, fieldsOf, patternsOf, type Rule } from './rule.ts'
import { actorOf } from './slice.ts'

/** Why runs do not exercise a rule: the event, a field of it, a condition that is met, or the order is missing. */
export const whatIsMissing = (rule: Rule, runs: readonly Run[]): string => reasonOf(rule, surveyOf(runs), runs)

/**
 * Why a rule forbids nothing: the events it forbids happen, and a field it forbids them by is in none of them. A misspelt name meets no
 * condition, so such a rule would hold for ever. Undefined when every field is seen somewhere, or there is no event to tell by.
 */
export function whyBlind(rule: Rule, runs: readonly Run[]): string | undefined {
  for (const { type, where } of forbidden(rule.clause)) {
    const own = (run: Run): boolean => run.trace.some((event) => event.type === type)
    for (const { field } of fieldsIn({ type, where })) {
      const there = runs.some(({ trace }) =>
        trace.some((event) => event.type === type && valueAt(event.fields, field) !== undefined),
      )
      if (!there && runs.some(own)) return noField(type, field, surveyOf(runs))
    }
  }
  return undefined
}

/** The events of which a rule says that there are none, or not so many. */
function forbidden(clause: Clause): readonly EventPattern[] {
  switch (clause.kind) {
    case 'never':
      return [clause.event]
    case 'count':
    case 'between':
      return clause.bound.op === 'at least' ? [] : [clause.event]
    case 'after-never':
      return clause.events.of
    default:
      return []
  }
}

const noField = (type: string, field: string, seen: Survey): string =>
  `no \`${type}\` has a field ${field}.${suggest(field, [...(seen.get(type)?.fields ?? [])]).replace(/ Expected one of .*/, '')}`

/** What was seen of each event type: how often, and with which fields. */
type Survey = ReadonlyMap<string, { count: number; readonly fields: Set<string> }>

function surveyOf(runs: readonly Run[]): Survey {
  const survey = new Map<string, { count: number; readonly fields: Set<string> }>()
  for (const { trace } of runs) {
    for (const { type, fields } of trace) {
      const entry = survey.get(type) ?? { count: 0, fields: new Set<string>() }
      survey.set(type, entry)
      entry.count += 1
      collect(fields as Json, '', entry.fields)
    }
  }
  return survey
}

function collect(value: Json, path: string, into: Set<string>): void {
  if (value === null || typeof value !== 'object') {
    into.add(path)
    return
  }
  for (const [key, item] of Object.entries(value)) collect(item ?? null, path === '' ? key : `${path}.${key}`, into)
}

function reasonOf(rule: Rule, seen: Survey, runs: readonly Run[]): string {
  const total = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`
  if (runs.length === 0) return 'nothing was run'
  const { clause } = rule
  if (clause.kind === 'never' && clause.event.where.length === 0 && !didAnything(actorOf(clause.event.type), seen))
    return `nothing of \`${actorOf(clause.event.type)}\` happened in ${total}: no scenario leads there`
  for (const pattern of patternsOf(rule.clause)) {
    const entry = seen.get(pattern.type)
    if (entry === undefined) return `\`${pattern.type}\` never happened in ${total}: no scenario leads to it`
  }
  for (const { type, field } of named(rule)) {
    const fields = [...(seen.get(type)?.fields ?? [])]
    const there = fields.some((one) => one === field || one.startsWith(`${field}.`))
    if (!there) return noField(type, field, seen)
  }
  const slices = keyReason(rule, seen)
  if (slices !== undefined) return slices
  for (const pattern of patternsOf(rule.clause)) {
    if (pattern.where.length === 0) continue
    const matches = matcherOf(pattern)
    if (!runs.some(({ trace }) => trace.some(matches)))
      return `\`${pattern.type}\` happened ${seen.get(pattern.type)?.count} times in ${total}, never with ${pattern.where.map(({ field, op, value }) => `${field}${op}${value}`).join(', ')}`
  }
  return `its events happen in ${total}, but never in the order or slice it speaks of`
}

const named = (rule: Rule): readonly FieldOf[] => [
  ...fieldsOf(rule.clause),
  ...patternsOf(rule.clause).flatMap(fieldsIn),
]

function fieldsIn({ type, where }: EventPattern): readonly FieldOf[] {
  return where.flatMap(({ field, value }) => [
    { type, field },
    ...(value.startsWith('@') ? [{ type, field: value.slice(1) }] : []),
  ])
}

const didAnything = (actor: string, seen: Survey): boolean => [...seen.keys()].some((type) => actorOf(type) === actor)

/** Why no event is in any slice: none of the keys is a field of any of them. */
function keyReason({ per, clause }: Rule, seen: Survey): string | undefined {
  if (per.length === 0 || per.includes('step') || per.includes('request')) return undefined
  for (const { type } of patternsOf(clause)) {
    const fields = [...(seen.get(type)?.fields ?? [])]
    if (per.some((path) => fields.includes(path))) continue
    const [first = ''] = per
    return `no \`${type}\` has a field ${per.join(' or ')}.${suggest(first, fields).replace(/ Expected one of .*/, '')}`
  }
  return undefined
}
