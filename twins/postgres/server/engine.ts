import { createRng } from '../../rng.ts'
import { digest } from '../../trace.ts'
import { NotModelled, notModelled } from '../../twin.ts'
import { type Bridge, openBridge, START_MS_MAX } from '../bridge.ts'
import { type At, type Engine, type Settled, slept } from '../engine.ts'
import { GAPS } from '../gaps.ts'
import { callsFunction, type Statement, statementsOf } from '../sql.ts'
import { message, messagesIn, parseOf, query, texts } from '../wire.ts'
import { findServer } from './find.ts'
import type { Finished, Reply, Request } from './request.ts'
import { virtualSql } from './virtual.ts'

// One server a thread, and one run at a time on it.
const shared: { bridge: Bridge<Request, Reply> | undefined; run: number } = { bridge: undefined, run: 0 }
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const gap = (what: string): Error => notModelled('postgres', GAPS, what)

/** A real server at the state that `sql` makes: transactions of several connections really meet, in an order that is the run's own. */
export function openServer(sql: readonly string[], at: At): Engine {
  const programs = findServer()
  if (programs === undefined)
    throw new NotModelled(
      'postgres',
      'engine: server without a server',
      'Install one (apt-get install postgresql), or leave the engine out, which means PGlite.',
    )
  if (shared.bridge?.alive !== true)
    shared.bridge = openBridge(new URL(`./worker.${EXTENSION}`, import.meta.url), 'postgres', { programs })
  shared.run += 1
  const mine = shared.run
  const bridge = shared.bridge
  const statements = sql.flatMap((text) => statementsOf(text).map((one) => virtualSql(one.text)))
  const template = digest([statements, at.nowMs] as never)
  bridge.ask({ kind: 'reset', template, sql: statements, nowMs: at.nowMs }, START_MS_MAX)
  return createEngine((request) => {
    if (mine !== shared.run)
      throw new Error('postgres: expected the run the server was started for, got another one since.')
    return bridge.ask(request)
  })
}

function createEngine(ask: (request: Request) => Reply): Engine {
  let heard: Reply['notified'] = []
  const take = ({ finished, notified }: Reply): readonly Settled[] => {
    heard = [...heard, ...notified]
    return finished.map(settledOf)
  }
  return {
    open(session, parameters, { nowMs, chance }) {
      const seed = createRng(chance).float() * 2 - 1
      const [settled] = take(ask({ kind: 'open', session, parameters, nowMs, chance: seed }))
      if (settled === undefined) throw new Error('postgres: expected the first words of a session, got none.')
      return settled
    },
    send(session, batch, { nowMs }) {
      const statements = batch.sql.flatMap(statementsOf)
      for (const statement of statements) refuse(statement)
      const messages = messagesIn(batch.bytes)
      return take(
        ask({
          kind: 'send',
          session,
          bytes: Buffer.concat(messages.map(inVirtualTime)),
          count: batch.flush ? messages.filter(({ type }) => type !== 'H').length : undefined,
          listens: statements.some(({ words }) => words[0] === 'listen'),
          nowMs,
        }),
      )
    },
    close: (session) => take(ask({ kind: 'close', session })),
    cancel: (session) => take(ask({ kind: 'cancel', session })),
    notified() {
      const told = heard
      heard = []
      return told
    },
    rows: (sql) => ask({ kind: 'rows', sql }).rows,
    run: (work, { nowMs }) => void ask({ kind: 'run', work, nowMs }),
  }
}

function settledOf({ session, bytes, status }: Finished): Settled {
  let sleptMs = 0
  const kept = messagesIn(bytes).filter((one) => {
    const ms = slept(one)
    if (ms !== undefined) sleptMs += ms
    return ms === undefined
  })
  return { session, bytes: Buffer.concat(kept.map((one) => one.bytes)), status, sleptMs }
}

function inVirtualTime(one: ReturnType<typeof messagesIn>[number]): Buffer {
  if (one.type === 'Q') return query(virtualSql(texts(one.body)[0] ?? ''))
  if (one.type !== 'P') return one.bytes
  const { name, sql, rest } = parseOf(one.body)
  return message('P', name, virtualSql(sql), rest)
}

const CHANCE = /^(gen_random_bytes|gen_salt|uuid_generate_v\d\w*|uuidv[47])$/
const PROCESS = /^pg_(cancel_backend|terminate_backend|blocking_pids)$/
const PRESENT = /^\s*(now|today|tomorrow|yesterday)\s*$/i

/** What a real server takes from the real world. */
function refuse(statement: Statement): void {
  if (callsFunction(statement, CHANCE) !== undefined) throw gap('functions with chance or time of their own')
  if (callsFunction(statement, PROCESS) !== undefined) throw gap('functions that act on other connections')
  if (statement.texts.some((text) => PRESENT.test(text))) throw gap('words for the present inside texts')
}
