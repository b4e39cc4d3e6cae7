import {
  CopyObjectCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { s3 } from '../../../twins/s3/index.ts'
import { errorOf } from '../aws/support.ts'
import { type Bench, bench } from './support.ts'

const Bucket = 'shop'
const ARN = 'arn:aws:s3:::shop'
const HOST = 'https://shop.s3.us-east-1.amazonaws.com'
type Statement = Readonly<Record<string, unknown>>
const policy = (...Statement: readonly Statement[]): string => JSON.stringify({ Version: '2012-10-17', Statement })
const put = ({ client }: Bench, ...statements: readonly Statement[]) =>
  client.send(new PutBucketPolicyCommand({ Bucket, Policy: policy(...statements) }))
const READ = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${ARN}/public/*` }
const LOCKED = { Effect: 'Deny', Principal: '*', Action: 's3:Delete*', Resource: [`${ARN}/kept/*`, `${ARN}/both`] }

test('what a policy denies is refused, whoever asks, and nothing else is', async () => {
  const setup = bench({ buckets: [{ name: Bucket, objects: ['kept/a', 'b'].map((key) => ({ key })) }] })
  const { client } = setup
  expect(await errorOf(client.send(new GetBucketPolicyCommand({ Bucket })))).toMatchObject({
    name: 'NoSuchBucketPolicy',
  })
  const deny = { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `${ARN}/*` }
  const unlessEncrypted = { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } }
  await put(setup, { ...deny, Condition: unlessEncrypted }, LOCKED, {
    ...deny,
    Action: 's3:*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  })
  expect(JSON.parse((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy ?? '')).toMatchObject({
    Version: '2012-10-17',
  })
  const refused = await errorOf(client.send(new PutObjectCommand({ Bucket, Key: 'c', Body: 'x' })))
  expect(refused).toMatchObject({
    name: 'AccessDenied',
    message: `User: arn:aws:iam::123456789012:user/app is not authorized to perform: s3:PutObject on resource: "${ARN}/c" with an explicit deny in a resource-based policy`,
  })
  await client.send(new PutObjectCommand({ Bucket, Key: 'c', Body: 'x', ServerSideEncryption: 'AES256' }))
  const gone = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'kept/a' }, { Key: 'b' }] } }),
  )
  expect(gone).toMatchObject({ Deleted: [{ Key: 'b' }], Errors: [{ Key: 'kept/a', Code: 'AccessDenied' }] })
  await client.send(new DeleteBucketPolicyCommand({ Bucket }))
  await client.send(new PutObjectCommand({ Bucket, Key: 'd', Body: 'x' }))
})

test('a copy reads what it copies, and who may not list is told of nothing missing', async () => {
  const setup = bench({ buckets: [{ name: Bucket, objects: [{ key: 'secret' }] }] })
  const own = { Effect: 'Deny', Principal: { AWS: 'arn:aws:iam::123456789012:user/app' } }
  await put(
    setup,
    { ...own, Action: 's3:GetObject', Resource: `${ARN}/secret` },
    { ...own, Action: 's3:ListBucket', Resource: ARN },
    { ...own, Principal: { AWS: 'arn:aws:iam::123456789012:user/other' }, Action: 's3:*', Resource: `${ARN}/*` },
  )
  for (const refused of [
    setup.client.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: 'shop/secret' })),
    setup.client.send(new GetObjectCommand({ Bucket, Key: 'nope' })),
  ])
    expect(await errorOf(refused)).toMatchObject({ name: 'AccessDenied' })
})

test('a bucket is open to everybody once nothing keeps it from them', async () => {
  const setup = bench({ buckets: [{ name: Bucket, objects: [{ key: 'public/a', text: 'hello' }, { key: 'b' }] }] })
  const status = async (path: string): Promise<number> => (await setup.fetch(HOST + path)).status
  expect(await errorOf(put(setup, READ))).toMatchObject({ name: 'AccessDenied' })
  expect(await status('/public/a')).toBe(403)
  await setup.client.send(new DeletePublicAccessBlockCommand({ Bucket }))
  await put(setup, READ)
  expect((await setup.client.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus).toEqual({
    IsPublic: true,
  })
  expect(await (await setup.fetch(`${HOST}/public/a`)).text()).toBe('hello')
  expect([await status('/public/nope'), await status('/b'), await status('/?list-type=2'), await status('/')]).toEqual([
    403, 403, 403, 403,
  ])
  expect((await setup.fetch('https://nope.s3.us-east-1.amazonaws.com/a')).status).toBe(404)
  await put(setup, { ...READ, Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } })
  expect((await setup.client.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus).toEqual({
    IsPublic: false,
  })
  expect(await status('/public/a')).toBe(403)
})

test('a seed opens a bucket', async () => {
  const Statement = [READ, { ...READ, Action: 's3:PutObject' }]
  const setup = bench({ buckets: [{ name: Bucket, public_access_block: false, policy: { Statement } }] })
  expect((await setup.fetch(`${HOST}/public/new`, { method: 'PUT', body: 'x' })).status).toBe(200)
  expect(await (await setup.fetch(`${HOST}/public/new`)).text()).toBe('x')
  expect((await setup.fetch(`${HOST}/public/new`, { method: 'DELETE' })).status).toBe(403)
})

test('a seed with a policy that is none is refused', () => {
  const policy = { Statement: [{ ...READ, Effect: 'Maybe' }] }
  expect(s3.seed.safeParse({ buckets: [{ name: Bucket, policy }] }).success).toBe(false)
})

test.each([
  ['no JSON', 'no', "Policies must be valid JSON and the first byte must be '{'"],
  ['nobody', policy({ ...READ, Principal: undefined }), 'Missing required field Principal'],
  ['another bucket', policy({ ...READ, Resource: 'arn:aws:s3:::other/*' }), 'Policy has invalid resource'],
  ['another service', policy({ ...READ, Action: 'sqs:SendMessage' }), 'Policy has invalid action'],
])('a policy of %s is refused', async (_, Policy, message) => {
  const { client } = bench()
  expect(await errorOf(client.send(new PutBucketPolicyCommand({ Bucket, Policy })))).toMatchObject({
    name: 'MalformedPolicy',
    message,
  })
})

test.each([
  ['NotPrincipal', { ...LOCKED, Principal: undefined, NotPrincipal: { AWS: '*' } }],
  ['aws:SourceVpc', { ...LOCKED, Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }],
  ['variables', { ...LOCKED, Condition: { StringLike: { 's3:prefix': ['$', '{aws:username}/*'].join('') } } }],
  ['ForAnyValue:StringLike', { ...LOCKED, Condition: { 'ForAnyValue:StringLike': { 's3:prefix': 'a' } } }],
])('%s is loud where it matters', async (what, statement) => {
  const setup = bench()
  await put(setup, statement)
  await setup.client.send(new PutObjectCommand({ Bucket, Key: 'kept/a', Body: 'x' }))
  const asked = setup.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'kept/a' }] } }))
  expect(String(await errorOf(asked))).toContain(`This one says ${what}`)
})
