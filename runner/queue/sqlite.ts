import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { canonical, type Json } from '../../twins/trace.ts'
import type { Claim, Completion, Divergence, QueueStats, WorkQueue } from './queue.ts'

export type SqliteQueueOptions = {
  readonly file: string
  /** Milliseconds since the Unix epoch; handed in, so that a test can step it. */
  readonly now: () => number
  /** Claims a job gets before it counts as poison. */
  readonly attemptsMax: number
}

/** A queue in one file on a local disk, shared by any number of processes of this machine. */
export interface SqliteQueue extends WorkQueue {
  /** Ends every lease at once, for a caller who knows that the holders are dead; says how many there were. */
  endLeases(): number
}

const SCHEMA = `
  create table if not exists job (
    id text primary key, payload text not null, state text not null default 'ready', attempt integer not null default 0,
    lease_until integer not null default 0, reason text) strict;
  create table if not exists result (id text primary key, result text not null) strict;
  create table if not exists divergence (id text not null, attempt integer not null, result text not null,
    primary key (id, attempt)) strict;`

// Without it a job abandoned on its last attempt would stay leased for ever.
const REAP = `update job set state = 'dead', reason = coalesce(reason, 'abandoned')
  where state = 'leased' and lease_until < :now and attempt >= :max`
const CLAIM = `update job set state = 'leased', attempt = attempt + 1, lease_until = :until where id in (
  select id from job where (state = 'ready' or (state = 'leased' and lease_until < :now)) and attempt < :max
  order by id limit :count) returning id, payload, attempt`
const HEARTBEAT = `update job set lease_until = :until where id = :id and attempt = :attempt and state = 'leased'`
const COMPLETE = `update job set state = 'done' where id = :id and attempt = :attempt and state = 'leased'`
const FAIL = `update job set state = case when attempt >= :max then 'dead' else 'ready' end, reason = :reason
  where id = :id and attempt = :attempt and state = 'leased'`

/** Opens the ledger, or makes it. The fence is the attempt, checked in the statement that ends the job. */
export function openSqliteQueue({ file, now, attemptsMax }: SqliteQueueOptions): SqliteQueue {
  mkdirSync(dirname(file), { recursive: true })
  const database = openDatabase(file, SCHEMA)
  const statement = {
    add: database.prepare('insert into job (id, payload) values (:id, :payload) on conflict do nothing'),
    reap: database.prepare(REAP),
    claim: database.prepare(CLAIM),
    heartbeat: database.prepare(HEARTBEAT),
    complete: database.prepare(COMPLETE),
    fail: database.prepare(FAIL),
    result: database.prepare('select result from result where id = :id'),
    store: database.prepare('insert into result (id, result) values (:id, :result)'),
    diverge: database.prepare(
      'insert into divergence (id, attempt, result) values (:id, :attempt, :result) on conflict do nothing',
    ),
    divergences: database.prepare(
      'select divergence.id, attempt, divergence.result, result.result as first from divergence join result using (id) order by divergence.id, attempt',
    ),
    count: database.prepare('select state, count(*) as count from job group by state'),
    divergent: database.prepare('select count(*) as count from divergence'),
    endLeases: database.prepare(`update job set lease_until = 0 where state = 'leased'`),
  }
  const transaction = <T>(work: () => T): T => inTransaction(database, work)
  const resultOf = (id: string): string | undefined => {
    const row = statement.result.get({ id })
    return row === undefined ? undefined : String(row.result)
  }

  return {
    async enqueueMany(jobs) {
      return transaction(() => {
        let added = 0
        for (const { id, payload } of jobs)
          added += Number(statement.add.run({ id, payload: JSON.stringify(payload) }).changes)
        return added
      })
    },
    async claim(count, leaseMs) {
      return transaction(() => {
        const nowMs = now()
        statement.reap.run({ now: nowMs, max: attemptsMax })
        return statement.claim
          .all({ now: nowMs, until: nowMs + leaseMs, max: attemptsMax, count })
          .map(
            ({ id, payload, attempt }): Claim => ({
              id: String(id),
              payload: JSON.parse(String(payload)) as Json,
              attempt: Number(attempt),
            }),
          )
          .sort((a, b) => (a.id < b.id ? -1 : 1))
      })
    },
    async heartbeat({ id, attempt }, leaseMs) {
      return statement.heartbeat.run({ id, attempt, until: now() + leaseMs }).changes === 1
    },
    async complete({ id, attempt }, result) {
      const text = canonical(result)
      return transaction((): Completion => {
        const first = resultOf(id)
        if (first !== undefined) {
          statement.complete.run({ id, attempt })
          if (first === text) return 'same'
          statement.diverge.run({ id, attempt, result: text })
          return 'divergent'
        }
        if (statement.complete.run({ id, attempt }).changes === 0) return 'stale'
        statement.store.run({ id, result: text })
        return 'stored'
      })
    },
    async fail({ id, attempt }, reason) {
      return statement.fail.run({ id, attempt, reason, max: attemptsMax }).changes === 1
    },
    async result(id) {
      const text = resultOf(id)
      return text === undefined ? undefined : (JSON.parse(text) as Json)
    },
    async divergences() {
      return statement.divergences.all().map(
        ({ id, attempt, result, first }): Divergence => ({
          id: String(id),
          attempt: Number(attempt),
          result: JSON.parse(String(result)) as Json,
          first: JSON.parse(String(first)) as Json,
        }),
      )
    },
    async stats() {
      const counts = new Map(statement.count.all().map(({ state, count }) => [String(state), Number(count)]))
      const of = (state: string): number => counts.get(state) ?? 0
      const stats: QueueStats = {
        ready: of('ready'),
        leased: of('leased'),
        done: of('done'),
        dead: of('dead'),
        divergent: Number(statement.divergent.get()?.count ?? 0),
      }
      return stats
    },
    endLeases: () => Number(statement.endLeases.run().changes),
    async close() {
      database.close()
    },
  }
}

/** A database of ours: it survives a killed process, and waits for others instead of failing. */
export function openDatabase(file: string, schema: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000 })
  database.exec('pragma journal_mode = wal; pragma synchronous = normal')
  database.exec(schema)
  return database
}

/** All of `work` or nothing of it. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
