import { type Verdict, worst } from '../../oracle/verdict.ts'
import { replay } from '../../scenarios/replay.ts'
import type { Run } from '../../scenarios/run.ts'
import type { CallStep, Scenario } from '../../scenarios/scenario.ts'
import { nodeSubject } from '../../scenarios/subject/process.ts'
import { type RunningSubject, SubjectGone } from '../../scenarios/subject/subject.ts'
import { castRule, castScenario, HOUSE_CAST } from './cast.ts'
import { calm, type Incident, SUBJECTS } from './incident.ts'
import { judgeRun, type Told, triesOf } from './judge.ts'
import { type Recovery, withRecovery } from './recovery.ts'
import { STAGE_TWINS } from './vocabulary.ts'

/** The two sides of a pair, and a service that says yes to everything and does nothing. */
export type SideName = 'bug' | 'fix' | 'nobody'

/** A part of the story, and what the bug does without it. */
export type Need = { readonly part: string; readonly needed: boolean }

/** What is shown of an incident: that it bites, that it can be passed, that the fault makes it, and that nothing of it is for show. */
export type Proof = {
  readonly incident: string
  /** The rules that the bug breaks. */
  readonly brokenByBug: readonly string[]
  readonly bug: Verdict
  readonly fix: Verdict
  /** The bug on a day on which nothing goes wrong. */
  readonly calm: Verdict
  /** A service that does nothing: it must not be praised. */
  readonly nobody: Verdict
  readonly needs: readonly Need[]
  /** Whether the fix serves again within two minutes of the fault's end; undefined where there is no end, or nobody to ask. */
  readonly recovers: { readonly bug: boolean; readonly fix: boolean } | undefined
  /** Tries of one operation by one request, at most. */
  readonly tries: { readonly bug: number; readonly fix: number }
  readonly holds: boolean
}

type Seen = Told & { readonly run: Run }

/** Plays pairs, all of them in one warm process for each time zone. */
export interface Prover {
  run(incident: Incident, side: SideName, scenario: Scenario, seed?: string): Promise<Run>
  prove(incident: Incident): Promise<Proof>
  close(): void
}

/** The word of the switch that says which program the process is; subjects/serve.ts looks there. */
const WORD = 'backlot-library'
/** The first seed plays every part; the pair is judged on all of them. */
const SEEDS = ['1', '2', '3'] as const
const [SEED] = SEEDS

export function createProver(): Prover {
  const warm = new Map<string, RunningSubject>()
  let lives = 0

  const drop = (zone: string): void => {
    warm.get(zone)?.close()
    warm.delete(zone)
  }

  const run: Prover['run'] = async (incident, side, scenario, seed = SEED) => {
    const zone = scenario.zone ?? 'UTC'
    const cast = castScenario(scenario, HOUSE_CAST)
    const named = new Set([...incident.roles, ...Object.keys(scenario.given)].map((role) => HOUSE_CAST[role]?.twin))
    const ended = await replay(cast, {
      seed,
      // A library's twin costs nothing, a vendor's is built for nothing where no story needs it.
      twins: STAGE_TWINS.filter(
        ({ name, origins }) => named.has(name) || origins.some((origin) => origin.includes('.library.test')),
      ),
      port: undefined,
      publicOrigin: undefined,
      decisions: undefined,
      start: async (given) => {
        lives += 1
        const start = {
          ...given,
          mutant: {
            word: WORD,
            active: `${side === 'nobody' ? side : incident.name}/${side}/${lives}`,
            limits: undefined,
          },
        }
        const known = warm.get(zone)
        if (known !== undefined) {
          try {
            return { subject: known, boot: known.restart(start) }
          } catch (error) {
            if (!(error instanceof SubjectGone)) throw error
            drop(zone)
          }
        }
        const subject = await nodeSubject({ ...SUBJECTS, env: { TZ: zone } }).start(start)
        warm.set(zone, subject)
        return { subject, boot: subject.boot }
      },
    })
    if (ended.ending.kind !== 'horizon') drop(zone)
    return ended
  }

  const told = async (incident: Incident, side: SideName, scenario: Scenario, seed?: string): Promise<Seen> => {
    const ended = await run(incident, side, scenario, seed)
    const rules = incident.rules.map((rule) => castRule(rule, HOUSE_CAST))
    return { ...judgeRun(castScenario(scenario, HOUSE_CAST), rules, ended), run: ended }
  }

  /** The first of all seeds, and the worst that any of them has to say; what the bug breaks, it breaks on each. */
  const onAll = async (incident: Incident, side: SideName): Promise<Seen> => {
    const all: Seen[] = []
    for (const seed of SEEDS) all.push(await told(incident, side, incident.scenario, seed))
    const [first] = all
    if (first === undefined) throw new Error('prove: expected a seed.')
    const broken = first.broken.filter((id) => all.every((one) => one.broken.includes(id)))
    return { ...first, broken, verdict: worst(all.map(({ verdict }) => verdict)) }
  }

  const prove: Prover['prove'] = async (incident) => {
    const { scenario } = incident
    const bug = await onAll(incident, 'bug')
    const fix = await onAll(incident, 'fix')
    const played = async ({ scenario: story, isBack }: Recovery): Promise<Proof['recovers']> => ({
      bug: isBack(await run(incident, 'bug', story)),
      fix: isBack(await run(incident, 'fix', story)),
    })
    const quiet = await told(incident, 'bug', calm(incident, scenario))
    const nobody = await told(incident, 'nobody', scenario)
    const needs: Need[] = []
    for (const { part, without } of removals(scenario)) {
      const { broken } = await told(incident, 'bug', without)
      needs.push({ part, needed: !bug.broken.some((id) => broken.includes(id)) })
    }
    const recovery = withRecovery(scenario)
    const recovers = recovery === undefined ? undefined : await played(recovery)
    return {
      incident: incident.name,
      brokenByBug: bug.broken,
      bug: bug.verdict,
      fix: fix.verdict,
      calm: quiet.verdict,
      nobody: nobody.verdict,
      needs,
      recovers,
      tries: { bug: triesOf(bug.run), fix: triesOf(fix.run) },
      holds:
        bug.broken.length > 0 &&
        fix.verdict.status === 'pass' &&
        quiet.verdict.status !== 'fail' &&
        nobody.verdict.status !== 'pass' &&
        needs.every(({ needed }) => needed) &&
        recovers?.fix !== false,
    }
  }

  return {
    run,
    prove,
    close() {
      for (const zone of [...warm.keys()]) drop(zone)
    },
  }
}

type Removal = { readonly part: string; readonly without: Scenario }

/** The story without each of its parts in turn: every step, and every call of a group. */
export function removals(scenario: Scenario): readonly Removal[] {
  const { when } = scenario
  return when.flatMap((step, at): Removal[] => {
    const gone = {
      part: partName(scenario, at),
      without: { ...scenario, when: when.filter((_, other) => other !== at) },
    }
    if (step.kind !== 'together') return [gone]
    const fewer = step.calls.map((call, inner): Removal => {
      const calls: readonly CallStep[] = step.calls.filter((_, other) => other !== inner)
      const replaced = when.map((old, other) => (other === at ? { ...step, calls } : old))
      return { part: `${call.method} ${call.path} (${call.id})`, without: { ...scenario, when: replaced } }
    })
    return [gone, ...fewer]
  })
}

function partName({ when }: Scenario, at: number): string {
  const step = when[at]
  switch (step?.kind) {
    case 'fault':
      return `${step.fault.kind} on ${step.fault.on}`
    case 'event':
      return `${step.twin}.${step.event}`
    case 'call':
      return `${step.method} ${step.path} (${step.id})`
    default:
      return `step ${step?.id ?? at + 1}`
  }
}
