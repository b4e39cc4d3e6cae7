import { complete } from './light.ts'

type Body = string | Uint8Array<ArrayBuffer> | null

/** An answer as it goes over the wire: header names in lower case and in order, as `Headers` gives them. */
export type PlainAnswer = {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The same with its body as it was given: text need not become bytes for those who want neither. */
export type GivenAnswer = Pick<PlainAnswer, 'status' | 'headers'> & { readonly body: Body }

/** A `Response` that is not made before somebody wants more of it than `plainOf` does. `headers` gives its type where it has one. */
export const responseOf = (body: Body, status: number, headers: Readonly<Record<string, string>>): Response =>
  new LightResponse(body, status, headers) as unknown as Response

/** What an answer consists of; a light one is not made real for it. */
export async function plainOf(response: Response): Promise<PlainAnswer> {
  if (response instanceof LightResponse) return response.plain()
  return {
    status: response.status,
    headers: [...response.headers],
    bytes: new Uint8Array(await response.arrayBuffer()),
  }
}

/** What a light answer was made of, at once; undefined for others, and where somebody has had the body. */
export const givenOf = (response: Response): GivenAnswer | undefined =>
  response instanceof LightResponse ? response.given() : undefined

const encoder = new TextEncoder()
const NOTHING = new Uint8Array()

class LightResponse {
  readonly #body: Body
  readonly status: number
  readonly #given: Readonly<Record<string, string>>
  #headers: Headers | undefined
  #real: Response | undefined
  #used = false

  constructor(body: Body, status: number, headers: Readonly<Record<string, string>>) {
    this.#body = body
    this.status = status
    this.#given = headers
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  get headers(): Headers {
    this.#headers ??= new Headers(this.#given)
    return this.#headers
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#real?.bodyUsed ?? false)
  }

  get real(): Response {
    this.#real ??= new Response(this.#body, { status: this.status, headers: this.headers })
    return this.#real
  }

  plain(): PlainAnswer {
    return { status: this.status, headers: this.#pairs, bytes: this.#take() }
  }

  given(): GivenAnswer | undefined {
    if (this.bodyUsed) return undefined
    this.#used = this.#body !== null
    return { status: this.status, headers: this.#pairs, body: this.#body }
  }

  get #pairs(): ReadonlyArray<readonly [string, string]> {
    return this.#headers === undefined ? sorted(this.#given) : [...this.#headers]
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#take().slice().buffer
  }

  async text(): Promise<string> {
    if (typeof this.#body !== 'string') return new TextDecoder().decode(this.#take())
    this.#take()
    return this.#body
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  clone(): Response {
    if (this.bodyUsed) throw new TypeError('clone: expected a body that nobody has read, got one that is gone.')
    return this.#headers === undefined ? responseOf(this.#body, this.status, this.#given) : this.real.clone()
  }

  /** The body, once. */
  #take(): Uint8Array<ArrayBuffer> {
    if (this.#body === null) return NOTHING
    if (this.bodyUsed) throw new TypeError('body: expected one that nobody has read, got one that is gone.')
    this.#used = true
    return typeof this.#body === 'string' ? encoder.encode(this.#body) : this.#body
  }
}

function sorted(headers: Readonly<Record<string, string>>): [string, string][] {
  const pairs: [string, string][] = []
  let last = ''
  let inOrder = true
  for (const given of Object.keys(headers)) {
    const name = given.toLowerCase()
    pairs.push([name, headers[given] ?? ''])
    inOrder &&= last < name
    last = name
  }
  // Most who make answers name the headers in order.
  return inOrder ? pairs : pairs.sort(([a], [b]) => (a < b ? -1 : 1))
}

complete(LightResponse.prototype, Response.prototype)
