import type { FitnessLimits } from '../../fitness/limits.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { SubjectLimits } from '../../scenarios/subject/process.ts'
import type { DecisionLog } from '../../twins/world.ts'
import type { BoxSetup } from '../sandbox/box.ts'

export type Side = 'base' | 'candidate'

/** How to run the program of one side. Plain data: it travels to a worker thread. */
export type SideSetup = {
  /** The tree's project folder, as the program sees it. */
  readonly cwd: string
  readonly entry: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly addons: readonly string[]
  readonly port: number | undefined
  readonly origin: string | undefined
  readonly limits: Partial<SubjectLimits>
  /** What each run starts on: the program loaded again in a warm process, or a new process. */
  readonly isolation: 'restart' | 'fresh'
  readonly twins: readonly string[]
  /** The box the program runs in; none for a person's own tree. */
  readonly box: BoxSetup | undefined
  /** Folders of packages that the program reads, by their real paths. */
  readonly packages: readonly string[]
}

/** The check a smaller case has to fail in the same way. */
export type Failure =
  | { readonly kind: 'expectation'; readonly at: number }
  | { readonly kind: 'rule'; readonly id: string }
  | { readonly kind: 'fitness'; readonly id: string; readonly limits: FitnessLimits }
  | { readonly kind: 'subject'; readonly ending: Run['ending']['kind'] }

export type Job =
  | {
      readonly kind: 'run'
      readonly side: Side
      readonly scenario: Scenario
      readonly seed: string
      readonly decisions?: DecisionLog | undefined
      /** In a new process, whatever the project says. */
      readonly fresh?: boolean
      readonly env?: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'shrink'
      readonly scenario: Scenario
      readonly seed: string
      readonly failure: Failure
      readonly runsMax: number
      /** The project folder rules are read from. */
      readonly project: string
      readonly fresh?: boolean
    }

export type Smallest = {
  readonly scenario: Scenario
  readonly run: Run
  readonly decisions: DecisionLog | undefined
  readonly runs: number
  readonly minimal: boolean
  readonly stepsBefore: number
  readonly stepsAfter: number
}

export type JobResult =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'shrink'; readonly smallest: Smallest | undefined }
