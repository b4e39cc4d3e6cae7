import { type Document, isObject, type Operation, type Schema } from './document.ts'
import { merged, typeOf } from './generate.ts'

export type How = 'list' | 'create' | 'read' | 'replace' | 'update' | 'delete'

/** What an operation was inferred to do, and to which resource. */
export type Inference = {
  readonly how: How
  /** The path of the collection, `/owners/{ownerId}/pets`. */
  readonly collection: string
  /** The name of the last parameter of the item's path; the field of a row that it stands for. */
  readonly parameter: string
  readonly idField: string
  readonly item: Schema
}

const PARAMETER = /^\{(.+)\}$/

/** The schema of the first good answer. */
export function goodAnswer({
  answers,
}: Operation): { readonly status: number; readonly schema: Schema | undefined } | undefined {
  const found =
    [...answers].find(([status]) => /^2\d\d$/.test(status)) ?? [...answers].find(([status]) => status === '2XX')
  return found === undefined ? undefined : { status: Number(found[0].replace('XX', '00')), schema: found[1] }
}

/** The rows of a list answer: the answer itself, or its one list of objects. */
export function listIn(
  schema: Schema | undefined,
  document: Document,
): { readonly key: string | undefined; readonly item: Schema } | undefined {
  const shape = merged(document.follow(schema), document)
  if (typeOf(shape) === 'array') return { key: undefined, item: document.follow(shape.items) }
  const properties = isObject(shape.properties) ? shape.properties : {}
  const lists = Object.entries(properties).filter(([, one]) => {
    const inner = document.follow(one)
    return typeOf(inner) === 'array' && typeOf(merged(document.follow(inner.items), document)) === 'object'
  })
  const [only] = lists
  return only === undefined || lists.length > 1
    ? undefined
    : { key: only[0], item: document.follow(document.follow(only[1]).items) }
}

/**
 * Finds resources by pairs of paths, `/x` and `/x/{id}`, and what each operation does by its method. Everything found is a
 * guess; what fits no pattern is not in the map.
 */
export function inferAll(document: Document): ReadonlyMap<string, Inference> {
  const inferences = new Map<string, Inference>()
  const itemPaths = new Set(
    document.operations.map(({ path }) => path).filter((path) => PARAMETER.test(path.split('/').at(-1) ?? '')),
  )
  for (const path of itemPaths) {
    const parts = path.split('/')
    const parameter = PARAMETER.exec(parts.pop() ?? '')?.[1] ?? ''
    const collection = parts.join('/')
    const of = (method: string, at: string): Operation | undefined =>
      document.operations.find((one) => one.method === method && one.path === at)
    const [list, create, read] = [of('GET', collection), of('POST', collection), of('GET', path)]
    const item =
      goodAnswer(read ?? create ?? NONE)?.schema ??
      listIn(list === undefined ? undefined : goodAnswer(list)?.schema, document)?.item
    const shape = merged(document.follow(item), document)
    if (item === undefined || typeOf(shape) !== 'object') continue
    const about = { collection, parameter, idField: idFieldOf(shape, parameter), item: shape }
    const note = (operation: Operation | undefined, how: How): void => {
      if (operation !== undefined) inferences.set(operation.name, { ...about, how })
    }
    if (list !== undefined && listIn(goodAnswer(list)?.schema, document) !== undefined) note(list, 'list')
    note(create, 'create')
    note(read, 'read')
    note(of('PUT', path), 'replace')
    note(of('PATCH', path), 'update')
    note(of('POST', path), 'update')
    note(of('DELETE', path), 'delete')
  }
  return inferences
}
const NONE: Operation = { name: '', method: '', path: '', parameters: [], body: undefined, answers: new Map() }

/** The field of a row that a path parameter stands for: of the same name, `id`, or the name without the resource's. */
function idFieldOf(shape: Schema, parameter: string): string {
  const names = Object.keys(isObject(shape.properties) ? shape.properties : {})
  const plain = (name: string): string => name.replaceAll(/[_-]/g, '').toLowerCase()
  const same = names.find((name) => plain(name) === plain(parameter))
  if (same !== undefined) return same
  if (names.includes('id')) return 'id'
  return names.find((name) => plain(parameter).endsWith(plain(name))) ?? 'id'
}
