import type { Json } from '../../trace.ts'
import type { Role } from '../access.ts'
import { type Ask, below, done, made, type On, ok, type Reply, repoOf } from '../ask.ts'
import { counted, page } from '../paging.ts'
import type { Row } from '../store.ts'
import { GitHubError, missingField, notFound, shown } from '../wire.ts'

/** A thing that is made, listed, read, changed and taken away, and has no life of its own beyond that. */
export type Plain = {
  readonly name: string
  /** The path of the collection. */
  readonly path: string
  /** Where rows are, as far as the viewer may see them; `needed` is the role for it. */
  readonly at: (ask: Ask, needed: Role) => string
  /** What reading takes; writing takes `writes`. */
  readonly reads?: Role
  readonly writes: Role
  readonly verbs: readonly ('create' | 'list' | 'get' | 'update' | 'delete')[]
  readonly resource: string
  readonly required: readonly string[]
  /** What a row is found by, beside its id. */
  readonly key?: (ask: Ask, row: Row) => string
  readonly make: (ask: Ask, body: Row, id: number) => Row
  readonly change?: (ask: Ask, old: Row, body: Row) => Row
  readonly shape?: (ask: Ask, row: Row) => Json
  /** How lists show it, where that is less. */
  readonly listed?: (ask: Ask, row: Row) => Json
  /** The name that a list goes by in its envelope. */
  readonly envelope?: string
  /** The status of what is made, where that is not 201. */
  readonly answers?: number
  /** What making answers, where that is not the thing. */
  readonly created?: Json
  /** Changing is asked for by PUT, not PATCH. */
  readonly puts?: true
  /** Changing answers 204 without a body. */
  readonly silent?: true
  readonly made?: (ask: Ask, row: Row) => void
  readonly newestFirst?: true
}

/** The place of a collection below the repository that a path names. */
export const inRepo =
  (collection: string) =>
  (ask: Ask, needed: Role): string =>
    below(repoOf(ask, needed), collection)

export function addPlain(on: On, plain: Plain): void {
  const { name, path, reads = 'pull', writes, shape = (_: Ask, row: Row): Json => shown(row) } = plain
  const keyOf = (ask: Ask, row: Row): string => plain.key?.(ask, row) ?? String(row.id)
  const find = (ask: Ask, needed: Role): { readonly at: string; readonly key: string; readonly row: Row } => {
    const at = plain.at(ask, needed)
    const key = plain.key?.(ask, { name: ask.param('id') }) ?? ask.param('id')
    const row = ask.github.store.get(at, key)
    if (row === undefined) throw notFound()
    return { at, key, row }
  }
  const create = (ask: Ask): Reply => {
    const at = plain.at(ask, writes)
    const body = ask.body()
    for (const field of plain.required)
      if (body[field] === undefined || body[field] === null || body[field] === '')
        throw missingField(plain.resource, field)
    const row = plain.make(ask, body, ask.github.nextId())
    if (ask.github.store.get(at, keyOf(ask, row)) !== undefined)
      throw new GitHubError(409, `Already exists - ${plain.resource} already exists`)
    ask.github.store.put(at, keyOf(ask, row), row)
    plain.made?.(ask, row)
    const { answers } = plain
    if (plain.created !== undefined) return { status: 201, body: plain.created }
    return answers === undefined ? made(shape(ask, row)) : { status: answers, body: shape(ask, row) }
  }
  const list = (ask: Ask): Reply => {
    const rows = ask.github.store.rows(plain.at(ask, reads))
    const ordered = plain.newestFirst === true ? [...rows].reverse() : rows
    const show = (row: Row): Json => (plain.listed ?? shape)(ask, row)
    return plain.envelope === undefined ? page(ask, ordered, show) : counted(ask, plain.envelope, ordered, show)
  }
  const update = (ask: Ask): Reply => {
    const { at, key, row } = find(ask, writes)
    const kept = plain.change?.(ask, row, ask.body()) ?? row
    ask.github.store.put(at, key, kept)
    return plain.silent === true ? done() : ok(shape(ask, kept))
  }
  const routes = {
    create: [`POST ${path}`, create],
    list: [`GET ${path}`, list],
    get: [`GET ${path}/:id`, (ask: Ask): Reply => ok(shape(ask, find(ask, reads).row))],
    update: [`${plain.puts === true ? 'PUT' : 'PATCH'} ${path}/:id`, update],
    delete: [
      `DELETE ${path}/:id`,
      (ask: Ask): Reply => {
        const { at, key } = find(ask, writes)
        ask.github.store.remove(at, key)
        return done()
      },
    ],
  } as const
  for (const verb of plain.verbs) {
    const [route, handler] = routes[verb]
    on(`${name}.${verb}`, route, handler, verb === 'list' || verb === 'get' ? 'anyone' : 'user')
  }
}
