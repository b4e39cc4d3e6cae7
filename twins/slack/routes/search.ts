import { notModelled } from '../../twin.ts'
import { type Ask, arg, flag, type Handlers, isIn, SlackError } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { pageOf } from '../pages.ts'
import type { Channel, Fields, File, Message } from '../state.ts'
import { authorOf, messageBody, permalinkOf } from '../wire.ts'
import { fileBody } from './files.ts'

/** What somebody looks for, as far as this twin can tell. */
type Query = {
  readonly words: readonly string[]
  readonly without: readonly string[]
  readonly channels: readonly string[]
  readonly people: readonly string[]
  readonly fromS: number
  readonly untilS: number
}

const DAY_S = 86_400
/** A day by its date, or by the words that people use for it. */
function dayOf(ask: Ask, said: string): number {
  const today = Math.floor(ask.ws.nowS() / DAY_S) * DAY_S
  if (said === 'today') return today
  if (said === 'yesterday') return today - DAY_S
  const at = /^\d{4}-\d\d-\d\d$/.test(said) ? Date.parse(`${said}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at)) throw notModelled('slack', GAPS, 'searches beyond common modifiers')
  return at / 1000
}

/** Words, phrases in quotes and modifiers: https://slack.com/help/articles/202528808 (2026-11-26). */
function parse(ask: Ask): Query {
  const query = arg(ask, 'query').trim()
  if (query === '') throw new SlackError('no_query')
  const [words, without, channels, people]: [string[], string[], string[], string[]] = [[], [], [], []]
  let [fromS, untilS] = [0, Number.POSITIVE_INFINITY]
  for (const [token = '', minus, modifier, quoted, bare] of query.matchAll(/(-)?(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi)) {
    const said = quoted ?? bare ?? ''
    if (modifier === undefined || /^https?$/i.test(modifier)) {
      ;(minus === undefined ? words : without).push(modifier === undefined ? said : token)
      continue
    }
    const day = (): number => dayOf(ask, said)
    switch (minus === undefined ? modifier.toLowerCase() : '') {
      case 'in':
        channels.push(channelNamed(ask, said))
        break
      case 'from':
        people.push(personNamed(ask, said))
        break
      case 'before':
        untilS = Math.min(untilS, day())
        break
      case 'after':
        fromS = Math.max(fromS, day() + DAY_S)
        break
      case 'on':
        ;[fromS, untilS] = [day(), day() + DAY_S]
        break
      default:
        throw notModelled('slack', GAPS, 'searches beyond common modifiers')
    }
  }
  return { words, without, channels, people, fromS, untilS }
}

const channelNamed = ({ ws }: Ask, said: string): string => {
  const name = said.replace(/^<?#/, '').replace(/(\|.*)?>$/, '')
  return (ws.store.channels.get(name) ?? ws.store.channelNamed(name))?.id ?? ''
}
const personNamed = ({ ws, actor }: Ask, said: string): string => {
  const name = said.replace(/^<?@/, '').replace(/(\|.*)?>$/, '')
  return name === 'me' ? actor.user : ((ws.store.users.get(name) ?? ws.store.userNamed(name))?.id ?? '')
}

/** Assumed: a word is found where a word begins with it, whatever its case. */
function patternOf(word: string): RegExp {
  const source = word.replace(/\*$/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(/^\w/.test(word) ? `\\b${source}` : source, 'gi')
}

function fits(query: Query, text: string, atS: number): boolean {
  const has = (word: string): boolean => patternOf(word).test(text)
  return query.words.every(has) && !query.without.some(has) && atS >= query.fromS && atS < query.untilS
}

/** What the one who asks may see: everything public, and what they are in. */
const seen = (ask: Ask, channel: Channel | undefined): boolean =>
  channel !== undefined && (channel.kind === 'channel' || isIn(ask, channel))

/** Assumed: without a wish the newest is first; Slack ranks by a score of its own. */
function ordered<Row>(ask: Ask, rows: readonly Row[], at: (row: Row) => number): readonly Row[] {
  const sign = arg(ask, 'sort_dir') === 'asc' ? 1 : -1
  return [...rows].sort((a, b) => sign * (at(a) - at(b)))
}

/** Marks what was found, as docs.slack.dev/reference/methods/search.messages has it (2026-11-26). */
const marked = (ask: Ask, { words }: Query, text: string): string =>
  flag(ask, 'highlight')
    ? words.reduce((said, word) => said.replaceAll(patternOf(word), (hit) => `\uE000${hit}\uE001`), text)
    : text

function matchOf(ask: Ask, query: Query, message: Message): Fields {
  const { ws } = ask
  const channel = ws.channel(message.channel)
  const user = authorOf(message)
  const { text, ts, type, blocks, attachments } = messageBody(ws, message)
  return {
    iid: ws.world
      .draw('search')
      .text(32, '0123456789abcdef')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    team: ws.team.id,
    score: 0,
    channel: {
      id: channel.id,
      is_channel: channel.kind === 'channel',
      is_group: channel.kind === 'group',
      is_im: channel.kind === 'im',
      is_mpim: channel.kind === 'mpim',
      is_shared: false,
      is_org_shared: false,
      is_ext_shared: false,
      is_private: channel.kind !== 'channel',
      name: channel.kind === 'im' ? (channel.members.find((one) => one !== ask.actor.user) ?? '') : channel.name,
      pending_shared: [],
      is_pending_ext_shared: false,
    },
    type,
    user,
    username: ws.store.users.get(user)?.name ?? '',
    ts,
    ...(blocks === undefined ? {} : { blocks }),
    ...(attachments === undefined ? {} : { attachments }),
    text: marked(ask, query, typeof text === 'string' ? text : ''),
    permalink: permalinkOf(ws, message),
  }
}

function found<Row>(ask: Ask, rows: readonly Row[], shape: (row: Row) => Fields): Fields {
  const { rows: page, paging, next } = pageOf(ask, rows, 20, 100)
  const { count, total, page: at, pages } = paging
  const first = (Number(at) - 1) * Number(count) + 1
  return {
    total: rows.length,
    pagination: {
      total_count: total,
      page: at,
      per_page: count,
      page_count: pages,
      first,
      last: first + page.length - 1,
    },
    paging,
    matches: page.map(shape),
    ...(arg(ask, 'cursor') === '' ? {} : { next_cursor: next }),
  }
}

function messages(ask: Ask, query: Query): Fields {
  const { store } = ask.ws
  const rows = store.messages
    .all()
    .filter(
      (message) =>
        seen(ask, store.channels.get(message.channel)) &&
        (query.channels.length === 0 || query.channels.includes(message.channel)) &&
        (query.people.length === 0 || query.people.includes(authorOf(message))) &&
        fits(query, message.text, Number(message.ts)),
    )
  return found(
    ask,
    ordered(ask, rows, ({ ts }) => Number(ts)),
    (message) => matchOf(ask, query, message),
  )
}

function files(ask: Ask, query: Query): Fields {
  const { ws } = ask
  const places = (file: File): readonly string[] => file.shares.map((share) => share.split(':')[0] ?? '')
  const rows = ws.store.files
    .all()
    .filter(
      (file) =>
        (file.user === ask.actor.user || places(file).some((id) => seen(ask, ws.store.channels.get(id)))) &&
        (query.channels.length === 0 || places(file).some((id) => query.channels.includes(id))) &&
        (query.people.length === 0 || query.people.includes(file.user)) &&
        fits(query, `${file.name} ${file.title}`, file.created),
    )
  return found(
    ask,
    ordered(ask, rows, ({ created }) => created),
    (file) => fileBody(ws, file),
  )
}

/** https://docs.slack.dev/reference/methods/search.messages (2026-11-26): with user tokens only. */
export const SEARCH: Handlers = {
  'search.messages': (ask) => ({ query: arg(ask, 'query'), messages: messages(ask, parse(ask)) }),
  'search.files': (ask) => ({ query: arg(ask, 'query'), files: files(ask, parse(ask)) }),
  'search.all'(ask) {
    const query = parse(ask)
    return { query: arg(ask, 'query'), messages: messages(ask, query), files: files(ask, query) }
  },
}
