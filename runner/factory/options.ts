import type { AgentIdentity } from '../gate/context.ts'
import type { HookClient } from '../hook/client.ts'
import type { GateVerdict } from '../report/verdict.ts'
import type { Opened } from './events.ts'
import type { FactoryProgress } from './progress.ts'
import type { StopSwitch } from './stop.ts'

/** An agent as the person names it. `name` is whose account the attempts are booked on. */
export type NamedAgent = { readonly name: string; readonly client: HookClient }

/** What all runs of one brief by one agent may use up together. A person raises a limit; an agent cannot. */
export type FactoryLimits = {
  readonly attempts: number
  readonly microUsd: number | undefined
  readonly wallMs: number
  /** For one answer of an agent. */
  readonly answerMs: number
}

/** Judges a candidate: a patch file against the base. The gate, unless a test hands in another. */
export type JudgeCandidate = (given: {
  readonly patch: string
  readonly base: string
  readonly attempt: number
  readonly agent: AgentIdentity
  /** Told how far it is. */
  readonly said: (text: string) => void
}) => Promise<GateVerdict>

/** Writes the evidence for a verdict into `folder` and says where it is; null when nobody signs. Writing it again changes nothing. */
export type WriteEvidence = (given: {
  readonly folder: string
  readonly verdict: GateVerdict
  readonly attempt: number
  readonly opened: Opened
}) => Promise<string | null>

export type FactoryOptions = {
  readonly brief: string
  readonly project: string
  /** A commit; HEAD when left out. */
  readonly base: string | undefined
  readonly agent: NamedAgent
  readonly critic: NamedAgent | undefined
  readonly limits: FactoryLimits
  /** Attempts side by side in a round. */
  readonly parallel: number
  /** The branch to make, instead of `backlot/<brief>-<n>`. */
  readonly branch: string | undefined
  /** Begin anew although a run of this brief by this agent is there to go on with. */
  readonly fresh: boolean
  readonly judge: JudgeCandidate
  readonly evidence: WriteEvidence
  /** Where a change that is a commit may be fetched from. */
  readonly remotes: readonly string[]
  readonly stop: StopSwitch
  readonly progress: FactoryProgress
  /** Real time in milliseconds since the Unix epoch. */
  readonly now: () => number
  /** A new word that nobody can guess. */
  readonly token: () => string
  /** Aborted by Ctrl-C: agents are told to cancel, and the run can be gone on with. */
  readonly signal: AbortSignal
}
