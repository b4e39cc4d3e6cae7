import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** One exchange of a recording: bodies as bytes, undefined where the recorder kept none. */
export type Exchange = {
  readonly method: string
  readonly url: string
  readonly requestHeaders: ReadonlyArray<readonly [string, string]>
  readonly requestBody: Uint8Array
  readonly status: number
  readonly responseHeaders: ReadonlyArray<readonly [string, string]>
  readonly responseBody: Uint8Array | undefined
  /** When it was recorded; undefined when the recorder did not know. */
  readonly atMs: number | undefined
}

/** A recorded session, in its order. */
export type Recording = { readonly file: string; readonly exchanges: readonly Exchange[] }

/** A file that is no HAR; the message says what was expected. */
export class NotARecording extends Error {
  constructor(file: string, problem: string) {
    super(`${file}: expected a HAR 1.2 file, got ${problem}.`)
    this.name = 'NotARecording'
  }
}

const header = z.object({ name: z.string(), value: z.string() })
const entry = z.object({
  startedDateTime: z.string(),
  request: z.object({
    method: z.string(),
    url: z.url(),
    headers: z.array(header),
    postData: z.object({ text: z.string().optional(), _encoding: z.string().optional() }).optional(),
  }),
  response: z.object({
    status: z.int(),
    headers: z.array(header),
    content: z.object({ text: z.string().optional(), encoding: z.string().optional(), size: z.number().optional() }),
  }),
})
const harSchema = z.object({ log: z.object({ entries: z.array(entry) }) })
type Entry = z.output<typeof entry>

/** Recorders that do not know the time write a date far in the past. */
const UNKNOWN_BEFORE_MS = Date.UTC(2001, 0, 1)

const bytes = (text: string, encoding: string | undefined): Uint8Array =>
  encoding === 'base64' ? Buffer.from(text, 'base64') : Buffer.from(text)

function exchangeOf({ startedDateTime, request, response }: Entry): Exchange {
  const atMs = Date.parse(startedDateTime)
  const { text, encoding, size } = response.content
  return {
    method: request.method,
    url: request.url,
    requestHeaders: request.headers.map(({ name, value }) => [name, value]),
    requestBody: bytes(request.postData?.text ?? '', request.postData?._encoding),
    status: response.status,
    responseHeaders: response.headers.map(({ name, value }) => [name, value]),
    // A body of known size without its text was left out by the recorder; one of no size was empty.
    responseBody: text === undefined && (size ?? 0) > 0 ? undefined : bytes(text ?? '', encoding),
    atMs: Number.isNaN(atMs) || atMs < UNKNOWN_BEFORE_MS ? undefined : atMs,
  }
}

/** Reads a HAR text; `file` names it in messages. Throws `NotARecording`. */
export function parseHar(file: string, text: string): Recording {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new NotARecording(file, 'no JSON')
  }
  const parsed = harSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new NotARecording(file, `${issue?.message ?? 'something else'} at ${issue?.path.join('.') ?? 'the top'}`)
  }
  return { file, exchanges: parsed.data.log.entries.map(exchangeOf) }
}

/** Reads a HAR file. Throws `NotARecording`, also when there is no such file. */
export function readHar(file: string): Recording {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new NotARecording(file, cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause))
  }
  return parseHar(file, text)
}

export const headerOf = (headers: Exchange['requestHeaders'], name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name)?.[1]
