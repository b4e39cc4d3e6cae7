import os from 'node:os'
import { original } from './originals.ts'

type Ended = (code: number) => never

/** What the kernel does with a signal that nobody listens for, where it is not the end of the process. */
const IGNORED: ReadonlySet<string> = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH'])

const failure = (message: string, more: object): Error => Object.assign(new Error(message), more)

/** `process.kill` for a program that is alone in its world: signals reach itself, as frameworks send them to end, and nobody else. */
export function killOf(ended: Ended): typeof process.kill {
  return (pid, signal = 'SIGTERM') => {
    const known: Readonly<Record<string, number>> = os.constants.signals
    const number = typeof signal === 'number' ? signal : known[signal]
    if (number === undefined) throw failure(`Unknown signal: ${signal}`, { code: 'ERR_UNKNOWN_SIGNAL' })
    if (pid !== 0 && Math.abs(pid) !== process.pid)
      throw failure('kill ESRCH', { errno: -3, code: 'ESRCH', syscall: 'kill' })
    if (number === 0) return true
    const name = Object.keys(known).find((one) => known[one] === number) as NodeJS.Signals | undefined
    if (name === undefined) throw failure('kill EINVAL', { errno: -22, code: 'EINVAL', syscall: 'kill' })
    if (name !== 'SIGKILL' && name !== 'SIGSTOP' && process.listenerCount(name) > 0) {
      original.setImmediate(() => process.emit(name, name))
      return true
    }
    return IGNORED.has(name) ? true : ended(128 + number)
  }
}
