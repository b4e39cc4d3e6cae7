import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { type Fields, fieldsOf, isFields, listOf, textOf } from './state.ts'

/** Recordings are scrubbed, and say nothing of the workspace but what its answers show. */
export const FIDELITY: FidelityProfile = {
  authorize(headers, exchange) {
    if (!headers.has('Authorization')) return
    // Whether the credential was good is known from the answer alone.
    const { error } = answerOf(exchange)
    if (error === 'not_authed') headers.delete('Authorization')
    else headers.set('Authorization', `Bearer ${error === 'invalid_auth' ? 'bad' : 'xoxb-fidelity'}`)
  },
  given,
  live: {
    env: 'SLACK_BOT_TOKEN',
    authorize: (headers, token) => headers.set('Authorization', `Bearer ${token}`),
  },
}

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

/** Methods whose answer shows a conversation that was not there before. */
const MAKES = /^conversations\.(create|open)$/

/**
 * The workspace before the recording began: its name, the app's bot, its users and conversations as their first answers
 * show them, and those that a request names and Slack took.
 */
function given(exchanges: readonly Exchange[]): Json {
  const [users, channels] = [new Map<string, Fields>(), new Map<string, Fields>()]
  const made = new Set<string>()
  let team: Fields = {}
  let app: Fields = {}
  const keep = (rows: Map<string, Fields>, row: unknown): void => {
    if (!isFields(row)) return
    const id = textOf(row.id)
    const known = rows.get(id)
    if (id === '' || made.has(id) || (known !== undefined && !isBare(known))) return
    rows.set(id, row)
  }
  for (const exchange of exchanges) {
    const method = new URL(exchange.url).pathname.replace(/^\/api\//, '')
    const answer = answerOf(exchange)
    if (answer.ok !== true) continue
    if (method === 'auth.test') {
      team = {
        id: answer.team_id,
        name: answer.team,
        domain: textOf(answer.url).replace(/^https:\/\/|\.slack\.com\/$/g, ''),
      }
      app = {
        bot_user: answer.user_id,
        bot_name: answer.user,
        ...(answer.bot_id === undefined ? {} : { bot_id: answer.bot_id }),
      }
    }
    if (method === 'rtm.connect') {
      const [of, self] = [fieldsOf(answer.team), fieldsOf(answer.self)]
      team = { id: of.id, name: of.name, domain: of.domain }
      app = { bot_user: self.id, bot_name: self.name }
    }
    const writer = textOf(
      fieldsOf(fieldsOf(answer.channel)[method === 'conversations.setTopic' ? 'topic' : 'purpose']).creator,
    )
    if (/\.set(Topic|Purpose)$/.test(method) && writer !== '') app = { bot_user: writer, ...app }
    const args = argsOf(exchange)
    for (const row of listOf(answer.members)) keep(users, row)
    keep(users, answer.user)
    if (MAKES.test(method)) made.add(textOf(fieldsOf(answer.channel).id))
    for (const row of listOf(answer.channels)) keep(channels, row)
    keep(channels, before(method, answer.channel))
    for (const id of named(args, /^(channel|channel_id|channels)$/, /^[CGD][A-Z0-9]{6,}$/))
      keep(channels, { id, name: id.toLowerCase(), is_member: true })
    for (const id of named(args, /^(user|users|user_id)$/, /^[UW][A-Z0-9]{6,}$/))
      keep(users, { id, name: id.toLowerCase() })
    for (const [rows, id] of nextOf(answer, users, channels)) keep(rows, { id, name: id.toLowerCase() })
  }
  const known = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'string'))
  return {
    team: known(team),
    app: known({ ...someBot(users), ...app }),
    rows: { users: [...users.values()], channels: [...channels.values()] },
  }
}

/** A row of which nothing is known but that it is there. */
const isBare = (row: Fields): boolean => row.profile === undefined && row.created === undefined

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
function before(method: string, channel: Json | undefined): Json | undefined {
  if (!isFields(channel)) return channel
  const empty = { value: '', creator: '', last_set: 0 }
  if (method === 'conversations.setTopic') return { ...channel, topic: empty }
  if (method === 'conversations.setPurpose') return { ...channel, purpose: empty }
  if (method === 'conversations.join') return { ...channel, is_member: false }
  return channel
}

/** What a cursor says comes next is there, whether the recording went on to it or not. */
function nextOf(
  answer: Fields,
  users: Map<string, Fields>,
  channels: Map<string, Fields>,
): readonly (readonly [Map<string, Fields>, string])[] {
  const cursor = textOf(fieldsOf(answer.response_metadata).next_cursor)
  const [kind, id = ''] = Buffer.from(cursor, 'base64').toString().split(':')
  if (!/^[A-Z0-9]{6,}$/.test(id)) return []
  return kind === 'user' ? [[users, id]] : kind === 'team' ? [[channels, id]] : []
}
