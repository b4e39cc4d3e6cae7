import type { Json } from '../trace.ts'
import { GoogleError } from './wire.ts'

export type Obj = { readonly [name: string]: Json }
export const isObj = (value: Json | undefined): value is Obj =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A parsed `fields`: what is wanted of each field; `all` for the whole of it. */
export type Mask = ReadonlyMap<string, Mask> | 'all'

/**
 * Parses `a,b(c,d/e),f.g,*`. Source: https://developers.google.com/workspace/drive/api/guides/fields-parameter (as known; not opened);
 * that dots and slashes both part names is as recorded.
 */
export function parseMask(text: string): Mask {
  let at = 0
  const wrong = (): GoogleError =>
    new GoogleError(`Invalid field selection ${text}`, {
      status: 400,
      reason: 'invalidParameter',
      location: ['fields', 'parameter'],
    })
  const list = (nested: boolean): Mask => {
    let mask: Mask = new Map<string, Mask>()
    for (;;) {
      mask = joined(mask, item())
      if (text[at] !== ',') break
      at += 1
    }
    if (nested && text[at] !== ')') throw wrong()
    return mask
  }
  const item = (): Mask => {
    const [name] = /^\s*(\*|[A-Za-z_][\w-]*)\s*/.exec(text.slice(at)) ?? []
    if (name === undefined) throw wrong()
    at += name.length
    const field = name.trim()
    const next = text[at]
    if (next === '/' || next === '.') {
      at += 1
      return under(field, item())
    }
    if (next !== '(') return under(field, 'all')
    at += 1
    const inner = list(true)
    at += 1
    return under(field, inner)
  }
  const mask = list(false)
  if (at < text.length) throw wrong()
  return mask
}

const under = (field: string, inner: Mask): Mask =>
  field === '*' && inner === 'all' ? 'all' : new Map([[field, inner]])

function joined(one: Mask, other: Mask): Mask {
  if (one === 'all' || other === 'all') return 'all'
  const both = new Map(one)
  for (const [name, inner] of other) {
    const known = both.get(name)
    both.set(name, known === undefined ? inner : joined(known, inner))
  }
  return both
}

export function innerMask(mask: Mask, name: string): Mask | undefined {
  return mask === 'all' ? 'all' : (mask.get(name) ?? mask.get('*'))
}

/** What a mask leaves of an answer. A list is masked item by item. */
export function masked(value: Json, mask: Mask): Json {
  if (mask === 'all') return value
  if (Array.isArray(value)) return value.map((item) => masked(item as Json, mask))
  if (!isObj(value)) return value
  const kept: Record<string, Json> = {}
  for (const [name, inner] of Object.entries(value)) {
    const wanted = innerMask(mask, name)
    if (wanted !== undefined) kept[name] = masked(inner, wanted)
  }
  return kept
}

/** `target` with the fields of a mask as `source` has them; what it lacks is taken away. */
export function updated(target: Obj, source: Obj, mask: Mask): Obj {
  if (mask === 'all') return source
  const result: Record<string, Json> = { ...target }
  for (const [name, inner] of mask) {
    const [old, value] = [target[name], source[name]]
    if (inner !== 'all' && (isObj(value) || isObj(old))) {
      result[name] = updated(isObj(old) ? old : {}, isObj(value) ? value : {}, inner)
    } else if (value === undefined || value === null) delete result[name]
    else result[name] = value
  }
  return result
}
