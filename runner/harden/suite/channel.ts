import { readSync, writeSync } from 'node:fs'

/** Lines to and from the parent, without the event loop: whoever waits for the next one has nothing else to do. */
export interface LineChannel {
  say(line: string): void
  /** The next line; undefined when the parent is gone. */
  hear(): string | undefined
}

const PAUSE_MS = 1
const BYTES = 1 << 16

export function createLineChannel(readFd: number, writeFd: number): LineChannel {
  const buffer = Buffer.alloc(BYTES)
  const pause = new Int32Array(new SharedArrayBuffer(4))
  let rest = ''
  /** A pipe may be empty, or full, for now. */
  const patiently = (act: () => number): number => {
    for (;;) {
      try {
        return act()
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EOF' || code === 'ECONNRESET') return 0
        if (code !== 'EAGAIN' && code !== 'EINTR') throw error
        Atomics.wait(pause, 0, 0, PAUSE_MS)
      }
    }
  }
  return {
    say(line) {
      for (let bytes = Buffer.from(`${line}\n`); bytes.length > 0; ) {
        const left = bytes
        bytes = left.subarray(patiently(() => writeSync(writeFd, left)))
      }
    },
    hear() {
      for (;;) {
        const end = rest.indexOf('\n')
        if (end >= 0) {
          const line = rest.slice(0, end)
          rest = rest.slice(end + 1)
          return line
        }
        const count = patiently(() => readSync(readFd, buffer))
        if (count === 0) return undefined
        rest += buffer.toString('latin1', 0, count)
      }
    },
  }
}
