import { z } from 'zod'
import { OwnRows } from '../rows.ts'
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
  readonly responses?:
    | readonly {
        readonly id: string
        readonly body?: Item | undefined
        /** When the work for it begins and ends, where it goes on in the background. */
        readonly background?: Turn['background']
      }[]
    | undefined
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
  last_active_at: number
  /** So many days after it was last used it is gone; null for never. */
  expires_days: number | null
  batches: readonly { readonly id: string; readonly created_at: number }[]
}
export type VectorStoreFile = {
  readonly id: string
  readonly created_at: number
  readonly ready_ms: number
  readonly bytes: number
  readonly attributes: Item
  readonly chunking: Item
  /** The batch it was put in with. */
  readonly batch: string | null
  readonly cancelled: boolean
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
/** Tokens that the requests of a batch took. */
export type Usage = {
  readonly input: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
}
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
  times: { readonly [name: string]: number }
  errors: readonly Item[]
  lines: readonly BatchLine[]
  /** So many of `lines` are answered; as lines of the two files. */
  done: number
  outputs: readonly string[]
  failures: readonly string[]
  model: string | null
  usage: Usage
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
/** Rows are changed field by field; what a field holds is replaced. */
export type State = {
  readonly containers: Table<Container>
  readonly batches: Table<Batch>
  readonly stored_completions: Table<StoredCompletion>
  readonly webhook_endpoints: Table<WebhookEndpoint>
  readonly webhook_deliveries: Table<WebhookDelivery>
  readonly completions: Table<Completion>
  readonly responses: Table<StoredResponse>
  readonly files: Table<StoredFile>
  readonly vector_stores: Table<VectorStore>
  readonly conversations: Table<Conversation>
  used_turns: readonly number[]
  /** Requests and tokens of the last minute, for the limits. */
  window: { readonly at_ms: number; readonly tokens: number }[]
}
export type Table<Row extends object> = OwnRows<Row>

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
const table = <Row extends { readonly id: string }>(): Table<Row> => new OwnRows(({ id }) => id)

export const emptyState = (): State => ({
  containers: table(),
  batches: table(),
  stored_completions: table(),
  webhook_endpoints: table(),
  webhook_deliveries: table(),
  completions: table(),
  responses: table(),
  files: table(),
  vector_stores: table(),
  conversations: table(),
  used_turns: [],
  window: [],
})

const item = z.record(z.string(), z.json()) as z.ZodType<Item>
const count = z.int().min(0).optional()
/** Arguments go over the wire as text; a script may write them as they read. */
const asText = (given: string | Item): string => (typeof given === 'string' ? given : JSON.stringify(given))
const pace = z.strictObject({ starts_ms: z.int().min(0), ends_ms: z.int().min(0) }).optional()
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
  background: pace,
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
  responses: z.array(z.strictObject({ id: z.string(), body: item.optional(), background: pace })).optional(),
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
