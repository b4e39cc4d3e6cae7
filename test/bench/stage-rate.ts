import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { bubblewrap } from '../../runner/sandbox/bubblewrap.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { createStage, type StageOptions } from '../../scenarios/stage.ts'
import { nodeSubject } from '../../scenarios/subject/process.ts'
import { ledger } from '../scenarios/support/ledger.ts'
import { REPOSITORY } from '../support/cli.ts'

const { performance } = globalThis
const now = performance.now.bind(performance)

export type Setup = {
  readonly isolation: StageOptions['isolation']
  readonly sandboxed: boolean
  readonly scenario: Scenario
}

/** Runs something for a while, after a while of warming up; how often a second. */
export async function rate(run: () => Promise<void>, warmMs = 4000, measureMs = 4000): Promise<number> {
  for (const end = now() + warmMs; now() < end; ) await run()
  const startedMs = now()
  let count = 0
  while (now() - startedMs < measureMs) {
    await run()
    count += 1
  }
  return (count / (now() - startedMs)) * 1000
}

/** Runs a second of one pair: a world in this thread, the service in a process of its own. */
export async function stageRate({ isolation, sandboxed, scenario }: Setup): Promise<number> {
  const wrap = sandboxed ? bubblewrap([REPOSITORY]) : undefined
  const stage = createStage({
    subject: (env) => nodeSubject({ cwd: REPOSITORY, entry: 'test/bench/subject.ts', env, wrap }),
    twins: [ledger],
    isolation,
  })
  try {
    return await rate(async () => {
      const run = await stage.run(scenario, { seed: '1' })
      if (run.answers.buy?.status !== 201) throw new Error(`expected 201, got ${run.ending.message}`)
    })
  } finally {
    stage.close()
  }
}

/** Empty exchanges a second between a world and a program at rest: what this machine asks for the boundary alone. */
export async function exchangeRate(): Promise<number> {
  const now = Date.UTC(2030, 0, 1)
  const subject = await nodeSubject({ cwd: REPOSITORY, entry: 'test/bench/subject.ts' }).start({
    seed: '1',
    epochMs: now,
  })
  try {
    return await rate(async () => void subject.turn(now, []))
  } finally {
    subject.close()
  }
}

/** The same of two pairs side by side, as the gate uses two cores. */
export async function pairsRate(setup: Setup): Promise<number> {
  const rates = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: setup })
          worker.once('message', resolve)
          worker.once('error', reject)
        }),
    ),
  )
  return rates.reduce((sum, one) => sum + one, 0)
}

if (!isMainThread) parentPort?.postMessage(await stageRate(workerData as Setup))
