import { Rows } from '../rows.ts'
import type { Json } from '../trace.ts'
import {
  type Batch,
  type Contact,
  type Delivery,
  type Due,
  fieldsOf,
  type Group,
  type Job,
  type Key,
  type Left,
  type List,
  type Message,
  type Sender,
  type Stats,
  type Suppressed,
  type Template,
  type Uses,
  type Version,
  type Webhook,
} from './state.ts'

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

  /** By hand rather than by schema: rows may be a hundred thousand. Throws on what is no list of rows. */
  fill(name: string, rows: Json | undefined): void {
    if (!Array.isArray(rows))
      throw new Error(`sendgrid: expected a list of ${name} in the snapshot, got something else.`)
    this.#index = undefined
    for (const row of rows as readonly Json[]) {
      if (typeof fieldsOf(row).id !== 'string')
        throw new Error(`sendgrid: expected rows with an id in ${name} of the snapshot, got another.`)
    }
    this.#rows.fill(rows as unknown as readonly Row[])
  }

  #built(): Map<string, Set<string>> {
    const index = new Map<string, Set<string>>()
    for (const [key, row] of this.#rows) for (const one of this.#keysOf(row)) add(index, one, key)
    return index
  }
}

function add(index: Map<string, Set<string>>, one: string, key: string): void {
  const keys = index.get(one)
  if (keys === undefined) index.set(one, new Set([key]))
  else keys.add(key)
}

export const keyOf = ({ id, nth }: Message): string => `${id}/${nth}`

/** Everything SendGrid knows of an account. */
export class Store {
  readonly messages: Table<Message> = new Table<Message>(
    ({ to, batch_id }) => [`to ${to.toLowerCase()}`, ...(batch_id === null ? [] : [`batch ${batch_id}`])],
    keyOf,
  )
  readonly due: Table<Due> = new Table()
  readonly bounces: Table<Suppressed> = new Table()
  readonly blocks: Table<Suppressed> = new Table()
  readonly spam_reports: Table<Suppressed> = new Table()
  readonly unsubscribes: Table<Suppressed> = new Table()
  readonly invalid_emails: Table<Suppressed> = new Table()
  readonly groups: Table<Group> = new Table()
  readonly left: Table<Left> = new Table(({ group, email }) => [`in ${group}`, email])
  readonly templates: Table<Template> = new Table()
  readonly versions: Table<Version> = new Table(({ template }) => [template])
  readonly batches: Table<Batch> = new Table()
  readonly keys: Table<Key> = new Table(({ key }) => [key])
  readonly senders: Table<Sender> = new Table(({ from_email }) => [from_email.toLowerCase()])
  readonly webhooks: Table<Webhook> = new Table()
  readonly stats: Table<Stats> = new Table()
  readonly lists: Table<List> = new Table()
  readonly contacts: Table<Contact> = new Table(({ email, lists }) => [email, ...lists.map((id) => `in ${id}`)])
  readonly jobs: Table<Job> = new Table()
  readonly uses: Table<Uses> = new Table()
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
