import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'
const open = (versioning = true) => {
  const setup = bench({ buckets: [{ name: Bucket, versioning }] })
  const { client } = setup
  const put = (Body: string) => client.send(new PutObjectCommand({ Bucket, Key: 'a', Body }))
  const read = async (VersionId?: string) => {
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }))
    return got.Body?.transformToString()
  }
  const remove = (VersionId?: string) => client.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }))
  const versions = () => client.send(new ListObjectVersionsCommand({ Bucket }))
  const set = (Status: 'Enabled' | 'Suspended') =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
  return { ...setup, put, read, remove, versions, set }
}

test('each write is a version; a removal is a mark, and taking the mark away brings the object back', async () => {
  const { client, put, read, remove, versions } = open()
  const one = await put('one')
  const two = await put('two')
  expect(one.VersionId).toMatch(/^\w{32}$/)
  expect([await read(), await read(one.VersionId)]).toEqual(['two', 'one'])
  const marked = await remove()
  expect(marked).toMatchObject({ DeleteMarker: true, VersionId: expect.stringMatching(/^\w{32}$/) })
  expect(await errorOf(read())).toMatchObject({ name: 'NoSuchKey' })
  expect(await errorOf(read(marked.VersionId))).toMatchObject({ name: 'MethodNotAllowed' })
  expect(await errorOf(client.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toMatchObject({
    $response: { headers: { 'x-amz-delete-marker': 'true' } },
  })
  expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0)
  const listed = await versions()
  expect(listed.Versions).toMatchObject([
    { Key: 'a', VersionId: two.VersionId, IsLatest: false },
    { Key: 'a', VersionId: one.VersionId, IsLatest: false },
  ])
  expect(listed.DeleteMarkers).toMatchObject([{ Key: 'a', VersionId: marked.VersionId, IsLatest: true }])
  expect(await remove(marked.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: marked.VersionId })
  expect(await read()).toBe('two')
  await remove(two.VersionId)
  expect(await read()).toBe('one')
  expect(await errorOf(read(two.VersionId))).toMatchObject({ name: 'NoSuchVersion' })
  expect(await errorOf(read('x'))).toMatchObject({ name: 'InvalidArgument' })
})

test('a bucket that stops to keep versions writes over its null version, and over no other', async () => {
  const { client, put, read, remove, versions, set } = open(false)
  expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined()
  expect((await put('before')).VersionId).toBeUndefined()
  await set('Enabled')
  const kept = await put('kept')
  await set('Suspended')
  expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Suspended')
  expect((await put('after')).VersionId).toBe('null')
  expect([await read(), await read('null'), await read(kept.VersionId)]).toEqual(['after', 'after', 'kept'])
  expect(await remove()).toMatchObject({ DeleteMarker: true, VersionId: 'null' })
  const listed = await versions()
  expect(listed.Versions).toMatchObject([{ VersionId: kept.VersionId }])
  expect(listed.DeleteMarkers).toMatchObject([{ VersionId: 'null', IsLatest: true }])
})

test('versions are listed page by page', async () => {
  const { client, put } = open()
  for (const body of ['1', '2', '3']) await put(body)
  await client.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'x' }))
  const seen: string[] = []
  let marks: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, ...marks }))
    seen.push(...(page.Versions ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId}`))
    if (page.IsTruncated !== true) break
    marks = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
  }
  const whole = await client.send(new ListObjectVersionsCommand({ Bucket }))
  expect(seen).toEqual((whole.Versions ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId}`))
  expect(seen).toHaveLength(4)
})

test('versions are removed many at a time', async () => {
  const { client, put, versions } = open()
  const { VersionId } = await put('one')
  await put('two')
  const given = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a', VersionId }, { Key: 'b' }] } }),
  )
  expect(given.Deleted).toMatchObject([
    { Key: 'a', VersionId },
    { Key: 'b', DeleteMarker: true },
  ])
  const listed = await versions()
  expect([listed.Versions?.length, listed.DeleteMarkers?.length]).toEqual([1, 1])
})
