import { z } from 'zod'
import type { Json } from '../trace.ts'
import { isPermission } from './permissions.ts'
import {
  type Board,
  type Category,
  FIELD_TYPES,
  type Fields,
  type FieldType,
  type Project,
  type Sprint,
  type User,
} from './state.ts'

export type Seed = {
  readonly site?: { readonly name?: string | undefined; readonly cloud_id?: string | undefined } | undefined
  /** Who calls, where credentials name nobody else. */
  readonly account?:
    | {
        readonly account_id?: string | undefined
        readonly name?: string | undefined
        readonly email?: string | undefined
        /** Unknown mail addresses are the account's too, as they are where it has none. */
        readonly anybody?: boolean | undefined
      }
    | undefined
  readonly users?: readonly UserWish[] | undefined
  /** People are named by account id, mail address or name, everywhere. */
  readonly groups?: readonly { readonly name: string; readonly members?: readonly string[] | undefined }[] | undefined
  /** Roles that projects have beside Administrators, Member and Viewer. */
  readonly roles?: readonly { readonly name: string; readonly description?: string | undefined }[] | undefined
  /** Groups that have a permission of the site; everybody has those that are not here. */
  readonly global_permissions?: Readonly<Record<string, readonly string[]>> | undefined
  /** Who may do what, for projects to name; under `Default Permission Scheme` everybody may do everything until this says otherwise. */
  readonly permission_schemes?: readonly SchemeWish[] | undefined
  /** Who sees which issues, for projects to name. */
  readonly security_schemes?: readonly SecurityWish[] | undefined
  readonly projects?: readonly ProjectWish[] | undefined
  readonly boards?: readonly BoardWish[] | undefined
  readonly filters?:
    | readonly { readonly name: string; readonly jql: string; readonly owner?: string | undefined }[]
    | undefined
  readonly fields?: readonly FieldWish[] | undefined
  readonly issues?: readonly IssueWish[] | undefined
  /** API tokens that are valid; any when left out. */
  readonly tokens?: readonly string[] | undefined
  readonly oauth?:
    | {
        readonly client_id: string
        readonly client_secret: string
        /** What its tokens may do; all that there is when left out. */
        readonly scopes?: readonly string[] | undefined
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
/**
 * Whom a grant or a level is for: `anyone`, `logged-in`, `assignee`, `reporter` or `lead`; or one of its kind by name, as `group:Movers`,
 * `role:Member`, `user:Ada`, `field:Approver`.
 */
export type HolderWish = string
export type SchemeWish = {
  readonly name: string
  readonly description?: string | undefined
  /** By permission; those under `*` have every permission. */
  readonly grants: Readonly<Record<string, readonly HolderWish[]>>
}
export type SecurityWish = {
  readonly name: string
  readonly description?: string | undefined
  readonly levels: readonly {
    readonly name: string
    readonly description?: string | undefined
    readonly members: readonly HolderWish[]
  }[]
  /** The name of the level of issues that are created without one. */
  readonly default?: string | undefined
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
        readonly resolution?: string | null | undefined
      }[]
    | undefined
  readonly kind?: Project['kind'] | undefined
  readonly description?: string | undefined
  readonly permission_scheme?: string | undefined
  readonly security_scheme?: string | undefined
  /** Who acts in which role: people, and groups as `group:Movers`. The lead alone is its administrator when left out. */
  readonly roles?: Readonly<Record<string, readonly string[]>> | undefined
  readonly components?: readonly string[] | undefined
  readonly versions?:
    | readonly {
        readonly name: string
        readonly released?: boolean | undefined
        readonly archived?: boolean | undefined
        readonly release_date?: string | undefined
        readonly start_date?: string | undefined
        readonly description?: string | undefined
      }[]
    | undefined
}
/** A board of a project, with the sprints it has, oldest first. */
export type BoardWish = {
  readonly name: string
  readonly project: string
  readonly type?: Board['type'] | undefined
  readonly sprints?:
    | readonly {
        readonly name: string
        readonly state?: Sprint['state'] | undefined
        readonly goal?: string | undefined
        readonly start?: string | undefined
        readonly end?: string | undefined
      }[]
    | undefined
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
  /** The next of the project when left out. */
  readonly key?: string | undefined
  readonly type?: string | undefined
  readonly summary: string
  readonly description?: Json | undefined
  readonly status?: string | undefined
  readonly assignee?: string | undefined
  readonly reporter?: string | undefined
  readonly labels?: readonly string[] | undefined
  readonly parent?: string | undefined
  /** The name of a level of security of the project. */
  readonly security?: string | undefined
  /** The name of a sprint of a board of the project. */
  readonly sprint?: string | undefined
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
const holders = z.array(
  text.regex(/^(anyone|logged-in|assignee|reporter|lead|(group|role|user|field):.+)$/, {
    error: 'Expected anyone, logged-in, assignee, reporter or lead; or group:, role:, user: or field: and a name.',
  }),
)
const permission = text.refine((key) => key === '*' || isPermission(key), {
  error: 'Expected a permission of Jira as GET /rest/api/3/permissions lists them, or *.',
})
const status = z.strictObject({ name: text, category: z.enum(['new', 'indeterminate', 'done']) })
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  site: z.strictObject({ name: text.optional(), cloud_id: text.optional() }).optional(),
  account: z
    .strictObject({
      account_id: text.optional(),
      name: text.optional(),
      email: text.optional(),
      anybody: z.boolean().optional(),
    })
    .optional(),
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
              resolution: text.nullable().optional(),
            }),
          )
          .optional(),
        kind: z.enum(['software', 'business', 'service_desk']).optional(),
        permission_scheme: text.optional(),
        security_scheme: text.optional(),
        roles: z.record(text, names).optional(),
        description: text.optional(),
        components: names.optional(),
        versions: z
          .array(
            z.strictObject({
              name: text,
              released: z.boolean().optional(),
              archived: z.boolean().optional(),
              release_date: z.iso.date().optional(),
              start_date: z.iso.date().optional(),
              description: text.optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  groups: z.array(z.strictObject({ name: text, members: names.optional() })).optional(),
  roles: z.array(z.strictObject({ name: text, description: text.optional() })).optional(),
  global_permissions: z.record(permission, names).optional(),
  permission_schemes: z
    .array(z.strictObject({ name: text, description: text.optional(), grants: z.record(permission, holders) }))
    .optional(),
  security_schemes: z
    .array(
      z.strictObject({
        name: text,
        description: text.optional(),
        levels: z.array(z.strictObject({ name: text, description: text.optional(), members: holders })).min(1),
        default: text.optional(),
      }),
    )
    .optional(),
  boards: z
    .array(
      z.strictObject({
        name: text,
        project: text,
        type: z.enum(['scrum', 'kanban', 'simple']).optional(),
        sprints: z
          .array(
            z.strictObject({
              name: text,
              state: z.enum(['future', 'active', 'closed']).optional(),
              goal: text.optional(),
              start: z.iso.datetime().optional(),
              end: z.iso.datetime().optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  filters: z.array(z.strictObject({ name: text, jql: text, owner: text.optional() })).optional(),
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
        key: z
          .string()
          .regex(/^[A-Z][A-Z0-9_]+-\d+$/)
          .optional(),
        type: text.optional(),
        summary: text,
        description: z.json().optional(),
        status: text.optional(),
        assignee: text.optional(),
        reporter: text.optional(),
        labels: names.optional(),
        parent: text.optional(),
        security: text.optional(),
        sprint: text.optional(),
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
      scopes: names.optional(),
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
