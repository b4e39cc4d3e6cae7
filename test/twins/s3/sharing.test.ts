import {
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetPublicAccessBlockCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'
const HOST = 'https://shop.s3.us-east-1.amazonaws.com'

test('a page of another origin is let in by a rule, and by none it is not', async () => {
  const { client, fetch } = bench()
  const ask = (origin: string, method = 'PUT', headers = 'content-type') =>
    fetch(`${HOST}/a`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': headers },
    })
  expect([(await ask('https://app.test')).status, await (await ask('https://app.test')).text()]).toEqual([
    403,
    expect.stringContaining('CORS is not enabled for this bucket'),
  ])
  expect(await errorOf(client.send(new GetBucketCorsCommand({ Bucket })))).toMatchObject({
    name: 'NoSuchCORSConfiguration',
  })
  const CORSRules = [
    {
      AllowedOrigins: ['https://*.test'],
      AllowedMethods: ['PUT', 'GET'],
      AllowedHeaders: ['content-*'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 300,
    },
  ]
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
  expect((await client.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(CORSRules)
  const allowed = await ask('https://app.test')
  expect([
    allowed.status,
    allowed.headers.get('Access-Control-Allow-Origin'),
    allowed.headers.get('Access-Control-Max-Age'),
  ]).toEqual([200, 'https://app.test', '300'])
  for (const refused of [
    ask('https://app.example'),
    ask('https://app.test', 'DELETE'),
    ask('https://app.test', 'PUT', 'x-amz-acl'),
  ])
    expect((await refused).status).toBe(403)
  const read = await fetch(`${HOST}/a`, { headers: { Origin: 'https://app.test' } })
  expect([read.status, read.headers.get('Access-Control-Expose-Headers')]).toEqual([403, 'ETag'])
  const wrong = { CORSRules: [{ AllowedOrigins: ['*'], AllowedMethods: ['PATCH'] }] }
  expect(await errorOf(client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: wrong })))).toMatchObject({
    name: 'InvalidRequest',
  })
})

test('a new bucket is encrypted, closed to the public, and knows no ACLs', async () => {
  const { client } = bench()
  const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket }))
  expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256')
  const block = async () =>
    (await client.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration
  expect(await block()).toEqual({
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  })
  await client.send(
    new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: false } }),
  )
  expect(await block()).toEqual({ BlockPublicAcls: false })
  expect((await client.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules).toEqual([
    { ObjectOwnership: 'BucketOwnerEnforced' },
  ])
  expect((await client.send(new GetBucketAclCommand({ Bucket }))).Grants).toMatchObject([
    { Permission: 'FULL_CONTROL' },
  ])
  for (const refused of [
    client.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' })),
    client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ACL: 'public-read' })),
    client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', GrantRead: 'id=x' })),
  ])
    expect(await errorOf(refused)).toMatchObject({ name: 'AccessControlListNotSupported' })
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ACL: 'bucket-owner-full-control' }))
})
