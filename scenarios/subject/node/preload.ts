/**
 * Runs inside the subject's process before the program (`node --require`): replaces time, chance and network, then lets Node load
 * the program as it always does. Whenever the event loop has run dry, the process reports what happened and blocks until the
 * world decides what comes next.
 */
import module from 'node:module'
import { Channel, type Frame, readFrames } from '../wire.ts'
import { installAddons } from './addons.ts'
import { apply, beginLife, endLife, endTurn, type Life } from './agent.ts'
import { installChance } from './chance.ts'
import { fireImmediate, fireTimer, installClock } from './clock.ts'
import { installDescriptors } from './descriptors.ts'
import { installEscapes } from './escapes.ts'
import { emptyScratch, installTemporaryFolders } from './files.ts'
import { installKeys } from './keys.ts'
import { killOf } from './kill.ts'
import { type MutantSwitch, setMutant } from './mutants.ts'
import { installNetwork } from './network.ts'
import { original } from './originals.ts'
import { realm, stepNow, withoutRuntime } from './realm.ts'
import { loadAgain, watchModules, whyNotAgain } from './reload.ts'
import { takeBefore } from './snapshot.ts'

type Meta = { readonly [key: string]: unknown }
type Begin = Life & { readonly mutant?: MutantSwitch }

const TURN_BYTES_MAX = 256 * 1024 * 1024
const [readFd = 3, writeFd = 4] = (process.env.BACKLOT_CHANNEL ?? '').split(',').map(Number)
delete process.env.BACKLOT_CHANNEL
const scratch = process.env.BACKLOT_SCRATCH
delete process.env.BACKLOT_SCRATCH
const addons = (process.env.BACKLOT_ADDONS ?? '').split(',')
delete process.env.BACKLOT_ADDONS
const channel = new Channel(readFd, writeFd, TURN_BYTES_MAX)
const exitNow = original.exit
const emit = original.emit
const nextMacrotask = original.setImmediate

let sequence = 0
/** Local timers may fire strictly before this; undefined: not at all. */
let lease: number | undefined
let oneOnly = false
/** What to do when the last life has come to rest. */
let rebirth: (Begin & { readonly keep: boolean }) | undefined
/** What the world wants of a life that has not begun. */
let held: readonly Frame[] = []
let ended = false

const received = (): readonly Frame[] => {
  const turn = channel.receive()
  if (turn === undefined) return exitNow(0)
  return readFrames(turn, sequence)
}

const [init] = received()
if (init === undefined) throw new Error('expected init, got an empty turn')
const first = init.meta as Begin
installClock()
installChance()
installKeys()
installNetwork()
installEscapes()
installAddons(addons)
installTemporaryFolders()
module.syncBuiltinESMExports()
installOutput()
installWarnings()
installEnd()
const before = takeBefore()
watchModules(new URL('.', import.meta.url).href, before)
setMutant(first.mutant)
beginLife(first)

process.emit = function (this: NodeJS.Process, name: string | symbol, ...args: unknown[]): boolean {
  // The loop is empty: no thread-pool job, no handle, no task of the engine is left. That is the barrier.
  if (name === 'beforeExit') {
    nextMacrotask(step)
    return true
  }
  return Reflect.apply(emit, this, [name, ...args]) as boolean
} as typeof process.emit

/** One move from rest: a local event if the lease allows one, else a turn with the world. */
function step(): void {
  if (fireImmediate()) return
  if (rebirth !== undefined) {
    const next = rebirth
    rebirth = undefined
    if (!next.keep) {
      before.restore()
      emptyScratch(scratch)
      setMutant(next.mutant)
    }
    beginLife(next)
    if (!next.keep) loadAgain()
    beginAll(held)
    return
  }
  if (lease !== undefined && realm.out.frames === 0 && fireTimer(lease)) {
    if (oneOnly) lease = undefined
    return
  }
  lease = undefined
  endTurn()
  channel.send(realm.out.take(sequence))
  sequence += 1
  beginAll(received())
}

/** Begins what the world asks for. What follows a restart waits until the life before has come to rest. */
function beginAll(frames: readonly Frame[]): void {
  held = []
  for (const [at, frame] of frames.entries()) {
    begin(frame)
    if (rebirth === undefined) continue
    held = frames.slice(at + 1)
    return
  }
}

function begin(frame: Frame): void {
  const meta = frame.meta as Meta
  if (typeof meta.now === 'number' && meta.now > realm.nowMs) realm.nowMs = meta.now
  switch (frame.kind) {
    case 'run':
      lease = typeof meta.until === 'number' ? meta.until : Number.POSITIVE_INFINITY
      oneOnly = meta.one === true
      return
    case 'restart': {
      const keep = meta.keep === true
      const why = keep ? undefined : whyNotAgain()
      if (why !== undefined) {
        realm.out.add('exited', { code: 1, error: `cannot start again in the same process: ${why}`, restart: true })
        finish()
      }
      endLife(keep)
      rebirth = { ...(meta as Begin), keep }
      return
    }
    default:
      apply(frame)
  }
}

/** The last turn of this process. */
function finish(): never {
  if (!ended) {
    ended = true
    // Nobody can ask later.
    realm.probed = true
    endTurn()
    channel.send(realm.out.take(sequence))
  }
  return exitNow(0)
}

/** What the program prints becomes part of the run; nobody drains a pipe while the world waits for this process. */
function installOutput(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name]
    stream.write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
      print(name, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const callback = typeof encoding === 'function' ? encoding : done
      if (typeof callback === 'function') process.nextTick(callback as () => void)
      return true
    }) as typeof stream.write
  }
  installDescriptors(print)
}

function print(stream: 'stdout' | 'stderr', text: string): void {
  // A package loads in a first life only: what it says meanwhile is none of the run's.
  if (realm.muted || before.loads) return
  realm.logBytesLeft -= text.length
  if (realm.logBytesLeft >= 0) {
    realm.out.add('log', { stream, text, step: stepNow() })
    return
  }
  realm.out.add('exited', { code: 1, error: 'the program prints without end', flood: true })
  finish()
}

/** Of these Node and packages tell each once in a process, whatever life it is in: one life would print what the next does not. */
const TOLD_ONCE: ReadonlySet<string> = new Set(['DeprecationWarning', 'ExperimentalWarning', 'Warning'])

function installWarnings(): void {
  process.removeAllListeners('warning')
  // Node's own printer adds a hint to the first of them only.
  process.on('warning', (warning) => {
    if (!TOLD_ONCE.has(warning.name))
      process.stderr.write(`(node:${process.pid}) ${warning.name}: ${warning.message}\n`)
  })
}

function installEnd(): void {
  const exit = (code?: string | number | null): never => {
    const status = Number(code ?? process.exitCode ?? 0)
    try {
      Reflect.apply(emit, process, ['exit', status])
    } catch {
      // A listener that throws while the process ends changes nothing about its end.
    }
    return ended(status)
  }
  /** Without a word to listeners, as the kernel ends a process. */
  function ended(code: number): never {
    realm.out.add('exited', { code })
    return finish()
  }
  Object.defineProperty(process, 'exit', { value: exit, writable: true, configurable: true })
  const ends = {
    reallyExit: (code?: number) => ended(Number(code ?? process.exitCode ?? 0)),
    abort: () => ended(134),
    kill: killOf(ended),
  }
  for (const [name, value] of Object.entries(ends))
    Object.defineProperty(process, name, { value, writable: true, configurable: true })
  const crashed = (error: unknown): void => {
    // The program handles it itself; this listener is there for those that do not.
    if (process.listenerCount('uncaughtException') > 1) return
    if (realm.muted) return
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    realm.out.add('exited', { code: 1, error: withoutRuntime(text).slice(0, 4000) })
    finish()
  }
  process.on('uncaughtException', crashed)
  // A real handle that keeps the loop alive means the program never comes to rest.
  let last = -1
  original
    .setInterval(() => {
      if (last === sequence) {
        const held = [...new Set(process.getActiveResourcesInfo())].filter(
          (kind) => kind !== 'Timeout' && kind !== 'Immediate',
        )
        if (held.length > 0) {
          const what = `a handle that never closes (${held.join(', ')})`
          realm.out.add('escape', { what, where: 'the event loop', wayOut: 'Close it, or do without it under test.' })
          realm.out.add('exited', { code: 1, error: `the program never comes to rest: ${held.join(', ')}` })
          finish()
        }
      }
      last = sequence
    }, 3000)
    .unref()
}
