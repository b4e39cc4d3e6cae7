import { SLEPT } from './replaced.ts'
import { fieldsOf, type Message, type Status } from './wire.ts'

/** The instant of a request, and the name its chance hangs on. */
export type At = { readonly nowMs: number; readonly chance: string }

/** What a client sends up to the point where it waits: SQL, or the messages of the extended protocol up to Sync or Flush. */
export type Batch = {
  readonly bytes: Uint8Array
  /** Every text of SQL in it. */
  readonly sql: readonly string[]
  /** It ends with Flush: no `ReadyForQuery` comes. */
  readonly flush: boolean
}

/** The answer to a session's batch. */
export type Settled = {
  readonly session: number
  readonly bytes: Uint8Array
  readonly status: Status
  /** What `pg_sleep` asked for; nobody slept. */
  readonly sleptMs: number
}

/** A statement of our own: SQL, or a `COPY … FROM STDIN` with what it reads. */
export type Work = string | { readonly copy: string; readonly data: Uint8Array }

/** The whole of a database at one moment, held by its engine. */
export interface Kept {
  /** Rows of a query over what was committed then. */
  rows(sql: string): readonly Readonly<Record<string, string | null>>[]
  /** Called before it is let go, if anybody still holds `task`. */
  beforeGone(task: () => void): void
}

/** A database, stepped one batch at a time. Whatever settles was made to by this step, in this order. */
export interface Engine {
  /** A session's first words, up to `ReadyForQuery`; an error instead ends it. */
  open(session: number, parameters: Readonly<Record<string, string>>, at: At): Settled
  /** A session that is not among the settled waits for a lock: an answer to it comes from a later step. */
  send(session: number, batch: Batch, at: At): readonly Settled[]
  /** Ends a session: what it had open is rolled back, and who waited for it may go on. */
  close(session: number, at: At): readonly Settled[]
  /** Asks that the statement of a waiting session be cancelled. */
  cancel(session: number, at: At): readonly Settled[]
  /** Notifications that reached sessions since they were asked for. */
  notified(): readonly { readonly session: number; readonly bytes: Uint8Array }[]
  /** Rows of a query of our own over what is committed. */
  rows(sql: string, at: At): readonly Readonly<Record<string, string | null>>[]
  /** Statements of our own, in one transaction. */
  run(work: readonly Work[], at: At): void
  /** Keeps everything as it is now; undefined where what sessions hold would not go back with it. */
  keep?(at: At): Kept | undefined
  /** Takes everything back to what was kept. False, and nothing has changed, where it cannot be. */
  takeBack?(kept: Kept, at: At): boolean
}

/** The milliseconds that a replaced `pg_sleep` speaks of in a notice; undefined for any other message. */
export function slept({ type, body }: Message): number | undefined {
  if (type !== 'N') return undefined
  const { C: code, M: seconds } = fieldsOf(body)
  return code === SLEPT ? Math.max(0, Math.round(Number(seconds) * 1000)) : undefined
}
