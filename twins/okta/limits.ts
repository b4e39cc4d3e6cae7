import type { Org } from './org.ts'

/**
 * Requests per minute, most special first: the pattern is of `METHOD /path`. Source: https://developer.okta.com/docs/reference/rl-global-mgmt
 * (2026-11-26), the column of Workforce Identity. Assumed: those of sign-in and of OAuth, which stand on the page for end users.
 */
const BUCKETS: readonly (readonly [pattern: RegExp, name: string, perMinute: number])[] = [
  [/^\w+ \/api\/v1\/apps\/[^/]+$/, '/api/v1/apps/{id}', 500],
  [/^\w+ \/api\/v1\/apps(\/|$)/, '/api/v1/apps', 100],
  [/^\w+ \/api\/v1\/groups\/[^/]+$/, '/api/v1/groups/{id}', 1000],
  [/^\w+ \/api\/v1\/groups(\/|$)/, '/api/v1/groups', 500],
  [/^GET \/api\/v1\/users\/[^/]+$/, 'GET /api/v1/users/{idOrLogin}', 2000],
  [/^\w+ \/api\/v1\/users\/[^/]+$/, '/api/v1/users/{id}', 600],
  [/^\w+ \/api\/v1\/users$/, '/api/v1/users', 600],
  [/^\w+ \/api\/v1\/logs$/, '/api/v1/logs', 120],
  [/^\w+ \/api\/v1\/devices(\/|$)/, '/api/v1/devices', 100],
  [/^\w+ \/api\/v1\/authn(\/|$)/, '/api/v1/authn', 600],
  [/^\w+ \/oauth2\/v1\/clients(\/|$)/, '/oauth2/v1/clients', 100],
  [/^\w+ \/oauth2\//, '/oauth2', 2000],
]
/** Most other calls. */
const OTHERS = [/^/, '/api/v1', 1200] as const
const MINUTE_MS = 60_000

/** Counts a request against its bucket's minute. */
export function countRequest(
  org: Org,
  method: string,
  path: string,
): { headers: Record<string, string>; over: boolean } {
  const nowMs = org.world.clock.now()
  const [, name, usual] = BUCKETS.find(([pattern]) => pattern.test(`${method} ${path}`)) ?? OTHERS
  const limit = org.seed.rate_limit ?? usual
  const old = org.store.get('~limits', name)
  const fresh = old === undefined || Number(old.reset) * 1000 <= nowMs
  const reset = fresh ? Math.ceil((nowMs + MINUTE_MS) / 1000) : Number(old.reset)
  const used = (fresh ? 0 : Number(old.used)) + 1
  org.store.put('~limits', { id: name, reset, used })
  return {
    over: used > limit,
    headers: {
      'X-Rate-Limit-Limit': `${limit}`,
      'X-Rate-Limit-Remaining': `${Math.max(limit - used, 0)}`,
      'X-Rate-Limit-Reset': `${reset}`,
    },
  }
}
