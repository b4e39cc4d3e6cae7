import { z } from 'zod'
import type { Json } from '../trace.ts'

export type Fields = { readonly [field: string]: Json | undefined }
type Texts = readonly string[] | undefined
type Token = {
  /** Whose token it is. */
  readonly login?: string | undefined
  /** All that the token may do, as `[public_repo, gist]`; everything when left out. */
  readonly scopes?: Texts
  /** Or the installation of an app it was given to. */
  readonly installation?: number | undefined
}
type SeedUser = Fields & { readonly login: string }
type SeedOrg = Fields & { readonly login: string }
type SeedRepo = Fields & { readonly full_name: string }
type SeedApp = Fields & { readonly id: number; readonly slug: string }

/**
 * Where GitHub stands when the scenario begins; every part is optional. Accounts, repositories and what is in them are written as the
 * API shows them, and only as much of it as matters: `{ full_name: 'acme/app', files: { 'README.md': 'Hi' }, issues: [{ title: 'Bug' }] }`.
 */
export type Seed = {
  /** Whom any token stands for when no tokens are listed; the first user, or `octocat`. */
  readonly viewer?: string | undefined
  /** Tokens that are valid; any when left out. */
  readonly tokens?: Readonly<Record<string, Token>> | undefined
  readonly users?: readonly SeedUser[] | undefined
  /** With `members: { ada: admin }`, `public_members: [ada]` and `teams: [{ name, members: [ada], repos: { acme/app: push } }]`. */
  readonly orgs?: readonly SeedOrg[] | undefined
  /**
   * With `files: { path: text }`, `branches: { name: sha or { files } }`, `tags`, `labels`, `milestones`, `issues`, `pulls`, `releases`,
   * `collaborators: { ada: push }`, `hooks`, `last_number` and, for whatever else is below it, `rows: { keys: [...] }`.
   */
  readonly repos?: readonly SeedRepo[] | undefined
  /** With `public_key` (PEM) or without one, and `installations: [{ id, account, permissions, repositories: [full_name] }]`. */
  readonly apps?: readonly SeedApp[] | undefined
  /** Requests per hour, instead of 5,000. */
  readonly rate_limit?: number | undefined
  /** Other rows by the path of their collection (`gists`), as the API shows them. */
  readonly rows?: Readonly<Record<string, readonly Fields[]>> | undefined
  /** Answers that only GitHub itself can work out, such as traffic, by their path. */
  readonly documents?: Readonly<Record<string, Json>> | undefined
}

const fields: z.ZodType<Fields> = z.record(z.string(), z.json())
const name = z.string()
const fullName = z.string().regex(/^[^/]+\/[^/]+$/, 'expected owner/name')
const token: z.ZodType<Token> = z
  .strictObject({ login: name.optional(), scopes: z.array(name).optional(), installation: z.int().optional() })
  .refine(({ login, installation }) => (login === undefined) !== (installation === undefined), {
    error: 'expected a login or an installation',
  })

export const seedSchema: z.ZodType<Seed> = z.strictObject({
  viewer: name.optional(),
  tokens: z.record(name, token).optional(),
  users: z.array(z.object({ login: name }).catchall(z.json())).optional(),
  orgs: z.array(z.object({ login: name }).catchall(z.json())).optional(),
  repos: z.array(z.object({ full_name: fullName }).catchall(z.json())).optional(),
  apps: z.array(z.object({ id: z.int(), slug: name }).catchall(z.json())).optional(),
  rate_limit: z.int().positive().optional(),
  rows: z.record(name, z.array(fields)).optional(),
  documents: z.record(name, z.json()).optional(),
})
