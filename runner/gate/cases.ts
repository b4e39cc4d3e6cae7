import { judgeExpectations } from '../../oracle/expectations.ts'
import { lowerBound } from '../../oracle/readiness/bounds.ts'
import { type Judgement, judgeRule } from '../../oracle/rules/monitor.ts'
import type { Ending, Run } from '../../scenarios/run.ts'
import type { Project } from '../project.ts'
import type { ReportedSatisfaction } from '../report/verdict.ts'

/** One trajectory as the oracle saw it, small enough to be kept: enough to recompute what the gate said of it. */
export type Case = {
  readonly scenario: string
  readonly seed: string
  /** Identifies the behaviour; a replay has to give it again. */
  readonly hash: string
  readonly ending: Ending['kind']
  /** What the scenario expects; not judged when the run did not reach its horizon. */
  readonly expectations: 'pass' | 'fail' | 'inconclusive' | null
  readonly rules: readonly { readonly id: string; readonly status: Judgement['status']; readonly hits: number }[]
  /** What the runtime could not control. */
  readonly escapes: readonly string[]
}

/** Each run on its own. */
export const casesOf = (project: Pick<Project, 'scenarios' | 'rules'>, runs: readonly Run[]): readonly Case[] =>
  runs.map((run): Case => {
    const scenario = project.scenarios.find(({ id }) => id === run.scenario)
    const judged = run.ending.kind === 'horizon' && scenario !== undefined
    return {
      scenario: run.scenario,
      seed: run.seed,
      hash: run.hash,
      ending: run.ending.kind,
      expectations: judged ? judgeExpectations(scenario, run).status : null,
      rules: judged
        ? project.rules.map((rule) => {
            const { status, hits } = judgeRule(rule, run)
            return { id: rule.id, status, hits }
          })
        : [],
      escapes: [...new Set(run.escapes.map(({ what }) => what))],
    }
  })

/** Whether everything that was asked of a trajectory held in it. */
export const satisfied = ({ ending, expectations, rules, escapes }: Case): boolean =>
  ending === 'horizon' &&
  expectations === 'pass' &&
  escapes.length === 0 &&
  rules.every(({ status }) => status === 'holds')

/** How many of them were satisfied, and how sure that makes us of those nobody has run. Null when there are none. */
export function satisfactionOf(cases: readonly Case[]): ReportedSatisfaction | null {
  if (cases.length === 0) return null
  const passed = cases.filter(satisfied).length
  return { passed, of: cases.length, lower: Math.round(lowerBound(passed, cases.length) * 10_000) / 10_000 }
}
