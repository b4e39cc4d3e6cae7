import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { accountSchema, type Credential, credentialSchema } from '../aws/credentials.ts'
import { readPolicy } from '../aws/policy.ts'
import type { Json } from '../trace.ts'
import type { Algorithm } from './checksums.ts'
import { ALGORITHMS } from './checksums.ts'

type Texts = Readonly<Record<string, string>>
type SeedObject = {
  readonly key: string
  readonly text?: string | undefined
  readonly base64?: string | undefined
  readonly content_type?: string | undefined
  readonly metadata?: Texts | undefined
  readonly tags?: Texts | undefined
}
export type Seed = {
  /** Key pairs that are valid; AWS's example pair when left out. */
  readonly credentials?: readonly Credential[] | undefined
  readonly account?: string | undefined
  readonly buckets?:
    | readonly {
        readonly name: string
        readonly region?: string | undefined
        readonly versioning?: boolean | undefined
        readonly tags?: Texts | undefined
        /** Configurations in XML, as PutBucketLifecycleConfiguration and PutBucketCors take them. */
        readonly lifecycle?: string | undefined
        readonly cors?: string | undefined
        /** As PutBucketPolicy takes it. */
        readonly policy?: { readonly [field: string]: Json } | undefined
        /** False for a bucket that a policy may open to everybody. */
        readonly public_access_block?: boolean | undefined
        /** Who is told of what happens: the name of a queue in the same account and region, or its ARN. */
        readonly notifications?:
          | readonly {
              readonly queue: string
              readonly events: readonly string[]
              readonly prefix?: string | undefined
              readonly suffix?: string | undefined
            }[]
          | undefined
        readonly objects?: readonly SeedObject[] | undefined
      }[]
    | undefined
}

export type Notification = {
  readonly id: string
  readonly queue_arn: string
  readonly events: readonly string[]
  readonly prefix: string
  readonly suffix: string
}
export type Bucket = {
  readonly name: string
  readonly region: string
  readonly created_ms: number
  versioning: 'off' | 'Enabled' | 'Suspended'
  tags: Texts
  notifications: readonly Notification[]
  /** The configuration as it was put, in XML. */
  lifecycle: string | null
  /** Other configurations in XML, by the name of their subresource. */
  settings: Texts
}
export type Checksum = {
  readonly algorithm: Algorithm
  readonly value: string
  readonly type: 'FULL_OBJECT' | 'COMPOSITE'
}
/** A part as it stands in an object that was uploaded in parts. */
export type ObjectPart = { readonly number: number; readonly size: number; readonly checksum: string | null }
/** Until when a version may not be removed; with leave under GOVERNANCE it may. */
export type Retention = { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly until_ms: number }
/** What an object is apart from its name: what a copy takes along. */
export type Content = {
  readonly body: Buffer
  readonly etag: string
  readonly checksum: Checksum
  readonly parts: readonly ObjectPart[] | null
  readonly content_type: string
  /** Headers that are kept as they come, such as `cache-control`. */
  readonly headers: Texts
  readonly metadata: Texts
  readonly storage_class: string
  readonly tags: Texts
  readonly retention: Retention | null
  readonly legal_hold: 'ON' | 'OFF' | null
}
/** One version of an object, or the mark of its deletion. */
export type Version = {
  readonly bucket: string
  readonly key: string
  /** `null` where the bucket kept no versions. */
  readonly version_id: string
  readonly modified_ms: number
} & ({ readonly kind: 'marker' } | ({ readonly kind: 'object' } & Content))
export type StoredObject = Extract<Version, { readonly kind: 'object' }>

export type Part = {
  readonly number: number
  readonly body: Buffer
  readonly etag: string
  readonly checksum: Checksum
  readonly modified_ms: number
}
/** An upload under way, and what its object will be. */
export type Upload = {
  readonly id: string
  readonly bucket: string
  readonly key: string
  readonly started_ms: number
  readonly algorithm: Algorithm | null
  readonly checksum_type: 'FULL_OBJECT' | 'COMPOSITE'
  readonly target: Omit<Content, 'body' | 'etag' | 'checksum' | 'parts'>
  readonly parts: Map<number, Part>
}

/** What a queue is told, and when. */
export type Telling = {
  readonly id: number
  readonly due_ms: number
  readonly bucket: string
  readonly key: string
  readonly event: string
  readonly queue_arn: string
  readonly body: string
}

const text = z.string()
const texts = z.record(text, text)
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  credentials: z.array(credentialSchema).optional(),
  account: accountSchema,
  buckets: z
    .array(
      z.strictObject({
        name: text.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
        region: text.optional(),
        versioning: z.boolean().optional(),
        tags: texts.optional(),
        lifecycle: text.optional(),
        cors: text.optional(),
        policy: z
          .record(text, z.json())
          .refine(
            (one) => 'policy' in readPolicy(JSON.stringify(one)),
            'Expected a policy as PutBucketPolicy takes it.',
          )
          .optional(),
        public_access_block: z.boolean().optional(),
        notifications: z
          .array(
            z.strictObject({
              queue: text,
              events: z.array(text.regex(/^s3:\w+(:[\w*]+)?$/)).min(1),
              prefix: text.optional(),
              suffix: text.optional(),
            }),
          )
          .optional(),
        objects: z
          .array(
            z.strictObject({
              key: text.min(1),
              text: text.optional(),
              base64: z.base64().optional(),
              content_type: text.optional(),
              metadata: texts.optional(),
              tags: texts.optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
})

/** Bytes in a snapshot: text where they are text, so that expectations can read them. */
const bytesSchema = z.union([z.strictObject({ text }), z.strictObject({ base64: text })])
const toBytes = (row: z.infer<typeof bytesSchema>): Buffer =>
  'text' in row ? Buffer.from(row.text) : Buffer.from(row.base64, 'base64')
function fromBytes(body: Buffer): z.infer<typeof bytesSchema> {
  return isUtf8(body) ? { text: body.toString() } : { base64: body.toString('base64') }
}

const checksumSchema = z.strictObject({
  algorithm: z.enum(ALGORITHMS),
  value: text,
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
})
const target = {
  content_type: text,
  headers: texts,
  metadata: texts,
  storage_class: text,
  tags: texts,
  retention: z.strictObject({ mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), until_ms: z.number() }).nullable(),
  legal_hold: z.enum(['ON', 'OFF']).nullable(),
}
const place = { bucket: text, key: text, version_id: text, modified_ms: z.number(), current: z.boolean() }
const objectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...place, kind: z.literal('marker') }),
  z.strictObject({
    ...place,
    kind: z.literal('object'),
    size: z.number(),
    body: bytesSchema,
    etag: text,
    checksum: checksumSchema,
    parts: z.array(z.strictObject({ number: z.number(), size: z.number(), checksum: text.nullable() })).nullable(),
    ...target,
  }),
])
type ObjectRow = z.infer<typeof objectSchema>
const OBJECT_FIELDS = Object.keys(objectSchema.options[1].shape)
const MARKER_FIELDS = Object.keys(objectSchema.options[0].shape)

/** Whether a row has the fields of its kind, and says where it belongs; what is in the others is looked at later. */
function isObjectRow(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false
  const fields = row as Readonly<Record<string, unknown>>
  if (typeof fields.bucket !== 'string' || typeof fields.key !== 'string') return false
  const expected = fields.kind === 'object' ? OBJECT_FIELDS : fields.kind === 'marker' ? MARKER_FIELDS : []
  let count = 0
  for (const _ in fields) count += 1
  return count === expected.length && expected.every((name) => fields[name] !== undefined)
}

const snapshotSchema = z.strictObject({
  buckets: z.array(
    z.strictObject({
      name: text,
      region: text,
      created_ms: z.number(),
      versioning: z.enum(['off', 'Enabled', 'Suspended']),
      tags: texts,
      notifications: z.array(
        z.strictObject({ id: text, queue_arn: text, events: z.array(text), prefix: text, suffix: text }),
      ),
      lifecycle: text.nullable(),
      settings: texts,
    }),
  ),
  // Looked at when their key is asked for: a schema over a hundred thousand of them takes longer than all the rest.
  objects: z.custom<readonly ObjectRow[]>(
    (rows) => Array.isArray(rows) && rows.every(isObjectRow),
    'Expected objects.',
  ),
  told: z.int(),
  tellings: z.array(
    z.strictObject({
      id: z.int(),
      due_ms: z.number(),
      bucket: text,
      key: text,
      event: text,
      queue_arn: text,
      body: text,
    }),
  ),
  uploads: z.array(
    z.strictObject({
      id: text,
      bucket: text,
      key: text,
      started_ms: z.number(),
      algorithm: z.enum(ALGORITHMS).nullable(),
      checksum_type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
      target: z.strictObject(target),
      parts: z.array(
        z.strictObject({
          number: z.number(),
          body: bytesSchema,
          etag: text,
          checksum: checksumSchema,
          modified_ms: z.number(),
        }),
      ),
    }),
  ),
})

/** By the bytes of UTF-8, as S3 lists: UTF-16 puts what lies beyond the basic plane too early. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    let [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (x === y) continue
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000
    }
    return x - y
  }
  return a.length - b.length
}

/** Versions of a key, from the oldest to the latest; as rows of a snapshot while nobody has asked for them. */
type Held = Version[] | { readonly rows: ObjectRow[] }

/** All buckets of an account, with the versions of each key from the oldest to the latest. */
export class Store {
  readonly buckets: Map<string, Bucket> = new Map()
  readonly uploads: Map<string, Upload> = new Map()
  /** Notifications on their way, and how many there have been. */
  readonly tellings: Map<number, Telling> = new Map()
  told = 0
  /** By bucket and key; as a snapshot has them, until somebody asks for a key. */
  readonly #placed = new Map<string, Map<string, Held>>()
  /** Rows of a snapshot, until somebody asks for anything. */
  #waiting: readonly ObjectRow[] = []
  /** Keys in their order; made anew when one has come or gone. */
  readonly #sorted = new Map<string, readonly string[]>()

  get #versions(): Map<string, Map<string, Held>> {
    const waiting = this.#waiting
    this.#waiting = []
    for (const row of waiting) {
      const rows = this.#of(row.bucket)
      const before = rows.get(row.key)
      if (before === undefined) rows.set(row.key, { rows: [row] })
      else if ('rows' in before) before.rows.push(row)
    }
    return this.#placed
  }

  #of(bucket: string): Map<string, Held> {
    const found = this.#versions.get(bucket) ?? new Map<string, Held>()
    this.#versions.set(bucket, found)
    return found
  }

  versions(bucket: string, key: string): readonly Version[] {
    const held = this.#versions.get(bucket)?.get(key)
    if (held === undefined || !('rows' in held)) return held ?? []
    const versions = held.rows.map((row) => versionOf(objectSchema.parse(row)))
    this.#of(bucket).set(key, versions)
    return versions
  }

  latest(bucket: string, key: string): Version | undefined {
    return this.versions(bucket, key).at(-1)
  }

  /** The keys that have any version, in the order of their bytes. */
  keys(bucket: string): readonly string[] {
    const known = this.#sorted.get(bucket)
    if (known !== undefined) return known
    const sorted = [...this.#of(bucket).keys()].sort(byBytes)
    this.#sorted.set(bucket, sorted)
    return sorted
  }

  /** Puts a version on top; one with the id `null` takes the place of the one before it. */
  put(version: Version): void {
    const rows = this.#of(version.bucket)
    if (!rows.has(version.key)) this.#sorted.delete(version.bucket)
    const others = this.versions(version.bucket, version.key).filter(
      ({ version_id }) => version.version_id !== 'null' || version_id !== version.version_id,
    )
    rows.set(version.key, [...others, version])
  }

  /** Changes a version where it stands. */
  replace(version: Version): void {
    const rows = this.versions(version.bucket, version.key)
    this.#of(version.bucket).set(
      version.key,
      rows.map((one) => (one.version_id === version.version_id ? version : one)),
    )
  }

  remove(bucket: string, key: string, version_id: string): void {
    const left = this.versions(bucket, key).filter((one) => one.version_id !== version_id)
    if (left.length > 0) this.#of(bucket).set(key, left)
    else {
      this.#of(bucket).delete(key)
      this.#sorted.delete(bucket)
    }
  }

  drop(bucket: string): void {
    this.buckets.delete(bucket)
    this.#versions.delete(bucket)
    this.#sorted.delete(bucket)
    for (const upload of this.uploads.values()) if (upload.bucket === bucket) this.uploads.delete(upload.id)
  }

  snapshot(): Json {
    const objects: Json[] = [...this.#waiting]
    for (const rows of this.#placed.values())
      for (const held of rows.values()) {
        if ('rows' in held) {
          objects.push(...held.rows)
          continue
        }
        for (const [at, version] of held.entries()) {
          const current = at === held.length - 1
          objects.push(
            version.kind === 'marker'
              ? { ...version, current }
              : { ...version, size: version.body.length, body: fromBytes(version.body), current },
          )
        }
      }
    return {
      buckets: [...this.buckets.values()].map((bucket) => ({ ...bucket })),
      objects,
      told: this.told,
      tellings: [...this.tellings.values()],
      uploads: [...this.uploads.values()].map((upload) => ({
        ...upload,
        parts: [...upload.parts.values()].map((part) => ({ ...part, body: fromBytes(part.body) })),
      })),
    }
  }

  /** Throws on what is no snapshot of this kind. */
  restore(json: Json): void {
    const { buckets, objects, uploads, told, tellings } = snapshotSchema.parse(json)
    for (const map of [this.buckets, this.uploads, this.tellings, this.#placed, this.#sorted]) map.clear()
    this.told = told
    for (const telling of tellings) this.tellings.set(telling.id, telling)
    for (const bucket of buckets) this.buckets.set(bucket.name, bucket)
    this.#waiting = objects.slice()
    for (const { parts, ...upload } of uploads)
      this.uploads.set(upload.id, {
        ...upload,
        parts: new Map(parts.map((part) => [part.number, { ...part, body: toBytes(part.body) }])),
      })
  }
}

/** Field by field: taking a hundred thousand rows apart with `...rest` takes ten times as long. */
function versionOf(row: ObjectRow): Version {
  const { bucket, key, version_id, modified_ms } = row
  if (row.kind === 'marker') return { bucket, key, version_id, modified_ms, kind: row.kind }
  return {
    bucket,
    key,
    version_id,
    modified_ms,
    kind: row.kind,
    body: toBytes(row.body),
    etag: row.etag,
    checksum: row.checksum,
    parts: row.parts,
    content_type: row.content_type,
    headers: row.headers,
    metadata: row.metadata,
    storage_class: row.storage_class,
    tags: row.tags,
    retention: row.retention,
    legal_hold: row.legal_hold,
  }
}
