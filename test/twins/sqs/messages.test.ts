import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { type Bench, bench, QUEUE_URL } from './support.ts'

afterEach(() => void vi.useRealTimers())

const QueueUrl = `${QUEUE_URL}/orders`
const orders = (more: object = {}) => bench({ queues: [{ name: 'orders', ...more }] })
const receive = async ({ client }: Bench, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? []
const bodies = (messages: readonly Message[]): readonly (string | undefined)[] => messages.map(({ Body }) => Body)
const send = ({ client }: Bench, MessageBody: string, more: object = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }))
const remove = ({ client }: Bench, ReceiptHandle: string | undefined) =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))

test('a long poll ends with the first message, or empty when its time is over', async () => {
  const setup = orders()
  const times: number[] = []
  const poll = async (): Promise<readonly (string | undefined)[]> => {
    const got = await receive(setup, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 })
    times.push(setup.world.clock.now() - setup.world.startsAtMs)
    return bodies(got)
  }
  const first = poll()
  await setup.held(1)
  const second = poll()
  await setup.held(2)
  await setup.advance(7_000)
  await send(setup, 'one')
  await setup.advance(0)
  expect(await first).toEqual(['one'])
  await setup.advance(13_000)
  expect(await second).toEqual([])
  expect(times).toEqual([7_000, 20_000])
})

test('a long poll ends when a delay or a timeout does', async () => {
  const setup = orders({ messages: ['one'], attributes: { VisibilityTimeout: '5' } })
  await send(setup, 'two', { DelaySeconds: 3 })
  expect(bodies(await receive(setup))).toEqual(['one'])
  const at: [number, readonly (string | undefined)[]][] = []
  const poll = async (): Promise<void> => {
    const got = bodies(await receive(setup, { WaitTimeSeconds: 20 }))
    at.push([setup.world.clock.now() - setup.world.startsAtMs, got])
  }
  const first = poll()
  await setup.held(1)
  await setup.advance(4_000)
  await first
  const second = poll()
  await setup.held(2)
  await setup.advance(4_000)
  await second
  expect(at).toEqual([
    [3_000, ['two']],
    [5_000, ['one']],
  ])
})

test('a queue may make every receive a long poll', async () => {
  const setup = orders({ attributes: { ReceiveMessageWaitTimeSeconds: '20' } })
  const polled = receive(setup)
  await setup.held(1)
  await setup.advance(1_000)
  await send(setup, 'late')
  await setup.advance(0)
  expect(bodies(await polled)).toEqual(['late'])
})

test('what is wrong with a long poll is told at once', async () => {
  const setup = orders()
  expect(await errorOf(receive(setup, { WaitTimeSeconds: 21 }))).toMatchObject({
    Error: { Code: 'InvalidParameterValue' },
  })
  const nowhere = receive(setup, { WaitTimeSeconds: 20, QueueUrl: `${QUEUE_URL}/nope` })
  expect(await errorOf(nowhere)).toMatchObject({ name: 'QueueDoesNotExist' })
})

test('a message is delayed by the queue, or by its own word', async () => {
  const setup = orders({ attributes: { DelaySeconds: '10' } })
  await send(setup, 'usual')
  await send(setup, 'at once', { DelaySeconds: 0 })
  expect(bodies(await receive(setup))).toEqual(['at once'])
  await setup.advance(10_000)
  expect(bodies(await receive(setup))).toEqual(['usual'])
})

test('visibility is stretched and cut, twelve hours at most', async () => {
  const setup = orders({ messages: ['one'] })
  const [message] = await receive(setup)
  const change = (VisibilityTimeout: number) =>
    setup.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
    )
  await setup.advance(29_000)
  await change(60)
  await setup.advance(59_000)
  expect(await receive(setup)).toEqual([])
  expect(await errorOf(change(43_200))).toMatchObject({
    message: expect.stringContaining('Total VisibilityTimeout for the message is beyond the limit [43200 seconds]'),
  })
  await change(0)
  expect(bodies(await receive(setup))).toEqual(['one'])
  // The first handle is an old one now.
  expect(await errorOf(change(5))).toMatchObject({
    message: expect.stringContaining('Message does not exist or is not available for visibility timeout change.'),
  })
})

test('an old handle deletes nothing and says nothing; what is no handle is refused', async () => {
  const setup = orders({ messages: ['one'] })
  const [old] = await receive(setup)
  await setup.advance(30_000)
  const [fresh] = await receive(setup)
  await remove(setup, old?.ReceiptHandle)
  expect(setup.snapshot('sqs')).toMatchObject({ messages: [{ body: 'one', receives: 2 }] })
  await remove(setup, fresh?.ReceiptHandle)
  await remove(setup, fresh?.ReceiptHandle)
  expect(setup.snapshot('sqs')).toMatchObject({ messages: [] })
  expect(await errorOf(remove(setup, 'nonsense'))).toMatchObject({
    name: 'ReceiptHandleIsInvalid',
    $metadata: { httpStatusCode: 404 },
  })
})

test('a message is forgotten after its time', async () => {
  const setup = orders({ attributes: { MessageRetentionPeriod: '60' }, messages: ['old'] })
  await setup.advance(30_000)
  await send(setup, 'young')
  await setup.advance(30_000)
  expect(bodies(await receive(setup))).toEqual(['young'])
  expect(setup.types()).toContain('sqs.message.expired')
})

test('attributes come with a message as they are asked for', async () => {
  const setup = orders()
  const MessageAttributes = {
    'app.kind': { DataType: 'String', StringValue: 'new' },
    'app.n': { DataType: 'Number.int', StringValue: '7' },
    bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 255]) },
  }
  const AWSTraceHeader = { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793' }
  const sent = await send(setup, 'x', { MessageAttributes, MessageSystemAttributes: { AWSTraceHeader } })
  expect(sent).toMatchObject({
    MD5OfMessageAttributes: expect.any(String),
    MD5OfMessageSystemAttributes: expect.any(String),
  })
  const [all] = await receive(setup, {
    VisibilityTimeout: 0,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['AWSTraceHeader'],
  })
  expect(all?.MessageAttributes).toMatchObject(MessageAttributes)
  expect(all?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes)
  expect(all?.Attributes).toEqual({ AWSTraceHeader: AWSTraceHeader.StringValue })
  const [some] = await receive(setup, { MessageAttributeNames: ['app.*'] })
  expect(Object.keys(some?.MessageAttributes ?? {})).toEqual(['app.kind', 'app.n'])
  expect(some?.Attributes).toBeUndefined()
})

test.each<readonly [string, object, string]>([
  ['an empty body', { MessageBody: '' }, 'MissingParameter'],
  ['characters that XML forbids', { MessageBody: '\u0000' }, 'InvalidMessageContents'],
  ['a body that is too long', { MessageBody: 'x'.repeat(1_048_577) }, 'InvalidParameterValue'],
  ['too long a delay', { DelaySeconds: 901 }, 'InvalidParameterValue'],
  ['a deduplication id', { MessageDeduplicationId: 'd' }, 'InvalidParameterValue'],
  ['an unknown type', { MessageAttributes: { a: { DataType: 'Date', StringValue: 'x' } } }, 'InvalidParameterValue'],
  [
    'a number that is none',
    { MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } } },
    'InvalidParameterValue',
  ],
  [
    'an empty attribute',
    { MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
    'InvalidParameterValue',
  ],
])('%s is refused', async (_, more, code) => {
  expect(await errorOf(send(orders(), 'x', more))).toMatchObject({ Error: { Code: code } })
})

test('a batch succeeds and fails entry by entry', async () => {
  const setup = orders()
  const { client } = setup
  const entries = [
    { Id: 'a', MessageBody: 'one' },
    { Id: 'b', MessageBody: '\u0001' },
    { Id: 'c', MessageBody: 'three' },
  ]
  const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries }))
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c'])
  expect(sent.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidMessageContents', SenderFault: true }])
  const messages = await receive(setup)
  const handles = messages.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }))
  const changed = await client.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl,
      Entries: handles.map((one) => ({ ...one, VisibilityTimeout: 90 })),
    }),
  )
  expect(changed.Successful).toHaveLength(2)
  const removed = await client.send(
    new DeleteMessageBatchCommand({ QueueUrl, Entries: [...handles, { Id: 'x', ReceiptHandle: 'nonsense' }] }),
  )
  expect(removed.Successful).toHaveLength(2)
  expect(removed.Failed).toMatchObject([{ Id: 'x', Code: 'ReceiptHandleIsInvalid' }])
})

const entry = (Id: string): object => ({ Id, MessageBody: 'x' })
test.each<readonly [string, readonly object[]]>([
  ['EmptyBatchRequest', []],
  ['TooManyEntriesInBatchRequest', Array.from({ length: 11 }, (_, at) => entry(`e${at}`))],
  ['BatchEntryIdsNotDistinct', [entry('a'), entry('a')]],
  ['InvalidBatchEntryId', [entry('a b')]],
  ['BatchRequestTooLong', ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }))],
])('a batch that is %s fails as a whole', async (name, Entries) => {
  const { client } = orders()
  expect(
    await errorOf(client.send(new SendMessageBatchCommand({ QueueUrl, Entries: Entries as never }))),
  ).toMatchObject({
    name,
    Error: { Code: `AWS.SimpleQueueService.${name}` },
  })
})

test('each 64 KB is a request on the bill', async () => {
  const setup = orders()
  await send(setup, 'x'.repeat(100_000))
  expect(setup.world.money.bill.lines).toMatchObject([{ sku: 'request', quantity: '2', amount: '0.0000008' }])
})
