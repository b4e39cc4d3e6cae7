import { complete } from './light.ts'

type Pairs = ReadonlyArray<readonly [string, string]>

/** What a request consists of; `url` is absolute, and not to be changed. */
export type RequestParts = {
  readonly method: string
  readonly url: URL
  readonly headers: Pairs
  readonly body: Uint8Array
}

/**
 * A `Request` over bytes that are there already. What twins ask for (method, address, a header, the body) is answered from them;
 * everything else makes the real thing first, which takes longer than most answers.
 */
export const requestOf = (parts: RequestParts): Request => new LightRequest(parts) as unknown as Request

/** The address of a request, without parsing it anew where that was done. Not to be changed. */
export const urlOf = (request: Request): URL =>
  request instanceof LightRequest ? request.parts.url : new URL(request.url)

const decoder = new TextDecoder()
const NOTHING = new Uint8Array()

class LightRequest {
  readonly parts: RequestParts
  #headers: LightHeaders | undefined
  #real: Request | undefined
  #used = false

  constructor(parts: RequestParts) {
    this.parts = parts
  }

  get method(): string {
    return this.parts.method
  }

  get url(): string {
    return this.parts.url.href
  }

  get headers(): Headers {
    this.#headers ??= new LightHeaders(this.parts.headers)
    return this.#headers as unknown as Headers
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#real?.bodyUsed ?? false)
  }

  get real(): Request {
    this.#real ??= new Request(this.parts.url, {
      method: this.parts.method,
      headers: [...this.headers],
      ...(this.#body.length === 0 ? {} : { body: Buffer.from(this.#body) }),
    })
    return this.#real
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#take().slice().buffer
  }

  async bytes(): Promise<Uint8Array> {
    return this.#take().slice()
  }

  async text(): Promise<string> {
    const bytes = this.#take()
    return bytes.length === 0 ? '' : decoder.decode(bytes)
  }

  async json(): Promise<unknown> {
    return JSON.parse(decoder.decode(this.#take()))
  }

  clone(): Request {
    if (this.bodyUsed) throw new TypeError('clone: expected a body that nobody has read, got one that is gone.')
    return requestOf({ ...this.parts, headers: [...this.headers] })
  }

  /** A GET or HEAD has none, whatever was sent with it. */
  get #body(): Uint8Array<ArrayBuffer> {
    const { method, body } = this.parts
    if (method === 'GET' || method === 'HEAD' || body.length === 0) return NOTHING
    // Plain bytes: the slice of a Buffer would be no copy.
    return new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.length)
  }

  /** The body, once. */
  #take(): Uint8Array<ArrayBuffer> {
    const body = this.#body
    if (body.length === 0) return body
    if (this.bodyUsed) throw new TypeError('body: expected one that nobody has read, got one that is gone.')
    this.#used = true
    return body
  }
}

class LightHeaders {
  readonly #pairs: Pairs
  /** In lower case. Few enough to look through; a map of them costs more than it saves. */
  #names: readonly string[] | undefined
  #real: Headers | undefined

  constructor(pairs: Pairs) {
    this.#pairs = pairs
  }

  get real(): Headers {
    this.#real ??= new Headers(this.#pairs.map(([name, value]): [string, string] => [name, value]))
    return this.#real
  }

  get(name: string): string | null {
    if (this.#real !== undefined) return this.#real.get(name)
    this.#names ??= this.#pairs.map(([one]) => one.toLowerCase())
    const lower = name.toLowerCase()
    const first = this.#names.indexOf(lower)
    if (first < 0) return null
    return this.#names.indexOf(lower, first + 1) < 0 ? this.#valueAt(first) : this.#joined(lower)
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  #valueAt(at: number): string {
    return this.#pairs[at]?.[1].trim() ?? ''
  }

  /** Several of one name, as `Headers` joins them. */
  #joined(lower: string): string {
    const values = (this.#names ?? []).flatMap((name, at) => (name === lower ? [this.#valueAt(at)] : []))
    return values.join(lower === 'cookie' ? '; ' : ', ')
  }
}

complete(LightRequest.prototype, Request.prototype)
complete(LightHeaders.prototype, Headers.prototype)
