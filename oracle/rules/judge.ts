import type { Run } from '../../scenarios/run.ts'
import { lowerBound, triesNeeded, upperBound } from '../readiness/bounds.ts'
import type { Finding, Verdict } from '../verdict.ts'
import { whatIsMissing, whyBlind } from './missing.ts'
import { type Judgement, judgeRun } from './monitor.ts'
import { type Clause, printRule, type Rule } from './rule.ts'

/** How often a `sometimes` was reached; the bounds are Clopper-Pearson's, one-sided at 95 %. */
export type Share = { readonly reached: number; readonly of: number; readonly lower: number; readonly upper: number }

/** What a rule says of all runs together. */
export type RuleReport = {
  readonly id: string
  readonly sentence: string
  readonly why: string
  readonly verdict: Verdict
  /** How often it had something to say, over all runs. */
  readonly exercised: number
  /** Runs in which it had something to say. */
  readonly runs: number
  /** The scenarios of those runs. */
  readonly scenarios: ReadonlySet<string>
  readonly closest: number | undefined
  readonly share: Share | undefined
}

type Judged = { readonly run: Run; readonly judgement: Judgement }

/** Judges each rule on all runs: violated anywhere is a fail; never exercised, or still pending, is inconclusive. */
export function judgeRules(rules: readonly Rule[], runs: readonly Run[]): readonly RuleReport[] {
  const judged = runs.map((run) => ({ run, judgements: judgeRun(rules, run) }))
  return rules.map((rule, at) =>
    report(
      rule,
      judged.flatMap(({ run, judgements }): readonly Judged[] => {
        const judgement = judgements[at]
        return judgement === undefined ? [] : [{ run, judgement }]
      }),
    ),
  )
}

function report(rule: Rule, judged: readonly Judged[]): RuleReport {
  const runs = judged.map(({ run }) => run)
  // A rule that forbids by a field which is nowhere looks at events and sees nothing.
  const blind = whyBlind(rule, runs)
  const exercised = blind === undefined ? judged.reduce((sum, { judgement }) => sum + judgement.hits, 0) : 0
  const hits = blind === undefined ? judged.filter(({ judgement }) => judgement.hits > 0) : []
  const hit = hits.length
  const scenarios = new Set(hits.map(({ run }) => run.scenario))
  const closest = judged.reduce<number | undefined>(
    (least, { judgement: { closest: one } }) => (one === undefined ? least : Math.min(least ?? one, one)),
    undefined,
  )
  const sentence = printRule(rule)
  const common = { id: rule.id, sentence, why: rule.why, exercised, runs: hit, scenarios, closest }
  if (rule.clause.kind !== 'sometimes')
    return { ...common, verdict: verdictOf(rule, sentence, exercised, blind, judged), share: undefined }
  const share = {
    reached: hit,
    of: judged.length,
    lower: lowerBound(hit, judged.length),
    upper: upperBound(hit, judged.length),
  }
  return { ...common, verdict: shareVerdict(rule, rule.clause, sentence, share), share }
}

const placeOf = ({ place }: Rule): string | undefined =>
  place === undefined ? undefined : `${place.file}:${place.line}:${place.column}`

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`

/** Shown to hold, shown not to, or not enough runs to tell. "In all runs" needs no bound: one run without it is enough. */
function shareVerdict(
  rule: Rule,
  clause: Extract<Clause, { kind: 'sometimes' }>,
  sentence: string,
  { reached, of, lower, upper }: Share,
): Verdict {
  const wanted = clause.percent / 100
  const seen = `It was reached in ${reached} of ${of} runs`
  if (of === 0) return { status: 'inconclusive', reason: `${sentence} Nothing was run.` }
  if (wanted === 1 ? reached === of : lower >= wanted) return { status: 'pass' }
  // Nothing leads there: as with any rule that is never exercised, that proves nothing either way.
  if (reached === 0) {
    const enough = upper < wanted
    const open = enough
      ? ''
      : ` yet; ${Math.max(1, triesNeeded(wanted) - of)} more runs without it would show that none does`
    return { status: 'inconclusive', reason: `${sentence} ${seen}: no scenario leads to it${open}.` }
  }
  if (wanted === 1 ? reached < of : upper < wanted) {
    const message = `${sentence} ${seen}, at most ${percent(upper)} of all (95 %).`
    return {
      status: 'fail',
      findings: [{ message, scenario: undefined, seed: undefined, atVirtualMs: undefined, place: placeOf(rule) }],
    }
  }
  return {
    status: 'inconclusive',
    reason: `${sentence} ${seen}: that shows at least ${percent(lower)} (95 %). Run more seeds.`,
  }
}

function verdictOf(
  rule: Rule,
  sentence: string,
  exercised: number,
  blind: string | undefined,
  judged: readonly Judged[],
): Verdict {
  const findings = judged.flatMap(({ run, judgement }): Finding[] => {
    if (judgement.status !== 'violated') return []
    const slice = judgement.slice === undefined ? '' : ` (${judgement.slice})`
    const atVirtualMs = (judgement.atMs ?? run.endedAtMs) - run.startsAtMs
    return [
      {
        message: `${sentence} ${judgement.why ?? ''}${slice}`,
        scenario: run.scenario,
        seed: run.seed,
        atVirtualMs,
        place: placeOf(rule),
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
    return {
      status: 'inconclusive',
      reason: `${sentence} It was never exercised: ${
        blind ??
        whatIsMissing(
          rule,
          judged.map(({ run }) => run),
        )
      }.`.replace(/\?\.$/, '?'),
    }
  return { status: 'pass' }
}
