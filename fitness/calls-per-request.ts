import type { Run } from '../scenarios/run.ts'
import type { FitnessLimits } from './limits.ts'
import { compare, type FitnessReport, type Measured, type Pair, requestsOf } from './measure.ts'

const calls = (run: Run): readonly { readonly atMs: number }[] =>
  run.trace.filter(
    ({ type, fields }) => fields.key !== undefined && fields.method !== undefined && type !== 'app.request',
  )

function measure(runs: readonly Run[]): Measured {
  const requests = Math.max(
    1,
    runs.reduce((count, run) => count + requestsOf(run), 0),
  )
  const value = runs.reduce((count, run) => count + calls(run).length, 0) / requests
  return { value, text: `${value.toFixed(2)} calls` }
}

/** How many calls to dependencies a request makes, retries among them: N+1 and storms show here first. */
export function callsPerRequest(pair: Pair, limits: FitnessLimits['calls-per-request']): FitnessReport {
  const atMost = limits['at-most']
  return {
    id: 'calls-per-request',
    why: 'A request that calls more than it used to is slower, dearer and first to be rate limited.',
    figures: {
      unit: 'calls per request',
      base: pair.base === undefined ? undefined : measure(pair.base).text,
      candidate: measure(pair.candidate).text,
    },
    verdict: compare({
      pair,
      name: 'calls per request',
      measure,
      limit: atMost === undefined ? undefined : { value: atMost, text: `${atMost} calls` },
      ratchet: limits.ratchet,
      slack: 0.5,
      describe(candidate, base) {
        const worst = candidate.reduce((a, b) => (calls(b).length > calls(a).length ? b : a))
        const usual = calls(base?.find(({ seed }) => seed === worst.seed) ?? { ...worst, trace: [] }).length
        const first = calls(worst)[usual]
        return { seed: worst.seed, atVirtualMs: first === undefined ? undefined : first.atMs - worst.startsAtMs }
      },
    }),
  }
}
