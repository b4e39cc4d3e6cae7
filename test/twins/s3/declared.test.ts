import { expect, test } from 'vitest'
import { s3 } from '../../../twins/s3/index.ts'
import { ROUTES } from '../../../twins/s3/operations.ts'
import { routeOf } from '../../../twins/s3/place.ts'
import { NotModelled } from '../../../twins/twin.ts'
import { createWorld } from '../../../twins/world.ts'

const ORIGIN = 'https://shop.s3.us-east-1.amazonaws.com'

/** Subresources of the API reference that no route takes. Source: the commands of @aws-sdk/client-s3 3.1175. */
const UNMODELLED = [
  ...['accelerate', 'analytics', 'intelligent-tiering', 'inventory', 'logging', 'metrics'],
  ...['replication', 'requestPayment', 'session', 'website'],
  ...['metadataTable', 'metadataConfiguration', 'abac'],
]
const OF_OBJECTS = ['restore', 'select', 'torrent', 'renameObject', 'annotation']

test.each([...UNMODELLED.map((name) => `GET /?${name}`), ...OF_OBJECTS.map((name) => `GET /a?${name}`)])(
  '%s is loud',
  async (asked) => {
    const [method = '', path = ''] = asked.split(' ')
    const twin = s3.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {})
    expect(twin.operationOf(method, new URL(ORIGIN + path))).toBeUndefined()
    await expect((async () => twin.fetch(new Request(ORIGIN + path, { method })))()).rejects.toThrow(NotModelled)
  },
)

test('a method that nothing takes is loud', async () => {
  const twin = s3.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {})
  for (const [method, path] of [
    ['PATCH', '/a'],
    ['POST', '/a'],
    ['DELETE', '/?versioning'],
  ] as const) {
    expect(twin.operationOf(method, new URL(ORIGIN + path))).toBeUndefined()
    await expect((async () => twin.fetch(new Request(ORIGIN + path, { method })))()).rejects.toThrow(NotModelled)
  }
})

test.each([
  ['https://shop.s3.eu-west-1.amazonaws.com/a/b', 'GET object'],
  ['https://s3.eu-west-1.amazonaws.com/shop/a', 'GET object'],
  ['https://s3.eu-west-1.amazonaws.com/shop/', 'GET bucket'],
  ['https://s3.amazonaws.com/', 'GET service'],
  ['https://shop.s3.amazonaws.com/?list-type=2&prefix=versions', 'GET bucket?list-type'],
  ['https://shop.s3.amazonaws.com/a?x-id=GetObject&versionId=1', 'GET object'],
  ['https://shop.s3.amazonaws.com/a?constructor&__proto__', 'GET object'],
])('%s is %s', (url, name) => {
  expect(routeOf('GET', new URL(url), undefined)).toEqual({ kind: 'operation', name })
  expect(ROUTES.has(name)).toBe(true)
})
