import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRules } from '../../oracle/rules/judge.ts'
import type { Rule } from '../../oracle/rules/rule.ts'
import { type Verdict, worst } from '../../oracle/verdict.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { SUBJECT_ENDINGS } from '../gate/judge.ts'

/** A run that was cut short by the world, or left it: nothing can be said of it. */
export class Unjudged extends Error {}

/** What an incident's checks say of one run, and which of its rules said no. */
export type Told = { readonly verdict: Verdict; readonly broken: readonly string[] }

/** Judges a run of an incident by its rules and expectations. Throws `Unjudged`. */
export function judgeRun(scenario: Scenario, rules: readonly Rule[], run: Run): Told {
  const { kind, message } = run.ending
  const [way] = run.escapes
  if (way !== undefined) throw new Unjudged(`${way.what}. ${way.wayOut}`)
  if (kind !== 'horizon' && !SUBJECT_ENDINGS.includes(kind)) throw new Unjudged(message)
  const reports = judgeRules(rules, [run])
  const broken = reports.filter(({ verdict }) => verdict.status === 'fail').map(({ id }) => id)
  const expected = judgeExpectations(scenario, run)
  const verdicts = [expected, ...reports.map(({ verdict }) => verdict)]
  if (kind !== 'horizon' && broken.length === 0) {
    const finding = {
      message,
      scenario: run.scenario,
      seed: run.seed,
      atVirtualMs: run.endedAtMs - run.startsAtMs,
      place: undefined,
    }
    return { verdict: { status: 'fail', findings: [finding] }, broken: ['ending'] }
  }
  return { verdict: worst(verdicts), broken }
}

/** How often a single request tried the operation that it tried most often. What the service does unasked is no request's. */
export const triesOf = (run: Run): number =>
  run.trace.reduce((most, { step, fields: { key } }) => {
    if (step === 'boot' || typeof key !== 'string' || key.includes('.webhook/')) return most
    return Math.max(most, Number(/#(\d+)$/.exec(key)?.[1] ?? 0))
  }, 0)

/** The faults of a story that hit nothing in any of its runs: what they would have done was not seen. */
export const idleFaults = (scenario: Scenario, runs: readonly Run[]): readonly string[] =>
  scenario.when.flatMap((step) => {
    if (step.kind !== 'fault') return []
    const { on, kind } = step.fault
    const hit = runs.some(({ trace }) =>
      trace.some(({ type, fields }) => type === 'fault' && fields.on === on && fields.kind === kind),
    )
    return hit ? [] : [`${kind} on ${on}`]
  })
