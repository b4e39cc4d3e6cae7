import { replay } from '../../scenarios/replay.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { restsAfter } from '../../scenarios/stage.ts'
import {
  type MutantSwitch,
  type Passed,
  type RunningSubject,
  type StartOptions,
  type Subject,
  SubjectGone,
} from '../../scenarios/subject/subject.ts'
import type { TwinDefinition } from '../../twins/twin.ts'

export type MutantStageOptions = {
  readonly subject: (env: Readonly<Record<string, string>>) => Subject
  readonly twins: readonly TwinDefinition<unknown>[]
  readonly port: number | undefined
  readonly publicOrigin: string | undefined
  /** What each run starts on: the program loaded again in a warm process, or a new process. */
  readonly isolation: 'restart' | 'fresh'
}

export type MutantRun = {
  readonly run: Run
  /** Undefined when the program was gone at the end. */
  readonly passed: Passed | undefined
  /** Something went on beyond the limits, and was cut off there. */
  readonly stopped: boolean
}

/** Runs scenarios on an instrumented program, which mutant is on being told before each life. Blocks while the subject works. */
export interface MutantStage {
  run(
    scenario: Scenario,
    options: { readonly seed: string; readonly mutant: MutantSwitch; readonly turnsMax?: number | undefined },
  ): Promise<MutantRun>
  /** A process is there that such a scenario only has to restart in. */
  isWarm(scenario: Scenario): boolean
  /** The next run starts in a new process: packages too forget what they were told. */
  forget(): void
  close(): void
}

export function createMutantStage(options: MutantStageOptions): MutantStage {
  const running = new Map<string, RunningSubject>()
  const drop = (zone: string): void => {
    running.get(zone)?.close()
    running.delete(zone)
  }
  const begin = async (
    zone: string,
    start: StartOptions,
  ): Promise<{ readonly subject: RunningSubject; readonly boot: RunningSubject['boot'] }> => {
    const warm = running.get(zone)
    if (warm !== undefined && options.isolation === 'restart') {
      try {
        return { subject: warm, boot: warm.restart(start) }
      } catch (error) {
        // What a restart cannot do, a new process can; a mutant that breaks the start does so again there.
        if (!(error instanceof SubjectGone)) throw error
      }
    }
    drop(zone)
    const subject = await options.subject({ TZ: zone }).start(start)
    running.set(zone, subject)
    return { subject, boot: subject.boot }
  }
  const forget = (): void => {
    for (const zone of [...running.keys()]) drop(zone)
  }
  return {
    async run(scenario, { seed, mutant, turnsMax }) {
      const zone = zoneOf(scenario)
      const { twins, port, publicOrigin } = options
      let subject: RunningSubject | undefined
      const last: { passed: Passed | undefined } = { passed: undefined }
      const run = await replay(scenario, {
        seed,
        twins,
        port,
        publicOrigin,
        decisions: undefined,
        start: async (start) => {
          const started = await begin(zone, { ...start, mutant })
          subject = started.subject
          return { subject: watched(started.subject, turnsMax, last), boot: started.boot }
        },
      })
      // A program that ends says so by itself.
      const exited = run.trace.some(({ type }) => type === 'app.exited')
      const passed = exited ? last.passed : ask(subject)
      if (!restsAfter(run) || passed === undefined) drop(zone)
      const { limits } = mutant
      const stopped =
        limits !== undefined && passed !== undefined && (passed.hits > limits.hits || passed.ticks > limits.ticks)
      return { run, passed, stopped }
    },
    isWarm: (scenario) => running.has(zoneOf(scenario)),
    forget,
    close: forget,
  }
}

const zoneOf = ({ zone }: Scenario): string => zone ?? 'UTC'

function ask(subject: RunningSubject | undefined): Passed | undefined {
  try {
    return subject?.passed?.()
  } catch (error) {
    if (error instanceof SubjectGone) return undefined
    throw error
  }
}

/** The same subject, which gives up after so many turns: a mutant that asks for ever would hold up all others. */
function watched(
  subject: RunningSubject,
  turnsMax: number | undefined,
  last: { passed: Passed | undefined },
): RunningSubject {
  let turns = 0
  return {
    tier: subject.tier,
    boot: subject.boot,
    turn(nowMs, instructions) {
      turns += 1
      if (turnsMax !== undefined && turns > turnsMax)
        throw new SubjectGone('hung', `still busy after ${turnsMax} turns`)
      const turn = subject.turn(nowMs, instructions)
      last.passed = turn.passed ?? last.passed
      return turn
    },
    restart: (start) => subject.restart(start),
    close: () => subject.close(),
  }
}
