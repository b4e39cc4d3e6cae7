import type { Producer } from '../evidence/statement.ts'
import type { AgentIdentity } from '../gate/context.ts'
import type { HookClient } from '../hook/client.ts'
import type { Project } from '../project.ts'
import type { GateVerdict } from '../report/verdict.ts'
import type { FactoryProgress } from './progress.ts'
import type { StopSwitch } from './stop.ts'

/** An agent as the person names it: what it calls itself is shown, and buys nothing. `name` is whose account the attempts are booked on. */
export type NamedAgent = {
  readonly name: string
  /** What the policy and the sealed scenarios know it by. */
  readonly called: string
  readonly client: HookClient
  /** It signs what it says, or was started by us: the policy may take its name for true. */
  readonly known: boolean
}

/** What all runs of one brief by one agent may use up together. A person raises a limit; an agent cannot. */
export type FactoryLimits = {
  readonly attempts: number
  readonly microUsd: number | undefined
  readonly wallMs: number
  /** For one answer of an agent. */
  readonly answerMs: number
}

/** A candidate with what is known of it: a patch against the base, who made it and what it said it cost. */
export type CandidateToJudge = {
  readonly patch: string
  readonly base: string
  readonly agent: AgentIdentity
  readonly critic: 'accept' | undefined
  readonly producer: Producer
  /** Where evidence of the verdict goes; nothing is there yet. */
  readonly evidence: string
  /** Told how far it is. */
  readonly said: (text: string) => void
}
/** The gate's verdict, and where its evidence is, as a path that does not hang on where one stands; null when nobody signs. */
export type JudgedCandidate = { readonly verdict: GateVerdict; readonly evidence: string | null }
/** Judges a candidate: the gate, unless a test hands in another. */
export type JudgeCandidate = (candidate: CandidateToJudge) => Promise<JudgedCandidate>

/** What hangs on the project as the base has it. */
export type Settled = {
  readonly agent: NamedAgent
  readonly critic: NamedAgent | undefined
  readonly limits: FactoryLimits
  /** Attempts side by side in a round. */
  readonly parallel: number
  /** Where a change that is a commit may be fetched from. */
  readonly remotes: readonly string[]
  readonly stop: StopSwitch
}

export type FactoryStart = {
  readonly brief: string
  readonly project: string
  /** A commit; HEAD when left out. */
  readonly base: string | undefined
  readonly settle: (project: Project) => Settled
  /** The branch to make, instead of `backlot/<brief>-<n>`. */
  readonly branch: string | undefined
  /** Begin anew although a run of this brief by this agent is there to go on with. */
  readonly fresh: boolean
  readonly judge: JudgeCandidate
  /** Whether people have approved what this evidence shows, so that it may be released. */
  readonly approved: (evidence: string) => boolean
  readonly progress: FactoryProgress
  /** Real time in milliseconds since the Unix epoch. */
  readonly now: () => number
  /** A new word that nobody can guess. */
  readonly token: () => string
  /** Aborted by Ctrl-C: agents are told to cancel, and the run can be gone on with. */
  readonly signal: AbortSignal
}
export type FactoryOptions = Omit<FactoryStart, 'settle'> & Settled
