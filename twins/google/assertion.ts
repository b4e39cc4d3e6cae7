import { verify } from 'node:crypto'
import { z } from 'zod'
import type { ServiceAccount } from './state.ts'
import { OAuthError } from './wire.ts'

export type Claims = {
  readonly iss: string
  readonly aud: string | string[]
  readonly iat: number
  readonly exp: number
  readonly scope?: string | undefined
  readonly sub?: string | undefined
  readonly target_audience?: string | undefined
}
const claimsSchema: z.ZodType<Claims> = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number(),
  exp: z.number(),
  scope: z.string().optional(),
  sub: z.string().optional(),
  target_audience: z.string().optional(),
})

const grant = (description: string): OAuthError => new OAuthError(400, 'invalid_grant', description)
const AUDIENCES = [
  'https://oauth2.googleapis.com/token',
  'https://www.googleapis.com/oauth2/v4/token',
  'https://accounts.google.com/o/oauth2/token',
]
/** An hour, and what clocks may be apart. */
const LIFE_S = 3600
const SKEW_S = 300

function part(text: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString())
  } catch {
    return undefined
  }
}

/**
 * The claims of a service account's signed assertion (RS256). Throws what the token endpoint answers. Source:
 * https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth (as known; not opened); descriptions as in
 * https://github.com/a-marenkov/gsheets/issues/96 and https://github.com/googleapis/google-cloud-python/issues/10004 (2026-11-26).
 */
export function claimsOf(assertion: string, accounts: ReadonlyMap<string, ServiceAccount>, nowMs: number): Claims {
  const [head, body, signature, ...rest] = assertion.split('.')
  const header = part(head) as { alg?: unknown; kid?: unknown } | undefined
  const claims = claimsSchema.safeParse(part(body))
  if (header?.alg !== 'RS256' || !claims.success || signature === undefined || rest.length > 0)
    throw grant('Invalid JWT: malformed assertion.')
  const { iss, aud, iat, exp } = claims.data
  const account = accounts.get(iss)
  if (account === undefined) throw grant('Invalid grant: account not found')
  const nowS = nowMs / 1000
  if (exp <= nowS - SKEW_S || iat > nowS + SKEW_S || exp - iat > LIFE_S)
    throw grant(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    )
  const data = Buffer.from(`${head}.${body}`)
  const keys = account.keys.filter(({ id }) => id === null || header.kid === undefined || header.kid === id)
  const signed = keys.some(({ publicKey }) =>
    verify('RSA-SHA256', data, publicKey, Buffer.from(signature, 'base64url')),
  )
  if (!signed) throw grant('Invalid JWT Signature.')
  if (![aud].flat().some((one) => AUDIENCES.includes(one))) throw grant('Invalid JWT: Failed audience check.')
  return claims.data
}
