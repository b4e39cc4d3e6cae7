import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { afterEach, expect, test, vi } from 'vitest'
import { checksum, compositeChecksum, md5Hex } from '../../../twins/s3/checksums.ts'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'
const Key = 'big'
const MIB = 1024 * 1024
const first = Buffer.alloc(5 * MIB, 'ab')
const second = Buffer.from('the end')

const open = () => {
  const setup = bench({ buckets: [{ name: Bucket, objects: [{ key: 'source', text: '0123456789' }] }] })
  const { client } = setup
  const start = async (more: object = {}): Promise<string> =>
    (
      await client.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain', Tagging: 'a=1', ...more }),
      )
    ).UploadId ?? ''
  const part = (UploadId: string, PartNumber: number, Body: Uint8Array, more: object = {}) =>
    client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }))
  const complete = (UploadId: string, Parts: readonly object[], more: object = {}) =>
    client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: [...Parts] }, ...more }),
    )
  return { ...setup, start, part, complete }
}

test('an object is put together from its parts', async () => {
  const { client, start, part, complete, snapshot } = open()
  const UploadId = await start({ ChecksumAlgorithm: 'CRC32' })
  const two = await part(UploadId, 2, second)
  const one = await part(UploadId, 1, first)
  expect(await client.send(new ListPartsCommand({ Bucket, Key, UploadId }))).toMatchObject({
    Parts: [
      { PartNumber: 1, Size: 5 * MIB, ETag: one.ETag },
      { PartNumber: 2, Size: 7 },
    ],
  })
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([{ Key, UploadId }])
  expect(await errorOf(client.send(new HeadObjectCommand({ Bucket, Key })))).toMatchObject({ name: 'NotFound' })
  const row = (PartNumber: number, { ETag, ChecksumCRC32 }: typeof one) => ({ PartNumber, ETag, ChecksumCRC32 })
  const done = await complete(UploadId, [row(1, one), row(2, two)])
  const tag = md5Hex(Buffer.concat([first, second].map((body) => Buffer.from(md5Hex(body), 'hex'))))
  const sums = [first, second].map((body) => checksum('CRC32', body))
  expect(done).toMatchObject({
    ETag: `"${tag}-2"`,
    ChecksumCRC32: compositeChecksum('CRC32', sums),
    ChecksumType: 'COMPOSITE',
    Location: 'https://shop.s3.us-east-1.amazonaws.com/big',
  })
  expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
    ContentLength: 5 * MIB + 7,
    ContentType: 'text/plain',
    TagCount: 1,
  })
  const last = await client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }))
  expect([await last.Body?.transformToString(), last.PartsCount, last.ContentRange]).toEqual([
    'the end',
    2,
    `bytes ${5 * MIB}-${5 * MIB + 6}/${5 * MIB + 7}`,
  ])
  const told = await client.send(
    new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts', 'Checksum'] }),
  )
  expect(told.ObjectParts).toMatchObject({
    TotalPartsCount: 2,
    Parts: [
      { PartNumber: 1, Size: 5 * MIB },
      { PartNumber: 2, Size: 7 },
    ],
  })
  expect(snapshot('s3')).toMatchObject({ uploads: [] })
  expect(await errorOf(complete(UploadId, [row(1, one)]))).toMatchObject({ name: 'NoSuchUpload' })
})

test('what does not fit together is refused, and the upload stays', async () => {
  const { start, part, complete, snapshot } = open()
  const UploadId = await start({ ChecksumAlgorithm: 'CRC64NVME' })
  expect(await errorOf(part(UploadId, 1, second))).toMatchObject({
    message: expect.stringContaining('expected checksum Type: crc64nvme, actual checksum Type: crc32'),
  })
  const sum = { ChecksumAlgorithm: 'CRC64NVME', ChecksumCRC64NVME: checksum('CRC64NVME', second) }
  const small = { PartNumber: 1, ETag: (await part(UploadId, 1, second, sum)).ETag }
  const other = { PartNumber: 2, ETag: (await part(UploadId, 2, second, sum)).ETag }
  expect(await errorOf(complete(UploadId, [small, other]))).toMatchObject({ name: 'EntityTooSmall' })
  expect(await errorOf(complete(UploadId, [other, small]))).toMatchObject({ name: 'InvalidPartOrder' })
  expect(await errorOf(complete(UploadId, [{ ...small, ETag: '"x"' }]))).toMatchObject({ name: 'InvalidPart' })
  expect(await errorOf(complete(UploadId, [{ ...small, PartNumber: 7 }]))).toMatchObject({ name: 'InvalidPart' })
  expect(await errorOf(complete(UploadId, []))).toMatchObject({ name: 'MalformedXML' })
  expect(await errorOf(complete(UploadId, [small], { IfMatch: '"x"' }))).toMatchObject({ name: 'NoSuchKey' })
  expect(await errorOf(complete(UploadId, [small], { ChecksumCRC64NVME: 'AAAAAAAAAAA=' }))).toMatchObject({
    name: 'BadDigest',
  })
  expect(snapshot('s3')).toMatchObject({ uploads: [{ key: Key, parts: [{ number: 1 }, { number: 2 }] }] })
  expect(await complete(UploadId, [small])).toMatchObject({ ChecksumType: 'FULL_OBJECT' })
})

test('a composite checksum needs those of the parts', async () => {
  const { start, part, complete } = open()
  const UploadId = await start({ ChecksumAlgorithm: 'SHA256' })
  const { ETag } = await part(UploadId, 1, second, { ChecksumAlgorithm: 'SHA256' })
  expect(await errorOf(complete(UploadId, [{ PartNumber: 1, ETag }]))).toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringContaining('It was missing for part 1'),
  })
  expect(await errorOf(start({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }))).toMatchObject({
    name: 'InvalidRequest',
  })
})

test('a part may be copied', async () => {
  const { client, start, complete } = open()
  const UploadId = await start({ ChecksumAlgorithm: 'CRC64NVME' })
  const copy = (CopySourceRange: string) =>
    client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange,
      }),
    )
  expect(await errorOf(copy('bytes=5-10'))).toMatchObject({ name: 'InvalidArgument' })
  const { CopyPartResult } = await copy('bytes=2-4')
  await complete(UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }])
  const got = await client.send(new GetObjectCommand({ Bucket, Key }))
  expect(await got.Body?.transformToString()).toBe('234')
})

test('an upload that is given up leaves nothing', async () => {
  const { client, start, part, snapshot } = open()
  const UploadId = await start()
  await part(UploadId, 1, second)
  const abort = () => client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
  await abort()
  expect(snapshot('s3')).toMatchObject({ uploads: [] })
  expect(await errorOf(abort())).toMatchObject({ name: 'NoSuchUpload' })
  expect(await errorOf(part(UploadId, 1, second))).toMatchObject({ name: 'NoSuchUpload' })
})

test('the SDK’s own uploader sends parts, and one whose answer is lost again', async () => {
  const setup = bench()
  const client = setup.clientOf({ maxAttempts: 3 })
  setup.world.faults.add({ on: 's3.uploads.put_part', kind: 'answer-lost', nth: 2 })
  setup.world.faults.add({ on: 's3.uploads.put_part', kind: 'status', status: 503, nth: 3 })
  const body = Buffer.concat([first, first, second])
  const upload = new Upload({ client, params: { Bucket, Key, Body: body }, queueSize: 1, partSize: 5 * MIB })
  await upload.done()
  const got = await client.send(new GetObjectCommand({ Bucket, Key }))
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true)
  expect(setup.types().filter((type) => type === 's3.uploads.put_part')).toHaveLength(5)
})
