import { Rows } from '../rows.ts'
import type { Json } from '../trace.ts'
import {
  type AssistantThread,
  type Bookmark,
  type Channel,
  type Delivery,
  type Ephemeral,
  type File,
  isFields,
  type Limit,
  type Message,
  type Pin,
  type ResponseUrl,
  type Scheduled,
  type Setting,
  type Token,
  type Trigger,
  type User,
  type UserGroup,
  type View,
} from './state.ts'

type Keyed = { readonly id: string }

/** Rows by id, oldest first. Rows are replaced, never changed. */
export class Table<Row extends Keyed> {
  readonly #rows = new Rows<string, Row>(({ id }) => id)
  readonly #onChange: () => void

  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange
  }

  all(): readonly Row[] {
    return this.#rows.list()
  }

  values(): Iterable<Row> {
    return this.#rows.values()
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  put(row: Row): Row {
    this.#rows.set(row.id, row)
    this.#onChange()
    return row
  }

  remove(id: string): boolean {
    this.#onChange()
    return this.#rows.delete(id)
  }

  /** By hand rather than by schema: rows may be a hundred thousand. Throws on what is no list of rows. */
  fill(name: string, rows: Json | undefined): void {
    if (!Array.isArray(rows)) throw new Error(`slack: expected a list of ${name} in the snapshot, got something else.`)
    for (const row of rows as readonly Json[]) {
      if (!isFields(row) || typeof row.id !== 'string')
        throw new Error(`slack: expected rows with an id in ${name} of the snapshot, got another.`)
    }
    this.#rows.fill(rows as unknown as readonly Row[])
    this.#onChange()
  }
}

/** Messages of one channel in their order, and the replies of its threads. */
type Timeline = { readonly all: string[]; readonly threads: Map<string, string[]> }

/** Everything a workspace knows. */
export class Store {
  #handles: { readonly users: Map<string, string>; readonly emails: Map<string, string> } | undefined
  #channelNames: Map<string, string> | undefined
  #timelines: Map<string, Timeline> | undefined
  readonly users: Table<User> = new Table(() => {
    this.#handles = undefined
  })
  readonly channels: Table<Channel> = new Table(() => {
    this.#channelNames = undefined
  })
  readonly messages: Table<Message> = new Table()
  readonly ephemerals: Table<Ephemeral> = new Table()
  readonly files: Table<File> = new Table()
  readonly views: Table<View> = new Table()
  readonly pins: Table<Pin> = new Table()
  readonly bookmarks: Table<Bookmark> = new Table()
  readonly usergroups: Table<UserGroup> = new Table()
  readonly scheduled_messages: Table<Scheduled> = new Table()
  readonly assistant_threads: Table<AssistantThread> = new Table()
  readonly triggers: Table<Trigger> = new Table()
  readonly response_urls: Table<ResponseUrl> = new Table()
  readonly tokens: Table<Token> = new Table()
  readonly deliveries: Table<Delivery> = new Table()
  readonly limits: Table<Limit> = new Table()
  readonly settings: Table<Setting> = new Table()

  userNamed(name: string): User | undefined {
    const id = this.#known().users.get(name)
    return id === undefined ? undefined : this.users.get(id)
  }

  userByEmail(email: string): User | undefined {
    const id = this.#known().emails.get(email.toLowerCase())
    return id === undefined ? undefined : this.users.get(id)
  }

  channelNamed(name: string): Channel | undefined {
    this.#channelNames ??= new Map(
      [...this.channels.values()].filter(({ kind }) => kind !== 'im').map((channel) => [channel.name, channel.id]),
    )
    const id = this.#channelNames.get(name)
    return id === undefined ? undefined : this.channels.get(id)
  }

  message(channel: string, ts: string): Message | undefined {
    return this.messages.get(`${channel}:${ts}`)
  }

  putMessage(message: Message): Message {
    const known = this.messages.get(message.id) !== undefined
    this.messages.put(message)
    if (!known && this.#timelines !== undefined) place(this.#timelines, message)
    return message
  }

  removeMessage(message: Message): void {
    this.messages.remove(message.id)
    const timeline = this.#timelines?.get(message.channel)
    if (timeline === undefined) return
    drop(timeline.all, message.ts)
    if (message.thread_ts !== undefined) drop(timeline.threads.get(message.thread_ts) ?? [], message.ts)
  }

  /** All `ts` of a channel, oldest first; replies among them. */
  timeline(channel: string): readonly string[] {
    return this.#times().get(channel)?.all ?? []
  }

  /** The replies of a thread, oldest first. */
  replies(channel: string, threadTs: string): readonly string[] {
    return this.#times().get(channel)?.threads.get(threadTs) ?? []
  }

  snapshot(): Json {
    return Object.fromEntries(this.#tables().map(([name, table]) => [name, table.all().slice() as unknown as Json]))
  }

  /** Throws on what is no snapshot of this kind, and changes nothing then. */
  restore(json: Json): void {
    if (!isFields(json)) throw new Error('slack: expected a snapshot of tables, got something else.')
    const before = this.#tables().map(([, table]) => table.all())
    try {
      for (const [name, table] of this.#tables()) table.fill(name, json[name])
    } catch (error) {
      this.#tables().forEach(([name, table], at) => {
        table.fill(name, before[at] as unknown as Json)
      })
      throw error
    }
    this.#timelines = undefined
  }

  #tables(): readonly (readonly [string, Table<Keyed>])[] {
    return Object.entries(this).flatMap(([name, table]): readonly (readonly [string, Table<Keyed>])[] =>
      table instanceof Table ? [[name, table as Table<Keyed>]] : [],
    )
  }

  #known(): { readonly users: Map<string, string>; readonly emails: Map<string, string> } {
    if (this.#handles !== undefined) return this.#handles
    const [users, emails] = [new Map<string, string>(), new Map<string, string>()]
    for (const { id, name, deleted, profile } of this.users.values()) {
      users.set(name, id)
      if (!deleted && typeof profile.email === 'string') emails.set(profile.email.toLowerCase(), id)
    }
    this.#handles = { users, emails }
    return this.#handles
  }

  #times(): Map<string, Timeline> {
    if (this.#timelines !== undefined) return this.#timelines
    const times = new Map<string, Timeline>()
    for (const message of this.messages.values()) place(times, message)
    this.#timelines = times
    return times
  }
}

function place(times: Map<string, Timeline>, { channel, ts, thread_ts }: Message): void {
  const timeline = times.get(channel) ?? { all: [], threads: new Map<string, string[]>() }
  times.set(channel, timeline)
  insert(timeline.all, ts)
  if (thread_ts === undefined || thread_ts === ts) return
  const thread = timeline.threads.get(thread_ts) ?? []
  timeline.threads.set(thread_ts, thread)
  insert(thread, ts)
}

/** Nearly always at the end: time goes on. */
function insert(list: string[], ts: string): void {
  let at = list.length
  while (at > 0 && (list[at - 1] ?? '') > ts) at -= 1
  list.splice(at, 0, ts)
}

function drop(list: string[], ts: string): void {
  const at = list.lastIndexOf(ts)
  if (at >= 0) list.splice(at, 1)
}
