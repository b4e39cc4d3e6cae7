import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRules } from '../../oracle/rules/judge.ts'
import type { Rule } from '../../oracle/rules/rule.ts'
import { type Verdict, worst } from '../../oracle/verdict.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { SUBJECT_ENDINGS } from '../gate/judge.ts'

/** A run that was cut short by the world, or left it: nothing can be said of it. */
export class Unjudged extends Error {}

/** What an incident's checks say of one run, and which of them said no. */
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
  if (expected.status === 'fail') broken.push('expectations')
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

/** How often a single step tried the operation that it tried most often. */
export const triesOf = (run: Run): number =>
  run.trace.reduce((most, { fields }) => {
    const tried =
      typeof fields.key === 'string' && fields.method !== undefined ? /#(\d+)$/.exec(fields.key)?.[1] : undefined
    return Math.max(most, Number(tried ?? 0))
  }, 0)
