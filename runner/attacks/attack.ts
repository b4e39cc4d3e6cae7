import type { Stand } from './stand.ts'

/** How an attack ends. `pass` and `released` mean that it got through. */
export type Ending = 'fail' | 'inconclusive' | 'refused' | 'needs-human' | 'pass'

export type Outcome = {
  readonly ending: Ending
  /** What was seen that shows the attack was tried and did not help; undefined when nothing of the kind was seen. */
  readonly evidence: string | undefined
}

/** The same attack where the defence is missing. */
export type Control = {
  /** Whether it got what it wanted there. An attack that works nowhere proves nothing about a defence. */
  readonly works: boolean
  readonly how: string
}

/** One class of attacks as a thing that runs. The numbers are those of the threat catalogue in docs/guides/attacks.md. */
export type Attack = {
  readonly number: number
  readonly name: string
  readonly how: string
  /** Every ending that counts as caught. */
  readonly expected: readonly Exclude<Ending, 'pass'>[]
  /** `project`: it is tried on the user's own project, where there is one; else always on the small project that comes along. */
  readonly on: 'project' | 'built-in'
  /** What of its class is known not to be caught. Printed with every report. */
  readonly residual?: string
  run(stand: Stand): Promise<Outcome>
  control(stand: Stand): Promise<Control>
}
