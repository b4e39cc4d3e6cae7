import { z } from 'zod'
import type { Json } from '../trace.ts'

type Fields = { readonly [field: string]: Json }
type Texts = readonly string[] | undefined
type Text = string | undefined
type SeedUser = {
  readonly id?: Text
  readonly login: string
  readonly email?: Text
  readonly first_name?: Text
  readonly last_name?: Text
  readonly password?: Text
  readonly status?: 'STAGED' | 'PROVISIONED' | 'ACTIVE' | 'SUSPENDED' | 'LOCKED_OUT' | 'DEPROVISIONED' | undefined
  readonly groups?: Texts
  /** Further attributes of the profile: the manager, custom ones. */
  readonly profile?: Fields | undefined
}
/** An app that signs people in, open to everyone. */
type SeedClient = {
  readonly id: string
  readonly secret?: Text
  readonly label?: Text
  readonly redirect_uris?: Texts
  readonly post_logout_redirect_uris?: Texts
  readonly grant_types?: Texts
  readonly auth_method?: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none' | undefined
  readonly jwks?: readonly Fields[] | undefined
}
type SeedHook = {
  readonly url: string
  readonly events: readonly string[]
  readonly header?: { readonly key: string; readonly value: string } | undefined
}

/** Where an org stands when the scenario begins; every part is optional. */
export type Seed = {
  /** The subdomain of okta.com. */
  readonly org?: Text
  /** API tokens that are valid; any when left out. */
  readonly tokens?: Texts
  /** `classic` for Okta Classic Engine. */
  readonly engine?: 'oie' | 'classic' | undefined
  /** Features that show: GROUP_OWNERS, REALMS. */
  readonly features?: Texts
  /** What the org has not bought, as requests: `POST /api/v1/authorizationServers`; `*` stands for an id. */
  readonly lacks?: Texts
  readonly users?: readonly SeedUser[] | undefined
  readonly groups?: readonly { readonly id?: Text; readonly name: string; readonly description?: Text }[] | undefined
  readonly clients?: readonly SeedClient[] | undefined
  /** Hooks that are verified already. */
  readonly event_hooks?: readonly SeedHook[] | undefined
  /** Requests per minute for every bucket, instead of Okta's own. */
  readonly rate_limit?: number | undefined
  /** How many apps of its own the org has made so far: their names count on. */
  readonly apps_made?: number | undefined
  /** Ids of things every org has, where they matter. */
  readonly ids?:
    | { readonly org?: Text; readonly admin?: Text; readonly access_policy?: Text; readonly enrollment_policy?: Text }
    | undefined
  /** Attributes that profiles have beside those of their schemas. */
  readonly attributes?: { readonly user?: Texts; readonly group?: Texts } | undefined
  /** Anything else that was there before, as the wire shows it, by the path of its collection (`policies/rst1/rules`). */
  readonly rows?: Readonly<Record<string, readonly Fields[]>> | undefined
  /** Settings that exist once, by their path. */
  readonly documents?: Readonly<Record<string, Fields>> | undefined
}

const json: z.ZodType<Fields> = z.record(z.string(), z.json())
const user: z.ZodType<SeedUser> = z.strictObject({
  id: z.string().optional(),
  login: z.string(),
  email: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  password: z.string().optional(),
  status: z.enum(['STAGED', 'PROVISIONED', 'ACTIVE', 'SUSPENDED', 'LOCKED_OUT', 'DEPROVISIONED']).optional(),
  groups: z.array(z.string()).optional(),
  profile: json.optional(),
})
const client: z.ZodType<SeedClient> = z.strictObject({
  id: z.string(),
  secret: z.string().optional(),
  label: z.string().optional(),
  redirect_uris: z.array(z.string()).optional(),
  post_logout_redirect_uris: z.array(z.string()).optional(),
  grant_types: z.array(z.string()).optional(),
  auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']).optional(),
  jwks: z.array(json).optional(),
})
const eventHook: z.ZodType<SeedHook> = z.strictObject({
  url: z.url(),
  events: z.array(z.string()),
  header: z.strictObject({ key: z.string(), value: z.string() }).optional(),
})

const name = z.string().optional()
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  org: name,
  tokens: z.array(z.string()).optional(),
  engine: z.enum(['oie', 'classic']).optional(),
  features: z.array(z.string()).optional(),
  lacks: z.array(z.string()).optional(),
  users: z.array(user).optional(),
  groups: z.array(z.strictObject({ id: name, name: z.string(), description: name })).optional(),
  clients: z.array(client).optional(),
  event_hooks: z.array(eventHook).optional(),
  rate_limit: z.int().positive().optional(),
  apps_made: z.int().optional(),
  ids: z.strictObject({ org: name, admin: name, access_policy: name, enrollment_policy: name }).optional(),
  attributes: z
    .strictObject({ user: z.array(z.string()).optional(), group: z.array(z.string()).optional() })
    .optional(),
  rows: z.record(z.string(), z.array(json)).optional(),
  documents: z.record(z.string(), json).optional(),
})
