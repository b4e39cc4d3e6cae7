import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { WorkQueue } from '../../../runner/queue/queue.ts'
import { openSqliteQueue, type SqliteQueue } from '../../../runner/queue/sqlite.ts'
import { runQueueTests } from './conformance.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

async function withFile(body: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-queue-'))
  try {
    await body(join(folder, 'queue.sqlite'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

runQueueTests({
  name: 'sqlite',
  open(clock) {
    const folder = mkdtempSync(join(tmpdir(), 'backlot-queue-'))
    const opened: WorkQueue[] = []
    return {
      connect() {
        const queue = openSqliteQueue({ file: join(folder, 'q.sqlite'), now: () => clock.nowMs, attemptsMax: 3 })
        opened.push(queue)
        return queue
      },
      async close() {
        for (const queue of opened) await queue.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
})

const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `job-${String(at).padStart(4, '0')}`, payload: at }))
const open = (file: string): SqliteQueue => openSqliteQueue({ file, now: () => Date.now(), attemptsMax: 3 })

test('four processes do each of 400 jobs once', () =>
  withFile(async (file) => {
    const queue = open(file)
    await queue.enqueueMany(numbered(400))
    const workers = ['a', 'b', 'c', 'd'].map(async (name) => {
      const child = spawn(process.execPath, [WORKER, file, 'drain', name], { stdio: ['ignore', 'pipe', 'inherit'] })
      const seen: string[] = []
      createInterface({ input: child.stdout }).on('line', (line) => seen.push(line))
      const [code] = await once(child, 'close')
      expect(code).toBe(0)
      return seen
    })
    const seen = await Promise.all(workers)
    expect(seen.flat().sort()).toEqual(numbered(400).map(({ id }) => id))
    expect(await queue.stats()).toEqual({ ready: 0, leased: 0, done: 400, dead: 0, divergent: 0 })
    await queue.close()
  }))

test('a worker killed with kill -9 loses nothing: its jobs are done once, after its lease or at once', () =>
  withFile(async (file) => {
    const queue = open(file)
    await queue.enqueueMany(numbered(20))
    const child = spawn(process.execPath, [WORKER, file, 'hold', 'x'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    for (let at = 0; at < 5; at++) await lines.next()
    child.kill('SIGKILL')
    await once(child, 'close')
    const again = open(file)
    expect(await again.stats()).toMatchObject({ leased: 5, ready: 15 })
    expect(await again.claim(20, 1000)).toHaveLength(15)
    expect(again.endLeases(), 'the holder is dead, and so are we by our own word').toBe(20)
    const claims = await openSqliteQueue({ file, now: () => Date.now() + 1, attemptsMax: 3 }).claim(20, 60_000)
    expect(claims.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, () => 2))
    for (const claim of claims) expect(await again.complete(claim, 'ok')).toBe('stored')
    expect(await queue.stats()).toMatchObject({ done: 20 })
    await queue.close()
    await again.close()
  }))
