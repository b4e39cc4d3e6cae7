import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'

test('an object is put, read, described and removed at its bucket’s own host', async () => {
  const { client, requests, snapshot, types, world } = bench()
  const put = await client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'photos/grün & blau (1).txt',
      Body: 'hello',
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { Owner: 'ada' },
      Tagging: 'a=1&b=two%20words',
    }),
  )
  expect(requests[0]).toMatchObject({ hostname: 'shop.s3.us-east-1.amazonaws.com', method: 'PUT' })
  expect(put).toMatchObject({
    ETag: '"5d41402abc4b2a76b9719d911017c592"',
    ChecksumCRC32: 'NhCmhg==',
    ChecksumType: 'FULL_OBJECT',
  })
  const Key = 'photos/grün & blau (1).txt'
  const got = await client.send(new GetObjectCommand({ Bucket, Key }))
  expect(await got.Body?.transformToString()).toBe('hello')
  expect(got).toMatchObject({
    ContentType: 'text/plain',
    CacheControl: 'no-store',
    ContentLength: 5,
    Metadata: { owner: 'ada' },
    TagCount: 2,
    LastModified: new Date(world.startsAtMs),
    // Sent because the SDK asks for it, and checked by the SDK.
    ChecksumCRC32: 'NhCmhg==',
  })
  const head = await client.send(new HeadObjectCommand({ Bucket, Key }))
  expect(head).toMatchObject({ ContentLength: 5, ContentType: 'text/plain', ETag: put.ETag })
  expect(snapshot('s3')).toMatchObject({
    objects: [{ key: Key, body: { text: 'hello' }, tags: { a: '1', b: 'two words' }, current: true }],
  })
  await client.send(new DeleteObjectCommand({ Bucket, Key }))
  expect(await errorOf(client.send(new GetObjectCommand({ Bucket, Key })))).toMatchObject({
    name: 'NoSuchKey',
    message: 'The specified key does not exist.',
    $metadata: { httpStatusCode: 404, requestId: expect.stringMatching(/^\w{16}$/) },
  })
  expect(await errorOf(client.send(new HeadObjectCommand({ Bucket, Key })))).toMatchObject({ name: 'NotFound' })
  // Removing what is gone is no mistake.
  await client.send(new DeleteObjectCommand({ Bucket, Key }))
  expect(types().filter((type) => type.startsWith('s3.object.'))).toEqual(['s3.object.created', 's3.object.removed'])
  expect(world.money.bill.lines.map(({ sku }) => sku)).toEqual(['write', 'read', 'read', 'read', 'read'])
})

test('a stream goes in chunks, with its checksum behind it', async () => {
  const { client, requests } = bench()
  const body = Buffer.alloc(200_000, 'abcdefghij')
  const put = new PutObjectCommand({
    Bucket,
    Key: 'big',
    Body: Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]),
    ContentLength: body.length,
  })
  await client.send(put)
  expect(requests[0]?.headers).toMatchObject({
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
  })
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }))
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true)
  expect(got.ContentEncoding).toBeUndefined()
})

test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'] as const)(
  'a %s checksum is checked',
  async (algorithm) => {
    const { client } = bench()
    const good = {
      CRC32: 'NhCmhg==',
      CRC32C: 'mnG7TA==',
      SHA1: 'qvTGHdzF6KLavt4PO0gs2a6pQ00=',
      SHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
      CRC64NVME: 'M3eFcAZSQlc=',
    }
    const put = (sum: string) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', [`Checksum${algorithm}`]: sum }))
    expect(await errorOf(put(Buffer.from('wrong').toString('base64')))).toMatchObject({ name: 'BadDigest' })
    expect(await put(good[algorithm])).toMatchObject({ [`Checksum${algorithm}`]: good[algorithm] })
  },
)

test('bytes are read by range', async () => {
  const { client } = bench({ buckets: [{ name: Bucket, objects: [{ key: 'a', text: '0123456789' }] }] })
  const read = async (Range: string) => {
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a', Range }))
    return [got.$metadata.httpStatusCode, got.ContentRange, await got.Body?.transformToString()]
  }
  expect(await read('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
  expect(await read('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789'])
  expect(await read('bytes=-2')).toEqual([206, 'bytes 8-9/10', '89'])
  expect(await read('bytes=5-99')).toEqual([206, 'bytes 5-9/10', '56789'])
  expect(await read('bytes=5-2')).toEqual([200, undefined, '0123456789'])
  expect(await errorOf(read('bytes=10-'))).toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } })
})

test('reads have conditions', async () => {
  const { client, world } = bench({ buckets: [{ name: Bucket, objects: [{ key: 'a', text: 'hello' }] }] })
  const ETag = '"5d41402abc4b2a76b9719d911017c592"'
  const at = new Date(world.startsAtMs)
  const before = new Date(world.startsAtMs - 1000)
  const read = async (more: object): Promise<unknown> => {
    const given: unknown = await client
      .send(new GetObjectCommand({ Bucket, Key: 'a', ...more }))
      .catch((error: unknown) => error)
    return (given as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode
  }
  expect(await read({ IfMatch: ETag })).toBe(200)
  expect(await read({ IfMatch: '"x"' })).toBe(412)
  expect(await read({ IfNoneMatch: ETag })).toBe(304)
  expect(await read({ IfNoneMatch: '"x"' })).toBe(200)
  expect(await read({ IfModifiedSince: at })).toBe(304)
  expect(await read({ IfModifiedSince: before })).toBe(200)
  expect(await read({ IfUnmodifiedSince: before })).toBe(412)
  expect(await read({ IfMatch: ETag, IfUnmodifiedSince: before })).toBe(200)
  expect(await read({ IfNoneMatch: '"x"', IfModifiedSince: at })).toBe(200)
})

test('writes have conditions: only what is new, only over what was seen', async () => {
  const { client } = bench()
  const put = (more: object) => client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...more }))
  expect(await errorOf(put({ IfMatch: '"x"' }))).toMatchObject({ name: 'NoSuchKey' })
  const { ETag } = await put({ IfNoneMatch: '*' })
  expect(await errorOf(put({ IfNoneMatch: '*' }))).toMatchObject({
    name: 'PreconditionFailed',
    Condition: 'If-None-Match',
    $metadata: { httpStatusCode: 412 },
  })
  expect(await errorOf(put({ IfMatch: '"x"' }))).toMatchObject({ name: 'PreconditionFailed' })
  await put({ IfMatch: ETag })
  expect(await errorOf(client.send(new DeleteObjectCommand({ Bucket, Key: 'a', IfMatch: '"x"' })))).toMatchObject({
    name: 'PreconditionFailed',
  })
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a', IfMatch: ETag }))
})

test('a copy takes along what an object is, unless told otherwise', async () => {
  const { client } = bench({
    buckets: [
      {
        name: Bucket,
        objects: [{ key: 'a b+c', text: 'hello', content_type: 'text/plain', metadata: { n: '1' }, tags: { t: '1' } }],
      },
      { name: 'other' },
    ],
  })
  const copy = (more: object) =>
    client.send(
      new CopyObjectCommand({
        Bucket: 'other',
        Key: 'copy',
        CopySource: `${Bucket}/${encodeURIComponent('a b+c')}`,
        ...more,
      }),
    )
  expect(await copy({})).toMatchObject({ CopyObjectResult: { ETag: '"5d41402abc4b2a76b9719d911017c592"' } })
  const head = () => client.send(new HeadObjectCommand({ Bucket: 'other', Key: 'copy' }))
  expect(await head()).toMatchObject({ ContentType: 'text/plain', Metadata: { n: '1' }, TagCount: 1 })
  await copy({
    MetadataDirective: 'REPLACE',
    ContentType: 'text/html',
    Metadata: { m: '2' },
    TaggingDirective: 'REPLACE',
  })
  const after = await head()
  expect(after).toMatchObject({ ContentType: 'text/html', Metadata: { m: '2' } })
  expect(after.TagCount).toBeUndefined()
  expect(await errorOf(copy({ CopySourceIfMatch: '"x"' }))).toMatchObject({ name: 'PreconditionFailed' })
  const itself = { Bucket, Key: 'a b+c', CopySource: `${Bucket}/a%20b%2Bc` }
  expect(await errorOf(client.send(new CopyObjectCommand(itself)))).toMatchObject({ name: 'InvalidRequest' })
  expect(await errorOf(copy({ CopySource: `${Bucket}/nope` }))).toMatchObject({ name: 'NoSuchKey' })
})

test('many objects go at once, each for itself', async () => {
  const { client, snapshot } = bench({
    buckets: [{ name: Bucket, objects: ['a', 'b & c', ' d '].map((key) => ({ key })) }],
  })
  const Objects = [{ Key: 'a', ETag: '"x"' }, { Key: 'b & c' }, { Key: ' d ' }, { Key: 'nope' }]
  const given = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  expect(given.Deleted).toEqual([{ Key: 'b & c' }, { Key: ' d ' }, { Key: 'nope' }])
  expect(given.Errors).toMatchObject([{ Key: 'a', Code: 'PreconditionFailed' }])
  expect(snapshot('s3')).toMatchObject({ objects: [{ key: 'a' }] })
})

test('buckets come and go, and stay in their region', async () => {
  const { client, clientOf, requests } = bench({})
  await client.send(new CreateBucketCommand({ Bucket: 'first' }))
  const west = clientOf({ region: 'eu-west-1' })
  await west.send(new CreateBucketCommand({ Bucket: 'second' }))
  expect((await client.send(new ListBucketsCommand({}))).Buckets).toMatchObject([
    { Name: 'first', BucketRegion: 'us-east-1' },
    { Name: 'second', BucketRegion: 'eu-west-1' },
  ])
  expect((await west.send(new GetBucketLocationCommand({ Bucket: 'second' }))).LocationConstraint).toBe('eu-west-1')
  await client.send(new HeadBucketCommand({ Bucket: 'first' }))
  await client.send(new CreateBucketCommand({ Bucket: 'first' }))
  expect(await errorOf(west.send(new CreateBucketCommand({ Bucket: 'second' })))).toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  })
  const lost = await errorOf(client.send(new PutObjectCommand({ Bucket: 'second', Key: 'a', Body: 'x' })))
  expect(lost).toMatchObject({ name: 'PermanentRedirect', $metadata: { httpStatusCode: 301 } })
  // The SDK can follow: it reads the region in the header.
  const follower = clientOf({ followRegionRedirects: true })
  await follower.send(new PutObjectCommand({ Bucket: 'second', Key: 'a', Body: 'x' }))
  expect(requests.at(-1)?.hostname).toBe('second.s3.eu-west-1.amazonaws.com')
  expect(await errorOf(west.send(new DeleteBucketCommand({ Bucket: 'second' })))).toMatchObject({
    name: 'BucketNotEmpty',
  })
  await client.send(new DeleteBucketCommand({ Bucket: 'first' }))
  expect(await errorOf(client.send(new HeadBucketCommand({ Bucket: 'first' })))).toMatchObject({ name: 'NotFound' })
  expect(await errorOf(client.send(new CreateBucketCommand({ Bucket: 'xn--a' })))).toMatchObject({
    name: 'InvalidBucketName',
  })
})

test('a bucket is found by the path as well', async () => {
  const { clientOf, requests } = bench({ buckets: [{ name: Bucket }, { name: 'with.dots' }] })
  const client = clientOf({ forcePathStyle: true })
  await client.send(new PutObjectCommand({ Bucket, Key: 'a/b c', Body: 'x' }))
  expect(requests.at(-1)).toMatchObject({ hostname: 's3.us-east-1.amazonaws.com', path: '/shop/a/b%20c' })
  await clientOf({}).send(new PutObjectCommand({ Bucket: 'with.dots', Key: 'a', Body: 'x' }))
  expect(requests.at(-1)).toMatchObject({ hostname: 's3.us-east-1.amazonaws.com' })
})

test('attributes are told', async () => {
  const { client } = bench()
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }))
  const asked = new GetObjectAttributesCommand({
    Bucket,
    Key: 'a',
    ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum', 'StorageClass'],
  })
  expect(await client.send(asked)).toMatchObject({
    ETag: '5d41402abc4b2a76b9719d911017c592',
    ObjectSize: 5,
    StorageClass: 'STANDARD',
    Checksum: { ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT' },
  })
})
