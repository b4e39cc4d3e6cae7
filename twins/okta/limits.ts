import type { Org } from './org.ts'

/**
 * Requests per minute, most special first. Source: https://developer.okta.com/docs/reference/rl-global-mgmt/ and
 * rl-global-enduser (Workforce Identity; unconfirmed). The lists there are longer; what is not here has the general limit.
 */
const BUCKETS: readonly (readonly [RegExp, string, number])[] = [
  [/^\/api\/v1\/apps\/[^/]+$/, '/api/v1/apps/{id}', 500],
  [/^\/api\/v1\/apps/, '/api/v1/apps', 100],
  [/^\/api\/v1\/groups\/[^/]+$/, '/api/v1/groups/{id}', 1000],
  [/^\/api\/v1\/groups/, '/api/v1/groups', 500],
  [/^\/api\/v1\/users\/[^/]+$/, '/api/v1/users/{id}', 600],
  [/^\/api\/v1\/users/, '/api/v1/users', 600],
  [/^\/api\/v1\/logs/, '/api/v1/logs', 120],
  [/^\/api\/v1\/authn/, '/api/v1/authn', 600],
  [/^\/oauth2\//, '/oauth2', 2000],
  [/^/, '/api/v1', 1200],
]
const MINUTE_MS = 60_000

/** Counts a request against its bucket's minute. */
export function countRequest(org: Org, path: string): { headers: Record<string, string>; over: boolean } {
  const nowMs = org.world.clock.now()
  const [, name, usual] = BUCKETS.find(([pattern]) => pattern.test(path)) ?? [/^/, '/api/v1', 1200]
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
