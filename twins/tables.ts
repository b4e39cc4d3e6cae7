import { Rows } from './rows.ts'
import type { Json } from './trace.ts'

type Keyed = { readonly id: string }
type KeysOf<Row> = (row: Row) => readonly string[]

/** Rows by key, oldest first, and by whatever else they are asked for. Rows are replaced, never changed. */
export class Table<Row extends Keyed> {
  readonly #rows: Rows<string, Row>
  readonly #keysOf: KeysOf<Row>
  readonly #keyOf: (row: Row) => string
  #index: Map<string, Set<string>> | undefined

  /** `keysOf` names what `find` finds a row by; `keyOf` its own key, where that is not its id. */
  constructor(keysOf: KeysOf<Row> = () => [], keyOf: (row: Row) => string = ({ id }) => id) {
    this.#keysOf = keysOf
    this.#keyOf = keyOf
    this.#rows = new Rows(keyOf)
  }

  all(): readonly Row[] {
    return this.#rows.list()
  }

  get size(): number {
    return this.#rows.size
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key)
  }

  /** Oldest first. */
  find(key: string): readonly Row[] {
    this.#index ??= this.#built()
    return [...(this.#index.get(key) ?? [])].flatMap((one) => this.#rows.get(one) ?? [])
  }

  put(row: Row): Row {
    const key = this.#keyOf(row)
    const old = this.#rows.get(key)
    this.#rows.set(key, row)
    if (this.#index === undefined) return row
    const [was, is] = [old === undefined ? [] : this.#keysOf(old), this.#keysOf(row)]
    for (const one of was) if (!is.includes(one)) this.#index.get(one)?.delete(key)
    for (const one of is) if (!was.includes(one)) add(this.#index, one, key)
    return row
  }

  remove(key: string): boolean {
    const row = this.#rows.get(key)
    if (row === undefined) return false
    for (const one of this.#keysOf(row)) this.#index?.get(one)?.delete(key)
    return this.#rows.delete(key)
  }

  /** Takes these rows in place of all there are. By hand rather than by schema: they may be a hundred thousand. Throws on what is no list of rows. */
  fill(name: string, rows: Json | undefined): void {
    if (!Array.isArray(rows)) throw new Error(`expected a list of ${name} in the snapshot, got something else.`)
    for (const row of rows as readonly Json[])
      if (!isKeyed(row)) throw new Error(`expected rows with an id in ${name} of the snapshot, got another.`)
    this.#index = undefined
    this.#rows.fill(rows as unknown as readonly Row[])
  }

  #built(): Map<string, Set<string>> {
    const index = new Map<string, Set<string>>()
    for (const [key, row] of this.#rows) for (const one of this.#keysOf(row)) add(index, one, key)
    return index
  }
}

function isKeyed(row: Json): boolean {
  return row !== null && typeof row === 'object' && 'id' in row && typeof row.id === 'string'
}

function add(index: Map<string, Set<string>>, one: string, key: string): void {
  const keys = index.get(one)
  if (keys === undefined) index.set(one, new Set([key]))
  else keys.add(key)
}

/** All that a twin knows: each of its fields that is a table goes into the snapshot under its name. */
export abstract class Tables {
  readonly #twin: string

  constructor(twin: string) {
    this.#twin = twin
  }

  snapshot(): Json {
    return Object.fromEntries(this.#tables().map(([name, table]) => [name, table.all().slice() as unknown as Json]))
  }

  /** Throws on what is no snapshot of this kind, and changes nothing then. */
  restore(json: Json): void {
    if (json === null || typeof json !== 'object' || Array.isArray(json))
      throw new Error(`${this.#twin}: expected a snapshot of tables, got something else.`)
    const saved = json as { readonly [name: string]: Json }
    const before = this.#tables().map(([, table]) => table.all())
    try {
      for (const [name, table] of this.#tables()) table.fill(name, saved[name])
    } catch (error) {
      this.#tables().forEach(([name, table], at) => {
        table.fill(name, before[at] as unknown as Json)
      })
      throw error instanceof Error ? new Error(`${this.#twin}: ${error.message}`) : error
    }
  }

  #tables(): readonly (readonly [string, Table<Keyed>])[] {
    return Object.entries(this).flatMap(([name, table]): readonly (readonly [string, Table<Keyed>])[] =>
      table instanceof Table ? [[name, table as unknown as Table<Keyed>]] : [],
    )
  }
}
