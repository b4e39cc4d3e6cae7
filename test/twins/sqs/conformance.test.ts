import { z } from 'zod'
import { sqs } from '../../../twins/sqs/index.ts'
import { TARGETS } from '../../../twins/sqs/operations.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { signed } from '../aws/signed.ts'
import { QUEUE_URL } from './support.ts'

const QueueUrl = `${QUEUE_URL}/orders`
const request = (target: string, body: Readonly<Record<string, unknown>>): Request =>
  signed({
    service: 'sqs',
    method: 'POST',
    url: 'https://sqs.us-east-1.amazonaws.com/',
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${target}` },
    body: JSON.stringify(body),
  })
const act =
  (target: string, body: Readonly<Record<string, unknown>>) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request(target, body))
const received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })).min(1) })

const FROM_AFAR = {
  Effect: 'Deny',
  Principal: '*',
  Action: 'sqs:PurgeQueue',
  Resource: '*',
  Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
}

runTwinTests({
  twin: sqs,
  seed: {
    queues: [
      { name: 'failed' },
      { name: 'orders', dead_letter: { queue: 'failed', max_receives: 3 }, messages: ['one'] },
      { name: 'steps.fifo' },
      { name: 'kept', attributes: { Policy: JSON.stringify({ Statement: [FROM_AFAR] }) } },
    ],
  },
  async story({ send, world, twin }) {
    await send(request('SendMessage', { QueueUrl, MessageBody: 'two' }))
    await send(request('SendMessage', { QueueUrl: `${QUEUE_URL}/nope`, MessageBody: 'two' }))
    const got = received.parse(await (await send(request('ReceiveMessage', { QueueUrl }))).json())
    await send(request('DeleteMessage', { QueueUrl, ReceiptHandle: got.Messages[0]?.ReceiptHandle }))
    const step = {
      QueueUrl: `${QUEUE_URL}/steps.fifo`,
      MessageBody: 'a',
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
    }
    await send(request('SendMessage', step))
    await send(request('SendMessage', step))
    await world.within({ step: 'other', key: 'other' }, () =>
      twin.happen('message.sent', { queue: 'orders', body: 'three' }),
    )
    await send(request('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }))
  },
  requests: Object.fromEntries([...TARGETS].map(([target, [operation]]) => [operation, request(target, {})])),
  gaps: {
    'parts of policies': act('PurgeQueue', { QueueUrl: `${QUEUE_URL}/kept` }),
    'queues of other accounts': act('PurgeQueue', {
      QueueUrl: 'https://sqs.us-east-1.amazonaws.com/999999999999/orders',
    }),
    'the query protocol': ({ twin }) =>
      twin.fetch(new Request('https://sqs.us-east-1.amazonaws.com/', { method: 'POST', body: 'Action=ListQueues' })),
    'encryption with KMS keys': act('CreateQueue', { QueueName: 'q', Attributes: { KmsMasterKeyId: 'alias/aws/sqs' } }),
    ReceiveRequestAttemptId: act('ReceiveMessage', {
      QueueUrl: `${QUEUE_URL}/steps.fifo`,
      ReceiveRequestAttemptId: 'a',
    }),
  },
  failureBody: z.strictObject({ __type: z.string().startsWith('com.amazonaws.sqs#'), message: z.string() }),
})
