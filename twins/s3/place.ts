import { decodeUri, queryPairs } from '../aws/sigv4.ts'
import type { HeaderOf } from '../twin.ts'

/** What an address names. `style` tells where the bucket stood: in the host, or first in the path. */
export type Place = {
  readonly region: string
  readonly style: 'host' | 'path'
  readonly bucket: string | undefined
  readonly key: string | undefined
}

const HOST = /^(?:([a-z0-9-]+)\.)?s3(?:\.([a-z0-9-]+))?\.amazonaws\.com$/
/** The address without a region is that of the oldest one. */
const GLOBAL_REGION = 'us-east-1'

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html (2026-11-26). */
export function placeOf(url: URL): Place {
  const [, host, region = GLOBAL_REGION] = HOST.exec(url.hostname) ?? []
  const path = url.pathname.slice(1)
  if (host !== undefined) return { region, style: 'host', bucket: host, key: path === '' ? undefined : decodeUri(path) }
  const [bucket = '', ...rest] = path.split('/')
  const key = decodeUri(rest.join('/'))
  return {
    region,
    style: 'path',
    bucket: bucket === '' ? undefined : decodeUri(bucket),
    key: key === '' ? undefined : key,
  }
}

/** What a request is about, beyond the object or bucket itself: `versioning`, `uploads`, ... */
const SUBRESOURCES: ReadonlyMap<string, 'here' | string> = new Map(
  Object.entries({
    versioning: 'here',
    notification: 'here',
    lifecycle: 'here',
    tagging: 'here',
    location: 'here',
    versions: 'here',
    uploads: 'here',
    uploadId: 'here',
    delete: 'here',
    attributes: 'here',
    acl: 'here',
    policy: 'here',
    policyStatus: 'here',
    publicAccessBlock: 'here',
    ownershipControls: 'here',
    cors: 'here',
    encryption: 'here',
    'object-lock': 'here',
    retention: 'here',
    'legal-hold': 'here',
    restore: 'archives',
    select: 'queries, torrents, renames and annotations',
    torrent: 'queries, torrents, renames and annotations',
    renameObject: 'queries, torrents, renames and annotations',
    annotation: 'queries, torrents, renames and annotations',
    annotations: 'queries, torrents, renames and annotations',
    session: 'access points and directory buckets',
  }),
)
const SETTINGS = [
  'accelerate',
  'analytics',
  'intelligent-tiering',
  'inventory',
  'logging',
  'metrics',
  'replication',
  'requestPayment',
  'website',
  'metadataTable',
  'metadataConfiguration',
  'abac',
]

/** The route of a request: a key of the table of operations, or the gap it runs into. */
export type Route =
  | { readonly kind: 'operation'; readonly name: string }
  | { readonly kind: 'gap'; readonly what: string }

/** `PUT object`, `GET bucket?versioning`, ... with what only headers tell at its end: `PUT object copy`. */
export function routeOf(method: string, url: URL, header: HeaderOf | undefined): Route {
  const { bucket, key } = placeOf(url)
  if (method === 'OPTIONS') return { kind: 'operation', name: 'OPTIONS' }
  const names = queryPairs(url).map(([name]) => name)
  const setting = names.find((name) => SETTINGS.includes(name))
  if (setting !== undefined) return { kind: 'gap', what: 'other settings of buckets' }
  const sub = names.find((name) => SUBRESOURCES.has(name))
  const gap = sub === undefined ? undefined : SUBRESOURCES.get(sub)
  if (gap !== undefined && gap !== 'here') return { kind: 'gap', what: gap }
  const level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object'
  const listed = level === 'bucket' && method === 'GET' && names.includes('list-type') ? '?list-type' : ''
  const copied = method === 'PUT' && header?.('x-amz-copy-source') !== undefined ? ' copy' : ''
  return { kind: 'operation', name: `${method} ${level}${sub === undefined ? listed : `?${sub}`}${copied}` }
}
