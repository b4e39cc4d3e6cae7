import { z } from 'zod'

/** One answer the scenario foresees: the first turn that fits a request and is not used up is given. */
export type Turn = {
  readonly when?: { readonly model?: string | undefined; readonly contains?: string | undefined } | undefined
  readonly say?: string | undefined
  readonly refuse?: string | undefined
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[] | undefined
  /** Answers every fitting request, not only the first. */
  readonly repeat?: boolean | undefined
  readonly output_tokens?: number | undefined
}
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
/** A stored response, as `GET /v1/responses/{id}` gives it back. */
export type StoredResponse = {
  readonly id: string
  readonly body: { readonly [key: string]: unknown }
  readonly input: readonly unknown[]
}
export type State = {
  completions: Completion[]
  responses: StoredResponse[]
  used_turns: number[]
  /** Requests and tokens of the last minute, for the limits. */
  window: { at_ms: number; tokens: number }[]
}

const turn = z.strictObject({
  when: z.strictObject({ model: z.string().optional(), contains: z.string().optional() }).optional(),
  say: z.string().optional(),
  refuse: z.string().optional(),
  calls: z.array(z.strictObject({ name: z.string(), arguments: z.string() })).optional(),
  repeat: z.boolean().optional(),
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
    z.strictObject({ id: z.string(), body: z.record(z.string(), z.unknown()), input: z.array(z.unknown()) }),
  ),
  used_turns: z.array(z.number()),
  window: z.array(z.strictObject({ at_ms: z.number(), tokens: z.number() })),
})
