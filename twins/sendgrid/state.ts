import { z } from 'zod'
import type { Json } from '../trace.ts'

/** The lists that make SendGrid drop a mail instead of sending it. */
export const SUPPRESSIONS = ['bounces', 'blocks', 'spam_reports', 'unsubscribes', 'invalid_emails'] as const
export type Suppression = (typeof SUPPRESSIONS)[number]
export type Fields = { readonly [key: string]: Json }

export type Seed = {
  /** Keys that are valid, with what they may do; any that looks like one, and may do all, when left out. */
  readonly keys?: readonly (string | { readonly key: string; readonly scopes: readonly string[] })[] | undefined
  /** Addresses that may send; any when left out. */
  readonly verified_senders?: readonly string[] | undefined
  readonly suppressions?: { readonly [K in Suppression]?: readonly string[] | undefined } | undefined
  /** Domains whose addresses may send: those that are authenticated. */
  readonly authenticated_domains?: readonly string[] | undefined
  /** Addresses whose mail server refuses; their mails bounce. */
  readonly bouncing?: readonly string[] | undefined
  /** Addresses whose mail server blocks this sender for now; they are on no list of bounces. */
  readonly blocking?: readonly string[] | undefined
  /** Hosts whose mail is taken apart and posted. */
  readonly inbound?:
    | readonly { readonly hostname: string; readonly url: string; readonly spam_check?: boolean | undefined }[]
    | undefined
  readonly webhook?: { readonly url: string; readonly signed?: boolean | undefined } | undefined
  /** Dynamic templates, with their active version. */
  readonly templates?:
    | readonly {
        readonly id: string
        readonly name?: string | undefined
        readonly subject?: string | undefined
        readonly html?: string | undefined
        readonly plain?: string | undefined
      }[]
    | undefined
  /** Unsubscribe groups, and who has left them. */
  readonly groups?:
    | readonly {
        readonly id: number
        readonly name: string
        readonly description?: string | undefined
        readonly unsubscribed?: readonly string[] | undefined
      }[]
    | undefined
  /** Requests a key may make of an operation: `{ 'mail.send': { limit: 2, seconds: 1 } }`. */
  readonly rate_limits?: Readonly<Record<string, { readonly limit: number; readonly seconds: number }>> | undefined
}

const list = z.array(z.string()).optional()
const text = z.string()
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  keys: z.array(z.union([text, z.strictObject({ key: text, scopes: z.array(text) })])).optional(),
  verified_senders: list,
  authenticated_domains: list,
  suppressions: z
    .strictObject({ bounces: list, blocks: list, spam_reports: list, unsubscribes: list, invalid_emails: list })
    .optional(),
  bouncing: list,
  blocking: list,
  inbound: z.array(z.strictObject({ hostname: text, url: z.url(), spam_check: z.boolean().optional() })).optional(),
  webhook: z.strictObject({ url: z.url(), signed: z.boolean().optional() }).optional(),
  templates: z
    .array(
      z.strictObject({
        id: text.regex(/^d-[0-9a-f]{32}$/, 'expected d- and 32 hex digits'),
        name: text.optional(),
        subject: text.optional(),
        html: text.optional(),
        plain: text.optional(),
      }),
    )
    .optional(),
  groups: z
    .array(z.strictObject({ id: z.int().positive(), name: text, description: text.optional(), unsubscribed: list }))
    .optional(),
  rate_limits: z.record(text, z.strictObject({ limit: z.int().positive(), seconds: z.int().positive() })).optional(),
})

export type Attachment = {
  readonly filename: string
  readonly type: string
  readonly disposition: string
  readonly bytes: number
}
/** A mail to one recipient, as accepted. `id` is shared by those of one request; times are virtual milliseconds. */
export type Message = {
  readonly id: string
  readonly nth: number
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly categories: readonly string[]
  readonly custom_args: Readonly<Record<string, string>>
  readonly template_id: string | null
  readonly group_id: number | null
  readonly batch_id: string | null
  readonly attachments: readonly Attachment[]
  /** Lists that do not stop it. */
  readonly bypass: readonly string[]
  readonly status: 'scheduled' | 'canceled' | 'expired' | 'processed' | 'delivered' | 'bounced' | 'blocked' | 'dropped'
  readonly accepted_ms: number
  readonly send_ms: number
  /** Who has opened it, and where they clicked: a second time is not unique. */
  readonly opened: boolean
  readonly clicked: boolean
}
/** What becomes of a mail next; `message` is its key. */
export type Due = {
  readonly id: string
  readonly message: string
  readonly act: 'send' | 'drop' | 'process' | 'settle'
  readonly at_ms: number
}
/** `id` is the address. */
export type Suppressed = {
  readonly id: string
  readonly created_ms: number
  readonly reason: string
  readonly status: string
}
export type Group = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly is_default: boolean
}
/** Who has left a group: `id` is both. */
export type Left = { readonly id: string; readonly group: string; readonly email: string; readonly created_ms: number }
export type Template = {
  readonly id: string
  readonly name: string
  readonly generation: 'legacy' | 'dynamic'
  readonly updated_ms: number
}
export type Version = {
  readonly id: string
  readonly template: string
  readonly active: boolean
  readonly name: string
  readonly subject: string
  readonly html_content: string
  readonly plain_content: string
  readonly generate_plain_content: boolean
  readonly editor: string
  readonly test_data: string
  readonly updated_ms: number
}
export type Batch = { readonly id: string; readonly status: 'pause' | 'cancel' | null }
/** `scopes` null: all of them. */
export type Key = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly scopes: readonly string[] | null
}
export type Sender = {
  readonly id: string
  readonly from_email: string
  readonly verified: boolean
  readonly profile: Readonly<Record<string, string>>
}
/** One row, `event`. */
export type Webhook = {
  readonly id: string
  readonly enabled: boolean
  readonly url: string
  readonly signed: boolean
  /** Events that are not told. */
  readonly off: readonly string[]
}
/** What happened on a day: `id` is day and category, `2030-01-01 ` for all of them. */
export type Stats = { readonly id: string; readonly counts: Readonly<Record<string, number>> }
export type List = { readonly id: string; readonly name: string }
export type Contact = {
  readonly id: string
  readonly email: string
  readonly fields: Fields
  readonly lists: readonly string[]
  readonly created_ms: number
  readonly updated_ms: number
}
/** Contacts that come in, or go, once the job is done. */
export type Job = {
  readonly id: string
  readonly kind: 'upsert' | 'delete' | 'leave'
  readonly started_ms: number
  readonly due_ms: number
  readonly contacts: readonly { readonly id: string; readonly email: string; readonly fields: Fields }[]
  /** Ids of contacts that go. */
  readonly gone: readonly string[]
  readonly lists: readonly string[]
  /** What came of it; null until it is done. */
  readonly results: Readonly<Record<string, number>> | null
}
/** A mail to the contacts of some lists. */
export type SingleSend = {
  readonly id: string
  readonly name: string
  readonly status: 'draft' | 'scheduled' | 'triggered'
  readonly categories: readonly string[]
  readonly send_at: string | null
  readonly send_to: {
    readonly list_ids: readonly string[]
    readonly segment_ids: readonly string[]
    readonly all: boolean
  }
  readonly email_config: {
    readonly subject: string
    readonly html_content: string
    readonly plain_content: string
    readonly generate_plain_content: boolean
    readonly editor: string
    readonly suppression_group_id: number | null
    readonly custom_unsubscribe_url: string | null
    readonly sender_id: number | null
    readonly ip_pool: string | null
  }
  /** When it goes, while it is scheduled. */
  readonly due_ms: number | null
  readonly created_ms: number
  readonly updated_ms: number
}
/** Where the mail of a host goes; `id` is the host. */
export type ParseSetting = {
  readonly id: string
  readonly url: string
  readonly spam_check: boolean
  readonly send_raw: boolean
}
/** A field that contacts have beside those that all have. */
export type CustomField = { readonly id: string; readonly name: string; readonly type: 'Text' | 'Number' | 'Date' }
export type Domain = {
  readonly id: string
  readonly domain: string
  readonly subdomain: string
  readonly is_default: boolean
  readonly automatic: boolean
  readonly custom_spf: boolean
  readonly valid: boolean
}
/** When an operation was asked for: `id` is key and operation. */
export type Uses = { readonly id: string; readonly at_ms: readonly number[] }
/** An event that has not been taken yet. */
export type Delivery = {
  readonly id: string
  readonly event: string
  readonly email: string
  readonly url: string
  readonly signed: boolean
  readonly body: string
  /** Of a mail that came in: it is no event. */
  readonly type?: string
  readonly attempt: number
  readonly due_ms: number
}

/** The object that `json` is; empty when it is none. */
export const fieldsOf = (json: unknown): Fields =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : {}
