import type { Fault } from '../twins/faults.ts'
import type { Json } from '../twins/trace.ts'
import type { Wire } from '../twins/wires.ts'
import type { EvidenceShape, IgnoreShapes, ProofShape } from './parse/schema.ts'
import type { Schedule } from './schedule.ts'

/** Where a piece of a scenario stands in its file; lines and columns count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly column: number }

/** A request body: JSON, or text as it is. `{{step.body.id}}` in any string is filled in when the step runs. */
type CallBody = { readonly json: Json } | { readonly text: string } | undefined

/** What happens. `id` is the name given with `as`, else `1`, `2` ...; causal keys hang on it, so a removed step renames no other. */
type StepBase = {
  readonly id: string
  /** Virtual milliseconds after the scenario's start; undefined: as soon as the step before is answered. */
  readonly atMs: number | undefined
  readonly place: Place
}
export type CallStep = StepBase & {
  readonly kind: 'call'
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: CallBody
  /** Names for parts of the answer, by dot path: `{ order: body.id }`; used as `{{order}}`. */
  readonly capture: Readonly<Record<string, string>>
}
export type EventStep = StepBase & {
  readonly kind: 'event'
  readonly twin: string
  /** A name out of the twin's `happenings`. */
  readonly event: string
  readonly fields: Json
}
export type FaultStep = StepBase & { readonly kind: 'fault'; readonly fault: Fault }
export type HealStep = StepBase & { readonly kind: 'heal'; readonly on: string }
/** Time passes: the next step without `at` comes `passMs` after the one before. */
export type PassStep = StepBase & { readonly kind: 'pass'; readonly passMs: number }
/** The program is asked to stop. */
export type SignalStep = StepBase & { readonly kind: 'signal'; readonly signal: 'SIGTERM' | 'SIGINT' }
/** Calls that start at the same instant; their order is a decision of the schedule. */
export type TogetherStep = StepBase & { readonly kind: 'together'; readonly calls: readonly CallStep[] }
export type Step = CallStep | EventStep | FaultStep | HealStep | PassStep | SignalStep | TogetherStep

/** What must hold. Values compare by deep subset; a string `/re/` is a regular expression. */
export type Expectation = { readonly place: Place } & (
  | {
      readonly kind: 'answer'
      readonly step: string
      readonly status: number | readonly number[] | undefined
      readonly headers: Readonly<Record<string, string>> | undefined
      readonly body: Json | undefined
      /** The answer came within so many virtual milliseconds. */
      readonly withinMs: number | undefined
    }
  /** `path` is `twin.collection`, or `twin.collection.id.field`; compared at the end of the run. */
  | {
      readonly kind: 'state'
      readonly path: string
      readonly where: Readonly<Record<string, Json>> | undefined
      readonly count: Bound | undefined
      readonly is: Json | undefined
      /** Sum of a numeric field over the matching rows. */
      readonly sum: { readonly field: string; readonly is: string } | undefined
    }
  /** Calls to `twin.operation` (or any trace event type) made, of those whose fields match. */
  | {
      readonly kind: 'calls'
      readonly to: string
      readonly where: Readonly<Record<string, Json>> | undefined
      readonly count: Bound | undefined
      readonly beforeMs: number | undefined
      readonly afterMs: number | undefined
    }
  /** A rule of the project must hold in this scenario and be exercised by it. */
  | { readonly kind: 'rule'; readonly id: string }
  | { readonly kind: 'cost'; readonly per: 'request' | 'run'; readonly atMost: string; readonly currency: string }
)
export type Bound = { readonly min: number; readonly max: number | undefined }

/** A story to replay: starting state, steps in virtual time, faults, expectations. Plain data. */
export type Scenario = {
  readonly schema: 1
  readonly id: string
  /** Acceptance criteria of the brief that this scenario covers. */
  readonly covers: readonly string[]
  readonly title: string
  /** ISO 8601 UTC instant at which the run starts. */
  readonly clock: string
  /** TZ of the subject's process; UTC when left out. */
  readonly zone: string | undefined
  /** Seeds to run by default; the command line may ask for more or fewer. */
  readonly seeds: number | undefined
  /** The run ends so many virtual milliseconds after its start; what is unfinished then is pending. */
  readonly horizonMs: number
  /** Starting state per twin, validated by the twin's own schema. */
  readonly given: Readonly<Record<string, Json>>
  /** What twins do because of each other; nothing when left out. */
  readonly wires?: readonly Wire[] | undefined
  /** In which order answers come that nothing else orders; `uniform` when left out. */
  readonly schedule?: Schedule | undefined
  readonly when: readonly Step[]
  readonly then: readonly Expectation[]
  readonly place: Place
  /** The incident it was made from. */
  readonly incident?: string | undefined
  /** What it was made from; the ledger tells of every field where it comes from. */
  readonly evidence?: EvidenceShape | undefined
  /** What was shown of it; without `red-on` it was never seen to fail. */
  readonly proof?: ProofShape | undefined
  /** What comparisons may overlook; nothing when left out. */
  readonly ignore?: readonly Ignored[] | undefined
}

/** One field that a comparison may overlook, as what, and on whose word. `field` is a path such as `$.body.meta.trace_id`. */
export type Ignored = IgnoreShapes[keyof IgnoreShapes]

/** A mistake in a file of the user's: where, what was expected, what was found, the way out. */
export type Problem = Place & { readonly level: 'error' | 'warning' | 'note'; readonly text: string }

/** `file:line:column: level: text`, as editors and terminals link it. */
export const printProblem = ({ file, line, column, level, text }: Problem): string =>
  `${file}:${line}:${column}: ${level}: ${text}`
