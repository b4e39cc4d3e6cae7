import { Rows } from '../rows.ts'
import type { Json } from '../trace.ts'

/** A row as the wire shows it. Fields that begin with `_` are the twin's own, but for `_links` and `_embedded`. */
export type Row = { readonly [field: string]: Json | undefined }

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a row is found by: its id, unless the resource is known by another name. */
export const keyOf = (row: Row): string | undefined => {
  const key = row._key ?? row.id
  return typeof key === 'string' ? key : undefined
}

/** Rows by the path of their collection, such as `policies/rst1/rules`, then by key, oldest first. Rows are never changed in place. */
export class Store {
  readonly #collections = new Map<string, Rows<string, Row>>()
  /** Users by login, lower case: the one look-up that cannot go by id. Made when first asked for. */
  #logins: Map<string, string> | undefined

  rows(collection: string): readonly Row[] {
    return this.#collections.get(collection)?.list() ?? []
  }

  get(collection: string, key: string): Row | undefined {
    return this.#collections.get(collection)?.get(key)
  }

  has(collection: string): boolean {
    return (this.#collections.get(collection)?.size ?? 0) > 0
  }

  put(collection: string, row: Row): Row {
    const key = keyOf(row)
    if (key === undefined) throw new Error(`okta: expected a row of ${collection} with an id, got none.`)
    if (collection === 'users') this.#forgetLogin(key)
    const rows = this.#collections.get(collection) ?? noRows()
    rows.set(key, row)
    this.#collections.set(collection, rows)
    if (collection === 'users') this.#logins?.set(loginOf(row), key)
    return row
  }

  /** Takes a row away, and all that stands below it. */
  remove(collection: string, key: string): boolean {
    if (collection === 'users') this.#forgetLogin(key)
    const below = `${collection}/${key}/`
    for (const path of this.#collections.keys()) if (path.startsWith(below)) this.#collections.delete(path)
    return this.#collections.get(collection)?.delete(key) ?? false
  }

  userByLogin(login: string): Row | undefined {
    this.#logins ??= new Map([...(this.#collections.get('users') ?? [])].map(([key, row]) => [loginOf(row), key]))
    const id = this.#logins.get(login.toLowerCase())
    return id === undefined ? undefined : this.get('users', id)
  }

  snapshot(): Json {
    const all: { [path: string]: Json } = {}
    for (const [path, rows] of this.#collections) if (rows.size > 0) all[path] = rows.list().slice() as Json
    return all
  }

  /** Throws on what is no snapshot of this kind. */
  restore(json: Json): void {
    if (!isRow(json)) throw new Error('okta: expected a snapshot of collections, got something else.')
    const collections = new Map(Object.entries(json).map(([path, rows]) => [path, keyed(path, rows)]))
    this.#collections.clear()
    this.#logins = undefined
    for (const [path, rows] of collections) this.#collections.set(path, rows)
  }

  #forgetLogin(key: string): void {
    const old = this.#logins === undefined ? undefined : this.get('users', key)
    if (old !== undefined) this.#logins?.delete(loginOf(old))
  }
}

/** Rows that have keys: `put` and `restore` see to it. */
const noRows = (): Rows<string, Row> => new Rows((row) => keyOf(row) ?? '')

/** By hand rather than by schema: rows may be a hundred thousand. */
function keyed(path: string, rows: Json | undefined): Rows<string, Row> {
  if (!Array.isArray(rows)) throw new Error(`okta: expected a list of ${path} in the snapshot, got something else.`)
  for (const row of rows as readonly Json[])
    if (!isRow(row) || keyOf(row) === undefined)
      throw new Error(`okta: expected rows with an id in ${path} of the snapshot, got another.`)
  const found = noRows()
  found.fill(rows as readonly Row[])
  return found
}

const loginOf = (user: Row): string => (isRow(user.profile) ? String(user.profile.login).toLowerCase() : '')
