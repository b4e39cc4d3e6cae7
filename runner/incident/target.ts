import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRule } from '../../oracle/rules/monitor.ts'
import type { Rule } from '../../oracle/rules/rule.ts'
import { type Verdict, worst } from '../../oracle/verdict.ts'
import { complaintOf } from '../../scenarios/complaint.ts'
import { routeOf } from '../../scenarios/minimise/routes.ts'
import { originOf, type Run } from '../../scenarios/run.ts'
import type { Expectation, Scenario } from '../../scenarios/scenario.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { SUBJECT_ENDINGS } from '../gate/judge.ts'

/** The one check that an incident broke, and the way it broke: another way is another bug. */
export type Target = {
  /** The rule's id, or the expectation in words. */
  readonly check: string
  readonly of:
    | { readonly kind: 'rule'; readonly rule: Rule }
    | { readonly kind: 'expectation'; readonly expectation: Expectation }
    | { readonly kind: 'subject' }
  readonly fingerprint: string
  readonly message: string
}

/** Everything that fails in a run, rules first: they say most. */
export function targetsOf(scenario: Scenario, rules: readonly Rule[], run: Run): readonly Target[] {
  if (run.ending.kind !== 'horizon')
    return SUBJECT_ENDINGS.includes(run.ending.kind)
      ? [{ check: 'subject', of: { kind: 'subject' }, fingerprint: endingPrint(run), message: run.ending.message }]
      : []
  const broken = rules.flatMap((rule): readonly Target[] => {
    const fingerprint = rulePrint(rule, run)
    if (fingerprint === undefined) return []
    return [{ check: rule.id, of: { kind: 'rule', rule }, fingerprint, message: judgeRule(rule, run).why ?? rule.why }]
  })
  const unmet = scenario.then.flatMap((expectation): readonly Target[] => {
    const failed = failureOf(scenario, expectation, run)
    if (failed === undefined) return []
    return [{ check: checkWords(expectation), of: { kind: 'expectation', expectation }, ...failed }]
  })
  return [...broken, ...unmet]
}

/** How the target's check fails in a run, as one text that other causes do not share; undefined when it does not fail. */
export function printOf({ of }: Pick<Target, 'of'>, scenario: Scenario, run: Run): string | undefined {
  if (of.kind === 'subject') return SUBJECT_ENDINGS.includes(run.ending.kind) ? endingPrint(run) : undefined
  if (run.ending.kind !== 'horizon') return undefined
  return of.kind === 'rule' ? rulePrint(of.rule, run) : failureOf(scenario, of.expectation, run)?.fingerprint
}

/** What a scenario says of a run by itself: its expectations, and the rules it names, each held and exercised. */
export function judgeStory(scenario: Scenario, rules: readonly Rule[], run: Run): Verdict {
  if (run.ending.kind !== 'horizon') {
    const reason = `${run.scenario}, seed ${run.seed}: ${run.ending.message}`
    return SUBJECT_ENDINGS.includes(run.ending.kind)
      ? { status: 'fail', findings: [findingOf(run, run.ending.message)] }
      : { status: 'inconclusive', reason }
  }
  const named = scenario.then.flatMap((one) =>
    one.kind === 'rule' ? rules.filter(({ id }) => id === one.id).map((rule) => judgeNamed(rule, run)) : [],
  )
  return worst([judgeExpectations(scenario, run), ...named])
}

function judgeNamed(rule: Rule, run: Run): Verdict {
  const { status, hits, why } = judgeRule(rule, run)
  if (status === 'violated') return { status: 'fail', findings: [findingOf(run, `${rule.id}: ${why ?? rule.why}`)] }
  if (status === 'pending') return { status: 'inconclusive', reason: `${rule.id}: ${why ?? 'it still waits'}` }
  return hits > 0 ? { status: 'pass' } : { status: 'inconclusive', reason: `${rule.id} was never exercised.` }
}

const findingOf = (run: Run, message: string) => ({
  message,
  scenario: run.scenario,
  seed: run.seed,
  atVirtualMs: undefined,
})

/** The kinds of events that show the violation, and the requests they came from. */
function rulePrint(rule: Rule, run: Run): string | undefined {
  const { status, witness } = judgeRule(rule, run)
  if (status !== 'violated') return undefined
  const routes = routesOf(run)
  const seen = witness.flatMap((index): readonly string[] => {
    const event = run.trace[index]
    return event === undefined
      ? []
      : [`${eventWords(event)} in ${routes.get(originOf(run, event.step)) ?? 'no request'}`]
  })
  return `${rule.id} by ${[...new Set(seen)].sort().join(', ') || 'what never came'}`
}

const eventWords = ({ type, fields: { status } }: TraceEvent): string =>
  typeof status === 'number' ? `${type} ${status}` : type

const routesOf = ({ trace }: Run): ReadonlyMap<string, string> =>
  new Map(
    trace.flatMap(({ type, fields }) =>
      type === 'app.request'
        ? [[String(fields.id), routeOf({ method: String(fields.method), path: String(fields.path) })] as const]
        : [],
    ),
  )

const endingPrint = ({ ending }: Run): string =>
  `${ending.kind}: ${ending.message.split('\n')[0]?.replaceAll(/\d+/g, '#') ?? ''}`

/** An expectation in the words of its file. */
export function checkWords(one: Expectation): string {
  switch (one.kind) {
    case 'answer':
      return `answer ${one.step}`
    case 'state':
      return `state ${one.path}`
    case 'calls':
      return `calls ${one.to}`
    case 'rule':
      return one.id
    case 'cost':
      return `cost per-${one.per}`
    default:
      return one satisfies never
  }
}

function failureOf(
  scenario: Scenario,
  expectation: Expectation,
  run: Run,
): { readonly fingerprint: string; readonly message: string } | undefined {
  if (expectation.kind === 'rule') return undefined
  const verdict = judgeExpectations({ ...scenario, then: [expectation] }, run)
  if (verdict.status !== 'fail') return undefined
  const message = verdict.findings[0]?.message ?? ''
  return { fingerprint: `${checkWords(expectation)}: ${wayOf(expectation, run, message)}`, message }
}

/** A line without what differs between two runs of one fault: numbers, ids and names in quotes. */
const wordsOf = (line: string): string => line.replaceAll(/"[^"]*"|'[^']*'|\S*\d\S*/g, '#')

/** In which way: too many is another bug than too few, a 502 another than a 404. */
function wayOf(expectation: Expectation, run: Run, message: string): string {
  switch (expectation.kind) {
    case 'answer': {
      const answer = run.answers[expectation.step]
      if (answer === undefined) return 'none'
      const [, part = 'other'] = /: expected (status|header|body|an answer within)/.exec(message) ?? []
      if (part === 'an answer within') return 'late'
      if (part !== 'status') return part
      const complaint = answer.status < 500 ? undefined : complaintOf(run, expectation.step)
      return `status ${answer.error ?? answer.status}${complaint === undefined ? '' : `, ${wordsOf(complaint)}`}`
    }
    case 'state':
    case 'calls': {
      const [, got] = / got (\d+)(?: of \d+)?$/.exec(message) ?? []
      if (expectation.count !== undefined && got !== undefined)
        return Number(got) < expectation.count.min ? 'too few' : 'too many'
      const [, wanted, total] = /add up to (\S+), got (\S+)/.exec(message) ?? []
      if (wanted !== undefined) return Number(total) < Number(wanted) ? 'too little' : 'too much'
      return 'another value'
    }
    case 'cost':
      return `passed with ${/ with (\S+ \S+);/.exec(message)?.[1] ?? 'something'}`
    default:
      return 'unmet'
  }
}
