import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checksum, compositeChecksum } from '../../../twins/s3/checksums.ts'

/** The check values of the catalogue: https://reveng.sourceforge.io/crc-catalogue/all.htm (2026-11-26). */
test.each([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
] as const)('%s of 123456789 is %s', (algorithm, hex) => {
  expect(Buffer.from(checksum(algorithm, Buffer.from('123456789')), 'base64').toString('hex')).toBe(hex)
})

test('what Node can work out, too, is the same', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const hex = (algorithm: Parameters<typeof checksum>[0]): string =>
        Buffer.from(checksum(algorithm, bytes), 'base64').toString('hex')
      expect(hex('CRC32')).toBe(crc32(bytes).toString(16).padStart(8, '0'))
      for (const [algorithm, name] of [
        ['SHA1', 'sha1'],
        ['SHA256', 'sha256'],
        ['SHA512', 'sha512'],
        ['MD5', 'md5'],
      ] as const)
        expect(hex(algorithm)).toBe(createHash(name).update(bytes).digest('hex'))
    }),
    { seed: 7 },
  )
})

test('a checksum of checksums says how many there are', () => {
  const parts = ['a', 'b'].map((text) => checksum('SHA256', Buffer.from(text)))
  const both = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')))
  expect(compositeChecksum('SHA256', parts)).toBe(`${checksum('SHA256', both)}-2`)
})
