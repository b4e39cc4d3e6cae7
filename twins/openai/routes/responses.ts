import type { Context } from 'hono'
import type { Json } from '../../trace.ts'
import { notModelled, type TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { answer, bill } from '../answer.ts'
import { asOfNow, awaitResponse, BACKGROUND } from '../background.ts'
import { isBatched } from '../batches.ts'
import { GAPS } from '../gaps.ts'
import { checkContext, checkKey, checkLimits, checkModel } from '../guard.ts'
import { newId, opaque, pending, responseOf, usageOf } from '../response-body.ts'
import type { Item, Seed, State, StoredResponse } from '../state.ts'
import { eventsOf } from '../stream.ts'
import { countChat } from '../tokens.ts'
import { emit } from '../webhooks.ts'
import { commonHeaders, errorBody, invalid, refusal, streamOf } from '../wire.ts'
import { keepFiles } from './containers.ts'
import { newItem } from './conversations.ts'
import { outOfBounds, textOf, UNREADABLE, unknownParameter } from './input.ts'

/** Source: openai 7.57 src/resources/responses/responses.ts, ResponseCreateParams. */
const KNOWN =
  'model input instructions stream stream_options max_output_tokens max_tool_calls temperature top_p top_logprobs user metadata store previous_response_id reasoning text tools tool_choice parallel_tool_calls truncation include background conversation service_tier safety_identifier prompt_cache_key prompt_cache_retention prompt_cache_options prompt moderation context_management'.split(
    ' ',
  )

type Body = Record<string, unknown>
type Turn = { readonly role: string; readonly text: string }

/** Items that carry what the model or a tool did earlier; what counts of them is their text. */
const EARLIER =
  /^(function_call|custom_tool_call|mcp_\w+|\w+_call|\w+_call_output|compaction\w*|item_reference|additional_tools|tool_search_output|program\w*|configuration_update)$/

/** The input as messages; calls and their outputs count as text. */
function readInput(input: unknown): readonly Turn[] {
  if (typeof input === 'string') return [{ role: 'user', text: input }]
  if (!Array.isArray(input)) return []
  return input.map((entry: unknown): Turn => {
    const item = entry !== null && typeof entry === 'object' ? (entry as Body) : {}
    const { type } = item
    if (type === 'function_call') return { role: 'assistant', text: `${String(item.name)}${String(item.arguments)}` }
    if (type === 'function_call_output')
      return { role: 'tool', text: typeof item.output === 'string' ? item.output : textOf(item.output) }
    if (type === 'reasoning') return { role: 'assistant', text: '' }
    if (typeof type === 'string' && EARLIER.test(type)) return { role: 'assistant', text: JSON.stringify(item) }
    if (type !== undefined && type !== 'message') throw notModelled('openai', GAPS, 'input other than text')
    return { role: String(item.role ?? 'user'), text: textOf(item.content) }
  })
}

const MEDIA = /^data:(audio|video)\/[\w.+-]+/

/** Files in the input must be of a type that can be read. The wording as recorded on 2026-02-09. */
function badFile(input: unknown, path = 'input'): Response | undefined {
  if (Array.isArray(input)) {
    for (const [at, item] of input.entries()) {
      const bad = badFile(item, `${path}[${at}]`)
      if (bad !== undefined) return bad
    }
    return undefined
  }
  if (input === null || typeof input !== 'object') return undefined
  const item = input as Body
  const media = item.type === 'input_file' && typeof item.file_data === 'string' ? MEDIA.exec(item.file_data) : null
  if (media !== null) {
    const param = `${path}.file_data`
    return invalid(
      `Invalid file data: '${param}'. Expected a base64-encoded data URL with a valid file MIME type (e.g. 'data:text/plain;base64,SGVsbG8sIFdvcmxkIQ=='), but got unsupported MIME type '${media[0].slice('data:'.length)}'. Please see https://platform.openai.com/docs/assistants/tools/file-search#supported-files for supported file types.`,
      param,
      'invalid_value',
    )
  }
  return badFile(item.content, `${path}.content`) ?? badFile(item.output, `${path}.output`)
}

/** A thought must be followed by what it led to. The wording as recorded on 2025-09-12. */
function tornThought(state: State, input: unknown): Response | undefined {
  const items = Array.isArray(input) ? (input as readonly Body[]) : []
  for (const [at, item] of items.entries()) {
    if (item?.type !== 'reasoning' || typeof item.id !== 'string') continue
    const source = state.responses
      .all()
      .map(({ body }) => body.output as readonly Item[])
      .find((output) => output.some(({ id }) => id === item.id))
    const index = source?.findIndex(({ id }) => id === item.id) ?? -1
    const follower = source?.[index + 1]
    const next = items[at + 1]
    if (follower === undefined) continue
    const follows = next?.id === follower.id || (next?.call_id !== undefined && next.call_id === follower.call_id)
    if (follows) continue
    return invalid(`Item '${item.id}' of type 'reasoning' was provided without its required following item.`, 'input')
  }
  return undefined
}

const isHosted = (tool: unknown): boolean =>
  !['function', 'custom', 'tool_search'].includes(String((tool as Body | null)?.type))

/** Why only a script can answer; undefined when any text will do. */
function needsScript(body: Body): string | undefined {
  const format = (body.text as { readonly format?: { readonly type?: string } } | undefined)?.format?.type
  if (format === 'json_schema' || format === 'json_object') return 'structured output without a script'
  if (Array.isArray(body.tools) && body.tools.some(isHosted)) return 'hosted tools without a script'
  return body.moderation == null ? undefined : 'moderation without a script'
}

export function addResponseRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const stored = (id: string): StoredResponse | Response =>
    state.responses.get(id) ??
    refusal(404, errorBody(`Response with id '${id}' not found.`, 'invalid_request_error', null, null))
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const reply = (c: Context, body: unknown, headers: Record<string, string> = {}): Response =>
    c.json(body as never, 200, { ...commonHeaders(world), ...headers })

  /** What was said before: by an earlier response, or in the conversation. */
  const before = (body: Body): readonly Turn[] | Response => {
    const previousId = body.previous_response_id
    if (typeof previousId === 'string') {
      const previous = state.responses.get(previousId)
      if (previous !== undefined) return [...readInput(previous.input), ...readInput(previous.body.output)]
      const message = `Previous response with id '${previousId}' not found.`
      return invalid(message, 'previous_response_id', 'previous_response_not_found')
    }
    if (body.conversation == null) return []
    const id = typeof body.conversation === 'string' ? body.conversation : String((body.conversation as Item).id)
    const conversation = state.conversations.get(id)
    if (conversation !== undefined) return readInput(conversation.items)
    return refusal(404, errorBody(`Conversation with id '${id}' not found.`, 'invalid_request_error', null, null))
  }

  /** The messages of a request with their tokens, or the vendor's refusal. */
  const read = (
    body: Body,
  ): { readonly model: string; readonly items: readonly Turn[]; readonly tokens: number } | Response => {
    const found = checkModel(body.model)
    if (found instanceof Response) return found
    if (body.input === undefined && body.previous_response_id == null)
      return invalid("Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
    const bad = badFile(body.input) ?? tornThought(state, body.input)
    if (bad !== undefined) return bad
    const earlier = before(body)
    if (earlier instanceof Response) return earlier
    const instructions = typeof body.instructions === 'string' ? [{ role: 'system', text: body.instructions }] : []
    const items = [...instructions, ...earlier, ...readInput(body.input)]
    return { model: found.model, items, tokens: countChat(items) }
  }

  const fileNamed = (name: Json | undefined): Item => {
    const file = state.files.all().find(({ filename }) => filename === name)
    const store = state.vector_stores.all().find(({ files }) => files.some(({ id }) => id === file?.id))
    return {
      ...(file === undefined ? {} : { file_id: file.id }),
      ...(store === undefined ? {} : { vector_store_id: store.id }),
    }
  }

  guarded('responses.create', 'POST /v1/responses', async (c) => {
    const body = (await c.req.json().catch(() => undefined)) as Body | undefined
    if (body === undefined) return invalid('We could not parse the JSON body of your request.', null)
    const refused = unknownParameter(body, KNOWN) ?? outOfBounds(body)
    if (refused !== undefined) return refused
    if (body.prompt !== undefined) throw notModelled('openai', GAPS, 'stored prompts')
    if (body.service_tier === 'priority') throw notModelled('openai', GAPS, 'the priority tier')
    const asked = read(body)
    if (asked instanceof Response) return asked
    const { model, items, tokens } = asked
    const tooLong = checkContext(model, tokens)
    if (tooLong !== undefined) return tooLong
    const batched = isBatched(c.req.raw)
    const limited = batched ? {} : checkLimits(world, seed, state, model, tokens)
    if (limited instanceof Response) return limited
    const outputMax = typeof body.max_output_tokens === 'number' ? body.max_output_tokens : undefined
    if (outputMax !== undefined && outputMax < 16)
      return invalid(
        `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${outputMax} instead.`,
        'max_output_tokens',
        'integer_below_min_value',
      )
    const input = items.map(({ text }) => text).join('\n')
    const said = answer(world, seed, state, {
      model,
      input,
      inputTokens: tokens,
      outputMax,
      needsScript: needsScript(body),
      uncounted: input.includes(UNREADABLE),
    })
    const id = newId(world, 'resp_')
    const createdMs = world.clock.now()
    const charged = { model, input_tokens: said.inputTokens, output_tokens: said.outputTokens }
    const kept = {
      id,
      endpoint: 'responses',
      reasoning_tokens: said.reasoningTokens,
      text: said.text,
      created_ms: createdMs,
    } as const
    bill(world, state, { ...kept, ...charged }, { cachedTokens: said.cachedTokens, batched })
    const response = responseOf(world, body, said, { id, model, createdMs, outputMax, fileNamed })
    keep(body, response, createdMs, said.background)
    const ran = containerIn(response)
    if (ran !== undefined) keepFiles(world, state, ran, said.files ?? [])
    const headers = { ...commonHeaders(world), ...limited }
    if (body.stream === true) return streamOf(eventsOf(response), headers)
    return reply(c, body.background === true ? pending(response, 'queued') : response, limited)
  })

  /** Stores a response, and what was said in its conversation. */
  const keep = (body: Body, response: Item, createdMs: number, pace = BACKGROUND): void => {
    const background = body.background === true
    const input =
      typeof body.input === 'string'
        ? [
            {
              type: 'message',
              role: 'user',
              content: [{ type: 'input_text', text: body.input }],
              id: newId(world, 'msg_'),
            },
          ]
        : ((body.input ?? []) as readonly Item[])
    const conversation = (response.conversation as Item | undefined)?.id
    const talk = typeof conversation === 'string' ? state.conversations.get(conversation) : undefined
    if (talk !== undefined) {
      const said = (input as readonly Item[]).map((item) => newItem(world, item))
      talk.items = [...talk.items, ...said, ...(response.output as readonly Item[])]
    }
    if (body.store === false && !background) return
    const waits = background && body.stream !== true
    const kept: StoredResponse = {
      id: String(response.id),
      body: response,
      input,
      starts_ms: waits ? createdMs + pace.starts_ms : null,
      ends_ms: waits ? createdMs + pace.ends_ms : null,
    }
    state.responses.add(kept)
    awaitResponse(world, state, kept)
  }

  guarded('responses.retrieve', 'GET /v1/responses/:id', (c) => {
    const found = stored(c.req.param('id') ?? '')
    if (found instanceof Response) return found
    if (c.req.query('stream') !== 'true') return reply(c, asOfNow(world, found))
    const behind = c.req.query('starting_after')
    const from = behind === undefined ? 0 : Number(behind) + 1
    return streamOf(eventsOf(found.body).slice(from), commonHeaders(world))
  })
  guarded('responses.cancel', 'POST /v1/responses/:id/cancel', (c) => {
    const found = stored(c.req.param('id') ?? '')
    if (found instanceof Response) return found
    if (found.body.background !== true)
      return invalid('Only responses that were created with background set to true can be canceled.', null)
    if (asOfNow(world, found) !== found.body) {
      const body = { ...pending(found.body, 'queued'), status: 'cancelled' }
      // Another one: what waits for the end of this one waits in vain.
      state.responses.add({ ...found, body, starts_ms: null, ends_ms: null })
      emit({ world, state }, 'response.cancelled', found.id)
      return reply(c, body)
    }
    return reply(c, found.body)
  })
  guarded('responses.delete', 'DELETE /v1/responses/:id', (c) => {
    const found = stored(c.req.param('id') ?? '')
    if (found instanceof Response) return found
    state.responses.remove(found.id)
    return reply(c, { id: found.id, object: 'response', deleted: true })
  })
  guarded('responses.input_items', 'GET /v1/responses/:id/input_items', (c) => {
    const found = stored(c.req.param('id') ?? '')
    if (found instanceof Response) return found
    const ids = found.input.map((item) =>
      item !== null && typeof item === 'object' && 'id' in item ? String(item.id) : null,
    )
    return reply(c, {
      object: 'list',
      data: found.input,
      first_id: ids[0] ?? null,
      last_id: ids.at(-1) ?? null,
      has_more: false,
    })
  })
  guarded('responses.input_tokens', 'POST /v1/responses/input_tokens', async (c) => {
    const asked = read((await c.req.json().catch(() => ({}))) as Body)
    if (asked instanceof Response) return asked
    if (asked.items.some(({ text }) => text.includes(UNREADABLE)))
      throw notModelled('openai', GAPS, 'input other than text')
    return reply(c, { object: 'response.input_tokens', input_tokens: asked.tokens })
  })
  guarded('responses.compact', 'POST /v1/responses/compact', async (c) => {
    const body = (await c.req.json().catch(() => ({}))) as Body
    const asked = read(body)
    if (asked instanceof Response) return asked
    const said = answer(world, seed, state, {
      model: asked.model,
      input: asked.items.map(({ text }) => text).join('\n'),
      inputTokens: asked.tokens,
      outputMax: undefined,
      needsScript: undefined,
      uncounted: false,
    })
    const id = newId(world, 'resp_')
    const createdMs = world.clock.now()
    const used = {
      input_tokens: said.inputTokens,
      output_tokens: said.outputTokens,
      reasoning_tokens: said.reasoningTokens,
    }
    bill(
      world,
      state,
      { id, endpoint: 'responses', model: asked.model, text: '', created_ms: createdMs, ...used },
      { cachedTokens: said.cachedTokens, batched: false },
    )
    const previous = state.responses.get(String(body.previous_response_id))
    const output = [...userMessages(previous?.input), ...userMessages(body.input)].map(
      (text): Json => ({
        id: newId(world, 'msg_'),
        type: 'message',
        status: 'completed',
        content: [{ type: 'input_text', text }],
        role: 'user',
      }),
    )
    const compaction = newId(world, 'cmp_')
    return reply(c, {
      id,
      object: 'response.compaction',
      created_at: Math.floor(createdMs / 1000),
      output: [
        ...output,
        { id: compaction, type: 'compaction', encrypted_content: `gAAAAA${opaque(compaction, 900)}` },
      ],
      usage: usageOf(said),
    })
  })
}

/** Where the code of a response ran; undefined where none did. */
function containerIn(response: Item): string | undefined {
  for (const item of response.output as readonly Item[]) {
    const place = (item.environment ?? {}) as Item
    const id = item.container_id ?? place.container_id
    if (typeof id === 'string') return id
  }
  return undefined
}

/** What the user said; the rest is what is compacted. Recorded on 2026-04-02 by github.com/pydantic/pydantic-ai. */
function userMessages(input: unknown): readonly string[] {
  if (typeof input === 'string') return [input]
  if (!Array.isArray(input)) return []
  return (input as readonly Body[]).filter(({ role }) => role === 'user').map(({ content }) => textOf(content))
}
