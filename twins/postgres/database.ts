import type { Call, Calls, Peer, StreamEnd } from '../stream.ts'
import { createCalls } from '../stream.ts'
import type { Json } from '../trace.ts'
import type { World } from '../world.ts'
import { type Connection, createConnection } from './connection.ts'
import type { At, Engine, Settled } from './engine.ts'
import { openPglite } from './pglite/engine.ts'
import { readState, takeBack, writeState } from './rows.ts'
import { openServer } from './server/engine.ts'
import { literal, readSnapshot, type Seed, templateOf } from './state.ts'

/** One server of one run, and all connections to it. */
export interface Database {
  /** Undefined: the connection is refused. */
  connect(peer: Peer, step: string): StreamEnd | undefined
  /** Ends every connection, as a restart of the server does. */
  restart(): void
  snapshot(): Json
  restore(state: Json): void
}

/** What a connection needs of its database. */
export interface Host {
  readonly world: World
  readonly calls: Calls
  at(key: string): At
  engine(): Engine
  /** A connection calls the database so: the first to do it is believed. */
  named(name: string): void
  /** Hands answers to the connections they belong to. */
  share(settled: readonly Settled[]): void
  /** Ends the session `id`, without a word to its connection. */
  end(id: number): void
  /** A client asks that what the session does be cancelled. */
  cancel(id: number): void
}

/** Names that every server has databases of. */
const RESERVED = new Set(['postgres', 'template0', 'template1'])

/** A statement on a network of the same house. */
export const LATENCY_MS: { readonly min: number; readonly max: number } = { min: 1, max: 20 }

/** The database that `seed` describes. Its engine starts when somebody first needs it. */
export function createDatabase(world: World, seed: Seed): Database {
  const connections = new Map<number, Connection>()
  let sessions = 0
  let engine: Engine | undefined
  let broken = false
  let named = false

  const at = (key: string): At => ({ nowMs: world.clock.now(), chance: `${world.seed}/postgres/${key}` })
  const host: Host = {
    world,
    calls: createCalls(world, 'postgres', LATENCY_MS),
    at,
    engine() {
      if (engine !== undefined) return engine
      const open = seed.engine === 'server' ? openServer : openPglite
      broken = true
      engine = open(templateOf(seed), { nowMs: world.startsAtMs, chance: `${world.seed}/postgres` })
      broken = false
      return engine
    },
    named(name) {
      if (named) return
      named = true
      if (name === '' || RESERVED.has(name)) return
      const rename = `update pg_catalog.pg_database set datname = ${literal(name.slice(0, 63))} where datname = pg_catalog.current_database()`
      host.engine().run([rename], at('database'))
    },
    share(settled) {
      for (const one of settled) connections.get(one.session)?.settle(one)
      for (const { session, bytes } of engine?.notified() ?? []) connections.get(session)?.tell(bytes)
    },
    end(id) {
      if (!connections.delete(id) || engine === undefined) return
      host.share(engine.close(id, at(`close ${id}`)))
    },
    cancel(id) {
      const connection = connections.get(id)
      if (connection?.busy !== true) return
      world.trace.record('postgres.cancelled', { connection: connection.name })
      host.share(host.engine().cancel(id, at(`cancel ${id}`)))
    },
  }

  return {
    connect(peer, step) {
      const call: Call = host.calls.begin('connect', step, { connection: peer.name })
      if (call.fault?.kind === 'refused') return undefined
      const id = ++sessions
      const connection = createConnection(host, { id, peer, call, step })
      connections.set(id, connection)
      return connection
    },
    restart() {
      for (const connection of [...connections.values()]) connection.terminate()
    },
    // What could not even begin has ended the run already.
    snapshot: () => (broken ? {} : readState(host.engine(), at('snapshot'))),
    restore(state) {
      const engine = host.engine()
      if (!takeBack(engine, state, at('restore'))) writeState(engine, readSnapshot(state), at('restore'))
    },
  }
}
