import { z } from 'zod'
import type { Json } from '../trace.ts'

export type Fields = { readonly [name: string]: Json }

export const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

export type Category = 'new' | 'indeterminate' | 'done'
export type User = {
  /** The account id. */
  readonly id: string
  readonly account_type: 'atlassian' | 'app' | 'customer'
  readonly display_name: string
  readonly email: string | null
  readonly active: boolean
}
export type Status = { readonly id: string; readonly name: string; readonly category: Category }
export type IssueType = {
  readonly id: string
  readonly name: string
  readonly subtask: boolean
  /** 1 of an epic, 0 of what is planned, -1 of a sub-task. */
  readonly level: number
}
export type Transition = {
  readonly id: string
  readonly name: string
  readonly to: string
  /** Names of statuses it leaves from; from any when there are none. */
  readonly from: readonly string[]
  /** Fields on its screen; no screen without any. */
  readonly screen: readonly string[]
  readonly required: readonly string[]
}
export type Component = { readonly id: string; readonly name: string }
export type Version = {
  readonly id: string
  readonly name: string
  readonly released: boolean
  readonly archived: boolean
}
export type Project = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly lead: string
  readonly style: 'classic' | 'next-gen'
  readonly types: readonly string[]
  /** In their order; the first is where an issue starts. */
  readonly statuses: readonly string[]
  readonly transitions: readonly Transition[]
  readonly components: readonly Component[]
  readonly versions: readonly Version[]
  /** The number of the latest issue. */
  readonly issues: number
}
export const FIELD_TYPES = [
  'text',
  'textarea',
  'number',
  'date',
  'datetime',
  'select',
  'multiselect',
  'user',
  'labels',
  'url',
] as const
export type FieldType = (typeof FIELD_TYPES)[number]
/** A custom field. */
export type Field = {
  readonly id: string
  readonly name: string
  readonly type: FieldType
  readonly options: readonly { readonly id: string; readonly value: string }[]
}
/** Statuses, types, priorities and resolutions by name, people by account id, so that the state reads well. */
export type Issue = {
  readonly id: string
  readonly key: string
  readonly project: string
  readonly type: string
  readonly summary: string
  /** An Atlassian document. */
  readonly description: Json
  readonly environment: Json
  readonly status: string
  readonly category_changed_ms: number
  readonly priority: string
  readonly resolution: string | null
  readonly resolved_ms: number | null
  readonly assignee: string | null
  readonly reporter: string
  readonly creator: string
  readonly labels: readonly string[]
  readonly components: readonly string[]
  readonly fix_versions: readonly string[]
  readonly versions: readonly string[]
  readonly duedate: string | null
  /** The key of the parent. */
  readonly parent: string | null
  readonly original_s: number | null
  readonly remaining_s: number | null
  readonly spent_s: number | null
  readonly watchers: readonly string[]
  readonly properties: Fields
  readonly custom: Fields
  readonly created_ms: number
  readonly updated_ms: number
}
export type Comment = {
  readonly id: string
  readonly issue: string
  readonly author: string
  readonly update_author: string
  readonly body: Json
  readonly created_ms: number
  readonly updated_ms: number
}
export type Worklog = Omit<Comment, 'body'> & {
  readonly comment: Json
  readonly started_ms: number
  readonly spent_s: number
}
/** `source` does the outward act to `target`: it blocks it. Issues by id. */
export type Link = { readonly id: string; readonly type: string; readonly source: string; readonly target: string }
export type Change = {
  readonly field: string
  readonly fieldtype: 'jira' | 'custom'
  readonly fieldId: string
  readonly from: string | null
  readonly fromString: string | null
  readonly to: string | null
  readonly toString: string | null
}
export type History = {
  readonly id: string
  readonly issue: string
  readonly author: string
  readonly created_ms: number
  readonly items: readonly Change[]
}
export type Webhook = {
  readonly id: string
  /** `admin`: by an administrator, for good, and signed if it has a secret. `app`: by an app, for 30 days. */
  readonly kind: 'admin' | 'app'
  readonly name: string
  readonly url: string
  readonly events: readonly string[]
  readonly jql: string
  readonly fields: readonly string[]
  readonly secret: string | null
  readonly expires_ms: number | null
  readonly owner: string
}
export type Delivery = {
  /** Stays the same over retries. */
  readonly id: string
  readonly webhook: string
  readonly url: string
  readonly event: string
  readonly issue: string
  readonly flow: 'Primary' | 'Secondary'
  readonly secret: string | null
  readonly body: string
  readonly attempt: number
  readonly due_ms: number
}
export type Token = {
  readonly id: string
  readonly kind: 'access' | 'refresh' | 'code'
  readonly user: string
  readonly expires_ms: number | null
  readonly used: boolean
}
/** When calls came that count against one limit. */
export type Limit = { readonly id: string; readonly at_ms: readonly number[] }
/** What the search will find of an issue, from when on; null once it is gone. */
export type Indexed = {
  readonly id: string
  readonly versions: readonly { readonly from_ms: number; readonly issue: Issue | null }[]
}
export type Counter = { readonly id: string; readonly value: number }

export type Seed = {
  readonly site?: { readonly name?: string | undefined; readonly cloud_id?: string | undefined } | undefined
  /** Who calls, where credentials name nobody else. */
  readonly account?:
    | {
        readonly account_id?: string | undefined
        readonly name?: string | undefined
        readonly email?: string | undefined
      }
    | undefined
  readonly users?: readonly UserWish[] | undefined
  readonly projects?: readonly ProjectWish[] | undefined
  readonly fields?: readonly FieldWish[] | undefined
  readonly issues?: readonly IssueWish[] | undefined
  /** API tokens that are valid; any when left out. */
  readonly tokens?: readonly string[] | undefined
  readonly oauth?:
    | {
        readonly client_id: string
        readonly client_secret: string
        readonly codes?: readonly { readonly code: string; readonly user?: string | undefined }[] | undefined
        readonly refresh_tokens?: readonly { readonly token: string; readonly user?: string | undefined }[] | undefined
      }
    | undefined
  /** Those an administrator has set up. */
  readonly webhooks?: readonly WebhookWish[] | undefined
  /** How long a search does not see a change. */
  readonly search?: { readonly lag_ms?: number | undefined } | undefined
  /** Calls a second by method. */
  readonly limits?:
    | {
        readonly get?: number | undefined
        readonly post?: number | undefined
        readonly put?: number | undefined
        readonly delete?: number | undefined
      }
    | undefined
}
export type UserWish = {
  readonly account_id?: string | undefined
  readonly name: string
  readonly email?: string | undefined
  readonly active?: boolean | undefined
  readonly type?: User['account_type'] | undefined
}
export type ProjectWish = {
  readonly key: string
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly lead?: string | undefined
  readonly style?: Project['style'] | undefined
  readonly types?: readonly string[] | undefined
  readonly statuses?: readonly { readonly name: string; readonly category: Category }[] | undefined
  readonly transitions?:
    | readonly {
        readonly id?: string | undefined
        readonly name: string
        readonly to: string
        readonly from?: readonly string[] | undefined
        readonly screen?: readonly string[] | undefined
        readonly required?: readonly string[] | undefined
      }[]
    | undefined
  readonly components?: readonly string[] | undefined
  readonly versions?: readonly { readonly name: string; readonly released?: boolean | undefined }[] | undefined
}
export type FieldWish = {
  readonly id?: string | undefined
  readonly name: string
  readonly type: FieldType
  readonly options?: readonly string[] | undefined
}
/** `fields` as a request would send them; the rest is for convenience. */
export type IssueWish = {
  readonly project: string
  readonly type?: string | undefined
  readonly summary: string
  readonly description?: Json | undefined
  readonly status?: string | undefined
  readonly assignee?: string | undefined
  readonly reporter?: string | undefined
  readonly labels?: readonly string[] | undefined
  readonly parent?: string | undefined
  readonly fields?: Fields | undefined
  readonly comments?: readonly { readonly author?: string | undefined; readonly body: Json }[] | undefined
}
export type WebhookWish = {
  readonly url: string
  readonly events: readonly string[]
  readonly jql?: string | undefined
  readonly secret?: string | undefined
}

const text = z.string()
const names = z.array(text)
const status = z.strictObject({ name: text, category: z.enum(['new', 'indeterminate', 'done']) })
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  site: z.strictObject({ name: text.optional(), cloud_id: text.optional() }).optional(),
  account: z.strictObject({ account_id: text.optional(), name: text.optional(), email: text.optional() }).optional(),
  users: z
    .array(
      z.strictObject({
        account_id: text.optional(),
        name: text,
        email: text.optional(),
        active: z.boolean().optional(),
        type: z.enum(['atlassian', 'app', 'customer']).optional(),
      }),
    )
    .optional(),
  projects: z
    .array(
      z.strictObject({
        key: z.string().regex(/^[A-Z][A-Z0-9_]+$/),
        id: text.optional(),
        name: text.optional(),
        lead: text.optional(),
        style: z.enum(['classic', 'next-gen']).optional(),
        types: names.optional(),
        statuses: z.array(status).optional(),
        transitions: z
          .array(
            z.strictObject({
              id: text.optional(),
              name: text,
              to: text,
              from: names.optional(),
              screen: names.optional(),
              required: names.optional(),
            }),
          )
          .optional(),
        components: names.optional(),
        versions: z.array(z.strictObject({ name: text, released: z.boolean().optional() })).optional(),
      }),
    )
    .optional(),
  fields: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^customfield_\d+$/)
          .optional(),
        name: text,
        type: z.enum(FIELD_TYPES),
        options: names.optional(),
      }),
    )
    .optional(),
  issues: z
    .array(
      z.strictObject({
        project: text,
        type: text.optional(),
        summary: text,
        description: z.json().optional(),
        status: text.optional(),
        assignee: text.optional(),
        reporter: text.optional(),
        labels: names.optional(),
        parent: text.optional(),
        fields: z.record(text, z.json()).optional(),
        comments: z.array(z.strictObject({ author: text.optional(), body: z.json() })).optional(),
      }),
    )
    .optional(),
  tokens: names.optional(),
  oauth: z
    .strictObject({
      client_id: text,
      client_secret: text,
      codes: z.array(z.strictObject({ code: text, user: text.optional() })).optional(),
      refresh_tokens: z.array(z.strictObject({ token: text, user: text.optional() })).optional(),
    })
    .optional(),
  webhooks: z
    .array(z.strictObject({ url: z.url(), events: names, jql: text.optional(), secret: text.optional() }))
    .optional(),
  search: z.strictObject({ lag_ms: z.int().min(0).optional() }).optional(),
  limits: z
    .strictObject({
      get: z.int().min(1).optional(),
      post: z.int().min(1).optional(),
      put: z.int().min(1).optional(),
      delete: z.int().min(1).optional(),
    })
    .optional(),
})
