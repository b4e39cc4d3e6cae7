import { z } from 'zod'
import type { Json } from '../trace.ts'
import type { EventType } from './events.ts'
import { answerPush, factorsOf } from './factors.ts'
import { join } from './memberships.ts'
import { decideDevice } from './oauth/devices.ts'
import { rotateAll } from './oauth/servers.ts'
import { type Org, rowOf, text } from './org.ts'
import { stepAt, totp } from './otp.ts'
import { activate, deactivate, move } from './routes/user-life.ts'
import type { Status } from './routes/user-shape.ts'
import type { Row } from './store.ts'

/** What an administrator or the passing of time can do to an org. `login` names the user. */
export const HAPPENINGS = [
  'user.activated',
  'user.locked',
  'user.suspended',
  'user.deactivated',
  'user.removed_from_group',
  'keys.rotated',
  'push.approved',
  'push.rejected',
  'authenticator.opened',
  'device.approved',
  'device.denied',
] as const

const about = z.strictObject({ login: z.string(), group: z.string().optional() })
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  HAPPENINGS.map((name) => [name, name === 'keys.rotated' ? z.strictObject({}) : about]),
)
const TO: Readonly<Record<string, readonly [Status, EventType]>> = {
  'user.locked': ['LOCKED_OUT', 'user.account.lock'],
  'user.suspended': ['SUSPENDED', 'user.lifecycle.suspend'],
}

export function happen(org: Org, event: string, fields: Json): void {
  if (!(HAPPENINGS as readonly string[]).includes(event))
    throw new Error(`okta: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  if (event === 'keys.rotated') return rotateAll(org)
  const parsed = about.safeParse(fields)
  if (!parsed.success) throw new Error(`okta.${event}: expected { login }, got ${JSON.stringify(fields)}.`)
  const { login, group } = parsed.data
  const user = org.store.userByLogin(login)
  if (user === undefined) throw new Error(`okta.${event}: expected a user with the login ${login}, got none.`)
  if (event === 'user.deactivated') return deactivate(org, user)
  if (event === 'user.activated') {
    activate(org, user)
    return
  }
  if (event === 'push.approved' || event === 'push.rejected') return answerPush(org, user, event === 'push.approved')
  if (event === 'device.approved' || event === 'device.denied')
    return decideDevice(org, user, event === 'device.approved')
  if (event === 'authenticator.opened') return showCode(org, user)
  const step = TO[event]
  if (step !== undefined) {
    move(org, user, ...step)
    return
  }
  const found = org.store.rows('groups').find((row) => rowOf(row.profile).name === group)
  if (found === undefined) throw new Error(`okta.${event}: expected a group named ${group ?? '(none)'}, got none.`)
  join(org, text(found.id), text(user.id), false)
}

/** The user looks at an authenticator app: the trace tells the code that it shows as `okta.code.shown`. */
function showCode(org: Org, user: Row): void {
  const login = text(rowOf(user.profile).login)
  const factor = org.store.rows(factorsOf(user)).find(({ factorType }) => factorType === 'token:software:totp')
  if (factor === undefined) throw new Error(`okta: expected ${login} to have an authenticator app, got none.`)
  const code = totp(text(factor._secret), stepAt(org.world.clock.now()))
  org.world.trace.record('okta.code.shown', { login, code })
}
