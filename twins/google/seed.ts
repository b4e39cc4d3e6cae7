import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import type { Json } from '../trace.ts'
import type { Role } from './state.ts'

const values = z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])))
type Values = readonly (readonly (string | number | boolean | null)[])[]
const ROLES = ['owner', 'organizer', 'fileOrganizer', 'writer', 'commenter', 'reader'] as const

type SeededSheet = {
  readonly title: string
  readonly id?: number | undefined
  readonly rows?: number | undefined
  readonly columns?: number | undefined
  /** Cells from A1 on, as if typed in: `=SUM(A1:A2)` is a formula. */
  readonly values?: Values | undefined
}
export type SeededFile = {
  readonly id?: string | undefined
  readonly name: string
  /** Left out: a folder, spreadsheet or document where it is told what is in it, else plain text. */
  readonly mime_type?: string | undefined
  readonly owner?: string | undefined
  /** The id of the folder it is in; the owner's My Drive by default. */
  readonly parent?: string | undefined
  readonly drive?: string | undefined
  readonly content?: string | undefined
  /** Base64, for bytes that are no text. */
  readonly bytes?: string | undefined
  readonly sheets?: readonly SeededSheet[] | undefined
  /** What `spreadsheets.batchUpdate` has made of the sheets: names, merged cells, notes, protected ranges. */
  readonly requests?: readonly { readonly [request: string]: Json }[] | undefined
  readonly time_zone?: string | undefined
  readonly locale?: string | undefined
  /** The words of a document. */
  readonly text?: string | undefined
  readonly created?: string | undefined
  readonly modified?: string | undefined
  readonly shared?: readonly { readonly email: string; readonly role: Role }[] | undefined
  /** Anybody with the link may do so much. */
  readonly link?: 'reader' | 'commenter' | 'writer' | undefined
}
/** What `given.google` of a scenario may hold. */
export type Seed = {
  readonly users?:
    | readonly {
        readonly email: string
        readonly name?: string | undefined
        /** Bytes of storage; 15 GB by default. */
        readonly storage_limit?: number | undefined
      }[]
    | undefined
  readonly service_accounts?:
    | readonly {
        readonly email: string
        /** PEM; the private half is in the program's credentials. */
        readonly public_key: string
        readonly key_id?: string | undefined
        /** Users it may act for (domain-wide delegation). */
        readonly delegates?: readonly string[] | undefined
        /** Scopes an administrator allowed it for delegation; all by default. */
        readonly scopes?: readonly string[] | undefined
      }[]
    | undefined
  /** Apps that users let in: what an OAuth client with a refresh token has. */
  readonly grants?:
    | readonly {
        readonly email: string
        readonly refresh_token: string
        readonly client_id: string
        readonly client_secret: string
        readonly scopes?: readonly string[] | undefined
      }[]
    | undefined
  /** Access tokens that are good from the start. */
  readonly access_tokens?:
    | readonly { readonly token: string; readonly email: string; readonly scopes?: readonly string[] | undefined }[]
    | undefined
  readonly drives?:
    | readonly {
        readonly id?: string | undefined
        readonly name: string
        readonly members: readonly { readonly email: string; readonly role: Role }[]
      }[]
    | undefined
  readonly files?: readonly SeededFile[] | undefined
  /** Requests a minute, where a story needs others than Google's own. */
  readonly quotas?:
    | {
        readonly sheets_per_user?: number | undefined
        readonly sheets_per_project?: number | undefined
        readonly docs_reads_per_user?: number | undefined
        readonly docs_writes_per_user?: number | undefined
        readonly drive_per_user?: number | undefined
      }
    | undefined
}

const sheet: z.ZodType<SeededSheet> = z.strictObject({
  title: z.string().min(1).max(100),
  id: z.int().min(0).optional(),
  rows: z.int().positive().optional(),
  columns: z.int().positive().optional(),
  values: values.optional(),
})
const file: z.ZodType<SeededFile> = z.strictObject({
  id: z.string().min(1).optional(),
  name: z.string(),
  mime_type: z.string().optional(),
  owner: z.string().optional(),
  parent: z.string().optional(),
  drive: z.string().optional(),
  content: z.string().optional(),
  bytes: z.base64().optional(),
  sheets: z.array(sheet).min(1).optional(),
  requests: z.array(z.record(z.string(), z.json())).optional(),
  time_zone: z.string().optional(),
  locale: z.string().optional(),
  text: z.string().optional(),
  created: z.iso.datetime({ offset: true }).optional(),
  modified: z.iso.datetime({ offset: true }).optional(),
  shared: z.array(z.strictObject({ email: z.string(), role: z.enum(ROLES) })).optional(),
  link: z.enum(['reader', 'commenter', 'writer']).optional(),
})
const limit = z.int().positive().optional()

function isRsa(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

export const seedSchema: z.ZodType<Seed> = z.strictObject({
  users: z
    .array(
      z.strictObject({
        email: z.string(),
        name: z.string().optional(),
        storage_limit: z.int().min(0).optional(),
      }),
    )
    .optional(),
  service_accounts: z
    .array(
      z.strictObject({
        email: z.string().regex(/@.+\.iam\.gserviceaccount\.com$/, 'Expected name@project.iam.gserviceaccount.com.'),
        public_key: z.string().refine(isRsa, 'Expected an RSA public key in PEM.'),
        key_id: z.string().optional(),
        delegates: z.array(z.string()).optional(),
        scopes: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  grants: z
    .array(
      z.strictObject({
        email: z.string(),
        refresh_token: z.string(),
        client_id: z.string(),
        client_secret: z.string(),
        scopes: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  access_tokens: z
    .array(z.strictObject({ token: z.string(), email: z.string(), scopes: z.array(z.string()).optional() }))
    .optional(),
  drives: z
    .array(
      z.strictObject({
        id: z.string().optional(),
        name: z.string(),
        members: z.array(z.strictObject({ email: z.string(), role: z.enum(ROLES) })),
      }),
    )
    .optional(),
  files: z.array(file).optional(),
  quotas: z
    .strictObject({
      sheets_per_user: limit,
      sheets_per_project: limit,
      docs_reads_per_user: limit,
      docs_writes_per_user: limit,
      drive_per_user: limit,
    })
    .optional(),
})
