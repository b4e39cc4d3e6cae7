import fs from 'node:fs'

type Print = (stream: 'stdout' | 'stderr', text: string) => void
type Done = (error: null, written: number, data: unknown) => void
type Data = string | NodeJS.ArrayBufferView

const STREAMS: ReadonlyMap<unknown, 'stdout' | 'stderr'> = new Map([
  [1, 'stdout'],
  [2, 'stderr'],
])

const isPart = (value: unknown): value is number => typeof value === 'number'
const bytesOf = (data: Data): Buffer =>
  typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength)

/** The bytes that one call writes: `(data, offset, length)` or `(data, { offset, length })` of a buffer, else all. */
function written(data: Data, rest: readonly unknown[]): Buffer {
  const bytes = bytesOf(data)
  if (typeof data === 'string') return bytes
  const [first, second] = rest
  const named = (typeof first === 'object' ? first : undefined) as { offset?: number; length?: number } | undefined
  const offset = named?.offset ?? (isPart(first) ? first : 0)
  const length = named?.length ?? (isPart(first) && isPart(second) ? second : bytes.length - offset)
  return bytes.subarray(offset, offset + length)
}

/** What `util.promisify` makes of a function hangs on it under a symbol of Node's own. */
function promisedAs<T extends object>(stand: T, real: object): T {
  for (const key of Object.getOwnPropertySymbols(real))
    Object.defineProperty(stand, key, Object.getOwnPropertyDescriptor(real, key) ?? {})
  return stand
}

/** Loggers that are in a hurry write to descriptors 1 and 2 past `process.stdout`: that is printing too. */
export function installDescriptors(print: Print): void {
  const { write, writeSync, writev, writevSync } = fs
  const all = (parts: readonly NodeJS.ArrayBufferView[]): Buffer => Buffer.concat(parts.map(bytesOf))
  const say = (fd: unknown, bytes: Buffer): number => {
    print(STREAMS.get(fd) ?? 'stdout', bytes.toString())
    return bytes.length
  }
  const tell = (fd: number, bytes: Buffer, data: unknown, rest: readonly unknown[]): void => {
    const count = say(fd, bytes)
    process.nextTick(rest.at(-1) as Done, null, count, data)
  }
  fs.writeSync = ((fd: number, data: Data, ...rest: unknown[]) =>
    STREAMS.has(fd)
      ? say(fd, written(data, rest))
      : Reflect.apply(writeSync, fs, [fd, data, ...rest])) as typeof writeSync
  fs.write = promisedAs(
    ((fd: number, data: Data, ...rest: unknown[]) =>
      STREAMS.has(fd)
        ? tell(fd, written(data, rest), data, rest)
        : Reflect.apply(write, fs, [fd, data, ...rest])) as typeof write,
    write,
  )
  fs.writevSync = ((fd: number, parts: readonly NodeJS.ArrayBufferView[], ...rest: unknown[]) =>
    STREAMS.has(fd) ? say(fd, all(parts)) : Reflect.apply(writevSync, fs, [fd, parts, ...rest])) as typeof writevSync
  fs.writev = promisedAs(
    ((fd: number, parts: readonly NodeJS.ArrayBufferView[], ...rest: unknown[]) =>
      STREAMS.has(fd)
        ? tell(fd, all(parts), parts, rest)
        : Reflect.apply(writev, fs, [fd, parts, ...rest])) as typeof writev,
    writev,
  )
}
