import { judgeFitness } from '../../fitness/judge.ts'
import type { FitnessReport } from '../../fitness/measure.ts'
import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRules, type RuleReport } from '../../oracle/rules/judge.ts'
import { type Finding, type Verdict, worst } from '../../oracle/verdict.ts'
import { type Certificate, tellDivergence } from '../../scenarios/certificate.ts'
import type { Ending, Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Failure } from '../pool/job.ts'
import type { Project } from '../project.ts'
import type { CheckKind } from '../report/verdict.ts'

/** A check's verdict with what is needed to find its smallest case. */
export type Judged = {
  readonly id: string
  readonly kind: CheckKind
  readonly why: string
  readonly verdict: Verdict
  readonly failure: ((finding: Finding) => Failure | undefined) | undefined
}

export type Outcome = { readonly checks: readonly Judged[]; readonly figures: readonly FitnessReport[] }

/** Ends that the subject brought on itself. */
export const SUBJECT_ENDINGS: readonly Ending['kind'][] = [
  'exited',
  'hung',
  'memory',
  'flood',
  'protocol',
  'killed',
  'start',
  'not-listening',
  'unresolved',
]

/** Everything the oracle has to say of the candidate's runs, beside the base's where there is a base. */
export function judge(
  project: Project,
  pair: { readonly base: readonly Run[] | undefined; readonly candidate: readonly Run[] },
  certificates: readonly Certificate[],
): Outcome {
  const ended = pair.candidate.filter(({ ending }) => ending.kind === 'horizon')
  const complete = ended.length === pair.candidate.length
  const subject = judgeSubject(pair)
  const determinism = judgeDeterminism(pair, certificates)
  const expectations = project.scenarios.flatMap((scenario): readonly Judged[] => {
    const runs = pair.candidate.filter((run) => run.scenario === scenario.id && run.ending.kind === 'horizon')
    if (runs.length === 0) return []
    const verdict = capped(worst(runs.map((run) => judgeExpectations(scenario, run))))
    const failure = (finding: Finding): Failure | undefined => {
      const at = scenario.then.findIndex(({ place }) => finding.place === `${place.file}:${place.line}:${place.column}`)
      return at < 0 ? undefined : { kind: 'expectation', at }
    }
    return [
      {
        id: scenario.id,
        kind: 'expectation',
        why: scenario.title,
        verdict: againstBase(
          verdict,
          verdictOf(pair.base, scenario.id, (run) => judgeExpectations(scenario, run)),
          unmended(scenario),
        ),
        failure,
      },
    ]
  })
  const baseRules = pair.base === undefined ? [] : judgeRules(project.rules, pair.base)
  const rules = judgeRules(project.rules, ended).map((report): Judged => {
    const told = idleWhereNamed(project, report, ended) ?? report.verdict
    const verdict = againstBase(capped(told), baseRules.find(({ id }) => id === report.id)?.verdict)
    return { id: report.id, kind: 'rule', why: report.why, verdict, failure: () => ({ kind: 'rule', id: report.id }) }
  })
  // Figures of runs that broke off would compare a part with a whole.
  const base = comparable(project.scenarios, pair.base, ended)
  const figures = complete && ended.length > 0 ? judgeFitness(project.config.fitness, { base, candidate: ended }) : []
  const fitness = figures.map(
    ({ id, why, verdict }): Judged => ({
      id,
      kind: 'fitness',
      why,
      verdict: capped(verdict),
      failure: () => ({ kind: 'fitness', id, limits: project.config.fitness }),
    }),
  )
  return { checks: [subject, determinism, ...fitness, ...rules, ...expectations], figures }
}

/** A scenario that expects a rule to hold must lead to it: otherwise it expects nothing. */
function idleWhereNamed({ scenarios }: Project, report: RuleReport, runs: readonly Run[]): Verdict | undefined {
  if (report.verdict.status !== 'pass') return undefined
  const idle = scenarios.find(
    ({ id, then }) =>
      then.some((one) => one.kind === 'rule' && one.id === report.id) &&
      !report.scenarios.has(id) &&
      runs.some(({ scenario }) => scenario === id),
  )
  if (idle === undefined) return undefined
  const reason = `${report.sentence} ${idle.id} expects it, and no run of ${idle.id} ever exercises it.`
  return { status: 'inconclusive', reason }
}

/** What an incident is that was red and never green: it decides all the same, and what it waits for is said. */
const unmended = ({ id, incident, proof }: Scenario): string =>
  incident === undefined || proof?.['green-on'] !== undefined
    ? ''
    : ` ${incident} is not mended: only a change on which ${id} holds passes it.`

/** A check that the base fails as well says nothing about the candidate. */
function againstBase(verdict: Verdict, base: Verdict | undefined, known = ''): Verdict {
  if (verdict.status !== 'fail' || base?.status !== 'fail') return verdict
  return {
    status: 'inconclusive',
    reason: `The base fails it too: ${base.findings[0]?.message ?? ''}${known} Mend the base or the scenario first. The candidate: ${verdict.findings[0]?.message ?? ''}`,
  }
}

const verdictOf = (
  all: readonly Run[] | undefined,
  scenario: string,
  of: (run: Run) => Verdict,
): Verdict | undefined => {
  const runs = all?.filter((run) => run.scenario === scenario && run.ending.kind === 'horizon') ?? []
  return runs.length === 0 ? undefined : worst(runs.map(of))
}

/**
 * The base's runs that a figure can be held against. A base that does not do what a scenario asks costs nothing there: it is no measure for
 * the candidate that does it, which limits of the project's own still hold.
 */
function comparable(
  scenarios: readonly Scenario[],
  base: readonly Run[] | undefined,
  candidate: readonly Run[],
): readonly Run[] | undefined {
  const failed = (scenario: Scenario, runs: readonly Run[]): boolean =>
    verdictOf(runs, scenario.id, (run) => judgeExpectations(scenario, run))?.status === 'fail'
  const mended = new Set(
    scenarios
      .filter((scenario) => base !== undefined && failed(scenario, base) && !failed(scenario, candidate))
      .map(({ id }) => id),
  )
  const kept = base?.filter(({ scenario }) => !mended.has(scenario))
  return kept?.length === 0 ? undefined : kept
}

const FINDINGS_MAX = 3
/** The first findings, one a seed being enough to see what is wrong. */
const capped = (verdict: Verdict): Verdict =>
  verdict.status === 'fail' ? { status: 'fail', findings: verdict.findings.slice(0, FINDINGS_MAX) } : verdict

/** Whether the program itself came through: an end of its own making is its failure, an end of ours proves nothing. */
function judgeSubject(pair: { readonly base: readonly Run[] | undefined; readonly candidate: readonly Run[] }): Judged {
  const odd = pair.candidate.filter(({ ending }) => ending.kind !== 'horizon')
  const head = { id: 'subject', kind: 'subject', why: 'The program starts, serves and stays up.' } as const
  const failure = ({ scenario, seed }: Finding): Failure | undefined => {
    const run = odd.find((one) => one.scenario === scenario && one.seed === seed)
    return run === undefined || run.ending.kind === 'start' ? undefined : { kind: 'subject', ending: run.ending.kind }
  }
  const ours = odd.find(({ ending }) => !SUBJECT_ENDINGS.includes(ending.kind))
  const broken = pair.base?.find(({ ending }) => ending.kind !== 'horizon')
  if (broken !== undefined)
    return {
      ...head,
      failure: undefined,
      verdict: {
        status: 'inconclusive',
        reason: `The base itself does not come through ${broken.scenario}: ${broken.ending.message}`,
      },
    }
  const theirs = odd.filter(({ ending }) => SUBJECT_ENDINGS.includes(ending.kind))
  if (theirs.length > 0) {
    const findings = theirs.slice(0, FINDINGS_MAX).map(
      (run): Finding => ({
        message: run.ending.message,
        scenario: run.scenario,
        seed: run.seed,
        atVirtualMs: run.ending.atMs - run.startsAtMs,
      }),
    )
    return { ...head, failure, verdict: { status: 'fail', findings } }
  }
  if (ours !== undefined)
    return {
      ...head,
      failure: undefined,
      verdict: { status: 'inconclusive', reason: `${ours.scenario}, seed ${ours.seed}: ${ours.ending.message}` },
    }
  return {
    ...head,
    failure,
    verdict: pair.candidate.length === 0 ? { status: 'inconclusive', reason: 'Nothing was run.' } : { status: 'pass' },
  }
}

/** What the runtime could not control: new in the candidate it is a failure, old it makes the verdict unsure. */
function judgeDeterminism(
  pair: { readonly base: readonly Run[] | undefined; readonly candidate: readonly Run[] },
  certificates: readonly Certificate[],
): Judged {
  const head = {
    id: 'determinism',
    kind: 'determinism',
    why: 'The same scenario and seed give the same run, everywhere.',
    failure: undefined,
  } as const
  const known = new Set(pair.base?.flatMap(({ escapes }) => escapes.map(({ what }) => what)))
  const escapes = pair.candidate.flatMap((run) => run.escapes.map((one) => ({ run, one })))
  const fresh = escapes.filter(({ one }) => pair.base === undefined || !known.has(one.what))
  const findings = [...new Map(fresh.map((entry) => [entry.one.what, entry])).values()].slice(0, FINDINGS_MAX).map(
    ({ run, one }): Finding => ({
      message: `${one.what}, at ${one.where}. ${one.wayOut}`,
      scenario: run.scenario,
      seed: run.seed,
      atVirtualMs: one.atMs - run.startsAtMs,
    }),
  )
  if (findings.length > 0) return { ...head, verdict: { status: 'fail', findings } }
  const [old] = escapes
  if (old !== undefined)
    return {
      ...head,
      verdict: {
        status: 'inconclusive',
        reason: `The base has it too: ${old.one.what}, at ${old.one.where}. ${old.one.wayOut}`,
      },
    }
  const unsure = certificates.filter(({ holds }) => !holds)
  const lost = unsure.find(({ cutOff }) => cutOff === undefined) ?? unsure[0]
  if (lost?.cutOff !== undefined && lost.divergence === undefined && lost.escapes.length === 0)
    return {
      ...head,
      verdict: {
        status: 'inconclusive',
        reason: `${lost.scenario}, seed ${lost.seed}, could not be compared with itself, ${lost.cutOff} Try again on a quieter machine, or raise subject.limits.turn-ms.`,
      },
    }
  if (lost !== undefined) {
    const { divergence } = lost
    const message = divergence === undefined ? 'the certificate does not hold' : tellDivergence(divergence)
    return {
      ...head,
      verdict: {
        status: 'fail',
        findings: [{ message, scenario: lost.scenario, seed: lost.seed, atVirtualMs: divergence?.atMs }],
      },
    }
  }
  return { ...head, verdict: { status: 'pass' } }
}
