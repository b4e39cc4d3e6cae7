import { type Ask, gap } from '../ask.ts'
import { type Org, rowOf, text } from '../org.ts'
import { rotated } from '../rotation.ts'
import type { Row } from '../store.ts'
import { notFound, OAuthError } from '../wire.ts'

/** Who issues: the org itself, or one of its custom servers. */
export type Issuer = {
  readonly id: string | undefined
  readonly issuer: string
  readonly audience: string
  readonly rotations: number
}

export function issuerOf(ask: Ask): Issuer {
  const id = ask.param('server')
  if (id === '')
    return {
      id: undefined,
      issuer: ask.base,
      audience: ask.base,
      rotations: Number(ask.org.store.get('~org', 'keys')?.rotations ?? 0),
    }
  const server = ask.org.store.get('authorizationServers', id)
  if (server === undefined || server.status !== 'ACTIVE') throw notFound(id, 'AuthorizationServer')
  const [audience] = Array.isArray(server.audiences) ? server.audiences : []
  return { id, issuer: `${ask.base}/oauth2/${id}`, audience: text(audience), rotations: Number(server._rotations ?? 0) }
}

/** Every server signs with its next key from now on. */
export function rotateAll(org: Org): void {
  org.store.put('~org', { id: 'keys', rotations: Number(org.store.get('~org', 'keys')?.rotations ?? 0) + 1 })
  for (const server of org.store.rows('authorizationServers')) rotated(org, server, org.world.clock.now())
}

export type Lifetimes = {
  readonly accessSeconds: number
  readonly refreshSeconds: number | undefined
  /** How long a refresh token may lie unused. */
  readonly windowSeconds: number | undefined
}
const HOUR = 3600

/**
 * Whether a server's access policies let a request through, and how long its tokens live. The first rule that fits decides.
 * Assumed: as on https://developer.okta.com/docs/concepts/policies/, unconfirmed.
 */
export function admitted(
  org: Org,
  issuer: Issuer,
  grant: string,
  client: string,
  user: Row | undefined,
  scopes: readonly string[],
): Lifetimes {
  if (issuer.id === undefined) return { accessSeconds: HOUR, refreshSeconds: undefined, windowSeconds: undefined }
  const root = `authorizationServers/${issuer.id}/policies`
  const active = (path: string): readonly Row[] =>
    org.store
      .rows(path)
      .filter(({ status }) => status === 'ACTIVE')
      .sort((a, b) => Number(a.priority) - Number(b.priority))
  for (const policy of active(root)) {
    const clients = strings(rowOf(rowOf(policy.conditions).clients).include)
    if (!clients.includes('ALL_CLIENTS') && !clients.includes(client)) continue
    const rule = active(`${root}/${text(policy.id)}/rules`).find((one) =>
      fits(org, rowOf(one.conditions), grant, user, scopes),
    )
    if (rule === undefined) continue
    const token = rowOf(rowOf(rule.actions).token)
    const refresh = Number(token.refreshTokenLifetimeMinutes ?? 0)
    if (text(rowOf(token.inlineHook).id) !== '') throw gap('token inline hooks')
    const window = Number(token.refreshTokenWindowMinutes ?? 0)
    return {
      windowSeconds: window === 0 ? undefined : window * 60,
      accessSeconds: Number(token.accessTokenLifetimeMinutes ?? 60) * 60,
      refreshSeconds: refresh === 0 ? undefined : refresh * 60,
    }
  }
  throw new OAuthError(
    400,
    'access_denied',
    'Policy evaluation failed for this request, please check the policy configurations.',
  )
}

const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

function fits(org: Org, conditions: Row, grant: string, user: Row | undefined, scopes: readonly string[]): boolean {
  const grants = strings(rowOf(conditions.grantTypes).include)
  const wanted = strings(rowOf(conditions.scopes).include)
  if (!grants.includes(grant)) return false
  if (!wanted.includes('*') && !scopes.every((scope) => wanted.includes(scope))) return false
  if (user === undefined) return true
  const people = rowOf(conditions.people)
  const id = text(user.id)
  const groups = strings(rowOf(people.groups).include)
  const users = strings(rowOf(people.users).include)
  if (strings(rowOf(people.users).exclude).includes(id)) return false
  if (groups.length === 0 && users.length === 0) return true
  return (
    users.includes(id) ||
    groups.some((group) => group === 'EVERYONE' || org.store.get(`groups/${group}/members`, id) !== undefined)
  )
}
