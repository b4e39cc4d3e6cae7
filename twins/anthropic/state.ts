import { z } from 'zod'
import type { Json } from '../trace.ts'

export type Item = { readonly [key: string]: Json }

export const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects of a list; anything else, and anything in it, is left out. */
export const itemsOf = (value: unknown): readonly Item[] => (Array.isArray(value) ? value.filter(isItem) : [])

/** One answer the scenario foresees: the first turn that fits a request and is not used up is given. */
export type Turn = {
  readonly when?:
    | {
        readonly model?: string | undefined
        readonly contains?: string | undefined
        /** The scenario step on whose account the request is made. */
        readonly step?: string | undefined
      }
    | undefined
  readonly think?: string | undefined
  readonly say?: string | undefined
  readonly calls?: readonly { readonly name: string; readonly input: Item }[] | undefined
  /**
   * Content blocks in their order, without ids and signatures: `{ type: thinking, thinking }`, `{ type: text, text, citations }`,
   * `{ type: tool_use, name, input }`, and what hosted tools did, such as `{ type: server_tool_use, name, input }` and
   * `{ type: web_search_tool_result, content }`. In place of `think`, `say` and `calls`.
   */
  readonly blocks?: readonly Item[] | undefined
  /** Why the model stopped, where that is its own doing. */
  readonly stop?: Stop | undefined
  /** What a refusal says of itself: `{ type: refusal, category, explanation }`. */
  readonly stop_details?: Item | undefined
  /** A streamed answer breaks off in its midst, with this error; a whole one does not. */
  readonly breaks?: 'overloaded_error' | 'api_error' | undefined
  /** Answers every fitting request, not only the first. */
  readonly repeat?: boolean | undefined
  /** What it took, where the twin's estimate will not do: all input, cached or not, and all output. */
  readonly tokens?:
    | {
        readonly input?: number | undefined
        readonly output?: number | undefined
        readonly thinking?: number | undefined
      }
    | undefined
  /** Files that code wrote, by the ids that its results name; `content` is base64. */
  readonly files?: readonly WrittenFile[] | undefined
  /** What was taken out of the context before the model read it: `applied_edits`. */
  readonly edits?: readonly Item[] | undefined
  /** Steps of an answer with an advisor or a compaction, in order. */
  readonly iterations?: readonly Iteration[] | undefined
}
export type WrittenFile = {
  readonly id: string
  readonly filename: string
  readonly content: string
  readonly mime_type?: string | undefined
}
export type Stop = 'pause_turn' | 'refusal' | 'compaction' | 'model_context_window_exceeded'
export type Iteration = {
  readonly type: string
  readonly model?: string | undefined
  readonly input: number
  readonly output: number
}
export type Seed = {
  /** Keys that are valid; any that looks like one when left out. */
  readonly keys?: readonly string[] | undefined
  readonly turns?: readonly Turn[] | undefined
  /** What a request without a turn gets: a seeded text, or a loud end of the run. */
  readonly answers?: 'seeded' | 'scripted' | undefined
  /** Length of seeded answers in words. */
  readonly words?: { readonly min: number; readonly max: number } | undefined
  /** Rate limits a minute, for each model; none when left out. */
  readonly limits?:
    | {
        readonly requests?: number | undefined
        readonly input_tokens?: number | undefined
        readonly output_tokens?: number | undefined
      }
    | undefined
  /** Files that were there before. */
  readonly files?: readonly WrittenFile[] | undefined
  /** The account has no credit left. */
  readonly credit_exhausted?: boolean | undefined
  /** How long a batch takes; one that takes a day expires. */
  readonly batch_ms?: number | undefined
}
/** An answer as it was given and billed, whether or not anybody received it. */
export type Message = {
  readonly id: string
  readonly model: string
  readonly input_tokens: number
  readonly output_tokens: number
  readonly created_ms: number
}
/** A prefix that was written to the cache. */
export type Cached = { readonly ttl_ms: number; expires_ms: number }
/** What is left of a limit, and when that was so. */
export type Bucket = { left: number; at_ms: number }
export type Batch = {
  readonly id: string
  readonly version: '2023-06-01' | '2026-10-21'
  readonly beta: boolean
  readonly requests: readonly { readonly custom_id: string; readonly params: Item }[]
  readonly created_ms: number
  due_ms: number
  cancelled_ms: number | null
  ended_ms: number | null
  results: readonly Item[]
}
export type StoredFile = {
  readonly id: string
  readonly created_ms: number
  readonly expires_ms: number | null
  readonly filename: string
  readonly mime_type: string
  readonly downloadable: boolean
  /** base64. */
  readonly content: string
}
export type State = {
  files: Map<string, StoredFile>
  /** What came before each thought, by the thought's signature. */
  thoughts: Map<string, string>
  batches: Map<string, Batch>
  messages: Message[]
  used_turns: Set<number>
  cache: Map<string, Cached>
  buckets: Map<string, Bucket>
  /** When each container in which code ran goes away. */
  containers: Map<string, number>
}

const item = z.record(z.string(), z.json()) as z.ZodType<Item>
const count = z.int().min(0)
const writtenFile = z.strictObject({
  id: z.string(),
  filename: z.string(),
  content: z.string(),
  mime_type: z.string().optional(),
})
const turn = z.strictObject({
  when: z
    .strictObject({ model: z.string().optional(), contains: z.string().optional(), step: z.string().optional() })
    .optional(),
  think: z.string().optional(),
  say: z.string().optional(),
  calls: z.array(z.strictObject({ name: z.string(), input: item })).optional(),
  blocks: z.array(item).optional(),
  stop: z.enum(['pause_turn', 'refusal', 'compaction', 'model_context_window_exceeded']).optional(),
  stop_details: item.optional(),
  breaks: z.enum(['overloaded_error', 'api_error']).optional(),
  repeat: z.boolean().optional(),
  tokens: z.strictObject({ input: count.optional(), output: count.optional(), thinking: count.optional() }).optional(),
  files: z.array(writtenFile).optional(),
  edits: z.array(item).optional(),
  iterations: z
    .array(z.strictObject({ type: z.string(), model: z.string().optional(), input: count, output: count }))
    .optional(),
})
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  keys: z.array(z.string()).optional(),
  turns: z.array(turn).optional(),
  answers: z.enum(['seeded', 'scripted']).optional(),
  words: z.strictObject({ min: z.int().min(1), max: z.int().max(2000) }).optional(),
  limits: z
    .strictObject({
      requests: z.int().min(1).optional(),
      input_tokens: z.int().min(1).optional(),
      output_tokens: z.int().min(1).optional(),
    })
    .optional(),
  files: z.array(writtenFile).optional(),
  credit_exhausted: z.boolean().optional(),
  batch_ms: z.int().min(1).optional(),
})

const batch = z.strictObject({
  id: z.string(),
  version: z.enum(['2023-06-01', '2026-10-21']),
  beta: z.boolean(),
  requests: z.array(z.strictObject({ custom_id: z.string(), params: item })),
  created_ms: z.number(),
  due_ms: z.number(),
  cancelled_ms: z.number().nullable(),
  ended_ms: z.number().nullable(),
  results: z.array(item),
})
const stored = z.strictObject({
  files: z.array(
    z.strictObject({
      id: z.string(),
      created_ms: z.number(),
      expires_ms: z.number().nullable(),
      filename: z.string(),
      mime_type: z.string(),
      downloadable: z.boolean(),
      content: z.string(),
    }),
  ),
  thoughts: z.array(z.tuple([z.string(), z.string()])),
  batches: z.array(batch),
  messages: z.array(
    z.strictObject({
      id: z.string(),
      model: z.string(),
      input_tokens: z.number(),
      output_tokens: z.number(),
      created_ms: z.number(),
    }),
  ),
  used_turns: z.array(z.number()),
  cache: z.array(z.tuple([z.string(), z.strictObject({ ttl_ms: z.number(), expires_ms: z.number() })])),
  buckets: z.array(z.tuple([z.string(), z.strictObject({ left: z.number(), at_ms: z.number() })])),
  containers: z.array(z.tuple([z.string(), z.number()])),
})

export const emptyState = (): State => ({
  files: new Map(),
  thoughts: new Map(),
  batches: new Map(),
  messages: [],
  used_turns: new Set(),
  cache: new Map(),
  buckets: new Map(),
  containers: new Map(),
})

/** The state as plain data, and a copy. */
export const toJson = (state: State): Json => {
  const { batches, messages, used_turns, cache, buckets, containers, files, thoughts } = state
  return {
    files: [...files.values()].map((file) => ({ ...file })),
    thoughts: [...thoughts],
    batches: [...batches.values()].map((one) => structuredClone(one)),
    messages: messages.map((message) => ({ ...message })),
    used_turns: [...used_turns],
    cache: [...cache].map(([name, entry]) => [name, { ...entry }]),
    buckets: [...buckets].map(([name, bucket]) => [name, { ...bucket }]),
    containers: [...containers],
  }
}

/** The other way; what is parsed is a copy. */
export function fromJson(json: Json): State {
  const { batches, messages, used_turns, cache, buckets, containers, files, thoughts } = stored.parse(json)
  return {
    files: new Map(files.map((file) => [file.id, file])),
    thoughts: new Map(thoughts),
    batches: new Map(batches.map((one) => [one.id, one])),
    messages,
    used_turns: new Set(used_turns),
    cache: new Map(cache),
    buckets: new Map(buckets),
    containers: new Map(containers),
  }
}
