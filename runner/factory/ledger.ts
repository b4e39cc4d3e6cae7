import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { inTransaction, openDatabase } from '../queue/sqlite.ts'

/** Whose account: what is asked for, and the agent as the person names it. A new run, request or base is the same account. */
export type Account = { readonly requirements: string; readonly agent: string }

/** What an account has used up so far, over all runs. Money is as reported by agents; `unreported` counts attempts that said nothing. */
export type Spent = {
  readonly attempts: number
  readonly microUsd: number
  readonly unreported: number
  readonly wallMs: number
}

/** Counts attempts, money and time for each account, over runs and processes. */
export interface Ledger {
  /** Books an attempt unless `attemptsMax` are booked already. Booking the same attempt of a run again is free. */
  charge(account: Account, run: string, attempt: number, attemptsMax: number): boolean
  /** What one part of an attempt cost (`change`, `critique`); null: it did not say. Saying it again changes nothing. */
  pay(account: Account, run: string, attempt: number, part: string, microUsd: number | null): void
  /** A stretch of work goes on: its time counts from the first call to the last. */
  touch(account: Account, stretch: string, atMs: number): void
  spent(account: Account): Spent
  close(): void
}

const SCHEMA = `
  create table if not exists attempt (requirements text not null, agent text not null, run text not null, attempt integer not null,
    primary key (requirements, agent, run, attempt)) strict;
  create table if not exists payment (requirements text not null, agent text not null, run text not null, attempt integer not null,
    part text not null, micro_usd integer, primary key (requirements, agent, run, attempt, part)) strict;
  create table if not exists stretch (requirements text not null, agent text not null, id text not null,
    started_ms integer not null, last_ms integer not null, primary key (requirements, agent, id)) strict;`

const MINE = 'requirements = :requirements and agent = :agent'

export function openLedger(file: string): Ledger {
  mkdirSync(dirname(file), { recursive: true })
  const database = openDatabase(file, SCHEMA)
  const statement = {
    count: database.prepare(`select count(*) as value from attempt where ${MINE}`),
    has: database.prepare(`select 1 from attempt where ${MINE} and run = :run and attempt = :attempt`),
    charge: database.prepare('insert into attempt values (:requirements, :agent, :run, :attempt)'),
    pay: database.prepare(
      'insert into payment values (:requirements, :agent, :run, :attempt, :part, :microUsd) on conflict do nothing',
    ),
    touch: database.prepare(
      `insert into stretch values (:requirements, :agent, :stretch, :atMs, :atMs)
       on conflict do update set last_ms = max(last_ms, excluded.last_ms)`,
    ),
    money: database.prepare(
      `select coalesce(sum(micro_usd), 0) as paid, count(*) - count(micro_usd) as silent from payment where ${MINE}`,
    ),
    time: database.prepare(`select coalesce(sum(last_ms - started_ms), 0) as value from stretch where ${MINE}`),
  }
  return {
    charge: (account, run, attempt, attemptsMax) =>
      inTransaction(database, () => {
        if (statement.has.get({ ...account, run, attempt }) !== undefined) return true
        if (Number(statement.count.get(account)?.value) >= attemptsMax) return false
        statement.charge.run({ ...account, run, attempt })
        return true
      }),
    pay: (account, run, attempt, part, microUsd) =>
      void statement.pay.run({ ...account, run, attempt, part, microUsd }),
    touch: (account, stretch, atMs) => void statement.touch.run({ ...account, stretch, atMs }),
    spent(account) {
      const money = statement.money.get(account)
      return {
        attempts: Number(statement.count.get(account)?.value),
        microUsd: Number(money?.paid),
        unreported: Number(money?.silent),
        wallMs: Number(statement.time.get(account)?.value),
      }
    },
    close: () => database.close(),
  }
}
