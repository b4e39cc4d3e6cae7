import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const WAIT_MS = 20
const TRIES_MAX = 1500

/**
 * Does `work` while no other process does it under the same lock. A lock whose holder has died is taken over. Throws after half a minute of
 * waiting. `work` must be synchronous: what it reads, it may write.
 */
export function withLock<T>(path: string, work: () => T): T {
  mkdirSync(dirname(path), { recursive: true })
  for (let tries = 0; !take(path); tries++) {
    if (tries >= TRIES_MAX)
      throw new Error(
        `${path}: expected the lock to come free, got process ${holder(path) ?? '?'} holding it. Remove the file if that is no gate.`,
      )
    // No timer: nothing of ours goes on meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS)
  }
  try {
    return work()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path: string): boolean {
  if (create(path)) return true
  const pid = holder(path)
  if (pid === undefined || alive(pid)) return false
  // Only one clears away, and looks again: else the lock that another has just taken would go with it.
  const clearing = `${path}.clearing`
  if (!create(clearing)) return false
  if (holder(path) === pid) rmSync(path, { force: true })
  rmSync(clearing, { force: true })
  return false
}

/** Makes a file that names us, whole from the first moment; false when it is there. */
function create(path: string): boolean {
  const own = `${path}.${process.pid}`
  writeFileSync(own, `${process.pid}`)
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

function holder(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
