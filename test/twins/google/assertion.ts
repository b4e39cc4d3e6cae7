import { sign } from 'node:crypto'
import { PRIVATE_KEY } from './keys.ts'

/** What a service account signs to sign in, at the start of every test world. */
export function assertion(iss: string, claims: Record<string, unknown>, header: Record<string, unknown> = {}): string {
  const part = (of: unknown): string => Buffer.from(JSON.stringify(of)).toString('base64url')
  const iat = Date.parse('2030-01-01T00:00:00Z') / 1000
  const aud = 'https://oauth2.googleapis.com/token'
  const text = `${part({ alg: 'RS256', typ: 'JWT', ...header })}.${part({ iss, aud, iat, exp: iat + 3600, ...claims })}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), PRIVATE_KEY).toString('base64url')}`
}
