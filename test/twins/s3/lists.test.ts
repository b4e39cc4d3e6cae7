import { ListObjectsCommand, ListObjectsV2Command, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { byBytes } from '../../../twins/s3/state.ts'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'
const open = (keys: readonly string[]) => bench({ buckets: [{ name: Bucket, objects: keys.map((key) => ({ key })) }] })

test('keys come in the order of their bytes', async () => {
  const keys = ['b', 'a', 'B', 'ü', '\u{1F600}', '\uFF5E', 'a/b', 'a b']
  const { client } = open(keys)
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }))
  const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  expect(Contents?.map(({ Key }) => Key)).toEqual(sorted)
})

test('text is ordered as its bytes are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(byBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { seed: 7 },
  )
})

test('folders are rolled up', async () => {
  const { client } = open(['a', 'photos/1', 'photos/2', 'photos/old/1', 'z'])
  expect(await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))).toMatchObject({
    KeyCount: 3,
    Contents: [{ Key: 'a', Size: 0, StorageClass: 'STANDARD' }, { Key: 'z' }],
    CommonPrefixes: [{ Prefix: 'photos/' }],
    IsTruncated: false,
  })
  expect(await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'photos/' }))).toMatchObject({
    Contents: [{ Key: 'photos/1' }, { Key: 'photos/2' }],
    CommonPrefixes: [{ Prefix: 'photos/old/' }],
  })
})

test('the first version of lists has markers', async () => {
  const { client } = open(['a', 'b', 'c/1', 'c/2', 'd'])
  const plain = await client.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }))
  expect(plain).toMatchObject({ Contents: [{ Key: 'a' }, { Key: 'b' }], IsTruncated: true })
  expect(plain.NextMarker).toBeUndefined()
  const rolled = await client.send(new ListObjectsCommand({ Bucket, MaxKeys: 1, Delimiter: '/', Marker: 'b' }))
  expect(rolled).toMatchObject({ CommonPrefixes: [{ Prefix: 'c/' }], NextMarker: 'c/', IsTruncated: true })
  expect(await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: 'c/' }))).toMatchObject({
    Contents: [{ Key: 'd' }],
    IsTruncated: false,
  })
})

test('names may be asked for in a form that any XML can carry', async () => {
  const { client } = open(['a b/ü+1'])
  const listed = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url', FetchOwner: true }))
  expect(listed).toMatchObject({
    EncodingType: 'url',
    Contents: [{ Key: 'a+b/%C3%BC%2B1', Owner: { ID: '123456789012' } }],
  })
  expect(await errorOf(client.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 })))).toMatchObject({
    name: 'InvalidArgument',
  })
})

/** What a list should be: worked out over all keys at once. */
function expected(keys: readonly string[], prefix: string, delimiter: string, after: string): readonly string[] {
  const names = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      return end < 0 ? key : key.slice(0, end + delimiter.length)
    })
  return [...new Set(names)].filter((name) => after === '' || byBytes(name, after) > 0).sort(byBytes)
}

test('all pages together are the whole list, whatever the keys, the folders and the size of a page', async () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'ü'), minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { maxLength: 12 }),
      fc.constantFrom('', 'a', 'a/', 'b'),
      fc.constantFrom('', '/'),
      fc.oneof(fc.constant(''), name),
      fc.integer({ min: 1, max: 4 }),
      async (keys, Prefix, Delimiter, StartAfter, pageSize) => {
        const { client } = open(keys)
        const asked = {
          Bucket,
          Prefix,
          ...(Delimiter === '' ? {} : { Delimiter }),
          ...(StartAfter === '' ? {} : { StartAfter }),
        }
        const seen: string[] = []
        for await (const page of paginateListObjectsV2({ client, pageSize }, asked)) {
          const rows = [
            ...(page.Contents ?? []).map(({ Key }) => Key),
            ...(page.CommonPrefixes ?? []).map((one) => one.Prefix),
          ]
          expect(rows.length).toBeLessThanOrEqual(pageSize)
          seen.push(...rows.map((row) => row ?? '').sort(byBytes))
        }
        expect(seen).toEqual(expected(keys, Prefix, Delimiter, StartAfter))
      },
    ),
    { seed: 7, numRuns: 40 },
  )
})
