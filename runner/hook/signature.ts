import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'

/** How far the clocks of both sides may be apart. */
const TOLERANCE_S = 300
const SIGNATURES_MAX = 8
const SECRET = /^whsec_[A-Za-z0-9+/]+={0,2}$/
const PUBLIC = /^whpk_[A-Za-z0-9+/]+={0,2}$/
/** An ed25519 key of 32 bytes, dressed as SPKI: RFC 8410. */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

export type SignatureHeaders = {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** What is wrong with a secret; undefined when it may be used. */
export function secretProblem(secret: string): string | undefined {
  if (!SECRET.test(secret)) return 'expected a secret such as whsec_ + base64'
  const { length } = Buffer.from(secret.slice(6), 'base64')
  return length >= 24 && length <= 64 ? undefined : `expected a secret of 24 to 64 bytes, got ${length}`
}

const mac = (secret: string, id: string, timestamp: string, raw: Buffer): Buffer =>
  createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(raw)
    .digest()

/**
 * Signs a body as Standard Webhooks 1.0.0 does: HMAC-SHA256 over `id.timestamp.body`. `id` has no dots.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (2026-11-22).
 */
export function sign(secret: string, id: string, nowMs: number, raw: Buffer): SignatureHeaders {
  const timestamp = `${Math.floor(nowMs / 1000)}`
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac(secret, id, timestamp, raw).toString('base64')}`,
  }
}

/**
 * What is wrong with a signature; undefined when one of `keys` made it. `whsec_` keys are shared secrets, `whpk_` ones ed25519 public
 * keys; several may be active while they are changed. A signature covers neither method nor path: bodies name their question themselves.
 */
export function signatureProblem(
  keys: readonly string[],
  header: (name: string) => string | undefined,
  raw: Buffer,
  nowMs: number,
): string | undefined {
  const id = header('webhook-id')
  const timestamp = header('webhook-timestamp') ?? ''
  const given = (header('webhook-signature') ?? '').split(' ').slice(0, SIGNATURES_MAX)
  if (id === undefined || id === '' || given[0] === '') return 'expected webhook-id and webhook-signature, got none'
  if (id.includes('.')) return 'expected a webhook-id without dots'
  if (!/^\d{1,12}$/.test(timestamp)) return 'expected webhook-timestamp in whole seconds'
  const apartS = Math.abs(nowMs / 1000 - Number(timestamp))
  if (apartS > TOLERANCE_S)
    return `expected a webhook-timestamp within ${TOLERANCE_S} s, got one ${Math.round(apartS)} s away`
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), raw])
  const matches = (key: string): boolean =>
    given.some((one) => {
      const comma = one.indexOf(',')
      const bytes = Buffer.from(one.slice(comma + 1), 'base64')
      if (one.slice(0, comma) === 'v1' && SECRET.test(key)) {
        const wanted = mac(key, id, timestamp, raw)
        return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
      }
      if (one.slice(0, comma) === 'v1a' && PUBLIC.test(key)) return verify(null, signed, publicKey(key), bytes)
      return false
    })
  return keys.some(matches) ? undefined : 'expected a signature by a known key, got another'
}

const publicKey = (key: string): ReturnType<typeof createPublicKey> =>
  createPublicKey({
    key: Buffer.concat([SPKI_ED25519, Buffer.from(key.slice(5), 'base64')]),
    format: 'der',
    type: 'spki',
  })
