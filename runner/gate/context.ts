import type { Project } from '../project.ts'
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
  /** Certify every scenario, not one. */
  readonly certify: boolean
  /** Play only this part of the manifest; parts count from 1. What comes of it is no verdict yet. */
  readonly shard?: { readonly index: number; readonly of: number } | undefined
  readonly progress: Progress
  readonly now: () => number
  /** Told of the workspace and the pool as they open, so that an interrupt can close them. */
  readonly onOpen: (close: () => Promise<void>) => void
  /** Who made the candidate; nobody is named when it was not said. */
  readonly agent?: AgentIdentity | undefined
  /** False: sealed scenarios stay closed, and what demands them is not met. */
  readonly holdouts?: boolean | undefined
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
}
