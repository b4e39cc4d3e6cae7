import { textOf } from './injected.ts'
import { type Statement, tokensOf } from './sql.ts'
import { errorMessage, type Message, message, messagesIn, parseOf, query, texts } from './wire.ts'

/** How long a connection lets things last, in virtual milliseconds; 0 is for ever. The engines never hear of it: they would count in real time. */
export type Limits = { readonly statementMs: number; readonly lockMs: number; readonly idleMs: number }

const NAMES = /^(statement|lock|idle_in_transaction_session|idle_session|transaction)_timeout$/
const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** `5s`, `500`: https://www.postgresql.org/docs/18/config-setting.html (2026-11-24). Undefined when it is neither. */
function toMs(text: string): number | undefined {
  const [, count = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?\s*$/.exec(text) ?? []
  return count === '' ? undefined : Math.round(Number(count) * (UNITS[unit] ?? 1))
}

/** Takes the limits out of what a connection begins with. `unknown` names one that is none of ours. */
export function limitsOf(settings: Readonly<Record<string, string>>): {
  readonly limits: Limits
  readonly rest: Readonly<Record<string, string>>
  readonly unknown: string | undefined
} {
  const own = Object.entries(settings).filter(([name]) => NAMES.test(name.toLowerCase()))
  const of = (wanted: string): number => toMs(own.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '0') ?? 0
  const unknown = own.find(
    ([name, value]) => toMs(value) === undefined || (/^(idle_session|transaction)_/i.test(name) && toMs(value) !== 0),
  )
  return {
    limits: {
      statementMs: of('statement_timeout'),
      lockMs: of('lock_timeout'),
      idleMs: of('idle_in_transaction_session_timeout'),
    },
    rest: Object.fromEntries(Object.entries(settings).filter((entry) => !own.some(([name]) => name === entry[0]))),
    unknown: unknown?.[0],
  }
}

/** What `SET lock_timeout = '5s'` says: from now on, or for this transaction (`SET LOCAL`). */
export type LimitSet = { readonly limit: Partial<Limits>; readonly local: boolean }

const OURS: Readonly<Record<string, keyof Limits>> = {
  statement_timeout: 'statementMs',
  lock_timeout: 'lockMs',
  idle_in_transaction_session_timeout: 'idleMs',
}

/** The limit that a statement sets; undefined when it sets none, or one that is not ours. */
export function limitSetBy(statement: Statement): LimitSet | undefined {
  const [first, ...rest] = statement.words
  return first === 'set' ? setBySet(rest, statement.texts) : setByFunction(statement)
}

function setBySet(rest: readonly string[], [text]: readonly string[]): LimitSet | undefined {
  const scoped = rest[0] === 'local' || rest[0] === 'session'
  const [name = '', to = '', value, unit, ...more] = scoped ? rest.slice(1) : rest
  const ours = OURS[name]
  if (ours === undefined || (to !== '=' && to !== 'to') || unit !== undefined || more.length > 0) return undefined
  const ms = value === 'default' ? 0 : toMs(text ?? value ?? '')
  return ms === undefined ? undefined : { limit: { [ours]: ms }, local: rest[0] === 'local' }
}

/** `set_config('lock_timeout', '5s', true)`, with nothing but texts in it; of several, all must be ours. */
function setByFunction({ words, texts }: Statement): LimitSet | undefined {
  let found: LimitSet | undefined
  for (const [at, word] of words.entries()) {
    if (word !== 'set_config') continue
    const before = words.slice(0, at).filter((one) => one === "''").length
    const [name = '', value = ''] = texts.slice(before, before + 2)
    if (!NAMES.test(name.toLowerCase())) continue
    const [ours, ms] = [OURS[name.toLowerCase()], toMs(value)]
    const form = words.slice(at + 1, at + 8).join(' ')
    const local = form === "( '' , '' , true )"
    if (ours === undefined || ms === undefined || !(local || form === "( '' , '' , false )")) return undefined
    if (found !== undefined && found.local !== local) return undefined
    found = { limit: { ...found?.limit, [ours]: ms }, local }
  }
  return found
}

/** Whether a statement sets a limit that is not ours in the middle of a session, to something other than for ever. */
export function setsLimit(statement: Statement): boolean {
  const { words, texts } = statement
  if (limitSetBy(statement) !== undefined) return false
  if (words[0] !== 'set' && !words.includes('set_config')) return false
  const named = words.some((word) => NAMES.test(word)) || texts.some((text) => NAMES.test(text))
  const ends = words.at(-1) === '0' || words.at(-1) === 'default' || texts.at(-1) === '0'
  return named && !ends
}

/** A message as an engine may see it: limits that are set in it are set to 0, for ever. */
export function unlimited({ type, body, bytes }: Message): Buffer {
  if ((type !== 'Q' && type !== 'P') || !/_timeout/i.test(body.toString('latin1'))) return bytes
  if (type === 'Q') return query(withoutLimits(texts(body)[0] ?? ''))
  const { name, sql, rest } = parseOf(body)
  return message('P', name, withoutLimits(sql), rest)
}

function withoutLimits(sql: string): string {
  let words: string[] = []
  let last = ''
  return tokensOf(sql)
    .map(({ raw, word, text }) => {
      if (word === undefined && text === undefined) return raw
      const named = OURS[last.toLowerCase()] !== undefined
      last = text ?? last
      if (text !== undefined && named && words.slice(-4).join(' ') === 'set_config (  ,') {
        words.push('')
        return "'0'"
      }
      const [first, ...rest] = words
      const [name = '', to] = rest[0] === 'local' || rest[0] === 'session' ? rest.slice(1) : rest
      const isValue = first === 'set' && OURS[name] !== undefined && (to === '=' || to === 'to') && words.at(-1) === to
      words = word === ';' ? [] : [...words, word ?? '']
      return isValue ? '0' : raw
    })
    .join('')
}

/** What ends a wait for a lock, and after how long; undefined when nothing does. */
export function firstLimit({
  statementMs,
  lockMs,
}: Limits): { readonly afterMs: number; readonly code: string } | undefined {
  if (lockMs > 0 && (statementMs === 0 || lockMs < statementMs)) return { afterMs: lockMs, code: '55P03' }
  return statementMs > 0 ? { afterMs: statementMs, code: '57014' } : undefined
}

/** The answer to a cancelled statement, with the reason for which it was. */
export const cancelledFor = (code: string, bytes: Uint8Array): Buffer =>
  Buffer.concat(
    messagesIn(bytes).map((one: Message) => (one.type === 'E' ? errorMessage(code, textOf(code)) : one.bytes)),
  )
