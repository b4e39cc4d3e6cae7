import { createHmac } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
export const BASE32: string = ALPHABET
const STEP_MS = 30_000

function bytesOf(base32: string): Buffer {
  const bits = [...base32].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** The step of time that a moment is in. */
export const stepAt = (nowMs: number): number => Math.floor(nowMs / STEP_MS)

/** Six figures by RFC 6238: HMAC-SHA-1 of the step, cut as RFC 4226, 5.3 says. */
export function totp(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', bytesOf(secret)).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 0xf
  return `${(digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000}`.padStart(6, '0')
}

/** The step whose code was given: this one or a neighbour, for clocks run apart; undefined where it is none of theirs. */
export const stepOf = (secret: string, code: string, nowMs: number): number | undefined =>
  [0, -1, 1].map((by) => stepAt(nowMs) + by).find((step) => totp(secret, step) === code)
