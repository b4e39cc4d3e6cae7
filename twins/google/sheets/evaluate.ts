import type { Value } from './format.ts'
import { type Node, parseFormula, type Ref } from './formula.ts'
import { FUNCTIONS } from './functions.ts'
import { bounded, cellAt, type Sheet, type Spreadsheet } from './spreadsheet.ts'
import {
  type Call,
  error,
  isError,
  isMatrix,
  type Matrix,
  order,
  type Result,
  Spoiled,
  toNumber,
  toText,
} from './worth.ts'

/** Works out cells of one spreadsheet at one moment; what was worked out is kept. */
export class Evaluator {
  readonly #spreadsheet: Spreadsheet
  readonly #nowMs: number
  readonly #unmodelled: (what: string) => Error
  readonly #known = new Map<string, Value>()
  readonly #open = new Set<string>()
  readonly #general: (value: number) => string

  /** `unmodelled` is thrown at functions that nobody has written. */
  constructor(
    spreadsheet: Spreadsheet,
    nowMs: number,
    general: (value: number) => string,
    unmodelled: (what: string) => Error,
  ) {
    this.#spreadsheet = spreadsheet
    this.#nowMs = nowMs
    this.#general = general
    this.#unmodelled = unmodelled
  }

  valueOf(sheet: Sheet, row: number, column: number): Value {
    const v = cellAt(sheet, row, column)?.v
    if (v === undefined) return null
    if (typeof v !== 'object') return v
    const key = `${sheet.sheetId}!${row},${column}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#open.has(key)) return error('#REF!')
    this.#open.add(key)
    const value = this.#formula(v.formula, sheet, row, column)
    this.#open.delete(key)
    this.#known.set(key, value)
    return value
  }

  #formula(formula: string, sheet: Sheet, row: number, column: number): Value {
    const node = parseFormula(formula)
    if (node === undefined) return error('#ERROR!')
    const result = this.#caught(node, sheet, { row, column })
    if (!isMatrix(result)) return result ?? 0
    const [only, ...others] = result.matrix.flat()
    if (others.length > 0) throw this.#unmodelled('formulas that fill several cells')
    return only ?? 0
  }

  #caught(node: Node, sheet: Sheet, home: Call['home']): Result {
    try {
      return this.#eval(node, sheet, home)
    } catch (thrown) {
      if (thrown instanceof Spoiled) return thrown.value
      throw thrown
    }
  }

  #eval(node: Node, sheet: Sheet, home: Call['home']): Result {
    switch (node.kind) {
      case 'value':
        return node.value
      case 'ref':
        return this.#ref(node.ref, sheet)
      case 'name':
        return this.#named(node.name)
      case 'unary': {
        const value = toNumber(this.#single(this.#eval(node.of, sheet, home)))
        return node.operator === '-' ? -value : node.operator === '%' ? value / 100 : value
      }
      case 'binary':
        return this.#binary(node, sheet, home)
      case 'call':
        return this.#call(node, sheet, home)
      case 'array':
        throw this.#unmodelled('array literals in formulas')
      default:
        return node satisfies never
    }
  }

  #binary(node: Extract<Node, { kind: 'binary' }>, sheet: Sheet, home: Call['home']): Value {
    const left = this.#single(this.#eval(node.left, sheet, home))
    const right = this.#single(this.#eval(node.right, sheet, home))
    for (const side of [left, right]) if (isError(side)) return side
    switch (node.operator) {
      case '&':
        return toText(left, this.#general) + toText(right, this.#general)
      case '=':
        return order(left, right) === 0
      case '<>':
        return order(left, right) !== 0
      case '<':
        return order(left, right) < 0
      case '>':
        return order(left, right) > 0
      case '<=':
        return order(left, right) <= 0
      case '>=':
        return order(left, right) >= 0
      default: {
        const [a, b] = [toNumber(left), toNumber(right)]
        if (node.operator === '+') return a + b
        if (node.operator === '-') return a - b
        if (node.operator === '*') return a * b
        if (node.operator === '^') return a ** b
        return b === 0 ? error('#DIV/0!') : a / b
      }
    }
  }

  #call(node: Extract<Node, { kind: 'call' }>, sheet: Sheet, home: Call['home']): Result {
    const run = FUNCTIONS[node.name]
    if (run === undefined) throw this.#unmodelled(`the function ${node.name}`)
    const { args } = node
    const result = (n: number): Result => {
      const arg = args[n]
      return arg === undefined ? null : this.#caught(arg, sheet, home)
    }
    const matrix = (n: number): Matrix => {
      const of = result(n)
      return isMatrix(of) ? of.matrix : [[of]]
    }
    return run({
      count: args.length,
      nowMs: this.#nowMs,
      home,
      refuse: this.#unmodelled,
      result,
      matrix,
      value: (n) => this.#single(result(n)),
      *all(from = 0) {
        for (let n = from; n < args.length; n += 1) {
          const of = result(n)
          if (!isMatrix(of)) yield { value: of, ranged: false }
          else for (const row of of.matrix) for (const value of row) yield { value, ranged: true }
        }
      },
    })
  }

  /** One cell's value; a range of several has none by itself. */
  #single(result: Result): Value {
    if (!isMatrix(result)) return result
    const [first, ...others] = result.matrix.flat()
    if (others.length > 0) throw this.#unmodelled('formulas that fill several cells')
    return first ?? null
  }

  #ref({ sheet: title, range: open }: Ref, home: Sheet): Result {
    const sheet =
      title === undefined
        ? home
        : this.#spreadsheet.sheets.find((one) => one.title.toLowerCase() === title.toLowerCase())
    if (sheet === undefined) return error('#REF!')
    return this.#range(sheet, open)
  }

  #named(name: string): Result {
    const found = this.#spreadsheet.namedRanges.find((one) => one.name.toLowerCase() === name.toLowerCase())
    const sheet = this.#spreadsheet.sheets.find(({ sheetId }) => sheetId === found?.sheetId)
    return found === undefined || sheet === undefined ? error('#NAME?') : this.#range(sheet, found.range)
  }

  #range(sheet: Sheet, open: Ref['range']): Result {
    if ((open.startRow ?? 0) >= sheet.rowCount || (open.startColumn ?? 0) >= sheet.columnCount) return error('#REF!')
    const { startRow, endRow, startColumn, endColumn } = bounded(sheet, open)
    // Rows that were never written hold nothing: a whole column is as long as what is in it.
    const last = open.endRow === undefined ? Math.max(Math.min(endRow, sheet.rows.length), startRow + 1) : endRow
    const matrix: Value[][] = []
    for (let row = startRow; row < last; row += 1) {
      const values: Value[] = []
      for (let column = startColumn; column < endColumn; column += 1) values.push(this.valueOf(sheet, row, column))
      matrix.push(values)
    }
    return { matrix, at: { row: startRow, column: startColumn } }
  }
}
