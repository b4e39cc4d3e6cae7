import { z } from 'zod'
import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import type { Account, Outgoing } from '../account.ts'
import { type Answer, type Ask, type Handler, list, optionalNumber, optionalText, queueOf, textOf } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { md5, md5OfAttributes } from '../md5.ts'
import type { Attribute, Message, Queue } from '../state.ts'
import {
  badContents,
  badHandle,
  batch,
  invalid,
  invalidValue,
  malformed,
  missing,
  Refused,
  unsupported,
} from '../wire.ts'

type Entry = Pick<Ask, 'body'>

/** The character set of messages: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (2026-11-26). */
const ALLOWED = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u
const TOKEN = /^[\x21-\x7e]{1,128}$/
const TYPE = /^(String|Number|Binary)(\..*)?$/
const BATCH_MAX = 10
const BATCH_BYTES_MAX = 1_048_576
const VISIBILITY_S_MAX = 43_200

const attributeSchema = z.record(
  z.string(),
  z.object({
    DataType: z.string(),
    StringValue: z.string().nullish(),
    BinaryValue: z.string().nullish(),
    StringListValues: z.array(z.string()).nullish(),
    BinaryListValues: z.array(z.string()).nullish(),
  }),
)

function attributesOf(entry: Entry, parameter: string): Readonly<Record<string, Attribute>> {
  const parsed = attributeSchema.safeParse(entry.body[parameter] ?? {})
  if (!parsed.success) throw malformed()
  const rows = Object.entries(parsed.data)
  if (rows.length > 10)
    throw invalidValue(`Number of message attributes [${rows.length}] exceeds the allowed maximum [10].`)
  return Object.fromEntries(
    rows.map(([name, { DataType, StringValue, BinaryValue, StringListValues, BinaryListValues }]) => {
      if ((StringListValues ?? []).length > 0 || (BinaryListValues ?? []).length > 0)
        throw unsupported('Message attribute list values in SendMessage operation are not supported.')
      if (!TYPE.test(DataType))
        throw invalidValue(
          `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
        )
      const value = DataType.startsWith('Binary') ? BinaryValue : StringValue
      if (value === undefined || value === null || value === '')
        throw invalidValue(
          `The message (user) attribute '${name}' must contain a non-empty value of type '${DataType}'.`,
        )
      if (DataType.startsWith('Number') && !/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value))
        throw invalidValue(`Can't cast the value of message (user) attribute '${name}' to a number.`)
      return [name, DataType.startsWith('Binary') ? { DataType, BinaryValue: value } : { DataType, StringValue: value }]
    }),
  )
}

const sizeOf = ({ body, attributes }: Outgoing): number =>
  Object.entries(attributes).reduce(
    (bytes, [name, { DataType, StringValue, BinaryValue }]) =>
      bytes +
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      (BinaryValue === undefined ? Buffer.byteLength(StringValue ?? '') : Buffer.from(BinaryValue, 'base64').length),
    Buffer.byteLength(body),
  )

/** A message as it is to be sent. Throws what AWS refuses. */
function outgoing(entry: Entry, queue: Queue): Outgoing {
  const body = textOf(entry, 'MessageBody')
  if (!ALLOWED.test(body)) throw badContents()
  const group = optionalText(entry, 'MessageGroupId')
  const deduplication = optionalText(entry, 'MessageDeduplicationId')
  const delay_s = optionalNumber(entry, 'DelaySeconds', { min: 0, max: 900 }, (value) =>
    invalid(value, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.'),
  )
  const wrongKind = (value: unknown, parameter: string): Refused =>
    invalid(value, parameter, 'The request include parameter that is not valid for this queue type.')
  if (queue.fifo) {
    if (group === undefined) throw missing('MessageGroupId')
    if (deduplication === undefined && queue.attributes.ContentBasedDeduplication !== 'true')
      throw invalidValue(
        'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      )
    if (delay_s !== undefined && delay_s > 0) throw wrongKind(delay_s, 'DelaySeconds')
  } else if (deduplication !== undefined) throw wrongKind(deduplication, 'MessageDeduplicationId')
  for (const [name, value] of [
    ['MessageGroupId', group],
    ['MessageDeduplicationId', deduplication],
  ] as const)
    if (value !== undefined && !TOKEN.test(value))
      throw invalid(
        value,
        name,
        `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      )
  const system = attributesOf(entry, 'MessageSystemAttributes')
  const other = Object.keys(system).find((name) => name !== 'AWSTraceHeader')
  if (other !== undefined) throw invalidValue(`Message system attribute name '${other}' is invalid.`)
  const sent: Outgoing = {
    body,
    attributes: attributesOf(entry, 'MessageAttributes'),
    trace_header: system.AWSTraceHeader?.StringValue,
    group,
    deduplication,
    // A FIFO queue delays all its messages alike.
    delay_s: queue.fifo ? undefined : delay_s,
  }
  const max = Number(queue.attributes.MaximumMessageSize)
  if (sizeOf(sent) > max)
    throw invalidValue(`One or more parameters are invalid. Reason: Message must be shorter than ${max} bytes.`)
  return sent
}

export const send: Handler = (ask) => {
  const queue = queueOf(ask)
  return ask.account.enqueue(queue, outgoing(ask, queue))
}

export const sendBatch: Handler = (ask) => {
  const queue = queueOf(ask)
  const entries = entriesOf(ask)
  const bytes = entries.reduce((sum, { body }) => sum + Buffer.byteLength(String(body.MessageBody ?? '')), 0)
  if (bytes > BATCH_BYTES_MAX)
    throw batch(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
    )
  return each(entries, (entry) => ask.account.enqueue(queue, outgoing(entry, queue)))
}

const entrySchema = z.array(z.record(z.string(), z.json()))

/** The entries of a batch, whose ids are in order. Source: as for SendMessageBatch in the API reference (2026-11-26). */
function entriesOf(ask: Ask): readonly (Entry & { readonly id: string })[] {
  const parsed = entrySchema.safeParse(ask.body.Entries ?? [])
  if (!parsed.success) throw malformed()
  const rows = parsed.data
  if (rows.length === 0) throw batch('EmptyBatchRequest', 'There should be at least one entry in the request.')
  if (rows.length > BATCH_MAX)
    throw batch(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${BATCH_MAX}. You have sent ${rows.length}.`,
    )
  const ids = rows.map(({ Id }) => (typeof Id === 'string' ? Id : ''))
  if (ids.some((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id)))
    throw batch(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    )
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) throw batch('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`)
  return rows.map((body, at) => ({ body, id: ids[at] ?? '' }))
}

/**
 * Each entry stands for itself: what is refused of one is told beside the others. A list with nothing in it is left out, though the
 * model calls it required: https://github.com/aws/aws-sdk/issues/657 (2026-11-26).
 */
function each(entries: ReturnType<typeof entriesOf>, act: (entry: Entry) => Answer | null): Answer {
  const Successful: Json[] = []
  const Failed: Json[] = []
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.id, ...act(entry) })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      Failed.push({ Id: entry.id, SenderFault: true, Code: error.code, Message: error.message })
    }
  }
  return { ...(Successful.length > 0 ? { Successful } : {}), ...(Failed.length > 0 ? { Failed } : {}) }
}

/** What a receive asks for, checked. */
export function receiveOf(ask: Ask): {
  readonly queue: Queue
  readonly max: number
  readonly visibility_s: number
  readonly wait_s: number
} {
  const queue = queueOf(ask)
  if (ask.body.ReceiveRequestAttemptId !== undefined) throw notModelled('sqs', GAPS, 'ReceiveRequestAttemptId')
  const max = optionalNumber(ask, 'MaxNumberOfMessages', { min: 1, max: 10 }, (value) =>
    invalid(value, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.'),
  )
  const wait_s = optionalNumber(ask, 'WaitTimeSeconds', { min: 0, max: 20 }, (value) =>
    invalid(value, 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.'),
  )
  return {
    queue,
    max: max ?? 1,
    visibility_s: visibilityOf(ask) ?? Number(queue.attributes.VisibilityTimeout),
    wait_s: wait_s ?? Number(queue.attributes.ReceiveMessageWaitTimeSeconds),
  }
}

const visibilityOf = (entry: Entry): number | undefined =>
  optionalNumber(entry, 'VisibilityTimeout', { min: 0, max: VISIBILITY_S_MAX }, (value) =>
    invalid(value, 'VisibilityTimeout', 'Must be between 0 and 43200, if provided.'),
  )

export const receive: Handler = (ask) => {
  const { queue, max, visibility_s } = receiveOf(ask)
  const wanted = [...list(ask, 'AttributeNames'), ...list(ask, 'MessageSystemAttributeNames')]
  const names = list(ask, 'MessageAttributeNames')
  const messages = ask.account.receive(queue, max, visibility_s)
  return messages.length === 0 ? {} : { Messages: messages.map((message) => received(message, wanted, names)) }
}

/** A message on the wire. Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html (2026-11-26). */
function received(message: Message, wanted: readonly string[], names: readonly string[]): Json {
  const system: Readonly<Record<string, string | null>> = {
    SenderId: 'AIDAIOSFODNN7EXAMPLE',
    SentTimestamp: String(message.sent_ms),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.first_received_ms),
    SequenceNumber: message.sequence,
    MessageDeduplicationId: message.deduplication,
    MessageGroupId: message.group,
    AWSTraceHeader: message.trace_header,
    DeadLetterQueueSourceArn: message.given_up_in,
  }
  const Attributes = Object.entries(system).filter(
    ([name, value]) => value !== null && (wanted.includes('All') || wanted.includes(name)),
  )
  const fits = (name: string): boolean =>
    names.some(
      (one) =>
        one === 'All' || one === '.*' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))),
    )
  const chosen = Object.fromEntries(Object.entries(message.attributes).filter(([name]) => fits(name)))
  const digest = md5OfAttributes(chosen)
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Attributes.length > 0 ? { Attributes: Object.fromEntries(Attributes) } : {}),
    ...(digest === undefined ? {} : { MD5OfMessageAttributes: digest, MessageAttributes: chosen as unknown as Json }),
  }
}

/** The message of a handle: undefined when it is gone. Throws for what is no handle. */
function held(account: Account, queue: Queue, entry: Entry): { handle: string; message: Message | undefined } {
  const handle = textOf(entry, 'ReceiptHandle')
  const id = account.idIn(handle)
  if (id === undefined) throw badHandle(handle)
  return { handle, message: account.store.messages(queue).get(id) }
}

function removeOne(account: Account, queue: Queue, entry: Entry): null {
  const { handle, message } = held(account, queue, entry)
  if (message === undefined) return null
  const late = message.receipt !== handle || message.visible_ms <= account.world.clock.now()
  if (queue.fifo && late) throw invalid(handle, 'ReceiptHandle', 'The receipt handle has expired.')
  // An old handle deletes nothing, and says nothing.
  if (message.receipt === handle) account.remove(queue, message)
  return null
}

function changeOne(account: Account, queue: Queue, entry: Entry): null {
  const { handle, message } = held(account, queue, entry)
  if (entry.body.VisibilityTimeout === undefined) throw missing('VisibilityTimeout')
  const seconds = visibilityOf(entry) ?? 0
  const nowMs = account.world.clock.now()
  if (message === undefined || message.receipt !== handle || message.visible_ms <= nowMs)
    throw invalid(handle, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change.')
  const untilMs = nowMs + seconds * 1000
  if (untilMs > (message.last_received_ms ?? nowMs) + VISIBILITY_S_MAX * 1000)
    throw invalid(
      seconds,
      'VisibilityTimeout',
      `Total VisibilityTimeout for the message is beyond the limit [${VISIBILITY_S_MAX} seconds]`,
    )
  account.show(queue, message, untilMs)
  return null
}

export const remove: Handler = (ask) => removeOne(ask.account, queueOf(ask), ask)
export const removeBatch: Handler = (ask) => {
  const queue = queueOf(ask)
  return each(entriesOf(ask), (entry) => removeOne(ask.account, queue, entry))
}
export const changeVisibility: Handler = (ask) => changeOne(ask.account, queueOf(ask), ask)
export const changeVisibilityBatch: Handler = (ask) => {
  const queue = queueOf(ask)
  return each(entriesOf(ask), (entry) => changeOne(ask.account, queue, entry))
}
