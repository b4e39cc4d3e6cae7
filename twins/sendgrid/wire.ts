import { createHash } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import type { Json } from '../trace.ts'

export type Fault = { readonly message: string; readonly field: string | null; readonly help: string | null }

/** Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors (2026-11-24). */
export const errors = (
  status: number,
  faults: readonly Fault[],
  headers: Readonly<Record<string, string>> = {},
): Response => Response.json({ errors: faults.map((fault) => ({ ...fault })) } satisfies Json, { status, headers })

export const fault = (message: string, field: string | null = null, help: string | null = null): Fault => ({
  message,
  field,
  help,
})

/** An injected failure in the vendor's own words. */
export function failure(status: number, retryAfterMs?: number): Response {
  const headers: Record<string, string> =
    retryAfterMs === undefined
      ? {}
      : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}`, 'X-RateLimit-Remaining': '0' }
  const words: Readonly<Record<number, string>> = {
    401: 'The provided authorization grant is invalid, expired, or revoked',
    403: 'access forbidden',
    413: 'request entity too large',
    429: 'too many requests',
    503: 'service unavailable',
  }
  return errors(status, [fault(words[status] ?? 'internal server error')], headers)
}

/** A key pair for tests only, derived from a fixed phrase: signatures are the same on every machine. */
const PRIVATE_KEY = createHash('sha256').update('backlot sendgrid event webhook test key').digest()
const SPKI_P256 = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')

/** The verification key as SendGrid's settings show it: base64 of the DER form. */
export const VERIFICATION_KEY: string = Buffer.concat([SPKI_P256, p256.getPublicKey(PRIVATE_KEY, false)]).toString(
  'base64',
)

/**
 * ECDSA over timestamp + body, in DER, base64. Node's own ECDSA draws fresh entropy for each signature; RFC 6979 does not.
 * Source: @sendgrid/eventwebhook 8.0 src/eventwebhook.js (2026-11-24).
 */
export const sign = (timestamp: string, body: string): string =>
  Buffer.from(p256.sign(Buffer.from(timestamp + body), PRIVATE_KEY, { format: 'der', lowS: false })).toString('base64')
