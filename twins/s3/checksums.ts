import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** The algorithms that are checked, as headers and XML name them. */
export const ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256', 'SHA512', 'MD5'] as const
export type Algorithm = (typeof ALGORITHMS)[number]
export const isAlgorithm = (name: string): name is Algorithm => (ALGORITHMS as readonly string[]).includes(name)

const big = (value: bigint | number, bytes: 4 | 8): Buffer => {
  const buffer = Buffer.alloc(bytes)
  if (bytes === 4) buffer.writeUInt32BE(Number(value))
  else buffer.writeBigUInt64BE(BigInt(value))
  return buffer
}

/** Castagnoli's polynomial, reflected: RFC 3720, appendix B.4. */
const CRC32C_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

function crc32c(data: Uint8Array): Buffer {
  let crc = 0xffffffff
  for (const byte of data) crc = (CRC32C_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return big((crc ^ 0xffffffff) >>> 0, 4)
}

/** CRC-64/NVME, reflected, as two halves of 32 bits: https://reveng.sourceforge.io/crc-catalogue/all.htm (2026-11-26). */
const CRC64_HIGH = new Uint32Array(256)
const CRC64_LOW = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let [high, low] = [0, byte]
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1
    low = ((low >>> 1) | (high << 31)) >>> 0
    high = high >>> 1
    if (odd) [high, low] = [(high ^ 0x9a6c9329) >>> 0, (low ^ 0xac4bc9b5) >>> 0]
  }
  CRC64_HIGH[byte] = high
  CRC64_LOW[byte] = low
}

function crc64nvme(data: Uint8Array): Buffer {
  let [high, low] = [0xffffffff, 0xffffffff]
  for (const byte of data) {
    const at = (low ^ byte) & 0xff
    low = (((low >>> 8) | (high << 24)) ^ (CRC64_LOW[at] ?? 0)) >>> 0
    high = ((high >>> 8) ^ (CRC64_HIGH[at] ?? 0)) >>> 0
  }
  return Buffer.concat([big((high ^ 0xffffffff) >>> 0, 4), big((low ^ 0xffffffff) >>> 0, 4)])
}

function digest(algorithm: Algorithm, data: Uint8Array): Buffer {
  switch (algorithm) {
    case 'CRC32':
      return big(crc32(data), 4)
    case 'CRC32C':
      return crc32c(data)
    case 'CRC64NVME':
      return crc64nvme(data)
    default:
      return createHash(algorithm.toLowerCase()).update(data).digest()
  }
}

/** The checksum of some bytes, in base 64. */
export const checksum = (algorithm: Algorithm, data: Uint8Array): string => digest(algorithm, data).toString('base64')

/** The checksum of the checksums of parts: `…-3`. */
export const compositeChecksum = (algorithm: Algorithm, parts: readonly string[]): string =>
  `${checksum(algorithm, Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))))}-${parts.length}`

export const md5Hex = (data: Uint8Array): string => createHash('md5').update(data).digest('hex')
