import { globalKey, isPublic, notWeighed, type Policy, type Question, readPolicy, weigh } from '../aws/policy.ts'
import type { Ask } from './ask.ts'
import { publicAccessBlocks } from './blocks.ts'
import type { Bucket } from './state.ts'
import { tagsOfHeader } from './tags.ts'
import { accessDenied, noSuchBucket, Refused } from './wire.ts'

/**
 * What an operation needs, under `s3:`; nothing where no bucket could forbid it.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html (2026-11-26).
 */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'buckets.head': ['ListBucket'],
  'buckets.delete': ['DeleteBucket'],
  'buckets.get_location': ['GetBucketLocation'],
  'buckets.get_versioning': ['GetBucketVersioning'],
  'buckets.put_versioning': ['PutBucketVersioning'],
  'buckets.get_notification': ['GetBucketNotification'],
  'buckets.put_notification': ['PutBucketNotification'],
  'buckets.get_lifecycle': ['GetLifecycleConfiguration'],
  'buckets.put_lifecycle': ['PutLifecycleConfiguration'],
  'buckets.delete_lifecycle': ['PutLifecycleConfiguration'],
  'buckets.get_tagging': ['GetBucketTagging'],
  'buckets.put_tagging': ['PutBucketTagging'],
  'buckets.delete_tagging': ['PutBucketTagging'],
  'buckets.get_cors': ['GetBucketCORS'],
  'buckets.put_cors': ['PutBucketCORS'],
  'buckets.delete_cors': ['PutBucketCORS'],
  'buckets.get_encryption': ['GetEncryptionConfiguration'],
  'buckets.put_encryption': ['PutEncryptionConfiguration'],
  'buckets.delete_encryption': ['PutEncryptionConfiguration'],
  'buckets.get_public_access_block': ['GetBucketPublicAccessBlock'],
  'buckets.put_public_access_block': ['PutBucketPublicAccessBlock'],
  'buckets.delete_public_access_block': ['PutBucketPublicAccessBlock'],
  'buckets.get_policy': ['GetBucketPolicy'],
  'buckets.put_policy': ['PutBucketPolicy'],
  'buckets.delete_policy': ['DeleteBucketPolicy'],
  'buckets.get_policy_status': ['GetBucketPolicyStatus'],
  'buckets.get_ownership_controls': ['GetBucketOwnershipControls'],
  'buckets.put_ownership_controls': ['PutBucketOwnershipControls'],
  'buckets.get_object_lock': ['GetBucketObjectLockConfiguration'],
  'buckets.put_object_lock': ['PutBucketObjectLockConfiguration'],
  'buckets.get_acl': ['GetBucketAcl'],
  'buckets.put_acl': ['PutBucketAcl'],
  'objects.list': ['ListBucket'],
  'objects.list_v1': ['ListBucket'],
  'versions.list': ['ListBucketVersions'],
  'uploads.list': ['ListBucketMultipartUploads'],
  'objects.put': ['PutObject'],
  'objects.copy': ['PutObject'],
  'objects.get': ['GetObject'],
  'objects.head': ['GetObject'],
  'objects.get_attributes': ['GetObject', 'GetObjectAttributes'],
  'objects.delete': ['DeleteObject'],
  'objects.get_retention': ['GetObjectRetention'],
  'objects.put_retention': ['PutObjectRetention'],
  'objects.get_legal_hold': ['GetObjectLegalHold'],
  'objects.put_legal_hold': ['PutObjectLegalHold'],
  'objects.get_acl': ['GetObjectAcl'],
  'objects.put_acl': ['PutObjectAcl'],
  'objects.get_tagging': ['GetObjectTagging'],
  'objects.put_tagging': ['PutObjectTagging'],
  'objects.delete_tagging': ['DeleteObjectTagging'],
  'uploads.create': ['PutObject'],
  'uploads.put_part': ['PutObject'],
  'uploads.copy_part': ['PutObject'],
  'uploads.complete': ['PutObject'],
  'uploads.list_parts': ['ListMultipartUploadParts'],
  'uploads.abort': ['AbortMultipartUpload'],
}
/** Those that are another action where a version is named. */
const OF_VERSIONS = /^(Get|Delete|Put)Object(Tagging|Attributes|Acl)?$/
/** What headers ask for besides. */
const WITH: readonly (readonly [header: string, action: string])[] = [
  ['x-amz-tagging', 'PutObjectTagging'],
  ['x-amz-object-lock-mode', 'PutObjectRetention'],
  ['x-amz-object-lock-legal-hold', 'PutObjectLegalHold'],
  ['x-amz-bypass-governance-retention', 'BypassGovernanceRetention'],
]

/** Ends with a refusal where the bucket's policy denies a request, or where nobody signed it and no policy lets it in. */
export function authorize(ask: Ask, operation: string): void {
  const { account, place, query, header } = ask
  const bucket = place.bucket === undefined ? undefined : account.store.buckets.get(place.bucket)
  const needs = NEEDS[operation] ?? []
  if (bucket === undefined) {
    if (ask.principal !== undefined) return
    throw place.bucket === undefined || needs.length === 0 ? accessDenied() : noSuchBucket({ BucketName: place.bucket })
  }
  const versioned = query.has('versionId')
  const also = place.key === undefined ? [] : WITH.filter(([name]) => header(name) !== undefined).map(([, one]) => one)
  for (const action of [...needs, ...also])
    demand(ask, bucket, `s3:${action}${versioned && OF_VERSIONS.test(action) ? 'Version' : ''}`, place.key)
  // What is asked of many objects at once is asked of each; all else is for those who own the bucket.
  if (ask.principal === undefined && needs.length === 0 && operation !== 'objects.delete_many') throw accessDenied()
}

/** The same of one object that the address does not name. */
export function authorizeKey(ask: Ask, bucket: Bucket, action: string, key: string): void {
  demand(ask, bucket, action, key)
}

const policyOf = ({ settings }: Bucket): Policy | undefined => {
  const read = settings.policy === undefined ? undefined : readPolicy(settings.policy)
  return read !== undefined && 'policy' in read ? read.policy : undefined
}

function may(ask: Ask, bucket: Bucket, action: string, key: string | undefined): 'yes' | 'no' | 'never' {
  const policy = policyOf(bucket)
  if (policy === undefined) return ask.principal === undefined ? 'no' : 'yes'
  const verdict = weigh(policy, questionOf(ask, bucket, action, key))
  if (verdict === 'denied') return 'never'
  if (ask.principal !== undefined) return 'yes'
  const closed = isPublic(policy) && publicAccessBlocks(bucket).RestrictPublicBuckets
  return verdict === 'allowed' && !closed ? 'yes' : 'no'
}

function demand(ask: Ask, bucket: Bucket, action: string, key: string | undefined): void {
  const answer = may(ask, bucket, action, key)
  if (answer === 'yes') return
  // Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html (2026-11-26).
  throw answer === 'never' && ask.principal !== undefined
    ? new Refused(
        403,
        'AccessDenied',
        `User: ${ask.principal} is not authorized to perform: ${action} on resource: "${arnOf(bucket, key)}" with an explicit deny in a resource-based policy`,
      )
    : accessDenied()
}

/** Whoever may not list a bucket is not told what is not in it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (2026-11-26). */
export function hidingMissing(ask: Ask, answer: () => Response): Response {
  try {
    return answer()
  } catch (error) {
    const bucket = ask.account.store.buckets.get(ask.place.bucket ?? '')
    if (!(error instanceof Refused && error.code === 'NoSuchKey') || bucket === undefined) throw error
    if (may(ask, bucket, 's3:ListBucket', undefined) === 'yes') throw error
    throw accessDenied()
  }
}

const arnOf = ({ name }: Bucket, key: string | undefined): string =>
  `arn:aws:s3:::${name}${key === undefined ? '' : `/${key}`}`

function questionOf(ask: Ask, bucket: Bucket, action: string, key: string | undefined): Question {
  const { account, principal } = ask
  return {
    principal,
    account: account.id,
    action,
    resource: arnOf(bucket, key),
    known: (name) => knownOf(ask, bucket, name, key),
    unknown: (part) => notWeighed('s3', part),
  }
}

const HEADERS = ['s3:x-amz-acl', 's3:x-amz-storage-class', 's3:x-amz-server-side-encryption', 's3:x-amz-copy-source']
const QUERY: Readonly<Record<string, string>> = {
  's3:prefix': 'prefix',
  's3:delimiter': 'delimiter',
  's3:max-keys': 'max-keys',
  's3:versionid': 'versionId',
}

function knownOf(ask: Ask, bucket: Bucket, name: string, key: string | undefined): string | null | undefined {
  const { account, principal, header, query } = ask
  const [, kind, tag = ''] = /^s3:(existing|request)objecttag\/(.+)$/.exec(name) ?? []
  if (kind !== undefined) {
    const current = key === undefined ? undefined : account.current(bucket, key)
    const tags = kind === 'existing' ? current?.tags : tagsOfHeader(header('x-amz-tagging'))
    return Object.entries(tags ?? {}).find(([one]) => one.toLowerCase() === tag)?.[1] ?? null
  }
  if (HEADERS.includes(name)) return header(name.slice('s3:'.length)) ?? null
  if (Object.hasOwn(QUERY, name)) return query.get(QUERY[name] ?? '') ?? null
  switch (name) {
    case 'aws:useragent':
      return header('user-agent') ?? null
    case 'aws:referer':
      return header('referer') ?? null
    case 's3:resourceaccount':
      return account.id
    case 's3:tlsversion':
      return '1.3'
    default:
      return globalKey(name, { principal, account: account.id, nowMs: account.world.clock.now() })
  }
}
