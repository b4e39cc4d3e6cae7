import module from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Job, JobResult, Side, SideSetup } from './job.ts'

/** Plays jobs on worker threads; the main thread stays free for progress and signals. */
export interface Pool {
  /** Rejects when the worker itself breaks, never for what a subject does. */
  play(job: Job): Promise<JobResult>
  /** Ends all workers and their subjects. */
  close(): Promise<void>
}

type Waiting = {
  readonly id: number
  readonly job: Job
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: Error) => void
}
type Hand = { readonly worker: Worker; readonly prefers: Side; busy: Waiting | undefined; dead: boolean }
type Answer = { readonly id: number; readonly result?: JobResult; readonly error?: string }

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** Workers find their compiled code where this thread keeps its own. */
function workerEnv(): NodeJS.ProcessEnv {
  const compiled = module.getCompileCacheDir()
  return compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(compiled) }
}

/** A pool of `size` workers. Half of them prefer one side, so that each process is started once where that is enough. */
export function createPool(size: number, setups: Readonly<Record<Side, SideSetup | undefined>>): Pool {
  const queue: Waiting[] = []
  const hands: Hand[] = []
  let ids = 0
  let closed = false

  const sideOf = (job: Job): Side => (job.kind === 'run' ? job.side : 'candidate')
  const next = (hand: Hand): Waiting | undefined => {
    const own = queue.findIndex(({ job }) => sideOf(job) === hand.prefers)
    const [found] = queue.splice(Math.max(0, own), 1)
    return found
  }
  const feed = (): void => {
    for (const hand of hands) {
      if (hand.busy !== undefined || hand.dead || closed) continue
      const waiting = next(hand)
      if (waiting === undefined) return
      hand.busy = waiting
      hand.worker.postMessage({ id: waiting.id, job: waiting.job })
    }
  }
  const hire = (prefers: Side): void => {
    const worker = new Worker(new URL(`./worker.${EXTENSION}`, import.meta.url), {
      workerData: setups,
      env: workerEnv(),
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    const hand: Hand = { worker, prefers, busy: undefined, dead: false }
    hands.push(hand)
    worker.on('message', ({ id, result, error }: Answer) => {
      const waiting = hand.busy
      if (waiting === undefined || waiting.id !== id) return
      hand.busy = undefined
      if (result !== undefined) waiting.resolve(result)
      else waiting.reject(new Error(error ?? 'the worker gave no result'))
      feed()
    })
    const broken = (error: Error): void => {
      if (hand.dead) return
      hand.dead = true
      hand.busy?.reject(error)
      hand.busy = undefined
      if (!closed) hire(prefers)
      feed()
    }
    worker.on('error', broken)
    worker.on('exit', (code) => {
      if (!closed) broken(new Error(`the worker ended with code ${code}`))
    })
  }
  for (let at = 0; at < size; at++) hire(at % 2 === 0 ? 'candidate' : 'base')

  return {
    play: (job) =>
      new Promise((resolve, reject) => {
        queue.push({ id: ++ids, job, resolve, reject })
        feed()
      }),
    async close() {
      closed = true
      for (const { worker, dead } of hands) if (!dead) worker.postMessage('close')
      await Promise.all(hands.map(({ worker }) => worker.terminate()))
    },
  }
}
