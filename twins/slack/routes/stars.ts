import { type Ask, arg, channelOf, type Handlers, SlackError } from '../ask.ts'
import { pageOf } from '../pages.ts'
import { type Fields, fieldsOf, textOf } from '../state.ts'
import { messageBody, permalinkOf } from '../wire.ts'
import { fileBody } from './files.ts'

type Starred = { readonly key: string; readonly item: Fields }

/** What is starred: a message, a file or a conversation. https://docs.slack.dev/reference/methods/stars.add (2026-11-26). */
function itemOf(ask: Ask): Starred {
  const { ws } = ask
  const file = arg(ask, 'file')
  if (file !== '') {
    if (ws.store.files.get(file) === undefined) throw new SlackError('file_not_found')
    return { key: file, item: { type: 'file', file } }
  }
  if (arg(ask, 'channel') === '') throw new SlackError('no_item_specified')
  const channel = channelOf(ask)
  const ts = arg(ask, 'timestamp')
  if (ts === '')
    return { key: channel.id, item: { type: channel.kind === 'im' ? 'im' : channel.kind, channel: channel.id } }
  const message = ws.store.message(channel.id, ts)
  if (message === undefined) throw new SlackError('message_not_found')
  return { key: message.id, item: { type: 'message', channel: channel.id, ts } }
}

const prefix = ({ actor }: Ask): string => `star ${actor.user} `

/** An item as a list shows it; undefined once it is gone. */
function shown({ ws }: Ask, value: Fields): Fields | undefined {
  const { item, date_create } = value
  const { type, file, channel, ts } = fieldsOf(item)
  if (type === 'file') {
    const row = ws.store.files.get(textOf(file))
    return row === undefined ? undefined : { type, file: fileBody(ws, row), date_create }
  }
  if (type !== 'message') return { type, channel, date_create }
  const message = ws.store.message(textOf(channel), textOf(ts))
  if (message === undefined) return undefined
  return { type, channel, message: { ...messageBody(ws, message), permalink: permalinkOf(ws, message) }, date_create }
}

/** Stars, which people see no more and clients still list. */
export const STARS: Handlers = {
  'stars.add'(ask) {
    const { key, item } = itemOf(ask)
    const id = prefix(ask) + key
    if (ask.ws.store.settings.get(id) !== undefined) throw new SlackError('already_starred')
    ask.ws.store.settings.put({ id, value: { item, date_create: ask.ws.nowS() } as never })
    return {}
  },
  'stars.remove'(ask) {
    if (!ask.ws.store.settings.remove(prefix(ask) + itemOf(ask).key)) throw new SlackError('not_starred')
    return {}
  },
  'stars.list'(ask) {
    const items = ask.ws.store.settings
      .all()
      .filter(({ id }) => id.startsWith(prefix(ask)))
      .flatMap(({ value }): readonly Fields[] => {
        const item = shown(ask, fieldsOf(value))
        return item === undefined ? [] : [item]
      })
      .reverse()
    const { rows, paging, next } = pageOf(ask, items, 100, 1000)
    const { count: per_page, ...rest } = paging
    return { items: rows, paging: { per_page, spill: 0, ...rest }, response_metadata: { next_cursor: next } }
  },
}
