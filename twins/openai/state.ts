import { z } from 'zod'
import type { Json } from '../trace.ts'

/** Tokens a turn says it took, where the twin cannot count them: images, audio, hosted tools. */
export type Tokens = {
  readonly input?: number | undefined
  readonly cached?: number | undefined
  readonly output?: number | undefined
  readonly reasoning?: number | undefined
}
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
  readonly say?: string | undefined
  readonly refuse?: string | undefined
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[] | undefined
  /**
   * Output items of a response in their order, without ids: `{ type: message, text }`, `{ type: reasoning, summary: [..] }`,
   * `{ type: function_call, name, arguments }`, and what hosted tools did, such as `{ type: web_search_call, action }`.
   */
  readonly items?: readonly Item[] | undefined
  /** Citations of a chat completion. */
  readonly annotations?: readonly Item[] | undefined
  /** What a moderation that was asked for finds. */
  readonly moderation?: Item | undefined
  /** Answers every fitting request, not only the first. */
  readonly repeat?: boolean | undefined
  readonly output_tokens?: number | undefined
  readonly tokens?: Tokens | undefined
}
export type Item = { readonly [key: string]: Json }
export type Seed = {
  /** Keys that are valid; any that looks like one when left out. */
  readonly keys?: readonly string[] | undefined
  readonly turns?: readonly Turn[] | undefined
  /** What a request without a turn gets: a seeded text, or a loud end of the run. */
  readonly answers?: 'seeded' | 'scripted' | undefined
  /** Length of seeded answers in words. */
  readonly words?: { readonly min: number; readonly max: number } | undefined
  /** Rate limits a minute; none when left out. */
  readonly limits?: { readonly requests?: number | undefined; readonly tokens?: number | undefined } | undefined
  readonly quota_exceeded?: boolean | undefined
}
/** An answer as it was given and billed, whether or not anybody received it. */
export type Completion = {
  readonly id: string
  readonly endpoint: 'chat.completions' | 'responses'
  readonly model: string
  readonly input_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  readonly text: string
  readonly created_ms: number
}
/** A stored response, as `GET /v1/responses/{id}` gives it back once it is there. */
export type StoredResponse = {
  readonly id: string
  body: Item
  readonly input: readonly unknown[]
  /** When work in the background begins and ends; null where the answer waits for it. */
  readonly starts_ms: number | null
  readonly ends_ms: number | null
}
export type StoredFile = {
  readonly id: string
  readonly bytes: number
  readonly created_at: number
  readonly filename: string
  readonly purpose: string
  readonly expires_at: number | null
  readonly content: string
}
export type VectorStore = {
  readonly id: string
  readonly created_at: number
  name: string | null
  description: string | null
  metadata: Item
  files: readonly VectorStoreFile[]
}
export type VectorStoreFile = {
  readonly id: string
  readonly created_at: number
  readonly ready_ms: number
  readonly bytes: number
  readonly attributes: Item
}
export type Conversation = {
  readonly id: string
  readonly created_at: number
  metadata: Item
  items: readonly Item[]
}
export type State = {
  completions: Completion[]
  responses: StoredResponse[]
  files: StoredFile[]
  vector_stores: VectorStore[]
  conversations: Conversation[]
  used_turns: number[]
  /** Requests and tokens of the last minute, for the limits. */
  window: { at_ms: number; tokens: number }[]
}

const item = z.record(z.string(), z.json()) as z.ZodType<Item>
const count = z.int().min(0).optional()
const turn = z.strictObject({
  when: z
    .strictObject({ model: z.string().optional(), contains: z.string().optional(), step: z.string().optional() })
    .optional(),
  say: z.string().optional(),
  refuse: z.string().optional(),
  calls: z.array(z.strictObject({ name: z.string(), arguments: z.string() })).optional(),
  items: z.array(item).optional(),
  annotations: z.array(item).optional(),
  moderation: item.optional(),
  repeat: z.boolean().optional(),
  tokens: z.strictObject({ input: count, cached: count, output: count, reasoning: count }).optional(),
  output_tokens: z.int().min(0).optional(),
})
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  keys: z.array(z.string()).optional(),
  turns: z.array(turn).optional(),
  answers: z.enum(['seeded', 'scripted']).optional(),
  words: z.strictObject({ min: z.int().min(1), max: z.int().max(2000) }).optional(),
  limits: z.strictObject({ requests: z.int().min(1).optional(), tokens: z.int().min(1).optional() }).optional(),
  quota_exceeded: z.boolean().optional(),
})
const completion = z.strictObject({
  id: z.string(),
  endpoint: z.enum(['chat.completions', 'responses']),
  model: z.string(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  reasoning_tokens: z.number(),
  text: z.string(),
  created_ms: z.number(),
})
export const stateSchema: z.ZodType<State> = z.strictObject({
  completions: z.array(completion),
  responses: z.array(
    z.strictObject({
      id: z.string(),
      body: item,
      input: z.array(z.unknown()),
      starts_ms: z.number().nullable(),
      ends_ms: z.number().nullable(),
    }),
  ),
  files: z.array(
    z.strictObject({
      id: z.string(),
      bytes: z.number(),
      created_at: z.number(),
      filename: z.string(),
      purpose: z.string(),
      expires_at: z.number().nullable(),
      content: z.string(),
    }),
  ),
  vector_stores: z.array(
    z.strictObject({
      id: z.string(),
      created_at: z.number(),
      name: z.string().nullable(),
      description: z.string().nullable(),
      metadata: item,
      files: z.array(
        z.strictObject({
          id: z.string(),
          created_at: z.number(),
          ready_ms: z.number(),
          bytes: z.number(),
          attributes: item,
        }),
      ),
    }),
  ),
  conversations: z.array(
    z.strictObject({ id: z.string(), created_at: z.number(), metadata: item, items: z.array(item) }),
  ),
  used_turns: z.array(z.number()),
  window: z.array(z.strictObject({ at_ms: z.number(), tokens: z.number() })),
})
