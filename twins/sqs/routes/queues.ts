import { type Ask, type Handler, list, notOurs, page, queueOf, textOf, texts, urlOf } from '../ask.ts'
import { isAttribute, redrivePolicy } from '../attributes.ts'
import { placeOf, type Queue } from '../state.ts'
import {
  invalidAttributeName,
  invalidAttributeValue,
  invalidValue,
  missing,
  noQueue,
  purgeInProgress,
  queueDeletedRecently,
  queueNameExists,
} from '../wire.ts'

/** Both waits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html and API_PurgeQueue.html (2026-11-26). */
const WAIT_MS = 60_000
const NAME = /^[A-Za-z0-9_-]{1,80}$|^[A-Za-z0-9_-]{1,75}\.fifo$/

export const create: Handler = (ask) => {
  const { account, region } = ask
  const name = textOf(ask, 'QueueName')
  const attributes = texts(ask, 'Attributes')
  if (!NAME.test(name))
    throw invalidValue('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length')
  const fifo = name.endsWith('.fifo')
  if (attributes.FifoQueue !== undefined) {
    if (attributes.FifoQueue === 'true' && !fifo)
      throw invalidValue(
        'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
      )
    // A standard queue does not know the attribute, not even as `false`.
    if (!fifo) throw invalidAttributeName('FifoQueue')
    if (attributes.FifoQueue !== 'true') throw invalidAttributeValue('FifoQueue')
  } else if (fifo)
    throw invalidValue('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length')
  const place = placeOf({ region, name })
  const before = account.store.queues.get(place)
  if (before !== undefined) {
    const { FifoQueue: _, ...asked } = attributes
    const other = Object.keys(asked).find((key) => !sameAttribute(key, asked[key], before.attributes[key]))
    if (other !== undefined) throw queueNameExists(other)
    return { QueueUrl: urlOf(ask, before) }
  }
  const deletedMs = account.store.deleted.get(place)
  if (deletedMs !== undefined && account.world.clock.now() - deletedMs < WAIT_MS) throw queueDeletedRecently()
  return { QueueUrl: urlOf(ask, account.create(name, region, attributes, texts(ask, 'tags'))) }
}

/** A policy is the same however its JSON is written. */
function sameAttribute(name: string, asked: string | undefined, has: string | undefined): boolean {
  if (name !== 'RedrivePolicy' || asked === undefined || has === undefined) return asked === has
  const [a, b] = [redrivePolicy({ RedrivePolicy: asked }), redrivePolicy({ RedrivePolicy: has })]
  return a?.deadLetterTargetArn === b?.deadLetterTargetArn && a?.maxReceiveCount === b?.maxReceiveCount
}

export const getUrl: Handler = (ask) => {
  const owner = ask.body.QueueOwnerAWSAccountId
  if (owner !== undefined && owner !== ask.account.id) throw notOurs(ask.account, String(owner))
  const queue = ask.account.store.queues.get(placeOf({ region: ask.region, name: textOf(ask, 'QueueName') }))
  if (queue === undefined) throw noQueue()
  return { QueueUrl: urlOf(ask, queue) }
}

export const listQueues: Handler = (ask) => {
  const prefix = ask.body.QueueNamePrefix
  const found = here(ask).filter(({ name }) => typeof prefix !== 'string' || name.startsWith(prefix))
  const { rows, ...next } = page(ask, found, 1000)
  return rows.length === 0 ? {} : { QueueUrls: rows.map((queue) => urlOf(ask, queue)), ...next }
}

const here = ({ account, region }: Ask): readonly Queue[] =>
  [...account.store.queues.values()]
    .filter((queue) => queue.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1))

export const deadLetterSources: Handler = (ask) => {
  const arn = ask.account.arnOf(queueOf(ask))
  const sources = here(ask).filter((queue) => redrivePolicy(queue.attributes)?.deadLetterTargetArn === arn)
  const { rows, ...next } = page(ask, sources, 1000)
  return { queueUrls: rows.map((queue) => urlOf(ask, queue)), ...next }
}

export const remove: Handler = (ask) => {
  ask.account.store.drop(queueOf(ask), ask.account.world.clock.now())
  return null
}

export const purge: Handler = (ask) => {
  const { account } = ask
  const queue = queueOf(ask)
  const nowMs = account.world.clock.now()
  if (queue.purged_ms !== null && nowMs - queue.purged_ms < WAIT_MS) throw purgeInProgress(queue.name)
  queue.purged_ms = nowMs
  account.store.messages(queue).clear()
  return null
}

export const getAttributes: Handler = (ask) => {
  const { account } = ask
  const queue = queueOf(ask)
  const wanted = list(ask, 'AttributeNames')
  for (const name of wanted) if (!isAttribute(name)) throw invalidAttributeName(name)
  account.expire(queue)
  const nowMs = account.world.clock.now()
  const count = { visible: 0, hidden: 0, delayed: 0 }
  for (const { visible_ms, receives } of account.store.messages(queue).values()) {
    if (visible_ms <= nowMs) count.visible += 1
    else if (receives > 0) count.hidden += 1
    else count.delayed += 1
  }
  const all: Readonly<Record<string, string>> = {
    QueueArn: account.arnOf(queue),
    ApproximateNumberOfMessages: String(count.visible),
    ApproximateNumberOfMessagesNotVisible: String(count.hidden),
    ApproximateNumberOfMessagesDelayed: String(count.delayed),
    CreatedTimestamp: String(Math.floor(queue.created_ms / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modified_ms / 1000)),
    ...queue.attributes,
    ...(queue.fifo ? { FifoQueue: 'true' } : {}),
  }
  const chosen = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name))
  return chosen.length === 0 ? {} : { Attributes: Object.fromEntries(chosen) }
}

export const setAttributes: Handler = (ask) => {
  const queue = queueOf(ask)
  if (ask.body.Attributes === undefined) throw missing('Attributes')
  const { FifoQueue, ...attributes } = texts(ask, 'Attributes')
  if (FifoQueue !== undefined && !queue.fifo) throw invalidAttributeName('FifoQueue')
  if (FifoQueue !== undefined && FifoQueue !== 'true') throw invalidAttributeValue('FifoQueue')
  ask.account.setAttributes(queue, attributes)
  return null
}

/** Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html (2026-11-26). */
const TAGS_MAX = 50

export const tag: Handler = (ask) => {
  const queue = queueOf(ask)
  const tags = { ...queue.tags, ...texts(ask, 'Tags') }
  if (Object.keys(tags).length > TAGS_MAX) throw invalidValue(`Too many tags added for queue ${queue.name}.`)
  queue.tags = tags
  return null
}

export const untag: Handler = (ask) => {
  const queue = queueOf(ask)
  const gone = list(ask, 'TagKeys')
  queue.tags = Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !gone.includes(key)))
  return null
}

export const listTags: Handler = (ask) => {
  const { tags } = queueOf(ask)
  return Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } }
}
