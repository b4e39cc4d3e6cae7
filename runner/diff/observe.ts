import { routeOf } from '../../scenarios/minimise/routes.ts'
import type { Run } from '../../scenarios/run.ts'
import { sum } from '../../twins/money.ts'
import type { Json } from '../../twins/trace.ts'

/** One thing that was seen of a program from outside, in one request: a call to a twin, a line in the log, the answer, a cost. */
export type Observation = {
  /** `answer`, `call stripe.refunds.create`, `log`, `cost stripe card-charge`. */
  readonly what: string
  /** Which of several, from 1. */
  readonly nth: number
  readonly says: Json
}

/** What a program did because of one request, or by itself, in order. */
export type Unit = {
  readonly step: string
  /** `POST /orders`, or `by itself`. */
  readonly route: string
  /** Faults that hit its calls: `answer-lost on stripe.refunds.create`. */
  readonly faults: readonly string[]
  readonly seen: readonly Observation[]
}

export const BY_ITSELF = 'by itself'

type Draft = { route: string; askedAtMs: number; faults: string[]; seen: Observation[]; counts: Map<string, number> }

/** Everything that is seen of a run, request by request. Nothing is left out: not times, not keys, not headers, not logs. */
export function observe(run: Run): ReadonlyMap<string, Unit> {
  const drafts = new Map<string, Draft>()
  const at = (step: string): Draft => {
    const known = drafts.get(step)
    if (known !== undefined) return known
    const made = {
      route: BY_ITSELF,
      askedAtMs: run.startsAtMs,
      faults: [],
      seen: [],
      counts: new Map<string, number>(),
    }
    drafts.set(step, made)
    return made
  }
  const see = (draft: Draft, what: string, says: Json): void => {
    const nth = (draft.counts.get(what) ?? 0) + 1
    draft.counts.set(what, nth)
    draft.seen.push({ what, nth, says })
  }
  for (const { type, step, atMs, fields } of run.trace) {
    const draft = at(step)
    if (type === 'app.request') {
      draft.route = routeOf({ method: String(fields.method), path: String(fields.path) })
      draft.askedAtMs = atMs
    } else if (type === 'app.answer') {
      const answer = run.answers[step]
      const { status, body, error } = fields
      const headers = answer?.headers ?? {}
      see(draft, 'answer', {
        status,
        ...(error === undefined ? {} : { error }),
        body,
        headers,
        after_ms: fields.afterMs,
      })
    } else if (type === 'app.log') see(draft, 'log', { stream: fields.stream, line: lineOf(String(fields.text)) })
    else if (type === 'app.exited' || type === 'app.hung-up' || type === 'escape') see(draft, type, { ...fields })
    else if (type === 'fault') draft.faults.push(`${fields.kind} on ${fields.on}`)
    else if (fields.method !== undefined && fields.path !== undefined && fields.key !== undefined) {
      const { method, path, idempotencyKey, params } = fields
      const says = { method, path, idempotency_key: idempotencyKey, params, at_ms: atMs - draft.askedAtMs }
      see(draft, `call ${type}`, says)
    }
  }
  for (const [step, cost] of costsOf(run)) see(at(step), cost.what, cost.says)
  for (const { what, step } of run.pending) see(at(step), 'unfinished', what)
  if (run.ending.kind !== 'horizon')
    see(at('end'), 'the run ends', { kind: run.ending.kind, message: run.ending.message })
  return new Map(
    [...drafts].map(([step, { route, faults, seen }]) => [step, { step, route, faults: [...new Set(faults)], seen }]),
  )
}

/** A line of a log as data where it is JSON: then a field of it can be told apart. */
function lineOf(text: string): Json {
  const line = text.trimEnd()
  if (!line.startsWith('{')) return line
  try {
    const parsed: Json = JSON.parse(line)
    return parsed
  } catch {
    return line
  }
}

/** What each step cost, by article. */
function costsOf({ bill }: Run): readonly (readonly [string, { readonly what: string; readonly says: Json }])[] {
  const articles = Map.groupBy(bill.lines, ({ step, twin, sku, currency }) =>
    JSON.stringify([step, twin, sku, currency]),
  )
  return [...articles.values()].flatMap((lines) => {
    const [first] = lines
    if (first === undefined) return []
    const { step, twin, sku, currency } = first
    return [[step, { what: `cost ${twin} ${sku}`, says: { amount: sum(lines.map(({ amount }) => amount)), currency } }]]
  })
}
