import { duration } from '../oracle/expectations.ts'
import { toMs } from '../scenarios/parse/schema.ts'
import type { Answer, Run } from '../scenarios/run.ts'
import type { FitnessLimits } from './limits.ts'
import { compare, type FitnessReport, type Measured, type Pair } from './measure.ts'

const tookMs = ({ askedAtMs, answeredAtMs }: Answer): number => answeredAtMs - askedAtMs
/** A request that was never answered took until the end. */
const latencies = (run: Run): readonly number[] => [
  ...Object.values(run.answers).map(tookMs),
  ...run.pending.filter(({ what }) => /^[A-Z]+ \//.test(what)).map(({ sinceMs }) => run.endedAtMs - sinceMs),
]

function measure(runs: readonly Run[]): Measured {
  const sorted = runs.flatMap(latencies).sort((a, b) => a - b)
  const value = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0
  return { value, text: duration(value) }
}

/** How long requests wait for their answer in virtual time: 95 of 100 are no slower. */
export function virtualLatency(pair: Pair, limits: FitnessLimits['virtual-latency']): FitnessReport {
  const atMost = limits['at-most']
  return {
    id: 'virtual-latency',
    why: 'Waiting that comes from the code, not from the machine, is the same on every machine.',
    figures: {
      unit: 'p95 of virtual latency',
      base: pair.base === undefined ? undefined : measure(pair.base).text,
      candidate: measure(pair.candidate).text,
    },
    verdict: compare({
      pair,
      name: 'virtual latency (p95)',
      measure,
      limit: atMost === undefined ? undefined : { value: toMs(atMost), text: atMost },
      ratchet: limits.ratchet,
      slack: 1000,
      describe(candidate) {
        const worst = candidate.reduce((a, b) => (Math.max(0, ...latencies(b)) > Math.max(0, ...latencies(a)) ? b : a))
        const slowest = Object.values(worst.answers).reduce<Answer | undefined>(
          (a, b) => (a === undefined || tookMs(b) > tookMs(a) ? b : a),
          undefined,
        )
        return {
          seed: worst.seed,
          atVirtualMs: slowest === undefined ? undefined : slowest.answeredAtMs - worst.startsAtMs,
        }
      },
    }),
  }
}
