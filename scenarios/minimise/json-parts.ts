import type { Json } from '../../twins/trace.ts'

/** The way to a part of a value: keys, and positions as text. */
export type At = readonly string[]

type Fields = { readonly [key: string]: Json | undefined }

/** Every property and item, level by level: the outer ones first. */
export function partsOf(value: Json): readonly At[] {
  const found: At[] = []
  let level: readonly { readonly at: At; readonly value: Json }[] = [{ at: [], value }]
  while (level.length > 0) {
    level = level.flatMap(({ at, value: outer }) =>
      outer === null || typeof outer !== 'object'
        ? []
        : Object.entries(outer).map(([key, inner]) => ({ at: [...at, key], value: inner ?? null })),
    )
    found.push(...level.map(({ at }) => at))
  }
  return found
}

/** The parts that hold no others. */
export function leavesOf(value: Json, at: At = []): readonly At[] {
  return value === null || typeof value !== 'object'
    ? [at]
    : Object.entries(value).flatMap(([key, item]) => leavesOf(item ?? null, [...at, key]))
}

export const valueAt = (value: Json, at: At): Json | undefined =>
  at.reduce<Json | undefined>(
    (outer, key) => (outer !== null && typeof outer === 'object' ? (outer as Fields)[key] : undefined),
    value,
  )

/** `value` without the parts at `gone`; items behind a lost one move up. */
export function withoutParts(value: Json, gone: ReadonlySet<string>, at: At = []): Json {
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    const here = [...at, key]
    return gone.has(keyOf(here)) ? [] : [[key, withoutParts(item ?? null, gone, here)]]
  })
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept)
}

/** A way as one text. */
export const keyOf = (at: At): string => JSON.stringify(at)

export function withValueAt(value: Json, [head, ...rest]: At, next: Json): Json {
  if (head === undefined || value === null || typeof value !== 'object') return next
  if (Array.isArray(value))
    return value.map((item: Json, index) => (`${index}` === head ? withValueAt(item, rest, next) : item))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === head ? withValueAt(item ?? null, rest, next) : item]),
  )
}
