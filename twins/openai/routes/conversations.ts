import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import { newId, PREFIX } from '../response-body.ts'
import type { Conversation, Item, Seed, State } from '../state.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

const conversationBody = ({ id, created_at, metadata }: Conversation): Item => ({
  id,
  object: 'conversation',
  created_at,
  metadata,
})

/** An item as a conversation keeps it. */
export const newItem = (world: World, item: Item): Item => ({
  id: newId(world, PREFIX[String(item.type ?? 'message')] ?? 'item_'),
  type: 'message',
  status: 'completed',
  ...item,
  ...(typeof item.content === 'string'
    ? { content: [{ type: item.role === 'assistant' ? 'output_text' : 'input_text', text: item.content }] }
    : {}),
})

/** Shapes as recorded by github.com/pydantic/pydantic-ai on 2026-04-29. */
export function addConversationRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const reply = (c: Context, body: Item): Response => c.json(body as never, 200, commonHeaders(world))
  const at = (c: Context): Conversation | Response => {
    const id = c.req.param('id') ?? ''
    const found = state.conversations.get(id)
    return (
      found ?? refusal(404, errorBody(`Conversation with id '${id}' not found.`, 'invalid_request_error', null, null))
    )
  }
  /** A message of the caller as the API keeps it: its text is a part of its own. */
  guarded('conversations.create', 'POST /v1/conversations', async (c) => {
    const body = (await c.req.json().catch(() => ({}))) as Item
    const items = (body.items ?? []) as readonly Item[]
    const conversation: Conversation = {
      id: newId(world, 'conv_'),
      created_at: Math.floor(world.clock.now() / 1000),
      metadata: (body.metadata ?? {}) as Item,
      items: items.map((item) => newItem(world, item)),
    }
    state.conversations.add(conversation)
    return reply(c, conversationBody(conversation))
  })
  guarded('conversations.retrieve', 'GET /v1/conversations/:id', (c) => {
    const found = at(c)
    return found instanceof Response ? found : reply(c, conversationBody(found))
  })
  guarded('conversations.update', 'POST /v1/conversations/:id', async (c) => {
    const found = at(c)
    if (found instanceof Response) return found
    const body = (await c.req.json().catch(() => ({}))) as Item
    found.metadata = (body.metadata ?? {}) as Item
    return reply(c, conversationBody(found))
  })
  guarded('conversations.delete', 'DELETE /v1/conversations/:id', (c) => {
    const found = at(c)
    if (found instanceof Response) return found
    state.conversations.remove(found.id)
    return reply(c, { id: found.id, object: 'conversation.deleted', deleted: true })
  })
  guarded('conversations.items.list', 'GET /v1/conversations/:id/items', (c) => {
    const found = at(c)
    if (found instanceof Response) return found
    const ordered = c.req.query('order') === 'asc' ? found.items : found.items.toReversed()
    const page = pageOf(ordered, c.req.query(), 'item')
    return page instanceof Response ? page : reply(c, page)
  })
  guarded('conversations.items.create', 'POST /v1/conversations/:id/items', async (c) => {
    const found = at(c)
    if (found instanceof Response) return found
    const { items } = (await c.req.json().catch(() => ({}))) as Item
    if (!Array.isArray(items))
      return invalid("Missing required parameter: 'items'.", 'items', 'missing_required_parameter')
    // At most 20 at a time: openai 7.57, ItemCreateParams.
    if (items.length > 20)
      return invalid(
        `Invalid 'items': array too long. Expected an array with maximum length 20, but got an array with length ${items.length} instead.`,
        'items',
        'array_above_max_length',
      )
    const added = (items as readonly Item[]).map((item) => newItem(world, item))
    found.items = [...found.items, ...added]
    return reply(c, {
      object: 'list',
      data: added,
      first_id: added[0]?.id ?? null,
      last_id: added.at(-1)?.id ?? null,
      has_more: false,
    })
  })
  const itemAt = (c: Context, { items, id }: Conversation): Item | Response => {
    const name = c.req.param('item') ?? ''
    return (
      items.find((one) => one.id === name) ??
      refusal(
        404,
        errorBody(`Item with id '${name}' not found in conversation '${id}'.`, 'invalid_request_error', null, null),
      )
    )
  }
  guarded('conversations.items.retrieve', 'GET /v1/conversations/:id/items/:item', (c) => {
    const found = at(c)
    if (found instanceof Response) return found
    const item = itemAt(c, found)
    return item instanceof Response ? item : reply(c, item)
  })
  guarded('conversations.items.delete', 'DELETE /v1/conversations/:id/items/:item', (c) => {
    const found = at(c)
    if (found instanceof Response) return found
    const item = itemAt(c, found)
    if (item instanceof Response) return item
    found.items = found.items.filter((one) => one !== item)
    return reply(c, conversationBody(found))
  })
}
