import type { Json } from '../trace.ts'

/** A row: what is stored of a thing, by and large as the wire names it. Fields that begin with `_` are the twin's own. */
export type Row = { readonly [field: string]: Json | undefined }

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const rowOf = (value: Json | undefined): Row => (isRow(value) ? value : {})
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : [])
export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
export const count = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)

type Place = { readonly collection: string; readonly key: string }

/**
 * Rows by the path of their collection, such as `repos/acme/app/issues`, then by key, oldest first. Rows are never changed in place,
 * so that a snapshot is a list of them.
 */
export class Store {
  readonly #collections = new Map<string, Map<string, Row>>()
  /** Where things are by node id, and accounts and repositories by number. Made when first asked for. */
  #nodes: Map<string, Place> | undefined
  #numbers: Map<string, string> | undefined

  rows(collection: string): readonly Row[] {
    return [...(this.#collections.get(collection)?.values() ?? [])]
  }

  get(collection: string, key: string | number): Row | undefined {
    return this.#collections.get(collection)?.get(String(key))
  }

  size(collection: string): number {
    return this.#collections.get(collection)?.size ?? 0
  }

  put(collection: string, key: string | number, row: Row): Row {
    const rows = this.#collections.get(collection)
    if (rows === undefined) this.#collections.set(collection, new Map([[String(key), row]]))
    else rows.set(String(key), row)
    this.#note(collection, String(key), row)
    return row
  }

  /** Takes a row away, and all that stands below it. */
  remove(collection: string, key: string | number): boolean {
    const removed = this.#collections.get(collection)?.delete(String(key)) ?? false
    this.removeBelow(`${collection}/${key}`)
    return removed
  }

  removeBelow(path: string): void {
    for (const one of this.#collections.keys())
      if (one === path || one.startsWith(`${path}/`)) this.#collections.delete(one)
  }

  /** Moves all that stands below a path, as when a repository gets another name. */
  move(from: string, to: string): void {
    for (const [path, rows] of [...this.#collections]) {
      if (!path.startsWith(`${from}/`)) continue
      this.#collections.delete(path)
      this.#collections.set(to + path.slice(from.length), rows)
    }
    this.#nodes = undefined
    this.#numbers = undefined
  }

  collectionsBelow(path: string): readonly string[] {
    return [...this.#collections.keys()].filter((one) => one.startsWith(`${path}/`))
  }

  /** The thing a node id stands for. */
  byNode(id: string): (Place & { readonly row: Row }) | undefined {
    this.#nodes ??= this.#indexNodes()
    const place = this.#nodes.get(id)
    const row = place === undefined ? undefined : this.get(place.collection, place.key)
    // What was taken away leaves its place behind.
    return place === undefined || row === undefined || row.node_id !== id ? undefined : { ...place, row }
  }

  /** The key of an account or repository by its number. */
  byNumber(collection: 'users' | 'repos', id: number): Row | undefined {
    this.#numbers ??= this.#indexNumbers()
    const key = this.#numbers.get(`${collection}/${id}`)
    const row = key === undefined ? undefined : this.get(collection, key)
    return row?.id === id ? row : undefined
  }

  snapshot(): Json {
    const all: { [path: string]: Json } = {}
    for (const [path, rows] of this.#collections) if (rows.size > 0) all[path] = [...rows] as Json
    return all
  }

  /** Throws on what is no snapshot of this kind. By hand rather than by schema: rows may be a hundred thousand. */
  restore(json: Json): void {
    if (!isRow(json)) throw new Error('github: expected a snapshot of collections, got something else.')
    const collections = new Map(Object.entries(json).map(([path, rows]) => [path, entriesOf(path, rows)]))
    this.#collections.clear()
    this.#nodes = undefined
    this.#numbers = undefined
    for (const [path, rows] of collections) this.#collections.set(path, rows)
  }

  #note(collection: string, key: string, row: Row): void {
    if (this.#nodes !== undefined && typeof row.node_id === 'string') this.#nodes.set(row.node_id, { collection, key })
    if (this.#numbers !== undefined && (collection === 'users' || collection === 'repos'))
      this.#numbers.set(`${collection}/${row.id}`, key)
  }

  #indexNodes(): Map<string, Place> {
    const nodes = new Map<string, Place>()
    for (const [collection, rows] of this.#collections)
      for (const [key, row] of rows) if (typeof row.node_id === 'string') nodes.set(row.node_id, { collection, key })
    return nodes
  }

  #indexNumbers(): Map<string, string> {
    const numbers = new Map<string, string>()
    for (const collection of ['users', 'repos'])
      for (const [key, row] of this.#collections.get(collection) ?? []) numbers.set(`${collection}/${row.id}`, key)
    return numbers
  }
}

function entriesOf(path: string, rows: Json | undefined): Map<string, Row> {
  const entries = new Map<string, Row>()
  if (!Array.isArray(rows)) throw new Error(`github: expected a list of ${path} in the snapshot, got something else.`)
  for (const entry of rows as readonly Json[]) {
    const [key, row] = Array.isArray(entry) ? (entry as readonly Json[]) : []
    if (typeof key !== 'string' || !isRow(row))
      throw new Error(`github: expected a key and a row in ${path} of the snapshot, got something else.`)
    entries.set(key, row)
  }
  return entries
}
