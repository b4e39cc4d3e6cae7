import type { Source } from './source.ts'

/** The kinds of files an incident leaves behind. */
export const EVIDENCE_KINDS = [
  'har',
  'otlp',
  'goreplay',
  'access-log',
  'playwright',
  'vcr',
  'polly',
  'nock',
  'curl',
] as const
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number]

/** Where in the evidence something stands: which file (1 is the first) and where in it, such as `log.entries[3]` or `line 17`. */
export type At = { readonly file: number; readonly at: string }

/** A body as the recorder left it. `absent` is not `empty`: nobody knows what was sent. */
export type Body =
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly cut: boolean }

export type HeaderList = ReadonlyArray<readonly [string, string]>

/** `inbound` goes to the subject, `outbound` leaves it; a browser's or proxy's file does not say, and is told by its hosts later. */
export type Direction = 'inbound' | 'outbound' | 'unknown'

/** A place in a distributed trace. */
export type Span = {
  readonly trace: string
  readonly id: string
  readonly parent: string | undefined
  readonly service: string
  /** A span of another service has this one as its parent: the request arrived there. */
  readonly arrived: boolean
}

/** One HTTP exchange, in or out, whatever kind of file told of it. What the file does not tell is undefined, never guessed. */
export type Call = {
  readonly from: At
  readonly direction: Direction
  /** Milliseconds since the Unix epoch, with their fraction. */
  readonly startMs: number | undefined
  readonly durationMs: number | undefined
  readonly method: string
  /** Absolute, or a path where the file names no host. */
  readonly url: string
  readonly requestHeaders: HeaderList | undefined
  readonly requestBody: Body
  /** Undefined where no answer was seen, or none is recorded. */
  readonly status: number | undefined
  readonly responseHeaders: HeaderList | undefined
  readonly responseBody: Body
  /** What the caller saw instead of an answer, such as `ECONNRESET` or `timeout`. */
  readonly error: string | undefined
  /** Whoever called, as far as the file tells: an address, a browser's context. */
  readonly actor: string | undefined
  readonly span?: Span | undefined
  /** The request was seen at the other side, which answered it so. */
  readonly reached?: { readonly status: number | undefined } | undefined
  /** Other places that tell of the same exchange. */
  readonly also?: readonly At[] | undefined
}

/** What was put right while reading, how often, and the first places. */
export type Repair = { readonly what: string; readonly count: number; readonly first: readonly At[] }

/** Takes repairs while a file is read; remembers few places and all counts. */
export interface Repairs {
  add(what: string, at: string): void
  readonly list: readonly Repair[]
}

const PLACES_KEPT = 3

export function createRepairs(file: number): Repairs {
  const found = new Map<string, { count: number; first: At[] }>()
  return {
    add(what, at) {
      const entry = found.get(what) ?? { count: 0, first: [] }
      found.set(what, entry)
      entry.count += 1
      if (entry.first.length < PLACES_KEPT) entry.first.push({ file, at })
    },
    get list() {
      return [...found].map(([what, { count, first }]) => ({ what, count, first }))
    },
  }
}

export const NO_BODY: Body = { kind: 'empty' }
export const absent = (why: string): Body => ({ kind: 'absent', why })
export const bodyOfText = (text: string): Body =>
  text === '' ? NO_BODY : { kind: 'bytes', bytes: Buffer.from(text), cut: false }

export const textOfBody = (body: Body): string | undefined =>
  body.kind === 'bytes' ? Buffer.from(body.bytes).toString() : body.kind === 'empty' ? '' : undefined

export const headerIn = (headers: HeaderList | undefined, name: string): string | undefined =>
  headers?.find(([key]) => key.toLowerCase() === name)?.[1]

/** A file in hand, to be read once, from its start to its end. */
export type Reader = (source: Source, repairs: Repairs) => AsyncIterable<Call>
