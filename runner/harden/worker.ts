/** A worker thread: judges mutants one after another on a stage of its own. It blocks while a subject works; the main thread does not. */
import { parentPort, workerData } from 'node:worker_threads'
import { specMutants } from '../../oracle/mutate/spec.ts'
import { judgeRule } from '../../oracle/rules/monitor.ts'
import type { Run } from '../../scenarios/run.ts'
import { nodeSubject } from '../../scenarios/subject/process.ts'
import type { MutantLimits } from '../../scenarios/subject/subject.ts'
import { loadTwin } from '../own-twins.ts'
import { loadProject } from '../project.ts'
import { boxed } from '../sandbox/box.ts'
import { type Base, baseOf, type Case, type Noticed, notice, type Oracle, strictBaseOf } from './case.ts'
import { noticesOf, triedBy } from './propose.ts'
import { createMutantStage, type MutantRun } from './stage.ts'
import type { HardenSetup, MutantResult, Order, Outcome, Task, TaskResult } from './task.ts'

const setup = workerData as HardenSetup
const { cwd, entry, args, env, addons, port, origin, limits, isolation, box, packages } = setup.side
/** A loop of the program's own is cut off by count, much earlier; a busy machine must not look like a loop. */
const TURN_MS = 20_000
const TURNS_FACTOR = 20
const TURNS_LEAST = 500

const stage = createMutantStage({
  twins: await Promise.all(setup.side.twins.map((spec) => loadTwin(spec))),
  port,
  publicOrigin: origin,
  isolation,
  subject: (zone) =>
    nodeSubject({
      cwd,
      entry,
      args,
      addons,
      limits: { ...limits, turnMs: Math.max(limits.turnMs ?? 0, TURN_MS) },
      env: { ...zone, ...env },
      ...boxed(box, packages),
    }),
})

const bases: (Base | undefined)[] = []
/** Kills and real time per case, to ask first whoever is likeliest to know soonest. */
const kills: number[] = setup.cases.map(() => 0)
const tookMs: number[] = setup.cases.map(() => 1)
/** The case that noticed the last mutant. Neighbours are alike: it is so much likelier to notice the next one. */
let last: number | undefined
const NEIGHBOUR = 10
let oracle: Oracle | undefined

async function theOracle(): Promise<Oracle> {
  if (oracle !== undefined) return oracle
  const { rules, config } = await loadProject(setup.project, setup.project)
  oracle = { rules, fitness: config.fitness }
  return oracle
}

const caseAt = (at: number): Case => {
  const found = setup.cases[at]
  if (found === undefined) throw new Error(`harden: expected a case at ${at}, got none.`)
  return found
}
const baseAt = (at: number): Base => {
  const found = bases[at]
  if (found === undefined)
    throw new Error(`harden: expected the pristine run of case ${at} before it is compared with.`)
  return found
}

/** One run. What seems to hang is tried once more: on a busy machine a start alone can take too long. */
async function play(
  one: Case,
  active: string | undefined,
  more: {
    readonly limits?: MutantLimits | undefined
    readonly turnsMax?: number | undefined
    readonly seed?: string | undefined
  } = {},
): Promise<MutantRun> {
  const run = (): Promise<MutantRun> =>
    stage.run(one.scenario, {
      seed: more.seed ?? one.seed,
      turnsMax: more.turnsMax,
      mutant: { word: setup.word, active, limits: more.limits },
    })
  const first = await run()
  const tired = first.run.ending.kind === 'hung' && !/turns/.test(first.run.ending.message)
  return tired ? run() : first
}

/** So many cases are asked of a mutant that is passed at load before it gets a process of its own, where all of them are. */
const FIRST = 6

/** After a case in which the program ends, the next one needs a new process: such cases come last. */
const exits = (at: number): boolean => baseAt(at).run.trace.some(({ type }) => type === 'app.exited')

async function judgeOne(
  order: Order,
  all: boolean,
  which: (at: number) => boolean = () => true,
  most = Number.POSITIVE_INFINITY,
): Promise<MutantResult> {
  const judging = await theOracle()
  const places = order.cases
    .map((at, index) => ({ at, limits: order.limits[index] }))
    .filter(({ at }) => which(at))
    .sort((a, b) => Number(exits(a.at)) - Number(exits(b.at)) || worth(b.at) - worth(a.at) || a.at - b.at)
    .slice(0, most)
  const outcomes: Outcome[] = []
  for (const { at, limits } of places) {
    const { scenario } = caseAt(at)
    const base = baseAt(at)
    const turnsMax = TURNS_LEAST + TURNS_FACTOR * base.run.turns
    const { run, stopped } = await play(caseAt(at), order.id, { limits, turnsMax })
    const { kind, message } = run.ending
    // The twin's own limits end such a run. It says nothing of the checks, which might have noticed or not: others are asked.
    const notModelled = kind === 'not-modelled' ? message : undefined
    const noticed = notModelled === undefined ? notice(judging, scenario, base, run) : []
    const timedOut = kind === 'hung' || kind === 'memory' || stopped
    const broken = brokenBy(judging, noticed, run)
    outcomes.push({ at, noticed, same: run.hash === base.run.hash, timedOut, notModelled, broken })
    if (noticed.length === 0) continue
    kills[at] = (kills[at] ?? 0) + 1
    last = at
    if (!all) break
  }
  return { id: order.id, outcomes }
}

const worth = (at: number): number => (((kills[at] ?? 0) + 0.5) * (at === last ? NEIGHBOUR : 1)) / (tookMs[at] ?? 1)

/** Which mutants of a rule are broken by a run that breaks the rule: those that are not are told from it here. */
function brokenBy(judging: Oracle, noticed: readonly Noticed[], run: Run): Readonly<Record<string, readonly number[]>> {
  const broken: Record<string, readonly number[]> = {}
  for (const rule of judging.rules) {
    if (!noticed.some(({ check }) => check === rule.id)) continue
    broken[rule.id] = specMutants(rule).flatMap((mutant, at) =>
      judgeRule(mutant.rule, run).status === 'violated' ? [at] : [],
    )
  }
  return broken
}

/**
 * A batch, and after it a pristine run that must be what it was. If it is not, some mutant has left a mark on the process (in a
 * package, say), and each of the batch is judged again, in a process of its own.
 */
async function judgeBatch(orders: readonly Order[], all: boolean): Promise<TaskResult> {
  const results: MutantResult[] = []
  for (const order of orders) {
    // What packages were told while loading outlives a restart: only a new process shows that it is no longer said. The few who are likeliest
    // to notice the rest are asked before one is started.
    const first = order.atLoad ? await judgeOne(order, all, (at) => !exits(at), FIRST) : await judgeOne(order, all)
    const alive = ({ outcomes }: MutantResult): boolean => outcomes.every(({ noticed }) => noticed.length === 0)
    const result = order.atLoad && (all || alive(first)) ? await judgeAlone(order, all) : first
    results.push(result)
    parentPort?.postMessage({ step: true, survived: alive(result) })
  }
  const sentinel =
    [...setup.cases.keys()].sort((a, b) => (tookMs[a] ?? 0) - (tookMs[b] ?? 0))[Math.floor(setup.cases.length / 2)] ?? 0
  const { run } = await play(caseAt(sentinel), undefined)
  if (run.hash === baseAt(sentinel).run.hash) return { kind: 'judge', results, again: 0 }
  const again: MutantResult[] = []
  for (const order of orders) again.push(await judgeAlone(order, all))
  return { kind: 'judge', results: again, again: again.length }
}

async function judgeAlone(order: Order, all: boolean): Promise<MutantResult> {
  stage.forget()
  const result = await judgeOne(order, all)
  stage.forget()
  return result
}

async function perform(task: Task): Promise<TaskResult> {
  switch (task.kind) {
    case 'pristine': {
      const one = caseAt(task.at)
      // What is compared with it runs in a process that is warm.
      if (!stage.isWarm(one.scenario)) await play(one, undefined)
      const startedMs = performance.now()
      const { run, passed } = await play(one, undefined)
      const ms = performance.now() - startedMs
      const judging = await theOracle()
      return {
        kind: 'pristine',
        run,
        passed,
        ms,
        noticed: notice(judging, one.scenario, strictBaseOf(judging, run), run),
      }
    }
    case 'bases': {
      const judging = await theOracle()
      for (const [at, run] of task.runs.entries()) bases[at] = baseOf(judging, run)
      for (const [at, ms] of task.ms.entries()) tookMs[at] = ms
      return { kind: 'bases' }
    }
    case 'judge':
      return judgeBatch(task.orders, task.all)
    case 'try': {
      const noticed: (readonly number[])[] = []
      const tried: (readonly number[])[] = []
      for (const [index, at] of task.at.entries()) {
        const limits = task.order?.limits[index]
        // Another build has no pristine run here; it is a good one.
        const turns = bases[at]?.run.turns
        const turnsMax = turns === undefined ? undefined : TURNS_LEAST + TURNS_FACTOR * turns
        const { run } = await play(caseAt(at), task.order?.id, { limits, turnsMax, seed: task.seed })
        noticed.push(noticesOf(task.proposals, caseAt(at).scenario, run))
        // Asked of good runs alone: of a mutant what matters is who notices.
        tried.push(task.order === undefined ? triedBy(task.proposals, caseAt(at).scenario, run) : [])
      }
      if (task.order?.atLoad === true) stage.forget()
      return { kind: 'try', noticed, tried }
    }
    case 'look':
      return { kind: 'look', run: (await play(caseAt(task.at), undefined, { seed: task.seed })).run }
    case 'vary': {
      const { run } = await play(task.case, undefined)
      const judging = await theOracle()
      const base = baseAt(task.at)
      return { kind: 'vary', same: run.hash === base.run.hash, noticed: notice(judging, task.case.scenario, base, run) }
    }
    default:
      return task satisfies never
  }
}

parentPort?.on('message', (message: { readonly id: number; readonly task: Task } | 'close') => {
  if (message === 'close') {
    stage.close()
    parentPort?.close()
    return
  }
  perform(message.task).then(
    (result) => parentPort?.postMessage({ id: message.id, result }),
    (error: unknown) =>
      parentPort?.postMessage({
        id: message.id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  )
})
