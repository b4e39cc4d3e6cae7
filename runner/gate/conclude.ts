import type { FitnessReport } from '../../fitness/measure.ts'
import type { Certificate } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import { fidelityOf } from '../fidelity/scores.ts'
import { type Decision, printDemands } from '../policy/policy.ts'
import type { Project } from '../project.ts'
import {
  type GateVerdict,
  type ReportedCheck,
  type ReportedHoldout,
  type ReportedPolicy,
  type ReportedSatisfaction,
  type ReportedTwin,
  type Status,
  statusOf,
  VERDICT_SCHEMA,
} from '../report/verdict.ts'
import type { Case } from './cases.ts'
import type { Context, GateOptions } from './context.ts'
import { printable, type Refusal } from './intake.ts'
import type { Entry } from './play.ts'
import type { Tree } from './workspace.ts'

/** What was played of the manifest, and what came of it. */
export type Played = {
  readonly runs: readonly Run[]
  readonly expected: number
  /** How many of the candidate's runs came from the cache. */
  readonly cached: number
  readonly certificates: readonly Certificate[]
  readonly figures: readonly FitnessReport[]
  readonly satisfaction: ReportedSatisfaction | null
  readonly cases: readonly Case[]
  readonly baseCases: readonly Case[] | undefined
  readonly manifest: readonly Entry[]
  readonly holdout: ReportedHoldout | null
}
export const NOTHING_PLAYED: Played = {
  runs: [],
  expected: 0,
  cached: 0,
  certificates: [],
  figures: [],
  satisfaction: null,
  cases: [],
  baseCases: undefined,
  manifest: [],
  holdout: null,
}

/** A check that has a reason and no findings. */
export const plainCheck = (
  id: string,
  kind: ReportedCheck['kind'],
  status: Status,
  why: string,
  reason: string | null,
): ReportedCheck => ({ id, kind, status, why, reason, findings: [] })

/** The verdict on a candidate that was run, or that could not be. */
export function conclude(context: Context, checks: readonly ReportedCheck[], played: Played): GateVerdict {
  const { sandbox } = context
  const figures = played.figures.map(({ id, figures: { unit, base: was, candidate: is } }) => ({
    id,
    unit,
    base: was ?? null,
    candidate: is,
  }))
  const cost = figures.find(({ id }) => id === 'cost-per-request')
  return {
    ...head(context, checks, played),
    cost: cost === undefined ? null : { unit: cost.unit, base: cost.base, candidate: cost.candidate },
    figures,
    determinism: {
      tier: played.runs[0]?.tier ?? 'D3',
      certified: played.certificates.filter(({ holds }) => holds).length,
      of: played.certificates.length,
      sandbox,
    },
    satisfaction: played.satisfaction,
  }
}

/** The verdict on a candidate that was stopped at the door: nothing of it has run. */
export function concludeRefused(refused: {
  readonly options: GateOptions
  readonly project: Project
  readonly base: Tree | undefined
  readonly taken: Tree
  readonly decision: Decision | undefined
  readonly refusals: readonly Refusal[]
  readonly startedMs: number
}): GateVerdict {
  const { refusals, taken, ...rest } = refused
  const checks = refusals.map(refusalCheck)
  return {
    ...head({ ...rest, candidate: { ...taken, commit: undefined } }, checks, NOTHING_PLAYED),
    cost: null,
    figures: [],
    determinism: { tier: 'D3', certified: 0, of: 0, sandbox: 'not started' },
    satisfaction: null,
  }
}

/** The twins in use, each with what is known of how well it stands in for the real service. */
export const twinsOf = (project: Project, runs: readonly Run[]): readonly ReportedTwin[] =>
  project.twins.map(({ name, apiVersions }) => ({
    name,
    apiVersions,
    ...fidelityOf(
      name,
      runs.map(({ trace }) => trace),
    ),
  }))

function head(
  {
    options,
    project,
    base,
    candidate,
    startedMs,
    decision,
  }: Pick<Context, 'options' | 'project' | 'base' | 'candidate' | 'startedMs' | 'decision'>,
  checks: readonly ReportedCheck[],
  { runs, expected, cached, holdout }: Played,
): Omit<GateVerdict, 'cost' | 'figures' | 'determinism' | 'satisfaction'> {
  return {
    schema: VERDICT_SCHEMA,
    status: statusOf(checks),
    project: project.config.name,
    base: base === undefined ? null : { name: base.shown, tree: base.id, commit: base.commit ?? null },
    candidate: {
      name: candidate.shown,
      tree: candidate.id === '' ? null : candidate.id,
      commit: candidate.commit ?? null,
    },
    checks,
    runs: {
      scenarios: project.scenarios.length,
      total: runs.length,
      expected,
      cached,
      virtualMs: runs.reduce((ms, run) => ms + run.endedAtMs - run.startsAtMs, 0),
      wallMs: Math.round(options.now() - startedMs),
    },
    unproven: project.unproven,
    shard: options.shard ?? null,
    policy: decision === undefined ? null : reportedPolicy(decision),
    holdout,
    twins: twinsOf(project, runs),
  }
}

const reportedPolicy = (decision: Decision): ReportedPolicy => ({
  tier: decision.tier,
  rule: decision.rule,
  owner: decision.owner,
  demands: printDemands(decision),
  agent: decision.agent,
})

function refusalCheck({ rule, message, status }: Refusal): ReportedCheck {
  const why = 'What a candidate brings is looked at before any of it runs.'
  const finding = {
    message: printable(message, 1000),
    scenario: null,
    seed: null,
    atVirtualMs: null,
    replay: null,
    place: null,
    smallest: null,
  }
  return {
    id: `intake.${rule}`,
    kind: 'intake',
    why,
    status,
    reason: status === 'needs-human' ? printable(message, 1000) : null,
    findings: status === 'fail' ? [finding] : [],
  }
}
