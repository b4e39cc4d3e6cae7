import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Takes what only one process may have; undefined when another has it. The system gives it back when the holder dies, however it dies. */
export function takeLock(file: string): { release(): void } | undefined {
  mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('begin exclusive')
  } catch {
    database.close()
    return undefined
  }
  return { release: () => database.close() }
}
