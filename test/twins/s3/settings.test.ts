import {
  DeleteBucketLifecycleCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectTaggingCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketTaggingCommand,
  GetObjectTaggingCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { s3 } from '../../../twins/s3/index.ts'
import { sqs } from '../../../twins/sqs/index.ts'
import { CREDENTIALS, cloud, errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:uploads'

test('tags of objects and buckets are put, told and taken away', async () => {
  const { client } = bench({ buckets: [{ name: Bucket, objects: [{ key: 'a', tags: { old: '1' } }] }] })
  const at = { Bucket, Key: 'a' }
  const put = (TagSet: { Key: string; Value: string }[]) =>
    client.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }))
  expect((await client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([{ Key: 'old', Value: '1' }])
  await put([{ Key: 'constructor', Value: '1' }])
  await put([{ Key: 'a & b', Value: '' }])
  expect((await client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([{ Key: 'a & b', Value: '' }])
  expect(
    await errorOf(
      put([
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ]),
    ),
  ).toMatchObject({ name: 'InvalidTag' })
  expect(await errorOf(put(Array.from({ length: 11 }, (_, n) => ({ Key: `${n}`, Value: '' }))))).toMatchObject({
    name: 'BadRequest',
  })
  await client.send(new DeleteObjectTaggingCommand(at))
  expect((await client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([])
  expect(await errorOf(client.send(new GetBucketTaggingCommand({ Bucket })))).toMatchObject({ name: 'NoSuchTagSet' })
  await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'shop' }] } }))
  expect((await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'team', Value: 'shop' }])
  await client.send(new DeleteBucketTaggingCommand({ Bucket }))
})

test('lifecycle rules are kept and told', async () => {
  const { client } = bench()
  const get = () => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  expect(await errorOf(get())).toMatchObject({ name: 'NoSuchLifecycleConfiguration' })
  const Rules = [{ ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Days: 7 } }]
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
  expect((await get()).Rules).toEqual(Rules)
  await client.send(new DeleteBucketLifecycleCommand({ Bucket }))
  expect(await errorOf(get())).toMatchObject({ name: 'NoSuchLifecycleConfiguration' })
})

const notification = z.object({
  Records: z
    .array(
      z.object({
        eventName: z.string(),
        s3: z.object({ object: z.object({ key: z.string(), size: z.number().optional() }) }),
      }),
    )
    .optional(),
  Event: z.string().optional(),
})

/** A world with both twins, and what has come to the queue. */
function both(notifications: boolean) {
  const rule = { queue: 'uploads', events: ['s3:ObjectCreated:*'], prefix: 'in/', suffix: '.csv' }
  const setup = cloud(
    {
      s3: { buckets: [{ name: Bucket, ...(notifications ? { notifications: [rule] } : {}) }] },
      sqs: { queues: [{ name: 'uploads' }] },
    },
    [s3, sqs],
  )
  const options = { region: 'us-east-1', credentials: CREDENTIALS, requestHandler: setup.requestHandler as never }
  const [bucket, queue] = [new S3Client(options), new SQSClient(options)]
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/uploads'
  const told = async (): Promise<readonly string[]> => {
    const { Messages = [] } = await queue.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
    for (const { ReceiptHandle } of Messages) await queue.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    return Messages.flatMap(({ Body }) => {
      const { Records, Event } = notification.parse(JSON.parse(Body ?? ''))
      return (
        Records?.map(({ eventName, s3: { object } }) => `${eventName} ${object.key} ${object.size}`) ?? [Event ?? '']
      )
    })
  }
  const put = (Key: string) => bucket.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
  return { ...setup, bucket, told, put }
}

test('what happens in a bucket comes to the queue that asked for it, a little later', async () => {
  const { put, told, advance } = both(true)
  await put('in/a b+c.csv')
  await put('in/a.txt')
  await put('out/a.csv')
  expect(await told()).toEqual([])
  await advance(3_000)
  expect(await told()).toEqual(['ObjectCreated:Put in/a+b%2Bc.csv 1'])
})

test('a queue that is named for the first time gets a test', async () => {
  const { bucket, put, told, advance } = both(false)
  const configure = (QueueArn: string) =>
    bucket.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations: [{ Id: 'n', QueueArn, Events: ['s3:ObjectCreated:Put'] }] },
      }),
    )
  expect(await errorOf(configure('arn:aws:sqs:eu-west-1:123456789012:uploads'))).toMatchObject({
    name: 'InvalidArgument',
  })
  await configure(QUEUE_ARN)
  expect(await bucket.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).toMatchObject({
    QueueConfigurations: [{ Id: 'n', QueueArn: QUEUE_ARN, Events: ['s3:ObjectCreated:Put'] }],
  })
  await put('a')
  await advance(3_000)
  expect([...(await told())].sort()).toEqual(['ObjectCreated:Put a 1', 's3:TestEvent'])
})

test('a notification may come twice, late, or never', async () => {
  const { put, told, advance, world } = both(true)
  world.faults.add({ on: 's3.webhook', kind: 'duplicate', where: { key: 'in/twice.csv' } })
  world.faults.add({ on: 's3.webhook', kind: 'reorder', where: { key: 'in/late.csv' }, byMs: 60_000 })
  world.faults.add({ on: 's3.webhook', kind: 'drop', where: { key: 'in/never.csv' } })
  for (const key of ['late', 'never', 'twice']) await put(`in/${key}.csv`)
  await advance(3_000)
  expect(await told()).toEqual(Array(2).fill('ObjectCreated:Put in/twice.csv 1'))
  await advance(60_000)
  expect(await told()).toEqual(['ObjectCreated:Put in/late.csv 1'])
})

test('others put and remove objects', async () => {
  const { network, told, advance } = both(true)
  const happen = (event: string, fields: object): void => network.twins.get('s3')?.happen(event, fields as never)
  happen('object.created', { bucket: Bucket, key: 'in/theirs.csv', text: 'a,b' })
  happen('object.removed', { bucket: Bucket, key: 'in/theirs.csv' })
  await advance(3_000)
  expect(await told()).toEqual(['ObjectCreated:Put in/theirs.csv 3'])
  expect(() => happen('object.created', { bucket: 'nope', key: 'a' })).toThrow('expected a bucket "nope"')
})

test('tags and moves of objects are told of, and no event of an object twice', async () => {
  const events = ['s3:ObjectTagging:*', 's3:LifecycleTransition']
  const lifecycle =
    '<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><ObjectSizeGreaterThan>0</ObjectSizeGreaterThan></Filter><Transition><Days>1</Days><StorageClass>GLACIER_IR</StorageClass></Transition></Rule></LifecycleConfiguration>'
  const objects = [{ key: 'a', text: 'x' }]
  const setup = bench({ buckets: [{ name: Bucket, objects, lifecycle, notifications: [{ queue: 'told', events }] }] })
  const { client, advance, world } = setup
  await client.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet: [{ Key: 'b', Value: 'c' }] } }))
  await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'a' }))
  await advance(2 * 86_400_000)
  const told = world.trace.events.flatMap(({ type, fields }) => (type === 's3.notification.sent' ? [fields.event] : []))
  expect(told.sort()).toEqual(['LifecycleTransition', 'ObjectTagging:Delete', 'ObjectTagging:Put'])
  const queue = (QueueArn: string, Event: 's3:ObjectCreated:*' | 's3:ObjectCreated:Put') => ({
    QueueArn,
    Events: [Event],
  })
  const QueueConfigurations = [
    queue('arn:aws:sqs:us-east-1:123456789012:one', 's3:ObjectCreated:*'),
    queue('arn:aws:sqs:us-east-1:123456789012:two', 's3:ObjectCreated:Put'),
  ]
  const both = new PutBucketNotificationConfigurationCommand({
    Bucket,
    NotificationConfiguration: { QueueConfigurations },
  })
  expect(await errorOf(client.send(both))).toMatchObject({ name: 'InvalidArgument' })
})
