import { type Call, headerIn } from '../evidence.ts'
import { urlOf } from './parties.ts'

/** Clocks of a program and of a proxy beside it differ by less than this. */
const CLOCKS_MS = 250

/**
 * Several files may tell of one exchange: a trace knows who caused it, a proxy knows what was said. Such are made one, by the span id
 * that the request carried, else by method, address and time.
 */
export function mergeCalls(calls: readonly Call[]): readonly Call[] {
  const spans = calls.filter(({ span }) => span !== undefined)
  const others = calls.filter(({ span }) => span === undefined)
  if (spans.length === 0 || others.length === 0) return calls
  const byId = new Map(spans.map((call) => [idOf(call), call]))
  const byRequest = Map.groupBy(spans, requestOf)
  const partner = new Map<Call, Call>()
  const taken = new Set<Call>()
  const take = (call: Call, span: Call | undefined): void => {
    if (span === undefined || taken.has(span)) return
    partner.set(call, span)
    taken.add(span)
  }
  for (const call of others) {
    const sent = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(headerIn(call.requestHeaders, 'traceparent') ?? '')
    if (sent === null) continue
    const [, trace, id] = sent
    take(call, byId.get(`out ${trace} ${id}`) ?? byId.get(`in ${trace} ${id}`))
  }
  for (const call of others) {
    if (partner.has(call) || call.startMs === undefined) continue
    const near = (byRequest.get(requestOf(call)) ?? [])
      .filter((span) => !taken.has(span) && isNear(span, call))
      .sort((a, b) => distance(a, call) - distance(b, call))
    take(call, near[0])
  }
  return calls.flatMap((call): Call[] => {
    if (taken.has(call)) return []
    const span = partner.get(call)
    return [span === undefined ? call : joined(call, span)]
  })
}

/** The request that a span stands for, by the id that the request carried: a client's own, a server's parent. */
const idOf = ({ direction, span }: Call): string =>
  direction === 'inbound' ? `in ${span?.trace} ${span?.parent}` : `out ${span?.trace} ${span?.id}`

function requestOf(call: Call): string {
  const url = urlOf(call)
  return `${call.method} ${url === undefined ? call.url : url.pathname + url.search}`
}

const distance = (a: Call, b: Call): number => Math.abs((a.startMs ?? 0) - (b.startMs ?? 0))
const isNear = (span: Call, call: Call): boolean =>
  span.startMs !== undefined &&
  distance(span, call) <= CLOCKS_MS &&
  (span.status === undefined || call.status === undefined || span.status === call.status)

/** What was said from the recorder, what the caller saw from the trace. */
function joined(call: Call, span: Call): Call {
  const lost = span.direction === 'outbound' && span.status === undefined
  return {
    ...call,
    direction: span.direction,
    startMs: span.startMs ?? call.startMs,
    durationMs: span.durationMs ?? call.durationMs,
    span: span.span,
    actor: call.actor ?? span.actor,
    status: lost ? undefined : (call.status ?? span.status),
    error: lost ? (span.error ?? call.error) : call.error,
    // A recorder that saw no answer either does not show that the request arrived.
    reached: lost && call.status !== undefined ? { status: call.status } : undefined,
    also: [span.from],
  }
}
