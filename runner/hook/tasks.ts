import { createHash } from 'node:crypto'
import type { Question } from './answer.ts'
import type { Real } from './client.ts'
import type { Problem } from './contract.ts'
import { problem } from './failure.ts'

/** One question an agent is working on, or has answered. */
export type Task = {
  readonly place: string
  readonly kind: string
  readonly question: Question
  readonly body: string
  readonly stop: AbortController
  readonly settled: Promise<void>
  progress: string | undefined
  outcome: { readonly result: object } | { readonly problem: Problem } | undefined
  endedMs: number | undefined
}

/** What a POST meets: its task, whether it was there before or not, or why it gets none. */
export type Found = { readonly task: Task } | { readonly refused: Problem }

/** The tasks of one server, in memory. The key is (kind, requestId, attempt); a newer attempt supersedes an older one. */
export interface Tasks {
  /** The same body finds the same task; `start` runs for a new one only. */
  open(
    kind: string,
    question: Question,
    raw: Buffer,
    start: (task: Task) => Promise<{ readonly result: object } | { readonly problem: Problem }>,
  ): Found
  at(place: string): Found
  cancel(task: Task, code: 'cancelled' | 'superseded'): void
  close(): void
}

export type TasksOptions = {
  /** Names the next place: a word nobody can guess. */
  readonly newPlace: () => string
  readonly runningMax: number
  /** Ended tasks that are kept, and for how long. */
  readonly keptMax: number
  readonly keptMs: number
}

export function createTasks(real: Real, options: TasksOptions): Tasks {
  const byKey = new Map<string, Task>()
  const byPlace = new Map<string, Task>()
  const newest = new Map<string, number>()
  const gone = new Set<string>()

  const running = (): number => [...byKey.values()].filter(({ outcome }) => outcome === undefined).length
  const forget = (): void => {
    const ended = [...byKey].filter(([, { endedMs }]) => endedMs !== undefined)
    const surplus = ended.length - options.keptMax
    for (const [at, [key, task]] of ended.entries()) {
      if (at >= surplus && real.now() - (task.endedMs ?? 0) < options.keptMs) continue
      byKey.delete(key)
      byPlace.delete(task.place)
      gone.add(task.place)
    }
  }
  const tasks: Tasks = {
    open(kind, question, raw, start) {
      forget()
      const { requestId, attempt } = question
      const series = `${kind} ${requestId}`
      const key = `${series} ${attempt}`
      const body = createHash('sha256').update(raw).digest('hex')
      const refused = (code: Parameters<typeof problem>[0], detail: string): Found => ({
        refused: problem(code, detail, { requestId, attempt }),
      })
      const known = byKey.get(key)
      if (known !== undefined)
        return known.body === body
          ? { task: known }
          : refused('idempotency-mismatch', `attempt ${attempt} of ${requestId} was asked before with another body`)
      const latest = newest.get(series) ?? 0
      if (attempt <= latest) return refused('superseded', `expected an attempt after ${latest}, got ${attempt}`)
      if (running() >= options.runningMax) return refused('busy', `${options.runningMax} tasks are running`)
      newest.set(series, attempt)
      for (const other of byKey.values())
        if (other.kind === kind && other.question.requestId === requestId) tasks.cancel(other, 'superseded')
      const settled = Promise.withResolvers<void>()
      const task: Task = {
        place: options.newPlace(),
        kind,
        question,
        body,
        stop: new AbortController(),
        settled: settled.promise,
        progress: undefined,
        outcome: undefined,
        endedMs: undefined,
      }
      byKey.set(key, task)
      byPlace.set(task.place, task)
      void start(task).then((outcome) => {
        // What comes after the end is late: the end stands.
        if (task.outcome === undefined) end(task, outcome)
        settled.resolve()
      })
      return { task }
    },
    at(place) {
      forget()
      const task = byPlace.get(place)
      if (task !== undefined) return { task }
      return {
        refused: gone.has(place)
          ? problem('expired', 'this task ended long ago')
          : problem('unknown-change', 'no task lives here'),
      }
    },
    cancel(task, code) {
      if (task.outcome !== undefined) return
      const { requestId, attempt } = task.question
      const told = code === 'superseded' ? 'a newer attempt was asked' : 'cancelled by the asker'
      end(task, { problem: { ...problem('superseded', told, { requestId, attempt }), title: code } })
      task.stop.abort()
    },
    close() {
      for (const task of byKey.values()) tasks.cancel(task, 'cancelled')
    },
  }
  const end = (task: Task, outcome: NonNullable<Task['outcome']>): void => {
    task.outcome = outcome
    task.endedMs = real.now()
  }
  return tasks
}
