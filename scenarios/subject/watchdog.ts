import { Worker } from 'node:worker_threads'

/** Why a subject was killed. */
export type Kill = 'hung' | 'memory'

/**
 * Watches one subject while the world blocks in read(2) and can notice nothing. It lives in a thread of its own, looks
 * every 50 ms (to be woken by each turn would cost more than the turn), and kills the process when the turn takes too long or its memory grows too large.
 */
export interface Watchdog {
  begin(): void
  end(): void
  /** Why it killed the subject, if it did. */
  readonly killed: Kill | undefined
  close(): void
}

// Cells: 0 turn counter, 1 whether a turn is under way, 2 why the subject was killed, 3 stop.
const SOURCE = `
const { workerData: { cells, pid, turnMs, rssBytes } } = require('node:worker_threads')
const { readFileSync } = require('node:fs')
const PAGE = 4096, LOOK_MS = 50
const kill = (why) => { Atomics.store(cells, 2, why); try { process.kill(pid, 'SIGKILL') } catch {} }
const rss = () => { try { return Number(readFileSync('/proc/' + pid + '/statm', 'latin1').split(' ')[1]) * PAGE } catch { return 0 } }
let startedMs = 0, turn = -1
for (;;) {
  if (Atomics.load(cells, 3) === 1) break
  const now = Atomics.load(cells, 0)
  if (Atomics.load(cells, 1) === 0) { turn = -1; Atomics.wait(cells, 3, 0, LOOK_MS); continue }
  if (turn !== now) { turn = now; startedMs = performance.now() }
  if (performance.now() - startedMs > turnMs) { kill(1); break }
  if (rss() > rssBytes) { kill(2); break }
  Atomics.wait(cells, 3, 0, LOOK_MS)
}
`

/** A watchdog for the process `pid` (of its own children too, when it is a sandbox: the kernel takes those down with it). */
export function createWatchdog(pid: number, limits: { readonly turnMs: number; readonly rssMb: number }): Watchdog {
  const cells = new Int32Array(new SharedArrayBuffer(16))
  const rssBytes = limits.rssMb * 1024 * 1024
  const worker = new Worker(SOURCE, { eval: true, workerData: { cells, pid, turnMs: limits.turnMs, rssBytes } })
  worker.unref()
  return {
    begin() {
      Atomics.store(cells, 1, 1)
      Atomics.add(cells, 0, 1)
    },
    end() {
      Atomics.store(cells, 1, 0)
    },
    get killed() {
      const why = Atomics.load(cells, 2)
      return why === 1 ? 'hung' : why === 2 ? 'memory' : undefined
    },
    close() {
      Atomics.store(cells, 3, 1)
      Atomics.notify(cells, 3)
    },
  }
}
