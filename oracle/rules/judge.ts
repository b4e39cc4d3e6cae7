import type { Run } from '../../scenarios/run.ts'
import type { Finding, Verdict } from '../verdict.ts'
import { type Judgement, judgeRule } from './monitor.ts'
import { printRule, type Rule } from './rule.ts'

/** What a rule says of all runs together. */
export type RuleReport = {
  readonly id: string
  readonly sentence: string
  readonly why: string
  readonly verdict: Verdict
  /** How often it had something to say, over all runs. */
  readonly exercised: number
  readonly closest: number | undefined
}

/** Judges each rule on all runs: violated anywhere is a fail; never exercised, or still pending, is inconclusive. */
export const judgeRules = (rules: readonly Rule[], runs: readonly Run[]): readonly RuleReport[] =>
  rules.map((rule) => report(rule, runs))

function report(rule: Rule, runs: readonly Run[]): RuleReport {
  const judged = runs.map((run) => ({ run, judgement: judgeRule(rule, run) }))
  const exercised = judged.reduce((sum, { judgement }) => sum + judgement.hits, 0)
  const closest = judged.reduce<number | undefined>(
    (least, { judgement: { closest: one } }) => (one === undefined ? least : Math.min(least ?? one, one)),
    undefined,
  )
  const sentence = printRule(rule)
  return {
    id: rule.id,
    sentence,
    why: rule.why,
    verdict: verdictOf(rule, sentence, exercised, judged),
    exercised,
    closest,
  }
}

function verdictOf(
  rule: Rule,
  sentence: string,
  exercised: number,
  judged: readonly { readonly run: Run; readonly judgement: Judgement }[],
): Verdict {
  const findings = judged.flatMap(({ run, judgement }): Finding[] => {
    if (judgement.status !== 'violated') return []
    const slice = judgement.slice === undefined ? '' : ` (${judgement.slice})`
    const place = rule.place === undefined ? undefined : `${rule.place.file}:${rule.place.line}:${rule.place.column}`
    const atVirtualMs = (judgement.atMs ?? run.endedAtMs) - run.startsAtMs
    return [
      {
        message: `${sentence} ${judgement.why ?? ''}${slice}`,
        scenario: run.scenario,
        seed: run.seed,
        atVirtualMs,
        place,
      },
    ]
  })
  if (findings.length > 0) return { status: 'fail', findings }
  const open = judged.find(({ judgement }) => judgement.status === 'pending')
  if (open !== undefined)
    return {
      status: 'inconclusive',
      reason: `${sentence} ${open.judgement.why} of ${open.run.scenario}. Give the scenario a longer horizon.`,
    }
  if (exercised === 0)
    return { status: 'inconclusive', reason: `${sentence} It was never exercised: no scenario leads to it.` }
  return { status: 'pass' }
}
