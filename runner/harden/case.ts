import { judgeFitness } from '../../fitness/judge.ts'
import type { FitnessLimits } from '../../fitness/limits.ts'
import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRules } from '../../oracle/rules/judge.ts'
import type { Rule } from '../../oracle/rules/rule.ts'
import type { Verdict } from '../../oracle/verdict.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'

/** One scenario with one seed: the smallest thing that can notice a mutant. */
export type Case = { readonly id: string; readonly scenario: Scenario; readonly seed: string }

/** What judges a case, as the gate does. */
export type Oracle = { readonly rules: readonly Rule[]; readonly fitness: FitnessLimits }

/** A check that does not let a run through, and its first words about it. */
export type Noticed = { readonly check: string; readonly message: string }

export const caseId = (scenario: Scenario, seed: string): string => `${scenario.id}/${seed}`

/** A pristine run with what the rules said of it. */
export type Base = { readonly run: Run; readonly rules: readonly Verdict['status'][] }

// A rule over many runs says nothing of one.
const single = ({ rules }: Oracle): readonly Rule[] => rules.filter(({ clause }) => clause.kind !== 'sometimes')

export const baseOf = (oracle: Oracle, run: Run): Base => ({
  run,
  rules: judgeRules(single(oracle), [run]).map(({ verdict }) => verdict.status),
})

/** What a pristine run is held against: nothing is excused by what it is itself. */
export const strictBaseOf = (oracle: Oracle, run: Run): Base => ({ run, rules: single(oracle).map(() => 'pass') })

/**
 * The checks that do not let `run` through, where they let the base through: what fails, and what can no longer be judged. The gate
 * passes neither. Expectations are told apart: `refunds#2` is the second of the scenario.
 */
export function notice(oracle: Oracle, scenario: Scenario, base: Base, run: Run): readonly Noticed[] {
  const { kind, message } = run.ending
  if (kind !== 'horizon') return [{ check: 'subject', message: `${kind}: ${message.split('\n')[0]}` }]
  const noticed: Noticed[] = []
  const add = (check: string, verdict: Verdict): void => {
    if (verdict.status === 'fail') noticed.push({ check, message: verdict.findings[0]?.message ?? '' })
    if (verdict.status === 'inconclusive') noticed.push({ check, message: verdict.reason })
  }
  const known = new Set(base.run.escapes.map(({ what }) => what))
  const escaped = run.escapes.find(({ what }) => !known.has(what))
  if (escaped !== undefined) noticed.push({ check: 'determinism', message: escaped.what })
  for (const [at, one] of scenario.then.entries())
    if (one.kind !== 'rule') add(`${scenario.id}#${at + 1}`, judgeExpectations({ ...scenario, then: [one] }, run))
  for (const [at, { id, verdict, exercised }] of judgeRules(single(oracle), [run]).entries()) {
    const was = base.rules[at]
    if (was === 'fail') continue
    // A rule that this scenario never exercises has nothing to say of it; one that waits for an answer at the end has.
    if (verdict.status === 'fail' || (was === 'pass' && exercised > 0)) add(id, verdict)
  }
  for (const { id, verdict } of judgeFitness(oracle.fitness, { base: [base.run], candidate: [run] }))
    if (verdict.status === 'fail') add(id, verdict)
  return noticed
}
