import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readReport } from './effects.ts'
import { openNamedPipes, openPipes, readRest } from './pipes.ts'
import {
  type Instruction,
  type Passed,
  type RunningSubject,
  type StartOptions,
  type Subject,
  SubjectGone,
  type Turn,
} from './subject.ts'
import { createWatchdog, type Watchdog, type Watched } from './watchdog.ts'
import { Channel, ProtocolError, readFrames, TurnWriter } from './wire.ts'

export type SubjectLimits = {
  /** Real time for one turn: longer is a busy loop. */
  readonly turnMs: number
  /** V8's heap. */
  readonly heapMb: number
  /** Resident memory in all, buffers included. */
  readonly rssMb: number
  readonly turnBytes: number
}
export const LIMITS: SubjectLimits = { turnMs: 10_000, heapMb: 512, rssMb: 1024, turnBytes: 64 * 1024 * 1024 }

/** Paths a subject's process has to be able to read; a sandbox lets it see these and no others. */
export type SubjectReads = { readonly node: string; readonly runtime: readonly string[]; readonly cwd: string }

/** Turns a command into one that runs it inside something else. */
export type Wrap = (
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  reads: SubjectReads,
) => readonly string[]

/** What is to be started, and the folder with the names of its pipes. */
export type Launch = {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly reads: SubjectReads
  readonly folder: string
}

/** Runs a command where this process cannot be its parent: in a container, say. */
export interface Place {
  /**
   * Starts the command with the pipe `in` as its descriptor 3, `out` as 4 and `err` as 2, and resolves once it has opened them.
   * All of it ends when the pipe `life` brings a line or loses its last writer, however this process ends.
   */
  start(launch: Launch): Promise<{ readonly pid: number | undefined }>
}

export type NodeSubjectOptions = {
  /** The program's folder; it is started there. */
  readonly cwd: string
  /** Its entry, relative to `cwd`: .ts .mts .cts .js .mjs .cjs. */
  readonly entry: string
  readonly args?: readonly string[] | undefined
  /** The whole environment; nothing is inherited. TZ is UTC and LANG C.UTF-8 unless given. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Packages whose native addons are loaded: what they do hangs on nothing but what they are given. */
  readonly addons?: readonly string[] | undefined
  readonly limits?: Partial<SubjectLimits> | undefined
  readonly wrap?: Wrap | undefined
  /** Instead of a child of this process. */
  readonly place?: Place | undefined
}

/** A new process reads all its packages in its first turn, some of them a hundred megabytes: it may take so many times the limit. */
const LOADING = 3

const HERE = dirname(fileURLToPath(import.meta.url))
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const PRELOAD = join(HERE, 'node', `preload.${EXTENSION}`)

/** What the process must read beside its own folder: Node and the runtime. */
export const subjectReads = (options: Pick<NodeSubjectOptions, 'cwd'>): SubjectReads => ({
  node: realpathSync(process.execPath),
  runtime: [join(HERE, 'node'), join(HERE, `wire.${EXTENSION}`)],
  cwd: realpathSync(options.cwd),
})

/** A Node program in a process of its own, unmodified, under the deterministic runtime: tier D3. */
export const nodeSubject = (options: NodeSubjectOptions): Subject => ({
  tier: 'D3',
  start: (start) => startProcess(options, start),
})

function startProcess(options: NodeSubjectOptions, begin: StartOptions): RunningSubject | Promise<RunningSubject> {
  const limits: SubjectLimits = { ...LIMITS, ...options.limits }
  const entry = isAbsolute(options.entry) ? options.entry : resolve(options.cwd, options.entry)
  if (!existsSync(entry))
    throw new SubjectGone('start', `the program's entry ${options.entry} does not exist in ${options.cwd}`)
  const scratch =
    options.wrap === undefined && options.place === undefined
      ? mkdtempSync(join(tmpdir(), 'backlot-scratch-'))
      : undefined
  const env: Record<string, string> = {
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    NODE_ENV: 'production',
    ...options.env,
    UV_THREADPOOL_SIZE: '1',
    BACKLOT_CHANNEL: '3,4',
    ...(options.addons === undefined || options.addons.length === 0
      ? {}
      : { BACKLOT_ADDONS: options.addons.join(',') }),
    // A sandbox names a folder of its own.
    ...(scratch === undefined ? {} : { TMPDIR: scratch, BACKLOT_SCRATCH: scratch }),
  }
  const reads = subjectReads(options)
  // WebAssembly compiles on V8's own threads unless told not to; its end would race the thread pool's.
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--no-wasm-async-compilation',
    `--max-old-space-size=${limits.heapMb}`,
  ]
  const command = [reads.node, ...flags, '--require', PRELOAD, entry, ...(options.args ?? [])]
  if (options.place !== undefined) return startElsewhere(options.place, { command, env, reads }, limits, begin)
  const [toChild, toWorld, errors] = openPipes(3)
  if (toChild === undefined || toWorld === undefined || errors === undefined) throw new Error('expected three pipes')
  const wrapped = options.wrap?.(command, env, reads) ?? command
  const [program = '', ...args] = dyingWithUs(wrapped)
  const child = spawn(program, args, {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'ignore', errors.writeFd, toChild.readFd, toWorld.writeFd],
  })
  child.on('error', () => undefined)
  for (const fd of [toChild.readFd, toWorld.writeFd, errors.writeFd]) closeSync(fd)
  return new ProcessSubject(
    { pid: child.pid, end: () => void child.kill('SIGKILL') },
    new Channel(toWorld.readFd, toChild.writeFd, limits.turnBytes),
    [toWorld.readFd, toChild.writeFd, errors.readFd],
    errors.readFd,
    limits,
    begin,
    scratch,
  )
}

/** The same in a place that is not ours to fork: its pipes are opened by name there. */
async function startElsewhere(
  place: Place,
  launch: Omit<Launch, 'folder'>,
  limits: SubjectLimits,
  start: StartOptions,
): Promise<RunningSubject> {
  const { folder, pipes, forget } = openNamedPipes(['in', 'out', 'err', 'life'], 'anyone')
  const [toChild, toWorld, errors, life] = pipes
  if (toChild === undefined || toWorld === undefined || errors === undefined || life === undefined)
    throw new Error('expected four pipes')
  const shared = [toChild.readFd, toWorld.writeFd, errors.writeFd, life.readFd]
  const kept = [toWorld.readFd, toChild.writeFd, errors.readFd]
  let pid: number | undefined
  try {
    pid = (await place.start({ ...launch, folder })).pid
  } catch (error) {
    for (const fd of [...kept, life.writeFd]) closeSync(fd)
    throw new SubjectGone('start', error instanceof Error ? error.message : String(error))
  } finally {
    for (const fd of shared) closeSync(fd)
    forget()
  }
  return new ProcessSubject(
    { pid, lifeFd: life.writeFd, end: () => closeSync(life.writeFd) },
    new Channel(toWorld.readFd, toChild.writeFd, limits.turnBytes),
    kept,
    errors.readFd,
    limits,
    start,
    undefined,
  )
}

/** The process, and how to end it with all it started. */
type Held = Watched & { end(): void }

class ProcessSubject implements RunningSubject {
  readonly tier = 'D3'
  readonly boot: Turn
  readonly #held: Held
  readonly #channel: Channel
  readonly #fds: readonly number[]
  readonly #errorFd: number
  readonly #limits: SubjectLimits
  readonly #scratch: string | undefined
  readonly #watchdog: Watchdog | undefined
  readonly #out = new TurnWriter()
  /** Where the program listens. */
  readonly #ports = new Set<number>()
  #sequence = 0
  #nowMs: number
  #gone: SubjectGone | undefined
  #closed = false

  constructor(
    held: Held,
    channel: Channel,
    fds: readonly number[],
    errorFd: number,
    limits: SubjectLimits,
    start: StartOptions,
    scratch: string | undefined,
  ) {
    this.#held = held
    this.#channel = channel
    this.#fds = fds
    this.#errorFd = errorFd
    this.#limits = limits
    this.#scratch = scratch
    this.#watchdog =
      held.pid === undefined && held.lifeFd === undefined
        ? undefined
        : createWatchdog({ pid: held.pid, lifeFd: held.lifeFd }, limits)
    this.#nowMs = start.epochMs
    this.#out.add('init', start)
    this.boot = this.#exchange(start.epochMs, start.epochMs, LOADING)
  }

  turn(nowMs: number, instructions: readonly Instruction[]): Turn {
    let latestMs = nowMs
    for (const instruction of instructions) {
      const { kind } = instruction
      switch (kind) {
        case 'data':
          this.#out.add(kind, { now: nowMs, id: instruction.id }, instruction.bytes)
          break
        case 'run':
          this.#out.add(kind, { now: nowMs, until: instruction.untilMs, one: instruction.one })
          latestMs = Math.max(nowMs, instruction.untilMs - 1)
          break
        default:
          this.#out.add(kind, { now: nowMs, ...instruction, kind: undefined })
      }
    }
    return this.#exchange(nowMs, latestMs)
  }

  restart(again: StartOptions & { readonly keep?: boolean | undefined }): Turn {
    this.#out.add('restart', again)
    if (again.keep === true) {
      // A program that stays loaded does nothing of its own accord: it is told with its first turn, and spared one.
      this.#nowMs = again.epochMs
      const effects = [...this.#ports].map((port) => ({ kind: 'listen', port }) as const)
      return { nowMs: again.epochMs, nextMs: undefined, unrefOnly: true, draws: {}, effects }
    }
    this.#ports.clear()
    return this.#exchange(again.epochMs, again.epochMs)
  }

  passed(): Passed {
    this.#out.add('probe', { now: this.#nowMs })
    return this.#exchange(this.#nowMs, this.#nowMs).passed ?? { loading: {}, serving: {}, hits: 0, ticks: 0 }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#watchdog?.close()
    for (const fd of this.#fds) closeSync(fd)
    this.#held.end()
    if (this.#scratch !== undefined) rmSync(this.#scratch, { recursive: true, force: true })
  }

  #exchange(nowMs: number, latestMs: number, times = 1): Turn {
    if (this.#gone !== undefined) throw this.#gone
    this.#watchdog?.begin(times)
    try {
      this.#channel.send(this.#out.take(this.#sequence))
      const turn = this.#channel.receive()
      if (turn === undefined) throw this.#whyGone(times)
      const frames = readFrames(turn, this.#sequence)
      this.#sequence += 1
      const report = readReport(frames, nowMs, latestMs)
      if (report.flood) throw new SubjectGone('flood', 'the program prints without end: more than 1 MiB in one run')
      if (report.cannotRestart !== undefined) throw new SubjectGone('start', report.cannotRestart)
      this.#nowMs = report.turn.nowMs
      for (const effect of report.turn.effects) {
        if (effect.kind === 'listen') this.#ports.add(effect.port)
        else if (effect.kind === 'unlisten') this.#ports.delete(effect.port)
      }
      return report.turn
    } catch (error) {
      throw this.#end(error, times)
    } finally {
      this.#watchdog?.end()
    }
  }

  #end(error: unknown, times: number): SubjectGone {
    const gone =
      error instanceof SubjectGone
        ? error
        : error instanceof ProtocolError
          ? new SubjectGone(/at most \d+ bytes/.test(error.message) ? 'flood' : 'protocol', error.message)
          : this.#whyGone(times)
    this.#gone = gone
    this.close()
    return gone
  }

  #whyGone(times: number): SubjectGone {
    const { turnMs, heapMb, rssMb } = this.#limits
    if (this.#watchdog?.killed === 'hung')
      return new SubjectGone(
        'hung',
        `the program did not come to rest within ${(turnMs * times) / 1000} s of real time; is it in an endless loop?`,
      )
    if (this.#watchdog?.killed === 'memory')
      return new SubjectGone('memory', `the program took more than ${rssMb} MiB of memory`)
    const said = readRest(this.#errorFd)
    if (/heap out of memory|Reached heap limit|Allocation failed/.test(said))
      return new SubjectGone('memory', `the program took more than ${heapMb} MiB of heap`)
    const first = said.trim().split('\n').slice(0, 6).join('\n')
    return new SubjectGone(
      'killed',
      `the program's process ended without a word${first === '' ? '' : `; it printed:\n${first}`}`,
    )
  }
}

const SETPRIV = '/usr/bin/setpriv'

/**
 * Makes the kernel kill the program when this process dies, even in the middle of a busy loop. Without `setpriv` (part of Debian's
 * base) a program that waits for us still ends, because its pipe closes; one that loops for ever does not.
 */
const dyingWithUs = (command: readonly string[]): readonly string[] =>
  existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--', ...command] : command
