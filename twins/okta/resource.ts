import type { Json } from '../trace.ts'
import { type Ask, done, type On, ok, page, type Reply, shown } from './ask.ts'
import { parseExpression } from './expression.ts'
import { rowOf, text } from './org.ts'
import { keyOf, type Row } from './store.ts'
import { invalid, iso, malformed, merged, notFound, OktaError, view, without } from './wire.ts'

export type Links = { readonly [rel: string]: Json }
type Verb = 'create' | 'list' | 'get' | 'replace' | 'update' | 'patch' | 'delete' | 'activate' | 'deactivate'

/** A resource that behaves as most of Okta's do: made, listed, read, replaced, taken away, and switched on and off. */
export type Resource = {
  /** What its operations begin with, such as `zones`. */
  readonly name: string
  /** Below `/api/v1/`, with `:parameters` for its parents; the last segment names the collection. */
  readonly path: string
  /** What the path stands below, where that is not `/api/v1`. */
  readonly root?: string
  /** What it is called in "not found". */
  readonly kind: string
  /** What its ids begin with. */
  readonly prefix: string
  readonly verbs: readonly Verb[]
  /** 200 unless said. */
  readonly created?: 201
  /** What is shown when it is made, and never again. */
  readonly firstShown?: (ask: Ask) => Row
  /** 204 unless said. */
  readonly deleted?: 200 | 202
  /** What switching on and off answers: the row unless said. */
  readonly switched?: 'nothing' | 'an empty object' | 'no body'
  /**
   * The status it begins with, where it has one, whatever the body says; `as asked` heeds the body, `as born` only when it is made:
   * afterwards its lifecycle alone changes it.
   */
  readonly status?: 'ACTIVE' | 'INACTIVE' | 'as asked' | 'as born'
  /** Fields that must be sent, and what is said of one that is not. */
  readonly required?: Readonly<Record<string, string>>
  /** What a row holds that the body did not say. */
  readonly defaults?: Row | ((ask: Ask, body: Row) => Row)
  /** Fields of the body that are kept secret: `_secret` holds them. Dot paths. */
  readonly hidden?: readonly string[]
  /** The row as it will be stored; sees the row before on a replacement. */
  readonly shape?: (row: Row, ask: Ask, before: Row | undefined) => Row
  readonly links?: (row: Row, url: string, ask: Ask) => Links
  readonly times?: 'iso' | 'sql' | 'none' | 'createdDate'
  /** A replacement keeps these. */
  readonly keeps?: readonly string[]
  /** What is said when one that is off is switched off again, where that is refused. */
  readonly offOnce?: string
  /** Only an inactive one can be taken away. */
  readonly inactiveFirst?: boolean
  readonly listed?: {
    readonly as?: string
    readonly without?: readonly string[]
    readonly limit?: number
    readonly q?: string
    readonly by?: readonly string[]
    readonly show?: (row: Row, url: string, ask: Ask) => Row
  }
  /** Names by which one can be found beside its id. */
  readonly alias?: string
  /** The id behind a word that stands for one. */
  readonly nickname?: (name: string, ask: Ask) => string
  /** Things of other kinds that must be there: parameter → collection and kind. */
  readonly parents?: Readonly<Record<string, readonly [collection: string, kind: string]>>
  /** What a replacement answers, where that is not the row. */
  readonly replaced?: (row: Row) => Row
  /** Taking away what is not there is answered as if it had been. */
  readonly deletedTwice?: boolean
  readonly onCreate?: (row: Row, ask: Ask) => void
  readonly onChange?: (row: Row, ask: Ask, verb: Verb) => void
}

const allow = (...methods: readonly string[]): Json => ({ allow: methods })
export const hinted = (href: string, ...methods: readonly string[]): Json => ({ href, hints: allow(...methods) })

/** Links as most resources have them: itself, and the way to its other status. */
export function lifecycleLinks(row: Row, url: string, methods: readonly string[] = ['GET', 'PUT', 'DELETE']): Links {
  const other = row.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return {
    self: hinted(url, ...methods),
    ...(row.status === undefined ? {} : { [other]: hinted(`${url}/lifecycle/${other}`, 'POST') }),
  }
}

/** The collection a request is about: `policies/rst1/rules`. */
export function collectionOf(resource: Resource, ask: Ask): string {
  return resource.path.replaceAll(/:(\w+)/g, (_, name: string) => ask.param(name))
}
const urlOf = (resource: Resource, ask: Ask, row: Row): string =>
  `${ask.base}${resource.root ?? '/api/v1'}/${collectionOf(resource, ask)}/${keyOf(row) ?? ''}`

export function shownRow(resource: Resource, ask: Ask, row: Row): Row {
  // What an org had from before keeps the links it had.
  if (row._links !== undefined || resource.links === undefined) return row
  return { ...row, _links: resource.links(row, urlOf(resource, ask, row), ask) }
}

function checkParents(resource: Resource, ask: Ask): void {
  for (const [name, [collection, kind]] of Object.entries(resource.parents ?? {})) {
    const path = collection.replaceAll(/:(\w+)/g, (_, other: string) => ask.param(other))
    if (ask.org.store.get(path, ask.param(name)) === undefined) throw notFound(ask.param(name), kind)
  }
}

/** The row a request names; throws Okta's not found. */
export function find(resource: Resource, ask: Ask): Row {
  checkParents(resource, ask)
  const id = resource.nickname?.(ask.param('id'), ask) ?? ask.param('id')
  const collection = collectionOf(resource, ask)
  const { alias } = resource
  const row =
    ask.org.store.get(collection, id) ??
    (alias === undefined ? undefined : ask.org.store.rows(collection).find((one) => one[alias] === id))
  if (row === undefined) throw notFound(id, resource.kind)
  return row
}

const stamp = (resource: Resource, ask: Ask): string =>
  resource.times === 'sql' ? `${iso(ask.org.world.clock.now()).slice(0, 19).replace('T', ' ')}.0` : ask.org.now()

function fields(resource: Resource, ask: Ask): Row {
  const body = without(ask.body(), 'id', '_links', '_embedded', 'created', 'lastUpdated')
  for (const [field, words] of Object.entries(resource.required ?? {}))
    if (body[field] === undefined || body[field] === null || body[field] === '')
      throw invalid(field, `${field}: ${words}`)
  return body
}

function hide(resource: Resource, row: Row): Row {
  let result = row
  for (const path of resource.hidden ?? []) {
    const parts = path.split('.')
    const secret = parts.reduce<Json | undefined>((value, part) => rowOf(value)[part], result as Json)
    if (secret === undefined) continue
    result = { ...drop(result, parts), _secret: secret }
  }
  return result
}

function drop(row: Row, [head = '', ...rest]: readonly string[]): Row {
  if (rest.length === 0) return without(row, head)
  return row[head] === undefined ? row : { ...row, [head]: drop(rowOf(row[head]), rest) as Json }
}

function stored(resource: Resource, ask: Ask, row: Row, before: Row | undefined): Row {
  const hidden = hide(resource, row)
  const kept = before?._secret !== undefined && hidden._secret === undefined ? { _secret: before._secret } : {}
  const shaped = resource.shape?.({ ...hidden, ...kept }, ask, before) ?? { ...hidden, ...kept }
  return ask.org.store.put(collectionOf(resource, ask), shaped)
}

const timesOf = (resource: Resource, now: string, created: Json | undefined, by: string): Row => {
  switch (resource.times) {
    case 'none':
      return {}
    case 'createdDate':
      return { createdDate: created ?? now, createdBy: by, lastUpdate: now, lastUpdatedBy: by }
    default:
      return { created: created ?? now, lastUpdated: now }
  }
}

export function create(resource: Resource, ask: Ask): Row {
  checkParents(resource, ask)
  if (resource.required !== undefined && ask.rawBody.trim() === '') throw malformed()
  const body = fields(resource, ask)
  const { defaults = {}, status } = resource
  const now = stamp(resource, ask)
  const base = typeof defaults === 'function' ? defaults(ask, body) : defaults
  const row = stored(
    resource,
    ask,
    {
      id: ask.org.id(resource.prefix),
      ...merged(base, body),
      ...(status === undefined ? {} : { status: status.startsWith('as ') ? (body.status ?? 'ACTIVE') : status }),
      ...timesOf(resource, now, undefined, ask.org.ids.admin),
    },
    undefined,
  )
  resource.onCreate?.(row, ask)
  return row
}

/** Puts a body in a row's place. `partial` keeps what the body does not say. */
function replace(resource: Resource, ask: Ask, partial: boolean): Row {
  const before = find(resource, ask)
  const { defaults = {}, keeps = [] } = resource
  // What stays as it was need not be said again.
  const required = partial ? {} : without(resource.required ?? {}, ...keeps)
  const body = fields({ ...resource, required: required as Readonly<Record<string, string>> }, ask)
  const base = partial ? before : typeof defaults === 'function' ? defaults(ask, body) : defaults
  const kept = Object.fromEntries(
    ['id', '_key', 'system', 'default', ...keeps].flatMap((field) =>
      before[field] === undefined ? [] : [[field, before[field]]],
    ),
  )
  const status =
    resource.status === undefined || before.status === undefined
      ? {}
      : {
          status:
            resource.status === 'as asked' ? (body.status ?? (partial ? before.status : 'ACTIVE')) : before.status,
        }
  const now = stamp(resource, ask)
  const row = stored(
    resource,
    ask,
    {
      ...without(merged(base, body), '_links'),
      ...kept,
      ...status,
      ...timesOf(resource, now, before.created ?? before.createdDate, ask.org.ids.admin),
    },
    before,
  )
  resource.onChange?.(row, ask, 'replace')
  return row
}

function turn(resource: Resource, ask: Ask, status: 'ACTIVE' | 'INACTIVE'): Reply {
  const before = find(resource, ask)
  if (resource.offOnce !== undefined && status === 'INACTIVE' && before.status === status)
    throw invalid(resource.offOnce)
  const changed = resource.times === 'none' ? {} : { lastUpdated: stamp(resource, ask) }
  const row = ask.org.store.put(collectionOf(resource, ask), {
    ...(resource.links === undefined ? before : without(before, '_links')),
    status,
    ...(before.status === status ? {} : changed),
  })
  resource.onChange?.(row, ask, status === 'ACTIVE' ? 'activate' : 'deactivate')
  switch (resource.switched) {
    case 'nothing':
      return done(204)
    case 'no body':
      return done(200)
    case 'an empty object':
      return ok({})
    default:
      return shown(shownRow(resource, ask, row))
  }
}

function remove(resource: Resource, ask: Ask): Reply {
  if (resource.deletedTwice === true && ask.org.store.get(collectionOf(resource, ask), ask.param('id')) === undefined)
    return done()
  const row = find(resource, ask)
  if (row.system === true || (resource.inactiveFirst === true && row.status === 'ACTIVE'))
    throw new OktaError(403, 'E0000006', 'You do not have permission to perform the requested action')
  ask.org.store.remove(collectionOf(resource, ask), keyOf(row) ?? '')
  resource.onChange?.(row, ask, 'delete')
  return done(resource.deleted ?? 204)
}

/** `sourceId` is the `id` of the `source`. */
const fieldOf = (row: Row, field: string): Json | undefined => row[field] ?? rowOf(row[field.replace(/Id$/, '')]).id

/** Rows of a collection that a list's query lets through. */
export function selected(resource: Resource, ask: Ask, rows: readonly Row[]): readonly Row[] {
  const { listed = {} } = resource
  let result = rows
  for (const name of ['filter', 'search']) {
    const expression = ask.query.get(name)
    if (expression !== null && expression !== '') result = result.filter(parseExpression(expression))
  }
  const q = ask.query.get('q')?.toLowerCase()
  if (q !== undefined && q !== '') {
    const field = listed.q ?? 'name'
    const value = (row: Row): string =>
      text(field.split('.').reduce<Json | undefined>((at, part) => rowOf(at)[part], row as Json))
    result = result.filter((row) => value(row).toLowerCase().startsWith(q))
  }
  for (const field of listed.by ?? []) {
    const wanted = ask.query.get(field)
    if (wanted !== null) result = result.filter((row) => String(fieldOf(row, field)) === wanted)
  }
  return result
}

function list(resource: Resource, ask: Ask): Reply {
  checkParents(resource, ask)
  const { listed = {} } = resource
  const rows = selected(resource, ask, ask.org.store.rows(collectionOf(resource, ask)))
  const shape = (row: Row): Json => {
    const whole = shownRow(resource, ask, row)
    const brief = without(whole, ...(listed.without ?? []))
    return view(listed.show?.(brief, urlOf(resource, ask, row), ask) ?? brief)
  }
  if (listed.as !== undefined) return ok({ [listed.as]: rows.map(shape) })
  return page(ask, rows, listed.limit ?? 200, 10_000, shape)
}

/** Registers the routes of a resource. */
export function addResource(on: On, resource: Resource): void {
  const collection = `${resource.root ?? '/api/v1'}/${resource.path}`
  const one = `${collection}/:id`
  const { name } = resource
  const routes: Readonly<Record<Verb, readonly [route: string, handler: (ask: Ask) => Reply]>> = {
    create: [
      `POST ${collection}`,
      (ask) => {
        const row = shownRow(resource, ask, create(resource, ask))
        return shown({ ...row, ...resource.firstShown?.(ask) }, resource.created ?? 200)
      },
    ],
    list: [`GET ${collection}`, (ask) => list(resource, ask)],
    get: [`GET ${one}`, (ask) => shown(shownRow(resource, ask, find(resource, ask)))],
    replace: [
      `PUT ${one}`,
      (ask) => {
        const row = shownRow(resource, ask, replace(resource, ask, false))
        return shown(resource.replaced?.(row) ?? row)
      },
    ],
    update: [`POST ${one}`, (ask) => shown(shownRow(resource, ask, replace(resource, ask, true)))],
    patch: [`PATCH ${one}`, (ask) => shown(shownRow(resource, ask, replace(resource, ask, true)))],
    delete: [`DELETE ${one}`, (ask) => remove(resource, ask)],
    activate: [`POST ${one}/lifecycle/activate`, (ask) => turn(resource, ask, 'ACTIVE')],
    deactivate: [`POST ${one}/lifecycle/deactivate`, (ask) => turn(resource, ask, 'INACTIVE')],
  }
  for (const verb of resource.verbs) on(`${name}.${verb}`, ...routes[verb])
}
