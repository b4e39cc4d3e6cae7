import { originOf, type Run } from '../../scenarios/run.ts'
import type { Json, TraceEvent } from '../../twins/trace.ts'

/** What is looked at of one event type over all runs. */
export type TypeFacts = {
  readonly type: string
  events: number
  /** Runs in which it happened. */
  runs: number
  readonly fields: Map<string, FieldFacts>
}
export type FieldFacts = { events: number; readonly values: Set<string>; numeric: boolean; nested: boolean }

/** More values than this are no enumeration. */
export const VALUES_MAX = 8

/** Events that say nothing of what a service promises. */
const NOISE = new Set(['app.log', 'call.answered', 'fault', 'event', 'escape'])
export const counts = ({ type }: Pick<TraceEvent, 'type'>): boolean =>
  !NOISE.has(type) && (type === 'app.answer' || !/\.(answer|webhook\.\w+)$/.test(type))

/** Every type, with the fields its events carry by dot path. */
export function factsOf(runs: readonly Run[]): ReadonlyMap<string, TypeFacts> {
  const all = new Map<string, TypeFacts>()
  for (const { trace } of runs) {
    const here = new Set<TypeFacts>()
    for (const event of trace) {
      if (!counts(event)) continue
      const facts = all.get(event.type) ?? { type: event.type, events: 0, runs: 0, fields: new Map() }
      all.set(event.type, facts)
      facts.events += 1
      here.add(facts)
      for (const [path, value] of leaves(event.fields as Json)) note(facts, path, value)
    }
    for (const facts of here) facts.runs += 1
  }
  return all
}

function note(facts: TypeFacts, path: string, value: Json): void {
  const old = facts.fields.get(path) ?? {
    events: 0,
    values: new Set<string>(),
    numeric: true,
    nested: path.includes('.'),
  }
  facts.fields.set(path, old)
  old.events += 1
  const text = String(value)
  old.numeric &&= /^-?\d+(\.\d+)?$/.test(text)
  if (old.values.size <= VALUES_MAX) old.values.add(text)
}

function* leaves(value: Json, path = ''): Generator<readonly [string, Json]> {
  if (value === null || typeof value !== 'object') {
    if (path !== '' && value !== null) yield [path, value]
    return
  }
  // A list has no field names: what is in it is not addressed.
  if (Array.isArray(value)) return
  for (const [key, item] of Object.entries(value))
    if (/^[\w-]+$/.test(key)) yield* leaves(item ?? null, path === '' ? key : `${path}.${key}`)
}

/** A way to slice, and the types whose events can be sliced so. */
export type Slicing = { readonly per: readonly string[]; readonly types: ReadonlySet<string> }

/** Fields that carry an id shared by several events: metadata, custom arguments, a payment intent. `request` is always one. */
export function slicingsOf(runs: readonly Run[], facts: ReadonlyMap<string, TypeFacts>): readonly Slicing[] {
  const named = new Map<string, Set<string>>()
  for (const { type, fields } of facts.values()) {
    for (const [path, field] of fields) {
      const isId = field.nested && /^(metadata|custom_args|custom)\./.test(path)
      if (isId && field.values.size >= 1 && !field.numeric) named.set(path, (named.get(path) ?? new Set()).add(type))
    }
  }
  const paths = [...named].flatMap(([path, types]): readonly Slicing[] => [{ per: [path], types }])
  // The same thing under two names: `metadata.order` and `custom_args.order` share their last word and their values.
  const joined = [...Map.groupBy(paths, ({ per }) => per[0]?.split('.').at(-1) ?? '').values()].flatMap(
    (group): readonly Slicing[] =>
      group.length < 2 ||
      !shareValues(
        runs,
        group.flatMap(({ per }) => per),
      )
        ? []
        : [{ per: group.flatMap(({ per }) => per), types: new Set(group.flatMap(({ types }) => [...types])) }],
  )
  return [...paths, ...joined, { per: ['request'], types: new Set(facts.keys()) }]
}

function shareValues(runs: readonly Run[], paths: readonly string[]): boolean {
  const seen = paths.map((path) => {
    const values = new Set<string>()
    for (const { trace } of runs)
      for (const event of trace)
        for (const [at, value] of leaves(event.fields as Json)) if (at === path) values.add(String(value))
    return values
  })
  const [first, ...rest] = seen
  return first !== undefined && rest.every((values) => [...values].some((value) => first.has(value)))
}

/** The slice of an event, or undefined. */
export function keyOf(per: readonly string[], event: TraceEvent, run: Run): string | undefined {
  for (const path of per) {
    if (path === 'request') return originOf(run, event.step)
    const value = path
      .split('.')
      .reduce<Json | undefined>(
        (at, part) =>
          at !== null && typeof at === 'object' && !Array.isArray(at)
            ? (at as Readonly<Record<string, Json>>)[part]
            : undefined,
        event.fields as Json,
      )
    if (value !== undefined && value !== null && typeof value !== 'object') return String(value)
  }
  return undefined
}
