/** Holds Okta's answers against the models of the official SDK, which are made from Okta's own OpenAPI document. */
import type { Shapes } from '../shapes.ts'
import { type Call, type Description, description, type Property } from './okta/description.ts'
import { isBeyond, isOtherKind, isStatus, isValue, mayBeNull, mayLack } from './okta/exceptions.ts'

let known: (Description & { readonly byLength: ReadonlyMap<string, readonly Call[]> }) | undefined

function load(): NonNullable<typeof known> {
  if (known === undefined) {
    const read = description()
    known = { ...read, byLength: Map.groupBy(read.calls, ({ method, path }) => `${method} ${path.length}`) }
  }
  return known
}

export const shapes: Shapes = ({ method, url, status, body }) => {
  const call = callOf(method, url.pathname)
  if (call === undefined) return []
  const type = call.answers[status]
  if (type === undefined) {
    const others = Object.keys(call.answers).filter((one) => one.startsWith('2'))
    const name = `${method} ${call.path.join('/')}`
    return status >= 300 || others.length === 0 || isStatus(name, status)
      ? []
      : [`${name} has the status ${status}, not ${others.join(' or ')}`]
  }
  const found: string[] = []
  if (type !== 'void') check(body, { type }, '', type, found)
  return found
}

/** The call whose path has the fewest parameters, as Okta reads it. */
function callOf(method: string, pathname: string): Call | undefined {
  const parts = pathname.split('/')
  const fits = (load().byLength.get(`${method} ${parts.length}`) ?? []).filter(({ path }) =>
    path.every((part, at) => part === '*' || part === parts[at]),
  )
  const stars = ({ path }: Call): number => path.filter((part) => part === '*').length
  return fits.sort((a, b) => stars(a) - stars(b))[0]
}

/**
 * Adds what is wrong with `value`, a line each. What is unset is null in most of Okta's answers and absent in the others, which its
 * document tells apart hardly anywhere: a field that is not required may be null.
 */
function check(value: unknown, property: Property, at: string, model: string, found: string[]): void {
  const { type } = property
  const wrong = (what: string): void => void found.push(`${at}: ${what} (${model})`)
  if (value === null) {
    const known = mayBeNull(model, at.slice(at.lastIndexOf('.') + 1))
    if (property.required === true && property.nullable !== true && !known) wrong('is null')
    return
  }
  const [, kind, inner = ''] = /^(Array|Set)<(.+)>$/.exec(type) ?? []
  const [, mapped] = /^\{ \[key: string\]: (.+); \}$/.exec(type) ?? []
  const { enums, models, unions } = load()
  const values = enums[type]
  const kinds = unions[type]
  if (kind !== undefined) {
    if (!Array.isArray(value)) wrong('is no list')
    else for (const item of value) check(item, { type: inner }, `${at}[]`, model, found)
  } else if (mapped !== undefined) {
    if (typeof value !== 'object' || Array.isArray(value)) wrong('is no object')
    else for (const item of Object.values(value)) check(item, { type: mapped }, `${at}.*`, model, found)
  } else if (type === 'string' || type === 'number' || type === 'boolean') {
    if (typeof value !== type && !isOtherKind(model)) wrong(`is a ${typeof value}, no ${type}`)
  } else if (type === 'Date') {
    if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) wrong('is no time')
  } else if (kinds !== undefined) {
    // The kind that fits best is the one that was meant.
    const tried = kinds.map((one): string[] => {
      const lines: string[] = []
      check(value, { type: one }, at, model, lines)
      return lines
    })
    found.push(...tried.reduce((best, one) => (one.length < best.length ? one : best)))
  } else if (values !== undefined) {
    const text = String(value)
    if (!values.includes(text) && !isValue(type, text)) wrong(`is none of ${type}: ${JSON.stringify(value)}`)
  } else if (models[type] !== undefined && models[type].blank !== true) checkObject(value, type, at, found)
}

function checkObject(value: unknown, declared: string, at: string, found: string[]): void {
  const { models } = load()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (!isOtherKind(declared)) found.push(`${at}: is no object (${declared})`)
    return
  }
  const row = value as Readonly<Record<string, unknown>>
  const told = models[declared]?.told
  const model = told === undefined ? declared : (told.as[String(row[told.by])] ?? declared)
  const fields = fieldsOf(model)
  for (const [name, property] of fields) {
    if (row[name] !== undefined) check(row[name], property, `${at}.${name}`, model, found)
    else if (property.required === true && !mayLack(model, name)) found.push(`${at}.${name}: is missing (${model})`)
  }
  for (const name of Object.keys(row))
    if (!fields.has(name) && !isBeyond(model, name)) found.push(`${at}.${name}: is not of the vendor (${model})`)
}

/** The fields of a model, and of what it is a kind of. */
function fieldsOf(model: string): ReadonlyMap<string, Property> {
  const { models } = load()
  const { base, properties = {} } = models[model] ?? {}
  return new Map([...(base === undefined ? [] : fieldsOf(base)), ...Object.entries(properties)])
}
