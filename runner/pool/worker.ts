/** A worker thread: plays jobs one after another, each side on its own stage. It blocks while a subject works; the main thread does not. */
import { flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { judgeFitness } from '../../fitness/judge.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { shrink } from '../../scenarios/shrink.ts'
import { createStage, type Stage } from '../../scenarios/stage.ts'
import { nodeSubject } from '../../scenarios/subject/process.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import type { DecisionLog } from '../../twins/world.ts'
import { printOf } from '../incident/target.ts'
import { loadTwin } from '../own-twins.ts'
import { loadProject } from '../project.ts'
import { boxed } from '../sandbox/box.ts'
import { anchorOf } from './anchor.ts'
import type { Job, JobResult, Side, SideSetup } from './job.ts'

const setups = workerData as Readonly<Record<Side, SideSetup | undefined>>
const stages = new Map<string, Stage>()
/** Twins by how the project names them. */
const twins = new Map<string, TwinDefinition<unknown>>()
for (const setup of Object.values(setups))
  for (const spec of setup?.twins ?? []) twins.set(spec, twins.get(spec) ?? (await loadTwin(spec)))

function makeStage(
  side: Side,
  options: { readonly fresh?: boolean | undefined; readonly env?: Readonly<Record<string, string>> | undefined } = {},
): Stage {
  const setup = setups[side]
  if (setup === undefined) throw new Error(`worker: expected a ${side} to run, got none.`)
  const { cwd, entry, args, env, addons, port, origin, limits, isolation, box, packages } = setup
  return createStage({
    twins: setup.twins.flatMap((spec) => twins.get(spec) ?? []),
    port,
    publicOrigin: origin,
    isolation: options.fresh === true ? 'fresh' : isolation,
    subject: (zone) =>
      nodeSubject({
        cwd,
        entry,
        args,
        addons,
        limits,
        env: { ...zone, ...env, ...options.env },
        ...boxed(box, packages),
      }),
  })
}

function stageOf(side: Side, fresh = false): Stage {
  const key = fresh ? `${side}, each run in a new process` : side
  const stage = stages.get(key) ?? makeStage(side, { fresh })
  stages.set(key, stage)
  return stage
}

async function play(job: Job): Promise<JobResult> {
  if (job.kind === 'shrink') return { kind: 'shrink', smallest: await smallest(job) }
  const { side, scenario, seed, decisions } = job
  if (job.env === undefined)
    return { kind: 'run', run: await stageOf(side, job.fresh).run(scenario, { seed, decisions }) }
  const stage = makeStage(side, { fresh: true, env: job.env })
  try {
    return { kind: 'run', run: await stage.run(scenario, { seed, decisions }) }
  } finally {
    stage.close()
  }
}

/** The smallest case that fails the same check, on the candidate; for comparisons the base plays along. */
async function smallest(
  job: Extract<Job, { kind: 'shrink' }>,
): Promise<Extract<JobResult, { kind: 'shrink' }>['smallest']> {
  const { scenario, seed, failure, runsMax, fresh } = job
  const candidate = stageOf('candidate', fresh)
  const run = (one: Scenario, decisions: DecisionLog | undefined): Promise<Run> =>
    candidate.run(one, { seed, decisions })
  const rules = failure.kind === 'rule' ? (await loadProject(job.project, job.project)).rules : []
  /** In which way the check fails; another way is another failure. Undefined: it does not. */
  const printed = (got: Run, one: Scenario): string | undefined => {
    if (failure.kind === 'expectation') {
      const expectation = one.then[failure.at]
      return expectation === undefined ? undefined : printOf({ of: { kind: 'expectation', expectation } }, one, got)
    }
    const rule = failure.kind === 'rule' ? rules.find(({ id }) => id === failure.id) : undefined
    return rule === undefined ? undefined : printOf({ of: { kind: 'rule', rule } }, one, got)
  }
  const whole = await run(scenario, undefined)
  const print = printed(whole, scenario)
  const same = async (got: Run, one: Scenario): Promise<boolean> => {
    if (failure.kind !== 'subject' && got.ending.kind !== 'horizon') return false
    switch (failure.kind) {
      case 'subject':
        return got.ending.kind === failure.ending
      case 'expectation':
      case 'rule':
        return print !== undefined && printed(got, one) === print
      case 'fitness': {
        const base = setups.base === undefined ? undefined : [await stageOf('base', fresh).run(one, { seed })]
        return judgeFitness(failure.limits, { base, candidate: [got] }).some(
          ({ id, verdict }) => id === failure.id && verdict.status === 'fail',
        )
      }
      default:
        return failure satisfies never
    }
  }
  if (failure.kind !== 'expectation' && failure.kind !== 'rule') return shrink(scenario, whole, { run, same, runsMax })
  const { base } = setups
  const failsOnBase = async (one: Scenario): Promise<boolean> => {
    const got = await stageOf('base', fresh).run(one, { seed })
    return got.ending.kind !== 'horizon' || printed(got, one) !== undefined
  }
  const fails = async (one: Scenario): Promise<boolean> => same(await run(one, undefined), one)
  const { holds, keepStory, runs } = await anchorOf(scenario, { fails, failsOnBase: base && failsOnBase })
  const anchored = async (got: Run, one: Scenario): Promise<boolean> => (await same(got, one)) && holds(one)
  return shrink(scenario, whole, { run, same: anchored, runsMax: Math.ceil(runsMax / runs), keepStory })
}

// A worker that is ended writes nothing more: what it compiled while it loaded is written down now.
flushCompileCache()

parentPort?.on('message', (message: { readonly id: number; readonly job: Job } | 'close') => {
  if (message === 'close') {
    for (const stage of stages.values()) stage.close()
    parentPort?.close()
    return
  }
  play(message.job).then(
    (result) => parentPort?.postMessage({ id: message.id, result }),
    (error: unknown) =>
      parentPort?.postMessage({
        id: message.id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  )
})
