import { personOf, policyFor, ruleOf } from './evaluation.ts'
import { type Org, rowOf, text } from './org.ts'
import type { Row } from './store.ts'

const MINUTE_MS = 60_000
const TWO_HOURS = 120

/** What the global session policy says of somebody's sign-in. `lifeMs` is undefined where a session lives for as long as it is used. */
export type SignOn = {
  readonly allowed: boolean
  readonly needsFactor: boolean
  readonly idleMs: number
  readonly lifeMs: number | undefined
}

export function signOnOf(org: Org, user: Row): SignOn {
  const person = personOf(org, user)
  const rule = ruleOf(org, policyFor(org, 'OKTA_SIGN_ON', person), person)
  const { access, requireFactor, session } = rowOf(rowOf(rule?.actions).signon)
  const { maxSessionIdleMinutes, maxSessionLifetimeMinutes } = rowOf(session)
  const life = Number(maxSessionLifetimeMinutes ?? 0)
  return {
    allowed: access !== 'DENY',
    needsFactor: requireFactor === true,
    idleMs: Number(maxSessionIdleMinutes ?? TWO_HOURS) * MINUTE_MS,
    lifeMs: life === 0 ? undefined : life * MINUTE_MS,
  }
}

/** Begins a browser's session; `methods` are the ways in which the user has proven to be the user. */
export function beginSession(org: Org, user: Row, methods: readonly string[]): Row {
  const now = org.world.clock.now()
  const { idleMs, lifeMs } = signOnOf(org, user)
  return org.store.put('~sessions', {
    id: org.world.id('102', 22),
    user: text(user.id),
    at: Math.floor(now / 1000),
    methods,
    idleMs,
    idleAt: now + idleMs,
    ...(lifeMs === undefined ? {} : { until: now + lifeMs }),
  })
}

/** A session that has not run out, and is used once more. */
export function useSession(org: Org, id: string): Row | undefined {
  const session = org.store.get('~sessions', id)
  const now = org.world.clock.now()
  if (session === undefined) return undefined
  if (Number(session.idleAt) <= now || (typeof session.until === 'number' && session.until <= now)) {
    org.store.remove('~sessions', id)
    return undefined
  }
  return org.store.put('~sessions', { ...session, idleAt: now + Number(session.idleMs) })
}
