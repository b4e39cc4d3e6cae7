import type { Verdict } from './verdict.ts'

/** Anything that yields a verdict on `T`: an expectation or rule on a run, a fitness function on two sets of runs. */
export interface Check<T> {
  /** Stable, as in reports: `PAY-3`, `cost-per-request`. */
  readonly id: string
  readonly kind: 'expectation' | 'rule' | 'fitness' | 'subject' | 'determinism' | 'intake'
  /** One sentence for people: what it protects from. */
  readonly why: string
  run(on: T): Verdict | Promise<Verdict>
}
