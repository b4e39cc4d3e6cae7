export { type Certificate, certify, type Divergence, firstDivergence } from './certificate.ts'
export { explain } from './minimise/explain.ts'
export { type Minimised, type MinimiseOptions, minimise, type Outcome } from './minimise/minimise.ts'
export { type Standing, standingOf } from './proof.ts'
export { type ReplayOptions, replay } from './replay.ts'
export { type Answer, type Ending, type Escape, originOf, type Pending, type Run } from './run.ts'
export { type Expectation, type Problem, printProblem, type Scenario, type Step } from './scenario.ts'
export { type ShrinkOptions, type Shrunk, shrink } from './shrink.ts'
export { createStage, type Stage, type StageOptions } from './stage.ts'
export {
  type Effect,
  type Instruction,
  type RunningSubject,
  type StartOptions,
  type Subject,
  SubjectGone,
  type Tier,
  type Turn,
} from './subject/subject.ts'
