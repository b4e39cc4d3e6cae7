import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { z } from 'zod'
import type { Status } from '../report/verdict.ts'
import { attemptStates, type RunContext } from './attempt.ts'
import { coveringScenarios } from './brief.ts'
import { endOf } from './events.ts'

export const OUTCOME_SCHEMA = 'backlot.factory/v1'

/** How a run stands: over (`released`, `needs-human`), out of what it may use (`exhausted`), or halted (`stopped`). */
export type OutcomeKind = 'released' | 'needs-human' | 'exhausted' | 'stopped'
export const OUTCOME_EXIT: Readonly<Record<OutcomeKind, number>> = {
  released: 0,
  exhausted: 1,
  'needs-human': 3,
  stopped: 4,
}

export type AttemptReport = {
  readonly attempt: number
  readonly round: number
  /** As it says itself. */
  readonly agent: string
  /** `under-way` when the run halted before it ended. */
  readonly status: Status | 'under-way'
  readonly failing: readonly string[]
  readonly reason: string | null
  /** As reported; null when it said nothing. */
  readonly costMicroUsd: number | null
  readonly wallMs: number | null
  readonly verdict: string | null
  readonly patch: string | null
}

/** What came of a brief. */
export type FactoryOutcome = {
  readonly schema: typeof OUTCOME_SCHEMA
  readonly kind: OutcomeKind
  readonly reason: string
  readonly run: string
  readonly brief: {
    readonly path: string
    readonly title: string
    readonly sha256: string
    readonly requirements: string
    readonly criteria: readonly { readonly id: string; readonly text: string; readonly scenarios: readonly string[] }[]
  }
  readonly base: string
  readonly agent: string
  readonly branch: string | null
  readonly commit: string | null
  /** The attempt that was released or waits for a person. */
  readonly attempt: number | null
  readonly evidence: string | null
  readonly attempts: readonly AttemptReport[]
  /** Over all runs of this brief by this agent. */
  readonly spent: {
    readonly attempts: number
    readonly microUsd: number
    readonly unreported: number
    readonly wallMs: number
  }
  readonly limits: { readonly attempts: number; readonly microUsd: number | null; readonly wallMs: number }
}

const text = z.string()
const optional = z.string().nullable()
const count = z.int().min(0)
const outcome = z.strictObject({
  schema: z.literal(OUTCOME_SCHEMA),
  kind: z.enum(['released', 'needs-human', 'exhausted', 'stopped']),
  reason: text,
  run: text,
  brief: z.strictObject({
    path: text,
    title: text,
    sha256: text,
    requirements: text,
    criteria: z.array(z.strictObject({ id: text, text, scenarios: z.array(text) })),
  }),
  base: text,
  agent: text,
  branch: optional,
  commit: optional,
  attempt: z.int().nullable(),
  evidence: optional,
  attempts: z.array(
    z.strictObject({
      attempt: z.int(),
      round: z.int(),
      agent: text,
      status: z.enum(['pass', 'fail', 'needs-human', 'inconclusive', 'under-way']),
      failing: z.array(text),
      reason: optional,
      costMicroUsd: count.nullable(),
      wallMs: count.nullable(),
      verdict: optional,
      patch: optional,
    }),
  ),
  spent: z.strictObject({ attempts: count, microUsd: count, unreported: count, wallMs: count }),
  limits: z.strictObject({ attempts: count, microUsd: count.nullable(), wallMs: count }),
})
export const outcomeSchema: z.ZodType<FactoryOutcome> = outcome
export const outcomeJsonSchema = (): object => ({ title: 'Backlot factory outcome', ...z.toJSONSchema(outcome) })

const shown = (path: string): string | null => (existsSync(path) ? relative(process.cwd(), path) || path : null)

/** How a run stands, out of its journal. */
export function reportOutcome(
  context: RunContext,
  { kind, reason }: { readonly kind: OutcomeKind; readonly reason: string },
): FactoryOutcome {
  const { options, opened, brief, project, journal, ledger, account, folder } = context
  const end = endOf(journal.events)
  return {
    schema: OUTCOME_SCHEMA,
    kind,
    reason,
    run: opened.run,
    brief: {
      path: brief.path,
      title: brief.title,
      sha256: brief.sha256,
      requirements: brief.requirements,
      criteria: brief.criteria.map((criterion) => ({
        id: criterion.id,
        text: criterion.text,
        scenarios: coveringScenarios(criterion, project.scenarios),
      })),
    },
    base: opened.base,
    agent: opened.agent,
    branch: end?.branch ?? null,
    commit: end?.commit ?? null,
    attempt: end?.attempt ?? null,
    evidence: end?.evidence === undefined || end.evidence === null ? null : shown(end.evidence),
    attempts: attemptStates(journal).map(({ dispatched, answered, critiqued, finished }) => {
      const { verdict, patch } = folder.attempt(dispatched.attempt)
      const costs = [answered?.costMicroUsd ?? null, critiqued?.costMicroUsd ?? null].filter((cost) => cost !== null)
      return {
        attempt: dispatched.attempt,
        round: dispatched.round,
        agent: answered?.agent ?? opened.agent,
        status: finished?.status ?? 'under-way',
        failing: finished?.failing ?? [],
        reason: finished?.reason ?? null,
        costMicroUsd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
        wallMs: finished === undefined ? null : finished.atMs - dispatched.atMs,
        verdict: shown(verdict),
        patch: shown(patch),
      }
    }),
    spent: ledger.spent(account),
    limits: {
      attempts: options.limits.attempts,
      microUsd: options.limits.microUsd ?? null,
      wallMs: options.limits.wallMs,
    },
  }
}
