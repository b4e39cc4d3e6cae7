import { distance as levenshtein } from 'fastest-levenshtein'
import type { Exchange } from '../har.ts'
import type { Row } from '../resources.ts'
import { canonical, type Json } from '../trace.ts'
import type { World } from '../world.ts'

export type How = 'list' | 'create' | 'read' | 'update' | 'delete'

type Seen = { readonly status: number; readonly body: Json | undefined }

/** What was recorded of one method at one kind of path. */
export type Template = {
  readonly operation: string
  readonly method: string
  /** `/pets/:p1`, as routes are written. */
  readonly path: string
  readonly idField: string
  /** What it does to a resource; undefined when it is about none. */
  how?: How
  /** The first good answer, and the one to something that is not there. */
  good?: Seen
  missing?: Seen
  /** Where a list has its rows; undefined where the answer is the list. */
  listKey?: string
}

export type Learnt = {
  readonly templates: ReadonlyMap<string, Template>
  /** Rows that were there before: read before anything here created them. */
  readonly before: readonly { readonly collection: string; readonly id: string; readonly row: Row }[]
  readonly exact: ReadonlyMap<string, readonly Exchange[]>
  readonly ids: ReadonlySet<string>
}

export const isObject = (value: Json | undefined): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

const bodyOf = ({ responseBody }: Exchange): Json | undefined => parse(Buffer.from(responseBody ?? []).toString())

const ID_FIELDS = ['id', 'key', 'uuid', 'number', 'name', 'sid']

function collectIds(value: Json | undefined, ids: Set<string>, key = ''): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) collectIds(item, ids, key)
  else if (isObject(value)) for (const [name, item] of Object.entries(value)) collectIds(item, ids, name)
  else if (
    (ID_FIELDS.includes(key) || /(_id|Id)$/.test(key)) &&
    (typeof value === 'string' || typeof value === 'number')
  )
    ids.add(String(value))
}

const MIXED = /^(?=.*\d)[\w.-]{6,}$/

/** A part of a path that names one thing of many. */
const isId = (part: string, ids: ReadonlySet<string>): boolean =>
  /^\d+$/.test(part) || ids.has(part) || MIXED.test(part)

/** The path of the collection that a path is about, and the id in it; '' for the collection itself. */
export function templateOf(
  { ids }: Pick<Learnt, 'ids'>,
  pathname: string,
): { readonly path: string; readonly collection: string; readonly id: string } {
  const parts = pathname.split('/').map(decodeURIComponent)
  let nth = 0
  const path = parts.map((part, at) => (at > 1 && isId(part, ids) ? `:p${++nth}` : part)).join('/')
  const last = parts.at(-1) ?? ''
  const onItem = parts.length > 2 && isId(last, ids)
  return { path, collection: (onItem ? parts.slice(0, -1) : parts).join('/'), id: onItem ? last : '' }
}

/** Reads off recorded traffic what there are of resources, and what was said to the letter. */
export function learn(exchanges: readonly Exchange[]): Learnt {
  const ids = new Set<string>()
  for (const exchange of exchanges) collectIds(bodyOf(exchange), ids)
  const templates = new Map<string, Template>()
  const exact = Map.groupBy(exchanges, keyOfExchange)
  const before: { collection: string; id: string; row: Row }[] = []
  const known = new Set<string>()
  for (const exchange of exchanges) {
    const { pathname } = new URL(exchange.url)
    const { path, collection, id } = templateOf({ ids }, pathname)
    const key = `${exchange.method} ${path}`
    const body = bodyOf(exchange)
    const template: Template = templates.get(key) ?? {
      operation: operationName(exchange.method, path),
      method: exchange.method,
      path,
      idField: ID_FIELDS.find((field) => isObject(body) && field in body) ?? 'id',
    }
    templates.set(key, template)
    note(template, exchange, body, id)
    if (id === '' && template.how === 'create' && isObject(body))
      known.add(`${collection}/${String(body[template.idField])}`)
    if (template.how === 'read' && exchange.status < 300 && isObject(body) && !known.has(`${collection}/${id}`)) {
      known.add(`${collection}/${id}`)
      before.push({ collection, id, row: body })
    }
    if (template.how === 'list' && exchange.status < 300) {
      for (const row of rowsIn(body, template.listKey)) {
        const rowId = String(row[template.idField] ?? row.id ?? '')
        if (rowId === '' || known.has(`${collection}/${rowId}`)) continue
        known.add(`${collection}/${rowId}`)
        before.push({ collection, id: rowId, row })
      }
    }
  }
  return { templates, before, exact, ids }
}

function rowsIn(body: Json | undefined, key: string | undefined): readonly Row[] {
  const list = key === undefined ? body : isObject(body) ? body[key] : undefined
  return Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : []
}

/** Takes in what one exchange shows of its kind. */
function note(template: Template, { method, status }: Exchange, body: Json | undefined, id: string): void {
  if (status === 404 && id !== '') template.missing ??= { status, body }
  if (status >= 300) return
  template.good ??= { status, body }
  const listKey = isObject(body) ? Object.keys(body).find((key) => Array.isArray(body[key])) : undefined
  const how = howOf(method, id, body, listKey, template.idField)
  if (how !== undefined) template.how ??= how
  if (how === 'list' && listKey !== undefined && !Array.isArray(body)) template.listKey ??= listKey
}

function howOf(
  method: string,
  id: string,
  body: Json | undefined,
  listKey: string | undefined,
  idField: string,
): How | undefined {
  if (id === '') {
    if (method === 'GET' && (Array.isArray(body) || (listKey !== undefined && !(isObject(body) && idField in body))))
      return 'list'
    return method === 'POST' && isObject(body) && idField in body ? 'create' : undefined
  }
  if (method === 'DELETE') return 'delete'
  if (!isObject(body)) return undefined
  if (method === 'GET') return 'read'
  return method === 'PUT' || method === 'PATCH' || method === 'POST' ? 'update' : undefined
}

/** `GET /v1/pets/:p1` gives `get.v1.pets.p1`. */
const operationName = (method: string, path: string): string =>
  [method.toLowerCase(), ...path.split('/').filter(Boolean)].map((part) => part.replaceAll(/[^\w-]/g, '')).join('.')

/** A new id in the shape of a recorded one: its length, its letters and digits, what stands before its first `_`. */
export function asIdLike(recorded: Json, rows: number, world: World): string | number {
  if (typeof recorded === 'number') return recorded + rows
  const text = String(recorded)
  if (/^\d+$/.test(text)) return String(Number(text) + rows)
  const [, prefix = '', rest = ''] = /^([A-Za-z]+[_-])?(.*)$/.exec(text) ?? []
  const rng = world.draw(`id ${prefix}`)
  const groups = [/[0-9]/, /[a-f]/, /[a-z]/, /[A-Z]/]
  const alphabets = ['0123456789', 'abcdef', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const isHex = /^[0-9a-f-]+$/.test(rest)
  const made = [...rest].map((letter) => {
    if (isHex && /[0-9a-f]/.test(letter)) return rng.text(1, '0123456789abcdef')
    const group = groups.findIndex((one) => one.test(letter))
    return group < 0 ? letter : rng.text(1, alphabets[group === 1 ? 2 : group])
  })
  return prefix + made.join('')
}

export const distance = (a: string, b: string): number => levenshtein(a, b)

/** A request to the letter, whatever the order of its parameters and keys. */
export function exactKey(method: string, url: URL, text: string): string {
  const query = [...url.searchParams].map(([name, value]) => `${name}=${value}`).sort()
  const body = parse(text)
  return `${method} ${url.origin}${url.pathname}?${query.join('&')} ${body === undefined ? text : canonical(body)}`
}

/** What a request was, by the same key. */
const keyOfExchange = ({ method, url, requestBody }: Exchange): string =>
  exactKey(method, new URL(url), Buffer.from(requestBody).toString())
