import { columnOf, lettersOf, parseCells, quoted } from './a1.ts'
import type { OpenRange } from './spreadsheet.ts'

export type Ref = { readonly sheet: string | undefined; readonly cells: string; readonly range: OpenRange }
export type Node =
  | { readonly kind: 'value'; readonly value: number | string | boolean | { readonly error: string } }
  | { readonly kind: 'ref'; readonly ref: Ref }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly (Node | undefined)[] }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '%'; readonly of: Node }
  | { readonly kind: 'array' }

type Token =
  | { readonly kind: 'number' | 'string' | 'operator' | 'call' | 'name' | 'error' | 'space'; readonly text: string }
  | { readonly kind: 'ref'; readonly text: string; readonly ref: Ref }

const CELL = String.raw`\$?[A-Za-z]{1,3}\$?\d+`
const SIDE = String.raw`(?:${CELL}|\$?[A-Za-z]{1,3}|\$?\d+)`
const REF = new RegExp(
  String.raw`(?:('(?:[^']|'')+'|[\p{L}_][\p{L}\d_.]*)!)?(${SIDE}:${SIDE}|${CELL})(?![\p{L}\d_(!])`,
  'uy',
)
const TOKENS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+/y],
  ['string', /"(?:[^"]|"")*"/y],
  ['error', /#(?:N\/A|REF!|VALUE!|DIV\/0!|NUM!|NAME\?|NULL!|ERROR!)/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y],
  ['call', /[\p{L}_][\p{L}\d_.]*(?=\s*\()/uy],
  ['name', /[\p{L}_][\p{L}\d_.]*/uy],
  ['operator', /<>|<=|>=|[-+*/^&=<>%(),;:{}]/y],
]

/** A formula's tokens with their blanks, so that it can be written out again; undefined when it has none. */
function tokenize(formula: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = 1
  next: while (at < formula.length) {
    REF.lastIndex = at
    const ref = REF.exec(formula)
    if (ref !== null) {
      const [text, sheet, cells = ''] = ref
      const range = parseCells(cells)
      if (range !== undefined) {
        const title = sheet?.startsWith("'") ? sheet.slice(1, -1).replaceAll("''", "'") : sheet
        tokens.push({ kind: 'ref', text, ref: { sheet: title, cells, range } })
        at += text.length
        continue
      }
    }
    for (const [kind, form] of TOKENS) {
      form.lastIndex = at
      const match = form.exec(formula)
      if (match === null) continue
      tokens.push({ kind: kind as 'name', text: match[0] })
      at += match[0].length
      continue next
    }
    return undefined
  }
  return tokens
}

const POWERS: readonly (readonly string[])[] = [['=', '<>', '<', '>', '<=', '>='], ['&'], ['+', '-'], ['*', '/'], ['^']]

/** Parses `=1+SUM(A1:B2)`; undefined when Sheets would call it `#ERROR!`. */
export function parseFormula(formula: string): Node | undefined {
  const tokens = tokenize(formula)?.filter(({ kind }) => kind !== 'space')
  if (tokens === undefined) return undefined
  let at = 0
  const is = (text: string): boolean => tokens[at]?.kind === 'operator' && tokens[at]?.text === text
  const take = (text: string): void => {
    if (!is(text)) throw new NoFormula()
    at += 1
  }
  const binary = (level: number): Node => {
    const operators = POWERS[level]
    if (operators === undefined) return unary()
    let left = binary(level + 1)
    for (let token = tokens[at]; token?.kind === 'operator' && operators.includes(token.text); token = tokens[at]) {
      at += 1
      left = { kind: 'binary', operator: token.text, left, right: binary(level + 1) }
    }
    return left
  }
  const unary = (): Node => {
    if (is('-') || is('+')) {
      const operator = is('-') ? '-' : '+'
      at += 1
      return { kind: 'unary', operator, of: unary() }
    }
    let of = primary()
    while (is('%')) {
      at += 1
      of = { kind: 'unary', operator: '%', of }
    }
    return of
  }
  const args = (): readonly (Node | undefined)[] => {
    const list: (Node | undefined)[] = []
    take('(')
    if (is(')')) {
      at += 1
      return list
    }
    for (;;) {
      list.push(is(',') || is(')') ? undefined : binary(0))
      if (!is(',')) break
      at += 1
    }
    take(')')
    return list
  }
  const primary = (): Node => {
    const token = tokens[at]
    if (token === undefined) throw new NoFormula()
    if (is('(')) {
      at += 1
      const inner = binary(0)
      take(')')
      return inner
    }
    if (is('{')) return { kind: 'array' }
    at += 1
    switch (token.kind) {
      case 'number':
        return { kind: 'value', value: Number(token.text) }
      case 'string':
        return { kind: 'value', value: token.text.slice(1, -1).replaceAll('""', '"') }
      case 'error':
        return { kind: 'value', value: { error: token.text } }
      case 'ref':
        return { kind: 'ref', ref: token.ref }
      case 'call':
        return { kind: 'call', name: token.text.toUpperCase(), args: args() }
      case 'name':
        if (/^(true|false)$/i.test(token.text)) return { kind: 'value', value: token.text.toLowerCase() === 'true' }
        return { kind: 'name', name: token.text }
      default:
        throw new NoFormula()
    }
  }
  try {
    const node = binary(0)
    // What follows an array is not looked at: it is refused before.
    return at < tokens.length && !tokens.some(({ text }) => text === '{') ? undefined : node
  } catch (error) {
    if (error instanceof NoFormula) return undefined
    throw error
  }
}
class NoFormula extends Error {}

/** What a formula names. */
export const refsOf = (formula: string): readonly Ref[] =>
  (tokenize(formula) ?? []).flatMap((token) => (token.kind === 'ref' ? [token.ref] : []))

/** Where a row or column of a sheet has gone; undefined when it is no more. */
export type Move = {
  readonly sheet: string
  readonly dimension: 'row' | 'column'
  /** Rows or columns put in before `at`; taken out from `at` on when negative. */
  readonly at: number
  readonly by: number
}

/** A formula after rows or columns came or went; `home` is the sheet it stands on. */
export function movedFormula(formula: string, home: string, move: Move): string {
  const tokens = tokenize(formula)
  if (tokens === undefined) return formula
  const texts = tokens.map((token) => {
    if (token.kind !== 'ref') return token.text
    const { sheet, cells } = token.ref
    if ((sheet ?? home).toLowerCase() !== move.sheet.toLowerCase()) return token.text
    const moved = movedCells(cells, move)
    if (moved === undefined) return '#REF!'
    return sheet === undefined ? moved : `${quoted(sheet)}!${moved}`
  })
  return `=${texts.join('')}`
}

function movedCells(cells: string, { dimension, at, by }: Move): string | undefined {
  const parts = cells.split(':')
  const corners = parts.map((part) => /^(\$?)([A-Za-z]*)(\$?)(\d*)$/.exec(part))
  const index = (corner: RegExpExecArray | null): number | undefined => {
    const text = dimension === 'row' ? corner?.[4] : corner?.[2]
    return text === undefined || text === '' ? undefined : dimension === 'row' ? Number(text) - 1 : columnOf(text)
  }
  const [first, last] = [index(corners[0] ?? null), index(corners.at(-1) ?? null)]
  const gone = (one: number): boolean => by < 0 && one >= at && one < at - by
  if (first !== undefined && last !== undefined && gone(first) && gone(last)) return undefined
  const texts = corners.map((corner, n) => {
    const old = index(corner)
    const [, before = '', letters = '', middle = '', digits = ''] = corner ?? []
    if (old === undefined) return parts[n] ?? ''
    const now = gone(old) ? (n === 0 ? at : at - 1) : old < at ? old : old + by
    // `$A$1` keeps its signs; with a row alone the first sign is the row's.
    return dimension === 'row'
      ? `${before}${letters}${middle}${now + 1}`
      : `${before}${lettersOf(now)}${middle}${digits}`
  })
  return texts.join(':')
}

/** A formula copied `rows` down and `columns` to the right: what has no `$` goes along. */
export function copiedFormula(formula: string, rows: number, columns: number): string {
  const tokens = tokenize(formula)
  if (tokens === undefined) return formula
  const texts = tokens.map((token) => {
    if (token.kind !== 'ref') return token.text
    const cells = token.ref.cells.split(':').map((part) => {
      const [, before = '', letters = '', middle = '', digits = ''] = /^(\$?)([A-Za-z]*)(\$?)(\d*)$/.exec(part) ?? []
      const column = letters === '' || before !== '' ? letters : offColumn(letters, columns)
      const fixed = letters === '' ? before !== '' : middle !== ''
      const row =
        digits === '' || fixed ? digits : Number(digits) + rows < 1 ? undefined : String(Number(digits) + rows)
      return column === undefined || row === undefined ? undefined : `${before}${column}${middle}${row}`
    })
    if (cells.includes(undefined)) return '#REF!'
    return token.ref.sheet === undefined ? cells.join(':') : `${quoted(token.ref.sheet)}!${cells.join(':')}`
  })
  return `=${texts.join('')}`
}
const offColumn = (letters: string, by: number): string | undefined => {
  const column = columnOf(letters) + by
  return column < 0 ? undefined : lettersOf(column)
}
