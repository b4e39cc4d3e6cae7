import { notModelled } from '../../twin.ts'
import { type Ask, badRequest, type On } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import type { Fields } from '../state.ts'

/** https://www.twilio.com/docs/sendgrid/api-reference/stats (2026-11-26). */
const METRICS = [
  'blocks',
  'bounce_drops',
  'bounces',
  'clicks',
  'deferred',
  'delivered',
  'invalid_emails',
  'opens',
  'processed',
  'requests',
  'spam_report_drops',
  'spam_reports',
  'unique_clicks',
  'unique_opens',
  'unsubscribe_drops',
  'unsubscribes',
]
const DAY_MS = 86_400_000

/** The days that are asked for, today the last of them. */
function daysOf({ site, query }: Ask): readonly string[] {
  if (!['', 'day'].includes(query('aggregated_by'))) throw notModelled('sendgrid', GAPS, 'other statistics')
  const day = (name: string): number | undefined => {
    const text = query(name)
    if (text === '') return undefined
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)))
      throw badRequest(`${name} must be in the format YYYY-MM-DD`, name)
    return Date.parse(text)
  }
  const startMs = day('start_date')
  if (startMs === undefined) throw badRequest('start_date is required', 'start_date')
  const endMs = day('end_date') ?? Math.floor(site.now() / DAY_MS) * DAY_MS
  if (endMs < startMs) throw badRequest('end_date must be after start_date', 'end_date')
  const days = Math.floor((endMs - startMs) / DAY_MS) + 1
  return Array.from({ length: days }, (_, nth) => new Date(startMs + nth * DAY_MS).toISOString().slice(0, 10))
}

const metrics = ({ site }: Ask, day: string, category: string): Fields => {
  const counts = site.store.stats.get(`${day} ${category}`)?.counts ?? {}
  return Object.fromEntries(METRICS.map((name) => [name, counts[name] ?? 0]))
}

export function addStats(on: On): void {
  on('stats.list', 'stats.read', 'GET /v3/stats', (ask) =>
    Response.json(daysOf(ask).map((date) => ({ date, stats: [{ metrics: metrics(ask, date, '') }] }))),
  )
  on('categories.list', 'categories.read', 'GET /v3/categories', (ask) => {
    const prefix = ask.query('category')
    const names = new Set(ask.site.store.stats.all().map(({ id }) => id.slice(11)))
    names.delete('')
    return Response.json([...names].filter((name) => name.startsWith(prefix)).map((category) => ({ category })))
  })
  on('categories.stats.list', 'categories.stats.read', 'GET /v3/categories/stats', (ask) => {
    const categories = ask.url.searchParams.getAll('categories').flatMap((names) => names.split(','))
    if (categories.length === 0) throw badRequest('categories is required', 'categories')
    return Response.json(
      daysOf(ask).map((date) => ({
        date,
        stats: categories.map((name) => ({ type: 'category', name, metrics: metrics(ask, date, name) })),
      })),
    )
  })
}
