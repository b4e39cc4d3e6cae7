import { expect, test } from 'vitest'
import { freshTwin, replayRecording } from '../../../runner/fidelity/replay.ts'
import type { Exchange, Recording } from '../../../twins/har.ts'
import { s3 } from '../../../twins/s3/index.ts'
import { sqs } from '../../../twins/sqs/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

// A few exchanges with the real services, as https://github.com/google/go-cloud (Apache License 2.0) recorded them in
// blob/s3blob/testdata and pubsub/awssnssqs/testdata, without their headers of transport and ids.
type Row = {
  readonly ask: readonly [method: string, url: string, headers?: Readonly<Record<string, string>>, body?: string]
  readonly got: readonly [status: number, headers?: Readonly<Record<string, string>>, body?: string]
}
const BUCKET = 'https://go-cloud-testing-2.s3.us-west-1.amazonaws.com'
const EMPTY = { 'X-Amz-Content-Sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' }
const XML = { 'Content-Type': 'application/xml' }
const STREAM = {
  'Content-Encoding': 'aws-chunked',
  'Content-Type': 'text',
  'If-None-Match': '*',
  'X-Amz-Content-Sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'X-Amz-Decoded-Content-Length': '11',
  'X-Amz-Trailer': 'x-amz-checksum-crc32',
}
const CHUNKS = 'b\r\nup and down\r\n0\r\nx-amz-checksum-crc32:OJ3ylA==\r\n\r\n'
const ONCE: readonly Row[] = [
  {
    ask: ['PUT', `${BUCKET}/blob-for-if-not-exist?x-id=PutObject`, STREAM, CHUNKS],
    got: [200, { ETag: '"1b75533ed5a869ff6f3ae0336d0c3320"', 'X-Amz-Checksum-Crc32': 'OJ3ylA==' }],
  },
  {
    ask: ['PUT', `${BUCKET}/blob-for-if-not-exist?x-id=PutObject`, STREAM, CHUNKS],
    got: [
      412,
      XML,
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message><Condition>If-None-Match</Condition><RequestId>MGHVHY9X2R557FGG</RequestId><HostId>tqhE</HostId></Error>',
    ],
  },
  { ask: ['HEAD', `${BUCKET}/blob-for-if-not-exist`, EMPTY], got: [200, { 'Content-Length': '11' }] },
  { ask: ['DELETE', `${BUCKET}/blob-for-if-not-exist?x-id=DeleteObject`, EMPTY], got: [204] },
]
const COPIED =
  '<?xml version="1.0" encoding="UTF-8"?>\n<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LastModified>2025-03-30T17:00:22.000Z</LastModified><ETag>"b10a8db164e0754105b7a99be72e3fe5"</ETag><ChecksumCRC64NVME>ZZYyy35L4mE=</ChecksumCRC64NVME></CopyObjectResult>'
const COPY: readonly Row[] = [
  {
    ask: [
      'PUT',
      `${BUCKET}/blob-for-copying-src`,
      {
        'Content-Md5': 'sQqNsWTgdUEFt6mb5y4/5Q==',
        'Content-Type': 'text/plain',
        'X-Amz-Content-Sha256': 'a591a6d40bf420404a011733cfb7b190d62c65bf0bcda32b57b277d9ad9f146e',
        'X-Amz-Meta-Foo': 'bar',
      },
      'Hello World',
    ],
    got: [200, { ETag: '"b10a8db164e0754105b7a99be72e3fe5"', 'X-Amz-Checksum-Crc64nvme': 'ZZYyy35L4mE=' }],
  },
  {
    ask: [
      'PUT',
      `${BUCKET}/blob-for-copying-dest`,
      { ...EMPTY, 'X-Amz-Copy-Source': 'go-cloud-testing-2%2Fblob-for-copying-src' },
    ],
    got: [200, XML, COPIED],
  },
  {
    ask: ['GET', `${BUCKET}/blob-for-copying-dest`, EMPTY],
    got: [200, { 'Content-Type': 'text/plain', 'X-Amz-Meta-Foo': 'bar' }, 'Hello World'],
  },
]
const QUEUE = 'https://sqs.us-east-2.amazonaws.com/462380225722/SQSTopicV2Nack-top-1'
const json = (target: string, body: object): Row['ask'] => [
  'POST',
  'https://sqs.us-east-2.amazonaws.com/',
  { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${target}` },
  JSON.stringify(body),
]
const AMZ_JSON = { 'Content-Type': 'application/x-amz-json-1.0' }
const NACK: readonly Row[] = [
  {
    ask: json('CreateQueue', { QueueName: 'SQSTopicV2Nack-top-1' }),
    got: [200, AMZ_JSON, JSON.stringify({ QueueUrl: QUEUE })],
  },
  {
    ask: json('GetQueueAttributes', { AttributeNames: ['QueueArn'], QueueUrl: QUEUE }),
    got: [
      200,
      AMZ_JSON,
      JSON.stringify({ Attributes: { QueueArn: 'arn:aws:sqs:us-east-2:462380225722:SQSTopicV2Nack-top-1' } }),
    ],
  },
  {
    ask: json('SetQueueAttributes', { Attributes: { VisibilityTimeout: '30' }, QueueUrl: QUEUE }),
    got: [200, AMZ_JSON],
  },
  {
    ask: json('ReceiveMessage', {
      AttributeNames: ['All'],
      MaxNumberOfMessages: 1,
      MessageAttributeNames: ['All'],
      QueueUrl: 'https://us-east-2.amazonaws.com/462380225722/nonexistent-subscription',
    }),
    got: [
      400,
      { ...AMZ_JSON, 'X-Amzn-Query-Error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      JSON.stringify({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' }),
    ],
  },
]

const recording = (file: string, rows: readonly Row[]): Recording => ({
  file,
  exchanges: rows.map(
    ({ ask: [method, url, sent = {}, body = ''], got: [status, answered = {}, answer = ''] }, at): Exchange => ({
      method,
      url,
      requestHeaders: Object.entries(sent),
      requestBody: Buffer.from(body),
      status,
      responseHeaders: Object.entries(answered),
      responseBody: Buffer.from(answer),
      atMs: Date.UTC(2025, 11, 1, 19, 0, at),
    }),
  ),
})
const outcomes = async (definition: unknown, one: Recording): Promise<readonly unknown[]> => {
  const twin = definition as TwinDefinition<unknown>
  return (await replayRecording(twin, one, freshTwin(twin, one))).map(({ outcome }) => outcome)
}

test.each([
  ['a conditional write in chunks', s3, ONCE],
  ['a copy', s3, COPY],
  ['a queue, and one that is not there', sqs, NACK],
] as const)('%s goes as it was recorded', async (file, definition, rows) => {
  expect(await outcomes(definition, recording(file, rows))).toEqual(rows.map(() => ({ kind: 'match' })))
})

test('what was recorded without a credential is refused again, and what is read first was there', async () => {
  const denied =
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>A</RequestId><HostId>B</HostId></Error>'
  const rows: readonly Row[] = [
    { ask: ['GET', `${BUCKET}/there`, EMPTY], got: [200, { 'Content-Type': 'text/plain' }, 'before'] },
    { ask: ['GET', `${BUCKET}/there`], got: [403, XML, denied] },
    { ask: ['PUT', `${BUCKET}/there`, { 'Content-Type': 'text/plain' }, 'after'], got: [200, { ETag: '"x"' }] },
    { ask: ['GET', `${BUCKET}/there`, EMPTY], got: [404, XML, denied] },
  ]
  expect(await outcomes(s3, recording('denied', rows))).toMatchObject([
    { kind: 'match' },
    { kind: 'match' },
    { kind: 'match' },
    { kind: 'differs', differences: [{ at: 'status', expected: '404' }] },
  ])
})
