import {
  CancelMessageMoveTaskCommand,
  DeleteMessageCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import type { Fault } from '../../../twins/faults.ts'
import { errorOf } from '../aws/support.ts'
import { type Bench, bench, QUEUE_URL } from './support.ts'

afterEach(() => void vi.useRealTimers())

const ARN = 'arn:aws:sqs:us-east-1:123456789012'
const receive = async ({ client }: Bench, queue: string, more: object = {}): Promise<Message[]> => {
  const asked = {
    QueueUrl: `${QUEUE_URL}/${queue}`,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All' as const],
    ...more,
  }
  return (await client.send(new ReceiveMessageCommand(asked))).Messages ?? []
}
const bodies = (messages: readonly Message[]): readonly (string | undefined)[] => messages.map(({ Body }) => Body)
const poisoned = (messages: readonly string[] = ['poison']): Bench =>
  bench({
    queues: [{ name: 'failed' }, { name: 'orders', dead_letter: { queue: 'failed', max_receives: 2 }, messages }],
  })

/** Receives until every message is given up. */
async function giveUp(setup: Bench): Promise<void> {
  for (let at = 0; at < 2; at++) {
    await receive(setup, 'orders')
    await setup.advance(30_000)
  }
  expect(await receive(setup, 'orders')).toEqual([])
}

test('a message that is received too often goes to the dead letters, when it is looked for once more', async () => {
  const setup = poisoned()
  const waiting = receive(setup, 'failed', { WaitTimeSeconds: 20 })
  await setup.held(1)
  await giveUp(setup)
  expect(bodies(await waiting)).toEqual([])
  expect(await receive(setup, 'failed')).toMatchObject([
    { Body: 'poison', Attributes: { DeadLetterQueueSourceArn: `${ARN}:orders`, ApproximateReceiveCount: '3' } },
  ])
  expect(setup.snapshot('sqs')).toMatchObject({ messages: [{ queue: 'failed', given_up_in: `${ARN}:orders` }] })
})

test('dead letters are moved back at a rate, and can be stopped', async () => {
  const setup = poisoned(['a', 'b', 'c', 'd'])
  await giveUp(setup)
  const started = await setup.client.send(
    new StartMessageMoveTaskCommand({ SourceArn: `${ARN}:failed`, MaxNumberOfMessagesPerSecond: 1 }),
  )
  const again = new StartMessageMoveTaskCommand({ SourceArn: `${ARN}:failed` })
  expect(await errorOf(setup.client.send(again))).toMatchObject({ name: 'UnsupportedOperation' })
  await setup.advance(2_500)
  const list = () => setup.client.send(new ListMessageMoveTasksCommand({ SourceArn: `${ARN}:failed` }))
  expect(await list()).toMatchObject({
    Results: [{ Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 2, ApproximateNumberOfMessagesToMove: 4 }],
  })
  await setup.client.send(new CancelMessageMoveTaskCommand({ TaskHandle: started.TaskHandle }))
  await setup.advance(5_000)
  expect((await list()).Results).toMatchObject([{ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: 2 }])
  expect(await receive(setup, 'orders')).toMatchObject([
    { Body: 'a', Attributes: { ApproximateReceiveCount: '1' } },
    { Body: 'b' },
  ])
  await setup.client.send(again)
  await setup.advance(1_000)
  expect((await list()).Results).toMatchObject([{ Status: 'COMPLETED' }])
  const wrong = new StartMessageMoveTaskCommand({ SourceArn: `${ARN}:orders` })
  expect(await errorOf(setup.client.send(wrong))).toMatchObject({ Error: { Code: 'InvalidParameterValue' } })
})

test('a message keeps its age, wherever it is moved', async () => {
  const setup = bench({
    queues: [
      { name: 'failed', attributes: { MessageRetentionPeriod: '300' } },
      {
        name: 'orders',
        attributes: { MessageRetentionPeriod: '300' },
        dead_letter: { queue: 'failed', max_receives: 2 },
        messages: ['old'],
      },
    ],
  })
  await giveUp(setup)
  await setup.advance(100_000)
  const { client } = setup
  await client.send(new SendMessageCommand({ QueueUrl: `${QUEUE_URL}/orders`, MessageBody: 'young' }))
  await client.send(new StartMessageMoveTaskCommand({ SourceArn: `${ARN}:failed` }))
  await setup.advance(1_000)
  expect(setup.snapshot('sqs')).toMatchObject({
    messages: [
      { body: 'young', queue: 'orders' },
      { body: 'old', queue: 'orders' },
    ],
  })
  await setup.advance(140_000)
  expect(bodies(await receive(setup, 'orders'))).toEqual(['young'])
})

const faulty = (fault: Omit<Fault, 'on'>): Bench => {
  const setup = bench({ queues: [{ name: 'orders', messages: ['one', 'two'] }] })
  setup.world.faults.add({ on: 'sqs.webhook', ...fault })
  return setup
}

test('a delivery may come twice', async () => {
  const setup = faulty({ kind: 'duplicate', nth: 1 })
  expect(bodies(await receive(setup, 'orders'))).toEqual(['one', 'two'])
  expect(bodies(await receive(setup, 'orders'))).toEqual(['one'])
  expect(bodies(await receive(setup, 'orders'))).toEqual([])
})

test('a delivery may come late, behind those that follow', async () => {
  const setup = faulty({ kind: 'reorder', byMs: 10_000, where: { body: 'one' }, times: 1 })
  expect(bodies(await receive(setup, 'orders'))).toEqual(['two'])
  await setup.advance(10_000)
  expect(bodies(await receive(setup, 'orders'))).toEqual(['one'])
})

test('a receive may miss what is there', async () => {
  const setup = faulty({ kind: 'drop', times: 2 })
  expect(bodies(await receive(setup, 'orders'))).toEqual([])
  expect(bodies(await receive(setup, 'orders'))).toEqual(['one', 'two'])
})

test('messages whose receive was lost come back after their timeout', async () => {
  const setup = bench({ queues: [{ name: 'orders', messages: ['one'] }] })
  setup.world.faults.add({ on: 'sqs.messages.receive', kind: 'answer-lost', nth: 1 })
  expect(await errorOf(receive(setup, 'orders'))).toBeInstanceOf(Error)
  expect(await receive(setup, 'orders')).toEqual([])
  await setup.advance(30_000)
  expect(await receive(setup, 'orders')).toMatchObject([{ Attributes: { ApproximateReceiveCount: '2' } }])
})

test('others send messages, and a consumer may lose what it works on', async () => {
  const setup = bench({ queues: [{ name: 'orders' }] })
  const happen = (event: string, fields: object): void => setup.network.twins.get('sqs')?.happen(event, fields as never)
  happen('message.sent', { queue: 'orders', body: { id: 7 } })
  const [message] = await receive(setup, 'orders')
  expect(message?.Body).toBe('{"id":7}')
  happen('visibility.expired', { queue: 'orders' })
  expect(bodies(await receive(setup, 'orders'))).toEqual(['{"id":7}'])
  await setup.client.send(
    new DeleteMessageCommand({ QueueUrl: `${QUEUE_URL}/orders`, ReceiptHandle: message?.ReceiptHandle }),
  )
  expect(setup.snapshot('sqs')).toMatchObject({ messages: [{ receives: 2 }] })
  expect(() => happen('message.sent', { queue: 'nope', body: '' })).toThrow('expected a queue "nope"')
})

test('throttling is told in its own words, and tried again', async () => {
  const setup = bench({ queues: [{ name: 'orders', messages: ['one'] }] }, 3)
  setup.world.faults.add({ on: 'sqs.messages.receive', kind: 'status', status: 403, nth: 1 })
  expect(bodies(await receive(setup, 'orders'))).toEqual(['one'])
  expect(setup.requests).toHaveLength(2)
})
