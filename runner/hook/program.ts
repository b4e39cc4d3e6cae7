import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import type { Real } from './client.ts'

export type ProgramOptions = {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Everything the program finds in its environment; nothing of ours is added. */
  readonly env: Readonly<Record<string, string>>
  readonly wallMs: number
  readonly outputBytes: number
  readonly signal: AbortSignal
  readonly real: Real
}

/** How a program ended, and why it was stopped when it did not end by itself. */
export type Ended =
  | { readonly kind: 'exited'; readonly code: number | null; readonly stdout: Buffer; readonly tail: string }
  | { readonly kind: 'stopped'; readonly why: 'deadline' | 'cancelled' | 'output'; readonly tail: string }
  | { readonly kind: 'missing'; readonly why: string }

export interface Program {
  readonly stdin: Writable
  /** For those that talk over it themselves; what `ended` collects is read from `output`. */
  readonly stdout: Readable
  readonly ended: Promise<Ended>
  /** Stops the program and all of its group. */
  stop(): void
}

const SETPRIV = '/usr/bin/setpriv'
const GRACE_MS = 2000
const TAIL_CHARS = 3000

/**
 * Starts a program without a shell, in a process group of its own that ends with it: at the deadline, when it says too much, when it is
 * cancelled, when it exits and leaves others behind. `onLine` hears each line of its standard error, and of its output unless `talks`.
 */
export function startProgram(
  options: ProgramOptions & { readonly talks?: boolean; readonly onLine?: (line: string) => void },
): Program {
  const { argv, cwd, env, signal, real, outputBytes } = options
  const [file = '', ...args] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--', ...argv] : argv
  const child = spawn(file, args, { cwd, env: { ...env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = Promise.withResolvers<Ended>()
  const over = new AbortController()
  const output = collect(outputBytes, options.onLine, () => stop('output'))
  let why: 'deadline' | 'cancelled' | 'output' | undefined

  const stop = (reason: typeof why): void => {
    if (why !== undefined || over.signal.aborted) return
    why = reason
    killGroup(child, 'SIGTERM')
    void real.sleep(GRACE_MS, over.signal).then(
      () => killGroup(child, 'SIGKILL'),
      () => undefined,
    )
  }
  const cancelled = (): void => stop('cancelled')
  if (signal.aborted) cancelled()
  signal.addEventListener('abort', cancelled)
  void real.sleep(options.wallMs, over.signal).then(
    () => stop('deadline'),
    () => undefined,
  )
  if (options.talks !== true) child.stdout.on('data', (chunk: Buffer) => output.take(chunk, true))
  child.stderr.on('data', (chunk: Buffer) => output.take(chunk, false))
  // A program that ends without reading closes this pipe; that is its business.
  child.stdin.on('error', () => undefined)
  child.on('error', (error) => {
    over.abort()
    ended.resolve({ kind: 'missing', why: error.message })
  })
  child.on('exit', (code) => {
    // Whoever it left behind goes too, or the pipes would stay open and the files would go on changing.
    killGroup(child, 'SIGKILL')
    const finish = (): void => {
      if (over.signal.aborted) return
      over.abort()
      signal.removeEventListener('abort', cancelled)
      child.stdout.destroy()
      child.stderr.destroy()
      const tail = output.tail()
      ended.resolve(
        why === undefined ? { kind: 'exited', code, stdout: output.stdout(), tail } : { kind: 'stopped', why, tail },
      )
    }
    child.on('close', finish)
    void real.sleep(GRACE_MS, over.signal).then(finish, () => undefined)
  })
  return { stdin: child.stdin, stdout: child.stdout, ended: ended.promise, stop: () => stop('cancelled') }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Nobody of the group is left.
  }
}

/** Counts and keeps what a program says, up to a cap. */
function collect(
  bytesMax: number,
  onLine: ((line: string) => void) | undefined,
  onTooMuch: () => void,
): { take(chunk: Buffer, isStdout: boolean): void; stdout(): Buffer; tail(): string } {
  const chunks: Buffer[] = []
  let bytes = 0
  let tail = ''
  let line = ''
  return {
    take(chunk, isStdout) {
      bytes += chunk.length
      if (bytes > bytesMax) return onTooMuch()
      if (isStdout) chunks.push(chunk)
      const text = chunk.toString('utf8')
      tail = (tail + text).slice(-TAIL_CHARS)
      if (onLine === undefined) return
      const lines = (line + text).split('\n')
      line = (lines.pop() ?? '').slice(-TAIL_CHARS)
      const last = lines.findLast((one) => one.trim() !== '')
      if (last !== undefined) onLine(last)
    },
    stdout: () => Buffer.concat(chunks),
    tail: () => tail,
  }
}

/** Splits a command line into words as a shell would, quotes and backslashes honoured; nothing else is special. */
export function wordsOf(command: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  for (const [, single, double, escaped, space, plain] of command.matchAll(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(\s+)|([^\s'"\\]+)/gs,
  )) {
    if (space !== undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
  }
  return word === undefined ? words : [...words, word]
}
