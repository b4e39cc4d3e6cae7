import { fieldAt } from '../twins/faults.ts'
import type { Json } from '../twins/trace.ts'

const pattern = (text: string): RegExp | undefined => {
  const found = /^\/(.+)\/([a-z]*)$/s.exec(text)
  return found === null ? undefined : new RegExp(found[1] ?? '', found[2])
}

/**
 * Whether `got` holds what `wanted` asks for: objects by the keys that are asked for, lists item by item, a string `/…/` as a regular
 * expression. Numbers and their decimal text are equal, as vendors print amounts either way.
 */
export function matches(got: Json | undefined, wanted: Json): boolean {
  if (typeof wanted === 'string') {
    const regex = pattern(wanted)
    if (regex !== undefined)
      return got !== undefined && got !== null && typeof got !== 'object' && regex.test(String(got))
  }
  if (wanted === null || typeof wanted !== 'object') {
    return (
      got === wanted ||
      (typeof got !== 'object' && got !== undefined && typeof wanted !== 'boolean' && String(got) === String(wanted))
    )
  }
  if (got === null || got === undefined || typeof got !== 'object') return false
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(got) &&
      got.length === wanted.length &&
      wanted.every((item: Json, at) => matches(got[at] as Json, item))
    )
  }
  return Object.entries(wanted).every(([key, value]) => value === undefined || matches(fieldAt(got, key), value))
}

/** Whether all the fields that `where` names, by dot path, match. */
export const hasFields = (row: Json, where: Readonly<Record<string, Json>> | undefined): boolean =>
  Object.entries(where ?? {}).every(([path, wanted]) => matches(fieldAt(row, path), wanted))

/** Data as a short line of text. */
export const brief = (value: Json | undefined): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}
