import fc from 'fast-check'
import { expect, test } from 'vitest'
import { s3 } from '../../../twins/s3/index.ts'
import { sqs } from '../../../twins/sqs/index.ts'
import { TARGETS } from '../../../twins/sqs/operations.ts'
import { NotModelled, type Twin } from '../../../twins/twin.ts'
import { createWorld } from '../../../twins/world.ts'
import { signed } from './signed.ts'

const world = () => createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })

/** Whatever it is asked, a twin answers or says that it does not model it: anything else would be a bug of ours. */
async function outcome(twin: Twin, request: Request, seen: number[]): Promise<void> {
  try {
    await twin.wait?.(request.clone())
    const answer = await twin.fetch(request)
    seen.push(answer.status)
    // S3 says 501 of a condition that it does not know itself.
    expect(answer.status < 500 || answer.status === 501, `${answer.status}`).toBe(true)
  } catch (error) {
    if (!(error instanceof NotModelled)) throw error
  }
}

/** Most of it has to get past the signature, or little was asked. */
function expectVaried(seen: readonly number[]): void {
  expect(seen.filter((status) => status === 403).length).toBeLessThan(seen.length / 4)
  expect(seen.filter((status) => status < 300).length).toBeGreaterThan(seen.length / 20)
  expect(seen.filter((status) => status === 400).length).toBeGreaterThan(seen.length / 20)
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

const names = [
  ...[
    'versioning',
    'notification',
    'lifecycle',
    'tagging',
    'location',
    'versions',
    'uploads',
    'uploadId',
    'delete',
    'attributes',
  ],
  ...[
    'prefix',
    'delimiter',
    'max-keys',
    'marker',
    'key-marker',
    'version-id-marker',
    'continuation-token',
    'start-after',
  ],
  ...[
    'list-type',
    'partNumber',
    'versionId',
    'encoding-type',
    'max-uploads',
    'max-parts',
    'part-number-marker',
    'x-id',
    '__proto__',
  ],
]
const headers = [
  ...[
    'range',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'x-amz-copy-source',
    'x-amz-copy-source-range',
    'content-md5',
  ],
  ...[
    'x-amz-checksum-crc32',
    'x-amz-checksum-algorithm',
    'x-amz-checksum-type',
    'x-amz-tagging',
    'x-amz-metadata-directive',
  ],
  ...[
    'x-amz-object-attributes',
    'x-amz-storage-class',
    'x-amz-trailer',
    'x-amz-decoded-content-length',
    'x-amz-meta-__proto__',
  ],
]
const value = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '1',
    '-1',
    '99999',
    'a',
    'a/b',
    'shop/a',
    'null',
    'url',
    '/',
    'bytes=0-0',
    'bytes=-1',
    '*',
    '"x"',
    'CRC32',
    'COPY',
    '%zz',
  ),
  fc.string({ maxLength: 12 }).map((text) => text.replace(/[^\x20-\x7e]/g, '').trim()),
)
const body = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 30 }),
  fc
    .tuple(
      fc.constantFrom(
        'Delete',
        'Tagging',
        'VersioningConfiguration',
        'NotificationConfiguration',
        'LifecycleConfiguration',
        'CompleteMultipartUpload',
        'CreateBucketConfiguration',
      ),
      fc.constantFrom(
        '',
        '<Object/>',
        '<Object><Key>a</Key></Object>',
        '<TagSet/>',
        '<TagSet><Tag/></TagSet>',
        '<Status>Enabled</Status>',
        '<QueueConfiguration/>',
        '<Rule/>',
        '<Part/>',
        '<Part><PartNumber>x</PartNumber></Part>',
        'text',
      ),
    )
    .map(([root, inner]) => `<${root}>${inner}</${root}>`),
)

test('S3 answers whatever it is asked, or says that it does not model it', async () => {
  const asked = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'),
    path: fc.constantFrom('/', '/a', '/a%2Fb', '/%E0%A4%A', '/nope'),
    query: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }),
    headers: fc.dictionary(fc.constantFrom(...headers), value, { maxKeys: 3 }),
    body,
  })
  const seen: number[] = []
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 4 }), async (requests) => {
      const twin = s3.create(world(), { buckets: [{ name: 'shop', objects: [{ key: 'a', text: 'hello' }] }] })
      for (const { method, path, query, headers: more, body: text } of requests) {
        const pairs = Object.entries(query).map(([name, one]) => `${encoded(name)}=${encoded(one)}`)
        const url = `https://shop.s3.us-east-1.amazonaws.com${path}?${pairs.sort().join('&')}`
        await outcome(twin, signed({ service: 's3', method, url, headers: more, body: text }), seen)
      }
    }),
    { seed: 7, numRuns: 300 },
  )
  expectVaried(seen)
})

const parameters = [
  ...[
    'QueueUrl',
    'QueueName',
    'Attributes',
    'AttributeNames',
    'tags',
    'Tags',
    'TagKeys',
    'QueueNamePrefix',
    'MaxResults',
    'NextToken',
  ],
  ...[
    'MessageBody',
    'DelaySeconds',
    'MessageAttributes',
    'MessageSystemAttributes',
    'MessageGroupId',
    'MessageDeduplicationId',
  ],
  ...[
    'MaxNumberOfMessages',
    'WaitTimeSeconds',
    'VisibilityTimeout',
    'ReceiptHandle',
    'Entries',
    'MessageAttributeNames',
  ],
  ...['SourceArn', 'DestinationArn', 'TaskHandle', 'MaxNumberOfMessagesPerSecond', '__proto__'],
]
const json = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      'https://sqs.us-east-1.amazonaws.com/123456789012/orders',
      'https://sqs.us-east-1.amazonaws.com/123456789012/steps.fifo',
      'orders',
    ],
    ...[
      'arn:aws:sqs:us-east-1:123456789012:failed',
      'All',
      '.*',
      'AQEB',
      '',
      'x',
      'RlJPTSA=',
      null,
      0,
      1,
      -1,
      1.5,
      10,
      1e9,
      true,
      [],
      {},
    ],
    ...[
      ['All'],
      [{ Id: 'a' }],
      [{ Id: 'a', MessageBody: 'x', ReceiptHandle: 'AQEB' }],
      { a: 'b' },
      { VisibilityTimeout: '5' },
      { RedrivePolicy: '{}' },
    ],
    ...[{ a: { DataType: 'String', StringValue: 'x' } }, { a: { DataType: 'Binary' } }, { AWSTraceHeader: null }],
  ),
  fc.json().map((text): unknown => JSON.parse(text)),
)

test('SQS answers whatever it is asked, or says that it does not model it', async () => {
  const asked = fc.record({
    target: fc.constantFrom(...TARGETS.keys(), 'Nothing', 'constructor'),
    body: fc.oneof(
      fc.dictionary(fc.constantFrom(...parameters), json, { maxKeys: 5 }).map((fields) => ({
        QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/orders',
        ...fields,
      })),
      fc.constantFrom<unknown>([], 7, null, 'text'),
    ),
  })
  const seen: number[] = []
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 4 }), async (requests) => {
      const queues = [
        { name: 'failed' },
        { name: 'orders', dead_letter: { queue: 'failed', max_receives: 1 }, messages: ['one'] },
        { name: 'steps.fifo' },
      ]
      const twin = sqs.create(world(), { queues })
      for (const { target, body: given } of requests) {
        const request = signed({
          service: 'sqs',
          method: 'POST',
          url: 'https://sqs.us-east-1.amazonaws.com/',
          headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${target}` },
          body: JSON.stringify(given),
        })
        await outcome(twin, request, seen)
      }
    }),
    { seed: 7, numRuns: 300 },
  )
  expectVaried(seen)
})
