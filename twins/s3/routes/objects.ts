import { decodeUri } from '../../aws/sigv4.ts'
import type { Element } from '../../aws/xml.ts'
import { notModelled } from '../../twin.ts'
import { type Ask, bucketNamed, bucketOf, type Handler, keyOf, xmlOf } from '../ask.ts'
import { checksum } from '../checksums.ts'
import { checkRead, checkSource, checkWrite } from '../conditions.ts'
import {
  algorithmOf,
  checksumHeaders,
  numberOf,
  objectHeaders,
  receivedBody,
  sentSum,
  targetOf,
  versionHeaders,
} from '../content.ts'
import { GAPS } from '../gaps.ts'
import { expiryHeaders } from '../lifecycle.ts'
import { authorizeKey } from '../permissions.ts'
import type { Bucket, Content, StoredObject, Version } from '../state.ts'
import { tagsOfHeader } from '../tags.ts'
import {
  document,
  entityTooLarge,
  invalidArgument,
  invalidRange,
  invalidRequest,
  isoOf,
  malformedXml,
  methodNotAllowed,
  NAMESPACE,
  noSuchKey,
  noSuchVersion,
  quoted,
  Refused,
} from '../wire.ts'
import { checkLock } from './lock.ts'

/** One request holds so much: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html (2026-11-26). */
const PUT_BYTES_MAX = 5 * 1024 ** 3

export const put: Handler = (ask) => {
  const bucket = bucketOf(ask)
  const key = keyOf(ask)
  if (ask.body.length > PUT_BYTES_MAX) throw entityTooLarge()
  const content: Content = { ...targetOf(ask), ...receivedBody(ask) }
  checkWrite(ask.account.current(bucket, key), key, ask.header)
  const object = ask.account.write(bucket, key, content, 'Put')
  return new Response(null, {
    headers: {
      ETag: quoted(object.etag),
      'x-amz-server-side-encryption': 'AES256',
      ...checksumHeaders(object.checksum),
      ...versionHeaders(bucket, object),
      ...expiryHeaders(bucket, object),
    },
  })
}

/** The version of an object that a request means. Throws where there is none to read. */
export function objectOf(ask: Pick<Ask, 'account' | 'query' | 'place'>, bucket: Bucket, key: string): StoredObject {
  const { account, query } = ask
  const wanted = query.get('versionId')
  if (wanted === undefined) {
    const latest = account.store.latest(bucket.name, key)
    if (latest?.kind === 'object') return latest
    const told = latest === undefined ? {} : { 'x-amz-delete-marker': 'true', ...versionHeaders(bucket, latest) }
    const refused = noSuchKey({ Key: key })
    throw new Refused(refused.status, refused.code, refused.message, refused.details, told)
  }
  const version = versionNamed(ask, bucket, key, wanted)
  if (version.kind === 'object') return version
  const refused = methodNotAllowed({ Method: 'GET', ResourceType: 'DeleteMarker' })
  throw new Refused(refused.status, refused.code, refused.message, refused.details, {
    'x-amz-delete-marker': 'true',
    Allow: 'DELETE',
    ...versionHeaders(bucket, version),
  })
}

function versionNamed({ account }: Pick<Ask, 'account'>, bucket: Bucket, key: string, wanted: string): Version {
  if (wanted !== 'null' && !/^[A-Za-z0-9._-]{32}$/.test(wanted))
    throw invalidArgument('Invalid version id specified', 'versionId', wanted)
  const version = account.store.versions(bucket.name, key).find(({ version_id }) => version_id === wanted)
  if (version === undefined) throw noSuchVersion({ Key: key, VersionId: wanted })
  return version
}

type Slice = { readonly from: number; readonly to: number }

/** The bytes that a Range asks for: undefined where there is none, or one that HTTP says to ignore. */
function rangeOf(text: string | undefined, size: number): Slice | undefined {
  if (text === undefined) return undefined
  if (/^bytes=.*,/.test(text)) throw notModelled('s3', GAPS, 'several ranges at once')
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    if (length === 0) throw invalidRange({ RangeRequested: text, ActualObjectSize: String(size) })
    return { from: size - length, to: size }
  }
  if (last !== '' && Number(last) < Number(first)) return undefined
  if (Number(first) >= size) throw invalidRange({ RangeRequested: text, ActualObjectSize: String(size) })
  return { from: Number(first), to: last === '' ? size : Math.min(Number(last) + 1, size) }
}

/** The bytes of one part. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (2026-11-26). */
function partOf(object: StoredObject, number: number): Slice {
  const parts = object.parts ?? [{ number: 1, size: object.body.length, checksum: null }]
  const at = number - 1
  const part = parts[at]
  if (part === undefined)
    throw new Refused(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      PartNumberRequested: String(number),
      ActualPartCount: String(parts.length),
    })
  const from = parts.slice(0, at).reduce((sum, { size }) => sum + size, 0)
  return { from, to: from + part.size }
}

/** Answers that a presigned address may word itself. */
const OVERRIDES: Readonly<Record<string, string>> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'Content-Type',
  'response-expires': 'expires',
}

export const get: Handler = (ask) => {
  const bucket = bucketOf(ask)
  const object = objectOf(ask, bucket, keyOf(ask))
  checkRead(object, ask.header)
  const number = numberOf(ask, 'partNumber', { min: 1, max: 10_000 })
  const range = ask.header('range')
  if (number !== undefined && range !== undefined)
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter')
  const slice = number === undefined ? rangeOf(range, object.body.length) : partOf(object, number)
  const headers = objectHeaders(bucket, object)
  for (const [parameter, name] of Object.entries(OVERRIDES)) {
    const value = ask.query.get(parameter)
    if (value !== undefined) headers[name] = value
  }
  if (number !== undefined && object.parts !== null) headers['x-amz-mp-parts-count'] = String(object.parts.length)
  if (ask.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && slice === undefined)
    Object.assign(headers, checksumHeaders(object.checksum))
  const bytes = slice === undefined ? object.body : object.body.subarray(slice.from, slice.to)
  headers['Content-Length'] = String(bytes.length)
  if (slice !== undefined && bytes.length > 0)
    headers['Content-Range'] = `bytes ${slice.from}-${slice.to - 1}/${object.body.length}`
  const body = ask.method === 'HEAD' || bytes.length === 0 ? null : new Uint8Array(bytes)
  return new Response(body, { status: slice === undefined ? 200 : 206, headers })
}

export const remove: Handler = (ask) => {
  const bucket = bucketOf(ask)
  const key = keyOf(ask)
  const wanted = ask.query.get('versionId')
  checkRemoval(ask, bucket, key, ask.header('if-match'))
  return new Response(null, { status: 204, headers: removalHeaders(bucket, removeOne(ask, bucket, key, wanted)) })
}

function checkRemoval({ account }: Ask, bucket: Bucket, key: string, match: string | undefined): void {
  if (match !== undefined)
    checkWrite(account.current(bucket, key), key, (name) => (name === 'if-match' ? match : undefined))
}

/** Removing what is not there is no mistake. */
function removeOne(ask: Ask, bucket: Bucket, key: string, wanted: string | undefined): Version | undefined {
  const { account } = ask
  const version = account.store.versions(bucket.name, key).find(({ version_id }) => version_id === wanted)
  if (version?.kind === 'object') checkLock(ask, version)
  return account.remove(bucket, key, wanted).version
}

const removalHeaders = (bucket: Bucket, version: Version | undefined): Readonly<Record<string, string>> =>
  version === undefined
    ? {}
    : { ...versionHeaders(bucket, version), ...(version.kind === 'marker' ? { 'x-amz-delete-marker': 'true' } : {}) }

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html (2026-11-26). */
export const removeMany: Handler = (ask) => {
  const bucket = bucketOf(ask)
  if (ask.header('content-md5') === undefined && sentSum(ask) === undefined)
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
  receivedBody(ask)
  const root = xmlOf(ask, 'Delete')
  const rows = root.all('Object')
  if (rows.length === 0 || rows.length > 1000) throw malformedXml()
  const quiet = root.one('Quiet')?.text === 'true'
  const results = rows.map((row): Element | undefined => {
    const key = row.one('Key')?.text
    if (key === undefined || key === '') throw malformedXml()
    const wanted = row.one('VersionId')?.text
    try {
      authorizeKey(ask, bucket, wanted === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', key)
      checkRemoval(ask, bucket, key, row.one('ETag')?.text)
      const version = removeOne(ask, bucket, key, wanted)
      if (quiet) return undefined
      return [
        'Deleted',
        [
          ['Key', key],
          wanted === undefined ? undefined : ['VersionId', wanted],
          ...removalRows(bucket, version, wanted),
        ],
      ]
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return [
        'Error',
        [
          ['Key', key],
          wanted === undefined ? undefined : ['VersionId', wanted],
          ['Code', error.code],
          ['Message', error.message],
        ],
      ]
    }
  })
  return document([`DeleteResult ${NAMESPACE}`, results])
}

const removalRows = (bucket: Bucket, version: Version | undefined, wanted: string | undefined): readonly Element[] =>
  version?.kind !== 'marker' || bucket.versioning === 'off'
    ? []
    : [
        ['DeleteMarker', true],
        ['DeleteMarkerVersionId', wanted ?? version.version_id],
      ]

/** `bucket/key?versionId=…`, percent-encoded. */
export function sourceOf(ask: Ask): { readonly object: StoredObject; readonly bucket: Bucket } {
  const given = (ask.header('x-amz-copy-source') ?? '').replace(/^\//, '')
  if (given.startsWith('arn:')) throw notModelled('s3', GAPS, 'access points and directory buckets')
  const [path = '', search = ''] = given.split('?')
  const [name = '', ...rest] = decodeUri(path).split('/')
  const key = rest.join('/')
  if (name === '' || key === '') throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', given)
  const bucket = bucketNamed(ask.account, name, ask.account.store.buckets.get(name)?.region ?? ask.place.region)
  const versionId = new URLSearchParams(search).get('versionId')
  authorizeKey(ask, bucket, versionId === null ? 's3:GetObject' : 's3:GetObjectVersion', key)
  const query = new Map(versionId === null ? [] : [['versionId', versionId]])
  const object = objectOf({ account: ask.account, query, place: ask.place }, bucket, key)
  checkSource(object, ask.header)
  return { object, bucket }
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html (2026-11-26). */
export const copy: Handler = (ask) => {
  const bucket = bucketOf(ask)
  const key = keyOf(ask)
  const { object: source, bucket: sourceBucket } = sourceOf(ask)
  const directive = (name: string): 'COPY' | 'REPLACE' => {
    const value = ask.header(name) ?? 'COPY'
    if (value === 'COPY' || value === 'REPLACE') return value
    throw invalidArgument(`Unknown directive.`, name, value)
  }
  const target = targetOf(ask)
  const metadata = directive('x-amz-metadata-directive')
  const tagging = directive('x-amz-tagging-directive')
  const itself = source.bucket === bucket.name && source.key === key && ask.account.current(bucket, key) === source
  const changes = ['x-amz-storage-class', 'x-amz-website-redirect-location', 'x-amz-server-side-encryption']
  if (itself && metadata === 'COPY' && changes.every((name) => ask.header(name) === undefined))
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
  checkWrite(ask.account.current(bucket, key), key, ask.header)
  const algorithm = algorithmOf(ask, 'x-amz-checksum-algorithm')
  const { 'x-amz-website-redirect-location': _, ...kept } = source.headers
  const { 'x-amz-website-redirect-location': redirect } = target.headers
  const moved = redirect === undefined ? {} : { 'x-amz-website-redirect-location': redirect }
  const whole = source.checksum.type === 'FULL_OBJECT' ? source.checksum.algorithm : 'CRC64NVME'
  const summed = algorithm ?? whole
  const content: Content = {
    body: source.body,
    // A copy is one piece, whatever its source was.
    etag: source.parts === null ? source.etag : Buffer.from(checksum('MD5', source.body), 'base64').toString('hex'),
    checksum: { algorithm: summed, value: checksum(summed, source.body), type: 'FULL_OBJECT' },
    parts: null,
    storage_class: target.storage_class,
    retention: target.retention,
    legal_hold: target.legal_hold,
    tags: tagging === 'REPLACE' ? tagsOfHeader(ask.header('x-amz-tagging')) : source.tags,
    ...(metadata === 'REPLACE'
      ? { content_type: target.content_type, headers: target.headers, metadata: target.metadata }
      : { content_type: source.content_type, headers: { ...kept, ...moved }, metadata: source.metadata }),
  }
  const object = ask.account.write(bucket, key, content, 'Copy')
  return document(
    [
      `CopyObjectResult ${NAMESPACE}`,
      [
        ['LastModified', isoOf(object.modified_ms)],
        ['ETag', quoted(object.etag)],
        // A type of the checksum is documented, and not sent (recorded: google/go-cloud, blob/s3blob/testdata, 2026-11-26).
        [`Checksum${object.checksum.algorithm}`, object.checksum.value],
      ],
    ],
    {
      'x-amz-server-side-encryption': 'AES256',
      ...(sourceBucket.versioning === 'off' ? {} : { 'x-amz-copy-source-version-id': source.version_id }),
      ...versionHeaders(bucket, object),
    },
  )
}

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html (2026-11-26). */
export const attributes: Handler = (ask) => {
  const bucket = bucketOf(ask)
  const object = objectOf(ask, bucket, keyOf(ask))
  const asked = (ask.header('x-amz-object-attributes') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (asked.length === 0)
    throw invalidRequest(
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    )
  const unknown = asked.find((name) => !ATTRIBUTES.includes(name))
  if (unknown !== undefined)
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown)
  const { algorithm, value, type } = object.checksum
  const rows: Readonly<Record<string, Element | undefined>> = {
    ETag: ['ETag', object.etag],
    Checksum: [
      'Checksum',
      [
        [`Checksum${algorithm}`, value.replace(/-\d+$/, '')],
        ['ChecksumType', type],
      ],
    ],
    ObjectParts: object.parts === null ? undefined : partsElement(object.parts, algorithm),
    StorageClass: ['StorageClass', object.storage_class],
    ObjectSize: ['ObjectSize', object.body.length],
  }
  return document(
    [
      `GetObjectAttributesResponse ${NAMESPACE}`,
      ATTRIBUTES.filter((name) => asked.includes(name)).map((name) => rows[name]),
    ],
    {
      'Last-Modified': new Date(object.modified_ms).toUTCString(),
      ...versionHeaders(bucket, object),
    },
  )
}

const partsElement = (parts: NonNullable<StoredObject['parts']>, algorithm: string): Element => [
  'ObjectParts',
  [
    ['PartsCount', parts.length],
    ['PartNumberMarker', 0],
    ['NextPartNumberMarker', parts.length],
    ['MaxParts', 1000],
    ['IsTruncated', false],
    ...parts.map(
      (part): Element => [
        'Part',
        [
          ['PartNumber', part.number],
          ['Size', part.size],
          part.checksum === null ? undefined : [`Checksum${algorithm}`, part.checksum],
        ],
      ],
    ),
  ],
]
