import type { Call, Peer, StreamEnd, Waiting } from '../stream.ts'
import type { Json } from '../trace.ts'
import { NotModelled, notModelled } from '../twin.ts'
import type { Host } from './database.ts'
import type { Batch, Settled } from './engine.ts'
import { GAPS } from './gaps.ts'
import { injected, isFatal, textOf } from './injected.ts'
import { cancelledFor, firstLimit, type Limits, limitSetBy, limitsOf, setsLimit, unlimited } from './limits.ts'
import { mainOperation, operationOf, type Statement, statementsOf } from './sql.ts'
import {
  bindOf,
  errorMessage,
  fieldsOf,
  MalformedMessage,
  type Message,
  MessageReader,
  messagesIn,
  type Opening,
  parseOf,
  query,
  ready,
  type Status,
  targetOf,
  texts,
} from './wire.ts'

/** One client's connection, in virtual time: batches one after another, each answered after its latency. */
export interface Connection extends StreamEnd {
  readonly name: string
  /** A batch is being worked on, or its answer is on its way. */
  readonly busy: boolean
  /** The engine has answered. */
  settle(settled: Settled): void
  /** Bytes that nobody asked for: notifications. */
  tell(bytes: Uint8Array): void
  /** The server ends it. */
  terminate(): void
}

type Asked = Batch & {
  readonly step: string
  /** What is executed, with its values; empty where statements are only prepared. */
  readonly runs: readonly { readonly sql: string; readonly values: readonly (string | null)[] }[]
}
type Running = {
  readonly asked: Asked
  readonly call: Call
  readonly operation: string
  readonly sinceMs: number
  settled: boolean
  /** Why its wait was ended. */
  cancelled: string | undefined
}

const gap = (what: string): Error => notModelled('postgres', GAPS, what)

export function createConnection(
  host: Host,
  { id, peer, call: opened, step: openedBy }: { id: number; peer: Peer; call: Call; step: string },
): Connection {
  const { world } = host
  const reader = new MessageReader()
  const prepared = new Map<string, string>()
  const portals = new Map<string, { readonly sql: string; readonly values: readonly (string | null)[] }>()
  const queue: Asked[] = []
  let state: 'opening' | 'starting' | 'ready' | 'gone' = 'opening'
  let status: Status = 'I'
  let running: Running | undefined
  let waiting: Waiting | undefined
  let parts: Message[] = []
  let leaving = false
  let answered = 0
  let limits: Limits = { statementMs: 0, lockMs: 0, idleMs: 0 }
  /** The limits once the transaction is over: if it commits, and if not. */
  let after = { commit: limits, rollback: limits }

  const later = (afterMs: number, what: string, step: string, task: () => void | Promise<void>): void =>
    void world.within({ step, key: what }, () => {
      world.clock.schedule(afterMs, () => (state === 'gone' ? undefined : task()), what)
    })

  /** Nothing more comes; what was open is rolled back. */
  const end = (how: 'end' | 'reset'): void => {
    if (state === 'gone') return
    state = 'gone'
    waiting = undefined
    host.end(id)
    peer[how]()
  }

  const fail = (message: Buffer, afterMs: number, call: Call, step: string): void =>
    later(afterMs, `${call.key} error`, step, () => {
      peer.send(message)
      end('end')
    })

  // ---- opening ----

  const open = (opening: Opening): void => {
    switch (opening.kind) {
      case 'tls':
        // The subject's own runtime calls the pipe encrypted from here on.
        return peer.send(Buffer.from('S'))
      case 'gss':
        return peer.send(Buffer.from('N'))
      case 'cancel':
        host.cancel(opening.secret)
        return end('end')
      case 'startup':
        return start(opening.parameters)
      default:
        opening satisfies never
    }
  }

  const start = (parameters: Readonly<Record<string, string>>): void => {
    if (!['false', 'off', 'no', '0', undefined].includes(parameters.replication)) throw gap('replication connections')
    state = 'starting'
    const { fault, afterMs, key } = opened
    waiting = { key, step: openedBy, sinceMs: world.clock.now() }
    switch (fault?.kind) {
      case 'timeout':
        return
      case 'error': {
        const code = fault.code ?? '53300'
        return fail(errorMessage(code, textOf(code), 'FATAL'), afterMs, opened, openedBy)
      }
      case undefined:
      case 'slow':
        break
      default:
        return later(afterMs, `${key} reset`, openedBy, () => end('reset'))
    }
    const begun = limitsOf(settingsOf(parameters))
    if (begun.unknown !== undefined) throw gap('timeouts of statements, locks and sessions')
    limits = begun.limits
    after = { commit: limits, rollback: limits }
    host.named(parameters.database ?? parameters.user ?? '')
    const settled = host.engine().open(id, begun.rest, host.at(key))
    if (messagesIn(settled.bytes).some(({ type }) => type === 'E')) {
      fail(Buffer.from(settled.bytes), afterMs, opened, openedBy)
      return
    }
    later(afterMs, `${key} answer`, openedBy, () => {
      state = 'ready'
      waiting = undefined
      peer.send(settled.bytes)
      return next()
    })
  }

  // ---- what the client sends ----

  const take = (message: Message, step: string): void => {
    switch (message.type) {
      case 'X':
        leaving = true
        if (running === undefined && queue.length === 0) end('end')
        return
      case 'd':
      case 'c':
      case 'f':
        throw gap('COPY FROM STDIN')
      case 'Q':
      case 'S':
      case 'H':
        parts.push(message)
        queue.push(gather(parts, step))
        parts = []
        return
      case 'P':
      case 'B':
      case 'D':
      case 'E':
      case 'C':
        parts.push(message)
        return
      default:
        throw new MalformedMessage(`a message of type ${JSON.stringify(message.type)}`)
    }
  }

  const gather = (messages: readonly Message[], step: string): Asked => {
    const sql: string[] = []
    const runs: Asked['runs'][number][] = []
    for (const { type, body } of messages) {
      if (type === 'Q') {
        const [text = ''] = texts(body)
        sql.push(text)
        runs.push({ sql: text, values: [] })
      } else if (type === 'P') {
        const parse = parseOf(body)
        prepared.set(parse.name, parse.sql)
        sql.push(parse.sql)
      } else if (type === 'B') {
        const { portal, statement, values } = bindOf(body)
        portals.set(portal, { sql: prepared.get(statement) ?? '', values })
        sql.push(prepared.get(statement) ?? '')
      } else if (type === 'E') {
        const portal = portals.get(texts(body)[0] ?? '')
        if (portal !== undefined) runs.push(portal)
      } else if (type === 'C' && targetOf(body).kind === 'S') prepared.delete(targetOf(body).name)
    }
    const flush = messages.at(-1)?.type === 'H'
    return { step, runs, sql: [...new Set(sql)], flush, bytes: Buffer.concat(messages.map(unlimited)) }
  }

  // ---- what the server does ----

  /** Rejects with what `run` throws. */
  const next = (): Promise<void> | undefined => {
    if (running !== undefined || state !== 'ready') return undefined
    const asked = queue.shift()
    if (asked !== undefined) return world.within({ step: asked.step, key: asked.step }, () => run(asked))
    if (leaving) end('end')
    return undefined
  }

  const run = (asked: Asked): void => {
    const statements = asked.runs.flatMap(({ sql }) => statementsOf(sql))
    for (const statement of asked.sql.flatMap(statementsOf)) {
      refuse(statement)
      if (setsLimit(statement)) throw gap('timeouts of statements, locks and sessions')
    }
    if (status !== 'E') statements.forEach(limit)
    const { operation, call } = begin(asked, statements)
    running = { asked, call, operation, sinceMs: world.clock.now(), settled: false, cancelled: undefined }
    waiting = { key: call.key, step: asked.step, sinceMs: running.sinceMs }
    const { fault, afterMs } = call
    switch (fault?.kind) {
      case 'timeout':
        return
      case 'request-lost':
      case 'reset':
      case 'refused':
      case 'drop':
        if (fault.silent !== true) later(afterMs, `${call.key} reset`, asked.step, () => end('reset'))
        return
      case 'error':
        return inject(fault.code ?? '57P01', running, statements)
      case 'duplicate':
      case 'status':
      case 'rate-limit':
      case 'reorder':
        throw new NotModelled(
          'postgres',
          `a fault of kind ${fault.kind}`,
          'Use kind error with a code such as "40001".',
        )
      default:
    }
    execute(asked, call.key)
  }

  const begin = (
    { step, runs, sql }: Asked,
    statements: readonly Statement[],
  ): { readonly operation: string; readonly call: Call } => {
    if (runs.length > 0) {
      const operation = mainOperation(statements)
      const values = runs.flatMap((one) => one.values)
      const text = runs.map((one) => one.sql).join('; ')
      return { operation, call: host.calls.begin(operation, step, { connection: peer.name, sql: text, values }) }
    }
    // Statements that are only prepared, and bare Syncs, have no effect that a fault could spare or lose.
    const key = `${step}/postgres.prepare`
    if (sql.length > 0) world.trace.record('postgres.prepare', { connection: peer.name, sql: sql.join('; ') })
    return { operation: 'prepare', call: { key, fault: undefined, afterMs: sql.length > 0 ? 1 : 0 } }
  }

  /** Takes note of a limit that a statement sets, if it does. */
  const limit = (statement: Statement): void => {
    const set = limitSetBy(statement)
    if (set === undefined) return
    limits = { ...limits, ...set.limit }
    if (!set.local) after = { ...after, commit: { ...after.commit, ...set.limit } }
  }

  /** A transaction is over: what was set in it holds, or is forgotten. */
  const unlimit = (operation: string, failed: boolean): void => {
    limits = operation === 'rollback' || failed ? after.rollback : after.commit
    after = { commit: limits, rollback: limits }
  }

  const execute = ({ bytes, sql, flush }: Batch, key: string): void => {
    host.share(host.engine().send(id, { bytes, sql, flush }, host.at(key)))
    const waits = running
    if (waits?.settled !== false || state !== 'ready') return
    world.trace.record('postgres.locked', { key, connection: peer.name })
    const limit = firstLimit(limits)
    if (limit === undefined) return
    later(limit.afterMs, `${key} ${limit.code}`, waits.asked.step, () => {
      if (running !== waits || waits.settled) return
      waits.cancelled = limit.code
      host.cancel(id)
    })
  }

  /** Who does nothing in a transaction for too long loses it. */
  const watchIdle = (step: string): void => {
    if (limits.idleMs === 0 || status === 'I') return
    const done = answered
    later(limits.idleMs, `connection ${peer.name} idle in a transaction`, step, () => {
      if (done === answered && running === undefined) terminate('25P03')
    })
  }

  const terminate = (code: string): void => {
    if (state === 'gone') return
    world.trace.record('postgres.session.ended', { connection: peer.name, code })
    peer.send(errorMessage(code, textOf(code), 'FATAL'))
    end('end')
  }

  /** An error that the server never made. Where it would have ended a transaction, it ends. */
  const inject = (code: string, { asked, call, operation }: Running, statements: readonly Statement[]): void => {
    if (isFatal(code)) return fail(errorMessage(code, textOf(code), 'FATAL'), call.afterMs, call, asked.step)
    const ends = operation === 'commit' || statements.some((one) => operationOf(one) === 'commit')
    const bytes = query(ends ? 'rollback' : injected(code))
    const settled = host.engine().send(id, { bytes, sql: [], flush: false }, host.at(call.key))
    const own = settled.find(({ session }) => session === id)
    const after = own?.status ?? 'I'
    const error = errorMessage(code, textOf(code))
    const answer = asked.flush ? error : Buffer.concat([error, ready(after)])
    host.share([...settled.filter((one) => one !== own), { session: id, bytes: answer, status: after, sleptMs: 0 }])
  }

  const settle = (settled: Settled): void => {
    const was = running
    if (was === undefined || was.settled)
      throw new Error(`postgres: expected no answer on connection ${peer.name}, got one.`)
    was.settled = true
    status = settled.status
    const { call, asked, operation } = was
    const { fault } = call
    if (settled.sleptMs > limits.statementMs && limits.statementMs > 0)
      throw gap('timeouts of statements, locks and sessions')
    const bytes = was.cancelled === undefined ? settled.bytes : cancelledFor(was.cancelled, settled.bytes)
    const outcome = outcomeOf(bytes)
    if (UNAVAILABLE.test(String(outcome.message ?? ''))) throw gap('extensions that are not installed')
    if (status === 'I') unlimit(operation, 'error' in outcome)
    world.trace.record('postgres.done', { key: call.key, operation, ...outcome, status }, asked.step)
    if (fault?.kind === 'answer-lost') {
      if (fault.silent !== true) later(call.afterMs, `${call.key} reset`, asked.step, () => end('reset'))
      return
    }
    later(call.afterMs + settled.sleptMs, `${call.key} answer`, asked.step, () => {
      if (fault?.kind === 'truncated') {
        peer.send(bytes.subarray(0, Math.floor(bytes.length / 2)))
        return end('reset')
      }
      peer.send(bytes)
      world.trace.record('call.answered', { key: call.key })
      running = undefined
      waiting = undefined
      answered += 1
      watchIdle(asked.step)
      return next()
    })
  }

  return {
    name: peer.name,
    get busy() {
      return running !== undefined
    },
    get waiting() {
      return waiting
    },
    settle,
    tell: (bytes) => later(1, `notification ${peer.name}`, openedBy, () => peer.send(bytes)),
    terminate: () => terminate('57P01'),
    data(bytes, step) {
      if (state === 'gone') return
      try {
        reader.push(bytes)
        while (state === 'opening') {
          const opening = reader.opening()
          if (opening === undefined) return
          open(opening)
        }
        for (let one = reader.next(); one !== undefined; one = reader.next()) take(one, step)
      } catch (error) {
        if (!(error instanceof MalformedMessage)) throw error
        world.trace.record('call.malformed', { connection: peer.name, what: error.message }, step)
        return end('reset')
      }
      return next()
    },
    finish: () => end('end'),
    closed() {
      state = 'gone'
      waiting = undefined
      host.end(id)
    },
  }
}

/** What a server says to CREATE EXTENSION when it has none of the name; its user's has. */
const UNAVAILABLE = /^extension "[^"]+" is not available$/

/** What neither engine models. */
function refuse({ words }: Statement): void {
  const has = (...sequence: readonly string[]): boolean =>
    words.some((_, at) => sequence.every((word, offset) => words[at + offset] === word))
  if (words[0] === 'copy' && has('from', 'stdin')) throw gap('COPY FROM STDIN')
  if (has('create', 'database') || has('drop', 'database')) throw gap('other databases')
  // To turn it on stops no owner; what follows from policies would differ by who asks.
  if (has('create', 'policy') || has('force', 'row', 'level', 'security')) throw gap('row security')
  if (has('prepare', 'transaction') || has('commit', 'prepared') || has('rollback', 'prepared'))
    throw gap('two-phase commit')
}

/** The settings that a connection begins with: its parameters, and those in `options`. */
function settingsOf(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { user: _, database: __, replication: ___, options = '', ...settings } = parameters
  const given = Object.fromEntries(
    [...options.matchAll(/(?:-c\s*|--)([\w.]+)=((?:\\.|[^\\\s])*)/g)].map(([, name = '', value = '']) => [
      name.replaceAll('-', '_'),
      value.replaceAll(/\\(.)/g, '$1'),
    ]),
  )
  return Object.fromEntries(Object.entries({ ...settings, ...given }).filter(([name]) => !name.startsWith('_pq_.')))
}

/** What an answer says, for the trace: how many rows, which error. */
function outcomeOf(bytes: Uint8Array): { readonly [key: string]: Json } {
  const tags: string[] = []
  for (const { type, body } of messagesIn(bytes)) {
    if (type === 'C') tags.push(texts(body)[0] ?? '')
    if (type !== 'E') continue
    const { C: code = '', M: message = '', n: constraint } = fieldsOf(body)
    return { error: code, message, ...(constraint === undefined ? {} : { constraint }) }
  }
  return tags.length === 0 ? {} : { tag: tags.join('; ') }
}
