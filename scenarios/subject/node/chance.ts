import crypto from 'node:crypto'
import { realm } from './realm.ts'

const { createHash } = crypto

/** A stream of bytes: SHA-256 of seed, name and a counter. Streams do not disturb one another. */
type Stream = { block: Uint8Array; used: number; blocks: number; draws: number }
const streams = new Map<string, Stream>()
const loadStreams = new Map<string, Stream>()

/** The file of a package that is loading. */
let loading: string | undefined
/** Packages load in the first life of a process only: what one draws meanwhile is a stream of its own, the same for every seed. */
export function whileLoading<T>(file: string, load: () => T): T {
  const outer = loading
  loading = file
  try {
    return load()
  } finally {
    loading = outer
  }
}

function fill(name: string, into: Uint8Array): void {
  if (loading === undefined) draw(streams, `${realm.seed}/${name}`, name, into)
  else draw(loadStreams, `${loading}/${name}`, `${loading}/${name}`, into)
}

function draw(from: Map<string, Stream>, seed: string, name: string, into: Uint8Array): void {
  let stream = from.get(name)
  if (stream === undefined) {
    stream = { block: new Uint8Array(0), used: 0, blocks: 0, draws: 0 }
    from.set(name, stream)
  }
  stream.draws += 1
  for (let at = 0; at < into.length; ) {
    if (stream.used === stream.block.length) {
      stream.block = createHash('sha256')
        .update(`${seed}/${stream.blocks++}`)
        .digest()
      stream.used = 0
    }
    const count = Math.min(into.length - at, stream.block.length - stream.used)
    into.set(stream.block.subarray(stream.used, stream.used + count), at)
    stream.used += count
    at += count
  }
}

/** How often each stream was drawn from: the unseed. */
export const drawCounts = (): Record<string, number> =>
  Object.fromEntries([...streams].map(([name, { draws }]) => [name, draws]).sort())

export const resetChance = (): void => streams.clear()

const scratch = Buffer.alloc(8)
/** 53 random bits as a number in [0, 1), as `Math.random` gives. */
function float(name: string): number {
  fill(name, scratch)
  return ((scratch.readUInt32LE(0) >>> 5) * 2 ** 26 + (scratch.readUInt32LE(4) >>> 6)) / 2 ** 53
}

/** So many bytes from a stream. */
export function seededBytes(name: string, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  fill(name, bytes)
  return bytes
}

/** With the virtual time in front; Node's own counts up within a millisecond, this one draws. */
function uuidV7(): `${string}-${string}-${string}-${string}-${string}` {
  const bytes = seededBytes('uuid', 16)
  bytes.writeUIntBE(realm.nowMs, 0, 6)
  return printed(bytes, 7)
}

function uuid(): `${string}-${string}-${string}-${string}-${string}` {
  return printed(seededBytes('uuid', 16), 4)
}

function printed(bytes: Buffer, version: number): `${string}-${string}-${string}-${string}-${string}` {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** So many letters and digits from a stream. */
export const seededText = (name: string, length: number): string =>
  Array.from({ length }, () => LETTERS[Math.floor(float(name) * LETTERS.length)]).join('')

const view = (target: ArrayBufferView | ArrayBuffer): Uint8Array =>
  ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target)

/** Replaces every source of chance that JavaScript can reach by streams of the subject's seed. */
export function installChance(): void {
  const define = (target: object, name: string, value: unknown): void =>
    void Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true })
  define(Math, 'random', () => float('math'))

  const bytes = (size: number): Buffer => {
    if (!Number.isInteger(size) || size < 0 || size > 2 ** 31 - 1)
      throw new RangeError(`The value of "size" is out of range. Received ${size}`)
    const buffer = Buffer.alloc(size)
    fill('bytes', buffer)
    return buffer
  }
  type Done<T> = (error: null, value: T) => void
  const randomBytes = (size: number, done?: Done<Buffer>): Buffer | undefined => {
    const buffer = bytes(size)
    if (done === undefined) return buffer
    process.nextTick(done, null, buffer)
    return undefined
  }
  const fillSync = <T extends ArrayBufferView>(target: T, offset = 0, size?: number): T => {
    const whole = view(target)
    fill('bytes', whole.subarray(offset, size === undefined ? undefined : offset + size))
    return target
  }
  const int = (min: number, max: number): number => {
    if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && max > min))
      throw new RangeError(`The value of "max" is out of range. Received ${max}`)
    return min + Math.floor(float('int') * (max - min))
  }
  define(crypto, 'randomBytes', randomBytes)
  define(crypto, 'pseudoRandomBytes', randomBytes)
  define(crypto, 'rng', randomBytes)
  define(crypto, 'prng', randomBytes)
  define(crypto, 'randomFillSync', fillSync)
  define(crypto, 'randomFill', (target: ArrayBufferView, ...rest: unknown[]) => {
    const done = rest.pop() as Done<ArrayBufferView>
    const [offset, size] = rest as [number?, number?]
    fillSync(target, offset, size)
    process.nextTick(done, null, target)
  })
  define(crypto, 'randomInt', (a: number, b?: number | Done<number>, done?: Done<number>) => {
    const [min, max] = typeof b === 'number' ? [a, b] : [0, a]
    const callback = typeof b === 'function' ? b : done
    const value = int(min, max)
    if (callback === undefined) return value
    process.nextTick(callback, null, value)
    return undefined
  })
  define(crypto, 'randomUUID', uuid)
  if ('randomUUIDv7' in crypto) define(crypto, 'randomUUIDv7', uuidV7)
  const webcrypto = Object.getPrototypeOf(crypto.webcrypto) as object
  const getRandomValues = <T extends ArrayBufferView>(target: T): T => {
    fill('web', view(target))
    return target
  }
  define(webcrypto, 'getRandomValues', getRandomValues)
  define(webcrypto, 'randomUUID', uuid)
}
