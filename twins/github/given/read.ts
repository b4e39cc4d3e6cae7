import type { Exchange } from '../../har.ts'
import { isRow, type Row, text } from '../store.ts'

/** One exchange as data. */
export type Seen = {
  readonly exchange: Exchange
  readonly method: string
  readonly status: number
  readonly path: string
  readonly query: URLSearchParams
  readonly sent: Row
  readonly body: unknown
  /** Whether the request changed something. */
  readonly writes: boolean
}

const parsed = (bytes: Uint8Array | undefined): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString())
  } catch {
    return undefined
  }
}

export function seen(exchange: Exchange): Seen {
  const url = new URL(exchange.url)
  const sent = parsed(exchange.requestBody)
  return {
    exchange,
    method: exchange.method,
    status: exchange.status,
    path: url.pathname,
    query: url.searchParams,
    sent: isRow(sent) ? sent : {},
    body: parsed(exchange.responseBody),
    writes: exchange.method !== 'GET' && exchange.method !== 'HEAD' && exchange.status < 300,
  }
}

/** Every object below a value, itself included. */
export function* objects(value: unknown): Generator<Row> {
  if (Array.isArray(value)) for (const item of value) yield* objects(item)
  else if (isRow(value)) {
    yield value
    for (const item of Object.values(value)) yield* objects(item)
  }
}

export const isAccount = (row: Row): boolean =>
  typeof row.login === 'string' &&
  typeof row.id === 'number' &&
  (row.followers_url !== undefined || row.members_url !== undefined)
export const isRepo = (row: Row): boolean =>
  typeof row.full_name === 'string' && typeof row.id === 'number' && row.forks_url !== undefined
export const isTeam = (row: Row): boolean =>
  typeof row.slug === 'string' && typeof row.id === 'number' && row.repositories_url !== undefined
export const isApp = (row: Row): boolean =>
  typeof row.slug === 'string' && typeof row.id === 'number' && row.external_url !== undefined
export const isSha = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value)

/** The rows of a list, whether it stands alone or in an envelope. */
export function listed(body: unknown): readonly Row[] | undefined {
  if (Array.isArray(body)) return body.filter(isRow)
  if (isRow(body) && typeof body.total_count === 'number') return Object.values(body).find(Array.isArray)?.filter(isRow)
  return undefined
}

export const nameOf = (row: Row): string => text(row.full_name).toLowerCase()
