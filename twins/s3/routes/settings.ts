import type { Element, Node } from '../../aws/xml.ts'
import { parseXml } from '../../aws/xml.ts'
import { notModelled } from '../../twin.ts'
import { type Ask, bucketOf, type Handler, keyOf, xmlOf } from '../ask.ts'
import { BLOCKS } from '../blocks.ts'
import { receivedBody } from '../content.ts'
import { GAPS } from '../gaps.ts'
import type { Bucket } from '../state.ts'
import { aclsOff, document, malformedXml, NAMESPACE, Refused } from '../wire.ts'
import { objectOf } from './objects.ts'

/** Settings that are kept as they were put, in XML, by the name of their subresource. */
type Setting = 'cors' | 'encryption' | 'publicAccessBlock' | 'ownershipControls'

function put(ask: Ask, setting: Setting, root: string, check: (node: Node) => void): Response {
  const bucket = bucketOf(ask)
  receivedBody(ask)
  check(xmlOf(ask, root))
  bucket.settings = { ...bucket.settings, [setting]: ask.body.toString() }
  return new Response(null)
}

function remove(ask: Ask, setting: Setting): Response {
  const bucket = bucketOf(ask)
  const { [setting]: _, ...rest } = bucket.settings
  bucket.settings = rest
  return new Response(null, { status: 204 })
}

const kept = (text: string): Response => new Response(text, { headers: { 'Content-Type': 'application/xml' } })

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html (2026-11-26). */
const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE']

export const putCors: Handler = (ask) =>
  put(ask, 'cors', 'CORSConfiguration', (root) => {
    const rules = root.all('CORSRule')
    if (rules.length === 0 || rules.length > 100) throw malformedXml()
    for (const rule of rules) {
      const methods = rule.all('AllowedMethod').map(({ text }) => text)
      if (methods.length === 0 || rule.all('AllowedOrigin').length === 0) throw malformedXml()
      const bad = methods.find((method) => !METHODS.includes(method))
      if (bad !== undefined)
        throw new Refused(
          400,
          'InvalidRequest',
          `Found unsupported HTTP method in CORS config. Unsupported method is ${bad}`,
        )
    }
  })
export const getCors: Handler = (ask) => {
  const { settings, name } = bucketOf(ask)
  if (settings.cors === undefined)
    throw new Refused(404, 'NoSuchCORSConfiguration', 'The CORS configuration does not exist', { BucketName: name })
  return kept(settings.cors)
}
export const removeCors: Handler = (ask) => remove(ask, 'cors')

/** `*` stands for anything, once. */
const covers = (pattern: string, text: string): boolean => {
  const [begin = '', end] = pattern.split('*')
  return end === undefined
    ? pattern === text
    : text.length >= begin.length + end.length && text.startsWith(begin) && text.endsWith(end)
}

/**
 * The headers that let a page of another origin read an answer; undefined where no rule lets it.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html (2026-11-26).
 */
export function corsHeaders(
  { settings }: Bucket,
  origin: string,
  method: string,
  asked: readonly string[] = [],
): Readonly<Record<string, string>> | undefined {
  const root = settings.cors === undefined ? undefined : parseXml(settings.cors, 'CORSConfiguration')
  for (const rule of root?.all('CORSRule') ?? []) {
    const texts = (tag: string): readonly string[] => rule.all(tag).map(({ text }) => text)
    const allowed = texts('AllowedOrigin').find((one) => covers(one, origin))
    const headers = texts('AllowedHeader').map((one) => one.toLowerCase())
    const fits = asked.every((name) => headers.some((one) => covers(one, name.toLowerCase())))
    if (allowed === undefined || !texts('AllowedMethod').includes(method) || !fits) continue
    const [exposed, age] = [texts('ExposeHeader'), rule.one('MaxAgeSeconds')?.text]
    return {
      'Access-Control-Allow-Origin': allowed === '*' ? '*' : origin,
      'Access-Control-Allow-Methods': texts('AllowedMethod').join(', '),
      ...(asked.length === 0 ? {} : { 'Access-Control-Allow-Headers': asked.join(', ') }),
      ...(exposed.length === 0 ? {} : { 'Access-Control-Expose-Headers': exposed.join(', ') }),
      ...(age === undefined ? {} : { 'Access-Control-Max-Age': age }),
      ...(allowed === '*' ? {} : { 'Access-Control-Allow-Credentials': 'true' }),
      Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    }
  }
  return undefined
}

/** A browser asks before it sends: nobody signs that. */
export function preflight(bucket: Bucket | undefined, request: Request): Response {
  const origin = request.headers.get('origin')
  const method = request.headers.get('access-control-request-method')
  if (origin === null || method === null)
    throw new Refused(400, 'BadRequest', 'Insufficient information. Origin request header needed.')
  if (bucket === undefined) throw new Refused(404, 'NoSuchBucket', 'The specified bucket does not exist')
  const asked = (request.headers.get('access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const headers = corsHeaders(bucket, origin, method, asked)
  if (headers !== undefined) return new Response(null, { headers })
  throw bucket.settings.cors === undefined
    ? new Refused(403, 'AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.', { Method: method })
    : new Refused(
        403,
        'AccessForbidden',
        'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource’s CORS spec.',
        { Method: method },
      )
}

/** What every bucket has since 2023: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html (2026-11-26). */
export const getEncryption: Handler = (ask) => {
  const { settings } = bucketOf(ask)
  if (settings.encryption !== undefined) return kept(settings.encryption)
  return document([
    `ServerSideEncryptionConfiguration ${NAMESPACE}`,
    [
      [
        'Rule',
        [
          ['ApplyServerSideEncryptionByDefault', [['SSEAlgorithm', 'AES256']]],
          ['BucketKeyEnabled', false],
        ],
      ],
    ],
  ])
}
export const putEncryption: Handler = (ask) =>
  put(ask, 'encryption', 'ServerSideEncryptionConfiguration', (root) => {
    const algorithm = root.one('Rule')?.one('ApplyServerSideEncryptionByDefault')?.one('SSEAlgorithm')?.text
    if (algorithm === undefined) throw malformedXml()
    if (algorithm !== 'AES256') throw notModelled('s3', GAPS, 'encryption with keys')
  })
export const removeEncryption: Handler = (ask) => remove(ask, 'encryption')

/** All four are on where nobody has said otherwise: https://aws.amazon.com/about-aws/whats-new/2023/04/ (as documented for new buckets, 2026-11-26). */
export const getPublicAccessBlock: Handler = (ask) => {
  const { settings, name } = bucketOf(ask)
  if (settings.publicAccessBlock === 'none')
    throw new Refused(
      404,
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
      { BucketName: name },
    )
  if (settings.publicAccessBlock !== undefined) return kept(settings.publicAccessBlock)
  return document([`PublicAccessBlockConfiguration ${NAMESPACE}`, BLOCKS.map((block): Element => [block, true])])
}
export const putPublicAccessBlock: Handler = (ask) =>
  put(ask, 'publicAccessBlock', 'PublicAccessBlockConfiguration', (root) => {
    if (root.tags.some((tag) => !BLOCKS.some((block) => block === tag))) throw malformedXml()
  })
export const removePublicAccessBlock: Handler = (ask) => {
  const bucket = bucketOf(ask)
  bucket.settings = { ...bucket.settings, publicAccessBlock: 'none' }
  return new Response(null, { status: 204 })
}

/** New buckets have ACLs turned off: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html (2026-11-26). */
export const getOwnershipControls: Handler = (ask) => {
  bucketOf(ask)
  return document([`OwnershipControls ${NAMESPACE}`, [['Rule', [['ObjectOwnership', 'BucketOwnerEnforced']]]]])
}
export const putOwnershipControls: Handler = (ask) =>
  put(ask, 'ownershipControls', 'OwnershipControls', (root) => {
    if (root.one('Rule')?.one('ObjectOwnership')?.text !== 'BucketOwnerEnforced') throw notModelled('s3', GAPS, 'ACLs')
  })

/** The list that stands for no list: the owner may do everything. */
export const getAcl: Handler = (ask) => {
  const bucket = bucketOf(ask)
  if (ask.place.key !== undefined) objectOf(ask, bucket, keyOf(ask))
  const { id } = ask.account
  return document([
    `AccessControlPolicy ${NAMESPACE}`,
    [
      ['Owner', [['ID', id]]],
      [
        'AccessControlList',
        [
          [
            'Grant',
            [
              ['Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"', [['ID', id]]],
              ['Permission', 'FULL_CONTROL'],
            ],
          ],
        ],
      ],
    ],
  ])
}
export const putAcl: Handler = (ask) => {
  bucketOf(ask)
  throw aclsOff()
}
