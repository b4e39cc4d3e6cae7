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
  /** What it sets the resolution to, null taking it away; undefined: what the category of the status says. */
  readonly resolution?: string | null | undefined
}
export const ASSIGNEE_TYPES = ['PROJECT_DEFAULT', 'COMPONENT_LEAD', 'PROJECT_LEAD', 'UNASSIGNED'] as const
export type Component = {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly lead: string | null
  readonly assignee_type: (typeof ASSIGNEE_TYPES)[number]
}
export type Version = {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly released: boolean
  readonly archived: boolean
  /** Days as `2030-01-31`. */
  readonly start_date: string | null
  readonly release_date: string | null
}
export type Project = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly description: string
  readonly lead: string
  readonly assignee_type: 'PROJECT_LEAD' | 'UNASSIGNED'
  readonly kind: 'software' | 'business' | 'service_desk'
  readonly style: 'classic' | 'next-gen'
  readonly types: readonly string[]
  /** In their order; the first is where an issue starts. */
  readonly statuses: readonly string[]
  readonly transitions: readonly Transition[]
  readonly components: readonly Component[]
  readonly versions: readonly Version[]
  /** The id of the scheme that says who may do what. */
  readonly permission_scheme: string
  /** The id of the scheme that its issues have levels of. */
  readonly security_scheme: string | null
  /** The number of the latest issue. */
  readonly issues: number
}
/** Who is meant, of whom a grant or a level of security speaks. */
export const HOLDERS = [
  'anyone',
  'applicationRole',
  'assignee',
  'group',
  'projectLead',
  'projectRole',
  'reporter',
  'user',
  'userCustomField',
] as const
export type Holder = {
  readonly type: (typeof HOLDERS)[number]
  /** The id of a group, role, field or account, where the type wants one. */
  readonly value: string | null
}
export type Grant = { readonly id: string; readonly permission: string; readonly holder: Holder }
export type PermissionScheme = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly grants: readonly Grant[]
}
/** A role that every project has; who acts in it is a matter of the project. */
export type Role = { readonly id: string; readonly name: string; readonly description: string }
export type Actors = {
  /** The ids of the project and the role. */
  readonly id: string
  readonly project: string
  readonly role: string
  readonly users: readonly string[]
  /** Ids of groups. */
  readonly groups: readonly string[]
}
/** Which groups have a permission of the whole site. */
export type GlobalGrant = { readonly id: string; readonly groups: readonly string[] }
export type SecurityLevel = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly members: readonly Holder[]
}
export type SecurityScheme = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly levels: readonly SecurityLevel[]
  /** The level of an issue that is created without one. */
  readonly default_level: string | null
}
/** Whom a comment or worklog is for: those in a role of the project, or in a group; by id. */
export type Visibility = { readonly type: 'role' | 'group'; readonly id: string }
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
  'sprint',
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
  /** The id of its level of security. */
  readonly security: string | null
  readonly watchers: readonly string[]
  readonly voters: readonly string[]
  readonly properties: Fields
  readonly custom: Fields
  /** Ids of the sprints it has been in, the current one last. */
  readonly sprints: readonly string[]
  /** Where it stands on boards: the smaller, the higher. */
  readonly rank: number
  readonly created_ms: number
  readonly updated_ms: number
}
export type Comment = {
  readonly id: string
  readonly issue: string
  readonly author: string
  readonly update_author: string
  readonly body: Json
  /** For everybody who sees the issue, where it is null. */
  readonly visibility: Visibility | null
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
/** A page elsewhere that an issue points to; `of` is what the app says of it. */
export type RemoteLink = {
  readonly id: string
  readonly issue: string
  readonly global_id: string | null
  readonly of: Fields
}
export type Attachment = {
  readonly id: string
  /** Its id where the bytes are kept. */
  readonly media: string
  readonly issue: string
  readonly author: string
  readonly filename: string
  readonly mime_type: string
  readonly size: number
  /** The bytes in base 64. */
  readonly content: string
  readonly created_ms: number
}
export type Group = { readonly id: string; readonly name: string; readonly members: readonly string[] }
export type Filter = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly jql: string
  readonly owner: string
  readonly favourite_of: readonly string[]
  /** Who may use it beside its owner. */
  readonly shares: readonly Share[]
  /** Who may change it beside its owner. */
  readonly edits: readonly Share[]
}
/** One way in which a filter or dashboard is shared; a project's may be for a role of it. */
export type Share = {
  readonly id: string
  readonly type: 'global' | 'loggedin' | 'group' | 'project' | 'user'
  readonly group: string | null
  readonly project: string | null
  readonly role: string | null
  readonly user: string | null
}
export type Dashboard = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly owner: string
  readonly shares: readonly Share[]
  readonly edits: readonly Share[]
}
/** A board shows the issues that its filter finds. */
export type Board = {
  readonly id: string
  readonly name: string
  readonly type: 'scrum' | 'kanban' | 'simple'
  readonly project: string
  readonly filter: string
}
export type Sprint = {
  readonly id: string
  readonly board: string
  readonly name: string
  readonly state: 'future' | 'active' | 'closed'
  readonly goal: string
  readonly start_ms: number | null
  readonly end_ms: number | null
  readonly completed_ms: number | null
  readonly created_ms: number
}
/** What is gone, and when, for those who keep a copy. */
export type Removed = { readonly id: string; readonly kind: 'worklog'; readonly at_ms: number }
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
  /** Keys of properties that it hears of; of all when there are none. */
  readonly properties: readonly string[]
  readonly secret: string | null
  readonly enabled: boolean
  /** Whether it is told that something happened, and nothing of it. */
  readonly exclude_body: boolean
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
  readonly used_ms: number | null
  /** The consent that it comes from, and when that was given. */
  readonly family: string
  readonly consented_ms: number
}
/** When calls came that count against one limit. */
export type Limit = { readonly id: string; readonly at_ms: readonly number[] }
/** What the search will find of an issue, from when on; null once it is gone. */
export type Indexed = {
  readonly id: string
  readonly versions: readonly { readonly from_ms: number; readonly issue: Issue | null }[]
}
export type Counter = { readonly id: string; readonly value: number }
