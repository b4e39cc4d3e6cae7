import { Refusal } from '../ask.ts'

/** A piece of a query; `line` and `character` count from one, as Jira tells them. */
export type Token = {
  readonly kind: 'word' | 'string' | 'symbol' | 'end'
  readonly text: string
  readonly line: number
  readonly character: number
}

/** A query that Jira does not take. */
export const wrong = (message: string): Refusal => new Refusal(400, [message])

export const syntax = (message: string, at?: Token): Refusal =>
  wrong(`Error in the JQL Query: ${message}${at === undefined ? '' : ` (line ${at.line}, character ${at.character})`}`)

/** Words that stand for nothing but themselves in quotes: the list of Jira Cloud's help, as clients that quote by it carry it (2026-11-26); see the gap. */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'a an abort access add after alias all alter and any are as asc at audit avg be before begin between boolean break but by byte ' +
    'catch cf char character check checkpoint collate collation column commit connect continue count create current date decimal ' +
    'declare decrement default defaults define delete delimiter desc difference distinct divide do double drop else empty encoding ' +
    'end equals escape exclusive exec execute exists explain false fetch file field first float for from function go goto grant ' +
    'greater group having identified if immediate in increment index initial inner inout input insert int integer intersect ' +
    'intersection into is isempty isnull it join last left less like limit lock long max min minus mode modify modulo more multiply ' +
    'next no noaudit not notin nowait null number object of on option or order outer output power previous prior privileges public ' +
    'raise raw remove rename resource return returns revoke right row rowid rownum rows select session set share size sqrt start ' +
    'strict string subtract such sum synonym table that the their then there these they this to trans transaction trigger true uid ' +
    'union unique update user validate values view was when whenever where while will with'
  ).split(' '),
)

const SYMBOLS = ['!=', '!~', '<=', '>=', '&&', '||', '=', '<', '>', '~', '(', ')', ',', '[', ']', '!', '&', '|']
const FORBIDDEN = /[{}*/%+^$#@?;]/
const SPACE = /\s/
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** The pieces of a query, an end last. */
export function lex(query: string): readonly Token[] {
  const tokens: Token[] = []
  let [at, line, begin] = [0, 1, 0]
  const here = (from: number): { readonly line: number; readonly character: number } => ({
    line,
    character: from - begin + 1,
  })
  while (at < query.length) {
    const char = query.charAt(at)
    if (SPACE.test(char)) {
      at += 1
      if (char === '\n') [line, begin] = [line + 1, at]
      continue
    }
    const place = here(at)
    if (char === '"' || char === "'") {
      const end = closing(query, at)
      if (end === -1)
        throw syntax(`The quoted string '${query.slice(at + 1)}' has not been completed.`, {
          kind: 'end',
          text: '',
          ...place,
        })
      tokens.push({ kind: 'string', text: plain(query.slice(at + 1, end)), ...place })
      at = end + 1
      continue
    }
    const symbol = SYMBOLS.find((one) => query.startsWith(one, at))
    if (symbol !== undefined) {
      tokens.push({ kind: 'symbol', text: symbol, ...place })
      at += symbol.length
      continue
    }
    let end = at
    while (end < query.length && !SPACE.test(query.charAt(end)) && !/["'=!<>~(),[\]&|]/.test(query.charAt(end))) {
      if (query.charAt(end) === '\\') end += 1
      else if (FORBIDDEN.test(query.charAt(end))) {
        const bad = query.charAt(end)
        const code = bad.charCodeAt(0).toString(16).padStart(4, '0')
        throw syntax(
          `The character '${bad}' is a reserved JQL character. You must enclose it in a string or use the escape '\\u${code}' instead.`,
          { kind: 'word', text: bad, ...here(end) },
        )
      }
      end += 1
    }
    tokens.push({ kind: 'word', text: plain(query.slice(at, end)), ...place })
    at = end
  }
  tokens.push({ kind: 'end', text: '', ...here(at) })
  return tokens
}

function closing(query: string, from: number): number {
  const quote = query.charAt(from)
  for (let at = from + 1; at < query.length; at++) {
    if (query.charAt(at) === '\\') at += 1
    else if (query.charAt(at) === quote) return at
  }
  return -1
}

const plain = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, char: string | undefined) =>
    code === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  )
