import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unchunk } from '../../../twins/s3/chunked.ts'
import { Refused } from '../../../twins/s3/wire.ts'

test('chunks come together again, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 })), fc.boolean(), (chunks, trailed) => {
      const framed = chunks.flatMap((chunk) => [
        Buffer.from(`${chunk.length.toString(16)}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ])
      const end = Buffer.from(`0\r\n${trailed ? 'x-amz-checksum-crc32: AAAAAA==\r\n' : ''}\r\n`)
      const { body, trailers } = unchunk(Buffer.concat([...framed, end]))
      expect(body.equals(Buffer.concat(chunks))).toBe(true)
      expect([...trailers]).toEqual(trailed ? [['x-amz-checksum-crc32', 'AAAAAA==']] : [])
    }),
    { seed: 7 },
  )
})

test.each(['', 'zz\r\nab\r\n0\r\n\r\n', '5\r\nab\r\n0\r\n\r\n', '2\r\nab\r\n', '-1\r\n\r\n'])(
  '%j breaks off',
  (text) => {
    expect(() => unchunk(Buffer.from(text))).toThrow(Refused)
  },
)
