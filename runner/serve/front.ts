import type { IncomingMessage, ServerResponse } from 'node:http'
import { type PromptAnswer, settled, type WireAnswer, type WireRequest } from '../../twins/network.ts'
import { type HeaderOf, NotModelled, type TwinDefinition } from '../../twins/twin.ts'
import { type Address, createAddresses, namespaceOf } from './address.ts'
import type { Recorded, Recorder } from './har.ts'
import type { Namespaces } from './namespaces.ts'
import type { Pass } from './pass.ts'

export type FrontOptions = {
  readonly definitions: readonly TwinDefinition<unknown>[]
  readonly namespaces: Namespaces
  /** Whether answers take their usual time; otherwise only what a fault adds to it. */
  readonly latency: boolean
  readonly wait: (ms: number) => Promise<void>
  /** Moves a world's clock to the present before a request is looked at. */
  readonly tick: (namespace: ReturnType<Namespaces['at']>) => Promise<void> | undefined
  /** Told of what no twin models, and of bugs of ours. */
  readonly onProblem: (text: string) => void
  /** The service under test, reached through the same port. */
  readonly pass?: Pass | undefined
  /** Told of every exchange with a twin; `now` is the real time. */
  readonly recorder?: Recorder | undefined
  readonly now: () => number
}

const HOP_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'x-backlot-namespace',
  'x-backlot-step',
])

const NO_BODY = new Uint8Array()
const ONE_PIECE_MAX = 16_384

function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

/** Answers requests of any client as the twins would, each in the namespace it belongs to. */
export function createFront(options: FrontOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const addresses = createAddresses(options.definitions)
  return (request, response) => {
    answer(options, addresses, request, response).catch((error: unknown) => {
      options.onProblem(error instanceof Error ? (error.stack ?? error.message) : String(error))
      refuse(response, 500, 'A bug of ours. See the output of backlot twin.')
    })
  }
}

/** Loud on purpose: no vendor answers like this, and no retry makes it go away. */
function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy()
  const body = JSON.stringify({ backlot: message })
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    .end(body)
}

async function answer(
  options: FrontOptions,
  addresses: ReturnType<typeof createAddresses>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const names = namesOf(request.rawHeaders)
  const header: HeaderOf = (name) => {
    const at = names.indexOf(name)
    return at < 0 ? undefined : request.rawHeaders[at * 2 + 1]
  }
  // A proxy is asked for whole addresses.
  const asked = request.url ?? '/'
  const whole = asked.startsWith('/') ? null : /^https?:\/\/([^/]+)(\/.*)?$/.exec(asked)
  const authority = whole?.[1] ?? header('host') ?? ''
  const target = whole === null ? asked : (whole[2] ?? '/')
  if (options.pass !== undefined && authority === options.pass.host)
    return passOn(options.pass, target, request, response)
  const address = addresses(authority, target)
  if (address === undefined) {
    const prefixes = options.definitions.map(({ name }) => `/${name}/`).join(', ')
    refuse(
      response,
      421,
      `expected a host of a served twin, or a path that begins with ${prefixes}; got ${authority}${asked}.`,
    )
    return
  }
  if (bridged(request, response, header)) return
  const bare = !names.includes('content-length') && !names.includes('transfer-encoding')
  const wire: WireRequest = {
    step: header('x-backlot-step') ?? 'served',
    method: request.method ?? 'GET',
    url: address.url,
    headers: headersFor(address, { names, raw: request.rawHeaders, authority, target }),
    body: bare ? NO_BODY : await bodyOf(request),
  }
  const namespace = options.namespaces.at(namespaceOf(header, target))
  const startedMs = options.recorder === undefined ? 0 : options.now()
  try {
    const ask = (): Promise<WireAnswer> | undefined =>
      namespace.network.refuses(address.twin, wire.step) ? undefined : namespace.network.handle(wire)
    const given = await namespace.run(() => {
      const ticking = options.tick(namespace)
      return ticking === undefined ? ask() : ticking.then(ask)
    })
    if (given === undefined) {
      response.destroy()
      return
    }
    const prompt = given.kind === 'held' ? await settled(given) : given
    if (options.recorder !== undefined) await record(options.recorder, { wire, startedMs, prompt }, options, response)
    else if (prompt.kind === 'response' && prompt.afterMs <= 0 && isWhole(prompt)) sendWhole(prompt, response)
    else await send(options, prompt, response)
  } catch (error) {
    if (!(error instanceof NotModelled)) throw error
    namespace.world.trace.record(
      'unmodelled',
      { twin: address.twin, method: wire.method, url: address.url, why: error.message },
      wire.step,
    )
    options.onProblem(`${namespace.name}: ${error.message}`)
    refuse(response, 501, error.message)
  }
}

/** Names of headers in lower case, as they came. */
function namesOf(raw: readonly string[]): readonly string[] {
  const names: string[] = []
  for (let at = 0; at < raw.length; at += 2) names.push((raw[at] ?? '').toLowerCase())
  return names
}

type Came = {
  readonly names: readonly string[]
  readonly raw: readonly string[]
  readonly authority: string
  readonly target: string
}

/** The headers of a request as the vendor would have had them. */
function headersFor({ host, url }: Address, { names, raw, authority, target }: Came): WireRequest['headers'] {
  const headers: [string, string][] = []
  for (const [at, name] of names.entries()) {
    if (!HOP_HEADERS.has(name)) headers.push([raw[at * 2] ?? '', name === 'host' ? host : (raw[at * 2 + 1] ?? '')])
  }
  // Who signs requests signs the address it knows.
  if (authority !== host) {
    headers.push(['X-Forwarded-Host', authority])
    const taken = url.slice(`https://${host}`.length)
    if (target.endsWith(taken)) headers.push(['X-Forwarded-Prefix', target.slice(0, target.length - taken.length)])
  }
  return headers
}

/** Hands a request on to the service under test. */
async function passOn(pass: Pass, target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const raw = request.rawHeaders
  const headers = Array.from({ length: raw.length / 2 }, (_, at) => [raw[at * 2] ?? '', raw[at * 2 + 1] ?? ''] as const)
  try {
    const answer = await pass.forward({ method: request.method ?? 'GET', target, headers, body: await bodyOf(request) })
    const kept = answer.headers.filter(
      ([name]) => name.toLowerCase() === 'content-length' || !HOP_HEADERS.has(name.toLowerCase()),
    )
    response.writeHead(answer.status, kept.flat()).end(answer.body)
  } catch {
    // Its client sees what it would see without us.
    response.destroy()
  }
}

/** Answers, and writes down what the client saw of it. */
async function record(
  recorder: Recorder,
  {
    wire,
    startedMs,
    prompt,
  }: { readonly wire: WireRequest; readonly startedMs: number; readonly prompt: PromptAnswer },
  options: FrontOptions,
  response: ServerResponse,
): Promise<void> {
  if (prompt.kind === 'silence') await new Promise((resolve) => response.once('close', resolve))
  else await send(options, prompt, response)
  const { method, url, headers: requestHeaders, body: requestBody } = wire
  const answer: Recorded['answer'] =
    prompt.kind === 'response'
      ? {
          kind: 'answer',
          status: prompt.status,
          headers: prompt.headers,
          body: Buffer.concat(prompt.chunks.map(({ bytes }) => bytes)),
        }
      : { kind: 'none', error: prompt.kind === 'reset' ? 'ECONNRESET' : 'timeout' }
  recorder.add({ startedMs, endedMs: options.now(), method, url, requestHeaders, requestBody, answer })
}

/** A page whose network is bridged to here (`/~host/...`) is of another origin; true when this was only its question. */
function bridged(request: IncomingMessage, response: ServerResponse, header: HeaderOf): boolean {
  const origin = header('origin')
  if (origin === undefined || request.url?.startsWith('/~') !== true) return false
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Expose-Headers', '*')
  const asked = header('access-control-request-headers')
  if (request.method !== 'OPTIONS' || header('access-control-request-method') === undefined) return false
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
  if (asked !== undefined) response.setHeader('Access-Control-Allow-Headers', asked)
  response.writeHead(204).end()
  return true
}

async function send(options: FrontOptions, given: PromptAnswer, response: ServerResponse): Promise<void> {
  if (given.kind === 'silence') return
  if (given.afterMs > 0) await options.wait(given.afterMs)
  if (given.kind === 'reset') {
    response.destroy()
    return
  }
  if (isWhole(given)) {
    sendWhole(given, response)
    return
  }
  response.writeHead(given.status, flat(given.headers))
  for (const { afterMs, bytes } of given.chunks) {
    if (options.latency && afterMs > 0) await options.wait(afterMs)
    response.write(bytes)
  }
  if (given.cut) {
    // What was written has to leave before the connection breaks.
    await new Promise<void>((resolve) => response.write('', () => resolve()))
    response.destroy()
  } else response.end()
}

type Whole = Extract<PromptAnswer, { readonly kind: 'response' }>

const isWhole = ({ cut, chunks }: Whole): boolean => !cut && chunks.length <= 1

/** As text a body leaves with its headers in one piece, and one system call; past a few pages the copy costs more than that. */
function sendWhole({ status, headers, chunks }: Whole, response: ServerResponse): void {
  response.writeHead(status, flat(headers))
  const [chunk] = chunks
  if (chunk === undefined) response.end()
  else if (chunk.ascii !== undefined) response.end(chunk.ascii, 'latin1')
  else if (chunk.bytes.length > ONE_PIECE_MAX) response.end(chunk.bytes)
  else {
    const { buffer, byteOffset, length } = chunk.bytes
    response.end(Buffer.from(buffer, byteOffset, length).toString('latin1'), 'latin1')
  }
}

/** Headers as Node takes them fastest: names and values in turn. An answer has its names in lower case. */
function flat(headers: Whole['headers']): string[] {
  const raw: string[] = []
  for (const [name, value] of headers) {
    if (name === 'content-length' || !HOP_HEADERS.has(name)) raw.push(name, value)
  }
  return raw
}
