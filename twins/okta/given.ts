import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { isDocument } from './documents.ts'
import { attributesIn } from './profiles.ts'
import { isRow, type Row } from './store.ts'

/** One exchange that went well, as a derivation of the state before reads it. */
type Look = {
  readonly method: string
  /** Below `/api/v1/`, or the whole path where it is elsewhere. */
  readonly path: string
  readonly host: string
  readonly fullPath: string
  readonly sent: string
  readonly text: string
  readonly body: unknown
}

type Found = {
  readonly made: ReadonlySet<string>
  /** Ties that the recording made, such as a user's place in a group: `collection id`. */
  readonly tied: Set<string>
  readonly sightings: ReadonlyMap<string, Row>
  /** What was looked at by itself, and not only in a list: `collection id`. */
  readonly whole: Set<string>
  readonly rows: Map<string, Map<string, Row>>
  readonly documents: Map<string, Json>
  readonly names: { admin?: string; org?: string; access?: string; enrollment?: string }
}

const USER_TYPES = 'meta/types/user'
const utf8 = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function lookOf({ method, url, requestBody, responseBody }: Exchange): Look {
  const { pathname, hostname } = new URL(url)
  const text = utf8(responseBody)
  return {
    method,
    host: hostname,
    fullPath: pathname,
    path: pathname.replace(/^\/api\/v1\//, '').replace(/^\//, ''),
    sent: utf8(requestBody),
    text,
    body: parse(text),
  }
}

/** Twenty characters with a figure in them, a UUID, or a role's type in base 32: what Okta gives as an id. */
const isId = (part: string): boolean =>
  /^(?=.*\d)[\w-]{20}$/.test(part) ||
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(part) ||
  /^[A-Z2-7]{12,}$/.test(part)

/** What a row goes by where it stands. */
function nameOf(row: Row): string | undefined {
  const { id, kid, label, primary, user, name: own } = row
  const name = id ?? kid ?? (isRow(user) ? user.id : isRow(primary) ? primary.name : (label ?? own))
  return typeof name === 'string' ? name : undefined
}

/** Ids that creations of this recording gave: nothing of the like was there before. */
function createdIds(looks: readonly Look[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const made = new Set<string>()
  for (const { method, path, sent, body } of looks)
    for (const row of (Array.isArray(body) ? body : [body]).filter(isRow)) {
      const key = nameOf(row)
      if (key === undefined) continue
      if (method === 'POST' && !seen.has(key) && !path.includes(key) && !sent.includes(`"${key}"`)) made.add(key)
      seen.add(key)
    }
  return made
}

const LISTS = ['permissions', 'roles', 'resources', 'members', 'resource-sets', 'domains', 'email-servers']

/** The rows of an answer, with the collection they are in. */
function rowsOf({ path, body }: Look): readonly (readonly [collection: string, row: Row])[] {
  const list = Array.isArray(body)
    ? body
    : isRow(body)
      ? LISTS.map((name) => body[name]).find(Array.isArray)
      : undefined
  if (list !== undefined) return list.filter(isRow).map((row) => [path, row] as const)
  return isRow(body) ? [[path.split('/').slice(0, -1).join('/'), body] as const] : []
}

/** The first whole look at each thing, whatever showed it. */
function sightingsOf(looks: readonly Look[]): ReadonlyMap<string, Row> {
  const found = new Map<string, Row>()
  for (const look of looks)
    for (const [collection, row] of rowsOf(look)) {
      const key = nameOf(row)
      if (key === undefined) continue
      const parts = look.path.split('/')
      const own = parts.slice(0, Math.max(parts.indexOf(key), 0)).join('/')
      for (const place of [own, collection, look.path]) {
        const at = `${place} ${key}`
        if (!found.has(at)) found.set(at, row)
      }
    }
  return found
}

/** Ties are made by PUT or by a POST that names what is tied; anything else that is put was there. */
const TIES =
  /(groups\/[^/]+\/users|apps\/[^/]+\/(groups|users)|targets\/(groups|catalog\/apps)|permissions|owners|members)$/

/** What one look at a thing showed, with the values that were seen first; what was whole then stays as it was. */
function narrowed(row: Row, first: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => {
      const old = first[field]
      const fuller = isRow(old) && isRow(value) && Object.keys(old).every((name) => value[name] !== undefined)
      return [field, fuller ? (narrowed(value, old) as Json) : (old ?? value)]
    }),
  )
}

function keep(found: Found, collection: string, row: Row, whole: boolean): void {
  const key = nameOf(row)
  if (key === undefined || found.made.has(key) || found.tied.has(`${collection} ${key}`)) return
  if (refersTo(row, found.made)) return
  noteNames(found, row)
  const kept = found.rows.get(collection) ?? new Map<string, Row>()
  found.rows.set(collection, kept)
  // The first look is the state before; a look at one thing shows more than a list does.
  const old = kept.get(key)
  if (old === undefined) kept.set(key, row)
  else if (whole && !found.whole.has(`${collection} ${key}`)) kept.set(key, narrowed(row, old))
  if (whole) found.whole.add(`${collection} ${key}`)
}

/** A row about something that the recording made came with it. */
const refersTo = (row: Row, made: ReadonlySet<string>): boolean =>
  [row.source, row.target].some((end) => isRow(end) && typeof end.id === 'string' && made.has(end.id))

const BEFORE: Readonly<Record<string, string>> = {
  activate: 'INACTIVE',
  deactivate: 'ACTIVE',
  suspend: 'ACTIVE',
  unsuspend: 'SUSPENDED',
  unlock: 'LOCKED_OUT',
  reactivate: 'PROVISIONED',
}

/** How a thing stood before the first write that was seen of it. */
function before(look: Look, collection: string, key: string, sighted: Row | undefined, deletions: number): Row {
  const row: Row = sighted ?? { [/keys$/.test(collection) ? 'kid' : 'id']: key }
  const step = look.path.split('/lifecycle/')[1] ?? (look.method === 'DELETE' ? 'delete' : '')
  const users = collection === 'users'
  if (step === 'delete' && look.path.endsWith(key)) {
    if (users) return { ...row, status: deletions > 1 ? 'ACTIVE' : 'DEPROVISIONED' }
    const switched = row.status !== undefined || /^(apps|eventHooks|inlineHooks)$/.test(collection)
    return switched ? { ...row, status: 'INACTIVE' } : row
  }
  const status = users && step === 'activate' ? 'STAGED' : BEFORE[step]
  return status === undefined ? row : { ...row, status }
}

/** Whatever a request speaks of by its id, and got an answer about, was there. */
function touch(found: Found, look: Look, looks: readonly Look[]): void {
  const parts = look.path.split('/')
  for (const [at, key] of parts.entries()) {
    // An app among the targets of a role stands below its name in the catalogue.
    const collection = parts
      .slice(0, at)
      .join('/')
      .replace(/(targets\/catalog\/apps)\/[^/]+$/, '$1')
    if (at === 0 || !isId(key)) continue
    const last = at === parts.length - 1
    if (last && TIES.test(collection) && (look.method === 'PUT' || look.method === 'POST')) {
      if (found.rows.get(collection)?.has(key) !== true) found.tied.add(`${collection} ${key}`)
      continue
    }
    if (last && look.method === 'GET') continue
    if (found.rows.get(collection)?.has(key) === true) continue
    const deletions = looks.filter(({ method, path }) => method === 'DELETE' && path === look.path).length
    keep(
      found,
      collection,
      before(look, collection, key, found.sightings.get(`${collection} ${key}`), deletions),
      false,
    )
  }
}

const SPOKEN: Readonly<Record<string, string>> = {
  '00u': 'users',
  '00g': 'groups',
  aus: 'authorizationServers',
  cr0: 'iam/roles',
  iam: 'iam/resource-sets',
  oty: USER_TYPES,
}
/** What a request that went well says in its body was there too. */
function hear(found: Found, { sent }: Look): void {
  for (const [, id = ''] of sent.matchAll(/"((?:00u|00g|aus|cr0|iam|oty)[0-9A-Za-z]{17})"/g)) {
    const collection = SPOKEN[id.slice(0, 3)] ?? ''
    if (found.rows.get(collection)?.has(id) !== true)
      keep(found, collection, found.sightings.get(`${collection} ${id}`) ?? { id }, false)
  }
}

function note(found: Found, look: Look, looks: readonly Look[]): void {
  const { method, path, fullPath, body, sent } = look
  if (isRow(body)) noteNames(found, body)
  if (path.split('/').some((part) => found.made.has(part))) return
  if (method === 'POST' && TIES.test(path) && isRow(body)) {
    const key = nameOf(body)
    if (key !== undefined && sent.includes(key)) found.tied.add(`${path} ${key}`)
  }
  if (method === 'GET' && isDocument(fullPath) && isRow(body)) {
    if (!found.documents.has(fullPath)) found.documents.set(fullPath, body as Json)
    return
  }
  touch(found, look, looks)
  hear(found, look)
  if (method !== 'GET') return
  if (path === 'users/me' && isRow(body) && typeof body.id === 'string') found.names.admin ??= body.id
  for (const [collection, row] of rowsOf(look)) {
    noteType(found, row.target)
    keep(found, collection, row, collection !== path)
  }
}

/** Mappings name the types of user there are. */
function noteType({ rows, made }: Found, end: unknown): void {
  if (!isRow(end) || end.type !== 'user' || typeof end.id !== 'string' || made.has(end.id)) return
  const { id, name = '' } = end
  const types = rows.get(USER_TYPES) ?? new Map<string, Row>()
  rows.set(USER_TYPES, types)
  if (!types.has(id)) types.set(id, { id, name, displayName: name, default: name === 'user' })
}

function noteNames({ names, made }: Found, row: Row): void {
  if (typeof row.createdBy === 'string' && row.createdBy.startsWith('00u') && !made.has(row.createdBy))
    names.admin ??= row.createdBy
  const org =
    typeof row.orgId === 'string' ? row.orgId : typeof row.orn === 'string' ? row.orn.split(':')[3] : undefined
  if (org !== undefined) names.org ??= org
  const links = isRow(row._links) ? row._links : {}
  const last = (rel: string): string | undefined => {
    const link = links[rel]
    return isRow(link) && typeof link.href === 'string' ? link.href.split('/').at(-1) : undefined
  }
  const [access, enrollment] = [last('accessPolicy'), last('profileEnrollment')]
  if (access !== undefined && !made.has(access)) names.access ??= access
  if (enrollment !== undefined && !made.has(enrollment)) names.enrollment ??= enrollment
}

/** Things and ties of the same place that a name tells apart from each other, as the seed takes them. */
const listed = (rows: Found['rows']): Json =>
  Object.fromEntries([...rows].map(([path, of]) => [path, [...of.values()]])) as Json

/** Requests that an org has not bought what they ask for: whatever came, it was refused for that. */
function lacking(exchanges: readonly Exchange[]): readonly string[] {
  const answers = new Map<string, boolean>()
  for (const exchange of exchanges) {
    const { fullPath, method, text } = lookOf(exchange)
    const at = `${method} ${fullPath
      .split('/')
      .map((part) => (isId(part) ? '*' : part))
      .join('/')}`
    answers.set(at, (answers.get(at) ?? true) && exchange.status === 401 && text.includes('"E0000015"'))
  }
  return [...answers].flatMap(([at, refused]) => (refused ? [at] : []))
}

/** Attributes in profiles that were written and taken: the org knew them, from before or by then. */
function written(looks: readonly Look[], kind: 'user' | 'group'): readonly string[] {
  const path = new RegExp(`^${kind}s(/[^/]+)?$`)
  const profiles = looks
    .filter(({ method, path: at }) => (method === 'POST' || method === 'PUT') && path.test(at))
    .flatMap(({ sent }) => {
      const body = parse(sent)
      return isRow(body) && isRow(body.profile) ? [body.profile] : []
    })
  return attributesIn(profiles, kind)
}

/**
 * What the org had before: rows that reads return and no creation of the recording gave, things that requests speak of, and settings
 * as they were first read. A recording may begin in the middle of a session.
 */
export function given(exchanges: readonly Exchange[]): Json {
  const looks = exchanges.filter(({ status }) => status < 300).map(lookOf)
  const found: Found = {
    made: createdIds(looks),
    tied: new Set(),
    sightings: sightingsOf(looks),
    whole: new Set(),
    rows: new Map(),
    documents: new Map(),
    names: {},
  }
  for (const look of looks) note(found, look, looks)
  const features = [
    ...(looks.some(({ text }) => /"owners":\{"href"/.test(text)) ? ['GROUP_OWNERS'] : []),
    ...(looks.some(({ text }) => /"realmId":/.test(text)) ? ['REALMS'] : []),
  ]
  const apps = looks.filter(({ text }) => text.includes('"signOnMode"') && text.includes('"uploadLogo"'))
  const classic = apps.length > 0 && apps.every(({ text }) => !text.includes('"accessPolicy"'))
  const { admin, org, access, enrollment } = found.names
  const ids = { org, admin, access_policy: access, enrollment_policy: enrollment }
  const sub =
    (exchanges[0] === undefined ? 'acme' : lookOf(exchanges[0]).host.split('.')[0])?.replace('-admin', '') ?? 'acme'
  const named = new RegExp(`"name":"${sub}_\\w+_(\\d+)"`, 'g')
  const counts = looks.flatMap(({ text }) => [...text.matchAll(named)].map(([, n]) => Number(n)))
  return {
    org: sub,
    ...(counts.length === 0 ? {} : { apps_made: Math.min(...counts) - 1 }),
    features,
    // How much an org may ask is bought; this one was never told that it was too much.
    ...(exchanges.some(({ status }) => status === 429) ? {} : { rate_limit: 1_000_000 }),
    lacks: lacking(exchanges) as Json,
    attributes: { user: [...written(looks, 'user')], group: [...written(looks, 'group')] },
    engine: classic ? 'classic' : 'oie',
    ids: Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined)) as Json,
    rows: listed(found.rows),
    documents: Object.fromEntries(found.documents),
  }
}
