import { type Element, xml } from '../aws/xml.ts'

export const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

/** An answer in S3's error shape, thrown by whoever finds the mistake and sent by the dispatcher. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  /** Elements beside code and message, such as `Key`. */
  readonly details: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.headers = headers
  }
}

// Codes, statuses and messages: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (2026-11-26).
type Made = (details?: Readonly<Record<string, string>>) => Refused
const error =
  (status: number, code: string, message: string): Made =>
  (details = {}) =>
    new Refused(status, code, message, details)

export const accessDenied: Made = error(403, 'AccessDenied', 'Access Denied')
export const badDigest: Made = error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.')
export const invalidDigest: Made = error(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.')
export const bucketOwned: Made = error(
  409,
  'BucketAlreadyOwnedByYou',
  'Your previous request to create the named bucket succeeded and you already own it.',
)
export const bucketNotEmpty: Made = error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty')
export const entityTooLarge: Made = error(
  400,
  'EntityTooLarge',
  'Your proposed upload exceeds the maximum allowed size',
)
export const entityTooSmall: Made = error(
  400,
  'EntityTooSmall',
  'Your proposed upload is smaller than the minimum allowed size',
)
export const incompleteBody: Made = error(
  400,
  'IncompleteBody',
  'You did not provide the number of bytes specified by the Content-Length HTTP header',
)
export const invalidBucketName: Made = error(400, 'InvalidBucketName', 'The specified bucket is not valid.')
export const invalidPart: Made = error(
  400,
  'InvalidPart',
  "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
)
export const invalidPartOrder: Made = error(
  400,
  'InvalidPartOrder',
  'The list of parts was not in ascending order. Parts must be ordered by part number.',
)
export const invalidRange: Made = error(416, 'InvalidRange', 'The requested range is not satisfiable')
export const keyTooLong: Made = error(400, 'KeyTooLongError', 'Your key is too long')
export const locationConstraint: Made = error(
  400,
  'IllegalLocationConstraintException',
  'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
)
export const malformedXml: Made = error(
  400,
  'MalformedXML',
  'The XML you provided was not well-formed or did not validate against our published schema',
)
export const metadataTooLarge: Made = error(
  400,
  'MetadataTooLarge',
  'Your metadata headers exceed the maximum allowed metadata size',
)
export const methodNotAllowed: Made = error(
  405,
  'MethodNotAllowed',
  'The specified method is not allowed against this resource.',
)
export const noSuchBucket: Made = error(404, 'NoSuchBucket', 'The specified bucket does not exist')
export const noSuchKey: Made = error(404, 'NoSuchKey', 'The specified key does not exist.')
export const noSuchLifecycle: Made = error(
  404,
  'NoSuchLifecycleConfiguration',
  'The lifecycle configuration does not exist',
)
export const noSuchTagSet: Made = error(404, 'NoSuchTagSet', 'The TagSet does not exist')
export const noSuchUpload: Made = error(
  404,
  'NoSuchUpload',
  'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
)
export const noSuchVersion: Made = error(404, 'NoSuchVersion', 'The specified version does not exist.')
export const preconditionFailed: Made = error(
  412,
  'PreconditionFailed',
  'At least one of the pre-conditions you specified did not hold',
)
export const skewed: Made = error(
  403,
  'RequestTimeTooSkewed',
  'The difference between the request time and the current time is too large.',
)
export const invalidArgument = (message: string, name: string, value: string): Refused =>
  new Refused(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: value })
export const invalidRequest = (message: string): Refused => new Refused(400, 'InvalidRequest', message)
export const notImplemented = (header: string): Refused =>
  new Refused(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented', {
    Header: header,
  })

/** Another region has the bucket. SDKs read the header. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTRedirect.html (2026-11-26). */
export const movedTo = (bucket: string, region: string): Refused =>
  new Refused(
    301,
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { Endpoint: `${bucket}.s3.${region}.amazonaws.com`, Bucket: bucket },
    { 'x-amz-bucket-region': region },
  )

export type Ids = { readonly request: string; readonly host: string }

export const idHeaders = ({ request, host }: Ids): Readonly<Record<string, string>> => ({
  'x-amz-request-id': request,
  'x-amz-id-2': host,
  Server: 'AmazonS3',
})

/** An answer with a document. */
export const document = (root: Element, headers: Readonly<Record<string, string>> = {}, status = 200): Response =>
  new Response(xml(root), { status, headers: { 'Content-Type': 'application/xml', ...headers } })

/** An error as S3 words it; to a HEAD request, and as 304, without a body. */
export function refusal(
  { status, code, message, details, headers }: Refused,
  ids: Ids,
  method: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const all = { ...idHeaders(ids), ...headers, ...more }
  if (method === 'HEAD' || status === 304) return new Response(null, { status, headers: all })
  const rows = Object.entries(details).map(([tag, value]): Element => [tag, value])
  return document(
    ['Error', [['Code', code], ['Message', message], ...rows, ['RequestId', ids.request], ['HostId', ids.host]]],
    all,
    status,
  )
}

const FAILURES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  403: ['AccessDenied', 'Access Denied'],
  409: [
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  ],
  429: ['SlowDown', 'Please reduce your request rate.'],
  503: ['SlowDown', 'Please reduce your request rate.'],
}

/** An injected failure in S3's words. */
export function failure(status: number, ids: Ids, method: string, retryAfterMs?: number): Response {
  const [code, message] = FAILURES[status] ?? ['InternalError', 'We encountered an internal error. Please try again.']
  const more = retryAfterMs === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}` }
  return refusal(new Refused(status, code, message), ids, method, more)
}

/** `"…"`, as entity tags stand in headers and documents. */
export const quoted = (etag: string): string => `"${etag}"`

/** A time in a document: whole seconds, with the zeros behind them (recorded: google/go-cloud, blob/s3blob/testdata, 2026-11-26). */
export const isoOf = (ms: number): string => new Date(ms - (ms % 1000)).toISOString()

/** Names as `encoding-type=url` has them: a form's encoding, but for slashes. */
export const urlEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')

export const aclsOff = (): Refused =>
  new Refused(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs')

/** Throws what S3 says of an ACL that gives anybody else anything, where ACLs are off. */
export function refuseAcls(header: (name: string) => string | undefined, names: readonly string[]): void {
  const acl = header('x-amz-acl')
  const harmless = acl === undefined || ['private', 'bucket-owner-full-control'].includes(acl)
  if (!harmless || names.some((name) => name.startsWith('x-amz-grant-'))) throw aclsOff()
}
