import { notModelled } from '../twin.ts'
import { type Ask, bucketOf } from './ask.ts'
import { ALGORITHMS, type Algorithm, checksum, isAlgorithm, md5Hex } from './checksums.ts'
import { GAPS } from './gaps.ts'
import { expiryHeaders } from './lifecycle.ts'
import { lockHeaders, lockOf } from './lock.ts'
import type { Bucket, Checksum, Content, StoredObject, Version } from './state.ts'
import { tagsOfHeader } from './tags.ts'
import {
  badDigest,
  incompleteBody,
  invalidArgument,
  invalidDigest,
  invalidRequest,
  metadataTooLarge,
  quoted,
  Refused,
} from './wire.ts'

/** Headers that an object keeps and gives back as they came. */
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
]
const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
]
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html (2026-11-26). */
const METADATA_BYTES_MAX = 2048
const META = 'x-amz-meta-'

/** What headers say of an object to be. */
export function targetOf(ask: Ask): Omit<Content, 'body' | 'etag' | 'checksum' | 'parts'> {
  const { header, headerNames } = ask
  const headers = Object.fromEntries(
    KEPT.flatMap((name): [string, string][] => {
      const value = header(name)
      if (value === undefined) return []
      if (name !== 'content-encoding') return [[name, value]]
      // The chunks were the transport's.
      const left = value
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== 'aws-chunked' && one !== '')
      return left.length === 0 ? [] : [[name, left.join(',')]]
    }),
  )
  const metadata = Object.fromEntries(
    headerNames
      .filter((name) => name.startsWith(META))
      .map((name): [string, string] => [name.slice(META.length), header(name) ?? '']),
  )
  const bytes = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0)
  if (bytes > METADATA_BYTES_MAX)
    throw metadataTooLarge({ Size: String(bytes), MaxSizeAllowed: String(METADATA_BYTES_MAX) })
  const storage_class = header('x-amz-storage-class') ?? 'STANDARD'
  if (!STORAGE_CLASSES.includes(storage_class))
    throw new Refused(400, 'InvalidStorageClass', 'The storage class you specified is not valid')
  return {
    content_type: header('content-type') ?? 'binary/octet-stream',
    headers,
    metadata,
    storage_class,
    tags: tagsOfHeader(header('x-amz-tagging')),
    ...lockOf(bucketOf(ask), header, ask.account.world.clock.now()),
  }
}

/** The body of a request with its tag and checksum. Throws where what was sent is not what was meant. */
export function receivedBody(ask: Ask): Pick<Content, 'body' | 'etag' | 'checksum' | 'parts'> {
  const { body, header } = ask
  const md5 = header('content-md5')
  if (md5 !== undefined) {
    if (!/^[A-Za-z0-9+/]{22}==$/.test(md5)) throw invalidDigest()
    if (Buffer.from(md5, 'base64').toString('hex') !== md5Hex(body)) throw badDigest()
  }
  return { body, etag: md5Hex(body), checksum: checkedSum(ask), parts: null }
}

const headerOf = (algorithm: Algorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`

/** The checksum that a request carries, verified; CRC64NVME where it carries none, as S3 works it out itself. */
function checkedSum(ask: Ask): Checksum {
  const { body, header, trailers } = ask
  const promised = header('x-amz-trailer')
  if (promised !== undefined && !trailers.has(promised.toLowerCase())) throw incompleteBody()
  const sent = sentSum(ask)
  if (sent === undefined) {
    const asked = header('x-amz-sdk-checksum-algorithm')
    if (asked?.startsWith('XXHASH') === true) throw notModelled('s3', GAPS, 'XXHASH checksums')
    if (asked !== undefined && header('x-amz-content-sha256') !== undefined)
      throw invalidRequest(
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      )
    return { algorithm: 'CRC64NVME', value: checksum('CRC64NVME', body), type: 'FULL_OBJECT' }
  }
  if (checksum(sent.algorithm, body) !== sent.value)
    throw new Refused(400, 'BadDigest', `The ${sent.algorithm} you specified did not match the calculated checksum.`)
  return { ...sent, type: 'FULL_OBJECT' }
}

/** The checksum in a header or behind the body; undefined where there is none. */
export function sentSum({ header, trailers }: Pick<Ask, 'header' | 'trailers'>): Omit<Checksum, 'type'> | undefined {
  const found = ALGORITHMS.flatMap((algorithm) => {
    const value = header(headerOf(algorithm)) ?? trailers.get(headerOf(algorithm))
    return value === undefined ? [] : [{ algorithm, value }]
  })
  if (found.length > 1)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
  return found[0]
}

export function algorithmOf({ header }: Pick<Ask, 'header'>, name: string): Algorithm | undefined {
  const asked = header(name)?.toUpperCase()
  if (asked === undefined) return undefined
  if (asked.startsWith('XXHASH')) throw notModelled('s3', GAPS, 'XXHASH checksums')
  if (!isAlgorithm(asked))
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    )
  return asked
}

export const checksumHeaders = ({ algorithm, value, type }: Checksum): Readonly<Record<string, string>> => ({
  [headerOf(algorithm)]: value,
  'x-amz-checksum-type': type,
})

export const versionHeaders = ({ versioning }: Bucket, { version_id }: Version): Readonly<Record<string, string>> =>
  versioning === 'off' ? {} : { 'x-amz-version-id': version_id }

/** What every read of an object tells about it. */
export function objectHeaders(bucket: Bucket, object: StoredObject): Record<string, string> {
  const tags = Object.keys(object.tags).length
  return {
    'Last-Modified': new Date(object.modified_ms).toUTCString(),
    ETag: quoted(object.etag),
    'Accept-Ranges': 'bytes',
    'Content-Type': object.content_type,
    'x-amz-server-side-encryption': 'AES256',
    ...expiryHeaders(bucket, object),
    ...lockHeaders(object),
    ...object.headers,
    ...versionHeaders(bucket, object),
    ...(object.storage_class === 'STANDARD' ? {} : { 'x-amz-storage-class': object.storage_class }),
    ...(tags === 0 ? {} : { 'x-amz-tagging-count': String(tags) }),
    ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [META + name, value])),
  }
}

/** A whole number in the query. */
export function numberOf(
  { query }: Pick<Ask, 'query'>,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const text = query.get(name)
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw invalidArgument(`Argument ${name} must be an integer between ${min} and ${max}`, name, text)
  return value
}
