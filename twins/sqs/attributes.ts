import { z } from 'zod'
import { readPolicy } from '../aws/policy.ts'
import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { GAPS } from './gaps.ts'
import type { Queue } from './state.ts'
import { invalid, invalidAttributeName, invalidAttributeValue, invalidValue } from './wire.ts'

type Texts = Readonly<Record<string, string>>

const whole = (min: number, max: number) => (value: string) => /^\d+$/.test(value) && +value >= min && +value <= max
const oneOf =
  (...values: readonly string[]) =>
  (value: string) =>
    values.includes(value)

/**
 * What can be set, with its default and what it may be.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html (2026-11-26).
 */
const ATTRIBUTES: Readonly<Record<string, { readonly usual: string; readonly fits: (value: string) => boolean }>> = {
  VisibilityTimeout: { usual: '30', fits: whole(0, 43_200) },
  DelaySeconds: { usual: '0', fits: whole(0, 900) },
  MaximumMessageSize: { usual: '1048576', fits: whole(1024, 1_048_576) },
  MessageRetentionPeriod: { usual: '345600', fits: whole(60, 1_209_600) },
  ReceiveMessageWaitTimeSeconds: { usual: '0', fits: whole(0, 20) },
  SqsManagedSseEnabled: { usual: 'true', fits: oneOf('true', 'false') },
  Policy: { usual: '', fits: (value) => value === '' || 'policy' in readPolicy(value) },
  RedrivePolicy: { usual: '', fits: () => true },
  RedriveAllowPolicy: { usual: '', fits: () => true },
}
const FIFO_ATTRIBUTES: typeof ATTRIBUTES = {
  ContentBasedDeduplication: { usual: 'false', fits: oneOf('true', 'false') },
  DeduplicationScope: { usual: 'queue', fits: oneOf('queue', 'messageGroup') },
  FifoThroughputLimit: { usual: 'perQueue', fits: oneOf('perQueue', 'perMessageGroupId') },
}
const KMS = ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds']
const READ_ONLY = [
  'All',
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'FifoQueue',
]

export const isAttribute = (name: string): boolean =>
  Object.hasOwn(ATTRIBUTES, name) ||
  Object.hasOwn(FIFO_ATTRIBUTES, name) ||
  KMS.includes(name) ||
  READ_ONLY.includes(name)

/** The attributes of a new queue before any is set. */
export const usualAttributes = (fifo: boolean): Texts =>
  Object.fromEntries(
    Object.entries({ ...ATTRIBUTES, ...(fifo ? FIFO_ATTRIBUTES : {}) })
      .filter(([, { usual }]) => usual !== '')
      .map(([name, { usual }]) => [name, usual]),
  )

/** Attributes as they can be kept; an empty one takes away what was set. Throws what AWS refuses. */
export function checkAttributes(given: Texts, fifo: boolean): Texts {
  const known = { ...ATTRIBUTES, ...(fifo ? FIFO_ATTRIBUTES : {}) }
  for (const [name, value] of Object.entries(given)) {
    if (KMS.includes(name) && value !== '') throw notModelled('sqs', GAPS, 'encryption with KMS keys')
    const attribute = Object.hasOwn(known, name) ? known[name] : undefined
    if (attribute === undefined) throw invalidAttributeName(name)
    if (!attribute.fits(value)) throw invalidAttributeValue(name)
  }
  return given
}

const redriveSchema = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
})
export type RedrivePolicy = { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number }

export function redrivePolicy(attributes: Texts): RedrivePolicy | undefined {
  const text = attributes.RedrivePolicy ?? ''
  if (text === '') return undefined
  const parsed = redriveSchema.safeParse(readJson(text))
  if (!parsed.success) throw invalidAttributeValue('RedrivePolicy')
  return parsed.data
}

const allowSchema = z.object({
  redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
  sourceQueueArns: z.array(z.string()).max(10).optional(),
})

/** Whether a queue may be what another one gives its messages up to. */
export function allowsRedrive({ attributes }: Queue, sourceArn: string): boolean {
  const allow = allowSchema.safeParse(readJson(attributes.RedriveAllowPolicy ?? ''))
  if (!allow.success) return true
  const { redrivePermission, sourceQueueArns = [] } = allow.data
  return redrivePermission === 'allowAll' || (redrivePermission === 'byQueue' && sourceQueueArns.includes(sourceArn))
}

/** Policies about dead letters, checked against the queues there are. Source: as above. */
export function checkPolicies(
  given: Texts,
  { fifo, arn }: { readonly fifo: boolean; readonly arn: string },
  find: (arn: string) => Queue | undefined,
): Texts {
  const kept: Record<string, string> = { ...given }
  const policy = redrivePolicy(given)
  if (policy !== undefined) {
    const { deadLetterTargetArn, maxReceiveCount } = policy
    const refuse = (why: string): Error => invalid(given.RedrivePolicy, 'RedrivePolicy', why)
    if (maxReceiveCount < 1 || maxReceiveCount > 1000)
      throw refuse(
        `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`,
      )
    const target = find(deadLetterTargetArn)
    if (target === undefined && deadLetterTargetArn !== arn) throw refuse('Dead letter target does not exist.')
    if (target !== undefined && target.fifo !== fifo)
      throw refuse('Dead-letter queue must be same type of queue as the source.')
    if (target !== undefined && !allowsRedrive(target, arn))
      throw refuse('Source queue is not allowed to use the dead-letter queue by its RedriveAllowPolicy.')
    kept.RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount })
  }
  const text = given.RedriveAllowPolicy ?? ''
  if (text !== '') {
    const allow = allowSchema.safeParse(readJson(text))
    if (!allow.success) throw invalidAttributeValue('RedriveAllowPolicy')
    const { redrivePermission, sourceQueueArns } = allow.data
    if ((redrivePermission === 'byQueue') !== (sourceQueueArns !== undefined && sourceQueueArns.length > 0))
      throw invalid(
        text,
        'RedriveAllowPolicy',
        'sourceQueueArns goes with redrivePermission byQueue, and with no other.',
      )
  }
  const scope = kept.DeduplicationScope
  if (kept.FifoThroughputLimit === 'perMessageGroupId' && scope !== undefined && scope !== 'messageGroup')
    throw invalidValue('perMessageGroupId is allowed only when DeduplicationScope is messageGroup.')
  return kept
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
