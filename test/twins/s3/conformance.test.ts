import { z } from 'zod'
import { s3 } from '../../../twins/s3/index.ts'
import { POST_OPERATION, PREFLIGHT_OPERATION, ROUTES } from '../../../twins/s3/operations.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { signed } from '../aws/signed.ts'

const ORIGIN = 'https://shop.s3.us-east-1.amazonaws.com'
type Headers = Readonly<Record<string, string>>
const request = (method: string, path: string, body = '', headers: Headers = {}, origin = ORIGIN): Request =>
  signed({ service: 's3', method, url: origin + path, headers, body })
const act =
  (...parts: Parameters<typeof request>) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request(...parts))

/** A request for a route, as `place.ts` words it. */
function requestFor(route: string): Request {
  const [, method = '', level = '', sub, copied] =
    /^(\w+) (service|bucket|object)(?:\?([\w-]+))?( copy)?$/.exec(route) ?? []
  const query = sub === undefined ? '' : `?${sub}${sub === 'list-type' ? '=2' : sub === 'uploadId' ? '=u' : '='}`
  const headers: Headers = copied === undefined ? {} : { 'x-amz-copy-source': 'shop/a' }
  return level === 'service'
    ? request(method, `/${query}`, '', headers, 'https://s3.us-east-1.amazonaws.com')
    : request(method, `/${level === 'object' ? 'a/b' : ''}${query}`, '', headers)
}

runTwinTests({
  twin: s3,
  seed: {
    buckets: [
      {
        name: 'shop',
        versioning: true,
        notifications: [{ queue: 'uploads', events: ['s3:ObjectCreated:*'] }],
        objects: [
          { key: 'first', text: 'one' },
          { key: 'bytes', base64: '/wA=' },
        ],
      },
      {
        name: 'kept',
        policy: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:GetObject',
              Resource: 'arn:aws:s3:::kept/denied',
              Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
            },
          ],
        },
      },
    ],
  },
  async story({ send, world, twin }) {
    await send(request('PUT', '/a', 'hello', { 'x-amz-meta-note': 'n', 'x-amz-tagging': 'a=1' }))
    await send(request('GET', '/a'))
    await send(request('GET', '/nope'))
    await send(request('HEAD', '/first'))
    await send(request('DELETE', '/first'))
    await send(request('GET', '/?list-type=2&prefix=a'))
    const made = await (await send(request('POST', '/m?uploads='))).text()
    const id = /<UploadId>([^<]+)</.exec(made)?.[1] ?? ''
    await send(request('PUT', `/m?partNumber=1&uploadId=${id}`, 'part'))
    await send(request('POST', '/open?uploads='))
    await world.within({ step: 'other', key: 'other' }, () =>
      twin.happen('object.created', { bucket: 'shop', key: 'b', text: 'x' }),
    )
    await world.clock.advance(60_000)
  },
  requests: Object.fromEntries([
    ...[...ROUTES].map(([route, [operation]]): [string, Request] => [operation, requestFor(route)]),
    [POST_OPERATION, request('POST', '/')],
    [PREFLIGHT_OPERATION, request('OPTIONS', '/a')],
  ]),
  gaps: {
    ACLs: act(
      'PUT',
      '/?ownershipControls=',
      '<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>',
    ),
    'parts of policies': act('GET', '/denied', '', {}, 'https://kept.s3.us-east-1.amazonaws.com'),
    'other settings of buckets': act('GET', '/?replication='),
    'deleting with MFA': act(
      'PUT',
      '/?versioning=',
      '<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>',
    ),
    'encryption with keys': act('PUT', '/a', '', { 'x-amz-server-side-encryption': 'aws:kms' }),
    archives: act('PUT', '/a', '', { 'x-amz-storage-class': 'GLACIER' }),
    'queries, torrents, renames and annotations': act('POST', '/a?select=&select-type=2'),
    'appending to objects': act('PUT', '/a', '', { 'x-amz-write-offset-bytes': '3' }),
    'access points and directory buckets': act(
      'PUT',
      '/',
      '',
      {},
      'https://shop--use1-az4--x-s3.s3.us-east-1.amazonaws.com',
    ),
    'other signatures than version 4': ({ twin }) =>
      twin.fetch(
        new Request(`${ORIGIN}/a`, {
          headers: { Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo/yllqDzg=' },
        }),
      ),
    'XXHASH checksums': act('PUT', '/a', '', { 'x-amz-checksum-xxhash64': 'AAAA' }),
    'several ranges at once': act('GET', '/first', '', { range: 'bytes=0-1,2-3' }),
    'notifications to topics, functions and EventBridge': act(
      'PUT',
      '/?notification=',
      '<NotificationConfiguration><TopicConfiguration/></NotificationConfiguration>',
    ),
  },
  failureBody: z
    .string()
    .regex(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>\w+<\/Code><Message>[^<]+<\/Message><RequestId>/),
  skip: [
    {
      test: 'an unknown route rejects, and has no operation',
      reason: 'Any path is a key; that unknown subresources reject is tested beside the gaps.',
    },
  ],
})
