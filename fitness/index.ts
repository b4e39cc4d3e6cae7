export { judgeFitness } from './judge.ts'
export { type FitnessLimits, fitnessSchema } from './limits.ts'
export type { FitnessReport, Pair } from './measure.ts'
