import type { Run } from '../../scenarios/run.ts'
import { digest, type Json } from '../../twins/trace.ts'

/** One observable thing: what it is (`pay answer`, `stripe.refunds.create#1`), and what it says. */
export type Observation = { readonly step: string; readonly what: string; readonly value: Json }
/** What a program did in one run, as everybody outside it sees it: equal behaviours have equal hashes. */
export type Behaviour = { readonly observations: readonly Observation[]; readonly hash: string }

/** What is left out of a comparison on purpose: `POST /orders answer.body.note`, with a reason, kept in a file. */
export type DontCare = { readonly what: string; readonly reason: string }

/**
 * The behaviour of a run: for each step its calls to twins, in order, and its answer. Times, idempotency keys, logs and what
 * twins do by themselves are no part of it; ids are numbered as they come up. `dontCare` is left out.
 */
export function behaviourOf(run: Run, dontCare: readonly DontCare[] = []): Behaviour {
  const ids = new Map<string, string>()
  const counts = new Map<string, number>()
  const routes = new Map<string, string>()
  const observations: Observation[] = []
  const see = (step: string, what: string, value: Json): void => {
    const left = without(normalised(value, ids), what, dontCare)
    if (left !== undefined) observations.push({ step, what, value: left })
  }
  for (const { type, step, fields } of ordered(run)) {
    if (type === 'app.request') routes.set(String(fields.id), `${fields.method} ${plainPath(String(fields.path))}`)
    else if (type === 'app.exited') see(step, 'the program ends', { code: fields.code ?? null })
    else if (fields.method !== undefined && fields.path !== undefined && fields.key !== undefined) {
      const nth = (counts.get(`${step} ${type}`) ?? 0) + 1
      counts.set(`${step} ${type}`, nth)
      see(step, `${routes.get(step) ?? step} calls ${type}#${nth}`, fields.params ?? null)
    }
  }
  for (const [step, { status, body, error }] of Object.entries(run.answers).sort(([a], [b]) => (a < b ? -1 : 1)))
    see(step, `${routes.get(step) ?? step} answer`, { status, body, ...(error === undefined ? {} : { error }) })
  for (const { what, step } of run.pending.filter(({ step }) => run.answers[step] === undefined))
    see(step, `${routes.get(step) ?? step} is unfinished`, what)
  if (run.ending.kind !== 'horizon') see('end', 'the run ends', run.ending.kind)
  return { observations, hash: digest(observations as unknown as Json) }
}

/** A behaviour without its values: which calls were made, and how they and the requests ended. What differs in amounts and names is one kind. */
export const kindOf = ({ observations }: Behaviour): string =>
  digest(
    observations.map(({ step, what, value }) => {
      const status = value !== null && typeof value === 'object' && 'status' in value ? value.status : undefined
      return [step, what, / answer$/.test(what) && typeof status === 'number' ? status : null]
    }),
  )

/** Events step by step: how steps interleave is the schedule's affair. */
const ordered = ({ trace }: Run): Run['trace'] =>
  trace.toSorted((a, b) => (a.step === b.step ? a.index - b.index : a.step < b.step ? -1 : 1))

const plainPath = (path: string): string => path.replace(/\?.*$/, '')

const ID = /\b(?:[a-z]{2,12}_[A-Za-z0-9]{10,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g

function normalised(value: Json, ids: Map<string, string>): Json {
  if (typeof value === 'string') {
    return value.replaceAll(ID, (id) => {
      const known = ids.get(id) ?? `<${id.includes('_') ? id.slice(0, id.indexOf('_')) : 'id'} ${ids.size + 1}>`
      ids.set(id, known)
      return known
    })
  }
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => normalised(item, ids))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalised(item ?? null, ids)]))
}

/** What is left when nobody cares about the rest; undefined when nobody cares about any of it. */
function without(value: Json, what: string, dontCare: readonly DontCare[]): Json | undefined {
  let left: Json | undefined = value
  for (const { what: pattern } of dontCare) {
    if (pattern === what) return undefined
    if (pattern.startsWith(`${what}.`)) left = cut(left, pattern.slice(what.length + 1).split('.'))
  }
  return left
}

function cut(value: Json | undefined, [head, ...rest]: readonly string[]): Json | undefined {
  if (value === null || typeof value !== 'object' || head === undefined) return value
  if (Array.isArray(value))
    return value.map((item: Json, at) => (head === '*' || `${at}` === head ? (cut(item, rest) ?? null) : item))
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (key !== head && head !== '*') return [[key, item]]
      return rest.length === 0 ? [] : [[key, cut(item, rest)]]
    }),
  )
}
