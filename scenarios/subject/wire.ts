/**
 * The control channel: how instructions and effects travel. Both sides load this file, so it depends on nothing but `node:fs`.
 *
 *   turn  = u32 length of what follows, u32 sequence number, frame*
 *   frame = u8 kind, u32 length of meta, u32 length of bytes, meta (JSON), bytes
 *
 * Strictly half-duplex: one turn from the world, one from the subject. Whatever comes from the subject is hostile.
 */
import fs from 'node:fs'

// Taken now: the subject may replace what it finds on the module later.
const { readSync, writeSync } = fs

/** Where a connection leads, as a URL's origin. */
export function originOf(host: string, port: number, tls: boolean): string {
  const scheme = tls ? 'https' : 'http'
  return port === (tls ? 443 : 80) ? `${scheme}://${host}` : `${scheme}://${host}:${port}`
}

/** Kinds of frames; the numbers are the protocol. */
export const FRAMES = [
  'init',
  'open',
  'data',
  'fin',
  'reset',
  'accept',
  'refuse',
  'signal',
  'run',
  'restart',
  'listen',
  'unlisten',
  'connect',
  'log',
  'escape',
  'exited',
  'idle',
  'probe',
] as const
export type FrameKind = (typeof FRAMES)[number]
const CODES: Readonly<Record<string, number>> = Object.fromEntries(FRAMES.map((kind, code) => [kind, code]))

/** A frame as it was read; `meta` is unchecked JSON, `bytes` a view of the turn's buffer. */
export type Frame = { readonly kind: FrameKind; readonly meta: unknown; readonly bytes: Uint8Array }

/** The peer broke the rules of the channel. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(`control channel: ${message}`)
    this.name = 'ProtocolError'
  }
}

const EMPTY = new Uint8Array(0)
const HEAD = 8
const stringify = JSON.stringify
const parse = JSON.parse

/** Collects the frames of one turn in a buffer that is reused. */
export class TurnWriter {
  #buffer = Buffer.allocUnsafeSlow(1 << 16)
  #length = HEAD
  #frames = 0

  get frames(): number {
    return this.#frames
  }

  get bytes(): number {
    return this.#length
  }

  add(kind: FrameKind, meta: object, bytes: Uint8Array = EMPTY): void {
    const text = stringify(meta)
    const metaLength = Buffer.byteLength(text)
    this.#reserve(9 + metaLength + bytes.length)
    const buffer = this.#buffer
    let at = this.#length
    buffer[at] = CODES[kind] ?? 255
    buffer.writeUInt32LE(metaLength, at + 1)
    buffer.writeUInt32LE(bytes.length, at + 5)
    at += 9
    buffer.write(text, at, 'utf8')
    at += metaLength
    buffer.set(bytes, at)
    this.#length = at + bytes.length
    this.#frames += 1
  }

  clear(): void {
    this.#length = HEAD
    this.#frames = 0
  }

  /** The turn's bytes, valid until the next `add`. */
  take(sequence: number): Uint8Array {
    this.#buffer.writeUInt32LE(this.#length - 4, 0)
    this.#buffer.writeUInt32LE(sequence, 4)
    const turn = this.#buffer.subarray(0, this.#length)
    this.clear()
    return turn
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return
    const bigger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + more))
    this.#buffer.copy(bigger, 0, 0, this.#length)
    this.#buffer = bigger
  }
}

/** The frames of a turn (without its length). Throws `ProtocolError` on a wrong sequence number or a frame that overruns. */
export function readFrames(turn: Buffer, sequence: number): readonly Frame[] {
  if (turn.length < 4) throw new ProtocolError('expected a sequence number, got an empty turn')
  const got = turn.readUInt32LE(0)
  if (got !== sequence) throw new ProtocolError(`expected turn ${sequence}, got turn ${got}`)
  const frames: Frame[] = []
  for (let at = 4; at < turn.length; ) {
    if (at + 9 > turn.length) throw new ProtocolError('a frame is cut off in its head')
    const kind = FRAMES[turn[at] ?? 255]
    const metaLength = turn.readUInt32LE(at + 1)
    const byteLength = turn.readUInt32LE(at + 5)
    at += 9
    if (kind === undefined) throw new ProtocolError('unknown kind of frame')
    if (at + metaLength + byteLength > turn.length) throw new ProtocolError('a frame overruns its turn')
    let meta: unknown
    try {
      meta = parse(turn.toString('utf8', at, at + metaLength))
    } catch {
      throw new ProtocolError('a frame is not JSON')
    }
    at += metaLength
    frames.push({ kind, meta, bytes: turn.subarray(at, at + byteLength) })
    at += byteLength
  }
  return frames
}

/** Blocking reads and writes on two descriptors. */
export class Channel {
  readonly #readFd: number
  readonly #writeFd: number
  readonly #turnBytesMax: number
  #buffer = Buffer.allocUnsafeSlow(1 << 16)

  constructor(readFd: number, writeFd: number, turnBytesMax: number) {
    this.#readFd = readFd
    this.#writeFd = writeFd
    this.#turnBytesMax = turnBytesMax
  }

  send(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#writeFd, bytes, at, bytes.length - at)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error
      }
    }
  }

  /** One whole turn without its length, valid until the next call; undefined when the peer is gone. Throws `ProtocolError` when it is too long. */
  receive(): Buffer | undefined {
    let have = 0
    let total = 4
    while (have < total) {
      const count = this.#read(have)
      if (count === 0) return undefined
      have += count
      if (have < 4 || total > 4) continue
      const length = this.#buffer.readUInt32LE(0)
      if (length > this.#turnBytesMax) {
        throw new ProtocolError(`expected a turn of at most ${this.#turnBytesMax} bytes, got ${length}`)
      }
      total = length + 4
      if (total <= this.#buffer.length) continue
      const bigger = Buffer.allocUnsafeSlow(total)
      this.#buffer.copy(bigger, 0, 0, have)
      this.#buffer = bigger
    }
    if (have > total) throw new ProtocolError('two turns at once')
    return this.#buffer.subarray(4, total)
  }

  #read(offset: number): number {
    for (;;) {
      try {
        return readSync(this.#readFd, this.#buffer, offset, this.#buffer.length - offset, null)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EOF' || code === 'ECONNRESET') return 0
        if (code !== 'EINTR') throw error
      }
    }
  }
}
