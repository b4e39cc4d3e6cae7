import type { Element } from '../../aws/xml.ts'
import { type Ask, bucketOf, type Handler } from '../ask.ts'
import { numberOf } from '../content.ts'
import { type Bucket, byBytes, type StoredObject, type Upload, type Version } from '../state.ts'
import { document, invalidArgument, isoOf, NAMESPACE, quoted, urlEncoded } from '../wire.ts'

/** What all lists ask alike. */
type Asked = {
  readonly bucket: Bucket
  readonly prefix: string
  readonly delimiter: string
  readonly max: number
  /** Names as the answer has them. */
  readonly name: (text: string) => string
  readonly encoding: Element | undefined
}

function asked(ask: Ask, maxName = 'max-keys'): Asked {
  const { query } = ask
  const encoding = query.get('encoding-type')
  if (encoding !== undefined && encoding !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding)
  const max = numberOf(ask, maxName, { min: 0, max: 2_147_483_647 })
  return {
    bucket: bucketOf(ask),
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    max: Math.min(max ?? 1000, 1000),
    name: (text) => (encoding === 'url' ? urlEncoded(text) : text),
    encoding: encoding === undefined ? undefined : ['EncodingType', encoding],
  }
}

/** The prefix that a key is rolled up into; undefined where it stands for itself. */
function groupOf(key: string, { prefix, delimiter }: Asked): string | undefined {
  if (delimiter === '') return undefined
  const end = key.indexOf(delimiter, prefix.length)
  return end < 0 ? undefined : key.slice(0, end + delimiter.length)
}

type Page<T> = {
  readonly rows: readonly T[]
  readonly prefixes: readonly string[]
  readonly truncated: boolean
  /** The last name on the page: a key, or a common prefix. */
  readonly last: string
}

/** A page of keys behind `after`; what begins alike counts once. */
function pageOf<T>(
  keys: readonly string[],
  want: Asked,
  after: string,
  rowOf: (key: string) => T | undefined,
): Page<T> {
  const rows: T[] = []
  const prefixes: string[] = []
  let last = ''
  for (let at = firstAfter(keys, after, want.prefix); at < keys.length; at++) {
    const key = keys[at] ?? ''
    if (!key.startsWith(want.prefix)) {
      if (byBytes(key, want.prefix) > 0) break
      continue
    }
    const group = groupOf(key, want)
    // A marker that is itself a prefix stands for all that begins so.
    if (group !== undefined && (group === prefixes.at(-1) || (after !== '' && byBytes(group, after) <= 0))) continue
    const row = rowOf(key)
    if (row === undefined) continue
    if (rows.length + prefixes.length === want.max) return { rows, prefixes, truncated: want.max > 0, last }
    if (group === undefined) rows.push(row)
    else prefixes.push(group)
    last = group ?? key
  }
  return { rows, prefixes, truncated: false, last }
}

/** The index of the first key behind `after` that may begin with `prefix`; keys are in order. */
function firstAfter(keys: readonly string[], after: string, prefix: string): number {
  let [low, high] = [0, keys.length]
  const before = (key: string): boolean => byBytes(key, prefix) < 0 || (after !== '' && byBytes(key, after) <= 0)
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(keys[middle] ?? '')) low = middle + 1
    else high = middle
  }
  return low
}

const owner = (id: string): Element => ['Owner', [['ID', id]]]

const contents = ({ name }: Asked, object: StoredObject, own: Element | undefined): Element => [
  'Contents',
  [
    ['Key', name(object.key)],
    ['LastModified', isoOf(object.modified_ms)],
    ['ETag', quoted(object.etag)],
    ['ChecksumAlgorithm', object.checksum.algorithm],
    ['ChecksumType', object.checksum.type],
    ['Size', object.body.length],
    own,
    ['StorageClass', object.storage_class],
  ],
]

const common = ({ name }: Asked, prefixes: readonly string[]): readonly Element[] =>
  prefixes.map((prefix): Element => ['CommonPrefixes', [['Prefix', name(prefix)]]])

const currentOf =
  ({ account }: Ask, bucket: Bucket) =>
  (key: string): StoredObject | undefined =>
    account.current(bucket, key)

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html (2026-11-26). */
export const second: Handler = (ask) => {
  const want = asked(ask)
  const { query, account } = ask
  const { bucket, prefix, delimiter, max, name } = want
  const token = query.get('continuation-token')
  const start = query.get('start-after')
  if (token === '') throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', '')
  const after = token === undefined ? (start ?? '') : Buffer.from(token, 'base64url').toString()
  const page = pageOf(account.store.keys(bucket.name), want, after, currentOf(ask, bucket))
  const own = query.get('fetch-owner') === 'true' ? owner(account.id) : undefined
  return document([
    `ListBucketResult ${NAMESPACE}`,
    [
      ['Name', bucket.name],
      ['Prefix', name(prefix)],
      token === undefined ? undefined : ['ContinuationToken', token],
      start === undefined ? undefined : ['StartAfter', name(start)],
      ['KeyCount', page.rows.length + page.prefixes.length],
      ['MaxKeys', max],
      delimiter === '' ? undefined : ['Delimiter', name(delimiter)],
      want.encoding,
      ['IsTruncated', page.truncated],
      page.truncated ? ['NextContinuationToken', Buffer.from(page.last).toString('base64url')] : undefined,
      ...page.rows.map((object) => contents(want, object, own)),
      ...common(want, page.prefixes),
    ],
  ])
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html (2026-11-26). */
export const first: Handler = (ask) => {
  const want = asked(ask)
  const { bucket, prefix, delimiter, max, name } = want
  const marker = ask.query.get('marker') ?? ''
  const page = pageOf(ask.account.store.keys(bucket.name), want, marker, currentOf(ask, bucket))
  return document([
    `ListBucketResult ${NAMESPACE}`,
    [
      ['Name', bucket.name],
      ['Prefix', name(prefix)],
      ['Marker', name(marker)],
      // Without a delimiter the last key says where to go on.
      page.truncated && delimiter !== '' ? ['NextMarker', name(page.last)] : undefined,
      ['MaxKeys', max],
      delimiter === '' ? undefined : ['Delimiter', name(delimiter)],
      want.encoding,
      ['IsTruncated', page.truncated],
      ...page.rows.map((object) => contents(want, object, owner(ask.account.id))),
      ...common(want, page.prefixes),
    ],
  ])
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html (2026-11-26). */
export const versions: Handler = (ask) => {
  const want = asked(ask)
  const { account, query } = ask
  const { bucket, prefix, delimiter, max, name } = want
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = query.get('version-id-marker') ?? ''
  if (idMarker !== '' && keyMarker === '')
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      idMarker,
    )
  const rows: Version[] = []
  const prefixes: string[] = []
  let next: { readonly key: string; readonly id: string | undefined } | undefined
  let last: { readonly key: string; readonly id: string | undefined } = { key: '', id: undefined }
  const full = (): boolean => rows.length + prefixes.length >= max
  scan: for (const key of account.store.keys(bucket.name)) {
    const order = byBytes(key, keyMarker)
    if (!key.startsWith(prefix) || order < 0 || (order === 0 && keyMarker !== '' && idMarker === '')) continue
    const group = groupOf(key, want)
    if (group !== undefined) {
      if (group === prefixes.at(-1) || (keyMarker !== '' && byBytes(group, keyMarker) <= 0)) continue
      if (full()) {
        next = last
        break
      }
      prefixes.push(group)
      last = { key: group, id: undefined }
      continue
    }
    const newest = [...account.store.versions(bucket.name, key)].reverse()
    const from = order === 0 && idMarker !== '' ? newest.findIndex(({ version_id }) => version_id === idMarker) + 1 : 0
    for (const version of newest.slice(from)) {
      if (full()) {
        next = last
        break scan
      }
      rows.push(version)
      last = { key, id: version.version_id }
    }
  }
  const truncated = next !== undefined && max > 0
  return document([
    `ListVersionsResult ${NAMESPACE}`,
    [
      ['Name', bucket.name],
      ['Prefix', name(prefix)],
      ['KeyMarker', name(keyMarker)],
      ['VersionIdMarker', idMarker],
      truncated ? ['NextKeyMarker', name(next?.key ?? '')] : undefined,
      truncated && next?.id !== undefined ? ['NextVersionIdMarker', next.id] : undefined,
      ['MaxKeys', max],
      delimiter === '' ? undefined : ['Delimiter', name(delimiter)],
      want.encoding,
      ['IsTruncated', truncated],
      ...rows.map((version) => versionElement(ask, want, version)),
      ...common(want, prefixes),
    ],
  ])
}

function versionElement({ account }: Ask, { name, bucket }: Asked, version: Version): Element {
  const latest = account.store.latest(bucket.name, version.key) === version
  const place: readonly Element[] = [
    ['Key', name(version.key)],
    ['VersionId', version.version_id],
    ['IsLatest', latest],
    ['LastModified', isoOf(version.modified_ms)],
  ]
  if (version.kind === 'marker') return ['DeleteMarker', [...place, owner(account.id)]]
  return [
    'Version',
    [
      ...place,
      ['ETag', quoted(version.etag)],
      ['ChecksumAlgorithm', version.checksum.algorithm],
      ['ChecksumType', version.checksum.type],
      ['Size', version.body.length],
      owner(account.id),
      ['StorageClass', version.storage_class],
    ],
  ]
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html (2026-11-26). */
export const uploads: Handler = (ask) => {
  const want = asked(ask, 'max-uploads')
  const { account, query } = ask
  const { bucket, prefix, delimiter, max, name } = want
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = query.get('upload-id-marker') ?? ''
  const all = [...account.store.uploads.values()]
    .filter((upload) => upload.bucket === bucket.name && upload.key.startsWith(prefix))
    // Of one key the oldest come first.
    .sort((a, b) => byBytes(a.key, b.key))
  const rows: Upload[] = []
  const prefixes: string[] = []
  let truncated = false
  let passed = false
  for (const upload of all) {
    const order = byBytes(upload.key, keyMarker)
    if (keyMarker !== '' && (order < 0 || (order === 0 && !passed))) {
      passed ||= order === 0 && upload.id === idMarker
      continue
    }
    const group = groupOf(upload.key, want)
    if (group !== undefined && group === prefixes.at(-1)) continue
    if (rows.length + prefixes.length >= max) {
      truncated = max > 0
      break
    }
    if (group === undefined) rows.push(upload)
    else prefixes.push(group)
  }
  const last = rows.at(-1)
  return document([
    `ListMultipartUploadsResult ${NAMESPACE}`,
    [
      ['Bucket', bucket.name],
      ['KeyMarker', name(keyMarker)],
      ['UploadIdMarker', idMarker],
      truncated && last !== undefined ? ['NextKeyMarker', name(last.key)] : undefined,
      truncated && last !== undefined ? ['NextUploadIdMarker', last.id] : undefined,
      delimiter === '' ? undefined : ['Delimiter', name(delimiter)],
      ['Prefix', name(prefix)],
      want.encoding,
      ['MaxUploads', max],
      ['IsTruncated', truncated],
      ...rows.map(
        (upload): Element => [
          'Upload',
          [
            ['Key', name(upload.key)],
            ['UploadId', upload.id],
            ['Initiator', [['ID', `arn:aws:iam::${account.id}:root`]]],
            owner(account.id),
            ['StorageClass', upload.target.storage_class],
            ['Initiated', isoOf(upload.started_ms)],
            upload.algorithm === null ? undefined : ['ChecksumAlgorithm', upload.algorithm],
            upload.algorithm === null ? undefined : ['ChecksumType', upload.checksum_type],
          ],
        ],
      ),
      ...common(want, prefixes),
    ],
  ])
}
