import { judgeExpectations } from '../../oracle/expectations.ts'
import { passesWhatever, plantsFor, plantsForExpectation } from '../../oracle/rules/always-pass.ts'
import { judgeRule } from '../../oracle/rules/monitor.ts'
import { printRule, type Rule } from '../../oracle/rules/rule.ts'
import { findVacuous } from '../../oracle/rules/vacuity.ts'
import type { Verdict } from '../../oracle/verdict.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Project } from '../project.ts'

/** A check that proves nothing: it never had anything to say, or says yes to everything. */
export type Complaint = {
  readonly id: string
  readonly kind: string
  readonly text: string
  readonly place: string | null
}

/** Every rule that these runs do not exercise, and every rule and expectation that nothing makes fail. */
export const complaintsOf = (project: Project, runs: readonly Run[]): readonly Complaint[] => [
  ...vacuous(project, runs),
  ...alwaysPassing(project, runs),
]

export const placeOf = ({ place }: Rule): string | null =>
  place === undefined ? null : `${place.file}:${place.line}:${place.column}`

const vacuous = (project: Project, runs: readonly Run[]): readonly Complaint[] =>
  findVacuous(project.rules, runs).map(({ id, kind, sentence, reason }) => {
    const rule = project.rules.find((one) => one.id === id)
    return {
      id,
      kind,
      text: `${sentence} ${reason}.`.replace(/\?\.$/, '?'),
      place: rule === undefined ? null : placeOf(rule),
    }
  })

/** Rules and expectations that no spoilt run makes fail. */
function alwaysPassing(project: Project, runs: readonly Run[]): readonly Complaint[] {
  const samples = runs.filter(({ seed }) => seed === '1')
  const rules = project.rules.flatMap((rule): Complaint[] => {
    if (rule.clause.kind === 'sometimes') return []
    const exercised = samples.filter((run) => judgeRule(rule, run).hits > 0)
    const found = passesWhatever((run) => statusOf(rule, run), exercised, plantsFor(rule))
    if (found === undefined) return []
    const text = `${printRule(rule)} It passes whatever happens: ${found.tried.length} ways to spoil ${exercised.length} runs, and none made it fail.`
    return [{ id: rule.id, kind: 'always-passes', text, place: placeOf(rule) }]
  })
  const expectations = project.scenarios.flatMap((scenario) =>
    scenario.then.flatMap((one, at): Complaint[] => {
      if (one.kind === 'rule') return []
      const own = samples.filter((run) => run.scenario === scenario.id)
      const found = passesWhatever(
        (run) => judgeExpectations({ ...scenario, then: [one] }, run),
        own,
        plantsForExpectation(one),
      )
      if (found === undefined) return []
      const place = `${one.place.file}:${one.place.line}:${one.place.column}`
      const text = `expectation ${at + 1} of ${scenario.id} passes whatever happens: it cannot fail.`
      return [{ id: scenario.id, kind: 'always-passes', text, place }]
    }),
  )
  return [...rules, ...expectations]
}

const statusOf = (rule: Rule, run: Run): Verdict =>
  judgeRule(rule, run).status === 'holds' ? { status: 'pass' } : { status: 'inconclusive', reason: 'noticed' }
