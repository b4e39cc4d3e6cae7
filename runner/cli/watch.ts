import { relative, resolve, sep } from 'node:path'
import { watch } from 'chokidar'
import { UsageError } from '../gate/workspace.ts'
import type { OnOpen } from './open.ts'
import { reportFiles } from './reports.ts'
import { tell } from './tell.ts'

/** What a project's folder holds that is nobody's source. */
const IGNORED = new Set(['node_modules', '.git', '.backlot'])
/** A branch that is checked out, or a formatter, changes many files at once. */
const SETTLED_MS = 100
const NAMED_MAX = 3

/**
 * Runs `work` now and again after each change in the project's folder, until it is closed. What goes wrong in one round, such as a
 * scenario saved half-written, is told, and the next change is waited for. Throws `UsageError`.
 */
export async function watchRun(
  options: Readonly<Record<string, unknown>>,
  work: (onOpen: OnOpen) => Promise<void>,
  onOpen: OnOpen,
): Promise<void> {
  if (options.json === true)
    throw new UsageError('expected no --json beside --watch: it prints one object. Use --verdict FILE.')
  const folder = resolve(String(options.project ?? '.'))
  const own = new Set(reportFiles(options).map((file) => resolve(file)))
  const changes = changesIn(
    folder,
    (path) =>
      own.has(path) ||
      relative(folder, path)
        .split(sep)
        .some((name) => IGNORED.has(name)),
  )
  let closeWork: (() => Promise<void>) | undefined
  onOpen(async () => {
    await changes.close()
    await closeWork?.()
  })
  for (;;) {
    try {
      await work((close) => {
        closeWork = close
      })
    } catch (error) {
      process.exitCode = tell(error)
    }
    process.stderr.write(`\nwatching ${folder}; Ctrl-C ends\n`)
    const files = await changes.next()
    const named = files.slice(0, NAMED_MAX).map((file) => relative(folder, file))
    const more = files.length > NAMED_MAX ? ` and ${files.length - NAMED_MAX} more` : ''
    process.stderr.write(`changed: ${named.join(', ')}${more}\n\n`)
  }
}

/** The files that change in a folder, handed over once no more do. */
function changesIn(
  folder: string,
  ignored: (path: string) => boolean,
): { next(): Promise<readonly string[]>; close(): Promise<void> } {
  const watcher = watch(folder, { ignored, ignoreInitial: true, followSymlinks: false })
  let changed = new Set<string>()
  let settling: NodeJS.Timeout | undefined
  let settled = (): void => undefined
  const hand = (): void => {
    settling = undefined
    settled()
  }
  watcher.on('all', (_event, path) => {
    changed.add(path)
    clearTimeout(settling)
    settling = setTimeout(hand, SETTLED_MS)
  })
  return {
    async next() {
      while (changed.size === 0 || settling !== undefined)
        await new Promise<void>((resolve) => {
          settled = resolve
        })
      const files = [...changed].sort()
      changed = new Set()
      return files
    },
    async close() {
      clearTimeout(settling)
      await watcher.close()
    },
  }
}
