import { canonical, type Json } from '../../twins/trace.ts'
import { SUBJECT_ENDINGS } from '../gate/judge.ts'
import { judgeDemands } from '../policy/demands.ts'
import { decide } from '../policy/policy.ts'
import { type Status, statusOf } from '../report/verdict.ts'
import type { GateRun } from './statement.ts'

type Kept = GateRun['measurement']['cases'][number]

export type Again = {
  readonly status: Status
  /** Where what was signed is not what the cases and the policy give. */
  readonly differences: readonly string[]
}

/**
 * Decides once more, from the signed cases and the signed policy: expectations, rules, subject, determinism and every demand of the policy.
 * Intake, fitness and sealed scenarios stand as they were recorded; a replay measures those. `approvals` are the names of people whose
 * signatures have been checked since.
 */
export function decideAgain(run: GateRun, approvals: readonly string[]): Again {
  const recorded = run.measurement.checks
  const differences: string[] = []
  const again = recorded.map((check) => {
    const status = recompute(run, check)
    // A red case that flakes on the base as well is recorded as inconclusive: neither lets anything pass.
    const softened = status === 'fail' && check.status === 'inconclusive'
    if (status !== check.status && !softened)
      differences.push(`${check.id}: the cases say ${status ?? 'nothing'}, the verdict says ${check.status}`)
    return { ...check, status: softened ? check.status : (status ?? ('inconclusive' as const)) }
  })
  differences.push(...missing(run))
  if (statusOf(recorded) !== run.decision.verdict)
    differences.push(`the checks say ${statusOf(recorded)}, the verdict says ${run.decision.verdict}`)
  const policy = policyAgain(run, run.measurement.facts.approvals, differences)
  const expected = new Set(policy.map(({ id, status }) => `${id} ${status}`))
  for (const { id, status } of recorded.filter(({ kind }) => kind === 'policy'))
    if (!expected.delete(`${id} ${status}`)) differences.push(`${id}: the policy does not say ${status}`)
  for (const left of expected) differences.push(`${left}: demanded by the policy, missing from the verdict`)
  const now = policyAgain(run, [...run.measurement.facts.approvals, ...approvals], [])
  return { status: statusOf([...again.filter(({ kind }) => kind !== 'policy'), ...now]), differences }
}

/** What must be there and is not: cases of the manifest, and a check for each scenario and rule that was played. */
function missing({ inputs, measurement: { cases, checks } }: GateRun): readonly string[] {
  const told: string[] = []
  const played = cases.map(({ scenario, seed }) => ({ scenario, seed }))
  // A verdict that says itself that runs are missing may miss them.
  if (
    canonical(inputs.manifest) !== canonical(played) &&
    checks.every(({ id, status }) => id !== 'manifest' || status === 'pass')
  )
    told.push('the cases are not those of the manifest')
  if (cases.length === 0) return told
  const has = (kind: string, id: string): boolean => checks.some((check) => check.kind === kind && check.id === id)
  for (const { id } of inputs.scenarios) {
    const its = cases.filter(({ scenario }) => scenario === id)
    if (its.length === 0) told.push(`${id}: no case of this scenario`)
    if (its.some(({ ending }) => ending === 'horizon') && !has('expectation', id)) told.push(`${id}: no check of it`)
  }
  for (const { id } of inputs.rules) if (!has('rule', id)) told.push(`${id}: no check of this rule`)
  for (const id of ['subject', 'determinism'])
    if (!checks.some((check) => check.id === id)) told.push(`${id}: no such check`)
  return told
}

function recompute(run: GateRun, { id, kind, status }: GateRun['measurement']['checks'][number]): Status | undefined {
  const { cases, baseCases } = run.measurement
  const ended = cases.filter(({ ending }) => ending === 'horizon')
  switch (kind) {
    case 'expectation':
      return againstBase(
        expectations(ended.filter(({ scenario }) => scenario === id)),
        expectations(baseCases.filter(({ scenario, ending }) => scenario === id && ending === 'horizon')),
      )
    case 'rule':
      return againstBase(ruleStatus(ended, id), baseCases.length === 0 ? undefined : ruleStatus(baseCases, id))
    case 'subject':
      return subject(cases, baseCases)
    case 'determinism':
      return id === 'determinism' ? determinism(run) : status
    default:
      return status
  }
}

const againstBase = (candidate: Status | undefined, base: Status | undefined): Status | undefined =>
  candidate === 'fail' && base === 'fail' ? 'inconclusive' : candidate

function expectations(cases: readonly Kept[]): Status | undefined {
  if (cases.length === 0) return undefined
  const has = (status: Kept['expectations']): boolean => cases.some((one) => one.expectations === status)
  return has('fail') ? 'fail' : has('inconclusive') || has(null) ? 'inconclusive' : 'pass'
}

function ruleStatus(cases: readonly Kept[], id: string): Status {
  const judged = cases.flatMap(({ rules }) => rules.filter((rule) => rule.id === id))
  if (judged.some(({ status }) => status === 'violated')) return 'fail'
  if (judged.some(({ status }) => status === 'pending')) return 'inconclusive'
  return judged.some(({ hits }) => hits > 0) ? 'pass' : 'inconclusive'
}

function subject(cases: readonly Kept[], baseCases: readonly Kept[]): Status {
  const odd = cases.filter(({ ending }) => ending !== 'horizon')
  if (cases.length === 0 || baseCases.some(({ ending }) => ending !== 'horizon')) return 'inconclusive'
  if (odd.some(({ ending }) => SUBJECT_ENDINGS.some((theirs) => theirs === ending))) return 'fail'
  return odd.length > 0 ? 'inconclusive' : 'pass'
}

function determinism({ measurement: { cases, baseCases, certificates } }: GateRun): Status {
  const known = new Set(baseCases.flatMap(({ escapes }) => escapes))
  const escapes = cases.flatMap((one) => one.escapes)
  if (escapes.some((what) => !known.has(what))) return 'fail'
  if (escapes.length > 0) return 'inconclusive'
  return certificates.some(({ holds }) => !holds) ? 'fail' : 'pass'
}

/** The policy's checks from its signed text, the changed paths and the facts; tells where the signed decision is another. */
function policyAgain(
  { inputs, decision, producer, measurement }: GateRun,
  approvals: readonly string[],
  differences: string[],
): readonly { readonly id: string; readonly status: Status }[] {
  if (inputs.policy === null || decision.policy === null) return []
  const paths = decision.policy.matched.map(({ path }) => path)
  const again = decide(inputs.policy, paths, producer.agent ?? undefined)
  if (canonical(again as unknown as Json) !== canonical(decision.policy as unknown as Json))
    differences.push('the policy decides otherwise on these paths')
  const facts = { ...measurement.facts, approvals }
  // A candidate that was stopped at the door has a tier and no demands.
  if (measurement.checks.every(({ kind }) => kind !== 'policy')) return []
  return judgeDemands(inputs.policy, again, facts, '').map(({ id, status }) => ({ id, status }))
}
