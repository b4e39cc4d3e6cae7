import fc from 'fast-check'
import type { CallStep, PassStep, Place, Scenario, Step } from '../../scenarios/scenario.ts'
import { FAULT_KINDS, type Fault } from '../../twins/faults.ts'
import type { Json } from '../../twins/trace.ts'

/** A step that has no name and no place yet: the story names its steps in order. */
export type Unnamed =
  | Omit<CallStep, 'id' | 'place' | 'atMs'>
  | Omit<PassStep, 'id' | 'place' | 'atMs'>
  | { readonly kind: 'fault'; readonly fault: Fault }

const GENERATED: Place = { file: 'generated', line: 1, column: 1 }
/** After the last step of a generated story, so long is waited for what is still under way. */
export const SETTLE_MS = 600_000

/** Stories out of steps: whatever the steps are, they come named, in order, and with time to settle. */
export function anyStory(options: {
  readonly id: string
  readonly clock: string
  readonly given?: Readonly<Record<string, Json>>
  readonly steps: fc.Arbitrary<Unnamed>
  readonly stepsMax?: number
}): fc.Arbitrary<Scenario> {
  const { id, clock, given = {}, steps, stepsMax = 6 } = options
  return fc.array(steps, { minLength: 1, maxLength: stepsMax }).map((list) => storyOf({ id, clock, given }, list))
}

/** A scenario out of steps without names. */
export function storyOf(
  {
    id,
    clock,
    given = {},
  }: { readonly id: string; readonly clock: string; readonly given?: Readonly<Record<string, Json>> },
  list: readonly Unnamed[],
): Scenario {
  const when = list.map((step, at): Step => ({ ...step, id: `s${at + 1}`, atMs: undefined, place: GENERATED }))
  const passedMs = when.reduce((ms, step) => ms + (step.kind === 'pass' ? step.passMs : 0), 0)
  return {
    schema: 1,
    id,
    covers: [],
    title: id,
    clock,
    zone: undefined,
    seeds: undefined,
    horizonMs: passedMs + SETTLE_MS,
    given,
    when,
    then: [],
    place: GENERATED,
  }
}

/** A request: `aCall('POST', '/orders', fc.record({ amount: fc.nat() }))`. */
export const aCall = (
  method: string,
  path: string | fc.Arbitrary<string>,
  body?: fc.Arbitrary<unknown>,
  headers: Readonly<Record<string, string>> = {},
): fc.Arbitrary<Unnamed> =>
  fc.tuple(typeof path === 'string' ? fc.constant(path) : path, body ?? fc.constant(undefined)).map(([to, json]) => ({
    kind: 'call',
    method,
    path: to,
    headers,
    body: json === undefined ? undefined : { json: json as Json },
    capture: {},
  }))

/** Time passing: a moment, minutes, a night, a month. */
export const aWhile: fc.Arbitrary<Unnamed> = fc
  .constantFrom(1, 1000, 60_000, 3_600_000, 86_400_000, 31 * 86_400_000)
  .map((passMs) => ({ kind: 'pass', passMs }))

/** Faults of calls; those for deliveries only are left out. */
const CALL_FAULTS = FAULT_KINDS.filter((kind) => kind !== 'reorder' && kind !== 'drop' && kind !== 'error')

/** Something goes wrong at one of these operations, at its first, second or third call. */
export const aFault = (operations: readonly string[]): fc.Arbitrary<Unnamed> =>
  fc
    .record({
      on: fc.constantFrom(...operations),
      kind: fc.constantFrom(...CALL_FAULTS),
      nth: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ on, kind, nth }) => ({ kind: 'fault', fault: faultOf(on, kind, nth) }))

export function faultOf(on: string, kind: Fault['kind'], nth: number): Fault {
  const base = { on, kind, nth }
  if (kind === 'status') return { ...base, status: 503 }
  if (kind === 'rate-limit') return { ...base, retryAfterMs: 5000 }
  return kind === 'slow' ? { ...base, byMs: 20_000 } : base
}
