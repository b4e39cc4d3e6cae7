import type { Run } from '../scenarios/run.ts'
import type { FitnessLimits } from './limits.ts'
import { compare, type FitnessReport, type Measured, type Pair } from './measure.ts'

type Peak = { readonly count: number; readonly atMs: number }

/** The most calls that were open at once, and when. */
function peak(run: Run): Peak {
  const open = new Set<string>()
  let most: Peak = { count: 0, atMs: run.startsAtMs }
  for (const { type, fields, atMs } of run.trace) {
    const key = typeof fields.key === 'string' ? fields.key : undefined
    if (key === undefined) continue
    if (fields.method !== undefined) open.add(key)
    else if (type === 'call.answered' || type === 'call.broken' || type === 'call.given-up') open.delete(key)
    if (open.size > most.count) most = { count: open.size, atMs }
  }
  return most
}

function measure(runs: readonly Run[]): Measured {
  const value = Math.max(0, ...runs.map((run) => peak(run).count))
  return { value, text: `${value} calls at once` }
}

/** The high-water mark of open calls: unbounded concurrency shows here before a rate limit does. */
export function inFlight(pair: Pair, limits: FitnessLimits['in-flight']): FitnessReport {
  const atMost = limits['at-most']
  return {
    id: 'in-flight',
    why: 'A program that opens calls without bound takes its dependencies down with it.',
    figures: {
      unit: 'calls at once',
      base: pair.base === undefined ? undefined : measure(pair.base).text,
      candidate: measure(pair.candidate).text,
    },
    verdict: compare({
      pair,
      name: 'calls in flight',
      measure,
      limit: atMost === undefined ? undefined : { value: atMost, text: `${atMost} calls at once` },
      ratchet: limits.ratchet,
      slack: 2,
      describe(candidate) {
        const worst = candidate.reduce((a, b) => (peak(b).count > peak(a).count ? b : a))
        return { seed: worst.seed, atVirtualMs: peak(worst).atMs - worst.startsAtMs }
      },
    }),
  }
}
