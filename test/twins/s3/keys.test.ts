import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'shop'

/** Keys as people make them up, without segments of dots, which no address carries. */
const key = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
      fc.constantFrom(
        'a b',
        'a+b',
        '%41',
        '100%',
        '?x=1',
        '#1',
        '&',
        '=',
        '(1)',
        "it's",
        '*',
        '~',
        ':',
        '@',
        '..a',
        'ü',
        '\u{1F600}',
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join('/'))
  .filter((text) => !/(^|\/)\.{1,2}(\/|$)/.test(text) && !/(^|\/)(%2e|\.)+(\/|$)/i.test(text))

test('any key is written, read, copied, listed, presigned and removed by its name', async () => {
  await fc.assert(
    fc.asyncProperty(key, fc.boolean(), async (Key, pathStyle) => {
      const setup = bench()
      const client = setup.clientOf({ forcePathStyle: pathStyle })
      await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Metadata: { k: 'v' } }))
      expect(setup.snapshot('s3')).toMatchObject({ objects: [{ key: Key }] })
      expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).Metadata).toEqual({ k: 'v' })
      const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }))
      expect(await (await setup.fetch(url)).text()).toBe('x')
      const CopySource = `${Bucket}/${encodeURIComponent(Key)}`
      await client.send(new CopyObjectCommand({ Bucket, Key: `~copy/${Key}`, CopySource }))
      const listed = await client.send(new ListObjectsV2Command({ Bucket }))
      expect(listed.Contents?.map((one) => one.Key).sort()).toEqual([Key, `~copy/${Key}`].sort())
      const Objects = (listed.Contents ?? []).map((one) => ({ Key: one.Key }))
      await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
      expect(setup.snapshot('s3')).toMatchObject({ objects: [] })
    }),
    { seed: 7, numRuns: 40 },
  )
})
