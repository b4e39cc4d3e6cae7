import type { Value } from './format.ts'

export type Matrix = readonly (readonly Value[])[]
export type Result =
  | Value
  | { readonly matrix: Matrix; readonly at?: { readonly row: number; readonly column: number } }

/** What a function sees: its arguments, each worked out only when it is asked for. */
export type Call = {
  readonly count: number
  readonly nowMs: number
  readonly home: { readonly row: number; readonly column: number }
  /** The error for what a function can do and this one cannot. */
  readonly refuse: (what: string) => Error
  /** The n-th argument as one value; an omitted one is null. */
  readonly value: (n: number) => Value
  /** The n-th argument as rows of values. */
  readonly matrix: (n: number) => Matrix
  readonly result: (n: number) => Result
  /** All values of all arguments from the n-th on, with whether they were in a range. */
  readonly all: (from?: number) => Iterable<{ readonly value: Value; readonly ranged: boolean }>
}

export const error = (text: string): Value => ({ error: text })
export const isError = (value: Result): value is { readonly error: string } =>
  typeof value === 'object' && value !== null && 'error' in value
export const isMatrix = (result: Result): result is Extract<Result, { matrix: Matrix }> =>
  typeof result === 'object' && result !== null && 'matrix' in result
/** Carries an error out of a sum it stands in. */
export class Spoiled extends Error {
  readonly value: Value
  constructor(value: Value) {
    super('a value is an error')
    this.value = value
  }
}

/** A number as formulas read it: texts count when they are numbers, blanks are zero. */
export function toNumber(value: Value): number {
  if (value === null) return 0
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'object') throw new Spoiled(value)
  const text = value.trim()
  if (text !== '' && !Number.isNaN(Number(text))) return Number(text)
  throw new Spoiled(error('#VALUE!'))
}
export function toText(value: Value, general: (value: number) => string): string {
  if (value === null) return ''
  if (typeof value === 'number') return general(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'object') throw new Spoiled(value)
  return value
}

/** Numbers come before texts, texts before truths, as Sheets compares; case does not count. */
export function order(one: Value, other: Value): number {
  const rank = (value: Value): number => (typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2)
  const like = (value: Value, to: Value): Value =>
    value === null ? (typeof to === 'string' ? '' : typeof to === 'boolean' ? false : 0) : value
  const [a, b] = [like(one, other), like(other, one)]
  if (rank(a) !== rank(b)) return rank(a) - rank(b)
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [a.toLowerCase(), b.toLowerCase()]
    return x < y ? -1 : x > y ? 1 : 0
  }
  return Number(a) - Number(b)
}
