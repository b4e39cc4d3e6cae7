import { Rows } from '../rows.ts'
import type { Json } from '../trace.ts'
import {
  type Attachment,
  type Board,
  type Comment,
  type Counter,
  type Dashboard,
  type Delivery,
  type Field,
  type Filter,
  type Group,
  type History,
  type Indexed,
  type Issue,
  type IssueType,
  isFields,
  type Limit,
  type Link,
  type Project,
  type RemoteLink,
  type Removed,
  type Sprint,
  type Status,
  type Token,
  type User,
  type Webhook,
  type Worklog,
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

  get size(): number {
    return this.#rows.size
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  find(key: string): readonly Row[] {
    return [...(this.#indexed().get(key) ?? [])].flatMap((id) => this.#rows.get(id) ?? [])
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

  remove(id: string): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    this.#rows.delete(id)
    for (const key of this.#keysOf(row)) this.#index?.get(key)?.delete(id)
  }

  /** By hand rather than by schema: rows may be a hundred thousand. Throws on what is no list of rows. */
  fill(name: string, rows: Json | undefined): void {
    if (!Array.isArray(rows)) throw new Error(`jira: expected a list of ${name} in the snapshot, got something else.`)
    this.#index = undefined
    for (const row of rows as readonly Json[]) {
      if (!isFields(row) || typeof row.id !== 'string')
        throw new Error(`jira: expected rows with an id in ${name} of the snapshot, got another.`)
    }
    this.#rows.fill(rows as unknown as readonly Row[])
  }

  #indexed(): Map<string, Set<string>> {
    if (this.#index !== undefined) return this.#index
    const index = new Map<string, Set<string>>()
    for (const row of this.#rows.values()) for (const key of this.#keysOf(row)) add(index, key, row.id)
    this.#index = index
    return index
  }
}

function add(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key)
  if (ids === undefined) index.set(key, new Set([id]))
  else ids.add(id)
}

const ofIssue = ({ issue }: { readonly issue: string }): readonly string[] => [issue]

/** Everything a site knows. */
export class Store {
  readonly users: Table<User> = new Table(({ email, display_name }) => [
    `name ${display_name.toLowerCase()}`,
    ...(email === null ? [] : [`email ${email.toLowerCase()}`]),
  ])
  readonly statuses: Table<Status> = new Table(({ name }) => [name.toLowerCase()])
  readonly types: Table<IssueType> = new Table(({ name }) => [name.toLowerCase()])
  readonly fields: Table<Field> = new Table(({ name }) => [name.toLowerCase()])
  readonly projects: Table<Project> = new Table(({ key }) => [key])
  readonly issues: Table<Issue> = new Table(({ key, parent, sprints }) => [
    key,
    ...(parent === null ? [] : [`in ${parent}`]),
    ...sprints.map((id) => `sprint ${id}`),
  ])
  readonly comments: Table<Comment> = new Table<Comment>(ofIssue)
  readonly worklogs: Table<Worklog> = new Table<Worklog>(ofIssue)
  readonly histories: Table<History> = new Table<History>(ofIssue)
  readonly links: Table<Link> = new Table(({ source, target }) => [source, target])
  readonly remote_links: Table<RemoteLink> = new Table<RemoteLink>(ofIssue)
  readonly attachments: Table<Attachment> = new Table<Attachment>(({ issue, media }) => [issue, `media ${media}`])
  readonly groups: Table<Group> = new Table(({ name }) => [name.toLowerCase()])
  readonly filters: Table<Filter> = new Table(({ name }) => [name.toLowerCase()])
  readonly dashboards: Table<Dashboard> = new Table()
  readonly boards: Table<Board> = new Table(({ project }) => [project])
  readonly sprints: Table<Sprint> = new Table(({ board, name }) => [`on ${board}`, `name ${name.toLowerCase()}`])
  readonly removed: Table<Removed> = new Table()
  readonly webhooks: Table<Webhook> = new Table()
  readonly deliveries: Table<Delivery> = new Table()
  readonly tokens: Table<Token> = new Table()
  readonly limits: Table<Limit> = new Table()
  readonly indexed: Table<Indexed> = new Table()
  readonly counters: Table<Counter> = new Table()

  snapshot(): Json {
    return Object.fromEntries(this.#tables().map(([name, table]) => [name, table.all().slice() as unknown as Json]))
  }

  /** Throws on what is no snapshot of this kind, and changes nothing then. */
  restore(json: Json): void {
    if (!isFields(json)) throw new Error('jira: expected a snapshot of tables, got something else.')
    const before = this.#tables().map(([, table]) => table.all())
    try {
      for (const [name, table] of this.#tables()) table.fill(name, json[name])
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
