import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { createWatchdog } from '../../../scenarios/subject/watchdog.ts'

function idler() {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
const LIMITS = { turnMs: 60_000, rssMb: 1024 }

test('turns that come and go, however quickly, are none that never ends', () => {
  const watchdog = createWatchdog({ pid: idler().pid }, LIMITS)
  onTestFinished(() => watchdog.close())
  // It looks every 50 ms, at any moment of a turn.
  for (const endMs = performance.now() + 2000; performance.now() < endMs; ) {
    for (let turn = 0; turn < 1000; turn++) {
      watchdog.begin()
      watchdog.end()
    }
  }
  expect(watchdog.killed).toBeUndefined()
})

test('a turn that never ends is ended, with the process', async () => {
  const child = idler()
  const watchdog = createWatchdog({ pid: child.pid }, { ...LIMITS, turnMs: 100 })
  onTestFinished(() => watchdog.close())
  watchdog.begin(2)
  const [, signal] = await once(child, 'exit')
  expect([signal, watchdog.killed]).toEqual(['SIGKILL', 'hung'])
})
