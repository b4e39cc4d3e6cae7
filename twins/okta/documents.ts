import type { Json } from '../trace.ts'
import { type Ask, done, type On, ok, type Reply } from './ask.ts'
import type { Row } from './store.ts'
import { SETTINGS } from './tables/settings.ts'
import { merged, notFound, view, without } from './wire.ts'

/** A setting that exists once, or once for each of its parents. */
export type Document = {
  readonly name: string
  /** From the root; `:parameters` name parents. */
  readonly path: string
  /** `replace` is a PUT, `update` a POST that keeps what it does not say. */
  readonly verbs: readonly ('get' | 'replace' | 'update' | 'delete')[]
  /** What it holds from the first day; undefined where there is none until somebody puts one. */
  readonly initial: (ask: Ask) => Row | undefined
  /** What a replacement holds that the body did not say; what stood before, where this is left out. */
  readonly blank?: (ask: Ask) => Row
  readonly links?: (url: string, row: Row, ask: Ask) => Row
  /** Refuses what Okta refuses. */
  readonly check?: (body: Row, ask: Ask) => void
  /** What must be there: parameter → collection and kind. */
  readonly parents?: Readonly<Record<string, readonly [collection: string, kind: string]>>
  /** The kind named when there is none. */
  readonly kind?: string
  /** What GET shows beside what a PUT answers. */
  readonly got?: (row: Row) => Row
  /** A PUT answers without its links. */
  readonly putBare?: true
  /** Shown as a list of one. */
  readonly listed?: boolean
}

const SCHEMAS = ['group/default', 'apps/:id/default', 'user/:id'].map((path) => ({
  path: `/api/v1/meta/schemas/${path}`,
}))
const PATTERNS = [...SETTINGS, ...SCHEMAS].map(({ path }) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`))
/** Whether a path names a setting that exists once. */
export const isDocument = (path: string): boolean =>
  PATTERNS.some((pattern) => pattern.test(path)) && !path.endsWith('/linkedObjects')

function checkParents(document: Document, ask: Ask): void {
  for (const [name, [collection, kind]] of Object.entries(document.parents ?? {}))
    if (ask.org.store.get(collection, ask.param(name)) === undefined) throw notFound(ask.param(name), kind)
}

function read(document: Document, ask: Ask): Row {
  checkParents(document, ask)
  const row = ask.org.store.get('~documents', ask.path) ?? document.initial(ask)
  if (row === undefined || row._gone === true)
    throw notFound(ask.path.split('/').at(-1) ?? '', document.kind ?? document.name)
  return row
}

function shownDocument(document: Document, ask: Ask, row: Row): Json {
  const links = row._links === undefined ? document.links?.(`${ask.base}${ask.path}`, row, ask) : undefined
  return view(links === undefined ? row : { ...row, _links: links as Json })
}

function write(document: Document, ask: Ask, base: Row): Reply {
  const body = without(ask.body(), '_links')
  document.check?.(body, ask)
  const row = { ...without(merged(base, body), '_links', '_gone'), _key: ask.path }
  const stamped = base.lastUpdated === undefined ? row : { ...row, lastUpdated: ask.org.now() }
  const kept = ask.org.store.put('~documents', stamped)
  return ok(document.putBare === true ? view(kept) : shownDocument(document, ask, kept))
}

export function addDocuments(on: On, open: On): void {
  for (const document of SETTINGS) {
    const { name, path, verbs, blank } = document
    const door = path.startsWith('/.well-known') ? open : on
    if (verbs.includes('get'))
      door(`${name}.get`, `GET ${path}`, (ask) => {
        const row = read(document, ask)
        const shown = shownDocument(document, ask, document.got?.(row) ?? row)
        return ok(document.listed === true ? [shown] : shown)
      })
    if (verbs.includes('replace'))
      door(`${name}.replace`, `PUT ${path}`, (ask) => {
        checkParents(document, ask)
        return write(document, ask, blank?.(ask) ?? read(document, ask))
      })
    if (verbs.includes('update'))
      door(`${name}.update`, `POST ${path}`, (ask) => write(document, ask, read(document, ask)))
    if (verbs.includes('delete'))
      door(`${name}.delete`, `DELETE ${path}`, (ask) => {
        read(document, ask)
        ask.org.store.put('~documents', { _key: ask.path, _gone: true })
        return done()
      })
  }
}
