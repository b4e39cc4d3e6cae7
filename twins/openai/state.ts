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
  /** The response fails with this. */
  readonly fail?: { readonly code: string; readonly message: string } | undefined
  /** When the work in the background for it begins and ends. */
  readonly background?: { readonly starts_ms: number; readonly ends_ms: number } | undefined
  /** The answer ends for want of room, whatever it says. */
  readonly cut?: boolean | undefined
  /** `content` of the log probabilities of a chat completion. */
  readonly logprobs?: readonly Item[] | undefined
  /** Files that code wrote in its container, by the ids that items cite them by; `content` is base64. */
  readonly files?: readonly { readonly id: string; readonly filename: string; readonly content: string }[] | undefined
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
  /** What was stored before: of conversations and responses nothing is known but that they are there. */
  readonly conversations?: readonly { readonly id: string }[] | undefined
  readonly responses?: readonly { readonly id: string; readonly body?: Item | undefined }[] | undefined
  readonly files?:
    | readonly {
        readonly id: string
        readonly filename: string
        readonly purpose?: string | undefined
        readonly text?: string | undefined
      }[]
    | undefined
  readonly vector_stores?:
    | readonly {
        readonly id: string
        readonly name?: string | undefined
        readonly files?: readonly string[] | undefined
      }[]
    | undefined
  /** What moderations find: the categories of the first row whose text an input contains; inputs of no row are clean. */
  readonly moderations?: readonly { readonly contains: string; readonly flags: readonly string[] }[] | undefined
  /** How long the requests of a batch take, in virtual milliseconds; more than a day, and it expires. */
  readonly batch_ms?: number | undefined
  /** Endpoints that are told of batches and of responses in the background. */
  readonly webhooks?:
    | readonly {
        readonly url: string
        readonly name?: string | undefined
        readonly events?: readonly string[] | undefined
        readonly secret?: string | undefined
      }[]
    | undefined
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
/** A place where code runs, and what it left there. */
export type Container = {
  readonly id: string
  readonly created_at: number
  last_active_at: number
  readonly name: string
  readonly memory_limit: string
  readonly expires_minutes: number
  files: readonly ContainerFile[]
}
export type ContainerFile = {
  readonly id: string
  readonly created_at: number
  readonly path: string
  readonly source: 'user' | 'assistant'
  /** base64. */
  readonly content: string
}
export type Conversation = {
  readonly id: string
  readonly created_at: number
  metadata: Item
  items: readonly Item[]
}
/** A completion that was to be stored, with what it answered. */
export type StoredCompletion = { readonly id: string; body: Item; readonly messages: readonly Item[] }
export type BatchLine = { readonly custom_id: string; readonly body: Item }
export type Batch = {
  readonly id: string
  readonly endpoint: string
  readonly input_file_id: string
  readonly completion_window: string
  readonly metadata: Item | null
  readonly output_expires_s: number | null
  readonly created_ms: number
  /** When it goes on. */
  due_ms: number
  status: 'validating' | 'failed' | 'in_progress' | 'finalizing' | 'completed' | 'expired' | 'cancelling' | 'cancelled'
  /** `in_progress_at` and its like, in seconds. */
  times: { [name: string]: number }
  errors: Item[]
  lines: readonly BatchLine[]
  /** So many of `lines` are answered; as lines of the two files. */
  done: number
  outputs: string[]
  failures: string[]
  model: string | null
  usage: { input: number; cached: number; output: number; reasoning: number }
  output_file_id: string | null
  error_file_id: string | null
}
export type WebhookEndpoint = {
  readonly id: string
  readonly created_at: number
  updated_at: number
  url: string
  name: string
  event_types: readonly string[]
  secret: string
}
export type WebhookDelivery = {
  readonly id: string
  readonly endpoint: string
  readonly event: Item
  attempts: number
  due_ms: number
  open: boolean
}
export type State = {
  containers: Container[]
  batches: Batch[]
  stored_completions: StoredCompletion[]
  webhook_endpoints: WebhookEndpoint[]
  webhook_deliveries: WebhookDelivery[]
  completions: Completion[]
  responses: StoredResponse[]
  files: StoredFile[]
  vector_stores: VectorStore[]
  conversations: Conversation[]
  used_turns: number[]
  /** Requests and tokens of the last minute, for the limits. */
  window: { at_ms: number; tokens: number }[]
}

/** openai 7.57, Moderation.Categories. */
export const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const
export const emptyState = (): State => ({
  containers: [],
  batches: [],
  stored_completions: [],
  webhook_endpoints: [],
  webhook_deliveries: [],
  completions: [],
  responses: [],
  files: [],
  vector_stores: [],
  conversations: [],
  used_turns: [],
  window: [],
})

const item = z.record(z.string(), z.json()) as z.ZodType<Item>
const count = z.int().min(0).optional()
/** Arguments go over the wire as text; a script may write them as they read. */
const asText = (given: string | Item): string => (typeof given === 'string' ? given : JSON.stringify(given))
const turn = z.strictObject({
  when: z
    .strictObject({ model: z.string().optional(), contains: z.string().optional(), step: z.string().optional() })
    .optional(),
  say: z.string().optional(),
  refuse: z.string().optional(),
  calls: z
    .array(z.strictObject({ name: z.string(), arguments: z.union([z.string(), item]).transform(asText) }))
    .optional(),
  items: z.array(item).optional(),
  fail: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  background: z.strictObject({ starts_ms: z.int().min(0), ends_ms: z.int().min(0) }).optional(),
  cut: z.boolean().optional(),
  logprobs: z.array(item).optional(),
  files: z.array(z.strictObject({ id: z.string(), filename: z.string(), content: z.string() })).optional(),
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
  conversations: z.array(z.strictObject({ id: z.string() })).optional(),
  responses: z.array(z.strictObject({ id: z.string(), body: item.optional() })).optional(),
  files: z
    .array(
      z.strictObject({
        id: z.string(),
        filename: z.string(),
        purpose: z.string().optional(),
        text: z.string().optional(),
      }),
    )
    .optional(),
  vector_stores: z
    .array(z.strictObject({ id: z.string(), name: z.string().optional(), files: z.array(z.string()).optional() }))
    .optional(),
  moderations: z.array(z.strictObject({ contains: z.string(), flags: z.array(z.enum(CATEGORIES)) })).optional(),
  batch_ms: z.int().min(0).optional(),
  webhooks: z
    .array(
      z.strictObject({
        url: z.string(),
        name: z.string().optional(),
        events: z.array(z.string()).optional(),
        secret: z.string().optional(),
      }),
    )
    .optional(),
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
const batch: z.ZodType<Batch> = z.strictObject({
  id: z.string(),
  endpoint: z.string(),
  input_file_id: z.string(),
  completion_window: z.string(),
  metadata: item.nullable(),
  output_expires_s: z.number().nullable(),
  created_ms: z.number(),
  due_ms: z.number(),
  status: z.enum([
    'validating',
    'failed',
    'in_progress',
    'finalizing',
    'completed',
    'expired',
    'cancelling',
    'cancelled',
  ]),
  times: z.record(z.string(), z.number()),
  errors: z.array(item),
  lines: z.array(z.strictObject({ custom_id: z.string(), body: item })),
  done: z.number(),
  outputs: z.array(z.string()),
  failures: z.array(z.string()),
  model: z.string().nullable(),
  usage: z.strictObject({ input: z.number(), cached: z.number(), output: z.number(), reasoning: z.number() }),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
})
const container = z.strictObject({
  id: z.string(),
  created_at: z.number(),
  last_active_at: z.number(),
  name: z.string(),
  memory_limit: z.string(),
  expires_minutes: z.number(),
  files: z.array(
    z.strictObject({
      id: z.string(),
      created_at: z.number(),
      path: z.string(),
      source: z.enum(['user', 'assistant']),
      content: z.string(),
    }),
  ),
})
export const stateSchema: z.ZodType<State> = z.strictObject({
  containers: z.array(container),
  batches: z.array(batch),
  stored_completions: z.array(z.strictObject({ id: z.string(), body: item, messages: z.array(item) })),
  webhook_endpoints: z.array(
    z.strictObject({
      id: z.string(),
      created_at: z.number(),
      updated_at: z.number(),
      url: z.string(),
      name: z.string(),
      event_types: z.array(z.string()),
      secret: z.string(),
    }),
  ),
  webhook_deliveries: z.array(
    z.strictObject({
      id: z.string(),
      endpoint: z.string(),
      event: item,
      attempts: z.number(),
      due_ms: z.number(),
      open: z.boolean(),
    }),
  ),
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
