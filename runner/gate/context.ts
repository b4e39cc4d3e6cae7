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
