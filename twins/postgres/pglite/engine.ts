import { digest } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { type Bridge, openBridge, START_MS_MAX } from '../bridge.ts'
import { type At, type Batch, type Engine, type Settled, slept, type Work } from '../engine.ts'
import { GAPS } from '../gaps.ts'
import { callsFunction, type Statement, statementsOf } from '../sql.ts'
import { literal } from '../state.ts'
import {
  bindOf,
  message,
  messagesIn,
  parseOf,
  query,
  ready,
  rowsIn,
  type Status,
  SYNC,
  targetOf,
  withFields,
} from '../wire.ts'
import type { Reply, Request } from './request.ts'
import { createShelf, type Shelf } from './shelf.ts'

type Session = {
  readonly id: number
  /** What it has set, by name; applied when it has its turn. */
  settings: ReadonlyMap<string, string>
  /** It may have set something since that was last looked at. */
  dirty: boolean
  /** The `Parse` of each of its named statements. */
  readonly prepared: Map<string, Uint8Array>
}

// One PGlite a process, and one run at a time on it.
const shared: { bridge: Bridge<Request, Reply> | undefined; shelf: Shelf | undefined; run: number } = {
  bridge: undefined,
  shelf: undefined,
  run: 0,
}
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** Everything that SQL has defined, in a few letters; rows of catalogs but for what fills and empties tables. */
const CATALOG = `select md5(string_agg(row, ' ' order by row)) as digest from (
  select (to_jsonb(c) - array['relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid'])::text
    from pg_catalog.pg_class c where oid >= 16384 and relkind <> 't' and relpersistence <> 't'
  union all select a::text from pg_catalog.pg_attribute a where attrelid >= 16384 and attnum > 0
  union all select pg_catalog.pg_get_indexdef(indexrelid) from pg_catalog.pg_index where indrelid >= 16384
  union all select c::text from pg_catalog.pg_constraint c where oid >= 16384
  union all select t::text from pg_catalog.pg_trigger t where oid >= 16384
  union all select d::text from pg_catalog.pg_attrdef d
  union all select r::text from pg_catalog.pg_rewrite r where oid >= 16384
  union all select p::text from pg_catalog.pg_proc p where oid >= 16384
  union all select t::text from pg_catalog.pg_type t where oid >= 16384
  union all select e::text from pg_catalog.pg_enum e
  union all select n::text from pg_catalog.pg_namespace n where oid >= 16384
  union all select s::text from pg_catalog.pg_db_role_setting s
  union all select datname from pg_catalog.pg_database
  union all select e::text from pg_catalog.pg_extension e) defined(row)`

const gap = (what: string): Error => notModelled('postgres', GAPS, what)

/** PGlite under virtual time and seeded chance, at the state that `sql` makes. One backend plays all sessions, and refuses what that would falsify. */
export function openPglite(sql: readonly string[], at: At): Engine {
  const bridge =
    shared.bridge?.alive === true
      ? shared.bridge
      : openBridge<Request, Reply>(new URL(`./worker.${EXTENSION}`, import.meta.url), 'pglite')
  const shelf = shared.bridge === bridge && shared.shelf !== undefined ? shared.shelf : createShelf(bridge.ask)
  Object.assign(shared, { bridge, shelf, run: shared.run + 1 })
  const mine = shared.run
  const statements = sql.flatMap((text) => statementsOf(text).map((one) => one.text))
  const template = digest([statements, at.nowMs] as never)
  bridge.ask({ kind: 'reset', template, sql: statements, nowMs: at.nowMs }, START_MS_MAX)
  return createEngine((bytes, when) => {
    if (mine !== shared.run) throw new Error('pglite: expected the run it was opened for, got another one since.')
    return bridge.ask({ kind: 'exec', bytes, ...when }).bytes
  }, shelf)
}

function createEngine(exec: (bytes: Uint8Array, at: At) => Uint8Array, shelf: Shelf): Engine {
  const sessions = new Map<number, Session>()
  /** Whose settings the backend has. */
  let active: Session | undefined
  /** Who is in a transaction. */
  let owner: Session | undefined
  let unnamed: Session | undefined
  let locking: Session | undefined
  let lost: Session | undefined

  const ask = (sql: string, at: At): readonly Readonly<Record<string, string | null>>[] => rowsIn(exec(query(sql), at))

  const switchTo = (next: Session | undefined, at: At): void => {
    if (active === next) return
    if (active?.dirty === true) {
      const set = ask("select name, setting from pg_catalog.pg_settings where source = 'session'", at)
      active.settings = new Map(set.map(({ name, setting }) => [name ?? '', setting ?? '']))
      active.dirty = false
    }
    if ((active?.settings.size ?? 0) > 0) ask('reset all', at)
    for (const [name, value] of next?.settings ?? [])
      ask(`select pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`, at)
    active = next
  }

  /** The error of the first setting that the backend does not take. */
  const refusedSetting = (session: Session, at: At): Uint8Array | undefined => {
    switchTo(undefined, at)
    for (const [name, value] of session.settings) {
      const set = exec(query(`select pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`), at)
      const error = messagesIn(set).find(({ type }) => type === 'E')
      if (error === undefined) continue
      ask('reset all', at)
      return error.bytes
    }
    active = session
    return undefined
  }

  const settle = (session: Session, bytes: Uint8Array): Settled => {
    let sleptMs = 0
    let status: Status = owner === session ? 'T' : 'I'
    const kept: Buffer[] = []
    for (const one of messagesIn(bytes)) {
      const ms = slept(one)
      if (ms !== undefined) sleptMs += ms
      else if (one.type === 'E' || one.type === 'N') kept.push(withFields(one, (text) => text.replaceAll(PREFIX, '')))
      else kept.push(one.bytes)
      if (one.type === 'Z') status = String.fromCharCode(one.body[0] ?? 0) as Status
    }
    if (status === 'I') {
      if (owner === session) owner = undefined
    } else owner = session
    return { session: session.id, bytes: Buffer.concat(kept), status, sleptMs }
  }

  /** Nobody has anything open, and nobody's settings hold. */
  const alone = (at: At): void => {
    if (owner !== undefined) throw gap('a snapshot in the middle of a transaction on PGlite')
    switchTo(undefined, at)
  }

  const catalogOf = (at: At): string => ask(CATALOG, at)[0]?.digest ?? ''
  const allPrepared = (): ReadonlyMap<string, Uint8Array> =>
    new Map([...sessions.values()].flatMap(({ prepared }) => [...prepared]))

  /** What sessions have prepared is theirs, whatever was prepared when the image was taken. */
  const reprepare = (there: ReadonlyMap<string, Uint8Array>, at: At): void => {
    const stays = (name: string, parse: Uint8Array): boolean => {
      const known = there.get(name)
      return known !== undefined && Buffer.compare(known, parse) === 0
    }
    const wanted = allPrepared()
    const strange = [...there].filter(([name]) => {
      const parse = wanted.get(name)
      return parse === undefined || !stays(name, parse)
    })
    if (strange.length > 0)
      exec(Buffer.concat([...strange.map(([name]) => message('C', Buffer.from('S'), name)), SYNC]), at)
    for (const session of sessions.values()) {
      const missing = [...session.prepared].filter(([name, parse]) => !stays(name, parse))
      if (missing.length === 0) continue
      switchTo(session, at)
      // One by one: the statement that was refused then is refused again.
      for (const [, parse] of missing) exec(Buffer.concat([parse, SYNC]), at)
    }
  }

  const known = (id: number): Session => {
    const session = sessions.get(id)
    if (session === undefined) throw new Error(`pglite: expected an open session, got ${id}.`)
    return session
  }

  const close = (id: number, at: At): readonly Settled[] => {
    const session = sessions.get(id)
    if (session === undefined) return []
    if (owner === session) {
      ask('rollback', at)
      owner = undefined
    }
    if (locking === session) {
      ask('select pg_catalog.pg_advisory_unlock_all()', at)
      locking = undefined
    }
    const closes = [...session.prepared.keys()].map((name) => message('C', Buffer.from('S'), name))
    if (closes.length > 0 && owner === undefined) exec(Buffer.concat([...closes, SYNC]), at)
    if (active === session && owner === undefined) switchTo(undefined, at)
    sessions.delete(id)
    return []
  }

  return {
    open(id, parameters, at) {
      const settings = new Map(Object.entries(parameters))
      const session = { id, settings, dirty: false, prepared: new Map<string, Uint8Array>() }
      const bad = owner === undefined ? refusedSetting(session, at) : undefined
      if (bad !== undefined) return { session: id, bytes: bad, status: 'I', sleptMs: 0 }
      sessions.set(id, session)
      return { session: id, bytes: greeting(id, parameters), status: 'I', sleptMs: 0 }
    },
    send(id, batch, at) {
      const session = known(id)
      if (lost === session) throw gap('a snapshot in the middle of a transaction on PGlite')
      if (owner !== undefined && owner !== session) throw gap('two transactions at once on PGlite')
      const statements = batch.sql.flatMap(statementsOf)
      for (const statement of statements) refuse(statement)
      if (statements.some((one) => callsFunction(one, SESSION_LOCK) !== undefined)) {
        if (locking !== undefined && locking !== session) throw gap('advisory locks of two connections on PGlite')
        locking = session
      }
      switchTo(session, at)
      if (statements.some(setsSomething)) session.dirty = true
      const { bytes, parses, uses } = renamed(session, batch)
      if (uses && !parses && unnamed !== session) throw gap('an unnamed statement of another connection on PGlite')
      if (parses) unnamed = session
      return [settle(session, exec(bytes, at))]
    },
    close,
    cancel() {
      throw gap('cancelling a statement that does not wait for a lock')
    },
    notified: () => [],
    rows(sql, at) {
      if (owner !== undefined) {
        ask('rollback', at)
        lost = owner
        owner = undefined
      }
      switchTo(undefined, at)
      return ask(sql, at)
    },
    run(work, at) {
      alone(at)
      try {
        for (const one of work) rowsIn(exec(typeof one === 'string' ? query(one) : copied(one), at))
      } catch (error) {
        ask('rollback', at)
        throw error
      }
    },
    keep(at) {
      if (owner !== undefined || locking !== undefined) return undefined
      switchTo(undefined, at)
      return shelf.keep({ catalog: catalogOf(at), prepared: allPrepared() }, at)
    },
    takeBack(kept, at) {
      alone(at)
      const there = shelf.held(kept)
      if (there === undefined || locking !== undefined || there.catalog !== catalogOf(at)) return false
      shelf.goTo(kept)
      unnamed = undefined
      reprepare(there.prepared, at)
      return true
    },
  }
}

const SESSION_LOCK = /^pg_(try_)?advisory_(lock|unlock)\w*$/
const PROCESS = /^pg_(backend_pid|cancel_backend|terminate_backend|blocking_pids)$/

/** What only a backend for each connection can show. */
function refuse(statement: Statement): void {
  const { words } = statement
  const [first = '', second = ''] = words
  const leaks =
    (first === 'create' && words.slice(1, 4).some((word) => word === 'temp' || word === 'temporary')) ||
    (words.includes('into') &&
      words.some((word, at) => word === 'into' && /^temp(orary)?$/.test(words[at + 1] ?? ''))) ||
    ['prepare', 'execute', 'deallocate', 'discard'].includes(first) ||
    (first === 'declare' && words.includes('hold')) ||
    (first === 'set' && (second === 'role' || words.includes('authorization'))) ||
    callsFunction(statement, PROCESS) !== undefined
  if (leaks) throw gap('session state that PGlite would share between connections')
  if (['listen', 'unlisten', 'notify'].includes(first) || callsFunction(statement, /^pg_notify$/) !== undefined)
    throw gap('LISTEN and NOTIFY on PGlite')
}

const copied = ({ copy, data }: Exclude<Work, string>): Buffer =>
  Buffer.concat([query(copy), message('d', data), message('c')])

const setsSomething = (statement: Statement): boolean =>
  ['set', 'reset'].includes(statement.words[0] ?? '') || callsFunction(statement, /^set_config$/) !== undefined

/** Statement names of one connection mean nothing to another. */
const PREFIX = /backlot:\d+:/g
const nameFor = (session: Session, name: string): string => (name === '' ? '' : `backlot:${session.id}:${name}`)

function renamed(
  session: Session,
  batch: Batch,
): { readonly bytes: Uint8Array; readonly parses: boolean; readonly uses: boolean } {
  let parses = false
  let uses = false
  const parts = messagesIn(batch.bytes).map((one) => {
    switch (one.type) {
      case 'P': {
        const { name, sql, rest } = parseOf(one.body)
        if (name === '') parses = true
        const bytes = message('P', nameFor(session, name), sql, rest)
        if (name !== '') session.prepared.set(nameFor(session, name), bytes)
        return bytes
      }
      case 'B': {
        const { portal, statement, rest } = bindOf(one.body)
        if (statement === '') uses = true
        return message('B', portal, nameFor(session, statement), rest)
      }
      case 'D':
      case 'C': {
        const { kind, name } = targetOf(one.body)
        if (kind !== 'S') return one.bytes
        if (name === '' && one.type === 'D') uses = true
        if (one.type === 'C') session.prepared.delete(nameFor(session, name))
        return message(one.type, Buffer.from(kind), nameFor(session, name))
      }
      default:
        return one.bytes
    }
  })
  return { bytes: Buffer.concat(parts), parses, uses }
}

/** What a server of this version says first. */
function greeting(id: number, parameters: Readonly<Record<string, string>>): Buffer {
  const given = (name: string, usual: string): string =>
    Object.entries(parameters).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1] ?? usual
  const reported = {
    server_version: '18.6',
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    application_name: given('application_name', ''),
    default_transaction_read_only: 'off',
    in_hot_standby: 'off',
    is_superuser: 'on',
    session_authorization: 'postgres',
    DateStyle: given('DateStyle', 'ISO, MDY'),
    IntervalStyle: given('IntervalStyle', 'postgres'),
    TimeZone: given('TimeZone', 'UTC'),
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  }
  return Buffer.concat([
    message('R', 0),
    ...Object.entries(reported).map(([name, value]) => message('S', name, value)),
    message('K', id, id),
    ready('I'),
  ])
}
