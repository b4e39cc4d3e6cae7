import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3'
import { afterEach, expect, test, vi } from 'vitest'
import { errorOf } from '../aws/support.ts'
import { bench } from './support.ts'

afterEach(() => void vi.useRealTimers())

const Bucket = 'vault'
const day = (n: number): Date => new Date(Date.UTC(2030, 0, 1 + n))

test('a version under retention or a legal hold stays until both are over', async () => {
  const { client, advance } = bench({})
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  const at = { Bucket, Key: 'a' }
  const { VersionId } = await client.send(
    new PutObjectCommand({ ...at, Body: 'x', ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: day(2) }),
  )
  const version = { ...at, ...(VersionId === undefined ? {} : { VersionId }) }
  const remove = (more: object = {}) => client.send(new DeleteObjectCommand({ ...version, ...more }))
  expect(await client.send(new HeadObjectCommand(at))).toMatchObject({
    ObjectLockMode: 'GOVERNANCE',
    ObjectLockRetainUntilDate: day(2),
  })
  expect(await errorOf(remove())).toMatchObject({
    name: 'AccessDenied',
    message: 'Access Denied because object protected by object lock.',
  })
  const retain = (Mode: 'GOVERNANCE' | 'COMPLIANCE', until: number, more: object = {}) =>
    client.send(
      new PutObjectRetentionCommand({ ...version, Retention: { Mode, RetainUntilDate: day(until) }, ...more }),
    )
  expect(await errorOf(retain('GOVERNANCE', 1))).toMatchObject({ name: 'AccessDenied' })
  await retain('GOVERNANCE', 1, { BypassGovernanceRetention: true })
  await retain('COMPLIANCE', 3)
  expect(await errorOf(remove({ BypassGovernanceRetention: true }))).toMatchObject({ name: 'AccessDenied' })
  await client.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'ON' } }))
  expect((await client.send(new GetObjectLegalHoldCommand(version))).LegalHold).toEqual({ Status: 'ON' })
  await advance(4 * 86_400_000)
  expect(await errorOf(remove())).toMatchObject({ name: 'AccessDenied' })
  await client.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'OFF' } }))
  await remove()
  expect(
    await errorOf(
      client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
    ),
  ).toMatchObject({ name: 'InvalidBucketState' })
})

test('a bucket locks what is put there by its own rule, and one without a lock takes none', async () => {
  const { client } = bench({ buckets: [{ name: Bucket, versioning: true }] })
  expect(await errorOf(client.send(new GetObjectLockConfigurationCommand({ Bucket })))).toMatchObject({
    name: 'ObjectLockConfigurationNotFoundError',
  })
  expect(
    await errorOf(client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ObjectLockLegalHoldStatus: 'ON' }))),
  ).toMatchObject({ name: 'InvalidRequest' })
  await client.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
      },
    }),
  )
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
  expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).toMatchObject({
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: day(1),
  })
})
