import { originPattern } from '../../../twins/network.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { createWorld } from '../../../twins/world.ts'
import type { At, Call } from '../evidence.ts'

/** Who is who: the subject under its addresses, and the twins that stand in for its dependencies. */
export type Parties = {
  readonly twins: readonly TwinDefinition<unknown>[]
  /** Origins at which the subject is reached, as far as anybody said. */
  readonly origins: readonly string[]
  /** The subject's `service.name` in traces, as far as anybody said. */
  readonly service: string | undefined
}

/** An outbound call to something that a twin stands in for. */
export type Outbound = { readonly call: Call; readonly twin: string; readonly operation: string | undefined }

export type Sorted = {
  readonly inbound: readonly Call[]
  readonly outbound: readonly Outbound[]
  /** Hosts that the subject called and no twin stands in for. */
  readonly strangers: readonly { readonly host: string; readonly calls: number; readonly first: At }[]
  /** What had to be assumed, in sentences without anything out of the evidence but names of hosts. */
  readonly assumed: readonly string[]
  /** Calls between others, which the subject had no part in. */
  readonly elsewhere: number
}

type Known = { readonly twin: string; operationOf(method: string, url: URL): string | undefined }

/** Finds the twin and the operation of an address; a twin is asked, for it knows its own routes. */
export function createDirectory(twins: readonly TwinDefinition<unknown>[]): (origin: string) => Known | undefined {
  const rows = twins.flatMap((definition) =>
    definition.origins.map((origin) => ({ pattern: originPattern(origin), definition })),
  )
  const made = new Map<string, Known>()
  return (origin) => {
    const found = rows.find(({ pattern }) => pattern.test(origin))?.definition
    if (found === undefined) return undefined
    const known = made.get(found.name) ?? {
      twin: found.name,
      operationOf: operationsOf(found),
    }
    made.set(found.name, known)
    return known
  }
}

function operationsOf(definition: TwinDefinition<unknown>): Known['operationOf'] {
  try {
    const world = createWorld({ seed: 'import', startsAt: '2026-01-01T00:00:00Z' })
    const twin = definition.create(world, definition.seed.parse({}))
    return (method, url) => twin.operationOf(method, url)
  } catch {
    // A twin that cannot be made of nothing still answers at its origin; which operation it was stays unknown.
    return () => undefined
  }
}

export const urlOf = (call: Call): URL | undefined => {
  try {
    return new URL(call.url)
  } catch {
    return undefined
  }
}

const ASSET = /\.(js|mjs|css|png|jpe?g|gif|svg|ico|woff2?|ttf|map|webp|avif|mp4|webm)(\?|$)/i

/** Sorts calls into those to the subject and those it made. */
export function sortCalls(calls: readonly Call[], parties: Parties): Sorted {
  const directory = createDirectory(parties.twins)
  const assumed: string[] = []
  const service = parties.service ?? likelyService(calls, directory, assumed)
  const inbound: Call[] = []
  const outbound: Outbound[] = []
  const strangers = new Map<string, { calls: number; first: At }>()
  const open: Call[] = []
  let elsewhere = 0

  const leave = (call: Call, url: URL): void => {
    const known = directory(url.origin)
    if (known === undefined) {
      const entry = strangers.get(url.host) ?? { calls: 0, first: call.from }
      strangers.set(url.host, { ...entry, calls: entry.calls + 1 })
    } else outbound.push({ call, twin: known.twin, operation: known.operationOf(call.method, url) })
  }
  for (const call of calls) {
    const url = urlOf(call)
    if (call.span !== undefined && service !== undefined && call.span.service !== service) {
      elsewhere += 1
      continue
    }
    if (call.direction === 'inbound' || url === undefined) inbound.push(call)
    else if (parties.origins.includes(url.origin)) inbound.push(call)
    else if (call.direction === 'outbound' || directory(url.origin) !== undefined) leave(call, url)
    else open.push(call)
  }
  const own = likelyOrigin(open, inbound.length > 0 || parties.origins.length > 0)
  if (own !== undefined)
    assumed.push('the host that most requests went to is taken for your service; say --origin if it is another')
  for (const call of open) {
    const url = urlOf(call)
    if (url === undefined) continue
    if (url.origin === own) inbound.push(call)
    else leave(call, url)
  }
  return {
    inbound: inbound.filter((call) => !(call.method === 'GET' && ASSET.test(call.url))),
    outbound,
    strangers: [...strangers].map(([host, entry]) => ({ host, ...entry })),
    assumed,
    elsewhere,
  }
}

/** Of several services in a trace: the one that calls what twins stand in for, else the one that is asked most. */
function likelyService(
  calls: readonly Call[],
  directory: ReturnType<typeof createDirectory>,
  assumed: string[],
): string | undefined {
  const marks = new Map<string, number>()
  for (const { span, direction, url } of calls) {
    if (span === undefined) continue
    const origin = /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? ''
    const mark = direction === 'inbound' ? 1 : directory(origin) === undefined ? 0 : 1_000_000
    marks.set(span.service, (marks.get(span.service) ?? 0) + mark)
  }
  if (marks.size > 1)
    assumed.push(
      'of several services in the trace the one that calls twins (else the busiest) is taken for yours; say --service if it is another',
    )
  return [...marks].sort((a, b) => b[1] - a[1])[0]?.[0]
}

/** Where nobody says which host is the subject's: the one that most requests went to that are no assets. */
function likelyOrigin(open: readonly Call[], known: boolean): string | undefined {
  if (known) return undefined
  const counts = new Map<string, number>()
  for (const call of open) {
    const origin = urlOf(call)?.origin
    if (origin !== undefined && !ASSET.test(call.url)) counts.set(origin, (counts.get(origin) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}
