import { isPublic, matches, readPolicy } from '../../aws/policy.ts'
import { bucketOf, type Handler } from '../ask.ts'
import { publicAccessBlocks } from '../blocks.ts'
import { receivedBody } from '../content.ts'
import type { Bucket } from '../state.ts'
import { accessDenied, document, NAMESPACE, Refused } from '../wire.ts'

const BYTES_MAX = 20 * 1024
const malformed = (message: string): Refused => new Refused(400, 'MalformedPolicy', message)

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html (2026-11-26). */
export const putPolicy: Handler = (ask) => {
  const bucket = bucketOf(ask)
  receivedBody(ask)
  const text = ask.body.toString()
  if (ask.body.length > BYTES_MAX) throw malformed('Policy exceeds the maximum allowed document size.')
  const read = readPolicy(text)
  if ('wrong' in read)
    throw malformed(
      read.wrong === ''
        ? "Policies must be valid JSON and the first byte must be '{'"
        : read.wrong === 'Principal'
          ? 'Missing required field Principal'
          : `Policy has invalid ${read.wrong.toLowerCase()}`,
    )
  for (const { Action, NotAction, Resource, NotResource } of read.policy) {
    if (!(Action ?? NotAction ?? []).every((one) => one === '*' || /^s3:[A-Za-z*?]+$/i.test(one)))
      throw malformed('Policy has invalid action')
    if (!(Resource ?? NotResource ?? []).every((one) => one === '*' || isOf(bucket, one)))
      throw malformed('Policy has invalid resource')
  }
  if (isPublic(read.policy) && publicAccessBlocks(bucket).BlockPublicPolicy) throw accessDenied()
  bucket.settings = { ...bucket.settings, policy: text }
  return new Response(null, { status: 204 })
}

const isOf = ({ name }: Bucket, arn: string): boolean => {
  const [bucket = ''] = arn.replace(/^arn:aws:s3:::/, '').split('/')
  return arn.startsWith('arn:aws:s3:::') && matches(bucket, name)
}

const policyOf = ({ settings, name }: Bucket): string => {
  if (settings.policy !== undefined) return settings.policy
  throw new Refused(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', { BucketName: name })
}

export const getPolicy: Handler = (ask) =>
  new Response(policyOf(bucketOf(ask)), { headers: { 'Content-Type': 'application/json' } })

export const removePolicy: Handler = (ask) => {
  const bucket = bucketOf(ask)
  const { policy: _, ...rest } = bucket.settings
  bucket.settings = rest
  return new Response(null, { status: 204 })
}

export const getPolicyStatus: Handler = (ask) => {
  const read = readPolicy(policyOf(bucketOf(ask)))
  return document([`PolicyStatus ${NAMESPACE}`, [['IsPublic', 'policy' in read && isPublic(read.policy)]]])
}
