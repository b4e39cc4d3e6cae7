import type { Json } from '../trace.ts'
import type { World } from '../world.ts'
import { MODELS, modelOf } from './prices.ts'
import type { Batch, BatchLine, Item, Seed, State, Usage } from './state.ts'
import { emit } from './webhooks.ts'

/**
 * Requests that are made on a batch's account: half the price, and no rate limits. Whoever sends one from outside has another
 * object in hand.
 * Source: https://developers.openai.com/api/docs/guides/batch (2026-11-26).
 */
const BATCHED = new WeakSet<Request>()
export const isBatched = (request: Request): boolean => BATCHED.has(request)

const DAY_MS = 24 * 60 * 60_000
/** Assumed, all of it: see gaps.ts. The work takes `seed.batch_ms`. */
const PACE_MS = { validating: 1_000, work: 60_000, finalizing: 1_000, cancelling: 2_000 }
/** Requests are worked on in so many goes at most. */
const GOES = 100
const HEX = '0123456789abcdef'

/** What a batch needs of the twin: its world, and its own routes. */
export type Desk = {
  readonly world: World
  readonly seed: Seed
  readonly state: State
  readonly ask: (request: Request) => Response | Promise<Response>
}

const nowS = (world: World): number => Math.floor(world.clock.now() / 1000)

/** Puts a batch into the state; it is looked at and worked on later, by the world's clock. */
export function addBatch(
  desk: Desk,
  asked: Pick<Batch, 'endpoint' | 'input_file_id' | 'completion_window' | 'metadata' | 'output_expires_s'>,
): Batch {
  const { world, state } = desk
  const createdMs = world.clock.now()
  const batch: Batch = {
    ...asked,
    id: `batch_${world.draw('id batch').text(32, HEX)}`,
    created_ms: createdMs,
    due_ms: createdMs + PACE_MS.validating,
    status: 'validating',
    times: {},
    errors: [],
    lines: [],
    done: 0,
    outputs: [],
    failures: [],
    model: null,
    usage: { input: 0, cached: 0, output: 0, reasoning: 0 },
    output_file_id: null,
    error_file_id: null,
  }
  state.batches.add(batch)
  awaitNext(desk, batch)
  return batch
}

export const isOver = ({ status }: Batch): boolean => ['failed', 'completed', 'expired', 'cancelled'].includes(status)

/** Does what is next when it is due; a batch of a state that was put away does nothing any more. */
export function awaitNext(desk: Desk, batch: Batch): void {
  if (isOver(batch)) return
  const { due_ms: dueMs, status } = batch
  const { clock } = desk.world
  const go = async (): Promise<void> => {
    if (batch.due_ms !== dueMs || batch.status !== status || desk.state.batches.get(batch.id) !== batch) return
    await step(desk, batch)
    awaitNext(desk, batch)
  }
  clock.schedule(Math.max(0, dueMs - clock.now()), go, `openai ${batch.id} ${status}`)
}

/** Gives a batch up; what was answered until then is kept, and was paid for. */
export function cancelBatch(desk: Desk, batch: Batch): void {
  const nowMs = desk.world.clock.now()
  move(desk.world, batch, 'cancelling')
  batch.due_ms = nowMs + PACE_MS.cancelling
  awaitNext(desk, batch)
}

function move(world: World, batch: Batch, status: Batch['status']): void {
  batch.status = status
  batch.times = { ...batch.times, [`${status}_at`]: nowS(world) }
}

async function step(desk: Desk, batch: Batch): Promise<void> {
  const { world } = desk
  const nowMs = world.clock.now()
  switch (batch.status) {
    case 'validating':
      readLines(desk, batch)
      if (batch.errors.length > 0) end(desk, batch, 'failed')
      else {
        move(world, batch, 'in_progress')
        batch.due_ms = nextGoMs(desk, batch)
      }
      break
    case 'in_progress':
      if (nowMs >= batch.created_ms + DAY_MS) end(desk, batch, 'expired')
      else {
        const go = Math.ceil(batch.lines.length / GOES)
        const done: Done[] = []
        for (const line of batch.lines.slice(batch.done, batch.done + go)) done.push(await work(desk, batch, line))
        keep(batch, done)
        batch.done = Math.min(batch.lines.length, batch.done + go)
        if (batch.done < batch.lines.length) batch.due_ms = nextGoMs(desk, batch)
        else {
          move(world, batch, 'finalizing')
          batch.due_ms = nowMs + PACE_MS.finalizing
        }
      }
      break
    case 'finalizing':
      end(desk, batch, 'completed')
      break
    case 'cancelling':
      end(desk, batch, 'cancelled')
      break
    default:
  }
}

/** The next requests are answered as far into the whole time as they stand in the file, or the day is over. */
function nextGoMs({ seed }: Desk, { created_ms, lines, done }: Batch): number {
  const goes = Math.ceil(lines.length / Math.ceil(lines.length / GOES))
  const go = Math.floor(done / Math.ceil(lines.length / GOES)) + 1
  const workMs = Math.round(((seed.batch_ms ?? PACE_MS.work) * go) / goes)
  return created_ms + Math.min(PACE_MS.validating + workMs, DAY_MS)
}

/** A request that was answered: its line in one of the two files, and what it took. */
type Done = { readonly line: string; readonly usage: Usage | undefined }

function keep(batch: Batch, done: readonly Done[]): void {
  batch.failures = [...batch.failures, ...done.flatMap(({ line, usage }) => (usage === undefined ? line : []))]
  batch.outputs = [...batch.outputs, ...done.flatMap(({ line, usage }) => (usage === undefined ? [] : line))]
  for (const { usage } of done) {
    if (usage === undefined) continue
    const { input, cached, output, reasoning } = batch.usage
    batch.usage = {
      input: input + usage.input,
      cached: cached + usage.cached,
      output: output + usage.output,
      reasoning: reasoning + usage.reasoning,
    }
  }
}

/** Answers one request of a batch by the twin's own routes. */
async function work({ world, seed, ask }: Desk, batch: Batch, { custom_id, body }: BatchLine): Promise<Done> {
  const request = new Request(`https://api.openai.com${batch.endpoint}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${seed.keys?.[0] ?? 'sk-batch'}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  BATCHED.add(request)
  const response = await ask(request)
  const answer = (await response.json()) as Item
  const request_id = response.headers.get('x-request-id') ?? ''
  const line = printLine(world, custom_id, {
    response: { status_code: response.status, request_id, body: answer },
    error: null,
  })
  if (response.status !== 200) return { line, usage: undefined }
  const used = (answer.usage ?? {}) as Item
  const count = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)
  const details = (kind: 'input' | 'output'): Item =>
    (used[`${kind}_tokens_details`] ??
      used[kind === 'input' ? 'prompt_tokens_details' : 'completion_tokens_details'] ??
      {}) as Item
  const usage = {
    input: count(used.input_tokens ?? used.prompt_tokens),
    cached: count(details('input').cached_tokens),
    output: count(used.output_tokens ?? used.completion_tokens),
    reasoning: count(details('output').reasoning_tokens),
  }
  return { line, usage }
}

const printLine = (world: World, custom_id: string, told: Item): string =>
  JSON.stringify({ id: `batch_req_${world.draw('id batch_req').text(32, HEX)}`, custom_id, ...told })

/** The file of a request that nobody came to: https://developers.openai.com/api/docs/guides/batch (2026-11-26). */
const EXPIRED: Json = {
  code: 'batch_expired',
  message: 'This request could not be executed before the completion window expired.',
}

/** Writes the files of a batch, and tells whoever listens. */
function end(desk: Desk, batch: Batch, status: 'failed' | 'completed' | 'expired' | 'cancelled'): void {
  const { world, state } = desk
  if (status === 'expired') {
    const left = batch.lines.slice(batch.done)
    const lines = left.map(({ custom_id }) => printLine(world, custom_id, { response: null, error: EXPIRED }))
    batch.failures = [...batch.failures, ...lines]
  }
  const write = (kind: 'output' | 'error', lines: readonly string[]): string | null => {
    if (lines.length === 0) return null
    const content = Buffer.from(`${lines.join('\n')}\n`)
    const { output_expires_s } = batch
    const file = {
      id: world.id('file-', 22),
      bytes: content.length,
      created_at: nowS(world),
      filename: `${batch.id}_${kind}.jsonl`,
      purpose: 'batch_output',
      expires_at: output_expires_s === null ? null : nowS(world) + output_expires_s,
      content: content.toString('base64'),
    }
    state.files.add(file)
    return file.id
  }
  if (batch.status === 'in_progress') batch.times = { ...batch.times, finalizing_at: nowS(world) }
  batch.output_file_id = write('output', batch.outputs)
  batch.error_file_id = write('error', batch.failures)
  move(world, batch, status)
  world.trace.record(`openai.batch.${status}`, { id: batch.id, ...countsOf(batch) })
  emit(desk, `batch.${status}`, batch.id)
}

const countsOf = ({ lines, outputs, failures }: Batch): { readonly [name: string]: number } => ({
  total: lines.length,
  completed: outputs.length,
  failed: failures.length,
})

type Fault = { readonly code: string; readonly message: string; readonly param: string | null; readonly line: number }
const LINES_MAX = 50_000

/** Reads the requests of a batch, or what is wrong with them. The wordings are assumed, the codes are the vendor's. */
function readLines({ state }: Desk, batch: Batch): void {
  const file = state.files.get(batch.input_file_id)
  const text = Buffer.from(file?.content ?? '', 'base64').toString()
  const rows = text.split('\n').filter((row) => row.trim() !== '')
  const whole = (code: string, message: string): void => {
    batch.errors = [{ code, message, param: null, line: null }]
  }
  if (rows.length === 0)
    return whole('empty_file', 'The input file is empty. Please ensure that the batch contains at least one request.')
  if (rows.length > LINES_MAX)
    return whole('too_many_tasks', `The batch input file contains more than the maximum of ${LINES_MAX} requests.`)
  const seen = new Set<string>()
  const lines: BatchLine[] = []
  const errors: Fault[] = []
  for (const [at, row] of rows.entries()) {
    const read = readLine(row, at + 1, batch, seen)
    if ('code' in read) errors.push(read)
    else lines.push(read)
  }
  batch.errors = errors
  if (errors.length === 0) batch.lines = lines
}

function readLine(row: string, line: number, batch: Batch, seen: Set<string>): BatchLine | Fault {
  const fault = (code: string, message: string, param: string | null): Fault => ({ code, message, param, line })
  const parsed = parse(row)
  if (parsed === undefined) return fault('invalid_json_line', 'This line is not parseable as valid JSON.', null)
  const { custom_id, method, url, body } = parsed
  for (const param of ['custom_id', 'method', 'url', 'body'])
    if (parsed[param] === undefined)
      return fault('missing_required_parameter', `Missing required parameter: '${param}'.`, param)
  if (typeof custom_id !== 'string' || seen.has(custom_id))
    return fault(
      'duplicate_custom_id',
      'The custom_id for this request is a duplicate of another request. The custom_id parameter must be unique for each request in a batch.',
      'custom_id',
    )
  seen.add(custom_id)
  if (method !== 'POST') return fault('invalid_method', 'The HTTP method for this request must be POST.', 'method')
  // The words: https://help.openai.com/en/articles/9197833-batch-api-faq (2026-11-26).
  if (url !== batch.endpoint)
    return fault('invalid_url', 'The URL provided for this request does not prefix-match the batch endpoint.', 'url')
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return fault('invalid_type', "Invalid type for 'body': expected an object.", 'body')
  const asked = (body as Item).model
  if (typeof asked !== 'string') return { custom_id, body: body as Item }
  const key = modelOf(asked)
  const model = key === undefined ? asked : (MODELS[key]?.snapshot ?? asked)
  batch.model ??= model
  if (batch.model !== model)
    return fault(
      'mismatched_model',
      `The provided model '${asked}' does not match the expected model '${batch.model}'. Each batch must contain requests for a single model.`,
      'body.model',
    )
  return { custom_id, body: body as Item }
}

function parse(text: string): Item | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Item) : undefined
  } catch {
    return undefined
  }
}

const TIMES = 'in_progress_at finalizing_at completed_at failed_at expired_at cancelling_at cancelled_at'.split(' ')

/** `Batch` of the SDK's resources/batches.d.ts (7.57). */
export function batchBody(batch: Batch): Item {
  const { id, endpoint, input_file_id, completion_window, status, created_ms, usage } = batch
  const createdS = Math.floor(created_ms / 1000)
  return {
    id,
    object: 'batch',
    endpoint,
    model: batch.model,
    errors: batch.errors.length === 0 ? null : { object: 'list', data: batch.errors },
    input_file_id,
    completion_window,
    status,
    output_file_id: batch.output_file_id,
    error_file_id: batch.error_file_id,
    created_at: createdS,
    expires_at: createdS + DAY_MS / 1000,
    ...Object.fromEntries(TIMES.map((name) => [name, batch.times[name] ?? null])),
    request_counts: countsOf(batch),
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cached },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: usage.input + usage.output,
    },
    metadata: batch.metadata,
  }
}
