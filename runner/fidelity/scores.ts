import type { Trace } from '../../twins/trace.ts'
import measured from './measured.json' with { type: 'json' }

/** What recordings have shown of a twin, as a whole and by operation. */
type Score = {
  readonly fidelity: number
  readonly recordedAt: string | null
  readonly operations: Readonly<
    Record<string, { readonly matched: number; readonly modelled: number; readonly newest: string | null }>
  >
}

/** By the twin's name; `npm run twins-page` measures them anew. */
export const SCORES: Readonly<Record<string, Score>> = measured

/** How faithful a twin is where a run has used it. */
export type UsedFidelity = {
  /** 0 to 1; null where nothing that was used was ever measured. */
  readonly fidelity: number | null
  /** The oldest of the newest recordings of what was used; null where there are none. */
  readonly recordedAt: string | null
}

const NOT_MEASURED: UsedFidelity = { fidelity: null, recordedAt: null }

/**
 * The measured fidelity of a twin, weighed over the operations that runs touched: an operation that was used and never
 * measured counts as one difference, so that a good score elsewhere does not cover it.
 */
export function fidelityOf(twin: string, traces: readonly Trace[]): UsedFidelity {
  const score = SCORES[twin]
  if (score === undefined) return NOT_MEASURED
  const prefix = `${twin}.`
  const used = new Set<string>()
  for (const trace of traces) {
    for (const { type, fields } of trace) {
      // Calls have a causal key and a method; what happened at the twin has not.
      if (type.startsWith(prefix) && fields.method !== undefined) used.add(type.slice(prefix.length))
    }
  }
  const rows = [...used].map((operation) => score.operations[operation])
  const known = rows.filter((row) => row !== undefined)
  if (known.length === 0)
    return used.size === 0 ? { fidelity: score.fidelity, recordedAt: score.recordedAt } : NOT_MEASURED
  const matched = known.reduce((sum, row) => sum + row.matched, 0)
  const modelled = known.reduce((sum, row) => sum + row.modelled, 0) + (rows.length - known.length)
  const dates = known.flatMap(({ newest }) => (newest === null ? [] : [newest])).sort()
  return { fidelity: round(matched / Math.max(1, modelled)), recordedAt: dates[0] ?? null }
}

/** Rounded down: 0.8999 is not 0.9. */
export const round = (share: number): number => Math.floor(share * 1000) / 1000
