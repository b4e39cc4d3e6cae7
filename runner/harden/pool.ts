import { Worker } from 'node:worker_threads'
import type { HardenSetup, Task, TaskResult } from './task.ts'

type Kind = Task['kind']
type ResultOf<K extends Kind> = Extract<TaskResult, { readonly kind: K }>

/** Workers that judge mutants; the main thread stays free for progress and signals. */
export interface HardenPool {
  /** Done by whichever worker is free. Rejects when the worker itself breaks, never for what a subject does. */
  do<K extends Kind>(task: Extract<Task, { readonly kind: K }>): Promise<ResultOf<K>>
  /** Done by each worker, and by any that comes later. */
  tellAll(task: Task): Promise<void>
  close(): Promise<void>
}

type Waiting = {
  readonly id: number
  readonly task: Task
  readonly resolve: (result: TaskResult) => void
  readonly reject: (error: Error) => void
}
type Hand = { readonly worker: Worker; busy: Waiting | undefined; readonly own: Waiting[]; dead: boolean }
type Answer =
  | { readonly step: true; readonly survived: boolean }
  | { readonly step?: undefined; readonly id: number; readonly result?: TaskResult; readonly error?: string }

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** `onStep` is called for each mutant judged. */
export function createHardenPool(size: number, setup: HardenSetup, onStep: (survived: boolean) => void): HardenPool {
  const queue: Waiting[] = []
  const hands: Hand[] = []
  const told: Task[] = []
  let ids = 0
  let closed = false

  const feed = (): void => {
    for (const hand of hands) {
      if (hand.busy !== undefined || hand.dead || closed) continue
      const waiting = hand.own.shift() ?? queue.shift()
      if (waiting === undefined) continue
      hand.busy = waiting
      hand.worker.postMessage({ id: waiting.id, task: waiting.task })
    }
  }
  const tell = (hand: Hand, task: Task): Promise<TaskResult> =>
    new Promise((resolve, reject) => {
      hand.own.push({ id: ++ids, task, resolve, reject })
    })
  const hire = (): Hand => {
    const worker = new Worker(new URL(`./worker.${EXTENSION}`, import.meta.url), {
      workerData: setup,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    const hand: Hand = { worker, busy: undefined, own: [], dead: false }
    hands.push(hand)
    for (const task of told) tell(hand, task).catch(() => undefined)
    worker.on('message', (answer: Answer) => {
      if (answer.step === true) return onStep(answer.survived)
      const waiting = hand.busy
      if (waiting === undefined || waiting.id !== answer.id) return
      hand.busy = undefined
      if (answer.result !== undefined) waiting.resolve(answer.result)
      else waiting.reject(new Error(answer.error ?? 'the worker gave no result'))
      feed()
    })
    const broken = (error: Error): void => {
      if (hand.dead) return
      hand.dead = true
      hand.busy?.reject(error)
      hand.busy = undefined
      if (!closed) hire()
      feed()
    }
    worker.on('error', broken)
    worker.on('exit', (code) => {
      if (!closed) broken(new Error(`the worker ended with code ${code}`))
    })
    return hand
  }
  for (let at = 0; at < size; at++) hire()

  return {
    do: <K extends Kind>(task: Extract<Task, { readonly kind: K }>) =>
      new Promise<ResultOf<K>>((resolve, reject) => {
        // A worker answers a task with a result of its kind.
        queue.push({ id: ++ids, task, resolve: (result) => resolve(result as ResultOf<K>), reject })
        feed()
      }),
    async tellAll(task) {
      told.push(task)
      const answers = hands.filter(({ dead }) => !dead).map((hand) => tell(hand, task))
      feed()
      await Promise.all(answers)
    },
    async close() {
      closed = true
      for (const { worker, dead } of hands) if (!dead) worker.postMessage('close')
      await Promise.all(hands.map(({ worker }) => worker.terminate()))
    },
  }
}
