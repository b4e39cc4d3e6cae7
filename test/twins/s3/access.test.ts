import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { type Bench, bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'
const open = (): Bench => bench({ buckets: [{ name: Bucket, objects: [{ key: 'a b', text: 'hello' }] }] })
const codeOf = async (answer: Response): Promise<string> =>
  `${answer.status} ${/<Code>(\w+)</.exec(await answer.text())?.[1] ?? ''}`

test('a presigned address reads until it ends', async () => {
  const setup = open()
  const url = await getSignedUrl(
    setup.client,
    new GetObjectCommand({
      Bucket,
      Key: 'a b',
      ResponseContentType: 'text/html',
      ResponseContentDisposition: 'attachment; filename="a.html"',
    }),
    { expiresIn: 60 },
  )
  const answer = await setup.fetch(url)
  expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([200, 'hello', 'text/html'])
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a.html"')
  expect(await codeOf(await setup.fetch(url.replace('text%2Fhtml', 'text%2Fplain')))).toBe('403 SignatureDoesNotMatch')
  await setup.advance(61_000)
  const late = await setup.fetch(url)
  expect(late.status).toBe(403)
  expect(await late.text()).toContain('<Message>Request has expired</Message>')
})

test('a presigned address writes what it was signed for', async () => {
  const setup = open()
  const url = await getSignedUrl(
    setup.client,
    new PutObjectCommand({ Bucket, Key: 'new', ContentType: 'text/plain' }),
    {
      signableHeaders: new Set(['content-type']),
    },
  )
  const put = (type: string) =>
    setup.fetch(url, { method: 'PUT', body: Buffer.from('hi'), headers: { 'Content-Type': type } })
  expect(await codeOf(await put('text/html'))).toBe('403 SignatureDoesNotMatch')
  expect((await put('text/plain')).status).toBe(200)
  const got = await setup.client.send(new GetObjectCommand({ Bucket, Key: 'new' }))
  expect([await got.Body?.transformToString(), got.ContentType]).toEqual(['hi', 'text/plain'])
})

async function form(
  setup: Bench,
  more: Readonly<Record<string, string>> = {},
  body = 'hello',
  name = 'me.txt',
): Promise<{ url: string; init: RequestInit }> {
  const { url, fields } = await createPresignedPost(setup.client, {
    Bucket,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3 fills it in.
    Key: 'up/${filename}',
    Conditions: [
      ['content-length-range', 1, 10],
      ['starts-with', '$Content-Type', 'text/'],
    ],
    Fields: { success_action_status: '201' },
    Expires: 60,
  })
  const data = new FormData()
  for (const [field, value] of Object.entries({ ...fields, 'Content-Type': 'text/plain', ...more }))
    data.set(field, value)
  data.set('file', new Blob([body]), name)
  return { url, init: { method: 'POST', body: data } }
}

test('a form uploads what its policy allows', async () => {
  const setup = open()
  const { url, init } = await form(setup)
  const answer = await setup.fetch(url, init)
  expect(answer.status).toBe(201)
  expect(await answer.text()).toContain('<Key>up/me.txt</Key>')
  const got = await setup.client.send(new GetObjectCommand({ Bucket, Key: 'up/me.txt' }))
  expect([await got.Body?.transformToString(), got.ContentType]).toEqual(['hello', 'text/plain'])
  expect(setup.types()).toContain('s3.objects.post')
})

test.each<readonly [string, Readonly<Record<string, string>>, string, string]>([
  ['another type', { 'Content-Type': 'image/png' }, 'hello', '403 AccessDenied'],
  ['another key', { key: 'elsewhere' }, 'hello', '403 AccessDenied'],
  ['a field that nobody foresaw', { 'x-amz-meta-more': '1' }, 'hello', '403 AccessDenied'],
  ['too much', {}, 'hello world', '400 EntityTooLarge'],
  ['nothing', {}, '', '400 EntityTooSmall'],
  ['another policy', { Policy: Buffer.from('{}').toString('base64') }, 'hello', '403 SignatureDoesNotMatch'],
])('a form with %s is refused', async (_, more, body, code) => {
  const setup = open()
  const { url, init } = await form(setup, more, body)
  expect(await codeOf(await setup.fetch(url, init))).toBe(code)
})

test('a form ends with its policy', async () => {
  const setup = open()
  const { url, init } = await form(setup)
  await setup.advance(60_001)
  const late = await setup.fetch(url, init)
  expect(await late.text()).toContain('Policy expired.')
})

test.each<readonly [string, object, string, number]>([
  [
    'another secret',
    { credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' } },
    'SignatureDoesNotMatch',
    403,
  ],
  [
    'an unknown key',
    { credentials: { accessKeyId: 'AKIAIOSFODNN7NOBODY0', secretAccessKey: 'x' } },
    'InvalidAccessKeyId',
    403,
  ],
  [
    'a token that is not its own',
    { credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x', sessionToken: 't' } },
    'InvalidToken',
    400,
  ],
])('%s does not get in', async (_, more, name, status) => {
  const { clientOf } = open()
  expect(await errorOf(clientOf(more).send(new ListObjectsV2Command({ Bucket })))).toMatchObject({
    name,
    $metadata: { httpStatusCode: status },
  })
})

test('nobody gets in unsigned', async () => {
  expect(await codeOf(await open().fetch('https://shop.s3.us-east-1.amazonaws.com/a%20b'))).toBe('403 AccessDenied')
})

test('a clock that is wrong is told so, and set right by the SDK', async () => {
  const setup = open()
  vi.setSystemTime(setup.world.clock.now() + 3_600_000)
  const read = (attempts: number) =>
    setup.clientOf({ maxAttempts: attempts }).send(new GetObjectCommand({ Bucket, Key: 'a b' }))
  expect(await errorOf(read(1))).toMatchObject({ name: 'RequestTimeTooSkewed', MaxAllowedSkewMilliseconds: '900000' })
  await read(3)
  expect(setup.requests).toHaveLength(3)
})

test('a temporary key works while it lasts', async () => {
  const temporary = {
    access_key_id: 'ASIAIOSFODNN7EXAMPLE',
    secret_access_key: 'secret',
    session_token: 'token',
    expires: '2030-01-01T01:00:00Z',
  }
  const setup = bench({ credentials: [temporary], buckets: [{ name: Bucket }] })
  const client = setup.clientOf({
    credentials: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
  })
  const put = () => client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
  await put()
  await setup.advance(3_600_000)
  expect(await errorOf(put())).toMatchObject({ name: 'ExpiredToken' })
})

test('a bucket that belongs to somebody else is not touched', async () => {
  const { client } = open()
  const remove = (ExpectedBucketOwner: string) =>
    client.send(new DeleteObjectCommand({ Bucket, Key: 'a b', ExpectedBucketOwner }))
  expect(await errorOf(remove('999999999999'))).toMatchObject({ name: 'AccessDenied' })
  await remove('123456789012')
})

test('a bucket that is asked too much says so, for the key it is asked about', async () => {
  const setup = open()
  setup.world.faults.add({ on: 's3.objects.put', kind: 'status', status: 503, where: { key: 'hot/1' }, times: 2 })
  setup.world.faults.add({ on: 's3.objects.put', kind: 'status', status: 409, where: { key: 'raced' } })
  const put = (Key: string, attempts: number) =>
    setup.clientOf({ maxAttempts: attempts }).send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }))
  expect(await errorOf(put('hot/1', 1))).toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } })
  await put('cold/1', 1)
  await put('hot/1', 3)
  expect(await errorOf(put('raced', 1))).toMatchObject({ name: 'ConditionalRequestConflict' })
})
