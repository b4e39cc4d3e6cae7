import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'
const DAY_MS = 86_400_000
type Rules = NonNullable<
  ConstructorParameters<typeof PutBucketLifecycleConfigurationCommand>[0]['LifecycleConfiguration']
>['Rules']
const withRules = async (Rules: Rules, versioning = false) => {
  const made = bench({ buckets: [{ name: Bucket, versioning }] })
  await made.client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
  const put = (Key: string, Body = 'x', Tagging?: string) =>
    made.client.send(new PutObjectCommand({ Bucket, Key, Body, ...(Tagging === undefined ? {} : { Tagging }) }))
  return { ...made, put }
}

test('an object expires at the midnight after its days, and says so from the start', async () => {
  const { put, client, advance, types } = await withRules([
    {
      ID: 'old',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'tmp/', Tags: [{ Key: 'keep', Value: 'no' }] } },
      Expiration: { Days: 2 },
    },
    { ID: 'off', Status: 'Disabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } },
  ])
  await advance(3_600_000)
  expect((await put('tmp/a', 'x', 'keep=no')).Expiration).toBe(
    'expiry-date="Fri, 04 Jan 2030 00:00:00 GMT", rule-id="old"',
  )
  expect((await put('tmp/b')).Expiration).toBeUndefined()
  await advance(3 * DAY_MS - 3_600_000 - 1)
  expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'tmp/a' }))).ContentLength).toBe(1)
  await advance(1)
  expect(await errorOf(client.send(new GetObjectCommand({ Bucket, Key: 'tmp/a' })))).toMatchObject({
    name: 'NoSuchKey',
  })
  await advance(9 * DAY_MS)
  expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'tmp/b' }))).ContentLength).toBe(1)
  expect(types().filter((type) => type === 's3.object.removed').length).toBe(1)
})

test('old versions go, lone marks go after them, and forgotten uploads are given up', async () => {
  const { put, client, advance } = await withRules(
    [
      {
        ID: 'all',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        Expiration: { ExpiredObjectDeleteMarker: true },
        NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 1 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
      {
        ID: 'warm',
        Status: 'Enabled',
        Filter: { Prefix: 'logs/' },
        Transitions: [{ Days: 1, StorageClass: 'GLACIER_IR' }],
        NoncurrentVersionTransitions: [{ NoncurrentDays: 1, StorageClass: 'INTELLIGENT_TIERING' }],
      },
    ],
    true,
  )
  for (const body of ['one', 'two', 'three']) await put('a', body)
  const large = 'x'.repeat(128 * 1024)
  for (const [key, body] of [
    ['logs/1', large],
    ['logs/1', large],
    ['logs/2', large.slice(1)],
  ] as const)
    await put(key, body)
  await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'b' }))
  await advance(2 * DAY_MS)
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'a' }))
  expect(Versions.map(({ Size, IsLatest }) => [Size, IsLatest])).toEqual([
    [5, true],
    [3, false],
  ])
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([])
  const logs = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'logs/' }))
  expect(logs.Versions?.map(({ Key, StorageClass }) => [Key, StorageClass])).toEqual([
    ['logs/1', 'GLACIER_IR'],
    ['logs/1', 'INTELLIGENT_TIERING'],
    // Too small to be moved.
    ['logs/2', 'STANDARD'],
  ])
})

test('rules that S3 does not take are refused', async () => {
  const { client } = bench()
  const put = (rule: object) =>
    errorOf(
      client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Filter: { Prefix: '' }, ...rule }] },
        }),
      ),
    )
  expect(await put({ Expiration: { Days: 0 } })).toMatchObject({ name: 'InvalidArgument' })
  expect(await put({ Expiration: { Date: new Date('2030-01-02T03:00:00Z') } })).toMatchObject({
    name: 'InvalidArgument',
  })
  expect(await put({})).toMatchObject({ name: 'InvalidRequest' })
  const early = { Transitions: [{ Days: 29, StorageClass: 'STANDARD_IA' }] }
  expect(await put(early)).toMatchObject({ name: 'InvalidArgument' })
  const late = { Transitions: [{ Days: 30, StorageClass: 'STANDARD_IA' }], Expiration: { Days: 30 } }
  expect(await put(late)).toMatchObject({ name: 'InvalidArgument' })
  const tagged = {
    Filter: { Tag: { Key: 'a', Value: 'b' } },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  }
  expect(await put(tagged)).toMatchObject({ name: 'InvalidRequest' })
  const same = { ID: 'same', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }
  const twice = new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [same, same] } })
  expect(await errorOf(client.send(twice))).toMatchObject({ name: 'InvalidArgument' })
  await expect(
    client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [{ Status: 'Enabled', Filter: { Prefix: '' }, Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] }],
        },
      }),
    ),
  ).rejects.toThrow('does not model archives')
})
