import { z } from 'zod'
import type { Json } from '../trace.ts'

export type Fields = { readonly [name: string]: Json | undefined }

/** A user as the wire shows it. */
export type User = Fields & {
  readonly id: string
  readonly name: string
  readonly deleted: boolean
  readonly is_bot: boolean
  readonly profile: Fields
}

/** A topic or a purpose; `last_set` is in seconds. */
export type Note = { readonly value: string; readonly creator: string; readonly last_set: number }
export type ChannelKind = 'channel' | 'group' | 'im' | 'mpim'
export type Channel = {
  readonly id: string
  readonly name: string
  readonly kind: ChannelKind
  /** Seconds. */
  readonly created: number
  readonly updated_ms: number
  readonly creator: string
  readonly is_archived: boolean
  readonly is_general: boolean
  readonly topic: Note
  readonly purpose: Note
  readonly previous_names: readonly string[]
  readonly members: readonly string[]
  /** Members that the seed counts and does not name. */
  readonly others: number
  /** Whether the conversation is shown to whoever opened it; channels always are. */
  readonly open: boolean
  /** How far each member has read, as a `ts`. */
  readonly read: Fields
  /** Fields of a seed's own row, sent as they are where nothing else is known. */
  readonly wire: Fields | null
}

export type Reaction = { readonly name: string; readonly users: readonly string[]; readonly count: number }

/** A message as the wire shows it, and beside it what the wire puts elsewhere. `id` is `channel:ts`. */
export type Message = Fields & {
  readonly id: string
  readonly channel: string
  readonly type: 'message'
  readonly ts: string
  readonly text: string
  readonly thread_ts?: string | undefined
  readonly reactions: readonly Reaction[]
  /** A reply that the channel shows too. */
  readonly broadcast: boolean
}

export type File = Fields & {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly user: string
  readonly size: number
  /** Where it goes once it is complete. */
  readonly status: 'awaited' | 'sent' | 'complete' | 'shared'
  /** What stands in its upload address. */
  readonly upload: string
  /** Base 64. */
  readonly bytes: string
  readonly created: number
  readonly mimetype: string
  readonly filetype: string
  readonly pretty_type: string
  readonly alt_txt: string
  /** The messages it is in, as `channel:ts`. */
  readonly shares: readonly string[]
  /** Whose bytes stand elsewhere: what the app calls it, and where it is. */
  readonly external?: { readonly id: string; readonly url: string }
  /** Conversations it is on its way to, and with what. */
  readonly bound: {
    readonly due_ms: number
    readonly channels: readonly string[]
    readonly content: Fields
    readonly thread_ts: string
  } | null
}

export type View = Fields & {
  readonly id: string
  readonly user: string
  readonly type: 'modal' | 'home'
  readonly hash: string
  readonly root_view_id: string
  readonly previous_view_id: string | null
  readonly external_id: string
  readonly open: boolean
}

export type Pin = {
  readonly id: string
  readonly channel: string
  readonly ts: string
  readonly user: string
  readonly created: number
}
export type Bookmark = Fields & { readonly id: string; readonly channel_id: string }
export type UserGroup = {
  readonly id: string
  readonly name: string
  readonly handle: string
  readonly description: string
  readonly users: readonly string[]
  readonly channels: readonly string[]
  readonly date_create: number
  readonly date_update: number
  /** 0 while it is on. */
  readonly date_delete: number
  readonly created_by: string
  readonly updated_by: string
  readonly deleted_by: string | null
}
export type Scheduled = {
  readonly id: string
  readonly channel: string
  readonly post_at: number
  readonly date_created: number
  readonly actor: string
  readonly message: Fields
}
/** A message that one person sees, until the client is loaded anew. */
export type Ephemeral = Fields & {
  readonly id: string
  readonly channel: string
  readonly user: string
  readonly ts: string
}
export type Trigger = {
  readonly id: string
  readonly user: string
  readonly view: string
  readonly until_ms: number
  readonly used: boolean
}
/** A `response_url`; `id` is its path. */
export type ResponseUrl = {
  readonly id: string
  readonly user: string
  readonly channel: string
  /** The message it came from; empty when it came from none. */
  readonly ts: string
  readonly ephemeral: boolean
  readonly uses: number
  readonly until_ms: number
}
/** Tokens that OAuth gave out, and those that were revoked. */
export type Token = {
  readonly id: string
  readonly kind: 'bot' | 'user'
  readonly user: string
  readonly scopes: readonly string[]
  readonly revoked: boolean
  /** When it ends, and what it is refreshed by, of an app that rotates its tokens. */
  readonly until_s?: number
  readonly refresh?: string
}
/** A request to the app that has not been answered yet. */
export type Delivery = {
  readonly id: string
  readonly kind: 'event' | 'interaction' | 'command' | 'options' | 'verification'
  readonly url: string
  readonly type: string
  readonly body: string
  readonly json: boolean
  /** What `where` of a fault may look at. */
  readonly fields: Json
  readonly attempt: number
  readonly reason: string
  readonly due_ms: number
  /** The view, response_url or address that the answer is about. */
  readonly about: string
  readonly user: string
}
/** A thread with an assistant; `id` is `channel:thread_ts`. */
export type AssistantThread = {
  readonly id: string
  readonly channel: string
  readonly thread_ts: string
  readonly user: string
  /** Gone once the app has said something, or after two minutes. */
  readonly status: string
  readonly status_until_ms: number
  readonly title: string
  readonly prompts: readonly Fields[]
}
/** A call of another service. */
export type Call = Fields & {
  readonly id: string
  readonly users: readonly Fields[]
  readonly created_by: string
  readonly ended: boolean
  readonly duration: number
}
export type CanvasSection = { readonly id: string; readonly markdown: string }
export type Canvas = {
  readonly id: string
  readonly title: string
  readonly user: string
  /** The conversation it is a tab of; empty when it stands alone. */
  readonly channel: string
  readonly created: number
  readonly sections: readonly CanvasSection[]
  /** What else people and conversations may do with it. */
  readonly access: Readonly<Record<string, 'read' | 'write'>>
}
/** A run of a function that the app has for workflows. */
export type Execution = {
  readonly id: string
  readonly callback_id: string
  readonly state: 'running' | 'completed' | 'failed'
  readonly outputs: Fields
  readonly error: string
}
/** Calls of the last minute by method, in virtual milliseconds. */
export type Limit = { readonly id: string; readonly at_ms: readonly number[] }
/** Single values: the last `ts`, where events go. */
export type Setting = { readonly id: string; readonly value: Json }

type Text = string | undefined
type Texts = readonly string[] | undefined
type SeedUser = {
  readonly id?: Text
  readonly name: string
  readonly real_name?: Text
  readonly email?: Text
  readonly is_bot?: boolean | undefined
  readonly is_admin?: boolean | undefined
  readonly is_owner?: boolean | undefined
  readonly deleted?: boolean | undefined
  readonly title?: Text
  readonly tz?: Text
}
type SeedChannel = {
  readonly id?: Text
  readonly name: string
  readonly is_private?: boolean | undefined
  readonly is_archived?: boolean | undefined
  readonly topic?: Text
  readonly purpose?: Text
  readonly members?: Texts
}
type SeedMessage = {
  readonly channel: string
  readonly user: string
  readonly text: string
  readonly ts?: Text
  readonly thread_ts?: Text
}
type SeedToken = {
  readonly token: string
  readonly type?: 'bot' | 'user' | 'app' | undefined
  readonly scopes?: Texts
  readonly user?: Text
  /** It was good once. */
  readonly revoked?: boolean | undefined
}

/** A workspace when the scenario begins; every part is optional. Users, channels and messages name each other by id or by name. */
export type Seed = {
  readonly team?:
    | {
        readonly id?: Text
        readonly name?: Text
        readonly domain?: Text
        readonly plan?: 'free' | 'std' | 'plus' | undefined
      }
    | undefined
  readonly app?:
    | {
        readonly id?: Text
        readonly name?: Text
        readonly bot_user?: Text
        readonly bot_name?: Text
        readonly bot_id?: Text
        readonly signing_secret?: Text
        readonly verification_token?: Text
        /** `commercial`: distributed and not in the Marketplace, with its tighter limits. */
        readonly distribution?: 'internal' | 'marketplace' | 'commercial' | undefined
        readonly client_id?: Text
        readonly client_secret?: Text
        /** Tokens that OAuth gives out end after twelve hours, and come with others to refresh them by. */
        readonly token_rotation?: boolean | undefined
        /** Domains whose links the app is told of, to unfurl them. */
        readonly unfurl_domains?: Texts
      }
    | undefined
  /** Tokens that are valid; any that looks like one when left out. */
  readonly tokens?: readonly SeedToken[] | undefined
  readonly users?: readonly SeedUser[] | undefined
  readonly channels?: readonly SeedChannel[] | undefined
  readonly messages?: readonly SeedMessage[] | undefined
  /** Emoji of the workspace's own: names with an address, or with `alias:` and another name. */
  readonly emoji?: Readonly<Record<string, string>> | undefined
  /** Where the Events API delivers, and what is subscribed to, such as `message.channels`. */
  readonly events?: { readonly url: string; readonly types: readonly string[] } | undefined
  /** Where buttons and modals, slash commands and options of external menus go. */
  readonly interactivity?:
    | { readonly url: string; readonly commands_url?: Text; readonly options_url?: Text }
    | undefined
  /** Incoming webhooks: the path behind https://hooks.slack.com/services/ and where it posts. */
  readonly webhooks?: readonly { readonly path: string; readonly channel: string }[] | undefined
  /** Codes that an OAuth redirect would bring. */
  readonly codes?:
    | readonly {
        readonly code: string
        readonly scopes?: Texts
        readonly user_scopes?: Texts
        readonly user?: Text
        readonly redirect_uri?: Text
      }[]
    | undefined
  /** Calls per minute by tier, and messages per channel that may come at once, instead of Slack's own. */
  readonly limits?:
    | {
        readonly tier1?: number | undefined
        readonly tier2?: number | undefined
        readonly tier3?: number | undefined
        readonly tier4?: number | undefined
        readonly post_burst?: number | undefined
      }
    | undefined
  /** Names of files whose bytes somebody else sends, a browser say, as soon as there is an address for them. */
  readonly sent_elsewhere?: Texts
  /** Users, channels and (with their `channel`) messages as the wire shows them, where every field matters; files on their way. */
  readonly rows?:
    | {
        readonly users?: readonly Fields[] | undefined
        readonly channels?: readonly Fields[] | undefined
        readonly messages?: readonly Fields[] | undefined
        /** Files that were announced (`upload` is the end of their address), or whose bytes were sent and that nobody has shared yet. */
        readonly files?: readonly Fields[] | undefined
      }
    | undefined
}

const name = z.string().optional()
const names = z.array(z.string()).optional()
const flag = z.boolean().optional()
const fields: z.ZodType<Fields> = z.record(z.string(), z.json())
const count = z.int().positive().optional()

export const seedSchema: z.ZodType<Seed> = z.strictObject({
  team: z.strictObject({ id: name, name, domain: name, plan: z.enum(['free', 'std', 'plus']).optional() }).optional(),
  app: z
    .strictObject({
      id: name,
      name,
      bot_user: name,
      bot_name: name,
      bot_id: name,
      signing_secret: name,
      verification_token: name,
      distribution: z.enum(['internal', 'marketplace', 'commercial']).optional(),
      client_id: name,
      client_secret: name,
      unfurl_domains: names,
      token_rotation: flag,
    })
    .optional(),
  tokens: z
    .array(
      z.strictObject({
        token: z.string(),
        type: z.enum(['bot', 'user', 'app']).optional(),
        scopes: names,
        user: name,
        revoked: flag,
      }),
    )
    .optional(),
  users: z
    .array(
      z.strictObject({
        id: name,
        name: z.string(),
        real_name: name,
        email: name,
        is_bot: flag,
        is_admin: flag,
        is_owner: flag,
        deleted: flag,
        title: name,
        tz: name,
      }),
    )
    .optional(),
  channels: z
    .array(
      z.strictObject({
        id: name,
        name: z.string(),
        is_private: flag,
        is_archived: flag,
        topic: name,
        purpose: name,
        members: names,
      }),
    )
    .optional(),
  messages: z
    .array(z.strictObject({ channel: z.string(), user: z.string(), text: z.string(), ts: name, thread_ts: name }))
    .optional(),
  emoji: z.record(z.string(), z.string()).optional(),
  events: z.strictObject({ url: z.url(), types: z.array(z.string()) }).optional(),
  interactivity: z
    .strictObject({ url: z.url(), commands_url: z.url().optional(), options_url: z.url().optional() })
    .optional(),
  webhooks: z.array(z.strictObject({ path: z.string().regex(/^T\w+\/B\w+\/\w+$/), channel: z.string() })).optional(),
  codes: z
    .array(z.strictObject({ code: z.string(), scopes: names, user_scopes: names, user: name, redirect_uri: name }))
    .optional(),
  limits: z.strictObject({ tier1: count, tier2: count, tier3: count, tier4: count, post_burst: count }).optional(),
  sent_elsewhere: names,
  rows: z
    .strictObject({
      users: z.array(fields).optional(),
      channels: z.array(fields).optional(),
      messages: z.array(fields).optional(),
      files: z.array(fields).optional(),
    })
    .optional(),
})

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
export const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : []
