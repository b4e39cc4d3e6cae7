import type { Json } from '../trace.ts'

/** An answer in the vendor's error shape, thrown by whoever finds the mistake and sent by the dispatcher. */
export class Refused extends Error {
  readonly type: string
  /** The code of the older protocol, which SDKs show. */
  readonly code: string
  readonly status: number
  constructor(type: string, code: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.code = code
    this.status = status
  }
}

// Types, codes and statuses: @aws-sdk/client-sqs 3.1175 dist-es/schemas/schemas_0.js (2026-11-26). Those of `coral` are no shapes of the
// model; their names are what AWS is reported to send.
const own = (name: string, message: string, code = `AWS.SimpleQueueService.${name}`, status = 400): Refused =>
  new Refused(`com.amazonaws.sqs#${name}`, code, message, status)
const coral = (name: string, code: string, message: string, status = 400): Refused =>
  new Refused(`com.amazon.coral.service#${name}`, code, message, status)

export const noQueue = (): Refused =>
  own('QueueDoesNotExist', 'The specified queue does not exist.', 'AWS.SimpleQueueService.NonExistentQueue')
export const invalidValue = (message: string): Refused =>
  coral('InvalidParameterValueException', 'InvalidParameterValue', message)
export const invalid = (value: unknown, parameter: string, reason: string): Refused =>
  invalidValue(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`)
export const missing = (parameter: string): Refused =>
  coral('MissingRequiredParameterException', 'MissingParameter', `The request must contain the parameter ${parameter}.`)
export const invalidAttributeName = (name: string): Refused =>
  own('InvalidAttributeName', `Unknown Attribute ${name}.`, 'InvalidAttributeName')
export const invalidAttributeValue = (name: string, reason = `Invalid value for the parameter ${name}.`): Refused =>
  own('InvalidAttributeValue', reason, 'InvalidAttributeValue')
export const queueNameExists = (attribute: string): Refused =>
  own(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
    'QueueAlreadyExists',
  )
export const queueDeletedRecently = (): Refused =>
  own(
    'QueueDeletedRecently',
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
  )
export const purgeInProgress = (queue: string): Refused =>
  own(
    'PurgeQueueInProgress',
    `Only one PurgeQueue operation on ${queue} is allowed every 60 seconds.`,
    'AWS.SimpleQueueService.PurgeQueueInProgress',
    403,
  )
export const badHandle = (handle: string): Refused =>
  own(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    'ReceiptHandleIsInvalid',
    404,
  )
export const badContents = (): Refused =>
  own(
    'InvalidMessageContents',
    'Invalid binary character was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    'InvalidMessageContents',
  )
export const batch = (name: string, message: string): Refused => own(name, message)
export const unsupported = (message: string): Refused => own('UnsupportedOperation', message)
export const noSuchResource = (message: string): Refused =>
  own('ResourceNotFoundException', message, 'ResourceNotFoundException', 404)
export const forbidden = (message: string): Refused => coral('AccessDeniedException', 'AccessDenied', message, 403)
export const throttled = (): Refused => own('RequestThrottled', 'Rate exceeded', 'RequestThrottled', 403)
export const malformed = (): Refused => coral('SerializationException', 'MalformedInput', '')

export const REFUSED_SIGNATURES = {
  anonymous: (): Refused =>
    coral('MissingAuthenticationTokenException', 'MissingAuthenticationToken', 'Missing Authentication Token', 403),
  incomplete: (what: string): Refused => coral('IncompleteSignatureException', 'IncompleteSignature', what, 400),
  unknownKey: (): Refused =>
    coral(
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      403,
    ),
  expiredToken: (): Refused =>
    coral('ExpiredTokenException', 'ExpiredToken', 'The security token included in the request is expired', 403),
  mismatch: (message: string): Refused => coral('InvalidSignatureException', 'SignatureDoesNotMatch', message, 403),
}

const JSON_TYPE = 'application/x-amz-json-1.0'

/** What has nothing to tell has no body (recorded: google/go-cloud, pubsub/awssnssqs/testdata, 2026-11-26). */
export const answer = (body: Json, requestId: string): Response =>
  new Response(body === null ? null : JSON.stringify(body), {
    headers: { 'Content-Type': JSON_TYPE, 'x-amzn-RequestId': requestId },
  })

export const refusal = ({ type, code, message, status }: Refused, requestId: string, retryAfterMs?: number): Response =>
  new Response(JSON.stringify({ __type: type, message }), {
    status,
    headers: {
      'Content-Type': JSON_TYPE,
      'x-amzn-RequestId': requestId,
      'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}`,
      ...(retryAfterMs === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}` }),
    },
  })

/** An injected failure: throttling where the fault asks for 429, the service's own failure otherwise. */
export function failure(status: number, requestId: string, retryAfterMs?: number): Response {
  const words: Readonly<Record<number, readonly [string, string, string]>> = {
    403: ['RequestThrottled', 'RequestThrottled', 'Rate exceeded'],
    429: ['RequestThrottled', 'RequestThrottled', 'Rate exceeded'],
    503: ['ServiceUnavailable', 'ServiceUnavailable', 'Service is unavailable. Please try again later.'],
  }
  const [name, code, message] = words[status] ?? [
    'InternalFailure',
    'InternalFailure',
    'We encountered an internal error. Please try again.',
  ]
  return refusal(own(name, message, code, status), requestId, retryAfterMs)
}
