import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { isRow, type Row } from './store.ts'

const parse = (bytes: Uint8Array | undefined): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString())
  } catch {
    return undefined
  }
}
/** Settings that exist once and have no id. */
const SINGLE = /\/(okta-organization|rate-limit-settings\/[\w-]+|security-notification-settings)$/
const below = (url: string): string => new URL(url).pathname.replace(/^\/api\/v1\//, '')

type Found = {
  rows: Map<string, Map<string, Json>>
  documents: Map<string, Json>
  admin?: string | undefined
  org?: string | undefined
  access?: string | undefined
  enrollment?: string | undefined
}

/** Ids that writes of this recording gave: nothing of the like was there before. */
function createdIds(exchanges: readonly Exchange[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const made = new Set<string>()
  for (const { method, url, status, responseBody } of exchanges) {
    const body = parse(responseBody)
    const rows = (Array.isArray(body) ? body : [body]).filter(isRow)
    for (const { id, kid } of rows) {
      const key = typeof id === 'string' ? id : kid
      if (typeof key !== 'string') continue
      if (method === 'POST' && status < 300 && !seen.has(key) && !url.includes(key)) made.add(key)
      seen.add(key)
    }
  }
  return made
}

/** What one look at a thing showed, with the values that were seen first. */
const narrowed = (row: Row, first: Row): Json =>
  Object.fromEntries(Object.entries(row).map(([field, value]) => [field, first[field] ?? value])) as Json

const LISTS = ['permissions', 'roles', 'domains', 'email-servers']

function note(found: Found, exchange: Exchange, made: ReadonlySet<string>): void {
  const { method, url, status, responseBody } = exchange
  const body = parse(responseBody)
  if (status >= 300 || body === undefined || body === null) return
  const path = below(url)
  if (isRow(body)) noteNames(found, body)
  if (method !== 'GET') return
  if (SINGLE.test(path)) {
    const full = new URL(url).pathname
    if (!found.documents.has(full) && isRow(body)) found.documents.set(full, body as Json)
    return
  }
  if ([...made].some((id) => path.includes(id))) return
  const list = isRow(body) ? LISTS.map((name) => body[name]).find(Array.isArray) : undefined
  const rows = (Array.isArray(body) ? body : (list ?? [body])) as readonly unknown[]
  const collection = Array.isArray(body) || list !== undefined ? path : path.split('/').slice(0, -1).join('/')
  for (const row of rows) {
    if (!isRow(row)) continue
    const { id } = row
    noteType(found, row.target, made)
    if (typeof id !== 'string' || made.has(id) || refersTo(row, made)) continue
    noteNames(found, row)
    const kept = found.rows.get(collection) ?? new Map<string, Json>()
    found.rows.set(collection, kept)
    // The first look is the state before; a look at one thing shows more than a list does.
    const old = kept.get(id)
    if (old === undefined) kept.set(id, row as Json)
    else if (!Array.isArray(body) && isRow(old)) kept.set(id, narrowed(row, old))
  }
}

/** Mappings name the types of user there are. */
function noteType({ rows }: Found, end: unknown, made: ReadonlySet<string>): void {
  if (!isRow(end) || end.type !== 'user' || typeof end.id !== 'string' || made.has(end.id)) return
  const { id, name = '' } = end
  const types = rows.get(TYPES) ?? new Map<string, Json>()
  rows.set(TYPES, types)
  if (!types.has(id)) types.set(id, { id, name, displayName: name, default: name === 'user' } as Json)
}
const TYPES = 'meta/types/user'

/** A row about something that the recording made came with it. */
const refersTo = (row: Row, made: ReadonlySet<string>): boolean =>
  [row.source, row.target].some((end) => isRow(end) && typeof end.id === 'string' && made.has(end.id))

function noteNames(found: Found, row: Row): void {
  if (typeof row.createdBy === 'string' && row.createdBy.startsWith('00u')) found.admin ??= row.createdBy
  if (typeof row.orgId === 'string') found.org ??= row.orgId
  if (typeof row.orn === 'string') found.org ??= row.orn.split(':')[3]
  const links = isRow(row._links) ? row._links : {}
  const last = (rel: string): string | undefined => {
    const link = links[rel]
    return isRow(link) && typeof link.href === 'string' ? link.href.split('/').at(-1) : undefined
  }
  found.access ??= last('accessPolicy')
  found.enrollment ??= last('profileEnrollment')
}

/** What the org had before: rows that reads return and no write of the recording made, and settings as they were first read. */
function given(exchanges: readonly Exchange[]): Json {
  const found: Found = { rows: new Map(), documents: new Map() }
  const made = createdIds(exchanges)
  for (const exchange of exchanges) note(found, exchange, made)
  const text = exchanges.map(({ responseBody }) => Buffer.from(responseBody ?? []).toString())
  const features = [
    ...(text.some((body) => /"owners":\{"href"/.test(body)) ? ['GROUP_OWNERS'] : []),
    ...(text.some((body) => /"realmId":/.test(body)) ? ['REALMS'] : []),
  ]
  const apps = text.filter((body) => body.includes('"signOnMode"'))
  const classic = apps.length > 0 && apps.every((body) => !body.includes('"accessPolicy"'))
  const ids = { org: found.org, admin: found.admin, access_policy: found.access, enrollment_policy: found.enrollment }
  const sub =
    new URL(exchanges[0]?.url ?? 'https://acme.okta.com').hostname.split('.')[0]?.replace('-admin', '') ?? 'acme'
  const counts = text.flatMap((body) =>
    [...body.matchAll(new RegExp(`"name":"${sub}_\\w+_(\\d+)"`, 'g'))].map(([, n]) => Number(n)),
  )
  return {
    org: sub,
    ...(counts.length === 0 ? {} : { apps_made: Math.min(...counts) - 1 }),
    features,
    engine: classic ? 'classic' : 'oie',
    ids: Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined)) as Json,
    rows: Object.fromEntries([...found.rows].map(([path, rows]) => [path, [...rows.values()]])),
    documents: Object.fromEntries(found.documents),
  }
}

const SINCE = 'Newer than some of the recordings; the API has no versions to pin.'

/** How recordings of Okta are replayed. */
export const FIDELITY: FidelityProfile = {
  authorize: (headers) => {
    if (headers.has('authorization') && !headers.get('authorization')?.startsWith('DPoP'))
      headers.set('Authorization', 'SSWS fidelity')
  },
  url: (url) => new URL(url.pathname + url.search, `https://${url.hostname.split('.')[0]}.okta.com`),
  given,
  ignores: [
    ...[
      '**.universalLogout',
      'universalLogout',
      '**.emOptInStatus',
      '**.participate_slo',
      '**.isCloneable',
      'isCloneable',
    ].map((at) => ({ at, what: 'extra' as const, why: SINCE })),
    ...['universalLogout', '**.universalLogout'].map((at) => ({
      at,
      what: 'type' as const,
      why: 'Null before the feature reached an org.',
    })),
    { at: '_links.settings', what: 'extra', why: SINCE },
    { at: 'events.items.*', what: 'value', why: 'Okta keeps the types of a hook in no order.' },
    { at: 'diskEncryptionType.include.*', what: 'value', why: 'Okta keeps them in no order.' },
    { at: '**.primary.methods.*', what: 'value', why: 'Okta keeps the methods of a rule in no order.' },
    { at: '*._embedded', what: 'extra', why: SINCE },
    { at: '**.displayRemediationMode', what: 'extra', why: 'Sent by orgs that can show how to remedy a device.' },
    { at: 'displayRemediationMode', what: 'extra', why: 'Sent by orgs that can show how to remedy a device.' },
    { at: '**.signOn.defaultRelayState', what: 'type', why: 'A blank one was shown as such until 2025.' },
    { at: '**.signOn.spIssuer', what: 'type', why: 'Some orgs fill it in by themselves.' },
    { at: 'locations.**', what: 'value', why: 'Okta keeps the places of a zone in no order.' },
    {
      at: 'x5t#S256',
      what: 'value',
      why: 'A certificate that was read from an app and sent back is the recorded one.',
    },
    { at: 'n', what: 'value', why: 'A certificate that was read from an app and sent back is the recorded one.' },
    { at: '**.credentials.emails', what: 'missing', why: 'Only orgs that verify mail addresses send it.' },
    { at: 'credentials.emails', what: 'missing', why: 'Only orgs that verify mail addresses send it.' },
    { at: '_links.resetFactors', what: 'extra', why: 'Sent where the org has factors to reset.' },
  ],
}
