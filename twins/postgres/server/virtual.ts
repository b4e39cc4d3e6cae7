import { replaced, SLEEP } from '../replaced.ts'
import { statementsOf, type Token, tokensOf } from '../sql.ts'
import { message } from '../wire.ts'

/** Settings through which a session of the server knows virtual time and its own name. */
const CLOCK = 'backlot.clock'
const TRANSACTION = 'backlot.transaction'
export const SESSION = 'backlot.session'

const instant = (setting: string): string =>
  `pg_catalog.to_timestamp(pg_catalog.current_setting('${setting}')::double precision / 1000)`
const moment = (name: string, setting: string): readonly string[] =>
  replaced(name, '', `returns timestamptz language sql stable as $$ select ${instant(setting)} $$`)

/** The words of SQL that are the present without being a function; each becomes a function of its name, as columns are named after it. */
const WORDS: Readonly<Record<string, string>> = {
  current_timestamp: 'timestamptz',
  current_time: 'timetz',
  current_date: 'date',
  localtimestamp: 'timestamp',
  localtime: 'time',
}
const wordFunctions = Object.entries(WORDS).flatMap(([word, type]) => {
  const plain = `create function pg_catalog."${word}"() returns ${type} language sql stable as $$ select pg_catalog.now()::${type} $$`
  if (type === 'date') return [plain]
  const fine = `create function pg_catalog."${word}"(integer) returns ${type} language sql stable as $$ select pg_catalog."${type}"(pg_catalog.now()::${type}, $1) $$`
  return [plain, fine]
})

/** Makes a fresh server speak of virtual time, draw from seeded chance, and never sleep. */
export const VIRTUAL: readonly string[] = [
  ...moment('now', TRANSACTION),
  ...moment('transaction_timestamp', TRANSACTION),
  ...moment('statement_timestamp', CLOCK),
  ...moment('clock_timestamp', CLOCK),
  ...replaced(
    'timeofday',
    '',
    `returns text language sql volatile as $$ select to_char(pg_catalog.clock_timestamp(), 'Dy Mon DD HH24:MI:SS.US YYYY TZ') $$`,
  ),
  // Chance of a session is seeded when it opens; these bits make a version 4 of it: RFC 9562, 5.4.
  ...replaced(
    'gen_random_uuid',
    '',
    `returns uuid language sql volatile as $$ select overlay(overlay(pg_catalog.md5(pg_catalog.random()::text || pg_catalog.random()::text) placing '4' from 13) placing pg_catalog.substr('89ab', 1 + pg_catalog.floor(pg_catalog.random() * 4)::integer, 1) from 17)::uuid $$`,
  ),
  ...replaced(
    'pg_backend_pid',
    '',
    `returns integer language sql stable as $$ select pg_catalog.current_setting('${SESSION}')::integer $$`,
  ),
  ...SLEEP,
  // How old something is today; the old ones are bound to the real day.
  ...['timestamp', 'timestamptz'].flatMap((type) =>
    replaced(
      'age',
      type,
      `returns interval language sql stable strict as $$ select age(pg_catalog.now()::date::${type}, $1) $$`,
    ),
  ),
  ...wordFunctions,
]

/** SQL in which the words for the present are calls of functions that the world answers. Bodies of functions are read too. */
export function virtualSql(sql: string): string {
  if (!/current_(timestamp|time|date)|localtime/i.test(sql)) return sql
  return statementsOf(sql).some(({ words: [first] }) => first === 'create' || first === 'do' || first === 'alter')
    ? rewritten(sql, true)
    : rewritten(sql, false)
}

function rewritten(sql: string, bodies: boolean): string {
  const tokens = tokensOf(sql)
  return tokens
    .map((token, at) => {
      if (bodies && token.text !== undefined && token.raw.startsWith('$')) {
        const tag = token.raw.slice(0, token.raw.indexOf('$', 1) + 1)
        return tag + rewritten(token.text, true) + tag
      }
      const word = token.word ?? ''
      if (WORDS[word] === undefined || isName(tokens, at)) return token.raw
      return `pg_catalog."${word}"${follows(tokens, at)?.word === '(' ? '' : '()'}`
    })
    .join('')
}

const follows = (tokens: readonly Token[], at: number): Token | undefined =>
  tokens.slice(at + 1).find(({ word, text }) => word !== undefined || text !== undefined)
const precedes = (tokens: readonly Token[], at: number): Token | undefined =>
  tokens.slice(0, at).findLast(({ word, text }) => word !== undefined || text !== undefined)
/** `x.current_date` and `as current_date` are names. */
const isName = (tokens: readonly Token[], at: number): boolean => ['.', 'as'].includes(precedes(tokens, at)?.word ?? '')

/** Messages that tell a session what time it is, before it does anything; and how many messages answer them. */
export function tellTime(
  nowMs: number,
  { begins, pipelined }: { readonly begins: boolean; readonly pipelined: boolean },
): { readonly bytes: Buffer; readonly answers: number } {
  const set = (name: string): Buffer => {
    const as = 'backlot_time'
    return Buffer.concat([
      message('P', as, `set ${name} = '${nowMs}'`, Buffer.alloc(2)),
      message('B', as, as, Buffer.alloc(6)),
      message('E', as, 0),
      message('C', Buffer.from('P'), as),
      message('C', Buffer.from('S'), as),
    ])
  }
  // A Sync would end what the client's own messages have begun.
  const names = begins ? [CLOCK, TRANSACTION] : [CLOCK]
  return {
    bytes: Buffer.concat([...names.map(set), message(pipelined ? 'H' : 'S')]),
    answers: names.length * 5 + (pipelined ? 0 : 1),
  }
}
