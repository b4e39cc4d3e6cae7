import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { place, twinHandlers } from '../../../twins/msw.ts'
import { s3 } from '../../../twins/s3/index.ts'
import { sqs } from '../../../twins/sqs/index.ts'
import { CREDENTIALS } from './support.ts'

const { handlers, world, unmodelled } = twinHandlers({
  // The SDK signs with the real time.
  startsAt: new Date().toISOString(),
  twins: [place(s3, { buckets: [{ name: 'shop' }] }), place(sqs, { queues: [{ name: 'orders' }] })],
})
const server = setupServer(...handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

const options = { region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 }

test('clients of the test process reach a bucket at its own host', async () => {
  const client = new S3Client(options)
  const at = { Bucket: 'shop', Key: 'a b' }
  await client.send(new PutObjectCommand({ ...at, Body: 'hello' }))
  expect(await (await client.send(new GetObjectCommand(at))).Body?.transformToString()).toBe('hello')
  expect((await client.send(new HeadObjectCommand(at))).ContentLength).toBe(5)
  expect(unmodelled).toEqual([])
})

test('a long poll ends when the test lets time pass', async () => {
  const client = new SQSClient(options)
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/orders'
  const polled = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }))
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }))
  await world.clock.advance(1_000)
  expect((await polled).Messages).toMatchObject([{ Body: 'one' }])
})
