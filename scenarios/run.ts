import type { Bill } from '../twins/money.ts'
import type { Json, Trace } from '../twins/trace.ts'
import type { DecisionLog } from '../twins/world.ts'
import type { Tier } from './subject/subject.ts'

export const RUN_SCHEMA = 'backlot.run/v1'

/** The subject's answer to one inbound request. Times are virtual milliseconds since the Unix epoch. */
export type Answer = {
  readonly step: string
  readonly askedAtMs: number
  readonly answeredAtMs: number
  /** 0 when the connection broke without an answer; `error` says how. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Parsed when it is JSON, else text. */
  readonly body: Json
  readonly error: string | undefined
}

/** Something that was begun and not finished at the horizon. */
export type Pending = { readonly what: string; readonly step: string; readonly sinceMs: number }

/** Something the runtime could not control; its run proves nothing about determinism. */
export type Escape = { readonly what: string; readonly where: string; readonly wayOut: string; readonly atMs: number }

/**
 * How a run ended. `horizon` is the normal end. The subject's doing: `exited`, `hung`, `memory`, `flood`, `protocol`, `killed`,
 * `start`, `not-listening`. Ours: `not-modelled`, `bug`. A template that found no value is the scenario's or the subject's: `unresolved`.
 */
export type Ending = {
  readonly kind:
    | 'horizon'
    | 'exited'
    | 'hung'
    | 'memory'
    | 'flood'
    | 'protocol'
    | 'killed'
    | 'start'
    | 'not-listening'
    | 'unresolved'
    | 'not-modelled'
    | 'bug'
  readonly message: string
  readonly atMs: number
}

/** What one replay of a scenario gave. Plain JSON; `hash` identifies the behaviour. */
export type Run = {
  readonly schema: typeof RUN_SCHEMA
  readonly scenario: string
  readonly seed: string
  readonly tier: Tier
  readonly startsAtMs: number
  readonly endedAtMs: number
  readonly ending: Ending
  readonly trace: Trace
  readonly hash: string
  readonly decisions: DecisionLog
  /** Draws of each of the subject's chance streams at the end: the unseed. */
  readonly draws: Readonly<Record<string, number>>
  /** Snapshot of each twin at the end. */
  readonly states: Readonly<Record<string, Json>>
  readonly answers: Readonly<Record<string, Answer>>
  /** For each step, the step that caused it: a webhook belongs to the request that led to it. */
  readonly causes: Readonly<Record<string, string>>
  readonly bill: Bill
  readonly pending: readonly Pending[]
  readonly escapes: readonly Escape[]
  /** Half-duplex turns with the subject. */
  readonly turns: number
}

/** Follows `causes` to the inbound request that a step began with. */
export function originOf(run: Pick<Run, 'causes'>, step: string): string {
  let at = step
  for (let up = run.causes[at]; up !== undefined && up !== at; up = run.causes[at]) at = up
  return at
}
