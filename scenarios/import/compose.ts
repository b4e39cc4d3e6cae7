import type { Scenario } from '../scenario.ts'
import type { Draft, FaultPart, Fields, Note } from './draft.ts'
import type { Call } from './evidence.ts'
import { actorsOf } from './infer/actors.ts'
import { type Caused, findCauses } from './infer/causes.ts'
import { expectationsOf, type Sent } from './infer/expect.ts'
import { faultsIn, type Seen } from './infer/faults.ts'
import { createFlow } from './infer/flow.ts'
import { mergeCalls } from './infer/merge.ts'
import { type Parties, type Sorted, sortCalls, urlOf } from './infer/parties.ts'
import { stateBefore } from './infer/state.ts'
import { faultPart, stepOf } from './infer/steps.ts'
import { durationOf, inOrder, offsetOf } from './infer/timing.ts'
import { canSign, secretOf, TYPE_FIELDS, type Webhook, webhookOf } from './infer/webhooks.ts'

/** `time` keeps the recorded gaps, `causal` only what follows from what, `explore` also leaves open the order of what overlapped. */
export const TIMINGS = ['time', 'causal', 'explore'] as const
export type Timing = (typeof TIMINGS)[number]

export type ComposeOptions = Parties & {
  readonly timing: Timing
  /** Scenarios of the project: where the evidence has no body, theirs may serve. */
  readonly examples: readonly Scenario[]
  /** The project's own starting states. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** Whether a part of a path is a word of a route, and may stand in the name of a step. */
  readonly isWord: (part: string, before: string) => boolean
}

/** What the evidence amounts to: a draft, and every doubt on the way. Without a draft, `nothing` says why. */
export type Composed = {
  readonly draft: Draft | undefined
  readonly nothing: string | undefined
  readonly doubts: readonly string[]
  readonly open: number
  readonly outbound: readonly Caused[]
  readonly sorted: Sorted
  readonly actors: Readonly<Record<string, readonly string[]>>
}

/** Without any time in the evidence, the story starts here. */
const SOME_TIME = Date.UTC(2026, 0, 5, 9)

/** From calls to a story: who is who, what caused what, what failed, what there was before, what must hold. */
export function compose(calls: readonly Call[], options: ComposeOptions): Composed {
  const timed = inOrder(mergeCalls(calls), SOME_TIME)
  const sorted = sortCalls(timed.calls, options)
  const { inbound } = sorted
  const outbound = findCauses(inbound, sorted.outbound)
  const doubts = [...sorted.assumed, ...strangersIn(sorted)]
  if (timed.disordered > 0)
    doubts.push(`${timed.disordered} calls stood out of order; they are put in the order of their start`)
  if (timed.untimed > 0)
    doubts.push(
      `${timed.untimed} calls have no time of their own; their order is that of the file, their gaps are assumed`,
    )
  const base = { doubts, outbound, sorted, open: 0, actors: {} }
  if (inbound.length === 0) return { ...base, draft: undefined, nothing: nothingIn(sorted, calls.length) }

  const untimed = timed.untimed === timed.calls.length
  const firstMs = inbound[0]?.startMs ?? SOME_TIME
  const clockMs = Math.floor(firstMs / 1000) * 1000
  const actors = actorsOf(inbound)
  const ids = namesOf(inbound, actors, options.isWord)
  const story = tell({ inbound, outbound, ids, clockMs, untimed, doubts, options })
  const before = stateBefore(outbound, options.twins, ({ cause }) => (cause === undefined ? undefined : ids[cause]))
  doubts.push(...before.doubts)
  const then = expectationsOf(story.sent, outbound, options.twins)
  if (story.sent.length === 0)
    return {
      ...base,
      draft: undefined,
      nothing: 'every call to your service was a webhook that a twin sends by itself; there is nothing to start with',
    }
  const byActor = Object.fromEntries(
    [...Map.groupBy(story.sent, ({ step }) => step.split('-')[0] ?? '')].map(([actor, list]) => [
      actor,
      list.map(({ step }) => step),
    ]),
  )
  const clockNote: Note = untimed
    ? { at: 'clock', origin: 'synthesised', from: [], why: 'the evidence has no times' }
    : { at: 'clock', origin: 'observed', from: inbound.slice(0, 1).map(({ from }) => from) }
  return {
    ...base,
    nothing: undefined,
    open: story.open,
    actors: byActor,
    draft: {
      clock: new Date(clockMs).toISOString().replace('.000Z', 'Z'),
      clockNote,
      given: before.given,
      givenNotes: before.notes,
      when: story.when,
      then,
    },
  }
}

function strangersIn({ strangers, elsewhere }: Sorted): readonly string[] {
  const told = strangers.map(({ calls }) => calls)
  return [
    ...(told.length === 0
      ? []
      : [
          `${told.reduce((a, b) => a + b, 0)} calls went to ${told.length} hosts that no twin stands in for; they are not part of the story`,
        ]),
    ...(elsewhere === 0 ? [] : [`${elsewhere} calls were made between other services; they are not part of the story`]),
  ]
}

function nothingIn({ outbound, strangers }: Sorted, calls: number): string {
  if (calls === 0) return 'the evidence holds no HTTP call'
  if (outbound.length + strangers.length > 0)
    return 'the evidence holds only calls that your service (or a test) made to others, and no call to it: there is nothing to start with. Add a HAR, log or trace of the requests it received; recorded answers alone make a twin (docs/guides/your-own-twin.md)'
  return 'the evidence holds no call to your service'
}

/** `a1-post-orders`, `a1-post-orders-2`: who, what, how often before. */
function namesOf(
  inbound: readonly Call[],
  actors: readonly string[],
  isWord: ComposeOptions['isWord'],
): readonly string[] {
  const used = new Map<string, number>()
  return inbound.map((call, at) => {
    const words = (urlOf(call)?.pathname ?? call.url.replace(/[?#].*$/, ''))
      .split('/')
      .filter((part, at, parts) => /^[a-z][a-z_-]{1,20}$/.test(part) && isWord(part, parts[at - 1] ?? ''))
      .slice(0, 3)
    const name = [actors[at] ?? 'a0', call.method.toLowerCase(), ...words].join('-').replaceAll(/[^a-z0-9-]/g, '-')
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  })
}

type Telling = {
  readonly inbound: readonly Call[]
  readonly outbound: readonly Caused[]
  readonly ids: readonly string[]
  readonly clockMs: number
  readonly untimed: boolean
  readonly doubts: string[]
  readonly options: ComposeOptions
}

/** Calls and faults in one order, with values that flow from answers into later requests. */
function tell(telling: Telling): {
  readonly when: readonly FaultPart[]
  readonly sent: readonly Sent[]
  readonly open: number
} {
  const { inbound, outbound, ids, clockMs, doubts, options } = telling
  const faults = faultsIn(outbound)
  const flow = createFlow()
  const when: FaultPart[] = []
  const sent: Sent[] = []
  const holes = new Map<string, number>()
  const offset = (call: Call): number | undefined =>
    telling.untimed || options.timing === 'causal' ? undefined : (call.startMs ?? clockMs) - clockMs
  const pending = [...faults]
  const placeFaults = (upTo: (seen: Seen) => boolean, atMs: number | undefined): void => {
    for (const seen of pending.filter(upTo)) {
      pending.splice(pending.indexOf(seen), 1)
      when.push(...faultPart(seen, clockMs, atMs))
    }
  }
  let webhooksOfThemselves = 0
  const repeats = createRepeats()
  for (const [at, call] of inbound.entries()) {
    const atMs = offset(call)
    placeFaults((seen) => (seen.cause === undefined ? seen.startMs <= (call.startMs ?? 0) : seen.cause <= at), atMs)
    const id = ids[at] ?? `call-${at + 1}`
    const webhook = webhookOf(call, outbound, options.twins)
    const again = repeats.see(webhook, call, { index: when.length, atMs })
    if (webhook?.kind === 'of-itself' || again) {
      webhooksOfThemselves += 1
      continue
    }
    if (webhook?.kind === 'event') {
      when.push(eventPart(webhook, call, atMs))
      if (!webhook.certain)
        doubts.push(
          `what the event ${webhook.event} is about is not told by anything your service gave; say it by hand`,
        )
      continue
    }
    const written = stepOf(call, { flow, examples: options.examples, atMs, id })
    for (const hole of written.holes) holes.set(hole, (holes.get(hole) ?? 0) + 1)
    const sign = toBeSigned(webhook, clockMs + (atMs ?? 0), options, doubts)
    // What is signed is sent to the letter.
    const { body: _body, ...bodiless } = written.value
    const value =
      sign === undefined
        ? written.value
        : {
            ...bodiless,
            headers: { 'content-type': 'application/json', ...(written.value.headers as object) },
            text: written.bodyText,
          }
    // A step that needs the answer of the one before waits for it, rather than for a time.
    const waits =
      written.sources.some((source) => source.at === at - 1) && atMs !== undefined && gapMs(inbound, at) < 1_000
    const { at: _at, ...untimedValue }: Fields = value
    when.push({ value: waits ? untimedValue : value, notes: written.notes, ...(sign === undefined ? {} : { sign }) })
    sent.push({ call, step: id })
    flow.learn(id, at, call)
  }
  placeFaults(() => true, undefined)
  for (const { index, part } of repeats.faults.toReversed()) when.splice(index, 0, part)
  doubts.push(...expiredIn(sent, inbound))
  for (const [hole, count] of holes) doubts.push(count === 1 ? hole : `${hole} (${count} times)`)
  if (webhooksOfThemselves > 0)
    doubts.push(
      `${webhooksOfThemselves} webhooks are left out: the twin sends and signs them itself, as a consequence of what your service does`,
    )
  const unclear = outbound.filter(({ how }) => how === 'unclear').length
  if (unclear > 0)
    doubts.push(
      `which of several requests caused it is assumed for ${unclear} outgoing calls: the latest that was under way`,
    )
  const together = options.timing === 'explore' ? grouped(when, sent) : when
  return { when: together, sent, open: faults.filter(({ open }) => open).length }
}

type Where = { readonly index: number; readonly atMs: number | undefined }
type Repeats = {
  /** Whether this webhook was sent before; the twin sends it again by itself, or a fault makes it. */
  see(webhook: Webhook | undefined, call: Call, where: Where): boolean
  readonly faults: readonly { readonly index: number; readonly part: FaultPart }[]
}

/** The same event twice, though it was taken the first time, is the vendor's mistake: a fault. After a failure it is a retry. */
function createRepeats(): Repeats {
  const first = new Map<string, { readonly call: Call; readonly where: Where }>()
  const faults: { index: number; part: FaultPart }[] = []
  return {
    see(webhook, call, where) {
      if (webhook === undefined || webhook.kind === 'call' || webhook.id === undefined) return false
      const { twin, type } = webhook
      const before = first.get(`${twin} ${webhook.id}`)
      if (before === undefined) {
        first.set(`${twin} ${webhook.id}`, { call, where })
        return false
      }
      if ((before.call.status ?? 500) >= 300) return true
      const field = TYPE_FIELDS[twin]
      const byMs = (call.startMs ?? 0) - (before.call.startMs ?? 0)
      const fault = {
        on: `${twin}.webhook`,
        kind: 'duplicate',
        by: durationOf(byMs),
        times: 1,
        ...(field === undefined || type === '' ? {} : { where: { [field]: type } }),
      }
      const at = before.where.atMs === undefined ? {} : { at: offsetOf(before.where.atMs) }
      const why = 'the same event came twice, though it had been taken the first time'
      faults.push({
        index: before.where.index,
        part: {
          value: { ...at, fault },
          notes: [{ at: 'fault', origin: 'derived', from: [before.call.from, call.from], why }],
        },
      })
      return true
    },
    get faults() {
      return faults.toSorted((a, b) => a.index - b.index)
    },
  }
}

/** Somebody who was let in before and is not any more. */
function expiredIn(sent: readonly Sent[], inbound: readonly Call[]): readonly string[] {
  const actors = actorsOf(inbound)
  const actorOf = new Map(inbound.map((call, at) => [call, actors[at] ?? '']))
  const inside = new Set<string>()
  let expired = 0
  for (const { call } of sent) {
    const actor = actorOf.get(call) ?? ''
    if (call.status === 401 && inside.has(actor)) expired += 1
    else if ((call.status ?? 500) < 300) inside.add(actor)
  }
  return expired === 0
    ? []
    : [
        `${expired} requests were refused (401) in the middle of a session: a token that expired, or a clock that stepped; neither is made to happen`,
      ]
}

const gapMs = (inbound: readonly Call[], at: number): number =>
  (inbound[at]?.startMs ?? 0) - (inbound[at - 1]?.startMs ?? 0)

const eventPart = (webhook: Extract<Webhook, { kind: 'event' }>, call: Call, atMs: number | undefined): FaultPart => ({
  value: {
    ...(atMs === undefined ? {} : { at: offsetOf(atMs) }),
    event: webhook.event,
    ...(Object.keys(webhook.fields).length === 0 ? {} : { with: webhook.fields }),
  },
  notes: [
    {
      at: 'event',
      origin: 'derived',
      from: [call.from],
      why: 'a webhook of this kind came in; the twin makes it happen, and sends and signs its own',
    },
  ],
})

/** A webhook's signature of the night is void: it is made anew, once it is known what is sent. */
function toBeSigned(
  webhook: Webhook | undefined,
  atMs: number,
  { defaults }: ComposeOptions,
  doubts: string[],
): FaultPart['sign'] {
  if (webhook?.kind !== 'call') return undefined
  const secret = secretOf(webhook.twin, defaults)
  if (secret !== undefined && canSign(webhook.scheme)) return { scheme: webhook.scheme, secret, atMs }
  doubts.push(`a webhook cannot be signed anew (${webhook.scheme}): no secret for it in the project's defaults`)
  return undefined
}

/** Neighbouring calls that overlapped become one step whose order is left open; what flows between them keeps them apart. */
function grouped(when: readonly FaultPart[], sent: readonly Sent[]): readonly FaultPart[] {
  const callOf = new Map(sent.map(({ call, step }) => [step, call]))
  const groups: FaultPart[][] = []
  for (const part of when) {
    const call = callOf.get(String(part.value.as ?? ''))
    const group = groups.at(-1)
    const last = group?.at(-1)
    const previous = last === undefined ? undefined : callOf.get(String(last.value.as ?? ''))
    const overlaps =
      call !== undefined &&
      previous !== undefined &&
      (call.startMs ?? 0) < (previous.startMs ?? 0) + (previous.durationMs ?? 0) &&
      !JSON.stringify(part.value).includes('{{')
    if (overlaps && group !== undefined) group.push(part)
    else groups.push([part])
  }
  return groups.flatMap((group): FaultPart[] => {
    const [first] = group
    if (first === undefined || group.length < 2) return group
    const calls = group.map(({ value: { at: _at, ...call } }) => call)
    const notes = group.flatMap(({ notes: own }, index) =>
      own.map((note) => ({ ...note, at: `together.${index}.${note.at}` })),
    )
    return [{ value: { ...(first.value.at === undefined ? {} : { at: first.value.at }), together: calls }, notes }]
  })
}
