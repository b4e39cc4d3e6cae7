import type { FaultKind } from '../../../twins/faults.ts'
import { type At, type Call, headerIn } from '../evidence.ts'
import type { Caused } from './causes.ts'

/** A departure from the normal, as the evidence shows it. */
export type Seen = {
  readonly on: string
  readonly kind: FaultKind
  /** Where the evidence does not tell which of two it was: `kind` is the first of them. */
  readonly open: boolean
  readonly silent?: boolean
  readonly status?: number
  readonly retryAfterMs?: number
  readonly byMs?: number
  /** Index of the inbound call it starts with; undefined for calls that the subject made unasked. */
  readonly cause: number | undefined
  readonly startMs: number
  /** So many calls, or the attempts of one step (when good ones came first), or until a time. */
  readonly reach:
    | { readonly kind: 'times'; readonly times: number }
    | { readonly kind: 'attempts'; readonly attempts: readonly number[] }
    | { readonly kind: 'until'; readonly untilMs: number }
  readonly from: readonly At[]
  readonly why: string
}

type Symptom = Pick<Seen, 'kind' | 'open' | 'silent' | 'status' | 'retryAfterMs' | 'byMs' | 'why'> & {
  readonly connect?: boolean
}

const REFUSED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|refused|getaddrinfo/i
const CONNECT_TIMEOUT = /CONNECT_TIMEOUT|connect(ion)? timed? ?out/i
const TIMEOUT = /time(d)?[ _-]?out|ETIMEDOUT|abort|deadline/i

/** How an outbound call failed; undefined where it did not, or where a refusal is the vendor's answer. */
function symptomOf(call: Call, replayedLater: boolean): Symptom | undefined {
  const { status, error } = call
  if (status === 429) return { kind: 'rate-limit', open: false, ...retryAfterOf(call), why: 'the answer was 429' }
  if (status !== undefined && status >= 500)
    return { kind: 'status', open: false, status, ...retryAfterOf(call), why: 'the answer was a server error' }
  if (status !== undefined || error === undefined) return undefined
  if (REFUSED.test(error)) return { kind: 'refused', open: false, connect: true, why: 'no connection was made' }
  if (CONNECT_TIMEOUT.test(error))
    return { kind: 'timeout', open: false, silent: true, why: 'no connection was made in time' }
  const silent = TIMEOUT.test(error)
  const lost = { kind: 'answer-lost', ...(silent ? { silent } : {}) } as const
  if (call.reached !== undefined)
    return { ...lost, open: false, why: 'the other side had answered, the caller saw no answer' }
  if (call.span?.arrived === true)
    return { ...lost, open: false, why: 'the request arrived at the other side, the caller saw no answer' }
  if (replayedLater)
    return { ...lost, open: false, why: 'the same request, sent again, was answered as one that had been done already' }
  return {
    ...lost,
    open: true,
    why: 'the caller saw no answer; whether the request arrived is not told: lost, or not recorded',
  }
}

function retryAfterOf(call: Call): { readonly retryAfterMs?: number } {
  const seconds = Number(headerIn(call.responseHeaders, 'retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.round(seconds * 1000) } : {}
}

/** So much slower than the usual call of its kind, and so slow at all, is a fault. */
const SLOW = { timesUsual: 10, leastMs: 5_000 }

/** The fault timeline: runs of like failures of one operation, each from its first call on. */
export function faultsIn(outbound: readonly Caused[]): readonly Seen[] {
  const seen: Seen[] = []
  for (const [, calls] of Map.groupBy(outbound, ({ twin, operation }) => `${twin}.${operation ?? ''}`)) {
    const usualMs = medianOf(
      calls.flatMap(({ call }) => (call.error === undefined && call.durationMs !== undefined ? [call.durationMs] : [])),
    )
    const symptoms = calls.map((one) => symptomOf(one.call, wasDoneAlready(one, calls)) ?? slowness(one.call, usualMs))
    for (let at = 0; at < calls.length; ) {
      const symptom = symptoms[at]
      let end = at + 1
      if (symptom !== undefined) {
        while (end < calls.length && isSame(symptom, symptoms[end])) end += 1
        seen.push(seenOf(symptom, calls, at, end))
      }
      at = end
    }
  }
  return seen.sort((a, b) => a.startMs - b.startMs)
}

const isSame = (a: Symptom, b: Symptom | undefined): boolean =>
  b !== undefined && a.kind === b.kind && a.status === b.status && a.open === b.open && a.silent === b.silent

function seenOf(symptom: Symptom, calls: readonly Caused[], from: number, end: number): Seen {
  const run = calls.slice(from, end)
  const [first] = run
  if (first === undefined) throw new Error('seenOf: expected a run of at least one call, got none.')
  const { connect, ...rest } = symptom
  const causes = new Set(run.map(({ cause }) => cause))
  const before = calls.slice(0, from).filter(({ cause }) => cause === first.cause).length
  const endsMs = calls[end]?.call.startMs ?? (run.at(-1)?.call.startMs ?? 0) + 1_000
  const reach: Seen['reach'] =
    causes.size > 1
      ? { kind: 'until', untilMs: endsMs }
      : before === 0
        ? { kind: 'times', times: run.length }
        : { kind: 'attempts', attempts: run.map((_, at) => before + at + 1) }
  return {
    ...rest,
    on:
      connect === true
        ? `${first.twin}.connect`
        : first.operation === undefined
          ? first.twin
          : `${first.twin}.${first.operation}`,
    cause: first.cause,
    startMs: first.call.startMs ?? 0,
    reach,
    from: run.map(({ call }) => call.from),
  }
}

/** A later call with the same key was answered as a repetition: the first one had its effect. */
function wasDoneAlready({ call }: Caused, calls: readonly Caused[]): boolean {
  const key = headerIn(call.requestHeaders, 'idempotency-key')
  return (
    key !== undefined &&
    calls.some(
      ({ call: later }) =>
        later !== call &&
        headerIn(later.requestHeaders, 'idempotency-key') === key &&
        headerIn(later.responseHeaders, 'idempotent-replayed') === 'true',
    )
  )
}

function slowness(call: Call, usualMs: number | undefined): Symptom | undefined {
  const { durationMs } = call
  if (durationMs === undefined || durationMs < SLOW.leastMs) return undefined
  // Of a single call nobody knows what is usual.
  if (usualMs === undefined || durationMs < SLOW.timesUsual * usualMs) return undefined
  return {
    kind: 'slow',
    open: false,
    byMs: Math.round(durationMs - usualMs),
    why: 'the answer took far longer than usual',
  }
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
