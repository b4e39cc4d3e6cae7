import type { Node } from '../../aws/xml.ts'
import { parseXml } from '../../aws/xml.ts'
import { type Ask, bucketOf, type Handler, keyOf, xmlOf } from '../ask.ts'
import { receivedBody } from '../content.ts'
import { canShorten, LOCK, lockedUntil } from '../lock.ts'
import type { Bucket, Retention, StoredObject } from '../state.ts'
import { accessDenied, document, invalidArgument, malformedXml, NAMESPACE, Refused } from '../wire.ts'
import { objectOf } from './objects.ts'

export const getLock: Handler = (ask) => {
  const { settings, name } = bucketOf(ask)
  if (settings[LOCK] === undefined)
    throw new Refused(
      404,
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
      { BucketName: name },
    )
  return new Response(settings[LOCK], { headers: { 'Content-Type': 'application/xml' } })
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html (2026-11-26). */
export const putLock: Handler = (ask) => {
  const bucket = bucketOf(ask)
  receivedBody(ask)
  const root = xmlOf(ask, 'ObjectLockConfiguration')
  if (root.one('ObjectLockEnabled')?.text !== 'Enabled') throw malformedXml()
  const usual = root.one('Rule')?.one('DefaultRetention')
  if (usual !== undefined && (usual.one('Days') === undefined) === (usual.one('Years') === undefined))
    throw malformedXml()
  if (bucket.versioning !== 'Enabled')
    throw new Refused(
      409,
      'InvalidBucketState',
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    )
  bucket.settings = { ...bucket.settings, [LOCK]: ask.body.toString() }
  return new Response(null)
}

function lockable(ask: Ask): { readonly bucket: Bucket; readonly object: StoredObject } {
  const bucket = bucketOf(ask)
  if (bucket.settings[LOCK] === undefined)
    throw new Refused(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration')
  return { bucket, object: objectOf(ask, bucket, keyOf(ask)) }
}

const none = (): Refused =>
  new Refused(404, 'NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration')

export const getRetention: Handler = (ask) => {
  const { retention } = lockable(ask).object
  if (retention === null) throw none()
  return document([
    `Retention ${NAMESPACE}`,
    [
      ['Mode', retention.mode],
      ['RetainUntilDate', new Date(retention.until_ms).toISOString()],
    ],
  ])
}

export const putRetention: Handler = (ask) => {
  const { object } = lockable(ask)
  receivedBody(ask)
  const { world, store } = ask.account
  const retention = retentionOf(xmlOf(ask, 'Retention'), world.clock.now())
  const bypass = ask.header('x-amz-bypass-governance-retention') === 'true'
  if (!canShorten(object, retention, bypass, world.clock.now())) throw accessDenied()
  store.replace({ ...object, retention })
  return new Response(null)
}

/** An empty document takes the retention away. */
function retentionOf(node: Node, nowMs: number): Retention | null {
  const [mode, date] = [node.one('Mode')?.text, node.one('RetainUntilDate')?.text]
  if (mode === undefined && date === undefined) return null
  const until_ms = Date.parse(date ?? '')
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || Number.isNaN(until_ms)) throw malformedXml()
  if (until_ms <= nowMs)
    throw invalidArgument('The retain until date must be in the future!', 'RetainUntilDate', date ?? '')
  return { mode, until_ms }
}

export const getLegalHold: Handler = (ask) => {
  const { legal_hold } = lockable(ask).object
  if (legal_hold === null) throw none()
  return document([`LegalHold ${NAMESPACE}`, [['Status', legal_hold]]])
}

export const putLegalHold: Handler = (ask) => {
  const { object } = lockable(ask)
  receivedBody(ask)
  const status = parseXml(ask.body.toString(), 'LegalHold')?.one('Status')?.text
  if (status !== 'ON' && status !== 'OFF') throw malformedXml()
  ask.account.store.replace({ ...object, legal_hold: status })
  return new Response(null)
}

/** Throws where a version is under a lock that the caller cannot lift. */
export function checkLock(ask: Ask, object: StoredObject): void {
  const bypass = ask.header('x-amz-bypass-governance-retention') === 'true'
  if (lockedUntil(object, bypass, ask.account.world.clock.now()))
    throw new Refused(403, 'AccessDenied', 'Access Denied because object protected by object lock.')
}
