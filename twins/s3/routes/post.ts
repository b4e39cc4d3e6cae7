import { z } from 'zod'
import { principalOf } from '../../aws/credentials.ts'
import { ALGORITHM, credentialScope, parseAmzDate, signatureOf } from '../../aws/sigv4.ts'
import { parseXml } from '../../aws/xml.ts'
import type { Account } from '../account.ts'
import { type Ask, bucketOf, credentialsOf, type Frame } from '../ask.ts'
import { objectHeaders, receivedBody, targetOf, versionHeaders } from '../content.ts'
import { authorizeKey } from '../permissions.ts'
import { placeOf } from '../place.ts'
import { OBJECT_TAGS_MAX, tagsOfXml } from '../tags.ts'
import {
  accessDenied,
  document,
  entityTooLarge,
  entityTooSmall,
  invalidArgument,
  malformedXml,
  quoted,
  Refused,
} from '../wire.ts'

const FILENAME = /\$\{filename\}/g

type Fields = ReadonlyMap<string, string>

const conditionSchema = z.union([
  z.record(z.string(), z.string()),
  z.tuple([z.enum(['eq', 'starts-with']), z.string(), z.string()]),
  z.tuple([z.literal('content-length-range'), z.coerce.number(), z.coerce.number()]),
])
const policySchema = z.object({ expiration: z.string(), conditions: z.array(conditionSchema) })

const against = (what: string): Refused => new Refused(403, 'AccessDenied', `Invalid according to Policy: ${what}`)

/** Fields that no condition has to name: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html (2026-11-26). */
const FREE = ['x-amz-signature', 'policy', 'file', 'awsaccesskeyid', 'signature']

/** Holds a form against its policy, and the policy against its signature and the clock. */
function checkPolicy(fields: Fields, size: number, bucket: string, region: string, frame: Frame): void {
  const encoded = fields.get('policy')
  const scope = credentialScope(fields.get('x-amz-credential') ?? '')
  const signedAt = fields.get('x-amz-date') ?? ''
  if (encoded === undefined || fields.get('x-amz-algorithm') !== ALGORITHM || scope === undefined) throw accessDenied()
  const credential = credentialsOf(frame).find(({ access_key_id }) => access_key_id === scope.key)
  if (credential === undefined)
    throw new Refused(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      AWSAccessKeyId: scope.key,
    })
  const holds =
    scope.region === region &&
    scope.service === 's3' &&
    !Number.isNaN(parseAmzDate(signedAt)) &&
    signedAt.startsWith(scope.date) &&
    credential.session_token === fields.get('x-amz-security-token') &&
    signatureOf(credential, scope, encoded) === fields.get('x-amz-signature')
  if (!holds)
    throw new Refused(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      {
        AWSAccessKeyId: scope.key,
        StringToSign: encoded,
        SignatureProvided: fields.get('x-amz-signature') ?? '',
      },
    )
  const parsed = policySchema.safeParse(readJson(Buffer.from(encoded, 'base64').toString()))
  if (!parsed.success) throw new Refused(400, 'InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.')
  const { expiration, conditions } = parsed.data
  if (!(Date.parse(expiration) >= frame.account.world.clock.now())) throw against('Policy expired.')
  const named = new Set<string>()
  const given = new Map([...fields, ['bucket', bucket]])
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [name, value] of Object.entries(condition)) holdTo(given, named, 'eq', name, value)
      continue
    }
    const [kind, a, b] = condition
    if (kind === 'content-length-range') {
      if (size > b) throw entityTooLarge({ ProposedSize: String(size), MaxSizeAllowed: String(b) })
      if (size < a) throw entityTooSmall({ ProposedSize: String(size), MinSizeAllowed: String(a) })
    } else holdTo(given, named, kind, a.replace(/^\$/, ''), b)
  }
  const extra = [...fields.keys()].find(
    (name) => !named.has(name) && !FREE.includes(name) && !name.startsWith('x-ignore-'),
  )
  if (extra !== undefined) throw against(`Extra input fields: ${extra}`)
}

function holdTo(given: Fields, named: Set<string>, kind: 'eq' | 'starts-with', name: string, value: string): void {
  const field = name.toLowerCase()
  named.add(field)
  const has = given.get(field) ?? ''
  if (kind === 'eq' ? has !== value : !has.startsWith(value))
    throw against(`Policy Condition failed: ["${kind}", "$${name}", "${value}"]`)
}

/** A browser's form. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html (2026-11-26). */
export async function post(request: Request, frame: Frame): Promise<Response> {
  const { account } = frame
  const url = new URL(request.url)
  const place = placeOf(url)
  const form = await readForm(request)
  const fields = new Map<string, string>()
  let file: File | undefined
  for (const [name, value] of form) {
    if (name.toLowerCase() === 'file') {
      file = typeof value === 'string' ? new File([value], '') : value
      // What stands behind the file is not looked at.
      break
    }
    if (typeof value === 'string') fields.set(name.toLowerCase(), value)
  }
  if (file === undefined) throw invalidArgument('POST requires exactly one file upload per request.', 'file', '0')
  const body = Buffer.from(await file.arrayBuffer())
  // The policy is about the key as the form has it.
  const template = fields.get('key')
  if (template === undefined)
    throw invalidArgument(
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      'key',
      '',
    )
  const key = template.replaceAll(FILENAME, file.name)
  checkPolicy(fields, body.length, place.bucket ?? '', place.region, frame)
  return store(account, { ...place, key }, fields, body, frame)
}

function store(account: Account, place: Ask['place'], fields: Fields, body: Buffer, frame: Frame): Response {
  const { 'x-amz-algorithm': _, ...names } = Object.fromEntries(fields)
  const ask: Ask = {
    account,
    principal: principalOf(
      credentialsOf(frame),
      credentialScope(fields.get('x-amz-credential') ?? '')?.key ?? '',
      account.id,
    ),
    method: 'POST',
    place,
    header: (name) => names[name],
    headerNames: Object.keys(names),
    query: new Map(),
    body,
    trailers: new Map(),
    ids: frame.ids,
  }
  const bucket = bucketOf(ask)
  authorizeKey(ask, bucket, 's3:PutObject', place.key ?? '')
  const tags = fields.get('tagging')
  const tree = tags === undefined ? undefined : parseXml(tags, 'Tagging')
  if (tags !== undefined && tree === undefined) throw malformedXml()
  const content = { ...targetOf(ask), ...receivedBody(ask) }
  const object = account.write(
    bucket,
    place.key ?? '',
    tree === undefined ? content : { ...content, tags: tagsOfXml(tree, OBJECT_TAGS_MAX) },
    'Post',
  )
  const location = `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(object.key)}`
  const { ETag = '' } = objectHeaders(bucket, object)
  const headers = { ETag, Location: location, ...versionHeaders(bucket, object) }
  const redirect = fields.get('success_action_redirect')
  if (redirect !== undefined && URL.canParse(redirect)) {
    const target = new URL(redirect)
    target.searchParams.set('bucket', bucket.name)
    target.searchParams.set('key', object.key)
    target.searchParams.set('etag', quoted(object.etag))
    return new Response(null, { status: 303, headers: { ...headers, Location: target.href } })
  }
  const status = fields.get('success_action_status')
  if (status === '201')
    return document(
      [
        'PostResponse',
        [
          ['Location', location],
          ['Bucket', bucket.name],
          ['Key', object.key],
          ['ETag', ETag],
        ],
      ],
      headers,
      201,
    )
  return new Response(null, { status: status === '200' ? 200 : 204, headers })
}

async function readForm(request: Request): Promise<FormData> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('multipart/form-data'))
    throw new Refused(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      Condition: 'Bucket POST must be of the enclosure-type multipart/form-data',
    })
  try {
    return await request.formData()
  } catch {
    throw new Refused(
      400,
      'MalformedPOSTRequest',
      'The body of your POST request is not well-formed multipart/form-data.',
    )
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
