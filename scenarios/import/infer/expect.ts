import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { createWorld } from '../../../twins/world.ts'
import type { Fields, Note, Part } from '../draft.ts'
import { notesOf } from '../draft.ts'
import { type At, type Call, textOfBody } from '../evidence.ts'
import { asObject, parseLoose } from '../pick.ts'
import { hasFailed } from '../window.ts'
import type { Caused } from './causes.ts'
import { urlOf } from './parties.ts'
import { routeOf } from './steps.ts'

/** Statuses of a request that went well, where the evidence shows no good one of its kind. */
const ASSUMED = [200, 201, 202, 204]

/** A call of the evidence and the step that sends it again. */
export type Sent = { readonly call: Call; readonly step: string }

/** What must hold: good answers come again, failed ones must not fail, and nothing that was asked for once exists twice. */
export function expectationsOf(
  sent: readonly Sent[],
  outbound: readonly Caused[],
  twins: readonly TwinDefinition<unknown>[],
): readonly Part[] {
  const good = new Map<string, { readonly statuses: Set<number>; readonly from: At }>()
  for (const { call } of sent) {
    if (call.status === undefined || hasFailed(call) || call.status >= 400) continue
    const route = routeOfCall(call)
    const entry = good.get(route) ?? { statuses: new Set<number>(), from: call.from }
    entry.statuses.add(call.status)
    good.set(route, entry)
  }
  const answers = sent.flatMap(({ call, step }): Part[] => {
    const from = [call.from, ...(call.also ?? [])]
    if (hasFailed(call)) {
      const known = good.get(routeOfCall(call))
      const status = known === undefined ? ASSUMED : [...known.statuses].sort((a, b) => a - b)
      const note: Note =
        known === undefined
          ? {
              at: 'status',
              origin: 'synthesised',
              from,
              why: 'it failed that night, and no good answer of this route was seen: any success is taken for right',
            }
          : {
              at: 'status',
              origin: 'derived',
              from: [known.from],
              why: 'it failed that night; other requests to this route were answered so',
            }
      return [
        { value: { answer: step, status: one(status) }, notes: [{ at: 'answer', origin: 'derived', from }, note] },
      ]
    }
    if (call.status === undefined) return []
    const body = decisive(call)
    return [
      {
        value: { answer: step, status: call.status, ...(body === undefined ? {} : { body }) },
        notes: [{ at: 'status', origin: 'observed', from }, ...notesOf(body, 'body', { origin: 'observed', from })],
      },
    ]
  })
  const states = oncePerIntent(sent, outbound, twins)
  if (answers.length + states.length > 0) return [...answers, ...states]
  // Nothing was seen of any answer: at least the service must not break.
  return sent.map(({ call, step }) => ({
    value: { answer: step, status: [...ASSUMED, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 409, 422] },
    notes: [
      {
        at: 'status',
        origin: 'synthesised',
        from: [call.from],
        why: 'no answer was recorded: anything but a failure of the server is taken for right',
      },
    ],
  }))
}

const one = (status: readonly number[]): Json => (status.length === 1 ? (status[0] ?? 200) : status)
const routeOfCall = (call: Call): string => routeOf(call.method, urlOf(call)?.pathname ?? call.url)

const FACT =
  /^(amount|total|count|quantity|currency|status|state|refunded|disputed|paid|captured|ok|success|error|code|type|kind|balance)$|(Amount|_amount|Total|_total|Count|_count)$/

/** The fields of an answer that decide: sums, counts and states, not ids and times. Undefined where there are none. */
function decisive(call: Call): Json | undefined {
  const body = parseLoose(textOfBody(call.responseBody) ?? '')
  const pick = (value: unknown, depth: number): Fields =>
    Object.fromEntries(
      Object.entries(asObject(value)).flatMap(([key, item]): [string, Json][] => {
        if (typeof item === 'boolean' || (typeof item === 'number' && Number.isSafeInteger(item) && FACT.test(key)))
          return [[key, item]]
        if (typeof item === 'string' && FACT.test(key) && /^[a-z][a-z_ -]{1,30}$/i.test(item)) return [[key, item]]
        if (item !== null && typeof item === 'object' && !Array.isArray(item) && depth > 0) {
          const inner = pick(item, depth - 1)
          return Object.keys(inner).length === 0 ? [] : [[key, inner]]
        }
        return []
      }),
    )
  const picked = pick(body, 2)
  return Object.keys(picked).length === 0 ? undefined : picked
}

/** Of each thing that the subject asked dependencies to make: no more at the end than different ones were asked for. */
function oncePerIntent(
  sent: readonly Sent[],
  outbound: readonly Caused[],
  twins: readonly TwinDefinition<unknown>[],
): readonly Part[] {
  const parts: Part[] = []
  // The same request of a client, sent again, asks for nothing new.
  const asked = sent.map(({ call }) => `${call.method} ${call.url} ${textOfBody(call.requestBody) ?? call.from.at}`)
  for (const [key, calls] of Map.groupBy(outbound, ({ twin, operation }) => `${twin}.${operation ?? ''}`)) {
    const [first] = calls
    const collection = /^(?:.*\.)?([a-z_]+)\.(create|send|append|add)$/.exec(first?.operation ?? '')?.[1]
    if (first === undefined || collection === undefined || WORDS.test(first.operation ?? '')) continue
    const state = stateName(first, collection, twins)
    if (state === undefined) continue
    // Where bodies are missing, each request that caused any counts once.
    const bodies = calls.map(
      ({ call, cause }) => `${cause === undefined ? '' : (asked[cause] ?? '')} ${textOfBody(call.requestBody) ?? ''}`,
    )
    const intents = new Set(bodies).size
    if (intents === calls.length && !calls.some(({ call }) => hasFailed(call))) continue
    parts.push({
      value: { state, count: { 'at-most': intents } },
      notes: [
        {
          at: 'count',
          origin: 'derived',
          from: calls.slice(0, 5).map(({ call }) => call.from),
          why: `${calls.length} calls to ${key} asked for ${intents} different things: each may be there once`,
        },
      ],
    })
  }
  return parts
}

/** Where a twin keeps what an operation makes: the collection of that name. */
function stateName(
  { twin }: Caused,
  collection: string,
  twins: readonly TwinDefinition<unknown>[],
): string | undefined {
  const definition = twins.find(({ name }) => name === twin)
  if (definition === undefined) return undefined
  try {
    const world = createWorld({ seed: 'import', startsAt: '2026-01-01T00:00:00Z' })
    const state = asObject(definition.create(world, definition.seed.parse({})).snapshot())
    const name = [collection, COLLECTIONS[collection] ?? ''].find((one) => Object.hasOwn(state, one))
    return name === undefined ? undefined : `${twin}.${name}`
  } catch {
    return undefined
  }
}

/** What a model says is no thing that may exist once. */
const WORDS = /(completions|responses|messages|embeddings|batches|tokens)\.create$/

/** Where twins name what an operation makes otherwise than the operation. */
const COLLECTIONS: Readonly<Record<string, string>> = { mail: 'messages' }
