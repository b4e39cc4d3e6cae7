import { z } from 'zod'

/** The lists that make SendGrid drop a mail instead of sending it. */
export const SUPPRESSIONS = ['bounces', 'blocks', 'spam_reports', 'unsubscribes', 'invalid_emails'] as const
export type Suppression = (typeof SUPPRESSIONS)[number]

export type Seed = {
  /** Keys that are valid; any that looks like one when left out. */
  readonly keys?: readonly string[] | undefined
  /** Addresses that may send; any when left out. */
  readonly verified_senders?: readonly string[] | undefined
  readonly suppressions?: { readonly [K in Suppression]?: readonly string[] | undefined } | undefined
  /** Addresses whose mail server refuses; their mails bounce. */
  readonly bouncing?: readonly string[] | undefined
  readonly webhook?: { readonly url: string; readonly signed?: boolean | undefined } | undefined
}
/** A mail to one recipient, as accepted. */
export type Message = {
  readonly id: string
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly categories: readonly string[]
  readonly custom_args: Readonly<Record<string, string>>
  status: 'processed' | 'delivered' | 'bounced' | 'dropped'
  readonly accepted_ms: number
}
export type WebhookSettings = { enabled: boolean; url: string; signed: boolean }
export type State = { messages: Message[]; suppressions: Record<Suppression, string[]>; webhook: WebhookSettings }

const list = z.array(z.string()).optional()
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  keys: list,
  verified_senders: list,
  suppressions: z
    .strictObject({ bounces: list, blocks: list, spam_reports: list, unsubscribes: list, invalid_emails: list })
    .optional(),
  bouncing: list,
  webhook: z.strictObject({ url: z.url(), signed: z.boolean().optional() }).optional(),
})
const text = z.string()
const message = z.strictObject({
  id: text,
  to: text,
  from: text,
  subject: text,
  text,
  categories: z.array(text),
  custom_args: z.record(text, text),
  status: z.enum(['processed', 'delivered', 'bounced', 'dropped']),
  accepted_ms: z.number(),
})
const addresses = z.array(text)
export const stateSchema: z.ZodType<State> = z.strictObject({
  messages: z.array(message),
  suppressions: z.strictObject({
    bounces: addresses,
    blocks: addresses,
    spam_reports: addresses,
    unsubscribes: addresses,
    invalid_emails: addresses,
  }),
  webhook: z.strictObject({ enabled: z.boolean(), url: text, signed: z.boolean() }),
})

export const createState = (seed: Seed): State => ({
  messages: [],
  suppressions: Object.fromEntries(
    SUPPRESSIONS.map((name) => [name, (seed.suppressions?.[name] ?? []).map((address) => address.toLowerCase())]),
  ) as Record<Suppression, string[]>,
  webhook: { enabled: seed.webhook !== undefined, url: seed.webhook?.url ?? '', signed: seed.webhook?.signed ?? false },
})
