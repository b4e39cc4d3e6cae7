/** One statement of a text of SQL. `words` are what is neither a comment, a text nor blank: lower case, quoted names in their quotes. */
export type Statement = {
  readonly text: string
  readonly words: readonly string[]
  /** The contents of its texts, as they stand. */
  readonly texts: readonly string[]
}

/** What a statement does, as far as faults and traces tell statements apart. */
export const OPERATIONS = [
  'connect',
  'prepare',
  'begin',
  'commit',
  'rollback',
  'select',
  'insert',
  'update',
  'delete',
  'copy',
  'schema',
  'session',
  'other',
] as const
export type Operation = (typeof OPERATIONS)[number]

// In this order: a comment or a text hides whatever stands in it.
const TOKEN =
  /(?<blank>\s+|--[^\n]*)|(?<comment>\/\*)|(?<text>[eE]'(?:[^'\\]|\\[\s\S]|'')*'|(?:[uU]&|[bBxXnN])?'(?:[^']|'')*')|(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)|(?<name>"(?:[^"]|"")*")|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<number>\d[\w.]*)|(?<other>[\s\S])/y

/** Where a nested comment that opens at `at` ends. */
function commentEnd(sql: string, at: number): number {
  let depth = 0
  for (let here = at; here < sql.length; here++) {
    const two = sql.slice(here, here + 2)
    if (two !== '/*' && two !== '*/') continue
    depth += two === '/*' ? 1 : -1
    here += 1
    if (depth === 0) return here + 1
  }
  return sql.length
}

/** One token; `word` is what a statement is recognised by, `text` the contents of a text. Blanks and comments have neither. */
export type Token = { readonly raw: string; readonly word?: string; readonly text?: string }

/** Cuts SQL into tokens that add up to it. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    TOKEN.lastIndex = at
    const groups = TOKEN.exec(sql)?.groups ?? {}
    let raw = Object.values(groups).find((one) => one !== undefined) ?? sql[at] ?? ''
    let token: { word?: string; text?: string } = {}
    if (groups.comment !== undefined) raw = sql.slice(at, commentEnd(sql, at))
    else if (groups.dollar !== undefined) {
      const end = sql.indexOf(raw, at + raw.length)
      const text = sql.slice(at + raw.length, end < 0 ? undefined : end)
      raw = end < 0 ? sql.slice(at) : raw + text + raw
      token = { text }
    } else if (groups.text !== undefined) token = { text: raw.slice(raw.indexOf("'") + 1, -1).replaceAll("''", "'") }
    else if (groups.name !== undefined) token = { word: raw }
    else if (groups.blank === undefined) token = { word: raw.toLowerCase() }
    tokens.push({ raw, ...token })
    at += raw.length
  }
  return tokens
}

/** The statements of a text, without empty ones. A body in `BEGIN ATOMIC … END` stays one statement. */
export function statementsOf(sql: string): readonly Statement[] {
  const found: Statement[] = []
  let text = ''
  let words: string[] = []
  let texts: string[] = []
  let depth = 0
  const close = (): void => {
    if (words.length > 0) found.push({ text: text.trim(), words, texts })
    text = ''
    words = []
    texts = []
    depth = 0
  }
  for (const token of tokensOf(sql)) {
    if (token.word === ';' && depth === 0) {
      close()
      continue
    }
    text += token.raw
    if (token.word === undefined) {
      if (token.text !== undefined) {
        texts.push(token.text)
        words.push("''")
      }
      continue
    }
    if (token.word === 'atomic' && words.at(-1) === 'begin') depth += 1
    else if (depth > 0 && token.word === 'case') depth += 1
    else if (depth > 0 && token.word === 'end') depth -= 1
    words.push(token.word)
  }
  close()
  return found
}

const BY_FIRST_WORD: Readonly<Record<string, Operation>> = {
  begin: 'begin',
  start: 'begin',
  commit: 'commit',
  end: 'commit',
  abort: 'rollback',
  select: 'select',
  values: 'select',
  table: 'select',
  '(': 'select',
  insert: 'insert',
  update: 'update',
  merge: 'update',
  delete: 'delete',
  copy: 'copy',
  create: 'schema',
  alter: 'schema',
  drop: 'schema',
  truncate: 'delete',
  comment: 'schema',
  grant: 'schema',
  revoke: 'schema',
  set: 'session',
  reset: 'session',
  show: 'session',
  discard: 'session',
}

/** What one statement does. A `WITH` is what it changes, if it changes anything. */
export function operationOf({ words }: Statement): Operation {
  const [first = ''] = words
  if (first === 'rollback') return words.includes('to') ? 'other' : 'rollback'
  if (first !== 'with') return BY_FIRST_WORD[first] ?? 'other'
  for (const [at, word] of words.entries()) {
    const next = words[at + 1]
    if (word === 'insert' && next === 'into') return 'insert'
    if (word === 'delete' && next === 'from') return 'delete'
    if (word === 'update' && words[at - 1] !== 'for' && words[at - 1] !== 'key') return 'update'
  }
  return 'select'
}

/** What a text with several statements is called: by the first that does more than open a transaction or set something up. */
export function mainOperation(statements: readonly Statement[]): Operation {
  const all = statements.map(operationOf)
  return all.find((one) => one !== 'begin' && one !== 'session') ?? all[0] ?? 'other'
}

/** Whether a statement calls one of the functions. */
export const callsFunction = ({ words }: Statement, names: RegExp): string | undefined =>
  words.find((word, at) => words[at + 1] === '(' && names.test(word))
