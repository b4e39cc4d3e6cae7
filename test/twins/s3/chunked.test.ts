import fc from 'fast-check'
import { expect, test } from 'vitest'
import { identify, sha256 } from '../../../twins/aws/sigv4.ts'
import { unchunk } from '../../../twins/s3/chunked.ts'
import { Refused } from '../../../twins/s3/wire.ts'
import { CREDENTIALS } from '../aws/support.ts'

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

/** The example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html (2026-11-26), with the signatures it gives. */
const SIGNATURES = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
]
const chunk = (data: string, signature = ''): Buffer =>
  Buffer.from(`${data.length.toString(16)};chunk-signature=${signature}\r\n${data}\r\n`)

/** What the example's head is found to be signed with. */
function headOf(): Extract<ReturnType<typeof identify>, { kind: 'signed' }> {
  const headers: Readonly<Record<string, string>> = {
    host: 's3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '66560',
    'content-length': '66824',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  }
  const found = identify(
    {
      method: 'PUT',
      url: new URL('https://s3.amazonaws.com/examplebucket/chunkObject.txt'),
      header: (name) => headers[name],
      bodyHash: () => sha256(''),
      bodyLength: 66_824,
    },
    {
      service: 's3',
      region: 'us-east-1',
      credentials: [{ access_key_id: CREDENTIALS.accessKeyId, secret_access_key: CREDENTIALS.secretAccessKey }],
      nowMs: Date.parse('2013-05-24T00:00:00Z'),
      pathOnce: true,
    },
  )
  if (found.kind !== 'signed') throw new Error(`expected the example to be signed, got ${found.kind}`)
  return found
}

test('chunks are held against their signatures: those of AWS’s example hold', () => {
  const body = [
    chunk('a'.repeat(65_536), SIGNATURES[0]),
    chunk('a'.repeat(1024), SIGNATURES[1]),
    chunk('', SIGNATURES[2]),
  ]
  const whole = Buffer.concat(body)
  expect(whole).toHaveLength(66_824)
  expect(unchunk(whole, headOf().chain).body).toHaveLength(66_560)
  const changed = Buffer.from(whole)
  changed.write('b', 100)
  expect(() => unchunk(changed, headOf().chain)).toThrow('signature we calculated does not match')
  const [first, second, last] = body
  expect(() =>
    unchunk(Buffer.concat([second, first, last].map((one) => one ?? Buffer.alloc(0))), headOf().chain),
  ).toThrow(Refused)
})

test('trailers have a signature of their own', () => {
  const { chain } = headOf()
  const sign = (kind: 'PAYLOAD' | 'TRAILER', data: string): string => chain(kind, data)
  const parts = [chunk('hi', sign('PAYLOAD', 'hi'))]
  const end = `0;chunk-signature=${sign('PAYLOAD', '')}\r\n`
  const trailer = 'x-amz-checksum-crc32:2NLLRA=='
  const signed = (name: string): Buffer =>
    Buffer.concat([...parts, Buffer.from(`${end}${trailer}\r\nx-amz-trailer-signature:${name}\r\n\r\n`)])
  const good = sign('TRAILER', `${trailer}\n`)
  expect([...unchunk(signed(good), headOf().chain).trailers]).toEqual([['x-amz-checksum-crc32', '2NLLRA==']])
  expect(() => unchunk(signed(sha256('')), headOf().chain)).toThrow(Refused)
})
