import { newChannel } from './channels.ts'
import { subscribe } from './events.ts'
import { compose } from './messages.ts'
import { newUser } from './people.ts'
import {
  type Channel,
  type ChannelKind,
  type Fields,
  type File,
  fieldsOf,
  isFields,
  listOf,
  type Message,
  type Note,
  type Seed,
  textOf,
  type User,
} from './state.ts'
import type { Workspace } from './workspace.ts'

/** What was there before the scenario starts. It happened without events. */
export function plant(ws: Workspace, seed: Seed): void {
  const { store, app } = ws
  // Slackbot was there before anybody else.
  if (seed.rows?.users?.some(({ id }) => id === 'USLACKBOT') !== true)
    store.users.put(newUser(ws, { id: 'USLACKBOT', name: 'slackbot', real_name: 'Slackbot' }))
  for (const row of seed.rows?.users ?? []) store.users.put(userRow(ws, row))
  for (const wish of seed.users ?? []) store.users.put(newUser(ws, wish))
  if (store.users.get(app.bot_user) === undefined)
    store.users.put(
      newUser(ws, { id: app.bot_user, name: app.bot_name, real_name: app.name, is_bot: true, bot_id: app.bot_id }),
    )
  for (const row of seed.rows?.channels ?? []) store.channels.put(channelRow(ws, row))
  for (const wish of seed.channels ?? []) plantChannel(ws, wish)
  for (const row of seed.rows?.messages ?? []) store.putMessage(messageRow(row))
  for (const row of seed.rows?.files ?? []) store.files.put(fileRow(ws, row))
  for (const { token, type = 'bot', user, scopes = [], revoked } of seed.tokens ?? [])
    if (revoked === true)
      store.tokens.put({
        id: token,
        kind: type === 'user' ? 'user' : 'bot',
        user: user === undefined ? app.bot_user : userId(ws, user, 'token'),
        scopes,
        revoked,
      })
  for (const wish of seed.messages ?? []) plantMessage(ws, wish)
  if (seed.events !== undefined) subscribe(ws, seed.events.url, seed.events.types)
}

/** The id of a user that a seed or a scenario names by id, name or mail address. */
export function userId(ws: Workspace, name: string, where: string): string {
  const user = ws.store.users.get(name) ?? ws.store.userNamed(name) ?? ws.store.userByEmail(name)
  if (user === undefined)
    throw new Error(`slack ${where}: expected a user of the workspace, got "${name}". Add one under given.slack.users.`)
  return user.id
}

/** A channel that a seed or a scenario names by id or by name. */
export function channelNamed(ws: Workspace, name: string, where: string): Channel {
  const channel = ws.store.channels.get(name) ?? ws.store.channelNamed(name.replace(/^#/, ''))
  if (channel === undefined)
    throw new Error(
      `slack ${where}: expected a channel of the workspace, got "${name}". Add one under given.slack.channels.`,
    )
  return channel
}

function plantChannel(ws: Workspace, wish: NonNullable<Seed['channels']>[number]): void {
  const members = (wish.members ?? []).map((member) => userId(ws, member, `channel ${wish.name}`))
  const creator = members.find((member) => member !== ws.app.bot_user) ?? 'USLACKBOT'
  const kind = wish.is_private === true ? 'group' : 'channel'
  const note = (value = ''): Note => ({
    value,
    creator: value === '' ? '' : creator,
    last_set: value === '' ? 0 : ws.nowS(),
  })
  ws.store.channels.put({
    ...newChannel(ws, { id: wish.id, name: wish.name, kind, creator, members }),
    is_archived: wish.is_archived ?? false,
    is_general: wish.name === 'general',
    topic: note(wish.topic),
    purpose: note(wish.purpose),
  })
}

function plantMessage(ws: Workspace, wish: NonNullable<Seed['messages']>[number]): void {
  const channel = channelNamed(ws, wish.channel, 'message')
  const user = userId(ws, wish.user, 'message')
  const author = user === ws.app.bot_user ? ({ kind: 'app', user } as const) : ({ kind: 'person', user } as const)
  const content = { text: wish.text, blocks: undefined, attachments: undefined, metadata: undefined }
  const place = { channel, thread_ts: wish.thread_ts }
  ws.store.putMessage(compose(ws, author, content, place, wish.ts ?? ws.nextTs()))
}

function userRow(ws: Workspace, row: Fields): User {
  const id = textOf(row.id)
  if (id === '') throw new Error('given.slack.rows.users: expected rows with an id, got one without.')
  if (!isFields(row.profile)) return newUser(ws, { id, name: textOf(row.name) || id.toLowerCase() })
  const shared = { id, name: textOf(row.name), deleted: row.deleted === true, is_bot: row.is_bot === true }
  return { ...row, ...shared, profile: fieldsOf(row.profile) }
}

function messageRow(row: Fields): Message {
  const [channel, ts] = [textOf(row.channel), textOf(row.ts)]
  if (channel === '' || ts === '')
    throw new Error('given.slack.rows.messages: expected rows with a channel and a ts, got one without.')
  const reactions = listOf(row.reactions)
    .filter(isFields)
    .map(({ name, users, count }) => {
      const people = listOf(users).map(textOf)
      return { name: textOf(name), users: people, count: Number(count ?? people.length) }
    })
  const thread = textOf(row.thread_ts)
  const { thread_ts: _, ...rest } = row
  return {
    ...rest,
    id: `${channel}:${ts}`,
    channel,
    type: 'message',
    ts,
    text: textOf(row.text),
    ...(thread === '' ? {} : { thread_ts: thread }),
    reactions,
    broadcast: row.subtype === 'thread_broadcast',
  }
}

function fileRow(ws: Workspace, row: Fields): File {
  const id = textOf(row.id)
  if (id === '') throw new Error('given.slack.rows.files: expected rows with an id, got one without.')
  const upload = textOf(row.upload)
  return {
    id,
    name: textOf(row.name) || id.toLowerCase(),
    title: textOf(row.title) || textOf(row.name) || id.toLowerCase(),
    user: textOf(row.user) || ws.app.bot_user,
    size: Number(row.size ?? 0),
    status: upload === '' ? 'sent' : 'awaited',
    upload,
    bytes: '',
    created: ws.nowS(),
    mimetype: '',
    filetype: '',
    pretty_type: '',
    alt_txt: textOf(row.alt_txt),
    shares: [],
    bound: null,
  }
}

const noteOf = (value: unknown): Note => {
  const { value: text, creator, last_set } = fieldsOf(value)
  return { value: textOf(text), creator: textOf(creator), last_set: Number(last_set ?? 0) }
}

function channelRow(ws: Workspace, row: Fields): Channel {
  const id = textOf(row.id)
  if (id === '') throw new Error('given.slack.rows.channels: expected rows with an id, got one without.')
  const kind: ChannelKind =
    row.is_im === true
      ? 'im'
      : row.is_mpim === true
        ? 'mpim'
        : row.is_private === true || row.is_group === true
          ? 'group'
          : 'channel'
  const listed = listOf(row.members).map(textOf)
  const partner = textOf(row.user)
  const named = partner === '' ? listed : [...listed, partner]
  // What the app sees of a direct conversation, it is in.
  const inside = row.is_member === true || kind !== 'channel'
  const members = inside && !named.includes(ws.app.bot_user) ? [...named, ws.app.bot_user] : named
  const { last_read: read, unread_count: _, unread_count_display: __, latest: ___, is_open: open, ...wire } = row
  return {
    ...newChannel(ws, { id, name: textOf(row.name), kind, creator: textOf(row.creator), members }),
    created: Number(row.created ?? 0),
    is_archived: row.is_archived === true,
    is_general: row.is_general === true,
    topic: noteOf(row.topic),
    purpose: noteOf(row.purpose),
    previous_names: listOf(row.previous_names).map(textOf),
    others: Math.max(0, Number(row.num_members ?? members.length) - members.length),
    open: open !== false,
    read: typeof read === 'string' ? { [ws.app.bot_user]: read } : {},
    // A row that is no more than an id has all the fields there are.
    wire: row.created === undefined ? null : wire,
  }
}
