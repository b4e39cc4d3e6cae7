import { z } from 'zod'
import type { Json } from '../trace.ts'

/** A row as the wire shows it. Fields that begin with `_` are the twin's own, but for `_links` and `_embedded`. */
export type Row = { readonly [field: string]: Json | undefined }

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const snapshotSchema = z.record(
  z.string(),
  z.array(z.custom<Row>((row) => isRow(row) && typeof keyOf(row as Row) === 'string', 'expected a row with an id')),
)

/** What a row is found by: its id, unless the resource is known by another name. */
export const keyOf = (row: Row): string | undefined => {
  const key = row._key ?? row.id
  return typeof key === 'string' ? key : undefined
}

/** Rows by the path of their collection, such as `policies/rst1/rules`, then by key, oldest first. Rows are never changed in place. */
export class Store {
  readonly #collections = new Map<string, Map<string, Row>>()
  /** Users by login, lower case: the one look-up that cannot go by id. */
  readonly #logins = new Map<string, string>()

  rows(collection: string): readonly Row[] {
    return [...(this.#collections.get(collection)?.values() ?? [])]
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
    const rows = this.#collections.get(collection)
    if (rows === undefined) this.#collections.set(collection, new Map([[key, row]]))
    else rows.set(key, row)
    if (collection === 'users') this.#logins.set(loginOf(row), key)
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
    const id = this.#logins.get(login.toLowerCase())
    return id === undefined ? undefined : this.get('users', id)
  }

  snapshot(): Json {
    const all: { [path: string]: Json } = {}
    for (const [path, rows] of this.#collections) if (rows.size > 0) all[path] = [...rows.values()] as Json
    return all
  }

  /** Throws on what is no snapshot of this kind. */
  restore(json: Json): void {
    const collections = snapshotSchema.parse(json)
    this.#collections.clear()
    this.#logins.clear()
    for (const [path, rows] of Object.entries(collections)) {
      this.#collections.set(path, new Map(rows.map((row) => [keyOf(row) ?? '', row])))
      if (path === 'users') for (const row of rows) this.#logins.set(loginOf(row), keyOf(row) ?? '')
    }
  }

  #forgetLogin(key: string): void {
    const old = this.get('users', key)
    if (old !== undefined) this.#logins.delete(loginOf(old))
  }
}

const loginOf = (user: Row): string => (isRow(user.profile) ? String(user.profile.login).toLowerCase() : '')
