import type { Json } from '../trace.ts'
import { isObj, type Mask, type Obj } from './fields.ts'
import { badRequest, invalidValue } from './wire.ts'
import { gap } from './workspace.ts'

/** Kinds of fields by name, by message: `$`, `#`, `?`, `:Message`, or nothing. */
type Messages = Readonly<Record<string, string>>
const parsed = new Map<Messages, Map<string, ReadonlyMap<string, string>>>()

function fieldsOf(messages: Messages, name: string): ReadonlyMap<string, string> | undefined {
  const known = parsed.get(messages) ?? new Map<string, ReadonlyMap<string, string>>()
  parsed.set(messages, known)
  const text = messages[name]
  if (text === undefined) return undefined
  const found = known.get(name)
  if (found !== undefined) return found
  const fields = new Map(
    text.split(' ').flatMap((field): (readonly [string, string])[] => {
      const [, key = '', kind = ''] = /^(\w+)(.*)$/.exec(field) ?? []
      return key === '' ? [] : [[key, kind]]
    }),
  )
  known.set(name, fields)
  return fields
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const below = (at: string, name: string): string => (at === '' ? snake(name) : `${at}.${snake(name)}`)

/**
 * Throws what the JSON parser in front of the APIs answers to fields it does not know and to values of the wrong type, such as
 * `Unknown name "colour" at 'requests[0].add_sheet': Cannot find field.` `at` is where the message stands.
 */
export function checkShape(messages: Messages, name: string, value: Json, at: string): void {
  const fields = fieldsOf(messages, name)
  if (fields === undefined || !isObj(value)) return
  for (const [key, inner] of Object.entries(value as Obj)) {
    const kind = fields.get(key)
    if (kind === undefined) {
      // The APIs take spreadsheet_id for spreadsheetId as well.
      const camel = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      throw fields.has(camel) ? gap('names with underscores') : unknownName(key, at)
    }
    if (inner !== null) checkValue(messages, kind, inner, below(at, key))
  }
}

function checkValue(messages: Messages, kind: string, value: Json, at: string): void {
  if (kind.startsWith(':')) {
    if (Array.isArray(value)) {
      for (const [n, item] of value.entries()) checkShape(messages, kind.slice(1), item as Json, `${at}[${n}]`)
    } else if (isObj(value)) checkShape(messages, kind.slice(1), value, at)
    else throw invalidValue(at, `type.googleapis.com/google.apps.${kind.slice(1)}`, JSON.stringify(value))
    return
  }
  if (kind === '$' && typeof value !== 'string') throw invalidValue(at, 'TYPE_STRING', JSON.stringify(value))
  if (kind === '?' && typeof value !== 'boolean') throw invalidValue(at, 'TYPE_BOOL', JSON.stringify(value))
  const numeric = typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
  if (kind === '#' && !numeric) throw invalidValue(at, 'TYPE_INT32', JSON.stringify(value))
}

export function unknownName(name: string, at: string): Error {
  const where = at === '' ? '' : ` at '${at}'`
  const description = `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`
  return badRequest(description, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: at, description }] },
  ])
}

/** The first field of a mask that a message has not; undefined when it has them all. Fields of messages that are not listed pass. */
export function strangeField(messages: Messages, name: string, mask: Mask, at = ''): string | undefined {
  const fields = fieldsOf(messages, name)
  if (fields === undefined || mask === 'all') return undefined
  for (const [key, inner] of mask) {
    const path = at === '' ? key : `${at}.${key}`
    const kinds = key === '*' ? [...fields.values()] : [fields.get(key)]
    for (const kind of kinds) {
      if (kind === undefined) return path
      if (inner !== 'all' && /^[$#?]$/.test(kind) && key !== '*') return path
      const found = kind.startsWith(':') && key !== '*' ? strangeField(messages, kind.slice(1), inner, path) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}
