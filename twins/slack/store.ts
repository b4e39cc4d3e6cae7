import { Table, Tables } from '../tables.ts'
import type { Json } from '../trace.ts'
import type {
  AssistantThread,
  Bookmark,
  Call,
  Canvas,
  Channel,
  Delivery,
  Ephemeral,
  Execution,
  File,
  Limit,
  Message,
  Pin,
  ResponseUrl,
  Scheduled,
  Setting,
  Token,
  Trigger,
  User,
  UserGroup,
  View,
} from './state.ts'

/** Messages of one channel in their order, and the replies of its threads. */
type Timeline = { readonly all: string[]; readonly threads: Map<string, string[]> }

/** Everything a workspace knows. */
export class Store extends Tables {
  #timelines: Map<string, Timeline> | undefined
  readonly users: Table<User> = new Table(({ name, deleted, profile }) => [
    `name ${name}`,
    ...(deleted || typeof profile.email !== 'string' ? [] : [`mail ${profile.email.toLowerCase()}`]),
  ])
  readonly channels: Table<Channel> = new Table(({ kind, name }) => (kind === 'im' ? [] : [name]))
  readonly messages: Table<Message> = new Table()
  readonly ephemerals: Table<Ephemeral> = new Table()
  readonly files: Table<File> = new Table()
  readonly views: Table<View> = new Table()
  readonly pins: Table<Pin> = new Table()
  readonly bookmarks: Table<Bookmark> = new Table()
  readonly usergroups: Table<UserGroup> = new Table()
  readonly scheduled_messages: Table<Scheduled> = new Table()
  readonly assistant_threads: Table<AssistantThread> = new Table()
  readonly calls: Table<Call> = new Table()
  readonly canvases: Table<Canvas> = new Table()
  readonly executions: Table<Execution> = new Table()
  readonly triggers: Table<Trigger> = new Table()
  readonly response_urls: Table<ResponseUrl> = new Table()
  readonly tokens: Table<Token> = new Table()
  readonly deliveries: Table<Delivery> = new Table()
  readonly limits: Table<Limit> = new Table()
  readonly settings: Table<Setting> = new Table()

  constructor() {
    super('slack')
  }

  userNamed(name: string): User | undefined {
    return this.users.find(`name ${name}`).at(-1)
  }

  userByEmail(email: string): User | undefined {
    return this.users.find(`mail ${email.toLowerCase()}`).at(-1)
  }

  channelNamed(name: string): Channel | undefined {
    return this.channels.find(name).at(-1)
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

  override restore(json: Json): void {
    super.restore(json)
    this.#timelines = undefined
  }

  #times(): Map<string, Timeline> {
    if (this.#timelines !== undefined) return this.#timelines
    const times = new Map<string, Timeline>()
    for (const message of this.messages.all()) place(times, message)
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
