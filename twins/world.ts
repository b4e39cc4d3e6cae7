import { createHash } from 'node:crypto'
import { type Clock, VirtualClock } from './clock.ts'
import { createDecisions, type DecisionLog } from './decisions.ts'
import { createFaultPlan, type FaultPlan } from './faults.ts'
import { createMeter, type Meter } from './money.ts'
import { createRng, type Rng } from './rng.ts'
import { createRecorder, type Json, type Recorder } from './trace.ts'

/** On whose account something happens: the scenario step, and the causal key `step/twin.operation#attempt`. */
export type Cause = {
  readonly step: string
  readonly key: string
  /** How often each name was drawn, where nobody else has this key: known for as long as the cause is. */
  readonly draws?: Map<string, number>
}

/** What the subject does unasked, before and between steps. */
export const BOOT: Cause = { step: 'boot', key: 'boot' }

export type { DecisionLog } from './decisions.ts'

/** How long something takes that may take from `min` to `max` milliseconds. */
export type Pace = (rng: Rng, range: { readonly min: number; readonly max: number }) => number

/** Any time is as likely as any other. */
const EVEN: Pace = (rng, { min, max }) => rng.int(min, max)

/** An HTTP request from a twin to the subject, such as a webhook. */
export type Delivery = {
  readonly twin: string
  /** Names the delivery in reports and faults, such as an event id and its attempt. */
  readonly id: string
  /** What `where` of a fault on `twin.webhook` may look at. */
  readonly fields: Json
  /** POST unless said. */
  readonly method?: 'GET' | 'POST'
  readonly url: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: string
  /** The vendor gives up waiting after so long. */
  readonly timeoutMs: number
}
export type DeliveryOutcome =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'failed'; readonly reason: 'timeout' | 'refused' | 'reset' | 'dropped' }
/** Sends one delivery; `done` is called once, later, in virtual time. */
export type Courier = (delivery: Delivery, done: (outcome: DeliveryOutcome) => void) => void

/** One simulated universe of one run. */
export interface World {
  readonly seed: string
  readonly startsAtMs: number
  readonly clock: Clock
  readonly rng: Rng
  readonly trace: Recorder
  readonly money: Meter
  readonly faults: FaultPlan
  /** All so far, as they stand: each reading makes a list of them. */
  readonly decisions: DecisionLog
  readonly cause: Cause
  /** Runs `task`, and all it schedules, on `cause`'s account. One at a time: the replayer never overlaps them. */
  within<T>(cause: Cause, task: () => T | Promise<T>): Promise<T>
  /** An id such as `ch_3Pq…`: `prefix` and `length` base-62 characters that hang on the causal key alone. */
  id(prefix: string, length: number): string
  /** Chance for one decision of the current cause; equal names draw anew each time. */
  draw(name: string): Rng
  /** A logged decision: the one on record for `key` when replaying, else drawn from the seed. */
  decide(key: string, draw: (rng: Rng) => number): number
  /** What was decided for `key` in this run; undefined when nothing was. */
  decided(key: string): number | undefined
  /** The logged latency of what `key` names, in virtual milliseconds, at the pace of this world. */
  latency(key: string, range: { readonly min: number; readonly max: number }): number
  /** Sends a webhook or the like to the subject; faults on `<twin>.webhook` apply. */
  deliver: Courier
}

/** A world whose clock the replayer (or a test) moves. */
export interface RunnableWorld extends World {
  readonly clock: VirtualClock
  /** What is drawn from here on follows from `text` too: a state that was made elsewhere from the same seed has names that must not be given again. */
  reseed(text: string): void
}

export type WorldOptions = {
  /** Everything that chance decides follows from it. */
  readonly seed: string
  /** ISO 8601 in UTC, such as `2030-01-01T00:00:00Z`. */
  readonly startsAt: string
  /** Decisions to repeat; what it lacks is drawn from the seed. */
  readonly decisions?: DecisionLog
  /** A world that lives on and is never replayed keeps so many of the latest events, and no more decisions than that. */
  readonly eventsMax?: number | undefined
  /** How latencies are drawn; evenly, unless told otherwise. */
  readonly pace?: Pace | undefined
  /** How deliveries reach the subject. Without one nobody listens: each fails as refused. */
  readonly courier?: Courier
}

/** A new world at its first instant. Throws when `startsAt` is no time. */
export function createWorld(options: WorldOptions): RunnableWorld {
  const { seed, startsAt } = options
  const startsAtMs = Date.parse(startsAt)
  if (Number.isNaN(startsAtMs))
    throw new Error(`world: expected startsAt such as 2030-01-01T00:00:00Z, got "${startsAt}".`)
  const clock = new VirtualClock(startsAtMs, (task) => {
    const mine = cause
    return () => within(mine, task)
  })
  const rng = createRng(seed)
  const decisions = createDecisions(options.eventsMax)
  const draws = new Map<string, number>()
  let salt = ''
  let cause: Cause = BOOT
  const now = (): number => clock.now()
  const decide: World['decide'] = (key, draw) => {
    const value = options.decisions?.[key] ?? draw(rng.fork(`decision/${key}`))
    decisions.add(key, value)
    return value
  }
  const trace = createRecorder(now, () => cause.step, options.eventsMax)
  const money = createMeter(
    () => ({ atMs: now(), step: cause.step, key: cause.key }),
    ({ key, twin, sku, quantity, amount, currency }) =>
      trace.record('cost.line', { key, twin, sku, quantity, amount, currency }),
  )
  const faults = createFaultPlan(now, decide)
  const within = async <T>(next: Cause, task: () => T | Promise<T>): Promise<T> => {
    const outer = cause
    cause = next
    try {
      return await task()
    } finally {
      cause = outer
    }
  }
  const draw = (name: string): Rng => {
    const key = `${cause.key}/${name}`
    const [counts, counted] = cause.draws === undefined ? [draws, key] : [cause.draws, name]
    const n = counts.get(counted) ?? 0
    counts.set(counted, n + 1)
    return rng.fork(`${salt}${key}~${n}`)
  }
  const send: Courier =
    options.courier ?? ((_, done) => void clock.schedule(0, () => done({ kind: 'failed', reason: 'refused' })))
  const deliver: Courier = (delivery, done) => {
    const target = {
      twin: delivery.twin,
      operation: 'webhook',
      attempt: 1,
      key: `${cause.step}/${delivery.twin}.webhook/${delivery.id}`,
    }
    const fault = faults.hit({ ...target, fields: delivery.fields })
    if (fault !== undefined) trace.record('fault', { key: target.key, on: fault.on, kind: fault.kind })
    switch (fault?.kind) {
      case 'drop':
      case 'request-lost':
        clock.schedule(0, () => done({ kind: 'failed', reason: 'dropped' }), `${target.key} dropped`)
        return
      case 'reorder':
      case 'slow':
        clock.schedule(fault.byMs ?? 60_000, () => send(delivery, done), `${target.key} late`)
        return
      case 'duplicate':
        send(delivery, done)
        // The copy is the vendor's mistake: nobody waits for its answer.
        clock.schedule(fault.byMs ?? 0, () => send(delivery, () => undefined), `${target.key} again`)
        return
      case 'answer-lost':
        send(delivery, () => done({ kind: 'failed', reason: 'timeout' }))
        return
      default:
        send(delivery, done)
    }
  }
  return {
    seed,
    startsAtMs,
    clock,
    rng,
    trace,
    money,
    faults,
    get decisions() {
      return decisions.all()
    },
    get cause() {
      return cause
    },
    within,
    id: (prefix, length) => prefix + draw(`id ${prefix}`).text(length),
    draw,
    decide,
    decided: (key) => decisions.get(key),
    reseed(text) {
      salt = `${text}/`
    },
    latency: (key, range) => decide(`${key}/latency`, (one) => (options.pace ?? EVEN)(one, range)),
    deliver,
  }
}

/** A secret derived one-way from another, for what untrusted code may know without learning the rest. */
export const deriveSeed = (seed: string, purpose: string): string =>
  createHash('sha256').update(`backlot ${purpose}\0${seed}`).digest('hex').slice(0, 32)
