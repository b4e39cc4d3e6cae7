import { connect, type Socket } from 'node:net'
import { fieldsOf, type Message, MessageReader, message, query, rowsIn, type Status } from '../wire.ts'

/** What ends the answer to a batch: `ReadyForQuery`, or so many messages where a Flush ends it. */
export type Until =
  | { readonly kind: 'ready' }
  | { readonly kind: 'count'; readonly count: number; readonly any?: boolean }

/** One connection to the server, by its raw messages. */
export class Backend {
  pid = 0
  status: Status = 'I'
  /** The client's messages so far have not been ended by a Sync. */
  pipelined = false
  readonly #socket: Socket
  readonly #reader = new MessageReader()
  readonly #messages: Message[] = []
  /** Notifications that have come. */
  readonly notifications: Message[] = []
  #wake: (() => void) | undefined
  #over = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      this.#reader.push(bytes)
      for (let one = this.#reader.next(); one !== undefined; one = this.#reader.next()) {
        if (one.type === 'K') this.pid = one.body.readInt32BE(0)
        if (one.type === 'Z') this.status = String.fromCharCode(one.body[0] ?? 0) as Status
        const to = one.type === 'A' ? this.notifications : this.#messages
        to.push(one)
      }
      this.#wake?.()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#over = true
      this.#wake?.()
    })
  }

  /** Connects; the messages up to the first `ReadyForQuery`, or up to the error that refuses. */
  static async open(
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<{ readonly backend: Backend; readonly said: readonly Message[] }> {
    const backend = new Backend(connect(path))
    const words = Object.entries({ user: 'postgres', database: 'postgres', ...parameters }).flat()
    const body = Buffer.concat([
      Buffer.from([0, 3, 0, 0]),
      ...words.map((word) => Buffer.from(`${word}\0`)),
      Buffer.from([0]),
    ])
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length + 4)
    backend.write(Buffer.concat([length, body]))
    return { backend, said: await backend.answer({ kind: 'ready' }) }
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  /** The next answer, whole. It ends early when the connection does. */
  async answer(until: Until): Promise<readonly Message[]> {
    for (;;) {
      const length = this.#complete(until)
      if (length !== undefined) return this.#messages.splice(0, length)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The first `count` messages of what comes, for those that answer messages of our own. */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; left--) {
      const one = (await this.answer({ kind: 'count', count: 1, any: true })).at(-1)
      if (one === undefined || one.type === 'E')
        throw new Error(
          `postgres: expected a session to be told the time, got ${one === undefined ? 'its end' : fieldsOf(one.body).M}`,
        )
    }
  }

  /** Rows of a statement of our own. */
  async rows(sql: string): Promise<readonly Readonly<Record<string, string | null>>[]> {
    this.write(query(sql))
    return rowsIn(Buffer.concat((await this.answer({ kind: 'ready' })).map(({ bytes }) => bytes)))
  }

  /** A `COPY … FROM STDIN` of our own, with what it reads. */
  async copy(sql: string, data: Uint8Array): Promise<void> {
    this.write(query(sql))
    const said = await this.answer({ kind: 'ready' })
    // Refused before it has read anything: then it is ready again already.
    const bytes = said.at(-1)?.type === 'G' ? await this.#feed(data) : said
    rowsIn(Buffer.concat(bytes.map((one) => one.bytes)))
  }

  async #feed(data: Uint8Array): Promise<readonly Message[]> {
    this.write(Buffer.concat([message('d', data), message('c')]))
    return this.answer({ kind: 'ready' })
  }

  close(): void {
    if (!this.#over) this.write(message('X'))
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #complete(until: Until): number | undefined {
    if (this.#over) return this.#messages.length
    if (until.kind === 'ready') {
      const end = this.#messages.findIndex(({ type }) => type === 'Z' || type === 'G')
      return end < 0 ? undefined : end + 1
    }
    let left = until.count
    for (const [at, { type }] of this.#messages.entries()) {
      // After an error nothing more comes before the client's Sync.
      if (type === 'E') return at + 1
      if (ASYNCHRONOUS.has(type)) continue
      if (until.any === true || ENDS.has(type)) left -= 1
      if (left === 0) return at + 1
    }
    return left === 0 ? this.#messages.length : undefined
  }
}

/** Notices and changed settings: they answer nothing. */
const ASYNCHRONOUS = new Set(['N', 'S'])
/** The last message of the answer to each message of the extended protocol. */
const ENDS = new Set(['1', '2', '3', 'C', 'I', 's', 'T', 'n'])
