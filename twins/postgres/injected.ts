import { literal } from './state.ts'

/** The server's words for errors that scenarios inject: https://www.postgresql.org/docs/18/errcodes-appendix.html (2026-11-24). */
const TEXTS: Readonly<Record<string, string>> = {
  '08006': 'connection failure',
  '23505': 'duplicate key value violates unique constraint',
  '25P03': 'terminating connection due to idle-in-transaction timeout',
  '25006': 'cannot execute statement in a read-only transaction',
  '40001': 'could not serialize access due to concurrent update',
  '40P01': 'deadlock detected',
  '53100': 'could not extend file: No space left on device',
  '53200': 'out of memory',
  '53300': 'sorry, too many clients already',
  '55P03': 'canceling statement due to lock timeout',
  '57014': 'canceling statement due to statement timeout',
  '57P01': 'terminating connection due to administrator command',
  '57P02': 'terminating connection because of crash of another server process',
  '57P03': 'the database system is starting up',
  '58030': 'could not read block: Input/output error',
}

export const textOf = (code: string): string => TEXTS[code] ?? `error ${code}`

/** After these the connection is gone: class 08, 25P03, 57P01 and its neighbours, and 53300, which only a new connection gets. */
export const isFatal = (code: string): boolean => /^(08...|25P03|57P0[1-5]|53300)$/.test(code)

/** A statement that fails with `code`, and with it the transaction around it. */
export const injected = (code: string): string =>
  `do $backlot$ begin raise exception using errcode = ${literal(code)}, message = ${literal(textOf(code))}; end $backlot$`
