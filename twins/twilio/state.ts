import { z } from 'zod'
import type { Json } from '../trace.ts'

export type Fields = { readonly [key: string]: Json }

/** What a scenario starts from; every part optional. Without an account, whoever calls first is it. */
export type Seed = {
  readonly account?:
    | {
        readonly sid: string
        readonly auth_token: string
        readonly friendly_name?: string | undefined
        readonly type?: 'Full' | 'Trial' | undefined
      }
    | undefined
  /** With these nothing is sent, and magic numbers answer as documented. */
  readonly test_credentials?: { readonly sid: string; readonly auth_token: string } | undefined
  readonly keys?: readonly { readonly sid: string; readonly secret: string }[] | undefined
  /** Numbers of the account; any number may send when left out. */
  readonly numbers?: readonly NumberSeed[] | undefined
  /** Numbers a trial account may write to. */
  readonly verified_callers?: readonly string[] | undefined
  /** Countries that may be written to, by ISO code; all when left out. */
  readonly geo_permissions?: readonly string[] | undefined
  readonly messaging_services?: readonly ServiceSeed[] | undefined
  readonly verify_services?: readonly VerifyServiceSeed[] | undefined
  /** Numbers that send on WhatsApp, and where what comes in goes; any number may when this and `numbers` are left out. */
  readonly whatsapp_senders?:
    | readonly (string | { readonly phone_number: string; readonly url?: string | undefined })[]
    | undefined
  readonly contents?: readonly ContentSeed[] | undefined
  /** What those do who are called, by number; others answer within ten seconds, listen to the end and press nothing. */
  readonly people?: Readonly<Record<string, PersonSeed>> | undefined
  /** Recipients who have said STOP. */
  readonly opted_out?: readonly string[] | undefined
  /** Recipients whose messages do not arrive, and the error: `{ '+14155552671': 30003 }`. */
  readonly unreachable?: Readonly<Record<string, number>> | undefined
  /** Numbers that take no messages. */
  readonly landlines?: readonly string[] | undefined
  /** Local numbers that can be bought. */
  readonly available_numbers?: readonly string[] | undefined
  /** What Lookup knows of numbers, by package: `{ '+14155552671': { line_type_intelligence: { type: 'mobile' } } }`. */
  readonly lookups?: Readonly<Record<string, Readonly<Record<string, Json>>>> | undefined
  /** What recipients read when they are sent a code; drawn when left out. */
  readonly codes?: Readonly<Record<string, string>> | undefined
  /** Prices of the account, in USD: `{ 'sms.outbound.GB': '0.0524' }`. They go before the list. */
  readonly prices?: Readonly<Record<string, string>> | undefined
}
type NumberSeed =
  | string
  | {
      readonly phone_number: string
      readonly sms_url?: string | undefined
      readonly sms_method?: 'GET' | 'POST' | undefined
      readonly sms_fallback_url?: string | undefined
      readonly voice_url?: string | undefined
    }
type ServiceSeed = {
  readonly sid: string
  readonly friendly_name?: string | undefined
  /** Phone numbers of its pool. */
  readonly numbers?: readonly string[] | undefined
  readonly inbound_request_url?: string | undefined
  readonly status_callback?: string | undefined
}
type PersonSeed = {
  readonly outcome?: 'answers' | 'busy' | 'no-answer' | 'failed' | undefined
  readonly answers_after_s?: number | undefined
  readonly hangs_up_after_s?: number | undefined
  /** The keys they press when they are asked to, such as `1#42#`. */
  readonly presses?: string | undefined
}
/** `approved` as a template of WhatsApp: `{ category: UTILITY }`. */
type ContentSeed = {
  readonly sid: string
  readonly friendly_name?: string | undefined
  readonly language?: string | undefined
  readonly variables?: Readonly<Record<string, string>> | undefined
  readonly types: Fields
  readonly approved?: { readonly category: string; readonly name?: string | undefined } | undefined
}
type VerifyServiceSeed = {
  readonly sid: string
  readonly friendly_name?: string | undefined
  readonly code_length?: number | undefined
  readonly custom_code_enabled?: boolean | undefined
}

const text = z.string()
const number = text.regex(/^\+[1-9]\d{6,14}$/, 'expected a number such as +14155552671')
const address = text.regex(
  /^(whatsapp:)?\+[1-9]\d{6,14}$/,
  'expected a number such as +14155552671, or whatsapp:+14155552671',
)
const sid = (prefix: string): z.ZodString =>
  text.regex(new RegExp(`^${prefix}[0-9a-f]{32}$`), `expected ${prefix} and 32 hex digits`)
const credentials = { sid: sid('AC'), auth_token: text.min(1) }
const method = z.enum(['GET', 'POST'])
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  account: z
    .strictObject({ ...credentials, friendly_name: text.optional(), type: z.enum(['Full', 'Trial']).optional() })
    .optional(),
  test_credentials: z.strictObject(credentials).optional(),
  keys: z.array(z.strictObject({ sid: sid('SK'), secret: text.min(1) })).optional(),
  numbers: z
    .array(
      z.union([
        number,
        z.strictObject({
          phone_number: number,
          sms_url: z.url().optional(),
          sms_method: method.optional(),
          sms_fallback_url: z.url().optional(),
          voice_url: z.url().optional(),
        }),
      ]),
    )
    .optional(),
  verified_callers: z.array(number).optional(),
  geo_permissions: z.array(text.regex(/^[A-Z]{2}$/)).optional(),
  messaging_services: z
    .array(
      z.strictObject({
        sid: sid('MG'),
        friendly_name: text.optional(),
        numbers: z.array(number).optional(),
        inbound_request_url: z.url().optional(),
        status_callback: z.url().optional(),
      }),
    )
    .optional(),
  verify_services: z
    .array(
      z.strictObject({
        sid: sid('VA'),
        friendly_name: text.optional(),
        code_length: z.int().min(4).max(10).optional(),
        custom_code_enabled: z.boolean().optional(),
      }),
    )
    .optional(),
  whatsapp_senders: z
    .array(z.union([number, z.strictObject({ phone_number: number, url: z.url().optional() })]))
    .optional(),
  contents: z
    .array(
      z.strictObject({
        sid: sid('HX'),
        friendly_name: text.optional(),
        language: text.optional(),
        variables: z.record(text, text).optional(),
        types: z.record(text, z.json()),
        approved: z
          .strictObject({ category: z.enum(['UTILITY', 'MARKETING', 'AUTHENTICATION']), name: text.optional() })
          .optional(),
      }),
    )
    .optional(),
  people: z
    .record(
      number,
      z.strictObject({
        outcome: z.enum(['answers', 'busy', 'no-answer', 'failed']).optional(),
        answers_after_s: z.int().min(0).optional(),
        hangs_up_after_s: z.int().min(0).optional(),
        presses: text.regex(/^[0-9*#]+$/).optional(),
      }),
    )
    .optional(),
  opted_out: z.array(number).optional(),
  unreachable: z.record(address, z.int()).optional(),
  landlines: z.array(number).optional(),
  available_numbers: z.array(number).optional(),
  lookups: z.record(number, z.record(z.string(), z.json())).optional(),
  codes: z.record(number, text.regex(/^\d{4,10}$/)).optional(),
  prices: z.record(text, text.regex(/^\d+(\.\d+)?$/)).optional(),
})

/** Rows are replaced, never changed. `id` is the SID. Times are virtual milliseconds since the Unix epoch. */
type Row = { readonly id: string; readonly created_ms: number; readonly updated_ms: number }
type Method = 'GET' | 'POST'

export type Account = Row & {
  readonly auth_token: string
  readonly friendly_name: string
  readonly type: 'Full' | 'Trial'
}
export type Key = Row & { readonly secret: string; readonly friendly_name: string }
export type PhoneNumber = Row & {
  readonly phone_number: string
  readonly friendly_name: string
  readonly sms_url: string
  readonly sms_method: Method
  readonly sms_fallback_url: string
  readonly sms_fallback_method: Method
  readonly status_callback: string
  readonly status_callback_method: Method
  readonly voice_url: string
  /** The messaging service whose pool it is in. */
  readonly service: string | null
}
export type Service = Row & {
  readonly friendly_name: string
  readonly inbound_request_url: string | null
  readonly inbound_method: Method
  readonly fallback_url: string | null
  readonly fallback_method: Method
  readonly status_callback: string | null
  readonly sticky_sender: boolean
  readonly mms_converter: boolean
  readonly smart_encoding: boolean
  readonly area_code_geomatch: boolean
  readonly validity_period: number
  readonly usecase: string
  readonly use_inbound_webhook_on_number: boolean
}
export type Status =
  | 'accepted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'undelivered'
  | 'failed'
  | 'canceled'
  | 'receiving'
  | 'received'
export type Message = Row & {
  readonly direction: 'outbound-api' | 'outbound-reply' | 'inbound'
  readonly from: string | null
  readonly to: string
  readonly body: string
  readonly segments: number
  readonly media: number
  readonly service: string | null
  readonly callback: string | null
  readonly status: Status
  readonly error_code: number | null
  /** In USD, as a decimal without a sign; null until it is final. */
  readonly price: string | null
  readonly sent_ms: number | null
  /** It fails when it has not left by then. */
  readonly expires_ms: number
  readonly price_max: string | null
  /** The category of the template of WhatsApp that it is. */
  readonly template: string | null
}
/** What a message does next. */
export type Due = { readonly id: string; readonly to: Status; readonly at_ms: number }
export type Media = Row & { readonly message: string; readonly content_type: string; readonly url: string }
/** When a sender has sent what is in its queue. */
export type Sender = { readonly id: string; readonly free_ms: number }
/** `id` is the recipient, and what has become of it. */
export type Recipient = { readonly id: string; readonly error: number | null }
/** `id` is sender and recipient; the sender `*` stands for all. */
export type OptOut = { readonly id: string }
/** When somebody last wrote to a sender of WhatsApp: `id` is both. */
export type Window = { readonly id: string; readonly last_ms: number }
/** A sender of WhatsApp: `id` is its address. */
export type Channel = { readonly id: string; readonly url: string }
/** A text with holes in it; of WhatsApp, one that Meta has to approve. */
export type Content = Row & {
  readonly friendly_name: string
  readonly language: string
  readonly variables: Readonly<Record<string, string>>
  readonly types: Fields
  readonly approval: {
    readonly name: string
    readonly category: string
    readonly status: 'received' | 'approved' | 'rejected'
    readonly rejection_reason: string
  } | null
}
/** The sender a service used for a recipient: `id` is both. */
export type Sticky = { readonly id: string; readonly from: string }

export type VerifyService = Row & {
  readonly friendly_name: string
  readonly code_length: number
  readonly lookup_enabled: boolean
  readonly skip_sms_to_landlines: boolean
  readonly dtmf_input_required: boolean
  readonly do_not_share_warning_enabled: boolean
  readonly custom_code_enabled: boolean
}
export type RateLimit = Row & {
  readonly service: string
  readonly unique_name: string
  readonly description: string
}
export type Bucket = Row & {
  readonly service: string
  readonly limit: string
  readonly max: number
  readonly interval: number
}
/** Uses of a rate limit's key: `id` is bucket and key. */
export type Uses = { readonly id: string; readonly at_ms: readonly number[] }
export type Verification = Row & {
  readonly service: string
  readonly to: string
  readonly channel: string
  /** What the recipient reads. */
  readonly code: string
  readonly status: 'pending' | 'approved' | 'canceled' | 'max_attempts_reached'
  readonly checks: number
  readonly sends: readonly { readonly id: string; readonly channel: string; readonly at_ms: number }[]
  readonly asked_ms: readonly number[]
}
export type CallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled'
/** One thing to do on a call. */
export type Verb =
  | { readonly kind: 'speak'; readonly ms: number; readonly text: string }
  | {
      readonly kind: 'gather'
      readonly ms: number
      readonly action: string | null
      readonly method: Method
      readonly digits: number | null
      readonly finish: string
      readonly timeout_ms: number
      readonly always: boolean
    }
  | { readonly kind: 'redirect'; readonly url: string; readonly method: Method }
  | { readonly kind: 'hangup' }
  | { readonly kind: 'reject'; readonly busy: boolean }
export type Call = Row & {
  readonly direction: 'outbound-api' | 'inbound'
  readonly from: string
  readonly to: string
  readonly status: CallStatus
  /** Where what is to be done was last asked for. */
  readonly url: string
  readonly method: Method
  readonly fallback: { readonly url: string; readonly method: Method } | null
  readonly twiml: string | null
  readonly callback: { readonly url: string; readonly method: Method; readonly events: readonly string[] } | null
  /** How many events were told. */
  readonly told: number
  readonly timeout_ms: number
  readonly limit_ms: number
  /** What is left to do. */
  readonly verbs: readonly Verb[]
  /** What the other side has not pressed yet. */
  readonly digits: string
  /** When the other side hangs up, after it was reached. */
  readonly hangs_up_ms: number | null
  readonly redirects: number
  readonly price: string | null
  readonly answered_ms: number | null
  readonly ended_ms: number | null
}
/** What a call does next. */
export type CallDue = {
  readonly id: string
  readonly call: string
  readonly what: 'dial' | 'ring' | 'give up' | 'answer' | 'verbs' | 'gathered' | 'hang up' | 'limit'
  readonly at_ms: number
}
/** A webhook that has not been taken yet. */
export type Delivery = {
  readonly id: string
  readonly kind: 'status' | 'inbound' | 'call' | 'call status'
  /** The SID of the message or call. */
  readonly message: string
  readonly url: string
  readonly method: Method
  readonly params: Readonly<Record<string, string>>
  /** Where an inbound message goes when this fails. */
  readonly fallback: { readonly url: string; readonly method: Method } | null
  readonly attempt: number
  readonly first_ms: number
  readonly due_ms: number
  /** How many answers have sent the caller elsewhere. */
  readonly redirects: number
}

/** The object that `json` is; empty when it is none. */
export const fieldsOf = (json: unknown): Fields =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : {}
