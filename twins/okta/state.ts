import { z } from 'zod'
import type { Json } from '../trace.ts'

const json: z.ZodType<{ readonly [field: string]: Json }> = z.record(z.string(), z.json())
const user = z.strictObject({
  id: z.string().optional(),
  login: z.string(),
  email: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  password: z.string().optional(),
  status: z.enum(['STAGED', 'PROVISIONED', 'ACTIVE', 'SUSPENDED', 'LOCKED_OUT', 'DEPROVISIONED']).optional(),
  groups: z.array(z.string()).optional(),
})
const client = z.strictObject({
  id: z.string(),
  secret: z.string().optional(),
  label: z.string().optional(),
  redirect_uris: z.array(z.string()).optional(),
  post_logout_redirect_uris: z.array(z.string()).optional(),
  grant_types: z.array(z.string()).optional(),
  auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']).optional(),
  jwks: z.array(json).optional(),
})
const eventHook = z.strictObject({
  url: z.url(),
  events: z.array(z.string()),
  header: z.strictObject({ key: z.string(), value: z.string() }).optional(),
})

/** Where an org stands when the scenario begins; every part is optional. */
export const seedSchema = z.strictObject({
  /** The subdomain of okta.com. */
  org: z.string().optional(),
  /** API tokens that are valid; any when left out. */
  tokens: z.array(z.string()).optional(),
  /** `classic` for Okta Classic Engine. */
  engine: z.enum(['oie', 'classic']).optional(),
  /** Features that show: GROUP_OWNERS, REALMS. */
  features: z.array(z.string()).optional(),
  users: z.array(user).optional(),
  groups: z.array(z.strictObject({ id: z.string().optional(), name: z.string(), description: z.string().optional() })).optional(),
  clients: z.array(client).optional(),
  event_hooks: z.array(eventHook).optional(),
  /** Requests per minute for every bucket, instead of Okta's own. */
  rate_limit: z.int().positive().optional(),
  /** Names of things every org has, where they matter. */
  ids: z
    .strictObject({ org: z.string(), admin: z.string(), access_policy: z.string(), enrollment_policy: z.string() })
    .partial()
    .optional(),
  /** Anything else that was there before, as the wire shows it, by the path of its collection (`zones`, `policies/rst1/rules`). */
  rows: z.record(z.string(), z.array(json)).optional(),
  /** Settings that exist once, by their path (`rate-limit-settings/admin-notifications`). */
  documents: z.record(z.string(), json).optional(),
})
export type Seed = z.infer<typeof seedSchema>
