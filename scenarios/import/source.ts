import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { constants, createGunzip, gunzipSync } from 'node:zlib'

/** One file of evidence. It is read once; its digest is known when it has been read. */
export interface Source {
  readonly name: string
  /** Which of the files it is, from 1. */
  readonly file: number
  readonly size: number
  /** The first bytes, decompressed: enough to tell what it is. */
  readonly head: Uint8Array
  /** The text, decompressed and without a byte order mark, in pieces; as `latin1` one character is one byte. */
  texts(encoding?: 'utf8' | 'latin1'): AsyncIterable<string>
  /** Its lines in batches, without their ends. A last line without an end is a line too. */
  lines(): AsyncIterable<readonly string[]>
  /** The whole of it; throws `TooLarge` past `maxBytes`. */
  bytes(maxBytes?: number): Promise<Uint8Array>
  /** SHA-256 of the file as it lies there, of as much as was read. */
  digest(): string
  /** Whether the compressed stream broke off. */
  readonly brokenOff: boolean
}

/** A file of a kind that has to be read whole, and that is too large for it. */
export class TooLarge extends Error {
  constructor(name: string, maxBytes: number) {
    super(`${name}: expected at most ${Math.round(maxBytes / 1_048_576)} MB of a file of this kind, got more.`)
    this.name = 'TooLarge'
  }
}

const WHOLE_BYTES_MAX = 512 * 1_048_576
const HEAD_BYTES = 65_536
const CHUNK_BYTES = 1_048_576
/** A line longer than this is cut: no format of ours has such lines, and a file without line ends must not fill the memory. */
const LINE_MAX = 16 * 1_048_576

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

type Raw = {
  readonly name: string
  readonly size: number
  readonly start: Uint8Array
  read(): AsyncIterable<Uint8Array>
}

/** A file on disk. `onBytes` is told of every piece that is read, for progress. */
export function openSource(path: string, file: number, onBytes: (bytes: number) => void = () => undefined): Source {
  const { size } = statSync(path)
  const start = Buffer.alloc(Math.min(HEAD_BYTES, size))
  const handle = openSync(path, 'r')
  try {
    readSync(handle, start, 0, start.length, 0)
  } finally {
    closeSync(handle)
  }
  return sourceOf(
    { name: path, size, start, read: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }) },
    file,
    onBytes,
  )
}

/** Bytes in hand, as if they were a file that comes in pieces of `chunkBytes`. */
export const sourceOfBytes = (name: string, bytes: Uint8Array, file = 1, chunkBytes: number = CHUNK_BYTES): Source =>
  sourceOf(
    {
      name,
      size: bytes.length,
      start: bytes.subarray(0, HEAD_BYTES),
      async *read() {
        for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
      },
    },
    file,
    () => undefined,
  )

function sourceOf(raw: Raw, file: number, onBytes: (bytes: number) => void): Source {
  const hash = createHash('sha256')
  let brokenOff = false
  const compressed = isGzip(raw.start)

  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of raw.read()) {
      hash.update(chunk)
      onBytes(chunk.length)
      yield chunk
    }
  }
  async function* plain(): AsyncGenerator<Uint8Array> {
    if (!compressed) return yield* counted()
    const gunzip = createGunzip()
    const feed = async (): Promise<void> => {
      for await (const chunk of counted()) {
        if (!gunzip.write(chunk))
          await new Promise<void>((resolve) => gunzip.once('drain', resolve).once('close', resolve))
        if (gunzip.destroyed) return
      }
      gunzip.end()
    }
    const feeding = feed()
    try {
      for await (const chunk of gunzip) yield chunk as Uint8Array
    } catch {
      // A log that was cut while it was compressed: what came before the cut is good.
      brokenOff = true
    }
    await feeding
  }
  async function* texts(encoding: 'utf8' | 'latin1' = 'utf8'): AsyncGenerator<string> {
    const decoder = new StringDecoder(encoding)
    let first = true
    for await (const chunk of plain()) {
      const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
      yield first ? text.replace(/^\uFEFF/, '') : text
      first = false
    }
    const rest = decoder.end()
    if (rest !== '') yield rest
  }
  return {
    name: raw.name,
    file,
    size: raw.size,
    head: compressed ? inflatedHead(raw.start) : raw.start,
    texts,
    async *lines() {
      let rest = ''
      for await (const text of texts()) {
        const parts = (rest + text).split('\n')
        rest = parts.pop() ?? ''
        if (rest.length > LINE_MAX) {
          parts.push(rest)
          rest = ''
        }
        yield parts.map(withoutReturn)
      }
      if (rest !== '') yield [withoutReturn(rest)]
    },
    async bytes(maxBytes = WHOLE_BYTES_MAX) {
      const chunks: Uint8Array[] = []
      let total = 0
      for await (const chunk of plain()) {
        total += chunk.length
        if (total > maxBytes) throw new TooLarge(raw.name, maxBytes)
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    },
    digest: () => hash.copy().digest('hex'),
    get brokenOff() {
      return brokenOff
    },
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)

/** As much as the start of a compressed file gives. */
function inflatedHead(start: Uint8Array): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return new Uint8Array()
  }
}
