import type { Run } from '../../scenarios/run.ts'
import { judgeRules, type RuleReport } from './judge.ts'
import { whatIsMissing, whyBlind } from './missing.ts'
import type { Rule } from './rule.ts'

/** A rule that says nothing about these runs, and why. */
export type Vacuous = {
  readonly id: string
  readonly sentence: string
  readonly kind: 'never-triggered' | 'unreachable'
  readonly reason: string
}

/** Finds the rules that no run exercises, and says what is missing: the event, a field of it, or a condition that is met. */
export function findVacuous(rules: readonly Rule[], runs: readonly Run[]): readonly Vacuous[] {
  const reports = judgeRules(rules, runs)
  return rules.flatMap((rule, at): Vacuous[] => {
    const report = reports[at]
    if (report === undefined || !isVacuous(rule, report)) return []
    const reason = whyBlind(rule, runs) ?? whatIsMissing(rule, runs)
    const kind = rule.clause.kind === 'sometimes' ? 'unreachable' : 'never-triggered'
    return [{ id: rule.id, sentence: report.sentence, kind, reason }]
  })
}

/** A count or a `never` with conditions is exercised by events of its type alone; what it forbids need not happen. */
const isVacuous = (rule: Rule, { exercised, share }: RuleReport): boolean =>
  rule.clause.kind === 'sometimes' ? share?.reached === 0 : exercised === 0
