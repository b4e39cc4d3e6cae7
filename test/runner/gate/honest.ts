import type { Run } from '../../../scenarios/run.ts'
import { createRecorder, digest } from '../../../twins/trace.ts'
import { runOf } from '../../support/runs.ts'

/** A run whose hash is the one it must have; `noise` makes it another run of the same case. */
export function honest(scenario: string, seed: string, noise = ''): Run {
  const fields = { order: `${scenario}-${seed}${noise}` }
  const run = runOf([[1, 'stripe.charge.succeeded', fields]], { scenario, seed })
  const recorder = createRecorder(
    () => 1000,
    () => 'a',
  )
  recorder.record('stripe.charge.succeeded', fields)
  return { ...run, hash: digest({ trace: recorder.hash(), states: {}, draws: {}, ending: 'horizon', pending: [] }) }
}
