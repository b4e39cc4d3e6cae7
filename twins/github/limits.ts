import type { Viewer } from './access.ts'
import { account, type GitHub, idOf } from './github.ts'
import { count, type Row } from './store.ts'
import { GitHubError } from './wire.ts'

/**
 * Requests per window by resource. Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api and
 * https://docs.github.com/rest/rate-limit/rate-limit (2026-11-26).
 */
const WINDOWS = {
  core: { limit: 5000, seconds: 3600 },
  search: { limit: 30, seconds: 60 },
  code_search: { limit: 10, seconds: 60 },
  graphql: { limit: 5000, seconds: 3600 },
} as const
export type Resource = keyof typeof WINDOWS
const ANONYMOUS: Readonly<Record<Resource, number>> = { core: 60, search: 10, code_search: 10, graphql: 0 }

/** Secondary limits: points per minute, and things made. Source: as above, "About secondary rate limits". Assumed: whole windows. */
const POINTS_PER_MINUTE = 900
const MADE = { minute: 80, hour: 500 }

export const resourceOf = (path: string): Resource =>
  path.startsWith('/search/code')
    ? 'code_search'
    : path.startsWith('/search/')
      ? 'search'
      : path === '/graphql'
        ? 'graphql'
        : 'core'

export type Quota = {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  readonly reset: number
  readonly resource: Resource
}

function limitOf(github: GitHub, viewer: Viewer, resource: Resource): number {
  if (viewer.kind === 'anonymous') return ANONYMOUS[resource]
  return resource === 'core' ? (github.seed.rate_limit ?? WINDOWS.core.limit) : WINDOWS[resource].limit
}

/** How much of a window is used. */
export function quotaOf(github: GitHub, viewer: Viewer, resource: Resource): Quota {
  const nowS = Math.floor(github.world.clock.now() / 1000)
  const old = github.store.get('~limits', `${viewer.key} ${resource}`)
  const fresh = old === undefined || count(old.reset) <= nowS
  const limit = limitOf(github, viewer, resource)
  const used = fresh ? 0 : count(old.used)
  const reset = fresh ? nowS + WINDOWS[resource].seconds : count(old.reset)
  return { limit, used: Math.min(used, limit), remaining: Math.max(limit - used, 0), reset, resource }
}

export const quotaHeaders = ({ limit, used, remaining, reset, resource }: Quota): Readonly<Record<string, string>> => ({
  'X-RateLimit-Limit': String(limit),
  'X-RateLimit-Remaining': String(remaining),
  'X-RateLimit-Reset': String(reset),
  'X-RateLimit-Used': String(used),
  'X-RateLimit-Resource': resource,
})

/** Counts a request. Throws GitHub's refusal when nothing is left. */
export function countRequest(github: GitHub, viewer: Viewer, resource: Resource): void {
  const quota = quotaOf(github, viewer, resource)
  if (quota.remaining === 0) {
    const whose = viewer.kind === 'user' ? `user ID ${idOf(account(github, viewer.login))}` : viewer.key
    throw new GitHubError(403, `API rate limit exceeded for ${whose}.`, undefined, quotaHeaders(quota))
  }
  github.store.put('~limits', `${viewer.key} ${resource}`, { used: quota.used + 1, reset: quota.reset })
}

/** Requests that are answered with 304 are free. */
export function giveBack(github: GitHub, viewer: Viewer, resource: Resource): void {
  const key = `${viewer.key} ${resource}`
  const row = github.store.get('~limits', key)
  if (row !== undefined) github.store.put('~limits', key, { ...row, used: Math.max(count(row.used) - 1, 0) })
}

/** Counts towards the secondary limits; throws when they are hit. `makes` says that the request creates content. */
export function countSecondary(github: GitHub, viewer: Viewer, writes: boolean, makes: boolean): void {
  const nowMs = github.world.clock.now()
  const key = `${viewer.key} secondary`
  const old: Row = github.store.get('~limits', key) ?? {}
  const minute = nowMs - count(old.minute) >= 60_000 || old.minute === undefined
  const hour = nowMs - count(old.hour) >= 3_600_000 || old.hour === undefined
  const row = {
    minute: minute ? nowMs : count(old.minute),
    points: (minute ? 0 : count(old.points)) + (writes ? 5 : 1),
    made: (minute ? 0 : count(old.made)) + (makes ? 1 : 0),
    hour: hour ? nowMs : count(old.hour),
    madeInHour: (hour ? 0 : count(old.madeInHour)) + (makes ? 1 : 0),
  }
  const overHour = row.madeInHour > MADE.hour
  if (!overHour && row.points <= POINTS_PER_MINUTE && row.made <= MADE.minute) {
    github.store.put('~limits', key, row)
    return
  }
  const untilMs = overHour ? row.hour + 3_600_000 : row.minute + 60_000
  throw new GitHubError(
    403,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.',
    undefined,
    { 'Retry-After': String(Math.max(1, Math.ceil((untilMs - nowMs) / 1000))) },
  )
}
