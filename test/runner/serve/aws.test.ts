import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCourier } from '../../../runner/serve/courier.ts'
import { type Served, serveTwins } from '../../../runner/serve/server.ts'
import { s3 } from '../../../twins/s3/index.ts'
import { sqs } from '../../../twins/sqs/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { CREDENTIALS } from '../../twins/aws/support.ts'

const TOKEN = 'admin-token-of-this-test'
const Bucket = 'shop'
let served: Served

beforeAll(async () => {
  served = await serveTwins({
    definitions: [s3, sqs] as unknown as readonly TwinDefinition<unknown>[],
    seeds: { s3: { buckets: [{ name: Bucket }] }, sqs: { queues: [{ name: 'orders' }] } },
    seed: '1',
    port: 0,
    host: '127.0.0.1',
    adminPort: 0,
    token: TOKEN,
    authority: undefined,
    latency: false,
    realNow: undefined,
    // The SDK signs with the real time, which these worlds keep.
    startsAtMs: Date.now(),
    wait: (ms) => new Promise((done) => setTimeout(done, ms)),
    courier: createCourier,
    onProblem: () => undefined,
  })
})
afterAll(() => served.close())

const options = (twin: string) => ({
  region: 'us-east-1',
  credentials: CREDENTIALS,
  endpoint: `http://127.0.0.1:${served.port}/${twin}`,
})

test('a signature holds for the address that the client knows', async () => {
  const client = new S3Client({ ...options('s3'), forcePathStyle: true })
  await client.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: 'hello' }))
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a b' }))
  expect(await got.Body?.transformToString()).toBe('hello')
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a b' }))
  expect(await (await fetch(url)).text()).toBe('hello')
  expect((await fetch(url.replace('a%20b', 'a%20c'))).status).toBe(403)
})

test('a long poll waits, and others are served meanwhile', async () => {
  const client = new SQSClient(options('sqs'))
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/orders'
  const polled = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }))
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }))
  const base = `http://127.0.0.1:${served.adminPort}/api/namespaces`
  const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
  const names = await (await fetch(base, { headers })).text()
  const name = /key-[0-9a-f]{12}/.exec(names)?.[0] ?? ''
  const moved = await fetch(`${base}/${name}/clock`, { method: 'POST', headers, body: '{"advance":"1s"}' })
  expect(moved.status).toBe(200)
  expect((await polled).Messages).toMatchObject([{ Body: 'one' }])
})
