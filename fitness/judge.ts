import { callsPerRequest } from './calls-per-request.ts'
import { costPerRequest } from './cost-per-request.ts'
import { inFlight } from './in-flight.ts'
import type { FitnessLimits } from './limits.ts'
import type { FitnessReport, Pair } from './measure.ts'
import { priced } from './priced.ts'
import { virtualLatency } from './virtual-latency.ts'

/** The names their reports go under. */
export const FITNESS_IDS = ['cost-per-request', 'calls-per-request', 'virtual-latency', 'in-flight', 'priced'] as const

/** All fitness functions of a run, cost first. */
export const judgeFitness = (limits: FitnessLimits, pair: Pair): readonly FitnessReport[] => [
  costPerRequest(pair, limits['cost-per-request']),
  callsPerRequest(pair, limits['calls-per-request']),
  virtualLatency(pair, limits['virtual-latency']),
  inFlight(pair, limits['in-flight']),
  priced(pair),
]
