import type { Json } from '../trace.ts'
import { signingKey } from './keys.ts'
import { type Org, rowOf } from './org.ts'
import type { Row } from './store.ts'
import { iso } from './wire.ts'

/**
 * How long keys that rotate by themselves are signed with: four times a year, as https://developer.okta.com/docs/guides/key-rotation/ has it.
 * Assumed: every 90 days.
 */
export const QUARTER_MS: number = 90 * 86_400_000

/** A server that signs with its next key since `atMs`. */
export function rotated(org: Org, server: Row, atMs: number): Row {
  const rotations = Number(server._rotations ?? 0) + 1
  const before = rowOf(rowOf(server.credentials).signing)
  const signing: Row = {
    ...before,
    kid: signingKey(rotations).kid,
    lastRotated: iso(atMs),
    ...(before.nextRotation === undefined ? {} : { nextRotation: iso(atMs + QUARTER_MS) }),
  }
  return org.store.put('authorizationServers', {
    ...server,
    _rotations: rotations,
    credentials: { signing } as unknown as Json,
  })
}

/** Rotates the keys of all servers whose time has come since somebody last asked. */
export function rotateDue(org: Org): void {
  for (const server of org.store.rows('authorizationServers')) {
    let now = server
    for (let due = dueMs(now); due !== undefined && due <= org.world.clock.now(); due = dueMs(now))
      now = rotated(org, now, due)
  }
}

function dueMs(server: Row): number | undefined {
  const { rotationMode, nextRotation } = rowOf(rowOf(server.credentials).signing)
  const due = rotationMode === 'AUTO' && typeof nextRotation === 'string' ? Date.parse(nextRotation) : Number.NaN
  return Number.isNaN(due) ? undefined : due
}
