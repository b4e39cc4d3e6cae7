import type { Run } from '../../scenarios/run.ts'
import type { Expectation, Scenario } from '../../scenarios/scenario.ts'
import { judgeRun } from '../rules/monitor.ts'
import { printRule, type Rule } from '../rules/rule.ts'
import { judgeModel, type Model } from './model.ts'
import { compareTellings, demandsOf, type Relation } from './relations.ts'

/** Runs a story, on whatever is looked at. */
export type Play = (scenario: Scenario, seed: string) => Promise<Run>

/** What judges stories that nobody wrote. */
export type Properties = {
  readonly rules: readonly Rule[]
  // A model's state is its own affair: it is only ever handed back to it.
  readonly models: readonly Model<never>[]
  readonly relations: readonly Relation[]
}

/** A property that a story breaks, and what it takes to see it again and to write it down. */
export type Suspect = {
  readonly property: string
  readonly why: string
  readonly message: string
  /** What is wrong with another run, or undefined: the same property, not just any. */
  holds(scenario: Scenario, run: Run): Promise<string | undefined>
  /** The story as a scenario that fails by itself. */
  write(scenario: Scenario, run: Run): Promise<Scenario>
}

/** Ends of a run that are the program's own doing. */
const BROKEN = new Set(['exited', 'hung', 'memory', 'flood', 'protocol', 'killed', 'not-listening'])

/** Everything that is wrong with one run of a story. Relations tell it differently and run that as well. */
export async function suspectsOf(
  scenario: Scenario,
  run: Run,
  { rules, models, relations }: Properties,
  play: Play,
): Promise<readonly Suspect[]> {
  if (BROKEN.has(run.ending.kind)) return [brokenBy(run)]
  if (run.ending.kind !== 'horizon') return []
  const data = rules.filter(({ clause }) => clause.kind !== 'sometimes')
  const judgements = judgeRun(data, run)
  const violated = data.flatMap((rule, at): readonly Suspect[] => {
    const why = judgements[at]?.status === 'violated' ? judgements[at].why : undefined
    return why === undefined ? [] : [ruleSuspect(rule, why)]
  })
  const unlike = models.flatMap((model): readonly Suspect[] => {
    const found = judgeModel(model, scenario, run)
    return found === undefined ? [] : [modelSuspect(model, found.message)]
  })
  const related: Suspect[] = []
  for (const relation of relations) {
    const suspect = relationSuspect(relation, play)
    const message = await suspect.holds(scenario, run)
    if (message !== undefined) related.push({ ...suspect, message })
  }
  return [...violated, ...unlike, ...related]
}

const withThen = (scenario: Scenario, then: readonly Expectation[]): Scenario => ({ ...scenario, then })

function brokenBy({ ending }: Run): Suspect {
  return {
    property: 'subject',
    why: 'The program starts, serves and stays up.',
    message: ending.message,
    holds: async (_, run) => (run.ending.kind === ending.kind ? run.ending.message : undefined),
    // Whether a program stays up is judged in every run; the expectation only says so.
    write: async (scenario) =>
      withThen(scenario, [
        {
          kind: 'calls',
          place: scenario.place,
          to: 'app.exited',
          where: undefined,
          count: { min: 0, max: 0 },
          beforeMs: undefined,
          afterMs: undefined,
        },
      ]),
  }
}

function ruleSuspect(rule: Rule, message: string): Suspect {
  return {
    property: rule.id,
    why: rule.why === '' ? printRule(rule) : rule.why,
    message: `${printRule(rule)} ${message}`,
    async holds(_, run) {
      const [judgement] = judgeRun([rule], run)
      return run.ending.kind === 'horizon' && judgement?.status === 'violated' ? judgement.why : undefined
    },
    write: async (scenario) => withThen(scenario, [{ kind: 'rule', place: scenario.place, id: rule.id }]),
  }
}

function modelSuspect(model: Model<never>, message: string): Suspect {
  const judge = (scenario: Scenario, run: Run) =>
    run.ending.kind === 'horizon' ? judgeModel(model, scenario, run) : undefined
  return {
    property: model.id,
    why: model.why,
    message,
    holds: async (scenario, run) => judge(scenario, run)?.message,
    async write(scenario, run) {
      const found = judge(scenario, run)
      return withThen(scenario, found === undefined ? [] : [found.expectation])
    },
  }
}

function relationSuspect(relation: Relation, play: Play): Suspect {
  const other = async (
    scenario: Scenario,
    run: Run,
  ): Promise<{ readonly scenario: Scenario; readonly run: Run } | undefined> => {
    const told = relation.transform(scenario)
    return told === undefined ? undefined : { scenario: told, run: await play(told, run.seed) }
  }
  return {
    property: relation.id,
    why: relation.why,
    message: '',
    async holds(scenario, run) {
      const after = run.ending.kind === 'horizon' ? await other(scenario, run) : undefined
      return after?.run.ending.kind === 'horizon' ? compareTellings(relation, run, after.run) : undefined
    },
    async write(scenario, run) {
      const after = await other(scenario, run)
      return after === undefined ? scenario : demandsOf(relation, { scenario, run }, after)
    },
  }
}
