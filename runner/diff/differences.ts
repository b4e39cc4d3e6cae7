import type { Run } from '../../scenarios/run.ts'
import type { Json } from '../../twins/trace.ts'
import { BY_ITSELF, type Observation, observe, type Unit } from './observe.ts'
import type { Overlook } from './overlook.ts'

/** One place where two programs differ. */
export type Difference = {
  readonly step: string
  readonly route: string
  /** `answer`, `call stripe.refunds.create`, `state stripe.charges` ... */
  readonly what: string
  /** The field, as a path; empty when the whole thing is only on one side. Positions in lists stand as `*`. */
  readonly field: string
  readonly kind: 'changed' | 'added' | 'missing'
  readonly left: Json | undefined
  readonly right: Json | undefined
  /** How early in its request; what comes first is the cause, times are never. */
  readonly rank: number
}

/** Requests of both runs side by side, with what differs in each, earliest first. */
export type Compared = { readonly unit: Unit; readonly differences: readonly Difference[] }

/** Times differ because something else does; alone they count as well. */
const TIME_RANK = 1_000_000
/** What twins hold at the end follows from what was called. */
const STATE_RANK = 2_000_000

/** Compares two runs of one story, request by request. `overlook` is asked about every pair that differs. */
export function compareRuns(base: Run, candidate: Run, overlook: Overlook): readonly Compared[] {
  const [mine, theirs] = [observe(base), observe(candidate)]
  const units = new Map<string, { readonly unit: Unit; readonly found: Difference[] }>()
  for (const step of new Set([...mine.keys(), ...theirs.keys()])) {
    const [left, right] = [mine.get(step), theirs.get(step)]
    const unit = left ?? right
    if (unit === undefined) continue
    units.set(step, { unit, found: [...compareUnits(unit, left?.seen ?? [], right?.seen ?? [], overlook)] })
  }
  for (const difference of compareStates(base, candidate, overlook)) {
    const at = units.get(difference.step)
    if (at !== undefined) at.found.push({ ...difference, route: at.unit.route })
    else units.set(difference.step, { unit: nobody(difference.step), found: [difference] })
  }
  return [...units.values()].map(({ unit, found }) => ({
    unit,
    differences: found.toSorted((a, b) => a.rank - b.rank),
  }))
}

const nobody = (step: string): Unit => ({ step, route: BY_ITSELF, faults: [], seen: [] })

function* compareUnits(
  { step, route }: Unit,
  left: readonly Observation[],
  right: readonly Observation[],
  overlook: Overlook,
): Generator<Difference> {
  const nameOf = ({ what, nth }: Observation): string => `${what}#${nth}`
  const theirs = new Map(right.map((one, at) => [nameOf(one), { one, at }]))
  const mine = new Set(left.map(nameOf))
  for (const [at, one] of left.entries()) {
    const other = theirs.get(nameOf(one))
    const common = { step, route, what: one.what }
    if (other === undefined) {
      yield { ...common, field: '', kind: 'missing', left: one.says, right: undefined, rank: at }
      continue
    }
    for (const { path, left: was, right: is } of fieldsThatDiffer(one.says, other.one.says)) {
      if (overlook([...one.what.split(' '), ...path], was, is)) continue
      const rank = Math.max(at, other.at) + (isTime(path) ? TIME_RANK : 0)
      yield { ...common, field: fieldOf(path), kind: kindOf(was, is), left: was, right: is, rank }
    }
  }
  for (const [at, one] of right.entries())
    if (!mine.has(nameOf(one)))
      yield { step, route, what: one.what, field: '', kind: 'added', left: undefined, right: one.says, rank: at }
}

const isTime = (path: readonly string[]): boolean => /^(after|at)_ms$/.test(path.at(-1) ?? '') && path.length === 1

const kindOf = (left: Json | undefined, right: Json | undefined): Difference['kind'] =>
  left === undefined ? 'added' : right === undefined ? 'missing' : 'changed'

/** A path for people; which item of a list it was is no part of what differs. */
const fieldOf = (path: readonly string[]): string => path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.')

type Leaf = { readonly path: readonly string[]; readonly left: Json | undefined; readonly right: Json | undefined }

/** The innermost places where two values differ, in the order of the first. */
export function fieldsThatDiffer(
  left: Json | undefined,
  right: Json | undefined,
  path: readonly string[] = [],
): readonly Leaf[] {
  if (left === right) return []
  if (!isContainer(left) || !isContainer(right) || Array.isArray(left) !== Array.isArray(right))
    return [{ path, left, right }]
  const [mine, theirs] = [left as Fields, right as Fields]
  return [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].flatMap((key) =>
    fieldsThatDiffer(mine[key], theirs[key], [...path, key]),
  )
}

type Fields = { readonly [key: string]: Json | undefined }
const isContainer = (value: Json | undefined): value is Fields | readonly Json[] =>
  value !== null && typeof value === 'object'

/** What twins hold at the end, row by row; each row on the account of the step that first spoke of it. */
function* compareStates(base: Run, candidate: Run, overlook: Overlook): Generator<Difference> {
  const steps = [speakers(base), speakers(candidate)] as const
  for (const twin of new Set([...Object.keys(base.states), ...Object.keys(candidate.states)])) {
    const [left, right] = [byId(base.states[twin] ?? null), byId(candidate.states[twin] ?? null)]
    for (const { path, left: was, right: is } of fieldsThatDiffer(left, right)) {
      const row = path.findIndex((part) => part.startsWith(ROW))
      const id = row < 0 ? undefined : path[row]?.slice(ROW.length)
      const step = id === undefined ? 'end' : (steps[0].get(id) ?? steps[1].get(id) ?? 'end')
      if (overlook(['state', twin, ...path.map((part) => (part.startsWith(ROW) ? '*' : part))], was, is)) continue
      const collection = row < 0 ? path : path.slice(0, row)
      yield {
        step,
        route: BY_ITSELF,
        what: `state ${[twin, fieldOf(collection)].filter((part) => part !== '').join('.')}`,
        field: row < 0 ? '' : fieldOf(path.slice(row + 1)),
        kind: kindOf(was, is),
        left: was,
        right: is,
        rank: STATE_RANK,
      }
    }
  }
}

/** Marks the key of a row that was found by its id. */
const ROW = 'row '

/** Lists of rows with ids as records by id: a row more in front moves none of the others. */
function byId(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const ids = value.map((row: Json) => (isContainer(row) && 'id' in row ? row.id : undefined))
    // No rows are no rows, also beside some on the other side.
    if (value.length === 0) return {}
    const named = ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length
    if (!named) return value.map((item: Json) => byId(item))
    return Object.fromEntries(value.map((row: Json, at): [string, Json] => [`${ROW}${ids[at]}`, byId(row)]))
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, byId(item ?? null)]))
}

/** For each text of the trace, the step that said it first. */
function speakers({ trace }: Run): ReadonlyMap<string, string> {
  const first = new Map<string, string>()
  const walk = (value: Json | undefined, step: string): void => {
    if (typeof value === 'string') {
      if (!first.has(value)) first.set(value, step)
    } else if (isContainer(value)) for (const item of Object.values(value)) walk(item as Json | undefined, step)
  }
  for (const { step, fields } of trace) walk(fields, step)
  return first
}
