import type { Json } from '../trace.ts'

/** A number that JavaScript might round, or print otherwise; also what only looks like one inside of a text. */
const DOUBTFUL = /[:[,]\s*(?:-0(?:\.0+)?\s*[,}\]]|-?(?:[\d.]{16,}|0\.0{6}))/

/** JSON whose numbers stay texts where JavaScript would round them. */
export const exact = (text: string): Json =>
  // To be told of every number takes ten times as long as to parse them all.
  JSON.parse(text, DOUBTFUL.test(text) ? (reviver as (key: string, value: unknown) => unknown) : undefined) as Json

const reviver = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined && !sameNumber(value, context.source)
    ? context.source
    : value

const sameNumber = (value: number, source: string): boolean =>
  /[eE]/.test(source) || String(value) === source.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
