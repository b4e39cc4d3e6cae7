/** Takes back what `schedule` promised; a second call does nothing. */
export type Cancel = () => void

/** What runs at an instant of virtual time. */
export type Task = () => void | Promise<void>

/** Virtual time of one world. */
export interface Clock {
  /** Whole milliseconds since the Unix epoch. */
  now(): number
  /** Runs `task` in `delayMs` (an integer >= 0); `label` names it when a loop limit is hit. */
  schedule(delayMs: number, task: Task, label?: string): Cancel
}

type Entry = {
  readonly atMs: number
  readonly seq: number
  readonly task: Task
  readonly label: string
  off: boolean
}

const before = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq)

/** Tasks at one and the same instant before a clock gives up: nothing real needs so many. */
const TASKS_PER_INSTANT_MAX = 10_000

/** A clock that jumps. Ties run in the order they were scheduled, or two machines would disagree. */
export class VirtualClock implements Clock {
  #nowMs: number
  #seq = 0
  #atThisInstant = 0
  readonly #heap: Entry[] = []
  readonly #wrap: (task: Task) => Task

  /** `wrap` sees each task as it is scheduled, to carry context along. */
  constructor(startsAtMs: number, wrap: (task: Task) => Task = (task) => task) {
    if (!Number.isSafeInteger(startsAtMs)) throw new Error(`clock: expected whole milliseconds, got ${startsAtMs}.`)
    this.#nowMs = startsAtMs
    this.#wrap = wrap
  }

  now(): number {
    return this.#nowMs
  }

  schedule(delayMs: number, task: Task, label = 'task'): Cancel {
    if (!Number.isSafeInteger(delayMs) || delayMs < 0) {
      throw new Error(`schedule: expected delayMs to be an integer >= 0, got ${delayMs}. Round it up.`)
    }
    const entry: Entry = { atMs: this.#nowMs + delayMs, seq: this.#seq++, task: this.#wrap(task), label, off: false }
    this.#push(entry)
    return () => {
      entry.off = true
    }
  }

  /** When the next task is due; undefined when none is. */
  nextAt(): number | undefined {
    return this.#peek()?.atMs
  }

  /** Jumps to the next task and runs it; false when there is none. */
  async runNext(): Promise<boolean> {
    const entry = this.#peek()
    if (entry === undefined) return false
    this.#pop()
    this.#atThisInstant = entry.atMs === this.#nowMs ? this.#atThisInstant + 1 : 0
    if (this.#atThisInstant > TASKS_PER_INSTANT_MAX) {
      throw new Error(
        `advance: expected time to move on, got ${TASKS_PER_INSTANT_MAX} tasks at one instant. Does "${entry.label}" reschedule itself?`,
      )
    }
    this.#nowMs = Math.max(this.#nowMs, entry.atMs)
    const done = entry.task()
    if (done !== undefined) await done
    return true
  }

  /** Runs everything that falls due in the next `durationMs`, then stands at its end. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    for (let atMs = this.nextAt(); atMs !== undefined && atMs <= untilMs; atMs = this.nextAt()) await this.runNext()
    this.moveTo(untilMs)
  }

  /** Sets the time without running anything; throws when that would skip a task or go back. */
  moveTo(atMs: number): void {
    const nextMs = this.nextAt()
    if (atMs < this.#nowMs || (nextMs !== undefined && nextMs < atMs)) {
      throw new Error(`moveTo: expected a time in ${this.#nowMs}..${nextMs ?? 'any'}, got ${atMs}.`)
    }
    this.#nowMs = atMs
  }

  #peek(): Entry | undefined {
    while (this.#heap[0]?.off) this.#pop()
    return this.#heap[0]
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || !before(entry, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      const smaller = right !== undefined && left !== undefined && before(right, left) ? right : left
      if (smaller === undefined || !before(smaller, last)) break
      heap[at] = smaller
      at = smaller === right ? 2 * at + 2 : 2 * at + 1
    }
    heap[at] = last
  }
}
