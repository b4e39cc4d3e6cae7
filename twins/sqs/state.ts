import { z } from 'zod'
import { accountSchema, type Credential, credentialSchema } from '../aws/credentials.ts'
import { Rows } from '../rows.ts'
import type { Json } from '../trace.ts'

export type Attribute = {
  readonly DataType: string
  readonly StringValue?: string | undefined
  /** Base 64. */
  readonly BinaryValue?: string | undefined
}
type SeedQueue = {
  readonly name: string
  readonly region?: string | undefined
  /** As CreateQueue takes them, such as `{ VisibilityTimeout: "60" }`. */
  readonly attributes?: Readonly<Record<string, string>> | undefined
  /** Where messages go after `max_receives`: the name of a queue of this seed. */
  readonly dead_letter?: { readonly queue: string; readonly max_receives: number } | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Messages that wait there: their bodies. */
  readonly messages?: readonly (string | { readonly body: string; readonly group?: string | undefined })[] | undefined
}
export type Seed = {
  /** Key pairs that are valid; AWS's example pair when left out. */
  readonly credentials?: readonly Credential[] | undefined
  readonly account?: string | undefined
  readonly queues?: readonly SeedQueue[] | undefined
}

/** A queue; `attributes` are those that can be set, as text, defaults included. */
export type Queue = {
  readonly name: string
  readonly region: string
  readonly fifo: boolean
  readonly created_ms: number
  modified_ms: number
  attributes: Readonly<Record<string, string>>
  tags: Readonly<Record<string, string>>
  purged_ms: number | null
  /** The number of the last message of a FIFO queue. */
  sequence: number
  /** How often a FIFO queue was asked for each in the last second of the clock that it was. */
  calls: Readonly<Record<string, { readonly second: number; readonly count: number }>>
}
/** A message in a queue; it can be received from `visible_ms` on. */
export type Message = {
  readonly queue: string
  readonly region: string
  readonly id: string
  readonly body: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly trace_header: string | null
  readonly group: string | null
  readonly deduplication: string | null
  readonly sequence: string | null
  readonly sent_ms: number
  visible_ms: number
  receives: number
  first_received_ms: number | null
  last_received_ms: number | null
  /** The handle of the last receive. */
  receipt: string | null
  /** The ARN of the queue it was given up in. */
  readonly given_up_in: string | null
}
/** A message as it was sent to a FIFO queue: for five minutes its like is taken for the same. */
export type Recent = {
  readonly key: string
  readonly until_ms: number
  readonly answer: { readonly [field: string]: Json }
}
export type MoveTask = {
  readonly handle: string
  readonly source: string
  readonly destination: string | null
  readonly per_second: number | null
  status: 'RUNNING' | 'CANCELLING' | 'CANCELLED' | 'COMPLETED' | 'FAILED'
  moved: number
  readonly to_move: number
  readonly started_ms: number
}

const text = z.string()
const texts = z.record(text, text)
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  credentials: z.array(credentialSchema).optional(),
  account: accountSchema,
  queues: z
    .array(
      z.strictObject({
        name: text.regex(/^[\w-]{1,75}(\.fifo)?$|^[\w-]{1,80}$/),
        region: text.optional(),
        attributes: texts.optional(),
        dead_letter: z.strictObject({ queue: text, max_receives: z.int().min(1).max(1000) }).optional(),
        tags: texts.optional(),
        messages: z.array(z.union([text, z.strictObject({ body: text, group: text.optional() })])).optional(),
      }),
    )
    .optional(),
})

const queue: z.ZodType<Queue> = z.strictObject({
  name: text,
  region: text,
  fifo: z.boolean(),
  created_ms: z.number(),
  modified_ms: z.number(),
  attributes: texts,
  tags: texts,
  purged_ms: z.number().nullable(),
  sequence: z.number(),
  calls: z.record(text, z.strictObject({ second: z.number(), count: z.number() })),
})
const attribute = z.strictObject({
  DataType: text,
  StringValue: text.optional(),
  BinaryValue: text.optional(),
})
const attributesSchema: z.ZodType<Readonly<Record<string, Attribute>>> = z.record(text, attribute)
const MESSAGE_FIELDS = 16

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number'
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string'
const isNumberOrNull = (value: unknown): boolean => value === null || typeof value === 'number'

function isMessage(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false
  const m = row as { readonly [name in keyof Message]?: unknown }
  return (
    isText(m.queue) &&
    isText(m.region) &&
    isText(m.id) &&
    isText(m.body) &&
    isTextOrNull(m.trace_header) &&
    isTextOrNull(m.group) &&
    isTextOrNull(m.deduplication) &&
    isTextOrNull(m.sequence) &&
    isNumber(m.sent_ms) &&
    isNumber(m.visible_ms) &&
    isNumber(m.receives) &&
    isNumberOrNull(m.first_received_ms) &&
    isNumberOrNull(m.last_received_ms) &&
    isTextOrNull(m.receipt) &&
    isTextOrNull(m.given_up_in) &&
    (isEmpty(m.attributes) || attributesSchema.safeParse(m.attributes).success) &&
    Object.keys(row).length === MESSAGE_FIELDS
  )
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const _ in value) return false
  return true
}

const snapshotSchema = z.strictObject({
  queues: z.array(queue),
  // By hand: a schema over a hundred thousand of them takes longer than all the rest.
  messages: z.custom<readonly Message[]>((rows) => Array.isArray(rows) && rows.every(isMessage), 'Expected messages.'),
  recent: z.array(z.strictObject({ key: text, until_ms: z.number(), answer: z.record(text, z.json()) })),
  deleted: z.array(z.strictObject({ queue: text, region: text, at_ms: z.number() })),
  moves: z.array(
    z.strictObject({
      handle: text,
      source: text,
      destination: text.nullable(),
      per_second: z.number().nullable(),
      status: z.enum(['RUNNING', 'CANCELLING', 'CANCELLED', 'COMPLETED', 'FAILED']),
      moved: z.number(),
      to_move: z.number(),
      started_ms: z.number(),
    }),
  ),
})

/** Where a queue stands: names are its own in each region. */
export const placeOf = ({ region, name }: { readonly region: string; readonly name: string }): string =>
  `${region}/${name}`

/** All that an account has in SQS. Messages stand in the order in which they came to their queue. */
export class Store {
  readonly queues: Map<string, Queue> = new Map()
  readonly #messages = new Map<string, Rows<string, Message>>()
  readonly recent: Map<string, Recent> = new Map()
  /** When a queue of a name was last deleted, by its place. */
  readonly deleted: Map<string, number> = new Map()
  readonly moves: Map<string, MoveTask> = new Map()

  messages(queue: Queue): Rows<string, Message> {
    const place = placeOf(queue)
    // A receive changes its message, and a snapshot stays as it is.
    const found =
      this.#messages.get(place) ??
      new Rows<string, Message>(
        ({ id }) => id,
        (row) => ({ ...row }),
      )
    this.#messages.set(place, found)
    return found
  }

  drop(queue: Queue, atMs: number): void {
    this.queues.delete(placeOf(queue))
    this.#messages.delete(placeOf(queue))
    this.deleted.set(placeOf(queue), atMs)
  }

  snapshot(): Json {
    return {
      queues: [...this.queues.values()].map((one) => ({ ...one })),
      messages: [...this.#messages.values()].flatMap(
        (rows) => rows.untouched() ?? rows.list().map((one) => ({ ...one })),
      ),
      recent: [...this.recent.values()],
      deleted: [...this.deleted].map(([place, at_ms]) => {
        const [region = '', name = ''] = place.split('/')
        return { queue: name, region, at_ms }
      }),
      moves: [...this.moves.values()].map((one) => ({ ...one })),
    } satisfies Json as Json
  }

  restore(json: Json): void {
    const { queues, messages, recent, deleted, moves } = snapshotSchema.parse(json)
    for (const map of [this.queues, this.#messages, this.recent, this.deleted, this.moves]) map.clear()
    for (const one of queues) this.queues.set(placeOf(one), one)
    for (const [place, rows] of Map.groupBy(messages, ({ region, queue }) => placeOf({ region, name: queue }))) {
      const owner = this.queues.get(place)
      if (owner === undefined) throw new Error(`sqs: expected a queue "${place}" for a message, got none.`)
      this.messages(owner).fill(rows)
    }
    for (const one of recent) this.recent.set(one.key, one)
    for (const one of deleted) this.deleted.set(placeOf({ region: one.region, name: one.queue }), one.at_ms)
    for (const one of moves) this.moves.set(one.handle, one)
  }
}
