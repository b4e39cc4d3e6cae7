import type { Element, Node } from '../../aws/xml.ts'
import { type Ask, bucketOf, type Handler, keyOf, xmlOf } from '../ask.ts'
import { ALGORITHMS, type Algorithm, checksum, compositeChecksum, md5Hex } from '../checksums.ts'
import { checkWrite } from '../conditions.ts'
import { algorithmOf, checksumHeaders, numberOf, receivedBody, sentSum, targetOf, versionHeaders } from '../content.ts'
import type { Checksum, Part, Upload } from '../state.ts'
import {
  document,
  entityTooSmall,
  invalidArgument,
  invalidPart,
  invalidPartOrder,
  invalidRequest,
  isoOf,
  malformedXml,
  NAMESPACE,
  noSuchUpload,
  quoted,
  Refused,
} from '../wire.ts'
import { sourceOf } from './objects.ts'

/** Limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html (2026-11-26). */
const PART_BYTES_MIN = 5 * 1024 ** 2
const PART_NUMBERS = { min: 1, max: 10_000 }

type Kind = Upload['checksum_type']
/** What goes together: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html (2026-11-26). */
const kindsOf = (algorithm: Algorithm): readonly Kind[] =>
  algorithm === 'CRC64NVME'
    ? ['FULL_OBJECT']
    : algorithm === 'CRC32' || algorithm === 'CRC32C'
      ? ['COMPOSITE', 'FULL_OBJECT']
      : ['COMPOSITE']

export const create: Handler = (ask) => {
  const { account } = ask
  const bucket = bucketOf(ask)
  const algorithm = algorithmOf(ask, 'x-amz-checksum-algorithm') ?? null
  const asked = ask.header('x-amz-checksum-type')
  const kinds = kindsOf(algorithm ?? 'CRC64NVME')
  const [usual = 'FULL_OBJECT'] = kinds
  const kind = asked === undefined ? usual : kinds.find((one) => one === asked)
  if (kind === undefined)
    throw invalidRequest(
      `The ${asked} checksum type cannot be used with the ${(algorithm ?? 'crc64nvme').toLowerCase()} checksum algorithm.`,
    )
  const upload: Upload = {
    id: account.world.draw('upload').text(86, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._'),
    bucket: bucket.name,
    key: keyOf(ask),
    started_ms: account.world.clock.now(),
    algorithm,
    checksum_type: kind,
    target: targetOf(ask),
    parts: new Map(),
  }
  account.store.uploads.set(upload.id, upload)
  return document(
    [
      `InitiateMultipartUploadResult ${NAMESPACE}`,
      [
        ['Bucket', bucket.name],
        ['Key', upload.key],
        ['UploadId', upload.id],
      ],
    ],
    {
      'x-amz-server-side-encryption': 'AES256',
      ...(algorithm === null ? {} : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': kind }),
    },
  )
}

function uploadOf(ask: Ask): Upload {
  const { name } = bucketOf(ask)
  const id = ask.query.get('uploadId') ?? ''
  const upload = ask.account.store.uploads.get(id)
  if (upload === undefined || upload.bucket !== name || upload.key !== keyOf(ask)) throw noSuchUpload({ UploadId: id })
  return upload
}

function partNumber(ask: Ask): number {
  const number = numberOf(ask, 'partNumber', PART_NUMBERS)
  if (number === undefined)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', '')
  return number
}

/** The checksum of a part in the upload's own algorithm. */
function partSum(ask: Ask, upload: Upload, sent: Checksum): Checksum {
  const wanted = upload.algorithm ?? 'CRC64NVME'
  const own = sentSum(ask)
  if (upload.algorithm !== null && own !== undefined && own.algorithm !== wanted)
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${wanted.toLowerCase()}, actual checksum Type: ${own.algorithm.toLowerCase()}`,
    )
  return sent.algorithm === wanted
    ? sent
    : { algorithm: wanted, value: checksum(wanted, ask.body), type: 'FULL_OBJECT' }
}

export const putPart: Handler = (ask) => {
  const upload = uploadOf(ask)
  const number = partNumber(ask)
  const { body, etag, checksum: sent } = receivedBody(ask)
  const part: Part = {
    number,
    body,
    etag,
    checksum: partSum(ask, upload, sent),
    modified_ms: ask.account.world.clock.now(),
  }
  upload.parts.set(number, part)
  const { 'x-amz-checksum-type': _, ...sums } = checksumHeaders(sentSum(ask) === undefined ? part.checksum : sent)
  return new Response(null, {
    headers: { ETag: quoted(etag), 'x-amz-server-side-encryption': 'AES256', ...sums },
  })
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html (2026-11-26). */
export const copyPart: Handler = (ask) => {
  const upload = uploadOf(ask)
  const number = partNumber(ask)
  const { object, bucket } = sourceOf(ask)
  const range = ask.header('x-amz-copy-source-range')
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
  if (
    range !== undefined &&
    (first === undefined || last === undefined || +last < +first || +last >= object.body.length)
  )
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${object.body.length}`,
      'x-amz-copy-source-range',
      range,
    )
  const body = first === undefined || last === undefined ? object.body : object.body.subarray(+first, +last + 1)
  const algorithm = upload.algorithm ?? 'CRC64NVME'
  const part: Part = {
    number,
    body,
    etag: md5Hex(body),
    checksum: { algorithm, value: checksum(algorithm, body), type: 'FULL_OBJECT' },
    modified_ms: ask.account.world.clock.now(),
  }
  upload.parts.set(number, part)
  return document(
    [
      `CopyPartResult ${NAMESPACE}`,
      [
        ['LastModified', isoOf(part.modified_ms)],
        ['ETag', quoted(part.etag)],
        upload.algorithm === null ? undefined : [`Checksum${algorithm}`, part.checksum.value],
      ],
    ],
    {
      'x-amz-server-side-encryption': 'AES256',
      ...(bucket.versioning === 'off' ? {} : { 'x-amz-copy-source-version-id': object.version_id }),
    },
  )
}

export const listParts: Handler = (ask) => {
  const upload = uploadOf(ask)
  const max = Math.min(numberOf(ask, 'max-parts', { min: 0, max: 2_147_483_647 }) ?? 1000, 1000)
  const marker = numberOf(ask, 'part-number-marker', { min: 0, max: 2_147_483_647 }) ?? 0
  const all = [...upload.parts.values()].filter(({ number }) => number > marker).sort((a, b) => a.number - b.number)
  const rows = all.slice(0, max)
  const told = upload.algorithm !== null
  return document([
    `ListPartsResult ${NAMESPACE}`,
    [
      ['Bucket', upload.bucket],
      ['Key', upload.key],
      ['UploadId', upload.id],
      ['Initiator', [['ID', `arn:aws:iam::${ask.account.id}:root`]]],
      ['Owner', [['ID', ask.account.id]]],
      ['StorageClass', upload.target.storage_class],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', rows.at(-1)?.number ?? 0],
      ['MaxParts', max],
      ['IsTruncated', all.length > rows.length],
      told ? ['ChecksumAlgorithm', upload.algorithm ?? ''] : undefined,
      told ? ['ChecksumType', upload.checksum_type] : undefined,
      ...rows.map(
        (part): Element => [
          'Part',
          [
            ['PartNumber', part.number],
            ['LastModified', isoOf(part.modified_ms)],
            ['ETag', quoted(part.etag)],
            ['Size', part.body.length],
            told ? [`Checksum${part.checksum.algorithm}`, part.checksum.value] : undefined,
          ],
        ],
      ),
    ],
  ])
}

export const abort: Handler = (ask) => {
  ask.account.store.uploads.delete(uploadOf(ask).id)
  return new Response(null, { status: 204 })
}

/** The parts that a completion names, found and in order. */
function chosenParts(upload: Upload, root: Node): readonly Part[] {
  const rows = root.all('Part')
  if (rows.length === 0) throw malformedXml()
  const numbers = rows.map((row) => Number(row.one('PartNumber')?.text))
  if (numbers.some((number) => !Number.isInteger(number))) throw malformedXml()
  if (numbers.some((number, at) => at > 0 && number <= (numbers[at - 1] ?? 0))) throw invalidPartOrder()
  const composite = upload.algorithm !== null && upload.checksum_type === 'COMPOSITE'
  return rows.map((row, at) => {
    const number = numbers[at] ?? 0
    const part = upload.parts.get(number)
    const etag = row.one('ETag')?.text.replace(/^"|"$/g, '')
    if (part === undefined || part.etag !== etag)
      throw invalidPart({ UploadId: upload.id, PartNumber: String(number), ETag: etag ?? '' })
    for (const algorithm of ALGORITHMS) {
      const sum = row.one(`Checksum${algorithm}`)?.text
      if (sum !== undefined && algorithm === part.checksum.algorithm && sum !== part.checksum.value)
        throw invalidPart({ UploadId: upload.id, PartNumber: String(number), ETag: etag })
    }
    if (composite && row.one(`Checksum${upload.algorithm}`) === undefined)
      throw invalidRequest(
        `The upload was created using a ${upload.algorithm?.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
      )
    if (at < rows.length - 1 && part.body.length < PART_BYTES_MIN)
      throw entityTooSmall({
        ProposedSize: String(part.body.length),
        MinSizeAllowed: String(PART_BYTES_MIN),
        PartNumber: String(number),
        ETag: part.etag,
      })
    return part
  })
}

function wholeSum(upload: Upload, parts: readonly Part[], body: Buffer): Checksum {
  const algorithm = upload.algorithm ?? 'CRC64NVME'
  return upload.checksum_type === 'COMPOSITE'
    ? {
        algorithm,
        value: compositeChecksum(
          algorithm,
          parts.map((part) => part.checksum.value),
        ),
        type: 'COMPOSITE',
      }
    : { algorithm, value: checksum(algorithm, body), type: 'FULL_OBJECT' }
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html (2026-11-26). */
export const complete: Handler = (ask) => {
  const { account, place } = ask
  const bucket = bucketOf(ask)
  const upload = uploadOf(ask)
  const parts = chosenParts(upload, xmlOf(ask, 'CompleteMultipartUpload'))
  const body = Buffer.concat(parts.map((part) => part.body))
  const size = ask.header('x-amz-mp-object-size')
  if (size !== undefined && Number(size) !== body.length)
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${body.length}`,
    )
  const kind = ask.header('x-amz-checksum-type')
  if (kind !== undefined && kind !== upload.checksum_type)
    throw invalidRequest(
      `The upload was created using the ${upload.checksum_type} checksum mode. The complete request must use the same checksum mode.`,
    )
  const summed = wholeSum(upload, parts, body)
  const sent = sentSum(ask)
  if (
    sent !== undefined &&
    sent.algorithm === summed.algorithm &&
    sent.value.replace(/-\d+$/, '') !== summed.value.replace(/-\d+$/, '')
  )
    throw new Refused(400, 'BadDigest', `The ${sent.algorithm} you specified did not match the calculated checksum.`)
  checkWrite(account.current(bucket, upload.key), upload.key, ask.header)
  const tag = md5Hex(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))))
  const object = account.write(
    bucket,
    upload.key,
    {
      body,
      ...upload.target,
      etag: `${tag}-${parts.length}`,
      checksum: summed,
      parts: parts.map((part) => ({ number: part.number, size: part.body.length, checksum: part.checksum.value })),
    },
    'CompleteMultipartUpload',
  )
  account.store.uploads.delete(upload.id)
  const host =
    place.style === 'host'
      ? `${bucket.name}.s3.${bucket.region}.amazonaws.com/`
      : `s3.${bucket.region}.amazonaws.com/${bucket.name}/`
  return document(
    [
      `CompleteMultipartUploadResult ${NAMESPACE}`,
      [
        ['Location', `https://${host}${upload.key.split('/').map(encodeURIComponent).join('/')}`],
        ['Bucket', bucket.name],
        ['Key', upload.key],
        ['ETag', quoted(object.etag)],
        [`Checksum${summed.algorithm}`, summed.value],
        ['ChecksumType', summed.type],
      ],
    ],
    { 'x-amz-server-side-encryption': 'AES256', ...versionHeaders(bucket, object) },
  )
}
