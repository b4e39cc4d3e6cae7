import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { checkKey } from '../guard.ts'
import { newId } from '../response-body.ts'
import type { Conversation, Item, Seed, State } from '../state.ts'
import { commonHeaders, errorBody, refusal } from '../wire.ts'

const conversationBody = ({ id, created_at, metadata }: Conversation): Item => ({
  id,
  object: 'conversation',
  created_at,
  metadata,
})

/** Shapes as recorded by github.com/pydantic/pydantic-ai on 2026-04-29. */
export function addConversationRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const reply = (c: Context, body: Item): Response => c.json(body as never, 200, commonHeaders(world))
  const at = (c: Context): Conversation | Response => {
    const id = c.req.param('id') ?? ''
    const found = state.conversations.find((one) => one.id === id)
    return (
      found ?? refusal(404, errorBody(`Conversation with id '${id}' not found.`, 'invalid_request_error', null, null))
    )
  }
  guarded('conversations.create', 'POST /v1/conversations', async (c) => {
    const body = (await c.req.json().catch(() => ({}))) as Item
    const items = (body.items ?? []) as readonly Item[]
    const conversation: Conversation = {
      id: newId(world, 'conv_'),
      created_at: Math.floor(world.clock.now() / 1000),
      metadata: (body.metadata ?? {}) as Item,
      items: items.map((item) => ({ id: newId(world, 'msg_'), type: 'message', status: 'completed', ...item })),
    }
    state.conversations.push(conversation)
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
    state.conversations = state.conversations.filter((one) => one !== found)
    return reply(c, { id: found.id, object: 'conversation.deleted', deleted: true })
  })
  guarded('conversations.items.list', 'GET /v1/conversations/:id/items', (c) => {
    const found = at(c)
    if (found instanceof Response) return found
    const data = found.items.toReversed()
    const [first, last] = [data[0]?.id ?? null, data.at(-1)?.id ?? null]
    return reply(c, { object: 'list', data, first_id: first, last_id: last, has_more: false })
  })
}
