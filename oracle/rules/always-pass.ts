import type { Run } from '../../scenarios/run.ts'
import type { Expectation } from '../../scenarios/scenario.ts'
import type { Json, TraceEvent } from '../../twins/trace.ts'
import type { Verdict } from '../verdict.ts'
import { valueAt } from './match.ts'
import { type EventPattern, patternsOf, type Rule } from './rule.ts'

/** One way of spoiling a run, so that whoever judges it has something to find. */
export type Spoil = { readonly name: string; spoil(run: Run): Run }

/**
 * Whether a check passes whatever is done to the runs: nothing happened, everything happened a hundred times, other values, other order,
 * late. Undefined when some spoilt run made it fail, or what it would take was not there to spoil.
 */
export function passesWhatever(
  check: (run: Run) => Verdict,
  runs: readonly Run[],
  more: readonly Spoil[] = [],
): { readonly tried: readonly string[] } | undefined {
  const tried: string[] = []
  for (const { name, spoil } of [...SPOILS, ...more]) {
    for (const run of runs) if (notices(check, spoil(run))) return undefined
    tried.push(name)
  }
  return runs.length === 0 ? undefined : { tried }
}

/** Whatever is not a pass has noticed; so has a check that breaks on what it gets. */
function notices(check: (run: Run) => Verdict, run: Run): boolean {
  try {
    return check(run).status !== 'pass'
  } catch {
    return true
  }
}

const renumbered = (run: Run, events: readonly TraceEvent[]): Run => ({
  ...run,
  trace: events.map((event, index) => ({ ...event, index })),
})

const TIMES = 100

const SPOILS: readonly Spoil[] = [
  {
    name: 'nothing happened',
    spoil: (run) => ({
      ...run,
      trace: [],
      answers: {},
      states: Object.fromEntries(Object.entries(run.states).map(([twin, state]) => [twin, emptied(state)])),
      bill: { lines: [], unpriced: [] },
    }),
  },
  {
    name: `everything happened ${TIMES} times`,
    spoil: (run) => ({
      ...renumbered(
        run,
        run.trace.flatMap((event) => Array.from({ length: TIMES }, () => event)),
      ),
      states: Object.fromEntries(Object.entries(run.states).map(([twin, state]) => [twin, multiplied(state)])),
      bill: { ...run.bill, lines: run.bill.lines.flatMap((line) => Array.from({ length: TIMES }, () => line)) },
    }),
  },
  { name: 'the other way round', spoil: (run) => renumbered(run, run.trace.toReversed()) },
  {
    name: 'with other values',
    spoil: (run) => ({
      ...run,
      trace: run.trace.map((event) => ({ ...event, fields: changed(event.fields as Json) as TraceEvent['fields'] })),
      states: Object.fromEntries(Object.entries(run.states).map(([twin, state]) => [twin, changed(state)])),
      answers: Object.fromEntries(
        Object.entries(run.answers).map(([step, answer]) => [
          step,
          { ...answer, status: 599, headers: {}, body: changed(answer.body) },
        ]),
      ),
    }),
  },
  {
    name: 'with nothing told',
    spoil: (run) => ({ ...run, trace: run.trace.map((event) => ({ ...event, fields: {} })) }),
  },
  {
    name: 'a thousand times later',
    spoil: (run) => {
      const late = (atMs: number): number => run.startsAtMs + (atMs - run.startsAtMs) * 1000
      return {
        ...run,
        endedAtMs: late(run.endedAtMs),
        trace: run.trace.map((event) => ({ ...event, atMs: late(event.atMs) })),
        answers: Object.fromEntries(
          Object.entries(run.answers).map(([step, answer]) => [
            step,
            { ...answer, answeredAtMs: late(answer.answeredAtMs) },
          ]),
        ),
      }
    },
  },
]

const emptied = (value: Json): Json => {
  if (Array.isArray(value)) return []
  if (value === null || typeof value !== 'object') return null
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, emptied(item ?? null)]))
}
const multiplied = (value: Json): Json => {
  if (Array.isArray(value)) return Array.from({ length: TIMES }, () => value).flat() as Json
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, multiplied(item ?? null)]))
}
const changed = (value: Json): Json => {
  if (typeof value === 'number') return value + 1_000_003
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string')
    return /^-?\d+(\.\d+)?$/.test(value) ? `${BigInt(value.replace(/\..*/, '')) + 1_000_003n}` : `${value} changed`
  if (value === null) return 'changed'
  if (Array.isArray(value)) return value.map((item: Json) => changed(item))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(item ?? null)]))
}

/** For a rule also: each event it names, with the fields it asks for, planted before all others and after them, in every slice. */
export const plantsFor = (rule: Rule): readonly Spoil[] =>
  patternsOf(rule.clause).flatMap((pattern): readonly Spoil[] => [
    { name: `${pattern.type} planted first`, spoil: (run) => planted(run, rule, pattern, true) },
    { name: `${pattern.type} planted last`, spoil: (run) => planted(run, rule, pattern, false) },
  ])

/** For an expectation also: what it counts is planted, so that "none of these" can fail. */
export function plantsForExpectation(one: Expectation): readonly Spoil[] {
  const plain = (where: Readonly<Record<string, Json>> | undefined): Json =>
    Object.entries(where ?? {}).reduce<Json>((row, [path, wanted]) => withField(row, path.split('.'), wanted), {})
  if (one.kind === 'calls') {
    const { to, where, afterMs = 0 } = one
    const spoil = (run: Run): Run => {
      const event = { index: 0, atMs: run.startsAtMs + afterMs, type: to, step: 'planted', fields: plain(where) }
      return renumbered(run, [event as TraceEvent, ...run.trace])
    }
    return [{ name: `${to} planted`, spoil }]
  }
  const [twin = '', collection = '', ...deeper] = one.kind === 'state' ? one.path.split('.') : []
  if (one.kind !== 'state' || deeper.length > 0) return []
  const spoil = (run: Run): Run => {
    const state = run.states[twin]
    const rows =
      state !== null && typeof state === 'object' && !Array.isArray(state)
        ? (state as Readonly<Record<string, Json>>)[collection]
        : undefined
    const more = [...(Array.isArray(rows) ? (rows as readonly Json[]) : []), plain(one.where)]
    return {
      ...run,
      states: { ...run.states, [twin]: { ...(state as Readonly<Record<string, Json>>), [collection]: more } },
    }
  }
  return [{ name: `a row of ${one.path} planted`, spoil }]
}

function planted(run: Run, { per }: Rule, pattern: EventPattern, first: boolean): Run {
  const like = run.trace.filter(({ type }) => type === pattern.type)
  const some = like.length > 0 ? like : run.trace.filter(({ type }) => type !== 'app.log')
  const keys = per.filter((path) => path !== 'step' && path !== 'request')
  const keyOf = ({ fields }: TraceEvent): Json | undefined =>
    keys.map((path) => valueAt(fields, path)).find((value) => value !== undefined)
  const slice = run.trace.map(keyOf).find((value) => value !== undefined)
  const atMs = first ? run.startsAtMs : run.endedAtMs
  const events = some.map((event): TraceEvent => {
    let fields = like.length > 0 ? event.fields : {}
    const [key] = keys
    if (key !== undefined && slice !== undefined && (like.length === 0 || keyOf(event) === undefined))
      fields = withField(fields as Json, key.split('.'), keyOf(event) ?? slice) as TraceEvent['fields']
    for (const { field, op, value } of pattern.where) {
      const wanted = value.startsWith('@')
        ? 'planted'
        : op === '=' || op === '>=' || op === '<='
          ? value
          : op === '>'
            ? `${Number(value) + 1}`
            : op === '<'
              ? `${Number(value) - 1}`
              : `not ${value}`
      fields = withField(fields as Json, field.split('.'), wanted) as TraceEvent['fields']
    }
    return { ...event, type: pattern.type, atMs, fields }
  })
  return renumbered(run, first ? [...events, ...run.trace] : [...run.trace, ...events])
}

function withField(value: Json, [head, ...rest]: readonly string[], wanted: Json): Json {
  if (head === undefined) return wanted
  const own =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Readonly<Record<string, Json>>)
      : {}
  return { ...own, [head]: withField(own[head] ?? null, rest, wanted) }
}
