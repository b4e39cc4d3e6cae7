import type { Run } from '../../scenarios/run.ts'
import type { Side } from '../pool/job.ts'
import type { Entry } from './play.ts'

/** Where a run comes from: it is known already, it has to be played, or it is missing and playing it would hide that. */
export type Recalled =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'play' }
  | { readonly kind: 'missing'; readonly why: string }

/** Runs that were played elsewhere: in another part of the gate, or before by a job that is trusted. */
export interface Recall {
  take(side: Side, entry: Entry): Recalled
  /** Told of each run that was played. */
  keep(side: Side, entry: Entry, run: Run): void
}

/** Remembers nothing. */
export const NO_RECALL: Recall = { take: () => ({ kind: 'play' }), keep: () => undefined }
