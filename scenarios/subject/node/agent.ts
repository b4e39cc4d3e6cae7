import type { StartOptions } from '../subject.ts'
import type { Frame } from '../wire.ts'
import { drawCounts, resetChance } from './chance.ts'
import { clearAllTimers, nextTimerMs, onlyUnrefTimers } from './clock.ts'
import { passed, serving } from './mutants.ts'
import { closeAll, closeConnections, established, openFromWorld, resetNetwork, withSocket } from './network.ts'
import { LOG_BYTES_MAX, realm } from './realm.ts'

type Meta = { readonly [key: string]: string | number | undefined }

/** Does one thing the world asks for. The world is trusted: its frames are taken as they are. */
export function apply(frame: Frame): void {
  const meta = frame.meta as Meta
  const id = String(meta.id)
  switch (frame.kind) {
    case 'probe':
      realm.probed = true
      return
    case 'open':
      serving()
      if (!openFromWorld(id, Number(meta.port), String(meta.step))) realm.out.add('reset', { id, code: 'ECONNREFUSED' })
      return
    case 'data': {
      // The channel's buffer is used again: the program gets bytes of its own.
      const bytes = Buffer.from(frame.bytes)
      withSocket(id, (socket) => socket.arrive(bytes))
      return
    }
    case 'fin':
      withSocket(id, (socket) => socket.ended())
      return
    case 'reset':
      withSocket(id, (socket) => socket.broken(String(meta.code)))
      return
    case 'accept':
      established(id)
      return
    case 'refuse':
      withSocket(id, (socket) => socket.refused(String(meta.code), socket.asked, socket.remotePort ?? 0))
      return
    case 'signal': {
      const name = String(meta.name) as NodeJS.Signals
      // Without a listener the default action ends the process, as the kernel would.
      if (process.listenerCount(name) === 0) process.exit(name === 'SIGINT' ? 130 : 143)
      process.emit(name, name)
      return
    }
    default:
      throw new Error(`control channel: unexpected ${frame.kind} from the world`)
  }
}

/** Ends one life of the program: everything it holds closes, everything it still says is dropped. With `keep` its servers stay. */
export function endLife(keep: boolean): void {
  realm.muted = true
  if (keep) closeConnections()
  else closeAll()
  clearAllTimers()
}

/** What a life begins with. */
export type Life = Pick<StartOptions, 'seed' | 'epochMs' | 'reach'>

/** The state of a new life, before its program loads. */
export function beginLife({ seed, epochMs, reach }: Life): void {
  clearAllTimers()
  resetNetwork()
  resetChance()
  realm.out.clear()
  realm.seed = seed
  realm.epochMs = epochMs
  realm.nowMs = epochMs
  realm.logBytesLeft = LOG_BYTES_MAX
  realm.muted = false
  realm.reach = new Set(reach)
}

/** Ends a turn: what the world needs to choose the next event. */
export function endTurn(): void {
  realm.out.add('idle', {
    now: realm.nowMs,
    next: nextTimerMs(),
    unref: onlyUnrefTimers(),
    draws: drawCounts(),
    passed: realm.probed ? passed() : undefined,
  })
  realm.probed = false
}
