import { z } from 'zod'
import type { Json } from './trace.ts'

export type Row = { readonly [field: string]: Json }

const snapshotSchema: z.ZodType<Readonly<Record<string, Readonly<Record<string, Row>>>>> = z.record(
  z.string(),
  z.record(z.string(), z.record(z.string(), z.json())),
)

/** Rows of collections that nobody has written a twin for: by the path of their collection, then by id, oldest first. */
export class Resources {
  readonly #collections = new Map<string, Map<string, Row>>()

  rows(collection: string): readonly Row[] {
    return [...(this.#collections.get(collection)?.values() ?? [])]
  }

  get(collection: string, id: string): Row | undefined {
    return this.#collections.get(collection)?.get(id)
  }

  put(collection: string, id: string, row: Row): void {
    const rows = this.#collections.get(collection)
    if (rows === undefined) this.#collections.set(collection, new Map([[id, row]]))
    else rows.set(id, row)
  }

  /** Takes a row away, and all that stands below it. */
  remove(collection: string, id: string): boolean {
    const below = `${collection}/${id}/`
    for (const path of this.#collections.keys()) if (path.startsWith(below)) this.#collections.delete(path)
    return this.#collections.get(collection)?.delete(id) ?? false
  }

  snapshot(): Json {
    return Object.fromEntries([...this.#collections].map(([path, rows]) => [path, Object.fromEntries(rows)]))
  }

  /** Throws on what is no snapshot of this kind. */
  restore(json: Json): void {
    const collections = snapshotSchema.parse(json)
    this.#collections.clear()
    for (const [path, rows] of Object.entries(collections)) {
      this.#collections.set(path, new Map(Object.entries(rows)))
    }
  }
}
