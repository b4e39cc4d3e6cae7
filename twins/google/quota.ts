import type { Api } from './ask.ts'
import { GoogleError } from './wire.ts'
import type { Workspace } from './workspace.ts'

/** What a request counts as. */
export type Meter = 'read' | 'list' | 'download' | 'modify' | 'other'

const MINUTE_MS = 60_000
/** Units of Drive by what is done: https://developers.google.com/workspace/drive/api/guides/limits (2026-11-26). */
const UNITS: Readonly<Record<Meter, number>> = { read: 5, list: 100, download: 200, modify: 50, other: 5 }

type Limit = {
  readonly key: string
  readonly units: number
  readonly most: number
  readonly name: string
  readonly metric: string
}

/**
 * A minute's limits. Sheets: https://developers.google.com/workspace/sheets/api/limits, Docs: …/docs/api/limits, Drive: …/drive/api/guides/limits
 * (all 2026-11-26; for projects made since May 2026).
 */
function limits({ seed: { quotas = {} } }: Workspace, api: Api, meter: Meter, email: string): readonly Limit[] {
  if (api === 'drive') {
    const [units, metric] = [UNITS[meter], 'drive.googleapis.com/default']
    return [
      {
        key: `drive ${email}`,
        units,
        most: quotas.drive_per_user ?? 325_000,
        name: 'Queries per minute per user',
        metric,
      },
      { key: 'drive', units, most: 1_000_000, name: 'Queries per minute', metric },
    ]
  }
  const write = meter === 'modify'
  const name = write ? 'Write requests' : 'Read requests'
  const metric = `${api}.googleapis.com/${write ? 'write' : 'read'}_requests`
  const perUser =
    api === 'sheets'
      ? (quotas.sheets_per_user ?? 60)
      : write
        ? (quotas.docs_writes_per_user ?? 60)
        : (quotas.docs_reads_per_user ?? 300)
  const perProject = api === 'sheets' ? (quotas.sheets_per_project ?? 300) : write ? 600 : 3000
  return [
    { key: `${api} ${name} ${email}`, units: 1, most: perUser, name: `${name} per minute per user`, metric },
    { key: `${api} ${name}`, units: 1, most: perProject, name: `${name} per minute`, metric },
  ]
}

/** Counts a request against its quotas. Throws the refusal when one is used up. */
export function count(ws: Workspace, api: Api, meter: Meter, email: string): void {
  const now = ws.world.clock.now()
  const { quotas } = ws.tables
  for (const { key, units, most, name, metric } of limits(ws, api, meter, email)) {
    const old = quotas.get(key)
    const fresh = old === undefined || now - old.sinceMs >= MINUTE_MS
    const used = (fresh ? 0 : old.used) + units
    if (used > most) throw exceeded(api, name, metric, most)
    quotas.set(key, { key, sinceMs: fresh ? now : old.sinceMs, used })
  }
}

/** Drive tells it as a 403 with a reason of its own, the others as a 429. Neither says when to come back. */
function exceeded(api: Api, name: string, metric: string, most: number): GoogleError {
  if (api === 'drive')
    return new GoogleError('User Rate Limit Exceeded', {
      status: 403,
      reason: 'userRateLimitExceeded',
      domain: 'usageLimits',
    })
  const [group = name] = name.split(' per ')
  const [service, consumer] = [`${api}.googleapis.com`, 'projects/123456789012']
  return new GoogleError(
    `Quota exceeded for quota metric '${group}' and limit '${name}' of service '${service}' for consumer 'project_number:123456789012'.`,
    {
      status: 429,
      reason: 'rateLimitExceeded',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'RATE_LIMIT_EXCEEDED',
          domain: 'googleapis.com',
          metadata: {
            service,
            consumer,
            quota_metric: metric,
            quota_limit_value: String(most),
            quota_unit: '1/min/{project}/{user}',
          },
        },
      ],
    },
  )
}
