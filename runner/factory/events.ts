import { z } from 'zod'
import type { Status } from '../report/verdict.ts'

type At = { readonly atMs: number }
type OfAttempt = At & { readonly attempt: number }

/** A run begins. What is written here is not asked for again when it goes on after a kill. */
export type Opened = At & {
  readonly kind: 'opened'
  readonly run: string
  readonly brief: { readonly path: string; readonly name: string; readonly title: string; readonly sha256: string }
  /** The requirements and the agent's name are the account that attempts are booked on. */
  readonly requirements: string
  /** As the person who started the run names it: what an agent calls itself buys nothing. */
  readonly agent: string
  readonly critic: string | null
  /** The commit everything is built on and judged by. */
  readonly base: string
  /** Echoed by every answer, so that nobody else's is taken. */
  readonly token: string
}
/** The request is on disk; from here on the agent may have got it. */
export type Dispatched = OfAttempt & { readonly kind: 'dispatched'; readonly slot: number; readonly round: number }
/** `completed` has a patch on disk; anything else says why there is none. */
export type Answered = OfAttempt & {
  readonly kind: 'answered'
  readonly status: string
  readonly reason: string | null
  readonly agent: string
  readonly modelFamily: string | null
  readonly costMicroUsd: number | null
}
export type Critiqued = OfAttempt & {
  readonly kind: 'critiqued'
  readonly accepted: boolean
  readonly reason: string | null
  readonly costMicroUsd: number | null
}
/** The attempt is over: judged, or ended before a verdict for `reason`. */
export type Finished = OfAttempt & {
  readonly kind: 'finished'
  readonly status: Status
  readonly failing: readonly string[]
  readonly reason: string | null
  readonly evidence: string | null
}
/** The commit follows from these values alone, so that making it twice makes one. */
export type Releasing = OfAttempt & { readonly kind: 'releasing'; readonly branch: string }
/** The run is over. A run that is out of attempts, money or time, or was told to stop, is not: it can be gone on with. */
export type Ended = OfAttempt & {
  readonly kind: 'ended'
  readonly outcome: 'released' | 'needs-human'
  readonly reason: string
  readonly branch: string | null
  readonly commit: string | null
  readonly evidence: string | null
}

/** What happened in a run of the factory, in order. An event stands in the journal before the next thing begins. */
export type FactoryEvent =
  | Opened
  | (At & { readonly kind: 'resumed' })
  | Dispatched
  | Answered
  | Critiqued
  | Finished
  | Releasing
  | Ended

export const endOf = (events: readonly FactoryEvent[]): Ended | undefined =>
  events.findLast((event): event is Ended => event.kind === 'ended')

const count = z.int().min(0)
const at = { atMs: z.int() }
const ofAttempt = { ...at, attempt: z.int().min(1) }
const text = z.string()
const optional = z.string().nullable()
const cost = count.nullable()

export const eventSchema: z.ZodType<FactoryEvent> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('opened'),
    ...at,
    run: text,
    brief: z.strictObject({ path: text, name: text, title: text, sha256: text }),
    requirements: text,
    agent: text,
    critic: optional,
    base: text,
    token: text,
  }),
  z.strictObject({ kind: z.literal('resumed'), ...at }),
  z.strictObject({ kind: z.literal('dispatched'), ...ofAttempt, slot: count, round: z.int().min(1) }),
  z.strictObject({
    kind: z.literal('answered'),
    ...ofAttempt,
    status: text,
    reason: optional,
    agent: text,
    modelFamily: optional,
    costMicroUsd: cost,
  }),
  z.strictObject({
    kind: z.literal('critiqued'),
    ...ofAttempt,
    accepted: z.boolean(),
    reason: optional,
    costMicroUsd: cost,
  }),
  z.strictObject({
    kind: z.literal('finished'),
    ...ofAttempt,
    status: z.enum(['pass', 'fail', 'needs-human', 'inconclusive']),
    failing: z.array(text),
    reason: optional,
    evidence: optional,
  }),
  z.strictObject({ kind: z.literal('releasing'), ...ofAttempt, branch: text }),
  z.strictObject({
    kind: z.literal('ended'),
    ...ofAttempt,
    outcome: z.enum(['released', 'needs-human']),
    reason: text,
    branch: optional,
    commit: optional,
    evidence: optional,
  }),
])
