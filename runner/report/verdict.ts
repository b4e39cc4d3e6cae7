import { z } from 'zod'

/** The one object that says what was decided and why; every report is made from it and computes nothing of its own. */
export const VERDICT_SCHEMA = 'backlot.verdict/v1'
export type Status = 'pass' | 'fail' | 'needs-human' | 'inconclusive'
export const EXIT: Readonly<Record<Status, number>> = { pass: 0, fail: 1, 'needs-human': 3, inconclusive: 4 }

export type ReportedFinding = {
  readonly message: string
  readonly scenario: string | null
  readonly seed: string | null
  /** From the start of the scenario. */
  readonly atVirtualMs: number | null
  /** The command that replays it. */
  readonly replay: string | null
  readonly place: string | null
  /** The smallest case, in one line; the whole of it stands in the replay file. */
  readonly smallest: string | null
}
export type CheckKind =
  | 'intake'
  | 'subject'
  | 'expectation'
  | 'rule'
  | 'fitness'
  | 'determinism'
  | 'policy'
  | 'holdout'
  | 'flake'
export type ReportedCheck = {
  readonly id: string
  readonly kind: CheckKind
  readonly status: Status
  readonly why: string
  /** For `inconclusive` and `needs-human`. */
  readonly reason: string | null
  readonly findings: readonly ReportedFinding[]
}
export type ReportedFigure = {
  readonly id: string
  readonly unit: string
  readonly base: string | null
  readonly candidate: string
}

/** What the policy says of this change; null where the project has none. */
export type ReportedPolicy = {
  /** 1 (people decide) to 5 (nobody has to look). */
  readonly tier: number
  /** The rule that decided, in words: its path and its glob. */
  readonly rule: string
  readonly owner: string | null
  readonly demands: readonly string[]
  readonly agent: string | null
}
/** What may be told of the sealed scenarios: one bit and criteria, never a name or a count of failures; null where there are none. */
export type ReportedHoldout = {
  /** Digest of the salted manifest, fixed before anything ran. */
  readonly commitment: string
  /** How many judged; 0 when they were not opened. */
  readonly evaluated: number
  /** The one bit; null when they were not opened. */
  readonly passed: boolean | null
  /** Criteria that failed, as far as the level allows. */
  readonly requirements: readonly string[]
  /** Evaluations that are left for this agent and these requirements. */
  readonly budgetLeft: number
}
/** Trajectories (scenario and seed) that satisfied everything, with the lower bound of their share (Clopper-Pearson, one-sided 95 %). */
export type ReportedSatisfaction = { readonly passed: number; readonly of: number; readonly lower: number }
export type ReportedTwin = {
  readonly name: string
  readonly apiVersions: readonly string[]
  /** Share of recorded answers that it gives as well; null where nobody has measured it. */
  readonly fidelity: number | null
  readonly recordedAt: string | null
}

export type GateVerdict = {
  readonly schema: typeof VERDICT_SCHEMA
  readonly status: Status
  readonly project: string
  readonly base: { readonly name: string; readonly tree: string; readonly commit: string | null } | null
  readonly candidate: { readonly name: string; readonly tree: string | null; readonly commit: string | null }
  readonly checks: readonly ReportedCheck[]
  readonly runs: {
    readonly scenarios: number
    readonly total: number
    readonly expected: number
    /** How many of `total` were taken from the cache instead of being played. */
    readonly cached: number
    readonly virtualMs: number
    readonly wallMs: number
  }
  readonly cost: { readonly unit: string; readonly base: string | null; readonly candidate: string } | null
  readonly figures: readonly ReportedFigure[]
  /** Scenarios made from incidents that were never shown to fail, or have changed since. They were not played and decide nothing. */
  readonly unproven: readonly { readonly scenario: string; readonly why: string }[]
  readonly determinism: {
    readonly tier: string
    readonly certified: number
    readonly of: number
    readonly sandbox: string
  }
  /** The part of a gate that was played; null for a whole one. A part never passes: `backlot merge` judges all of them. */
  readonly shard: { readonly index: number; readonly of: number } | null
  readonly policy: ReportedPolicy | null
  readonly holdout: ReportedHoldout | null
  readonly satisfaction: ReportedSatisfaction | null
  readonly twins: readonly ReportedTwin[]
}

const finding = z.strictObject({
  message: z.string(),
  scenario: z.string().nullable(),
  seed: z.string().nullable(),
  atVirtualMs: z.number().nullable(),
  replay: z.string().nullable(),
  place: z.string().nullable(),
  smallest: z.string().nullable(),
})
const status = z.enum(['pass', 'fail', 'needs-human', 'inconclusive'])
const named = { name: z.string(), commit: z.string().nullable() }
const verdict = z.strictObject({
  schema: z.literal(VERDICT_SCHEMA),
  status,
  project: z.string(),
  base: z.strictObject({ ...named, tree: z.string() }).nullable(),
  candidate: z.strictObject({ ...named, tree: z.string().nullable() }),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum([
        'intake',
        'subject',
        'expectation',
        'rule',
        'fitness',
        'determinism',
        'policy',
        'holdout',
        'flake',
      ]),
      status,
      why: z.string(),
      reason: z.string().nullable(),
      findings: z.array(finding),
    }),
  ),
  runs: z.strictObject({
    scenarios: z.number(),
    total: z.number(),
    expected: z.number(),
    cached: z.number(),
    virtualMs: z.number(),
    wallMs: z.number(),
  }),
  cost: z.strictObject({ unit: z.string(), base: z.string().nullable(), candidate: z.string() }).nullable(),
  figures: z.array(
    z.strictObject({ id: z.string(), unit: z.string(), base: z.string().nullable(), candidate: z.string() }),
  ),
  unproven: z.array(z.strictObject({ scenario: z.string(), why: z.string() })).default([]),
  determinism: z.strictObject({ tier: z.string(), certified: z.number(), of: z.number(), sandbox: z.string() }),
  shard: z.strictObject({ index: z.number(), of: z.number() }).nullable(),
  policy: z
    .strictObject({
      tier: z.int().min(1).max(5),
      rule: z.string(),
      owner: z.string().nullable(),
      demands: z.array(z.string()),
      agent: z.string().nullable(),
    })
    .nullable(),
  holdout: z
    .strictObject({
      commitment: z.string(),
      evaluated: z.int().min(0),
      passed: z.boolean().nullable(),
      requirements: z.array(z.string()),
      budgetLeft: z.int().min(0),
    })
    .nullable(),
  satisfaction: z.strictObject({ passed: z.int(), of: z.int(), lower: z.number() }).nullable(),
  twins: z.array(
    z.strictObject({
      name: z.string(),
      apiVersions: z.array(z.string()),
      fidelity: z.number().nullable(),
      recordedAt: z.string().nullable(),
    }),
  ),
})
export const verdictSchema: z.ZodType<GateVerdict> = verdict
export const verdictJsonSchema = (): object => ({ title: 'Backlot verdict', ...z.toJSONSchema(verdict) })

const ORDER: readonly Status[] = ['pass', 'needs-human', 'inconclusive', 'fail']

/** The status of all checks together: the worst of them; no check at all is inconclusive. */
export const statusOf = (checks: readonly Pick<ReportedCheck, 'status'>[]): Status =>
  checks.length === 0
    ? 'inconclusive'
    : checks.reduce<Status>(
        (worst, { status: one }) => (ORDER.indexOf(one) > ORDER.indexOf(worst) ? one : worst),
        'pass',
      )
