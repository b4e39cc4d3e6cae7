import { METHODS } from './methods.ts'
import type { Workspace } from './workspace.ts'

/** https://docs.slack.dev/apis/web-api/rate-limits (2026-11-26): "1+", "20+", "50+", "100+ per minute". Assumed: no more than that. */
const PER_MINUTE = { 1: 1, 2: 20, 3: 50, 4: 100 } as const
/** "Hundreds of requests per minute" for auth.test and chat.getPermalink. Assumed: this many hundreds. */
const HUNDREDS = 600
const MINUTE_MS = 60_000
/** "1 per second per channel", "short bursts allowed". Assumed: none, unless the seed says so. */
export const POST_EVERY_MS = 1_000

/** Counts a call against its method's minute. Gives how long to wait when there have been too many. */
export function countCall(ws: Workspace, method: string): number | undefined {
  const tier = METHODS[method]?.tier ?? 'hundreds'
  if (tier === 'posting') return undefined
  const { limits, app } = ws.seed
  const tight = app?.distribution === 'commercial' && /^conversations\.(history|replies)$/.test(method)
  const usual = tier === 'hundreds' ? HUNDREDS : (limits?.[`tier${tier}`] ?? PER_MINUTE[tier])
  return count(ws, method, tight ? PER_MINUTE[1] : usual, MINUTE_MS)
}

/** Counts a message against its channel's second. */
export const countPost = (ws: Workspace, where: string): number | undefined =>
  count(ws, `post ${where}`, ws.seed.limits?.post_burst ?? 1, POST_EVERY_MS * (ws.seed.limits?.post_burst ?? 1))

/** `most` calls within `windowMs`, whenever it begins. */
function count(ws: Workspace, id: string, most: number, windowMs: number): number | undefined {
  const nowMs = ws.world.clock.now()
  const recent = (ws.store.limits.get(id)?.at_ms ?? []).filter((at) => at > nowMs - windowMs)
  const first = recent[recent.length - most]
  if (first !== undefined) return first + windowMs - nowMs
  ws.store.limits.put({ id, at_ms: [...recent, nowMs] })
  return undefined
}
