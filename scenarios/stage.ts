import type { TwinDefinition } from '../twins/twin.ts'
import type { DecisionLog } from '../twins/world.ts'
import { replay, type Started } from './replay.ts'
import type { Ending, Run } from './run.ts'
import type { Scenario } from './scenario.ts'
import { type RunningSubject, type StartOptions, type Subject, SubjectGone } from './subject/subject.ts'

export type StageOptions = {
  /** Makes the subject for an environment; called once per time zone. */
  readonly subject: (env: Readonly<Record<string, string>>) => Subject
  readonly twins: readonly TwinDefinition<unknown>[]
  readonly port?: number | undefined
  readonly publicOrigin?: string | undefined
  /**
   * What a run starts on: the program loaded again in a warm process (`restart`, the default), a new process (`fresh`), or the
   * program as the run before left it (`keep`: the fastest, for programs that remember nothing).
   */
  readonly isolation?: 'restart' | 'fresh' | 'keep' | undefined
}

/** One place to run scenarios, one after another, each on a freshly started subject. Blocks while the subject works. */
export interface Stage {
  run(
    scenario: Scenario,
    options: { readonly seed: string; readonly decisions?: DecisionLog | undefined },
  ): Promise<Run>
  close(): void
}

const AT_REST: ReadonlySet<Ending['kind']> = new Set(['horizon', 'unresolved', 'not-modelled', 'bug'])
/** Whether a run left its program waiting for the next turn: at the horizon, or where the world alone could not go on. Anything else may have left its mark. */
export const restsAfter = ({ ending, trace }: Run): boolean =>
  AT_REST.has(ending.kind) && !trace.some(({ type }) => type === 'app.exited')

/** Ends that a life before may have brought on. */
const ENDED: ReadonlySet<Ending['kind']> = new Set(['exited', 'killed', 'memory', 'not-listening'])

export function createStage(options: StageOptions): Stage {
  const running = new Map<string, RunningSubject>()

  const begin = async (zone: string, start: StartOptions): Promise<Started> => {
    const warm = running.get(zone)
    if (warm !== undefined && options.isolation !== 'fresh') {
      try {
        return { subject: warm, boot: warm.restart({ ...start, keep: options.isolation === 'keep' }) }
      } catch (error) {
        // What a restart cannot do (a program that asks whether it is main, say), a new process can.
        if (!(error instanceof SubjectGone)) throw error
      }
    }
    drop(zone)
    const subject = await options.subject({ TZ: zone }).start(start)
    running.set(zone, subject)
    return { subject, boot: subject.boot }
  }

  const drop = (zone: string): void => {
    running.get(zone)?.close()
    running.delete(zone)
  }

  return {
    async run(scenario, { seed, decisions }) {
      const zone = scenario.zone ?? 'UTC'
      const { twins, port, publicOrigin } = options
      const play = async (): Promise<Run> => {
        const start = (begun: StartOptions): Promise<Started> => begin(zone, begun)
        const run = await replay(scenario, { seed, decisions, twins, port, publicOrigin, start })
        if (!restsAfter(run)) drop(zone)
        return run
      }
      const used = running.has(zone) && options.isolation !== 'fresh'
      const run = await play()
      // A package that remembers the life before may have ended this one: what a new process does is what counts.
      return used && ENDED.has(run.ending.kind) ? play() : run
    },
    close() {
      for (const zone of [...running.keys()]) drop(zone)
    },
  }
}
