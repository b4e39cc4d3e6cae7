import { createHash } from 'node:crypto'
import { ACCOUNT, REGION } from '../aws/credentials.ts'
import { uuid } from '../aws/request-id.ts'
import type { Json } from '../trace.ts'
import type { World } from '../world.ts'
import { checkAttributes, checkPolicies, type RedrivePolicy, redrivePolicy, usualAttributes } from './attributes.ts'
import { md5, md5OfAttributes } from './md5.ts'
import { Polls } from './polls.ts'
import { type Attribute, type Message, placeOf, type Queue, type Seed, Store } from './state.ts'

/** The deduplication interval: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html (2026-11-26). */
const DEDUPLICATION_MS = 5 * 60_000
/** A delivery that comes late comes so much later, unless its fault says otherwise. */
const LATE_MS = 60_000

export type Outgoing = {
  readonly body: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly trace_header?: string | undefined
  readonly group?: string | undefined
  readonly deduplication?: string | undefined
  readonly delay_s?: number | undefined
}

/** What an account does with its queues, whoever asks for it. */
export class Account {
  readonly world: World
  readonly store: Store = new Store()
  readonly polls: Polls
  readonly id: string
  /** When the next message of a queue may be too old, by its place; not known where something has changed. */
  readonly #expiresMs = new Map<string, number>()

  constructor(world: World, seed: Seed) {
    this.world = world
    this.id = seed.account ?? ACCOUNT
    this.polls = new Polls(world)
    const queues = (seed.queues ?? []).map((row) => {
      const { attributes = {}, tags = {}, region = REGION, name } = row
      return { row, queue: this.create(name, region, attributes, tags) }
    })
    for (const { row, queue } of queues) {
      if (row.dead_letter !== undefined) {
        const deadLetterTargetArn = this.arnOf({ region: queue.region, name: row.dead_letter.queue })
        const policy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: row.dead_letter.max_receives })
        queue.attributes = { ...queue.attributes, ...this.#checked({ RedrivePolicy: policy }, queue) }
      }
      for (const one of row.messages ?? []) {
        const { body, group } = typeof one === 'string' ? { body: one, group: undefined } : one
        this.enqueue(queue, { body, attributes: {}, group: queue.fifo ? (group ?? 'default') : group })
      }
    }
  }

  arnOf({ region, name }: { readonly region: string; readonly name: string }): string {
    return `arn:aws:sqs:${region}:${this.id}:${name}`
  }

  find(arn: string): Queue | undefined {
    const [, , service, region = '', account, name = ''] = arn.split(':')
    return service === 'sqs' && account === this.id ? this.store.queues.get(placeOf({ region, name })) : undefined
  }

  #checked(attributes: Readonly<Record<string, string>>, queue: { fifo: boolean; region: string; name: string }) {
    const checked = checkAttributes(attributes, queue.fifo)
    return checkPolicies(checked, { fifo: queue.fifo, arn: this.arnOf(queue) }, (arn) => this.find(arn))
  }

  create(
    name: string,
    region: string,
    given: Readonly<Record<string, string>>,
    tags: Readonly<Record<string, string>>,
  ): Queue {
    const { FifoQueue: _, ...attributes } = given
    const fifo = name.endsWith('.fifo')
    const checked = this.#checked(attributes, { fifo, region, name })
    const nowMs = this.world.clock.now()
    const queue: Queue = {
      name,
      region,
      fifo,
      created_ms: nowMs,
      modified_ms: nowMs,
      attributes: kept({ ...usualAttributes(fifo), ...checked }),
      tags: { ...tags },
      purged_ms: null,
      sequence: 0,
      calls: {},
    }
    this.store.queues.set(placeOf(queue), queue)
    return queue
  }

  setAttributes(queue: Queue, attributes: Readonly<Record<string, string>>): void {
    queue.attributes = kept({ ...queue.attributes, ...this.#checked(attributes, queue) })
    queue.modified_ms = this.world.clock.now()
    this.#expiresMs.delete(placeOf(queue))
    this.polls.poke(queue)
  }

  /** Puts a message into a queue, or finds that it was there before; the answer is that of a send. */
  enqueue(queue: Queue, sent: Outgoing): { readonly [field: string]: Json } {
    const nowMs = this.world.clock.now()
    const deduplication = queue.fifo
      ? (sent.deduplication ?? createHash('sha256').update(sent.body).digest('hex'))
      : undefined
    const key = `${placeOf(queue)}|${queue.attributes.DeduplicationScope === 'messageGroup' ? sent.group : ''}|${deduplication}`
    const before = deduplication === undefined ? undefined : this.store.recent.get(key)
    if (before !== undefined && before.until_ms > nowMs) {
      this.#record('message.deduplicated', queue, { id: before.answer.MessageId ?? null, deduplication })
      return before.answer
    }
    const id = uuid(this.world, 'message')
    const sequence = queue.fifo ? this.#nextSequence(queue) : null
    const delayMs = (sent.delay_s ?? Number(queue.attributes.DelaySeconds)) * 1000
    const message: Message = {
      queue: queue.name,
      region: queue.region,
      id,
      body: sent.body,
      attributes: sent.attributes,
      trace_header: sent.trace_header ?? null,
      group: sent.group ?? null,
      deduplication: deduplication ?? null,
      sequence,
      sent_ms: nowMs,
      visible_ms: nowMs + delayMs,
      receives: 0,
      first_received_ms: null,
      last_received_ms: null,
      receipt: null,
      given_up_in: null,
    }
    const traceHeader: Readonly<Record<string, Attribute>> =
      sent.trace_header === undefined ? {} : { AWSTraceHeader: { DataType: 'String', StringValue: sent.trace_header } }
    const answer = {
      MessageId: id,
      MD5OfMessageBody: md5(sent.body),
      MD5OfMessageAttributes: md5OfAttributes(sent.attributes),
      MD5OfMessageSystemAttributes: md5OfAttributes(traceHeader),
      ...(sequence === null ? {} : { SequenceNumber: sequence }),
    }
    const plain = Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined)) as {
      readonly [field: string]: Json
    }
    if (deduplication !== undefined) {
      this.#forgetRecent()
      this.store.recent.set(key, { key, until_ms: nowMs + DEDUPLICATION_MS, answer: plain })
    }
    this.store.messages(queue).set(id, message)
    const known = this.#expiresMs.get(placeOf(queue))
    const untilMs = nowMs + Number(queue.attributes.MessageRetentionPeriod) * 1000
    if (known !== undefined) this.#expiresMs.set(placeOf(queue), Math.min(known, untilMs))
    this.#record('message.sent', queue, { id, body: sent.body, group: sent.group })
    this.polls.poke(queue)
    return plain
  }

  /** Oldest first, as they were put there. */
  #forgetRecent(): void {
    for (const [key, { until_ms }] of this.store.recent) {
      if (until_ms > this.world.clock.now()) return
      this.store.recent.delete(key)
    }
  }

  /** 20 digits that only grow. */
  #nextSequence(queue: Queue): string {
    queue.sequence += 1
    return `188${String(queue.sequence * 256).padStart(17, '0')}`
  }

  /** Forgets what is too old. */
  expire(queue: Queue): void {
    const nowMs = this.world.clock.now()
    const place = placeOf(queue)
    if (nowMs < (this.#expiresMs.get(place) ?? 0)) return
    const livesMs = Number(queue.attributes.MessageRetentionPeriod) * 1000
    const messages = this.store.messages(queue)
    let next = Number.POSITIVE_INFINITY
    for (const { id, sent_ms } of messages.values()) {
      if (sent_ms + livesMs > nowMs) next = Math.min(next, sent_ms + livesMs)
      else {
        messages.delete(id)
        this.#record('message.expired', queue, { id })
      }
    }
    this.#expiresMs.set(place, next)
  }

  restore(json: Json): void {
    this.store.restore(json)
    this.#expiresMs.clear()
    for (const queue of this.store.queues.values()) this.polls.poke(queue)
  }

  #policy(queue: Queue): { readonly policy: RedrivePolicy; readonly target: Queue } | undefined {
    const policy = redrivePolicy(queue.attributes)
    const target = policy === undefined ? undefined : this.find(policy.deadLetterTargetArn)
    return policy === undefined || target === undefined ? undefined : { policy, target }
  }

  /**
   * The messages that can be received now, oldest first, at most `max`. A group of a FIFO queue waits for its first message. One that was
   * received too often goes to the dead letters instead, at the moment somebody looks for it.
   */
  *receivable(queue: Queue): Generator<Message> {
    this.expire(queue)
    const nowMs = this.world.clock.now()
    const redrive = this.#policy(queue)
    const blocked = new Set<string>()
    const moved = new Set<string>()
    for (const message of this.store.messages(queue).values()) {
      // A queue may be its own dead-letter queue.
      if (moved.has(message.id)) return
      if (message.group !== null && queue.fifo && blocked.has(message.group)) continue
      if (message.visible_ms > nowMs) {
        if (message.group !== null) blocked.add(message.group)
        continue
      }
      if (redrive !== undefined && message.receives >= redrive.policy.maxReceiveCount) {
        moved.add(message.id)
        this.move(queue, redrive.target, message, this.arnOf(queue))
        continue
      }
      yield message
    }
  }

  /** Whether a receive would find something. */
  hasReceivable(queue: Queue): boolean {
    return this.receivable(queue).next().done !== true
  }

  /** When the next message of a queue becomes visible; undefined when none will by itself. */
  nextVisibleMs(queue: Queue): number | undefined {
    const nowMs = this.world.clock.now()
    let next: number | undefined
    for (const { visible_ms } of this.store.messages(queue).values())
      if (visible_ms > nowMs && (next === undefined || visible_ms < next)) next = visible_ms
    return next
  }

  /** Hands messages out, each with a new receipt handle. Faults on `sqs.webhook` apply to each of a standard queue. */
  receive(queue: Queue, max: number, visibility_s: number): readonly Message[] {
    const nowMs = this.world.clock.now()
    const taken: Message[] = []
    for (const message of this.receivable(queue)) {
      const fault = queue.fifo ? undefined : this.#deliveryFault(queue, message)
      if (fault?.kind === 'drop') continue
      if (fault?.kind === 'reorder' || fault?.kind === 'slow') {
        message.visible_ms = nowMs + (fault.byMs ?? LATE_MS)
        continue
      }
      message.receives += 1
      message.first_received_ms ??= nowMs
      message.last_received_ms = nowMs
      message.receipt = this.#newHandle(message)
      // Delivered twice: to this receive, and to the next one as well.
      if (fault?.kind !== 'duplicate') message.visible_ms = nowMs + visibility_s * 1000
      taken.push({ ...message })
      this.#record('message.received', queue, { id: message.id, receives: message.receives })
      if (taken.length === max) break
    }
    return taken
  }

  #deliveryFault(queue: Queue, { id, receives, body }: Message) {
    const { world } = this
    const key = `${world.cause.key}/${id}`
    const fields = { queue: queue.name, id, body }
    const fault = world.faults.hit({ twin: 'sqs', operation: 'webhook', attempt: receives + 1, key, fields })
    if (fault !== undefined) world.trace.record('fault', { key, on: fault.on, kind: fault.kind })
    return fault
  }

  /** Opaque to whoever gets it; names its message to us. */
  #newHandle({ id }: Message): string {
    const salt = this.world.draw('receipt').text(24)
    return `AQEB${Buffer.from(`${id}|${salt}`).toString('base64')}`
  }

  /** The id in a handle that this twin made; undefined for any other text. */
  idIn(handle: string): string | undefined {
    if (!handle.startsWith('AQEB')) return undefined
    const [id = '', salt = ''] = Buffer.from(handle.slice(4), 'base64').toString().split('|')
    return /^[0-9a-f-]{36}$/.test(id) && salt.length === 24 ? id : undefined
  }

  /** Makes a message visible again, or hides it for longer. */
  show(queue: Queue, message: Message, atMs: number): void {
    message.visible_ms = atMs
    this.polls.poke(queue)
  }

  remove(queue: Queue, message: Message): void {
    this.store.messages(queue).delete(message.id)
    this.#record('message.deleted', queue, { id: message.id, receives: message.receives })
    // The next of its group may come now.
    this.polls.poke(queue)
  }

  /**
   * From one queue to another. A standard queue keeps the time it was sent, a FIFO queue starts anew.
   * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html (2026-11-26).
   */
  move(from: Queue, to: Queue, message: Message, givenUpIn: string | null): void {
    const nowMs = this.world.clock.now()
    this.store.messages(from).delete(message.id)
    this.#expiresMs.delete(placeOf(to))
    this.store.messages(to).set(message.id, {
      ...message,
      queue: to.name,
      region: to.region,
      sequence: to.fifo ? this.#nextSequence(to) : null,
      sent_ms: to.fifo ? nowMs : message.sent_ms,
      visible_ms: nowMs,
      receives: givenUpIn === null ? 0 : message.receives,
      receipt: null,
      given_up_in: givenUpIn,
    })
    this.#record('message.moved', from, { id: message.id, to: to.name, receives: message.receives })
    this.polls.poke(from)
    this.polls.poke(to)
  }

  #record(event: string, queue: Queue, fields: { readonly [name: string]: Json | undefined }): void {
    this.world.trace.record(`sqs.${event}`, { queue: queue.name, ...fields })
  }
}

const kept = (attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''))
