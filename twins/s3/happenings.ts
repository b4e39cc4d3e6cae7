import { z } from 'zod'
import type { Json } from '../trace.ts'
import { type Account, bodyOf } from './account.ts'

/** What others do in a bucket. */
export const HAPPENINGS = ['object.created', 'object.removed'] as const

const created = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  text: z.string().optional(),
  base64: z.base64().optional(),
  content_type: z.string().optional(),
})
const removed = z.strictObject({ bucket: z.string(), key: z.string() })
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = { 'object.created': created, 'object.removed': removed }

export function happen(account: Account, event: string, fields: Json): void {
  switch (event as (typeof HAPPENINGS)[number]) {
    case 'object.created': {
      const { bucket, key, text = '', base64, content_type } = read(created, event, '{ bucket, key, text }', fields)
      const body = base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64')
      const target = {
        content_type: content_type ?? 'binary/octet-stream',
        headers: {},
        metadata: {},
        storage_class: 'STANDARD',
        tags: {},
        retention: null,
        legal_hold: null,
      }
      account.write(find(account, event, bucket), key, { ...bodyOf(body), ...target }, 'Put')
      return
    }
    case 'object.removed': {
      const { bucket, key } = read(removed, event, '{ bucket, key }', fields)
      account.remove(find(account, event, bucket), key, undefined)
      return
    }
    default:
      throw new Error(`s3: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  }
}

function read<T>(schema: z.ZodType<T>, event: string, shape: string, fields: Json): T {
  const parsed = schema.safeParse(fields)
  if (!parsed.success) throw new Error(`s3.${event}: expected ${shape}, got ${JSON.stringify(fields)}.`)
  return parsed.data
}

function find(account: Account, event: string, name: string) {
  const bucket = account.store.buckets.get(name)
  if (bucket === undefined)
    throw new Error(`s3.${event}: expected a bucket "${name}", got none. Seed it, or create it first.`)
  return bucket
}
