import type { Run } from '../../scenarios/run.ts'
import type { MutantLimits, Passed } from '../../scenarios/subject/subject.ts'
import type { SideSetup } from '../pool/job.ts'
import type { Case, Noticed } from './case.ts'
import type { Proposal } from './propose.ts'

/** What a worker is told once. Plain data. */
export type HardenSetup = {
  readonly side: SideSetup
  /** The folder the rules are read from. */
  readonly project: string
  readonly word: string
  readonly cases: readonly Case[]
}

/** One mutant to judge: on which cases, by their places in the list, and how often what is counted may happen in each. */
export type Order = {
  readonly id: string
  readonly cases: readonly number[]
  readonly limits: readonly MutantLimits[]
  /** Passed while the program loads: what packages keep of it outlives a restart. */
  readonly atLoad: boolean
}

export type Task =
  | { readonly kind: 'pristine'; readonly at: number }
  /** What all further tasks compare with, in the order of the cases. */
  | { readonly kind: 'bases'; readonly runs: readonly Run[]; readonly ms: readonly number[] }
  | { readonly kind: 'judge'; readonly orders: readonly Order[]; readonly all: boolean }
  /** Which proposals notice a mutant, or with no mutant the pristine program under another seed. */
  | {
      readonly kind: 'try'
      readonly order: Order | undefined
      readonly at: readonly number[]
      readonly seed: string | undefined
      readonly proposals: readonly Proposal[]
    }
  /** The pristine run under another seed. */
  | { readonly kind: 'look'; readonly at: number; readonly seed: string }
  /** The pristine program under a changed scenario. */
  | { readonly kind: 'vary'; readonly at: number; readonly case: Case }

/** What one case said of one mutant. */
export type Outcome = {
  readonly at: number
  readonly noticed: readonly Noticed[]
  /** The run is the pristine one, bit for bit. */
  readonly same: boolean
  readonly timedOut: boolean
  /** A twin ended the run because it does not model what was asked: no check had its say. The twin's words. */
  readonly notModelled: string | undefined
  /** For each rule it broke, by id: which of the rule's mutants it breaks as well. */
  readonly broken: Readonly<Record<string, readonly number[]>>
}

export type MutantResult = { readonly id: string; readonly outcomes: readonly Outcome[] }

export type TaskResult =
  | {
      readonly kind: 'pristine'
      readonly run: Run
      readonly passed: Passed | undefined
      readonly ms: number
      readonly noticed: readonly Noticed[]
    }
  | { readonly kind: 'bases' }
  | { readonly kind: 'judge'; readonly results: readonly MutantResult[]; readonly again: number }
  | {
      readonly kind: 'try'
      readonly noticed: readonly (readonly number[])[]
      readonly tried: readonly (readonly number[])[]
    }
  | { readonly kind: 'look'; readonly run: Run }
  | { readonly kind: 'vary'; readonly same: boolean; readonly noticed: readonly Noticed[] }
