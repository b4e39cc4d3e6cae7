import { type Credential, EXAMPLE_CREDENTIAL, principalOf } from '../aws/credentials.ts'
import { amzDate, type Identity, identify, queryPairs, sha256 } from '../aws/sigv4.ts'
import { type Node, parseXml } from '../aws/xml.ts'
import type { HeaderOf } from '../twin.ts'
import { notModelled } from '../twin.ts'
import type { Account } from './account.ts'
import { unchunk } from './chunked.ts'
import { GAPS } from './gaps.ts'
import { authorize } from './permissions.ts'
import { type Place, placeOf } from './place.ts'
import type { Bucket } from './state.ts'
import {
  accessDenied,
  type Ids,
  incompleteBody,
  invalidArgument,
  invalidRequest,
  keyTooLong,
  malformedXml,
  movedTo,
  noSuchBucket,
  Refused,
  refuseAcls,
  skewed,
} from './wire.ts'

/** A request to S3 whose signature holds. */
export type Ask = {
  readonly account: Account
  /** Whose key signed it; undefined where nobody did. */
  readonly principal: string | undefined
  readonly method: string
  readonly place: Place
  /** A header; a presigned address may have put those that begin with `x-amz-` into its query. */
  readonly header: HeaderOf
  readonly headerNames: readonly string[]
  readonly query: ReadonlyMap<string, string>
  /** The body as it was meant, with the chunks of its transport taken apart. */
  readonly body: Buffer
  readonly trailers: ReadonlyMap<string, string>
  readonly ids: Ids
}
export type Handler = (ask: Ask) => Response

/** How bodies are signed that are sent in chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html (2026-11-26). */
const CHUNKED = [
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
]

export type Frame = {
  readonly account: Account
  readonly credentials: readonly Credential[]
  readonly ids: Ids
}

export const credentialsOf = ({ credentials }: Pick<Frame, 'credentials'>): readonly Credential[] =>
  credentials.length === 0 ? [EXAMPLE_CREDENTIAL] : credentials

/** Reads a request and checks its signature. Throws what AWS refuses. */
export async function readAsk(request: Request, frame: Frame, operation: string): Promise<Ask> {
  const { account, ids } = frame
  const url = new URL(request.url)
  const place = placeOf(url)
  const raw = Buffer.from(await request.arrayBuffer())
  const query = new Map(queryPairs(url))
  const sent: HeaderOf = (name) => request.headers.get(name) ?? undefined
  if (/^AWS(4-ECDSA| )/.test(sent('authorization') ?? '') || query.has('AWSAccessKeyId'))
    throw notModelled('s3', GAPS, 'other signatures than version 4')
  const identity = identify(
    { method: request.method, url, header: sent, bodyHash: () => sha256(raw), bodyLength: raw.length },
    {
      service: 's3',
      region: place.region,
      credentials: credentialsOf(frame),
      nowMs: account.world.clock.now(),
      pathOnce: true,
    },
  )
  if (identity.kind === 'anonymous') {
    const headerNames = [...request.headers.keys()]
    const common = { account, principal: undefined, method: request.method, place, headerNames, query, ids }
    const ask: Ask = { ...common, header: sent, body: raw, trailers: new Map() }
    authorize(ask, operation)
    refuseGaps(ask)
    return ask
  }
  if (identity.kind !== 'signed') throw refusalOf(identity, place.region, account.world.clock.now())
  const { payload, how, chain, key } = identity
  if (how === 'header' && sent('x-amz-content-sha256') === undefined)
    throw invalidRequest('Missing required header for this request: x-amz-content-sha256')
  if (/^[0-9a-f]{64}$/.test(payload) && payload !== sha256(raw))
    throw new Refused(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      {
        ClientComputedContentSHA256: payload,
        S3ComputedContentSHA256: sha256(raw),
      },
    )
  const header: HeaderOf = (name) =>
    sent(name) ?? (how === 'query' && HOISTED.test(name) ? hoisted(query, name) : undefined)
  const chunked = CHUNKED.includes(payload)
  if (!chunked && payload !== 'UNSIGNED-PAYLOAD' && !/^[0-9a-f]{64}$/.test(payload))
    throw invalidArgument(
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.',
      'x-amz-content-sha256',
      payload,
    )
  const { body, trailers } = chunked
    ? unchunk(raw, payload.startsWith('STREAMING-AWS4') ? chain : undefined)
    : { body: raw, trailers: new Map<string, string>() }
  const decoded = header('x-amz-decoded-content-length')
  if (chunked && decoded !== undefined && Number(decoded) !== body.length) throw incompleteBody()
  if (place.key !== undefined && Buffer.byteLength(place.key) > 1024) throw keyTooLong()
  const headerNames = [
    ...request.headers.keys(),
    ...(how === 'query' ? [...query.keys()].map((name) => name.toLowerCase()) : []),
  ]
  const principal = principalOf(credentialsOf(frame), key, account.id)
  const ask: Ask = {
    account,
    principal,
    method: request.method,
    place,
    header,
    headerNames,
    query,
    body,
    trailers,
    ids,
  }
  checkOwner(ask)
  authorize(ask, operation)
  refuseGaps(ask)
  return ask
}

/**
 * Signers put `x-amz-` headers into the query. The checksum that SDKs put there is that of no body at all, and S3 does not look at it:
 * https://github.com/localstack/localstack/issues/12169, https://github.com/aws/aws-sdk-go-v2/issues/2610 (2026-11-26).
 */
const HOISTED = /^x-amz-(?!checksum-|sdk-checksum-)/

function hoisted(query: ReadonlyMap<string, string>, wanted: string): string | undefined {
  for (const [name, value] of query) if (name.toLowerCase() === wanted) return value
  return undefined
}

/** What stands in the header of a signature that does not hold. */
function refusalOf(
  identity: Exclude<Identity, { kind: 'signed' | 'anonymous' }>,
  region: string,
  nowMs: number,
): Refused {
  switch (identity.kind) {
    case 'malformed':
      return identity.how === 'header'
        ? new Refused(400, 'AuthorizationHeaderMalformed', `The authorization header is malformed; ${identity.what}`)
        : new Refused(400, 'AuthorizationQueryParametersError', identity.what)
    case 'unknown-key':
      return new Refused(
        403,
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
        {
          AWSAccessKeyId: identity.key,
        },
      )
    case 'bad-token':
      return identity.expired
        ? new Refused(400, 'ExpiredToken', 'The provided token has expired.')
        : new Refused(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.')
    case 'wrong-scope':
      return new Refused(
        400,
        'AuthorizationHeaderMalformed',
        `The authorization header is malformed; the ${identity.what} '${identity.got}' is wrong${identity.what === 'region' ? `; expecting '${region}'` : ''}`,
        identity.what === 'region' ? { Region: region } : {},
      )
    case 'skewed':
      return skewed({
        RequestTime: identity.signedAt,
        ServerTime: new Date(nowMs).toISOString().replace(/\.\d{3}/, ''),
        MaxAllowedSkewMilliseconds: '900000',
      })
    case 'expired':
      return new Refused(403, 'AccessDenied', 'Request has expired', {
        'X-Amz-Expires': String(identity.expiresS),
        Expires: new Date(identity.expiresMs).toISOString().replace(/\.\d{3}/, ''),
        ServerTime: new Date(nowMs).toISOString().replace(/\.\d{3}/, ''),
      })
    case 'not-yet':
      return new Refused(403, 'AccessDenied', 'Request is not valid yet', { 'X-Amz-Date': amzDate(identity.signedMs) })
    case 'mismatch':
      return new Refused(
        403,
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        {
          AWSAccessKeyId: identity.key,
          StringToSign: identity.stringToSign,
          SignatureProvided: identity.given,
          CanonicalRequest: identity.canonicalRequest,
        },
      )
    default:
      return identity satisfies never
  }
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html (2026-11-26). */
function checkOwner({ header, account, place }: Ask): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const owner = header(name)
    if (owner !== undefined && place.bucket !== undefined && owner !== account.id) throw accessDenied()
  }
}

/** Options that no answer would show, and that somebody may rely on. */
function refuseGaps({ header, headerNames }: Ask): void {
  const gap = (what: string): Error => notModelled('s3', GAPS, what)
  refuseAcls(header, headerNames)
  const encryption = header('x-amz-server-side-encryption')
  if (encryption !== undefined && encryption !== 'AES256') throw gap('encryption with keys')
  if (headerNames.some((name) => /^x-amz-(copy-source-)?server-side-encryption-customer-/.test(name)))
    throw gap('encryption with keys')
  if (['GLACIER', 'DEEP_ARCHIVE', 'OUTPOSTS', 'EXPRESS_ONEZONE'].includes(header('x-amz-storage-class') ?? ''))
    throw gap('archives')
  if (header('x-amz-write-offset-bytes') !== undefined) throw gap('appending to objects')
  if (headerNames.some((name) => name.startsWith('x-amz-checksum-xxhash'))) throw gap('XXHASH checksums')
}

/** The bucket of a request, where it is. Throws what AWS says of one that is not. */
export function bucketOf({ account, place }: Ask): Bucket {
  return bucketNamed(account, place.bucket ?? '', place.region)
}

export function bucketNamed(account: Account, name: string, region: string): Bucket {
  const bucket = account.store.buckets.get(name)
  if (bucket === undefined) throw noSuchBucket({ BucketName: name })
  if (bucket.region !== region) throw movedTo(name, bucket.region)
  return bucket
}

export const keyOf = ({ place }: Ask): string => place.key ?? ''

/** The document of a request. */
export function xmlOf({ body }: Pick<Ask, 'body'>, root: string): Node {
  const node = parseXml(body.toString(), root)
  if (node === undefined) throw malformedXml()
  return node
}
