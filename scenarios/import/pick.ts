/** Reading data that may be anything: each gives what is there in the wanted type, or undefined. */
export type Loose = Readonly<Record<string, unknown>>

export const asObject = (value: unknown): Loose =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Loose) : {}

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** A number, also one that was written as a text. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** JSON, or undefined where the text is none. */
export function parseLoose(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Milliseconds since the epoch of a written time; undefined for none, and for the far past that recorders write when they do not know. */
export function timeOf(value: unknown): number | undefined {
  const text = asText(value)
  if (text === undefined) return undefined
  const ms = Date.parse(text)
  if (Number.isNaN(ms) || ms < UNKNOWN_BEFORE_MS) return undefined
  // Date.parse drops what is finer than milliseconds, and two calls of one millisecond have an order.
  const finer = /\.\d{3}(\d{1,6})/.exec(text)?.[1]
  return finer === undefined ? ms : ms + Number(`0.${finer}`)
}
const UNKNOWN_BEFORE_MS = Date.UTC(2001, 0, 1)
