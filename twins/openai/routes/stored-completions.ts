import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import type { Item, Seed, State, StoredCompletion } from '../state.ts'
import { commonHeaders, errorBody, refusal } from '../wire.ts'

/**
 * What is kept of a completion whose request said `store`.
 * Source: the examples of /chat/completions in https://github.com/openai/openai-openapi (2026-11-26).
 */
export function storedBody(asked: Item, answer: Item, request_id: string): Item {
  const { usage, choices, ...head } = answer
  const { total_tokens = 0, completion_tokens = 0, prompt_tokens = 0 } = (usage ?? {}) as Item
  const said = ((choices as readonly Item[])[0]?.message ?? {}) as Item
  return {
    ...head,
    request_id,
    tool_choice: asked.tool_choice ?? null,
    usage: { total_tokens, completion_tokens, prompt_tokens },
    seed: asked.seed ?? 0,
    top_p: asked.top_p ?? 1,
    temperature: asked.temperature ?? 1,
    presence_penalty: asked.presence_penalty ?? 0,
    frequency_penalty: asked.frequency_penalty ?? 0,
    input_user: asked.user ?? null,
    tools: asked.tools ?? null,
    metadata: asked.metadata ?? {},
    choices: [
      {
        index: 0,
        message: {
          content: said.content ?? null,
          role: 'assistant',
          tool_calls: said.tool_calls ?? null,
          function_call: null,
        },
        finish_reason: (choices as readonly Item[])[0]?.finish_reason ?? 'stop',
        logprobs: null,
      },
    ],
    response_format: asked.response_format ?? null,
  }
}

export function addStoredCompletionRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const reply = (body: Item): Response => Response.json(body, { headers: commonHeaders(world) })
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const onStored =
    (act: (found: StoredCompletion, c: Context) => Response | Promise<Response>) =>
    (c: Context): Response | Promise<Response> => {
      const id = c.req.param('id') ?? ''
      const found = state.stored_completions.get(id)
      if (found !== undefined) return act(found, c)
      return refusal(404, errorBody(`Chat completion with id '${id}' not found.`, 'invalid_request_error', null, null))
    }
  guarded('chat.completions.list', 'GET /v1/chat/completions', (c) => {
    const { model, order, ...query } = c.req.query()
    const wanted = state.stored_completions.all().filter(({ body }) => {
      const metadata = body.metadata as Item
      return (
        (model === undefined || body.model === model) &&
        Object.entries(query).every(([key, value]) => {
          const name = /^metadata\[(.*)\]$/.exec(key)?.[1]
          return name === undefined || metadata[name] === value
        })
      )
    })
    const bodies = wanted.map(({ body }) => body)
    const page = pageOf(order === 'desc' ? bodies.toReversed() : bodies, query, 'chat completion')
    return page instanceof Response ? page : reply(page)
  })
  guarded(
    'chat.completions.retrieve',
    'GET /v1/chat/completions/:id',
    onStored(({ body }) => reply(body)),
  )
  guarded(
    'chat.completions.update',
    'POST /v1/chat/completions/:id',
    onStored(async (found, c) => {
      const { metadata } = (await c.req.json().catch(() => ({}))) as Item
      found.body = { ...found.body, metadata: metadata ?? {} }
      return reply(found.body)
    }),
  )
  guarded(
    'chat.completions.delete',
    'DELETE /v1/chat/completions/:id',
    onStored((found) => {
      state.stored_completions.remove(found.id)
      return reply({ object: 'chat.completion.deleted', id: found.id, deleted: true })
    }),
  )
  guarded(
    'chat.completions.messages.list',
    'GET /v1/chat/completions/:id/messages',
    onStored(({ id, messages }, c) => {
      const all = messages.map(({ role = null, content = null, name = null }, at) => ({
        id: `${id}-${at}`,
        role,
        content: Array.isArray(content) ? null : content,
        name,
        content_parts: Array.isArray(content) ? content : null,
      }))
      const page = pageOf(c.req.query('order') === 'desc' ? all.toReversed() : all, c.req.query(), 'message')
      return page instanceof Response ? page : reply(page)
    }),
  )
}
