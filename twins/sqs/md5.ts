import { createHash } from 'node:crypto'
import type { Attribute } from './state.ts'

export const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex')

const sized = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/**
 * The digest of message attributes: names sorted, each followed by its type, one byte that tells text from bytes, and its value, all with
 * their lengths before them. Undefined where there are none.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html (2026-11-26).
 */
export function md5OfAttributes(attributes: Readonly<Record<string, Attribute>>): string | undefined {
  const names = Object.keys(attributes).sort()
  if (names.length === 0) return undefined
  const parts = names.flatMap((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {}
    const binary = DataType.startsWith('Binary')
    return [
      sized(Buffer.from(name)),
      sized(Buffer.from(DataType)),
      Buffer.from([binary ? 2 : 1]),
      sized(binary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? '')),
    ]
  })
  return md5(Buffer.concat(parts))
}
