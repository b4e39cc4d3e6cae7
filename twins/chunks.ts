import { givenOf, plainOf } from './response.ts'
import type { World } from './world.ts'

/** A piece of a body, `afterMs` behind the one before it. Some have what they were made of, where each character of it is one byte. */
export type Chunk = { readonly afterMs: number; readonly bytes: Uint8Array; readonly ascii?: string | undefined }

/** Slow enough that order matters, fast enough that nobody times out. */
const SSE_GAP_MS = { min: 5, max: 40 }

const encoder = new TextEncoder()

/** Text that becomes bytes when somebody asks for them. */
class TextChunk implements Chunk {
  readonly afterMs = 0
  readonly ascii: string | undefined
  readonly #text: string
  #bytes: Uint8Array | undefined

  constructor(text: string, size: number) {
    this.#text = text
    this.ascii = text.length === size ? text : undefined
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encoder.encode(this.#text)
    return this.#bytes
  }
}

type Answered = {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: string | Uint8Array
  /** In bytes. */
  readonly size: number
}

/** What a twin answered, without a wait where there is nothing to wait for. */
export function answered(response: Response): Answered | Promise<Answered> {
  const given = givenOf(response)
  if (given === undefined) {
    return plainOf(response).then(({ status, headers, bytes }) => ({
      status,
      headers,
      body: bytes,
      size: bytes.length,
    }))
  }
  const { status, headers, body } = given
  return {
    status,
    headers,
    body: body ?? '',
    size: body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length,
  }
}

/** Cuts a server-sent event stream after each event, so that it arrives piece by piece in virtual time. */
export function pieces(world: World, key: string, { headers, body, size }: Answered): readonly Chunk[] {
  if (size === 0) return []
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  if (!type.startsWith('text/event-stream')) {
    return [typeof body === 'string' ? new TextChunk(body, size) : { afterMs: 0, bytes: body }]
  }
  const gap = world.rng.fork(`${key}/stream`)
  const text = typeof body === 'string' ? body : Buffer.from(body).toString()
  const events = text.split(/(?<=\n\n)/)
  return events.map((text, at) => ({
    afterMs: at === 0 ? 0 : gap.int(SSE_GAP_MS.min, SSE_GAP_MS.max),
    bytes: encoder.encode(text),
  }))
}

/** Half of a body, cut inside a multi-byte character where there is one: the worst place for a reader. */
export function truncate(chunks: readonly Chunk[]): readonly Chunk[] {
  if (chunks.length > 1) return chunks.slice(0, Math.ceil(chunks.length / 2))
  return chunks.map(({ afterMs, bytes }) => {
    const wide = bytes.findIndex((byte) => byte >= 0xc0)
    return { afterMs, bytes: bytes.slice(0, wide >= 0 ? wide + 1 : Math.floor(bytes.length / 2)) }
  })
}
