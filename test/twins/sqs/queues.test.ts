import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench, QUEUE_URL } from './support.ts'

afterEach(() => void vi.useRealTimers())

const ARN = 'arn:aws:sqs:us-east-1:123456789012'
const QueueUrl = `${QUEUE_URL}/orders`

test('a queue is made once for the same attributes, and not for others', async () => {
  const { client } = bench()
  const create = (Attributes: Record<string, string>) =>
    client.send(new CreateQueueCommand({ QueueName: 'orders', Attributes }))
  expect(await create({ VisibilityTimeout: '60' })).toMatchObject({ QueueUrl })
  expect(await create({})).toMatchObject({ QueueUrl })
  expect(await create({ VisibilityTimeout: '60' })).toMatchObject({ QueueUrl })
  expect(await errorOf(create({ VisibilityTimeout: '61' }))).toMatchObject({
    name: 'QueueNameExists',
    Error: { Code: 'QueueAlreadyExists' },
  })
})

test.each<readonly [string, Record<string, string>, string]>([
  ['a b', {}, 'InvalidParameterValue'],
  ['x'.repeat(81), {}, 'InvalidParameterValue'],
  ['steps.fifo', {}, 'InvalidParameterValue'],
  ['steps', { FifoQueue: 'true' }, 'InvalidParameterValue'],
  ['steps', { FifoQueue: 'false' }, 'InvalidAttributeName'],
  ['steps', { ContentBasedDeduplication: 'true' }, 'InvalidAttributeName'],
  ['steps', { Nonsense: '1' }, 'InvalidAttributeName'],
  ['steps', { constructor: '1' } as never, 'InvalidAttributeName'],
  ['steps', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
  ['steps', { MessageRetentionPeriod: '59' }, 'InvalidAttributeValue'],
  ['steps', { RedrivePolicy: 'x' }, 'InvalidAttributeValue'],
  [
    'steps',
    { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `${ARN}:nope`, maxReceiveCount: 3 }) },
    'InvalidParameterValue',
  ],
])('a queue %s with %o is refused', async (QueueName, Attributes, code) => {
  const { client } = bench()
  expect(await errorOf(client.send(new CreateQueueCommand({ QueueName, Attributes })))).toMatchObject({
    Error: { Code: code },
  })
})

test('what a queue is can be asked and changed', async () => {
  const { client, advance } = bench({ queues: [{ name: 'orders', messages: ['a', 'b'] }] })
  await advance(5000)
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '10' } }))
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'c' }))
  const all = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
  expect(all.Attributes).toEqual({
    QueueArn: `${ARN}:orders`,
    ApproximateNumberOfMessages: '2',
    ApproximateNumberOfMessagesNotVisible: '0',
    ApproximateNumberOfMessagesDelayed: '1',
    CreatedTimestamp: '1893456000',
    LastModifiedTimestamp: '1893456005',
    VisibilityTimeout: '30',
    DelaySeconds: '10',
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'true',
  })
  expect(
    await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds'] })),
  ).toMatchObject({
    Attributes: { DelaySeconds: '10' },
  })
  expect((await client.send(new GetQueueAttributesCommand({ QueueUrl }))).Attributes).toBeUndefined()
})

test('queues are listed by prefix and page', async () => {
  const { client } = bench({ queues: ['b', 'a1', 'a3', 'a2'].map((name) => ({ name })) })
  const first = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'a', MaxResults: 2 }))
  expect(first.QueueUrls).toEqual([`${QUEUE_URL}/a1`, `${QUEUE_URL}/a2`])
  const { NextToken } = first
  const rest = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'a', MaxResults: 2, NextToken }))
  expect(rest).toMatchObject({ QueueUrls: [`${QUEUE_URL}/a3`] })
  expect(rest.NextToken).toBeUndefined()
})

test('tags are put, told and taken away', async () => {
  const { client } = bench({ queues: [{ name: 'orders', tags: { a: '1' } }] })
  await client.send(new TagQueueCommand({ QueueUrl, Tags: { b: '2' } }))
  await client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }))
  expect(await client.send(new ListQueueTagsCommand({ QueueUrl }))).toMatchObject({ Tags: { b: '2' } })
})

test('a purge may come once a minute', async () => {
  const { client, advance, snapshot } = bench({ queues: [{ name: 'orders', messages: ['a'] }] })
  const purge = () => client.send(new PurgeQueueCommand({ QueueUrl }))
  await purge()
  expect(snapshot('sqs')).toMatchObject({ messages: [] })
  expect(await errorOf(purge())).toMatchObject({ name: 'PurgeQueueInProgress', $metadata: { httpStatusCode: 403 } })
  await advance(60_000)
  await purge()
})

test('the name of a deleted queue rests for a minute', async () => {
  const { client, advance } = bench({ queues: [{ name: 'orders' }] })
  await client.send(new DeleteQueueCommand({ QueueUrl }))
  expect(await errorOf(client.send(new GetQueueUrlCommand({ QueueName: 'orders' })))).toMatchObject({
    name: 'QueueDoesNotExist',
  })
  const create = () => client.send(new CreateQueueCommand({ QueueName: 'orders' }))
  expect(await errorOf(create())).toMatchObject({ name: 'QueueDeletedRecently' })
  await advance(60_000)
  expect(await create()).toMatchObject({ QueueUrl })
})

test('a dead-letter queue knows its sources, and may refuse some', async () => {
  const { client } = bench({
    queues: [
      { name: 'failed' },
      { name: 'orders', dead_letter: { queue: 'failed', max_receives: 2 } },
      { name: 'mails' },
    ],
  })
  const failed = `${QUEUE_URL}/failed`
  expect(await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: failed }))).toMatchObject({
    queueUrls: [QueueUrl],
  })
  const allow = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [`${ARN}:orders`] })
  await client.send(new SetQueueAttributesCommand({ QueueUrl: failed, Attributes: { RedriveAllowPolicy: allow } }))
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${ARN}:failed`, maxReceiveCount: '5' })
  const set = (name: string) =>
    client.send(new SetQueueAttributesCommand({ QueueUrl: `${QUEUE_URL}/${name}`, Attributes: { RedrivePolicy } }))
  await set('orders')
  expect(await errorOf(set('mails'))).toMatchObject({ Error: { Code: 'InvalidParameterValue' } })
})

test('regions are apart', async () => {
  const { clientOf } = bench({ queues: [{ name: 'orders', region: 'eu-west-1' }] })
  expect(await errorOf(clientOf({}).send(new GetQueueUrlCommand({ QueueName: 'orders' })))).toMatchObject({
    name: 'QueueDoesNotExist',
  })
  const west = await clientOf({ region: 'eu-west-1' }).send(new GetQueueUrlCommand({ QueueName: 'orders' }))
  expect(west.QueueUrl).toBe('https://sqs.eu-west-1.amazonaws.com/123456789012/orders')
})

test.each<readonly [string, object, string, number]>([
  [
    'another secret',
    { credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' } },
    'SignatureDoesNotMatch',
    403,
  ],
  [
    'an unknown key',
    { credentials: { accessKeyId: 'AKIAIOSFODNN7NOBODY0', secretAccessKey: 'x' } },
    'InvalidClientTokenId',
    403,
  ],
  [
    'a token that is not its own',
    { credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x', sessionToken: 't' } },
    'InvalidClientTokenId',
    403,
  ],
])('%s does not get in', async (_, more, code, status) => {
  const { clientOf } = bench()
  expect(await errorOf(clientOf(more).send(new ListQueuesCommand({})))).toMatchObject({
    Error: { Code: code, Type: 'Sender' },
    $metadata: { httpStatusCode: status },
  })
})

test('a clock that is wrong is told so, and set right by the SDK', async () => {
  const { client, clientOf, requests, world } = bench()
  vi.setSystemTime(world.clock.now() - 3_600_000)
  expect(await errorOf(client.send(new ListQueuesCommand({})))).toMatchObject({
    message: expect.stringMatching(/^Signature expired: 20291231T230000Z is now earlier than 20291231T234500Z/),
  })
  const before = requests.length
  await clientOf({ maxAttempts: 3 }).send(new ListQueuesCommand({}))
  expect(requests.length - before).toBe(2)
})

test('the account that an address names is told, and how to have it', async () => {
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/orders'
  const ask = (account?: string) => {
    const { client } = bench({ queues: [{ name: 'orders' }], ...(account === undefined ? {} : { account }) })
    return client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }))
  }
  await expect(ask()).rejects.toThrow(
    'It is 123456789012, and the queue is of 000000000000: name yours as "account" under given.sqs and given.s3.',
  )
  expect(await ask('000000000000')).toMatchObject({
    Attributes: { QueueArn: 'arn:aws:sqs:us-east-1:000000000000:orders' },
  })
})
