import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Pipe = { readonly readFd: number; readonly writeFd: number }

/**
 * Blocking one-way pipes. Node has no pipe(2) and its stdio pipes do not block, so each is a named FIFO that is unlinked as soon as
 * both ends are open.
 */
export function openPipes(count: number): readonly Pipe[] {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-pipe-'))
  try {
    const names = Array.from({ length: count }, (_, at) => join(folder, `${at}`))
    execFileSync('mkfifo', ['-m', '600', ...names])
    return names.map((name) => {
      // Opened for both first: opening one end alone would wait for the other.
      const both = openSync(name, 'r+')
      const pipe = { readFd: openSync(name, 'r'), writeFd: openSync(name, 'w') }
      closeSync(both)
      return pipe
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is left in a pipe whose writers are gone, as text; at most 64 KiB. */
export function readRest(readFd: number): string {
  const buffer = Buffer.alloc(64 * 1024)
  let length = 0
  try {
    while (length < buffer.length) {
      const count = readSync(readFd, buffer, length, buffer.length - length, null)
      if (count === 0) break
      length += count
    }
  } catch {
    // Whatever was read until then is what there is to say.
  }
  return buffer.toString('utf8', 0, length)
}
