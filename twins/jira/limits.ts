import type { Site } from './site.ts'
import { errorBody, limitHeaders } from './wire.ts'

/** Per endpoint and method, and per issue for writes: https://developer.atlassian.com/cloud/jira/platform/rate-limiting (2026-11-26). */
const PER_SECOND: Readonly<Record<string, number>> = { GET: 100, POST: 100, PUT: 50, DELETE: 50 }
const ISSUE_WRITES = [
  { most: 20, windowMs: 2_000 },
  { most: 100, windowMs: 30_000 },
] as const

/** Counts a call of one operation. Gives the refusal when there have been too many. */
export function countCall(site: Site, operation: string, method: string): Response | undefined {
  const wish = site.seed.limits
  const seeded = { GET: wish?.get, POST: wish?.post, PUT: wish?.put, DELETE: wish?.delete }[method]
  const most = seeded ?? PER_SECOND[method] ?? 100
  const waitMs = count(site, `call ${operation}`, [{ most, windowMs: 1_000 }])
  return waitMs === undefined ? undefined : refusal(site, waitMs, most, 'jira-burst-based')
}

/** Counts a write to one issue. */
export function countWrite(site: Site, issueId: string): Response | undefined {
  const waitMs = count(site, `issue ${issueId}`, ISSUE_WRITES)
  return waitMs === undefined ? undefined : refusal(site, waitMs, ISSUE_WRITES[0].most, 'jira-per-issue-on-write')
}

const refusal = (site: Site, waitMs: number, most: number, reason: Parameters<typeof limitHeaders>[3]): Response =>
  Response.json(errorBody(['Rate limit exceeded.']), {
    status: 429,
    headers: limitHeaders(site.now(), waitMs, most, reason),
  })

/** So many within each window, whenever it begins. Gives how long to wait when there have been too many. */
function count(
  { store, now }: Site,
  id: string,
  windows: readonly { readonly most: number; readonly windowMs: number }[],
): number | undefined {
  const nowMs = now()
  const longestMs = Math.max(...windows.map(({ windowMs }) => windowMs))
  const recent = (store.limits.get(id)?.at_ms ?? []).filter((at) => at > nowMs - longestMs)
  for (const { most, windowMs } of windows) {
    const inside = recent.filter((at) => at > nowMs - windowMs)
    const first = inside[inside.length - most]
    if (first !== undefined) return first + windowMs - nowMs
  }
  store.limits.put({ id, at_ms: [...recent, nowMs] })
  return undefined
}
