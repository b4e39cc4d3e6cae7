import {
  AddPermissionCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  RemovePermissionCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench, QUEUE_URL } from './support.ts'

const QueueUrl = `${QUEUE_URL}/orders`
const ARN = 'arn:aws:sqs:us-east-1:123456789012:orders'
const policy = (...Statement: readonly unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement })
const DENY = { Effect: 'Deny', Principal: '*', Action: 'sqs:SendMessage', Resource: ARN }

test('what a queue’s policy denies is refused, one by one and in batches', async () => {
  const { client } = bench({ queues: [{ name: 'orders', attributes: { Policy: policy(DENY) } }] })
  const refused = await errorOf(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' })))
  expect(refused).toMatchObject({
    name: 'AccessDenied',
    message: `User: arn:aws:iam::123456789012:user/app is not authorized to perform: sqs:sendmessage on resource: ${ARN} with an explicit deny in a resource-based policy`,
  })
  const batch = new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'a' }] })
  expect(await errorOf(client.send(batch))).toMatchObject({ name: 'AccessDenied' })
  await client.send(new ReceiveMessageCommand({ QueueUrl }))
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '' } }))
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))
})

test('a policy that is none is refused', async () => {
  const { client } = bench()
  for (const Policy of ['no', '{}', policy({ ...DENY, Effect: 'Maybe' })])
    expect(
      await errorOf(client.send(new CreateQueueCommand({ QueueName: 'q', Attributes: { Policy } }))),
    ).toMatchObject({ name: 'InvalidAttributeValue' })
})

test('nobody sends where no policy lets everybody', async () => {
  const open = { ...DENY, Effect: 'Allow' }
  const { fetch } = bench({ queues: [{ name: 'orders', attributes: { Policy: policy(open) } }, { name: 'shut' }] })
  const send = (queue: string, target: string) =>
    fetch('https://sqs.us-east-1.amazonaws.com/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${target}` },
      body: JSON.stringify({ QueueUrl: `${QUEUE_URL}/${queue}`, MessageBody: 'a' }),
    })
  const statuses = [send('orders', 'SendMessage'), send('orders', 'PurgeQueue'), send('shut', 'SendMessage')]
  expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 403, 403])
})

test('permissions are added to a policy and taken away by their label', async () => {
  const { client } = bench({ queues: [{ name: 'orders' }] })
  const add = (Label: string) =>
    client.send(
      new AddPermissionCommand({ QueueUrl, Label, AWSAccountIds: ['999999999999'], Actions: ['SendMessage'] }),
    )
  const kept = async () =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }))).Attributes?.Policy
  await add('partners')
  expect(JSON.parse((await kept()) ?? '')).toEqual({
    Version: '2008-10-17',
    Id: `${ARN}/SQSDefaultPolicy`,
    Statement: [
      {
        Sid: 'partners',
        Effect: 'Allow',
        Principal: { AWS: ['arn:aws:iam::999999999999:root'] },
        Action: ['SQS:SendMessage'],
        Resource: ARN,
      },
    ],
  })
  expect(await errorOf(add('partners'))).toMatchObject({ name: 'InvalidParameterValue' })
  const remove = () => client.send(new RemovePermissionCommand({ QueueUrl, Label: 'partners' }))
  await remove()
  expect(await kept()).toBeUndefined()
  expect(await errorOf(remove())).toMatchObject({ name: 'InvalidParameterValue' })
})

test('a FIFO queue takes 300 calls of a kind in a second, unless it is one of high throughput', async () => {
  const fast = { FifoThroughputLimit: 'perMessageGroupId', DeduplicationScope: 'messageGroup' }
  const { client, advance } = bench({ queues: [{ name: 'steps.fifo' }, { name: 'fast.fifo', attributes: fast }] })
  const send = (queue: string, nth: number) =>
    client.send(
      new SendMessageCommand({
        QueueUrl: `${QUEUE_URL}/${queue}`,
        MessageBody: 'a',
        MessageGroupId: 'g',
        MessageDeduplicationId: `${nth}`,
      }),
    )
  for (let nth = 0; nth < 300; nth += 1) await send('steps.fifo', nth)
  expect(await errorOf(send('steps.fifo', 300))).toMatchObject({ name: 'RequestThrottled' })
  const got = await client.send(new ReceiveMessageCommand({ QueueUrl: `${QUEUE_URL}/steps.fifo` }))
  const ReceiptHandle = got.Messages?.[0]?.ReceiptHandle
  await client.send(new DeleteMessageCommand({ QueueUrl: `${QUEUE_URL}/steps.fifo`, ReceiptHandle }))
  await advance(1000)
  await send('steps.fifo', 300)
  for (let nth = 0; nth < 301; nth += 1) await send('fast.fifo', nth)
})
