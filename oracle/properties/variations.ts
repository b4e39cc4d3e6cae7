import fc from 'fast-check'
import type { CallStep, Scenario, Step } from '../../scenarios/scenario.ts'
import { FAULT_KINDS } from '../../twins/faults.ts'
import type { Json } from '../../twins/trace.ts'
import { faultOf, SETTLE_MS } from './story.ts'

/** One change of a story, as data: which site it hits is settled when it is applied, so that any change fits any story. */
type Change =
  /** `again`: the same request once more, with one value changed. */
  | { readonly kind: 'value' | 'again'; readonly site: number; readonly pick: number }
  | { readonly kind: 'repeat' | 'drop' | 'swap' | 'join'; readonly site: number }
  | {
      readonly kind: 'fault'
      readonly site: number
      readonly operation: number
      readonly fault: number
      readonly nth: number
    }
  | { readonly kind: 'pass'; readonly site: number; readonly passMs: number }

const site = fc.nat(1000)
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('value' as const, 'again' as const), site, pick: fc.nat(1000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('repeat' as const, 'drop' as const, 'swap' as const, 'join' as const),
      site,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      site,
      operation: fc.nat(1000),
      fault: fc.nat(1000),
      nth: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      site,
      passMs: fc.constantFrom(1000, 60_000, 3_600_000, 26 * 3_600_000, 31 * 86_400_000),
    }),
  },
)

export type VariationOptions = {
  /** Operations that can go wrong, as `twin.operation`. */
  readonly operations: readonly string[]
  readonly changesMax?: number
}

/**
 * Stories near the given ones: values replaced by their neighbours and extremes, requests repeated, dropped, swapped or sent at one instant,
 * faults added, time passing. Fewer changes are simpler, so a failure shrinks towards its example. Expectations are left behind: they
 * spoke of the example; rules and properties judge what comes of it.
 */
export function variationsOf(
  examples: readonly Scenario[],
  { operations, changesMax = 4 }: VariationOptions,
): fc.Arbitrary<Scenario> {
  const stories = examples.map(named)
  if (stories.length === 0) throw new Error('variationsOf: expected example scenarios, got none.')
  return fc
    .tuple(fc.constantFrom(...stories), fc.array(change, { maxLength: changesMax }))
    .map(([story, changes]) =>
      settled(changes.reduce<Scenario>((one, next) => apply(one, next, operations), { ...story, then: [] })),
    )
}

/** The story with a name for every step, as a file could say them; templates follow. */
function named(scenario: Scenario): Scenario {
  const rename = new Map<string, string>()
  for (const step of scenario.when)
    for (const { id } of step.kind === 'together' ? [step, ...step.calls] : [step])
      if (!/^[a-z]/.test(id)) rename.set(id, `s${id}`)
  if (rename.size === 0) return scenario
  const text = (value: string): string =>
    value.replace(/\{\{\s*([^{}.]+)/g, (whole, name: string) => (rename.has(name) ? `{{${rename.get(name)}` : whole))
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value)
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map((item: Json) => json(item))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, json(item ?? null)]))
  }
  const call = (one: CallStep): CallStep => ({
    ...one,
    id: rename.get(one.id) ?? one.id,
    path: text(one.path),
    headers: Object.fromEntries(Object.entries(one.headers).map(([name, value]) => [name, text(value)])),
    body:
      one.body === undefined
        ? undefined
        : 'json' in one.body
          ? { json: json(one.body.json) }
          : { text: text(one.body.text) },
  })
  const step = (one: Step): Step => {
    if (one.kind === 'call') return call(one)
    const id = rename.get(one.id) ?? one.id
    if (one.kind === 'together') return { ...one, id, calls: one.calls.map(call) }
    return one.kind === 'event' ? { ...one, id, fields: json(one.fields) } : { ...one, id }
  }
  return { ...scenario, when: scenario.when.map(step) }
}

/** Time to settle behind whatever was added; a story that grew must not be cut off. */
function settled(scenario: Scenario): Scenario {
  const lastMs = scenario.when.reduce(
    (ms, step) => Math.max(ms, step.atMs ?? 0) + (step.kind === 'pass' ? step.passMs : 0),
    0,
  )
  return { ...scenario, horizonMs: Math.max(scenario.horizonMs, lastMs + SETTLE_MS) }
}

const insert = (scenario: Scenario, at: number, step: Step): Scenario => ({
  ...scenario,
  when: [...scenario.when.slice(0, at), step, ...scenario.when.slice(at)],
})
const replace = (scenario: Scenario, at: number, step: Step | undefined): Scenario => ({
  ...scenario,
  when: scenario.when.flatMap((old, index) => (index !== at ? [old] : step === undefined ? [] : [step])),
})

function freshId(scenario: Scenario, like: string): string {
  const taken = new Set(
    scenario.when.flatMap((step) =>
      step.kind === 'together' ? [step.id, ...step.calls.map(({ id }) => id)] : [step.id],
    ),
  )
  for (let n = 2; ; n++) if (!taken.has(`${like}-${n}`)) return `${like}-${n}`
}

function apply(scenario: Scenario, one: Change, operations: readonly string[]): Scenario {
  const { when } = scenario
  const calls = when.flatMap((step, at) => (step.kind === 'call' ? [{ step, at }] : []))
  const chosen = calls[one.site % Math.max(1, calls.length)]
  switch (one.kind) {
    case 'value':
    case 'again': {
      if (chosen?.step.body === undefined || !('json' in chosen.step.body)) return scenario
      const { json } = chosen.step.body
      const changed = changeValue(json, one.pick)
      if (changed === undefined) return scenario
      const step: CallStep = { ...chosen.step, body: { json: changed } }
      if (one.kind === 'value') return replace(scenario, chosen.at, step)
      return insert(scenario, chosen.at + 1, { ...step, id: freshId(scenario, step.id), atMs: undefined, capture: {} })
    }
    case 'repeat':
      return chosen === undefined
        ? scenario
        : insert(scenario, chosen.at + 1, {
            ...chosen.step,
            id: freshId(scenario, chosen.step.id),
            atMs: undefined,
            capture: {},
          })
    case 'drop':
      return calls.length < 2 || chosen === undefined || isNeeded(scenario, chosen.step)
        ? scenario
        : replace(scenario, chosen.at, undefined)
    case 'swap': {
      const next = when[(chosen?.at ?? 0) + 1]
      if (chosen === undefined || next?.kind !== 'call' || next.atMs !== undefined || isNeeded(scenario, chosen.step))
        return scenario
      return {
        ...scenario,
        when: when.map((step, at) =>
          at === chosen.at
            ? { ...next, atMs: chosen.step.atMs }
            : at === chosen.at + 1
              ? { ...chosen.step, atMs: undefined }
              : step,
        ),
      }
    }
    case 'join': {
      const next = when[(chosen?.at ?? 0) + 1]
      if (chosen === undefined || next?.kind !== 'call' || next.atMs !== undefined || isNeeded(scenario, chosen.step))
        return scenario
      const group: Step = {
        kind: 'together',
        id: freshId(scenario, `${chosen.step.id}-group`),
        atMs: chosen.step.atMs,
        place: chosen.step.place,
        calls: [{ ...chosen.step, atMs: undefined }, next],
      }
      return replace(replace(scenario, chosen.at + 1, undefined), chosen.at, group)
    }
    case 'fault': {
      const on = operations[one.operation % Math.max(1, operations.length)]
      const kinds = FAULT_KINDS.filter((kind) => kind !== 'reorder' && kind !== 'drop' && kind !== 'error')
      const kind = kinds[one.fault % kinds.length]
      if (on === undefined || kind === undefined || chosen === undefined) return scenario
      const id = freshId(scenario, 'fault')
      return insert(scenario, chosen.at, {
        kind: 'fault',
        id,
        atMs: undefined,
        place: chosen.step.place,
        fault: faultOf(on, kind, one.nth),
      })
    }
    case 'pass':
      // Where later steps have a fixed time, time passing could not come before them.
      if (chosen === undefined || when.slice(chosen.at).some(({ atMs }) => atMs !== undefined)) return scenario
      return insert(scenario, chosen.at, {
        kind: 'pass',
        id: freshId(scenario, 'pass'),
        atMs: undefined,
        place: chosen.step.place,
        passMs: one.passMs,
      })
    default:
      return one satisfies never
  }
}

/** Whether a later step speaks of this one. */
function isNeeded({ when }: Scenario, step: CallStep): boolean {
  const text = JSON.stringify(when)
  return [step.id, ...Object.keys(step.capture)].some((name) => new RegExp(`\\{\\{\\s*${name}[.}\\s]`).test(text))
}

type At = readonly (string | number)[]

/** Every place in a body: leaves to change, keys to leave out. */
function sites(value: Json, at: At = []): readonly At[] {
  if (value === null || typeof value !== 'object') return [at]
  return Object.entries(value).flatMap(([key, item]) =>
    sites(item ?? null, [...at, Array.isArray(value) ? Number(key) : key]),
  )
}

function changeValue(json: Json, pick: number): Json | undefined {
  const all = sites(json)
  const at = all[pick % Math.max(1, all.length)]
  if (at === undefined) return undefined
  const how = Math.floor(pick / Math.max(1, all.length))
  return setAt(json, at, (old) => {
    const choices = neighbours(old)
    return choices[how % choices.length]
  })
}

/** Values near a value, and at the edges of its kind; undefined leaves it out. */
function neighbours(old: Json): readonly (Json | undefined)[] {
  if (typeof old === 'number')
    return [
      old + 1,
      old - 1,
      0,
      1,
      -old,
      old * 2,
      old * 10,
      Math.floor(old / 2),
      Math.floor(old / 3),
      old + 5,
      999_999_99,
      5,
      105,
      undefined,
    ]
  if (typeof old === 'boolean') return [!old, undefined]
  if (typeof old === 'string') {
    if (old.includes('{{')) return [undefined]
    return /^-?\d+(\.\d+)?$/.test(old)
      ? ['0', '1', `${old}0`, `-${old}`, undefined]
      : ['', `${old}x`, old.toUpperCase(), 'ä'.repeat(300), undefined]
  }
  return [undefined, 0, '']
}

function setAt(value: Json, [head, ...rest]: At, change: (old: Json) => Json | undefined): Json | undefined {
  if (head === undefined) return change(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, index) => {
      if (index !== head) return [item]
      const changed = setAt(item, rest, change)
      return changed === undefined ? [] : [changed]
    })
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (key !== head) return [[key, item]]
      const changed = setAt(item ?? null, rest, change)
      return changed === undefined ? [] : [[key, changed]]
    }),
  )
}
