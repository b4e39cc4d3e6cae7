import { closeSync, openSync, writeSync } from 'node:fs'

type HeaderPairs = ReadonlyArray<readonly [string, string]>

/** One exchange as it went over the wire. Times are real milliseconds since the Unix epoch. */
export type Recorded = {
  readonly startedMs: number
  readonly endedMs: number
  readonly method: string
  readonly url: string
  readonly requestHeaders: HeaderPairs
  readonly requestBody: Uint8Array
  /** What came back, or what the client saw instead, such as `ECONNRESET`. */
  readonly answer:
    | { readonly kind: 'answer'; readonly status: number; readonly headers: HeaderPairs; readonly body: Uint8Array }
    | { readonly kind: 'none'; readonly error: string }
}

/** Takes exchanges as they end. */
export interface Recorder {
  add(exchange: Recorded): void
  close(): void
}

const HEAD = `{"log":{"version":"1.2","creator":{"name":"backlot twin","version":"1"},"entries":[`
const TAIL = '\n]}}\n'

/** A HAR 1.2 file that is whole after every entry: a server that is killed leaves one that can be read. */
export function createHarFile(path: string): Recorder {
  const file = openSync(path, 'w')
  let end = writeSync(file, HEAD)
  writeSync(file, TAIL, end)
  let first = true
  return {
    add(exchange) {
      const text = `${first ? '' : ','}\n${JSON.stringify(entryOf(exchange))}`
      first = false
      writeSync(file, text + TAIL, end)
      end += Buffer.byteLength(text)
    },
    close: () => closeSync(file),
  }
}

/** An exchange as an entry of a HAR. Secrets in it stay: whoever imports it has them taken out. */
export function entryOf({ startedMs, endedMs, method, url, requestHeaders, requestBody, answer }: Recorded): object {
  const tookMs = Math.max(0, endedMs - startedMs)
  const headers = (pairs: HeaderPairs): readonly object[] => pairs.map(([name, value]) => ({ name, value }))
  const type = typeOf(requestHeaders)
  return {
    startedDateTime: new Date(startedMs).toISOString(),
    time: tookMs,
    request: {
      method,
      url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: headers(requestHeaders),
      queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
      headersSize: -1,
      bodySize: requestBody.length,
      ...(requestBody.length === 0 ? {} : { postData: { mimeType: type, text: Buffer.from(requestBody).toString() } }),
    },
    response:
      answer.kind === 'none'
        ? { ...NO_RESPONSE, _error: answer.error }
        : {
            ...NO_RESPONSE,
            status: answer.status,
            httpVersion: 'HTTP/1.1',
            headers: headers(answer.headers),
            content: {
              size: answer.body.length,
              mimeType: typeOf(answer.headers),
              text: Buffer.from(answer.body).toString(),
            },
            bodySize: answer.body.length,
          },
    cache: {},
    timings: { send: 0, wait: tookMs, receive: 0 },
  }
}

const NO_RESPONSE = {
  status: 0,
  statusText: '',
  httpVersion: 'unknown',
  cookies: [],
  headers: [],
  content: { size: 0, mimeType: 'x-unknown' },
  redirectURL: '',
  headersSize: -1,
  bodySize: -1,
}

const typeOf = (pairs: HeaderPairs): string =>
  pairs.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'x-unknown'
