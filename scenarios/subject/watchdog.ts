import { Worker } from 'node:worker_threads'

/** Why a subject was killed. */
export type Kill = 'hung' | 'memory'

/**
 * Watches one subject while the world blocks in read(2) and can notice nothing. It lives in a thread of its own, looks
 * every 50 ms (to be woken by each turn would cost more than the turn), and kills the process when the turn takes too long or its memory grows too large.
 */
export interface Watchdog {
  /** A turn begins, which may take so many times the limit. */
  begin(times?: number): void
  end(): void
  /** Why it killed the subject, if it did. */
  readonly killed: Kill | undefined
  close(): void
}

// Cells: 0 turn counter, 1 how many times the limit the turn that is under way may take, 2 why the subject was killed, 3 stop.
const SOURCE = `
const { workerData: { cells, pid, lifeFd, turnMs, rssBytes } } = require('node:worker_threads')
const { readFileSync, readdirSync, writeSync } = require('node:fs')
const PAGE = 4096, LOOK_MS = 50
const end = () => { lifeFd === undefined ? process.kill(pid, 'SIGKILL') : writeSync(lifeFd, '\\n') }
const kill = (why) => { Atomics.store(cells, 2, why); try { end() } catch {} }
const read = (path) => { try { return readFileSync('/proc/' + path, 'latin1') } catch { return '' } }
const children = (of) => { try { return readdirSync('/proc/' + of + '/task').flatMap((task) => read(of + '/task/' + task + '/children').split(' ').filter(Boolean)) } catch { return [] } }
const rss = (of, depth) => of === undefined || depth > 8 ? 0 : children(of).reduce((sum, child) => sum + rss(child, depth + 1), Number(read(of + '/statm').split(' ')[1] ?? 0) * PAGE)
let startedMs = 0, turn = -1
for (;;) {
  if (Atomics.load(cells, 3) === 1) break
  const now = Atomics.load(cells, 0)
  // Read once: the turn may end at any moment.
  const times = Atomics.load(cells, 1)
  if (times === 0) { turn = -1; Atomics.wait(cells, 3, 0, LOOK_MS); continue }
  if (turn !== now) { turn = now; startedMs = performance.now() }
  if (performance.now() - startedMs > turnMs * times) { kill(1); break }
  if (rss(pid, 0) > rssBytes) { kill(2); break }
  Atomics.wait(cells, 3, 0, LOOK_MS)
}
`

/** The process to watch, with all it started. A sandbox or container that is ended by a line in a pipe has a `lifeFd`. */
export type Watched = { readonly pid: number | undefined; readonly lifeFd?: number | undefined }

/** A watchdog for a process and its descendants: in a sandbox the program is a grandchild, and the kernel takes all of them down together. */
export function createWatchdog(
  { pid, lifeFd }: Watched,
  limits: { readonly turnMs: number; readonly rssMb: number },
): Watchdog {
  const cells = new Int32Array(new SharedArrayBuffer(16))
  const rssBytes = limits.rssMb * 1024 * 1024
  const worker = new Worker(SOURCE, { eval: true, workerData: { cells, pid, lifeFd, turnMs: limits.turnMs, rssBytes } })
  worker.unref()
  return {
    begin(times = 1) {
      Atomics.store(cells, 1, times)
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
