/**
 * Rows by key, oldest first: a `Map` that puts a hundred thousand of them away and takes them out again in a moment. What it is filled
 * with is keyed when a row is first asked for. Rows are replaced, never changed, so that a list of them is a copy; who changes rows
 * in place has `own` copy them before anybody sees them, or keeps them in `OwnRows`.
 */
export class Rows<K, V> extends Map<K, V> {
  readonly #keyOf: (row: V) => K
  readonly #own: ((row: V) => V) | undefined
  /** What it was filled with and has not keyed yet. */
  #waiting: readonly V[] | undefined
  /** All rows, until one changes. */
  #list: readonly V[] | undefined

  constructor(keyOf: (row: V) => K, own?: (row: V) => V) {
    super()
    this.#keyOf = keyOf
    this.#own = own
  }

  /** Takes these rows in place of all there are; each has a key of its own. */
  fill(rows: readonly V[]): void {
    super.clear()
    this.#waiting = rows.slice()
    this.#list = this.#own === undefined ? this.#waiting : undefined
  }

  /** What it was filled with, while nobody has asked for a row of it. */
  untouched(): readonly V[] | undefined {
    return this.#waiting
  }

  put(row: V): V {
    this.set(this.#keyOf(row), row)
    return row
  }

  list(): readonly V[] {
    this.#list ??= [...this.values()]
    return this.#list
  }

  override get size(): number {
    return this.#waiting?.length ?? super.size
  }

  override get(key: K): V | undefined {
    if (this.#waiting !== undefined) this.#key()
    return super.get(key)
  }

  override has(key: K): boolean {
    if (this.#waiting !== undefined) this.#key()
    return super.has(key)
  }

  override set(key: K, row: V): this {
    if (this.#waiting !== undefined) this.#key()
    this.#list = undefined
    return super.set(key, row)
  }

  override delete(key: K): boolean {
    if (this.#waiting !== undefined) this.#key()
    this.#list = undefined
    return super.delete(key)
  }

  override clear(): void {
    this.#waiting = undefined
    this.#list = undefined
    super.clear()
  }

  override keys(): MapIterator<K> {
    if (this.#waiting !== undefined) this.#key()
    return super.keys()
  }

  override values(): MapIterator<V> {
    if (this.#waiting !== undefined) {
      if (this.#own === undefined) return this.#waiting.values()
      this.#key()
    }
    return super.values()
  }

  override entries(): MapIterator<[K, V]> {
    if (this.#waiting !== undefined) this.#key()
    return super.entries()
  }

  override [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }

  override forEach(use: (row: V, key: K, rows: Map<K, V>) => void): void {
    for (const [key, row] of this.entries()) use(row, key, this)
  }

  #key(): void {
    const rows = this.#waiting ?? []
    this.#waiting = undefined
    const own = this.#own ?? ((row: V): V => row)
    for (const row of rows) super.set(this.#keyOf(row), own(row))
    // Two rows of one key: the later one stands in the place of the earlier.
    if (super.size !== rows.length) this.#list = undefined
  }
}

/**
 * Rows that are changed in place, field by field; what a field holds is replaced. A row that came from a snapshot is copied when it is
 * first handed out, one that goes into a snapshot when it was: so nobody changes what another holds.
 */
export class OwnRows<Row extends object> {
  readonly #rows: Rows<string, Row>
  readonly #own = new Set<Row>()

  constructor(keyOf: (row: Row) => string) {
    this.#rows = new Rows(keyOf)
  }

  get(key: string): Row | undefined {
    const row = this.#rows.get(key)
    return row === undefined || this.#own.has(row) ? row : this.add({ ...row })
  }

  /** Takes a row as its own; one that was there under its key is nobody's. */
  add(row: Row): Row {
    this.#own.add(row)
    return this.#rows.put(row)
  }

  remove(key: string): void {
    const row = this.#rows.get(key)
    if (row === undefined) return
    this.#own.delete(row)
    this.#rows.delete(key)
  }

  all(): readonly Row[] {
    for (const row of this.#rows.list()) if (!this.#own.has(row)) this.add({ ...row })
    return this.#rows.list()
  }

  /** All rows as they are now, for nobody to change. */
  snapshot(): Row[] {
    const rows = this.#rows.list()
    return this.#own.size === 0 ? rows.slice() : rows.map((row) => (this.#own.has(row) ? { ...row } : row))
  }

  /** Takes these rows in place of all there are, and leaves them as they are. */
  fill(rows: readonly Row[]): void {
    this.#own.clear()
    this.#rows.fill(rows)
  }
}
