import { randomBytes } from 'node:crypto'
import { setTimeout as later } from 'node:timers/promises'
import type { Real } from './client.ts'

/** Longer than this Node's timers cannot wait. */
const WAIT_MAX_MS = 2 ** 31 - 1

/** The time and chance people live in: agents are outside, so what is waited for here is real. */
export const REAL: Real = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    later(Math.min(Math.max(ms, 0), WAIT_MAX_MS), undefined, signal === undefined ? {} : { signal }),
  random: () => Math.random(),
}

/** A secret that nobody has seen: `whsec_` and 32 bytes. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** A word that cannot be guessed, for places and tokens. */
export const newToken = (): string => randomBytes(18).toString('base64url')
