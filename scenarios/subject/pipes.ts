import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Pipe = { readonly readFd: number; readonly writeFd: number }

/** Pipes that another process can open by name, until they are forgotten; both ends stay open here. */
export type NamedPipes = {
  readonly folder: string
  readonly pipes: readonly Pipe[]
  /** Takes the names away; who has opened a pipe keeps it. */
  forget(): void
}

/**
 * Blocking one-way pipes. Node has no pipe(2) and its stdio pipes do not block, so each is a named FIFO that is unlinked as soon as
 * both ends are open.
 */
export function openPipes(count: number): readonly Pipe[] {
  const { pipes, forget } = openNamedPipes(
    Array.from({ length: count }, (_, at) => `${at}`),
    'owner',
  )
  forget()
  return pipes
}

/** The same with their names kept. For `anyone` who knows the folder's name: a container runs as a user of its own. */
export function openNamedPipes(names: readonly string[], forWhom: 'owner' | 'anyone'): NamedPipes {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-pipe-'))
  const forget = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const paths = names.map((name) => join(folder, name))
    execFileSync('mkfifo', ['-m', forWhom === 'owner' ? '600' : '666', ...paths])
    if (forWhom === 'anyone') chmodSync(folder, 0o711)
    const pipes = paths.map((path) => {
      // Opened for both first: opening one end alone would wait for the other.
      const both = openSync(path, 'r+')
      const pipe = { readFd: openSync(path, 'r'), writeFd: openSync(path, 'w') }
      closeSync(both)
      return pipe
    })
    return { folder, pipes, forget }
  } catch (error) {
    forget()
    throw error
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
