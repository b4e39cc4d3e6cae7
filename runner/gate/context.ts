import type { AskJudge } from '../holdout/ask-judge.ts'
import type { Facts } from '../policy/demands.ts'
import type { Decision } from '../policy/policy.ts'
import type { Project } from '../project.ts'
import type { Seen } from '../report/report-data.ts'
import type { CacheSettings } from './cached.ts'
import type { Case } from './cases.ts'
import type { NamedPart, Part } from './part.ts'
import type { Progress } from './progress.ts'
import type { Tree, Workspace } from './workspace.ts'

export type GateOptions = {
  readonly project: string
  readonly base?: string | undefined
  readonly candidate?: string | undefined
  /** Instead of a base: the working tree alone, judged by its own scenarios. */
  readonly alone?: boolean | undefined
  readonly seeds?: number | undefined
  readonly only?: readonly string[] | undefined
  readonly jobs: number
  readonly shrink: boolean
  /** False: no file that replays a failure is written. */
  readonly replays?: boolean | undefined
  /** Certify every scenario, not one. */
  readonly certify: boolean
  /** Play only this part of the manifest; parts count from 1. What comes of it is no verdict yet. */
  readonly shard?: { readonly index: number; readonly of: number } | undefined
  /** Told of the part that was played, with all that `merge` needs of it. */
  readonly onPart?: ((part: Omit<Part, 'verdict'>) => void) | undefined
  /** Parts that were played elsewhere: they are judged together, and nothing of the manifest is played again. */
  readonly parts?: readonly NamedPart[] | undefined
  readonly cache?: CacheSettings | undefined
  /** The date, such as 2026-11-26: quarantine ends on a day. */
  readonly today?: string | undefined
  /** Told of what was seen, for reports that show more than the verdict. Not called for a candidate that was refused. */
  readonly onSeen?: ((seen: Seen) => void) | undefined
  readonly progress: Progress
  readonly now: () => number
  /** Told of the workspace and the pool as they open, so that an interrupt can close them. */
  readonly onOpen: (close: () => Promise<void>) => void
  /** Who made the candidate; nobody is named when it was not said. */
  readonly agent?: AgentIdentity | undefined
  /** False: sealed scenarios stay closed, and what demands them is not met. */
  readonly holdouts?: boolean | undefined
  /** What a second agent said of the candidate. It can withhold a pass, never give one. */
  readonly critic?: 'accept' | 'object' | undefined
  /** A judge by hook, where the project names one. It can withhold a pass as well. */
  readonly judge?: ((project: Project) => AskJudge | undefined) | undefined
  /** The command by which a person approves the candidate's tree, for the message. */
  readonly approveCommand?: ((tree: string) => string) | undefined
  /** Told of what was run, for evidence and reports; not for a candidate that has no tree. */
  readonly onRecord?: ((record: GateRecord) => void) | undefined
}

/** What a gate did, beyond its verdict: enough to prove the verdict, and to decide it again. */
export type GateRecord = {
  readonly project: Project
  readonly base: Tree | undefined
  readonly candidate: Tree
  /** The brief's text, where the project has one. */
  readonly brief: string | undefined
  /** The change as git prints it; applied to the base's tree it gives the candidate's. Undefined for one that was refused. */
  readonly patch: Buffer | undefined
  readonly manifest: readonly { readonly scenario: string; readonly seed: string }[]
  readonly cases: readonly Case[]
  readonly baseCases: readonly Case[] | undefined
  readonly certificates: readonly { readonly scenario: string; readonly seed: string; readonly holds: boolean }[]
  readonly decision: Decision | undefined
  readonly facts: Facts
  readonly agent: AgentIdentity | undefined
}

/** Who made a change. `registered`: whoever hands it in knows this agent by a signature or started it itself; the policy has to name it as well. */
export type AgentIdentity = {
  readonly name: string
  readonly version: string | null
  readonly modelFamily: string | null
  readonly registered: boolean
}

/** What one gate knows once the candidate is taken in; every later part works from it. */
export type Context = {
  readonly options: GateOptions
  readonly project: Project
  readonly workspace: Workspace
  readonly base: Tree | undefined
  readonly candidate: Tree
  readonly startedMs: number
  /** How the sandbox is named in reports. */
  readonly sandbox: string
  /** What the policy says of this change; undefined where there is no policy or no base. */
  readonly decision: Decision | undefined
}
