import type { Sending } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import { EXAMPLE_CREDENTIAL } from './credentials.ts'
import { amzDate, authorization, sha256 } from './sigv4.ts'

/** Recordings have no signatures, or ones whose key nobody has: puts one of the world's own in. */
export function sign(
  headers: Headers,
  { method, url, body, nowMs }: Sending,
  { service, region, pathOnce }: { readonly service: string; readonly region: string; readonly pathOnce: boolean },
): void {
  // A presigned address brings its own, and no header goes with it.
  if (url.searchParams.has('X-Amz-Signature')) return
  const signedAt = amzDate(nowMs)
  headers.delete('Authorization')
  headers.delete('X-Amz-Security-Token')
  headers.set('X-Amz-Date', signedAt)
  const given = headers.get('X-Amz-Content-Sha256') ?? ''
  // What was streamed under signatures of each chunk cannot be signed again: its hash can.
  if (pathOnce && !/^(UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/.test(given))
    headers.set('X-Amz-Content-Sha256', sha256(body))
  const names = [...headers.keys()].filter((name) => name.startsWith('x-amz-') || name === 'content-type')
  headers.set(
    'Authorization',
    authorization(
      {
        method,
        url,
        header: (name) => headers.get(name) ?? undefined,
        bodyHash: () => sha256(body),
        bodyLength: body.length,
      },
      EXAMPLE_CREDENTIAL,
      { service, region, signedAt, names, pathOnce },
    ),
  )
}

/** Whether the service let the caller in: what it refuses for the credential alone is sent without one. */
export const wasKnown = ({ status, responseBody }: Exchange): boolean =>
  status !== 403 ||
  !/AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|MissingAuthenticationToken/.test(
    Buffer.from(responseBody ?? new Uint8Array()).toString(),
  )
