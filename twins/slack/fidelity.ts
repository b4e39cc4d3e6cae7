import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { type Fields, fieldsOf, isFields, listOf, textOf } from './state.ts'

const GOOD = 'xoxb-fidelity'
/** Credentials by what Slack said of them: whether one was good is known from the answer alone. */
const BY_ERROR: Readonly<Record<string, string>> = {
  invalid_auth: 'bad',
  account_inactive: 'xoxb-gone',
  token_revoked: 'xoxp-gone',
  missing_scope: 'xoxb-narrow',
}
const OLDER = 'The recordings are older than the field.'

/** Recordings are scrubbed, and say nothing of the workspace but what its answers show. */
export const FIDELITY: FidelityProfile = {
  authorize(headers, exchange) {
    if (!headers.has('Authorization')) return
    const answer = answerOf(exchange)
    const error = textOf(answer.error)
    if (error === 'not_authed') headers.delete('Authorization')
    else
      headers.set('Authorization', `Bearer ${isPerson(exchange, answer) ? 'xoxp-fidelity' : (BY_ERROR[error] ?? GOOD)}`)
  },
  given,
  ignores: [
    { at: '**.context_team_id', what: 'extra', why: OLDER },
    { at: 'channel.updated', what: 'extra', why: OLDER },
    { at: '**.bot_profile.user_id', what: 'extra', why: OLDER },
  ],
  live: {
    env: 'SLACK_BOT_TOKEN',
    authorize: (headers, token) => headers.set('Authorization', `Bearer ${token}`),
  },
}

const methodOf = ({ url }: Exchange): string => new URL(url).pathname.replace(/^\/api\//, '')
/** Only of its own token does a method say that it has no bot. */
const isPerson = (exchange: Exchange, answer: Fields): boolean =>
  methodOf(exchange) === 'auth.test' && answer.user_id !== undefined && answer.bot_id === undefined

function answerOf({ responseBody }: Exchange): Fields {
  try {
    const body: unknown = JSON.parse(Buffer.from(responseBody ?? new Uint8Array()).toString())
    return fieldsOf(body)
  } catch {
    return {}
  }
}

function argsOf({ requestBody, url }: Exchange): Fields {
  const text = Buffer.from(requestBody).toString()
  const query = Object.fromEntries(new URL(url).searchParams)
  try {
    return { ...query, ...fieldsOf(JSON.parse(text)) }
  } catch {
    return { ...query, ...Object.fromEntries(new URLSearchParams(text)) }
  }
}

/** What a recording shows of the time before it. */
class Before {
  readonly users = new Map<string, Fields>()
  readonly channels = new Map<string, Fields>()
  readonly messages = new Map<string, Fields>()
  readonly files = new Map<string, Fields>()
  /** Ends of addresses that bytes were sent to and that no answer gave. */
  readonly uploads: string[] = []
  /** Names of files that were announced, by their id and the end of their address, until their bytes are seen to come. */
  readonly awaited = new Map<string, { readonly name: string; readonly upload: string }>()
  /** Names of files that were completed although nobody sent their bytes. */
  readonly elsewhere = new Set<string>()
  /** What the recording itself made. */
  readonly made = new Set<string>()
  team: Fields = {}
  app: Fields = {}
  person = ''
  provided: readonly string[] = []

  keep(rows: Map<string, Fields>, row: unknown, id = textOf(fieldsOf(row).id)): void {
    const known = rows.get(id)
    if (!isFields(row) || id === '' || this.made.has(id) || (known !== undefined && !isBare(known))) return
    rows.set(id, row)
  }

  see(exchange: Exchange): void {
    const answer = answerOf(exchange)
    const method = methodOf(exchange)
    this.#files(exchange, answer)
    if (answer.error === 'missing_scope') this.provided = textOf(answer.provided).split(',')
    if (answer.ok !== true) return
    const args = argsOf(exchange)
    this.#identity(method, answer)
    for (const row of listOf(answer.members)) this.keep(this.users, row)
    this.keep(this.users, answer.user)
    const channel = fieldsOf(answer.channel)
    const there = answer.already_open === true || answer.no_op === true
    if (/^conversations\.(create|open)$/.test(method) && !there) this.made.add(textOf(channel.id))
    if (method === 'conversations.open' && there) this.keep(this.channels, direct(channel, textOf(args.users)))
    for (const row of listOf(answer.channels)) this.keep(this.channels, row)
    this.keep(this.channels, asBefore(method, answer.channel))
    this.#messages(method, args, answer)
    for (const id of named(args, /^(channel|channel_id|channels)$/, /^[CGD][A-Z0-9]{6,}$/))
      this.keep(this.channels, {
        id,
        name: id.toLowerCase(),
        is_member: method !== 'conversations.join',
        is_im: id.startsWith('D'),
        bare: true,
      })
    for (const id of named(args, /^(user|users|user_id)$/, /^[UW][A-Z0-9]{6,}$/))
      this.keep(this.users, { id, name: id.toLowerCase(), bare: true })
    for (const [kind, id] of nextOf(answer)) this.keep(this[kind], { id, name: id.toLowerCase(), bare: true })
  }

  #identity(method: string, answer: Fields): void {
    if (method === 'auth.test') {
      const domain = textOf(answer.url).replace(/^https:\/\/|\.slack\.com\/$/g, '')
      this.team = { id: answer.team_id, name: answer.team, domain }
      if (answer.bot_id === undefined) this.person = textOf(answer.user_id)
      else this.app = { bot_user: answer.user_id, bot_name: answer.user, bot_id: answer.bot_id }
    }
    if (method === 'rtm.connect') {
      const [team, self] = [fieldsOf(answer.team), fieldsOf(answer.self)]
      this.team = { id: team.id, name: team.name, domain: team.domain }
      this.app = { bot_user: self.id, bot_name: self.name }
    }
    const { app_id, bot_id, user } = fieldsOf(answer.message)
    if (method === 'chat.postMessage' && app_id !== undefined)
      this.app = { id: app_id, bot_id, bot_user: user, ...this.app }
    const changed = /\.set(Topic|Purpose)$/.exec(method)?.[1]?.toLowerCase() ?? ''
    const writer = textOf(fieldsOf(fieldsOf(answer.channel)[changed]).creator)
    if (writer !== '') this.app = { bot_user: writer, ...this.app }
  }

  /** Files that were on their way: their bytes go somewhere, or they are completed, and no answer named them before. */
  #files(exchange: Exchange, answer: Fields): void {
    const method = methodOf(exchange)
    const [, upload = ''] = /^\/upload\/v1\/(.+)$/.exec(new URL(exchange.url).pathname) ?? []
    if (method === 'files.getUploadURLExternal' && answer.ok === true) {
      const [id, address] = [textOf(answer.file_id), textOf(answer.upload_url).split('/').at(-1) ?? '']
      for (const made of [id, address]) this.made.add(made)
      this.awaited.set(id, { name: textOf(argsOf(exchange).filename), upload: address })
    }
    if (upload !== '' && exchange.status === 200) {
      for (const [id, file] of this.awaited) if (file.upload === upload) this.awaited.delete(id)
      if (!this.made.has(upload)) this.uploads.push(upload)
    }
    if (method !== 'files.completeUploadExternal' || answer.ok !== true) return
    for (const row of listOf(answer.files)) {
      const { id, name, title, user, size } = fieldsOf(row)
      const awaited = this.awaited.get(textOf(id))
      if (awaited !== undefined) this.elsewhere.add(awaited.name)
      if (this.made.has(textOf(id)) || this.files.has(textOf(id))) continue
      const sent = { id, name, title, user, upload: this.uploads.shift() ?? '' }
      this.files.set(textOf(id), { ...known(sent), size: Number(size ?? 0) })
    }
  }

  /** Messages that are shown, or that a request names, and that the recording has not posted. */
  #messages(method: string, args: Fields, answer: Fields): void {
    const channel = textOf(args.channel) || textOf(args.channel_id)
    const posted = textOf(answer.ts)
    if (/^chat\.(postMessage|meMessage)$/.test(method)) this.made.add(`${textOf(answer.channel)}:${posted}`)
    if (channel === '') return
    for (const row of listOf(answer.messages))
      this.keep(this.messages, { ...fieldsOf(row), channel }, `${channel}:${textOf(fieldsOf(row).ts)}`)
    for (const ts of [args.thread_ts, args.ts, args.timestamp, args.message_ts].map(textOf))
      if (/^\d+\.\d+$/.test(ts)) this.keep(this.messages, { channel, ts, text: 'x', bare: true }, `${channel}:${ts}`)
  }
}

/**
 * The workspace before the recording began: its name, the app's bot, its users, conversations and messages as their first
 * answers show them, and those that a request names and Slack took.
 */
function given(exchanges: readonly Exchange[]): Json {
  const before = new Before()
  for (const exchange of exchanges) before.see(exchange)
  const { users, channels, messages, person } = before
  const app = known({ ...someBot(users), ...before.app })
  const own = { user: app.bot_user, bot_id: app.bot_id }
  // Slack lets short bursts through and states no size: who was never told to wait, may not be told here.
  const asked = exchanges.some(({ status }) => status === 429) ? {} : { limits: FREELY }
  return {
    ...asked,
    team: known(before.team),
    app,
    tokens: [
      { token: GOOD },
      { token: 'xoxb-gone', revoked: true },
      { token: 'xoxp-gone', type: 'user', revoked: true },
      { token: 'xoxb-narrow', scopes: before.provided },
      ...(person === '' ? [] : [{ token: 'xoxp-fidelity', type: 'user', user: person }]),
    ],
    ...(before.elsewhere.size === 0 ? {} : { sent_elsewhere: [...before.elsewhere] }),
    rows: {
      users: [
        ...(person === '' || users.has(person) ? [] : [{ id: person, name: person.toLowerCase() }]),
        ...users.values(),
      ],
      channels: [...channels.values()],
      files: [...before.files.values(), ...before.uploads.map((upload, at) => ({ id: `F0BEFORE00${at}`, upload }))],
      messages: [...messages.values()].map(({ own: mine, ...row }) =>
        mine === true ? { ...row, ...known(own) } : row,
      ),
    },
  }
}

const FREELY = { tier1: 10_000, tier2: 10_000, tier3: 10_000, tier4: 10_000, post_burst: 10_000 }

const known = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'string'))

/** A direct conversation that was there when it was opened. */
const direct = (channel: Fields, users: string): Fields => {
  const people = users.split(',').filter((user) => user !== '')
  return people.length === 1
    ? { is_im: true, user: people[0], ...channel }
    : { is_mpim: true, members: people, ...channel }
}

/** A row of which nothing is known but that it is there. */
const isBare = (row: Fields): boolean => row.bare === true

/** The app is one of the users of the workspace; any bot will do where nothing says which. */
function someBot(users: ReadonlyMap<string, Fields>): Fields {
  const rows = [...users.values()].filter((row) => !isBare(row) && row.deleted !== true)
  const bot = rows.find(({ is_bot }) => is_bot === true) ?? rows[0]
  return bot === undefined ? {} : { bot_user: bot.id, bot_name: bot.name, bot_id: fieldsOf(bot.profile).bot_id }
}

const named = (args: Fields, key: RegExp, id: RegExp): readonly string[] =>
  Object.entries(args)
    .filter(([name]) => key.test(name))
    .flatMap(([, value]) => textOf(value).split(','))
    .filter((one) => id.test(one))

/** A conversation as it was before the method that shows it changed it. */
function asBefore(method: string, channel: Json | undefined): Json | undefined {
  if (!isFields(channel)) return channel
  const empty = { value: '', creator: '', last_set: 0 }
  if (method === 'conversations.setTopic') return { ...channel, topic: empty }
  if (method === 'conversations.setPurpose') return { ...channel, purpose: empty }
  if (method === 'conversations.join') return { ...channel, is_member: false }
  return channel
}

/** What a cursor says comes next is there, whether the recording went on to it or not. */
function nextOf(answer: Fields): readonly (readonly ['users' | 'channels', string])[] {
  const cursor = textOf(fieldsOf(answer.response_metadata).next_cursor)
  const [kind, id = ''] = Buffer.from(cursor, 'base64').toString().split(':')
  if (!/^[A-Z0-9]{6,}$/.test(id)) return []
  return kind === 'user' ? [['users', id]] : kind === 'team' ? [['channels', id]] : []
}
