import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { type Bench, bench, QUEUE_URL } from './support.ts'

afterEach(() => void vi.useRealTimers())

const QueueUrl = `${QUEUE_URL}/steps.fifo`
const steps = (attributes: Record<string, string> = { ContentBasedDeduplication: 'true' }): Bench =>
  bench({ queues: [{ name: 'steps.fifo', attributes }] })
const send = ({ client }: Bench, MessageBody: string, MessageGroupId: string, more: object = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, ...more }))
const receive = async ({ client }: Bench, MaxNumberOfMessages = 10): Promise<Message[]> =>
  (
    await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames: ['All'] }),
    )
  ).Messages ?? []
const bodies = (messages: readonly Message[]): readonly (string | undefined)[] => messages.map(({ Body }) => Body)

test('a group waits for its first message, others do not', async () => {
  const setup = steps()
  for (const [body, group] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['b1', 'b'],
  ] as const)
    await send(setup, body, group)
  const [first] = await receive(setup, 1)
  expect(first?.Body).toBe('a1')
  expect(bodies(await receive(setup))).toEqual(['b1'])
  await setup.advance(30_000)
  // What was not deleted comes again, in its order.
  const again = await receive(setup)
  expect(bodies(again)).toEqual(['a1', 'a2', 'b1'])
  await setup.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again[0]?.ReceiptHandle }))
  await setup.advance(30_000)
  expect(bodies(await receive(setup))).toEqual(['a2', 'b1'])
})

test('deleting the first message lets a waiting poll have the next', async () => {
  const setup = steps()
  await send(setup, 'a1', 'a')
  await send(setup, 'a2', 'a')
  const [first] = await receive(setup, 1)
  const polled = setup.client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }))
  await setup.held(1)
  await setup.advance(2_000)
  await setup.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }))
  await setup.advance(0)
  expect(bodies((await polled).Messages ?? [])).toEqual(['a2'])
})

test('the same message within five minutes is one message', async () => {
  const setup = steps()
  const first = await send(setup, 'pay', 'a')
  await setup.advance(299_999)
  expect(await send(setup, 'pay', 'a')).toMatchObject({
    MessageId: first.MessageId,
    SequenceNumber: first.SequenceNumber,
  })
  // An id of its own stands for the content.
  expect((await send(setup, 'pay', 'a', { MessageDeduplicationId: 'other' })).MessageId).not.toBe(first.MessageId)
  await setup.advance(1)
  const later = await send(setup, 'pay', 'a')
  expect(later.MessageId).not.toBe(first.MessageId)
  expect(BigInt(later.SequenceNumber ?? 0) > BigInt(first.SequenceNumber ?? 0)).toBe(true)
  expect(await receive(setup)).toHaveLength(3)
})

test('a group may have its own deduplication', async () => {
  const scoped = {
    ContentBasedDeduplication: 'true',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
  }
  const setup = steps(scoped)
  const [a, b] = [await send(setup, 'pay', 'a'), await send(setup, 'pay', 'b')]
  expect(a.MessageId).not.toBe(b.MessageId)
})

test('what a message is shows when it is received', async () => {
  const setup = steps({})
  const sent = await send(setup, 'x', 'g', { MessageDeduplicationId: 'd' })
  expect(sent.SequenceNumber).toMatch(/^\d{20}$/)
  expect(await receive(setup)).toMatchObject([
    { Attributes: { MessageGroupId: 'g', MessageDeduplicationId: 'd', SequenceNumber: sent.SequenceNumber } },
  ])
})

test.each<readonly [string, object, string]>([
  ['no group', { MessageGroupId: undefined, MessageDeduplicationId: 'd' }, 'MissingParameter'],
  ['no deduplication', {}, 'InvalidParameterValue'],
  ['a delay of its own', { MessageDeduplicationId: 'd', DelaySeconds: 5 }, 'InvalidParameterValue'],
  ['a group with spaces', { MessageGroupId: 'a b', MessageDeduplicationId: 'd' }, 'InvalidParameterValue'],
])('%s is refused', async (_, more, code) => {
  expect(await errorOf(send(steps({}), 'x', 'g', more))).toMatchObject({ Error: { Code: code } })
})

test('a handle that came too late deletes nothing, and says so', async () => {
  const setup = steps()
  await send(setup, 'a1', 'a')
  const [first] = await receive(setup)
  await setup.advance(30_000)
  const late = setup.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }))
  expect(await errorOf(late)).toMatchObject({ message: expect.stringContaining('The receipt handle has expired.') })
})
