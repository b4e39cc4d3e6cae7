import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { type Ask, arg, channelOf, type Handlers, has, invalid, isIn, json, many, needed, SlackError } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { type Canvas, type CanvasSection, type Fields, fieldsOf, listOf, textOf } from '../state.ts'
import type { Workspace } from '../workspace.ts'

/** https://docs.slack.dev/surfaces/canvases (2026-11-26). Assumed: what stands between empty lines is a section, and a header is one. */
function sectionsOf(ws: Workspace, markdown: string): readonly CanvasSection[] {
  return markdown
    .split(/\n{2,}|\n(?=#{1,6} )|(?<=^#{1,6} .*)\n/m)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => ({ id: `temp:C:${ws.world.draw('section').text(28)}`, markdown: part }))
}

const contentOf = (value: Json | undefined | 'malformed', refusal: string): string | undefined => {
  if (value === undefined) return undefined
  const { type, markdown } = fieldsOf(value)
  if (type !== 'markdown' || typeof markdown !== 'string')
    throw new SlackError(refusal, { detail: 'document_content must be of type markdown' })
  return markdown
}

function create(ask: Ask, channel: string): Fields {
  const { ws, actor } = ask
  const markdown = contentOf(json(ask, 'document_content'), 'canvas_creation_failed') ?? ''
  const canvas: Canvas = {
    id: ws.newId('F', { get: (id) => ws.store.canvases.get(id) ?? ws.store.files.get(id) }),
    title: arg(ask, 'title'),
    user: actor.user,
    channel,
    created: ws.nowS(),
    sections: sectionsOf(ws, markdown),
    access: {},
  }
  ws.store.canvases.put(canvas)
  ws.note('canvas.created', { id: canvas.id, title: canvas.title, channel, user: actor.user })
  return { canvas_id: canvas.id }
}

/** A canvas that the one who asks may see: their own, one that was opened to them, one of a conversation of theirs. */
function canvasOf(ask: Ask, level: 'read' | 'write'): Canvas {
  const { ws, actor } = ask
  const canvas = ws.store.canvases.get(needed(ask, 'canvas_id'))
  if (canvas === undefined) throw new SlackError('canvas_not_found')
  const places = [canvas.channel, ...Object.keys(canvas.access)].flatMap((id) => ws.store.channels.get(id) ?? [])
  const opened = (id: string): boolean =>
    canvas.access[id] === 'write' || (level === 'read' && canvas.access[id] === 'read')
  const may =
    canvas.user === actor.user ||
    opened(actor.user) ||
    places.some((channel) => isIn(ask, channel) && (channel.id === canvas.channel || opened(channel.id)))
  if (!may) throw new SlackError('canvas_not_found')
  return canvas
}

function edit(ask: Ask): Fields {
  const { ws } = ask
  const canvas = canvasOf(ask, 'write')
  const changes = json(ask, 'changes')
  if (!Array.isArray(changes) || changes.length === 0) throw invalid('must provide an array [json-pointer:/changes]')
  if (changes.length > 1) throw notModelled('slack', GAPS, 'several changes of a canvas at once')
  const change = fieldsOf((changes as readonly Json[])[0])
  if (change.operation === 'rename') {
    const { markdown } = fieldsOf(change.title_content)
    ws.store.canvases.put({ ...canvas, title: textOf(markdown) })
  } else ws.store.canvases.put({ ...canvas, sections: edited(ws, canvas.sections, change) })
  ws.note('canvas.changed', { id: canvas.id, operation: textOf(change.operation) })
  return {}
}

const failed = (detail: string): SlackError => new SlackError('canvas_editing_failed', { detail })

function edited(ws: Workspace, sections: readonly CanvasSection[], change: Fields): readonly CanvasSection[] {
  const operation = textOf(change.operation)
  const named = textOf(change.section_id)
  const at = sections.findIndex(({ id }) => id === named)
  if (named !== '' && at === -1) throw failed(`section ${named} not found`)
  const fresh = (): readonly CanvasSection[] => {
    const markdown = contentOf(change.document_content, 'canvas_editing_failed')
    if (markdown === undefined) throw failed('document_content is required')
    return sectionsOf(ws, markdown)
  }
  const placed = (from: number, to: number): readonly CanvasSection[] => [
    ...sections.slice(0, from),
    ...fresh(),
    ...sections.slice(to),
  ]
  if (/^(insert_after|insert_before|delete)$/.test(operation) && at === -1) throw failed('section_id is required')
  switch (operation) {
    case 'insert_at_start':
      return placed(0, 0)
    case 'insert_at_end':
      return placed(sections.length, sections.length)
    case 'insert_before':
      return placed(at, at)
    case 'insert_after':
      return placed(at + 1, at + 1)
    case 'replace':
      return at === -1 ? fresh() : placed(at, at + 1)
    case 'delete':
      return sections.filter((_, nth) => nth !== at)
    default:
      throw invalid(`unknown operation: ${operation} [json-pointer:/changes/0/operation]`)
  }
}

const HEADERS: Readonly<Record<string, RegExp>> = { any_header: /^#{1,3} /, h1: /^# /, h2: /^## /, h3: /^### / }

function lookup(ask: Ask): Fields {
  const canvas = canvasOf(ask, 'read')
  const criteria = fieldsOf(json(ask, 'criteria'))
  const types = listOf(criteria.section_types).map(textOf)
  const said = textOf(criteria.contains_text).toLowerCase()
  if (types.length === 0 && said === '') throw invalid('missing required field: criteria')
  const found = canvas.sections
    .filter(({ markdown }) => types.length === 0 || types.some((type) => HEADERS[type]?.test(markdown) === true))
    .filter(({ markdown }) => markdown.toLowerCase().includes(said))
  return { sections: found.map(({ id }) => ({ id })) }
}

/** Who else may see a canvas: people, or conversations. */
function access(ask: Ask, level: 'read' | 'write' | undefined): Fields {
  const { ws } = ask
  const canvas = canvasOf(ask, 'write')
  const [users, channels] = [many(ask, 'user_ids'), many(ask, 'channel_ids')]
  if ((users.length === 0) === (channels.length === 0)) throw new SlackError('invalid_parameters')
  if (users.some((id) => ws.store.users.get(id) === undefined)) throw new SlackError('user_not_found')
  if (channels.some((id) => ws.store.channels.get(id) === undefined)) throw new SlackError('channel_not_found')
  const ids = [...users, ...channels]
  const kept = Object.fromEntries(Object.entries(canvas.access).filter(([id]) => !ids.includes(id)))
  const given = level === undefined ? {} : Object.fromEntries(ids.map((id) => [id, level]))
  ws.store.canvases.put({ ...canvas, access: { ...kept, ...given } })
  return {}
}

export const CANVASES: Handlers = {
  'canvases.create'(ask) {
    const channel = has(ask, 'channel_id') ? channelOf(ask, 'channel_id').id : ''
    if (channel === '' && ask.ws.team.plan === 'free')
      throw new SlackError('free_teams_cannot_create_standalone_canvases')
    return create(ask, channel)
  },
  'canvases.edit': edit,
  'canvases.delete'(ask) {
    const canvas = canvasOf(ask, 'write')
    ask.ws.store.canvases.remove(canvas.id)
    ask.ws.note('canvas.deleted', { id: canvas.id })
    return {}
  },
  'canvases.access.set'(ask) {
    const level = needed(ask, 'access_level')
    if (level !== 'read' && level !== 'write') throw invalid('invalid access_level')
    return access(ask, level)
  },
  'canvases.access.delete': (ask) => access(ask, undefined),
  'canvases.sections.lookup': lookup,
  'conversations.canvases.create'(ask) {
    const { ws } = ask
    const channel = channelOf(ask, 'channel_id')
    const id = `canvas of ${channel.id}`
    if (ws.store.canvases.get(textOf(ws.store.settings.get(id)?.value)) !== undefined)
      throw new SlackError('channel_canvas_already_exists')
    const made = create(ask, channel.id)
    ws.store.settings.put({ id, value: textOf(made.canvas_id) })
    return made
  },
}
