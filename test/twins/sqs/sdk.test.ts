import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { bench, QUEUE_URL } from './support.ts'

afterEach(() => void vi.useRealTimers())

test('a message is sent, received once while it is hidden, and deleted', async () => {
  const { client, advance, snapshot, types, world } = bench()
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'orders' }))
  expect(QueueUrl).toBe(`${QUEUE_URL}/orders`)
  // The SDK checks the digest of what it sends and receives.
  const sent = await client.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: 'order 1',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'new' } },
    }),
  )
  expect(sent.MessageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const receive = () =>
    client.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }),
    )
  const [message] = (await receive()).Messages ?? []
  expect(message).toMatchObject({
    MessageId: sent.MessageId,
    Body: 'order 1',
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'new' } },
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(world.startsAtMs) },
  })
  expect((await receive()).Messages).toBeUndefined()
  await advance(30_000)
  const [again] = (await receive()).Messages ?? []
  expect(again).toMatchObject({ MessageId: sent.MessageId, Attributes: { ApproximateReceiveCount: '2' } })
  expect(again?.ReceiptHandle).not.toBe(message?.ReceiptHandle)
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }))
  expect(snapshot('sqs')).toMatchObject({ messages: [] })
  expect(types().filter((type) => type.startsWith('sqs.message.'))).toEqual([
    'sqs.message.sent',
    'sqs.message.received',
    'sqs.message.received',
    'sqs.message.deleted',
  ])
})

test('a queue that is not there is told in the words of both protocols', async () => {
  const { client } = bench()
  const error: unknown = await client
    .send(new GetQueueUrlCommand({ QueueName: 'nope' }))
    .catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    name: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
    Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' },
    $metadata: { httpStatusCode: 400 },
  })
})
