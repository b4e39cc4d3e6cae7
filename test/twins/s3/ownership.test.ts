import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetObjectAclCommand,
  GetObjectRetentionCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

const Bucket = 'shop'
const at = { Bucket, Key: 'a' }

test('rules for pages of other origins are kept, and taken away', async () => {
  const { client } = bench()
  const get = () => client.send(new GetBucketCorsCommand({ Bucket }))
  const CORSRules = [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://app.test'], MaxAgeSeconds: 60 }]
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
  expect((await get()).CORSRules).toEqual(CORSRules)
  await client.send(new DeleteBucketCorsCommand({ Bucket }))
  expect(await errorOf(get())).toMatchObject({ name: 'NoSuchCORSConfiguration' })
})

test('encryption is that of every bucket, whoever says so or takes it back; keys are loud', async () => {
  const { client } = bench()
  const rules = async () =>
    (await client.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules
  const put = (SSEAlgorithm: 'AES256' | 'aws:kms', more: object = {}) =>
    client.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm }, ...more }],
        },
      }),
    )
  const usual = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }]
  expect(await rules()).toEqual(usual)
  await put('AES256', { BucketKeyEnabled: true })
  expect(await rules()).toMatchObject([{ BucketKeyEnabled: true }])
  await client.send(new DeleteBucketEncryptionCommand({ Bucket }))
  expect(await rules()).toEqual(usual)
  await expect(put('aws:kms')).rejects.toThrow('does not model encryption with keys')
})

test('the owner of the bucket owns what is in it: lists of access say so, and cannot be changed', async () => {
  const { client } = bench({ buckets: [{ name: Bucket, objects: [{ key: 'a' }] }] })
  const own = (ObjectOwnership: 'BucketOwnerEnforced' | 'ObjectWriter') =>
    client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership }] } }))
  await own('BucketOwnerEnforced')
  const controls = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }))
  expect(controls.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }])
  await expect(own('ObjectWriter')).rejects.toThrow('does not model ACLs')
  const { Owner, Grants } = await client.send(new GetObjectAclCommand(at))
  expect(Owner?.ID).toMatch(/./)
  expect(Grants).toEqual([{ Grantee: { ID: Owner?.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }])
  expect(await errorOf(client.send(new GetObjectAclCommand({ ...at, Key: 'b' })))).toMatchObject({ name: 'NoSuchKey' })
  expect(await errorOf(client.send(new PutObjectAclCommand({ ...at, ACL: 'public-read' })))).toMatchObject({
    name: 'AccessControlListNotSupported',
  })
})

test('retention is told as it was put, and not where there is none', async () => {
  const { client } = bench({})
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  const get = (Key: string) => client.send(new GetObjectRetentionCommand({ Bucket, Key }))
  const until = new Date(Date.UTC(2030, 0, 3))
  await client.send(
    new PutObjectCommand({ ...at, Body: 'x', ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until }),
  )
  await client.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'x' }))
  expect((await get('a')).Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: until })
  expect(await errorOf(get('b'))).toMatchObject({ name: 'NoSuchObjectLockConfiguration' })
})
