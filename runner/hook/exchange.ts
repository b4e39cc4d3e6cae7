import { lookup } from 'node:dns'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { checkAddress } from './address.ts'
import type { Real } from './client.ts'
import { HookFailure } from './failure.ts'

export type Ask = {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}
export type Answered = {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: Buffer
}

export type ExchangeLimits = {
  readonly connectMs: number
  /** From the request to the answer's headers. */
  readonly headersMs: number
  /** Between two pieces of the body. */
  readonly idleMs: number
  /** From the request to the end of the answer. */
  readonly totalMs: number
  readonly headerBytes: number
  readonly bodyBytes: number
}

export const EXCHANGE_LIMITS: ExchangeLimits = {
  connectMs: 5000,
  headersMs: 30_000,
  idleMs: 15_000,
  totalMs: 120_000,
  headerBytes: 16_384,
  bodyBytes: 8_388_608,
}

/** One question and its answer. Throws `HookFailure`; never follows a redirect, never unpacks, never reads on past a limit. */
export type Exchange = (ask: Ask, limits: ExchangeLimits, signal: AbortSignal) => Promise<Answered>

/** Over real sockets, a new connection for each question. */
export const createHttpExchange =
  (real: Real, options: { readonly privateNetwork: boolean }): Exchange =>
  (ask, limits, signal) =>
    new Promise<Answered>((resolve, reject) => {
      const over = new AbortController()
      const where = `${ask.method} ${ask.url.origin}${ask.url.pathname}`
      let request: ClientRequest | undefined
      const end = (finish: () => void): void => {
        if (over.signal.aborted) return
        over.abort()
        signal.removeEventListener('abort', aborted)
        finish()
        request?.destroy()
      }
      const fail = (failure: HookFailure): void => end(() => reject(failure))
      const aborted = (): void =>
        fail(signal.reason instanceof HookFailure ? signal.reason : new HookFailure('cancelled', `${where}: cancelled`))
      const limit = (ms: number, make: () => HookFailure, until: AbortSignal = over.signal): void =>
        void real.sleep(ms, until).then(
          () => fail(make()),
          () => undefined,
        )
      if (signal.aborted) return aborted()
      signal.addEventListener('abort', aborted)

      const connected = new AbortController()
      const headed = new AbortController()
      over.signal.addEventListener('abort', () => {
        connected.abort()
        headed.abort()
      })
      limit(
        limits.connectMs,
        () =>
          new HookFailure('unreachable', `${where}: expected a connection within ${limits.connectMs} ms, got none`, {
            retryable: true,
          }),
        connected.signal,
      )
      limit(
        limits.headersMs,
        () =>
          new HookFailure(
            'no-202',
            `${where}: expected an answer or 202 within ${limits.headersMs} ms, got none. Answer 202 with a Location and go on working.`,
          ),
        headed.signal,
      )
      limit(
        limits.totalMs,
        () =>
          new HookFailure('slow-body', `${where}: expected the whole answer within ${limits.totalMs} ms, got a part`),
      )
      try {
        request = open(ask, limits, options.privateNetwork, fail)
      } catch (error) {
        return fail(error instanceof HookFailure ? error : lost(where, error, false))
      }
      request.on('socket', (socket) => {
        socket.once(ask.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => connected.abort())
      })
      request.on('error', (error) => fail(lost(where, error, headed.signal.aborted)))
      request.on('upgrade', () =>
        fail(new HookFailure('bad-answer', `${where}: expected an answer, got 101 Switching Protocols`)),
      )
      request.on('response', (response) => {
        headed.abort()
        const refusal = refuse(where, response, limits)
        if (refusal !== undefined) return fail(refusal)
        readBody(where, response, limits, real, over.signal).then(
          (body) => end(() => resolve(answered(response, body))),
          (error: unknown) => fail(error instanceof HookFailure ? error : lost(where, error, true)),
        )
      })
      request.end(ask.body)
    })

/** Starts the request; a literal address is checked here, a name when it has been looked up. */
function open(
  ask: Ask,
  limits: ExchangeLimits,
  privateNetwork: boolean,
  fail: (failure: HookFailure) => void,
): ClientRequest {
  const { url } = ask
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) checkAddress(url.hostname, host, privateNetwork)
  const checked: LookupFunction = (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '')
      try {
        for (const { address } of addresses) checkAddress(url.hostname, address, privateNetwork)
      } catch (failure) {
        if (failure instanceof HookFailure) fail(failure)
        return
      }
      const [first] = addresses
      if (options.all === true) done(null, addresses)
      else done(null, first?.address ?? '', first?.family)
    })
  }
  return (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: ask.method,
    agent: false,
    lookup: checked,
    maxHeaderSize: limits.headerBytes,
    headers: {
      ...ask.headers,
      'accept-encoding': 'identity',
      connection: 'close',
      ...(ask.body === undefined ? {} : { 'content-length': `${ask.body.length}` }),
    },
  })
}

/** What the headers alone rule out. */
function refuse(where: string, response: IncomingMessage, limits: ExchangeLimits): HookFailure | undefined {
  const { statusCode: status = 0, headers } = response
  if (status >= 300 && status < 400)
    return new HookFailure('redirect', `${where}: expected an answer, got ${status}. Redirects are not followed.`)
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return new HookFailure('unsupported-encoding', `${where}: expected a plain body, got one packed with ${encoding}`)
  if (Number(headers['content-length'] ?? 0) > limits.bodyBytes) return tooLarge(where, limits)
  return undefined
}

const tooLarge = (where: string, limits: ExchangeLimits): HookFailure =>
  new HookFailure('too-large', `${where}: expected at most ${limits.bodyBytes} bytes, got more`)

async function readBody(
  where: string,
  response: IncomingMessage,
  limits: ExchangeLimits,
  real: Real,
  over: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  let lastMs = real.now()
  const idle = new AbortController()
  const watch = async (): Promise<never> => {
    for (;;) {
      const leftMs = lastMs + limits.idleMs - real.now()
      if (leftMs <= 0)
        throw new HookFailure('slow-body', `${where}: expected more of the answer within ${limits.idleMs} ms, got none`)
      await real.sleep(leftMs, AbortSignal.any([over, idle.signal]))
    }
  }
  const read = async (): Promise<Buffer> => {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      lastMs = real.now()
      bytes += chunk.length
      if (bytes > limits.bodyBytes) throw tooLarge(where, limits)
      chunks.push(chunk)
    }
    if (!response.complete) throw new Error('the answer ended early')
    return Buffer.concat(chunks)
  }
  const watching = watch()
  watching.catch(() => undefined)
  try {
    return await Promise.race([read(), watching])
  } finally {
    idle.abort()
  }
}

const answered = (response: IncomingMessage, body: Buffer): Answered => ({
  status: response.statusCode ?? 0,
  body,
  header: (name) => {
    const value = response.headers[name]
    return Array.isArray(value) ? value[0] : value
  },
})

/** A connection that broke; what the parser could not read is no reason to ask again. */
function lost(where: string, error: unknown, headed: boolean): HookFailure {
  const code = error !== null && typeof error === 'object' && 'code' in error ? String(error.code) : ''
  const why = error instanceof Error ? error.message : String(error)
  if (code === 'HPE_HEADER_OVERFLOW')
    return new HookFailure('too-large', `${where}: expected small headers, got more than they may be`)
  if (code.startsWith('HPE_'))
    return new HookFailure('bad-answer', `${where}: expected HTTP/1.1, got bytes that are not (${why})`)
  if (code.startsWith('ERR_TLS') || code.includes('CERT') || code === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return new HookFailure('bad-certificate', `${where}: expected a certificate that can be checked, got ${code}`)
  if (headed || code === 'ECONNRESET' || code === 'EPIPE')
    return new HookFailure(
      'connection-lost',
      `${where}: expected a whole answer, got a connection that ended (${why})`,
      {
        retryable: true,
      },
    )
  return new HookFailure('unreachable', `${where}: expected a connection, got ${code || why}`, { retryable: true })
}
