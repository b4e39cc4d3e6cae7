import type { Ignore } from '../../twins/fidelity.ts'
import type { Json } from '../../twins/trace.ts'
import { type Bindings, isUnmistakable } from './bindings.ts'
import { isObject, type Wire } from './body.ts'

/** One place where the twin answers otherwise. */
export type Difference = { readonly at: string; readonly expected: string; readonly got: string }

/** Fields that say what a thing is or how it went: they are compared by value, all others by type. */
const TELLING = new Set(
  'object type kind status state event role code error errorCode error_code decline_code finish_reason stop_reason __type ok'.split(
    ' ',
  ),
)
/** Lists that hold what was asked for, so that the collection's name says what is in them. */
const ENVELOPES = new Set(['data', 'items', 'results', 'value', 'values', 'body', ''])

/** What requests have said so far, by field name: an answer that says it again has to say the same. */
export class Said {
  readonly #values = new Map<string, Set<string>>()

  add(value: Json | undefined, key = ''): void {
    if (Array.isArray(value)) for (const item of value) this.add(item as Json, key)
    else if (isObject(value)) for (const [name, item] of Object.entries(value)) this.add(item, name)
    else if (value !== undefined && value !== null && value !== '') {
      const known = this.#values.get(key)
      if (known === undefined) this.#values.set(key, new Set([String(value)]))
      else known.add(String(value))
    }
  }

  has(key: string, value: string | number | boolean): boolean {
    return this.#values.get(key)?.has(String(value)) === true
  }
}

export type Comparison = {
  readonly bindings: Bindings
  readonly said: Said
  readonly ignores: readonly Ignore[]
  /** The collection the request was about. */
  readonly collection: string
  /** Counts the ignores that were needed. */
  readonly onIgnored: (ignore: Ignore) => void
}

type Place = { readonly path: string; readonly key: string; readonly kinds: readonly string[] }

/** Binds the ids of two answers, then gives their first differences in the recorded order. */
export function compare(recorded: Json, actual: Json, on: Comparison): readonly Difference[] {
  const place: Place = { path: '', key: '', kinds: [on.collection] }
  bindAll(recorded, actual, place, on)
  return differences(recorded, actual, place, on)
}

function inside(value: Wire, key: string, place: Place, on: Comparison): Place {
  const tag = typeof value.object === 'string' ? [value.object] : []
  const around = ENVELOPES.has(place.key) ? on.collection : place.key
  return { path: place.path === '' ? key : `${place.path}.${key}`, key, kinds: [...tag, around] }
}

function bindAll(recorded: Json, actual: Json, place: Place, on: Comparison): void {
  if (Array.isArray(recorded) && Array.isArray(actual)) {
    for (const [theirs, ours] of pair(recorded, actual, on.bindings).pairs) bindAll(theirs, ours, place, on)
  } else if (isObject(recorded) && isObject(actual)) {
    for (const [key, theirs] of Object.entries(recorded)) {
      const ours = actual[key]
      if (ours !== undefined) bindAll(theirs, ours, inside(recorded, key, place, on), on)
    }
  } else if (
    (typeof recorded === 'string' || typeof recorded === 'number') &&
    (typeof actual === 'string' || typeof actual === 'number')
  ) {
    on.bindings.bind(recorded, actual, place.key, place.kinds)
  }
}

const NAMES = ['id', 'key', 'login', 'email', 'name', 'type'] as const

type Pairs = { readonly pairs: readonly (readonly [Json, Json])[]; readonly lost: readonly Json[] }

/** Which items of two lists stand for each other: those with a bound id or the very same, then by position, or by name where lengths differ. */
function pair(recorded: readonly Json[], actual: readonly Json[], bindings: Bindings): Pairs {
  const pairs: [Json, Json][] = []
  const lost: Json[] = []
  const free = new Set(actual)
  const rest: Json[] = []
  for (const item of recorded) {
    const id = isObject(item) ? item.id : undefined
    // What a seed was made of goes by its recorded id from the start.
    const same = typeof id === 'string' && isUnmistakable(id) && actual.some((one) => isObject(one) && one.id === id)
    const bound = typeof id === 'string' ? (bindings.of(id) ?? (same ? id : undefined)) : undefined
    if (bound === undefined) {
      rest.push(item)
      continue
    }
    const found = [...free].find((one) => isObject(one) && one.id === bound)
    if (found === undefined) lost.push(item)
    else {
      free.delete(found)
      pairs.push([item, found])
    }
  }
  const left = [...free]
  if (rest.length === left.length) rest.forEach((item, at) => void pairs.push([item, left[at] ?? null]))
  else {
    for (const item of rest) {
      const found = left.find((one) => free.has(one) && sameName(item, one))
      if (found === undefined) continue
      free.delete(found)
      pairs.push([item, found])
    }
  }
  return { pairs, lost }
}

function sameName(one: Json, other: Json): boolean {
  if (!isObject(one) || !isObject(other)) return false
  return NAMES.some((name) => typeof one[name] === 'string' && one[name] === other[name])
}

const show = (value: Json | undefined): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
const typeOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)

function differences(recorded: Json, actual: Json, place: Place, on: Comparison): readonly Difference[] {
  const differ = (what: Ignore['what'], expected: string, got: string): readonly Difference[] =>
    ignored(what, place.path, on) ? [] : [{ at: place.path || 'body', expected, got }]
  if (typeOf(recorded) !== typeOf(actual)) {
    return differ('type', `${typeOf(recorded)} ${show(recorded)}`, `${typeOf(actual)} ${show(actual)}`)
  }
  if (Array.isArray(recorded) && Array.isArray(actual)) return listDifferences(recorded, actual, place, on)
  if (isObject(recorded) && isObject(actual)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(actual)])]
    return keys.flatMap((key) => {
      const [theirs, ours] = [recorded[key], actual[key] ?? (Object.hasOwn(actual, key) ? null : undefined)]
      const at = inside(recorded, key, place, on)
      if (theirs === undefined)
        return ignored('extra', at.path, on) ? [] : [{ at: at.path, expected: 'nothing', got: show(ours) }]
      if (ours === undefined)
        return ignored('missing', at.path, on) ? [] : [{ at: at.path, expected: show(theirs), got: 'nothing' }]
      return differences(theirs, ours, at, on)
    })
  }
  const expected = wanted(recorded, place, on)
  return expected === undefined || expected === actual ? [] : differ('value', show(expected), show(actual))
}

/** The value an answer must have at a place; undefined where its type is enough. */
function wanted(recorded: Json, place: Place, on: Comparison): Json | undefined {
  if (recorded === null || typeof recorded === 'object') return undefined
  const bound = typeof recorded === 'string' && isUnmistakable(recorded) ? on.bindings.of(recorded) : undefined
  if (bound !== undefined) return bound
  if (TELLING.has(place.key) && isWord(recorded)) return recorded
  if (!on.said.has(place.key, recorded) || (typeof recorded === 'string' && isAddress(recorded))) return undefined
  return typeof recorded === 'boolean' ? recorded : (on.bindings.short(place.key, recorded) ?? recorded)
}

/** A word of the vendor's, not prose. */
const isWord = (value: string | number | boolean): boolean =>
  typeof value !== 'string' || /^[\w.:#/-]{1,60}$/.test(value)
/** Ids within an address are bound by their parts. */
const isAddress = (text: string): boolean => text.includes('://')

function listDifferences(
  recorded: readonly Json[],
  actual: readonly Json[],
  place: Place,
  on: Comparison,
): readonly Difference[] {
  const differ = (expected: string, got: string): readonly Difference[] =>
    ignored('value', place.path, on) ? [] : [{ at: place.path || 'body', expected, got }]
  if (recorded.length === 0 || actual.length === 0) {
    return recorded.length === actual.length ? [] : differ(`${recorded.length} items`, `${actual.length} items`)
  }
  const { pairs, lost } = pair(recorded, actual, on.bindings)
  if (lost.length > 0) return differ(`an item like ${show(lost[0])}`, 'none')
  if (place.key === 'events' && recorded.length !== actual.length) {
    const at = recorded.findIndex((item, n) => !sameEvent(item, actual[n]))
    return differ(show(recorded[at]), show(actual[at]))
  }
  const scalars = recorded.every((item) => typeof item === 'string' && on.said.has(place.key, item))
  if (scalars && recorded.length !== actual.length) return differ(show(recorded as Json), show(actual as Json))
  const [theirs, ours] = [recorded[0] ?? null, actual[0] ?? null]
  // Lists of another length still hold things of one shape.
  const compared = pairs.length > 0 ? pairs : [[theirs, ours] as const]
  return compared.flatMap(([one, other], at) => {
    const inner = { ...place, path: `${place.path}${place.path === '' ? '' : '.'}${at}` }
    return differences(one, other, inner, on)
  })
}

const sameEvent = (one: Json, other: Json | undefined): boolean => {
  if (!isObject(one) || !isObject(other)) return false
  const tag = (event: Wire): Json | undefined => event.event ?? (isObject(event.data) ? event.data.type : undefined)
  return tag(one) === tag(other)
}

function ignored(what: Ignore['what'], path: string, on: Comparison): boolean {
  const ignore = on.ignores.find((one) => one.what === what && fits(one.at.split('.'), path.split('.')))
  if (ignore !== undefined) on.onIgnored(ignore)
  return ignore !== undefined
}

/** Whether a path fits a pattern: `*` is one part of it, `**` any number. */
function fits(pattern: readonly string[], path: readonly string[]): boolean {
  const [head, ...rest] = pattern
  if (head === undefined) return path.length === 0
  if (head === '**') return fits(rest, path) || (path.length > 0 && fits(pattern, path.slice(1)))
  const [part, ...others] = path
  return part !== undefined && (head === '*' || head === part) && fits(rest, others)
}
