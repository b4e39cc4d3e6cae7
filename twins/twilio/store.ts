import { Rows } from '../rows.ts'
import type { Json } from '../trace.ts'
import {
  type Account,
  type Bucket,
  type Delivery,
  type Due,
  fieldsOf,
  type Key,
  type Media,
  type Message,
  type OptOut,
  type PhoneNumber,
  type RateLimit,
  type Recipient,
  type Sender,
  type Service,
  type Sticky,
  type Uses,
  type Verification,
  type VerifyService,
} from './state.ts'

type Keyed = { readonly id: string }

/** Rows by id, oldest first, and by whatever else they are asked for. Rows are replaced, never changed. */
export class Table<Row extends Keyed> {
  readonly #rows = new Rows<string, Row>(({ id }) => id)
  readonly #keysOf: (row: Row) => readonly string[]
  #index: Map<string, Set<string>> | undefined

  /** `keysOf` names what `find` finds a row by. */
  constructor(keysOf: (row: Row) => readonly string[] = () => []) {
    this.#keysOf = keysOf
  }

  all(): readonly Row[] {
    return this.#rows.list()
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  /** Oldest first. */
  find(key: string): readonly Row[] {
    this.#index ??= this.#built()
    return [...(this.#index.get(key) ?? [])].flatMap((id) => this.#rows.get(id) ?? [])
  }

  put(row: Row): Row {
    const old = this.#rows.get(row.id)
    this.#rows.set(row.id, row)
    if (this.#index === undefined) return row
    const [was, is] = [old === undefined ? [] : this.#keysOf(old), this.#keysOf(row)]
    for (const key of was) if (!is.includes(key)) this.#index.get(key)?.delete(row.id)
    for (const key of is) if (!was.includes(key)) add(this.#index, key, row.id)
    return row
  }

  remove(id: string): boolean {
    const row = this.#rows.get(id)
    if (row === undefined) return false
    for (const key of this.#keysOf(row)) this.#index?.get(key)?.delete(id)
    return this.#rows.delete(id)
  }

  /** By hand rather than by schema: rows may be a hundred thousand. Throws on what is no list of rows. */
  fill(name: string, rows: Json | undefined): void {
    if (!Array.isArray(rows)) throw new Error(`twilio: expected a list of ${name} in the snapshot, got something else.`)
    this.#index = undefined
    for (const row of rows as readonly Json[]) {
      const { id } = fieldsOf(row)
      if (typeof id !== 'string')
        throw new Error(`twilio: expected rows with an id in ${name} of the snapshot, got another.`)
    }
    this.#rows.fill(rows as unknown as readonly Row[])
  }

  #built(): Map<string, Set<string>> {
    const index = new Map<string, Set<string>>()
    for (const row of this.#rows.values()) for (const key of this.#keysOf(row)) add(index, key, row.id)
    return index
  }
}

function add(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key)
  if (ids === undefined) index.set(key, new Set([id]))
  else ids.add(id)
}

/** Everything Twilio knows of an account. */
export class Store {
  readonly accounts: Table<Account> = new Table()
  readonly keys: Table<Key> = new Table()
  readonly numbers: Table<PhoneNumber> = new Table(({ phone_number, service }) => [
    phone_number,
    ...(service === null ? [] : [`in ${service}`]),
  ])
  readonly services: Table<Service> = new Table()
  readonly messages: Table<Message> = new Table()
  readonly due: Table<Due> = new Table()
  readonly media: Table<Media> = new Table(({ message }) => [message])
  readonly senders: Table<Sender> = new Table()
  readonly recipients: Table<Recipient> = new Table()
  readonly opt_outs: Table<OptOut> = new Table()
  readonly sticky: Table<Sticky> = new Table()
  readonly verify_services: Table<VerifyService> = new Table()
  readonly rate_limits: Table<RateLimit> = new Table(({ service, unique_name }) => [
    service,
    `${service} ${unique_name}`,
  ])
  readonly buckets: Table<Bucket> = new Table(({ limit }) => [limit])
  readonly uses: Table<Uses> = new Table()
  readonly verifications: Table<Verification> = new Table(({ service, to }) => [`${service} ${to}`])
  readonly deliveries: Table<Delivery> = new Table()

  snapshot(): Json {
    return Object.fromEntries(this.#tables().map(([name, table]) => [name, table.all().slice() as unknown as Json]))
  }

  /** Throws on what is no snapshot of this kind, and changes nothing then. */
  restore(json: Json): void {
    const saved = fieldsOf(json)
    const before = this.#tables().map(([, table]) => table.all())
    try {
      for (const [name, table] of this.#tables()) table.fill(name, saved[name])
    } catch (error) {
      this.#tables().forEach(([name, table], at) => {
        table.fill(name, before[at] as unknown as Json)
      })
      throw error
    }
  }

  #tables(): readonly (readonly [string, Table<Keyed>])[] {
    return Object.entries(this).flatMap(([name, table]): readonly (readonly [string, Table<Keyed>])[] =>
      table instanceof Table ? [[name, table as unknown as Table<Keyed>]] : [],
    )
  }
}
