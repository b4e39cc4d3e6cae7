import type crypto from 'node:crypto'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { createRng, type Rng } from '../../rng.ts'

/** What is real to this thread. */
export interface Reality {
  set(nowMs: number, chance: string): void
  /** From now on no timer runs: between two requests nothing happens. */
  stopTimers(): void
  /** Makes the devices of chance in Emscripten's file system draw anew each time; it would keep a supply, which no image has. */
  serveDevices(files: object): void
}

type Device = {
  readonly stream_ops: { read: (stream: unknown, buffer: Uint8Array, offset: number, length: number) => number }
}
type Files = {
  readonly devices: Readonly<Record<number, Device>>
  lookupPath(path: string): { readonly node: { readonly rdev: number } }
}

/** Takes time and chance of this thread over. The thread must be a worker of its own: it sees nothing else any more. */
export function takeOver(nowMs: number, chance: string): Reality {
  let now = nowMs
  let rng: Rng = createRng(chance)
  const RealDate = Date
  class VirtualDate extends RealDate {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) super(now)
      // What a Date can be made of is Date's own business.
      else super(...(given as [number]))
    }
    static override now(): number {
      return now
    }
  }
  Object.defineProperty(globalThis, 'Date', { value: VirtualDate, configurable: true, writable: true })
  const fill = <T extends ArrayBufferView>(view: T): T => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    for (let at = 0; at < bytes.length; at++) bytes[at] = rng.int(0, 255)
    return view
  }
  Object.defineProperty(Object.getPrototypeOf(performance), 'now', { value: () => now, configurable: true })
  Object.defineProperty(Math, 'random', { value: () => rng.float(), configurable: true })
  Object.defineProperty(Crypto.prototype, 'getRandomValues', { value: fill, configurable: true })
  Object.assign(createRequire(import.meta.url)('node:crypto') as typeof crypto, { randomFillSync: fill })
  syncBuiltinESMExports()
  return {
    set(nextMs, nextChance) {
      now = nextMs
      rng = createRng(nextChance)
    },
    stopTimers() {
      const never = (): number => 0
      for (const name of ['setTimeout', 'setInterval'])
        Object.defineProperty(globalThis, name, { value: never, configurable: true })
    },
    serveDevices(files) {
      const { devices, lookupPath } = files as Files
      for (const path of ['/dev/random', '/dev/urandom']) {
        const device = devices[lookupPath(path).node.rdev]
        if (device === undefined) throw new Error(`pglite: expected a device at ${path}, got none.`)
        device.stream_ops.read = (_, buffer, offset, length) => {
          fill(buffer.subarray(offset, offset + length))
          return length
        }
      }
    },
  }
}
