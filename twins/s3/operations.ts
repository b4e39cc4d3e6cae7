import type { Handler } from './ask.ts'
import * as buckets from './routes/buckets.ts'
import * as lists from './routes/lists.ts'
import * as lock from './routes/lock.ts'
import * as objects from './routes/objects.ts'
import * as policies from './routes/policies.ts'
import * as settings from './routes/settings.ts'
import * as tagging from './routes/tagging.ts'
import * as uploads from './routes/uploads.ts'

/** What a request costs: https://aws.amazon.com/s3/pricing/ (2026-11-26). */
type Sku = 'write' | 'read' | 'free'
type Operation = readonly [operation: string, sku: Sku, handler: Handler]

/** Routes, as `place.ts` words them. */
export const ROUTES: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({
    'GET service': ['buckets.list', 'write', buckets.list],
    'PUT bucket': ['buckets.create', 'write', buckets.create],
    'HEAD bucket': ['buckets.head', 'read', buckets.head],
    'DELETE bucket': ['buckets.delete', 'free', buckets.remove],
    'GET bucket?location': ['buckets.get_location', 'read', buckets.location],
    'GET bucket?versioning': ['buckets.get_versioning', 'read', buckets.getVersioning],
    'PUT bucket?versioning': ['buckets.put_versioning', 'write', buckets.putVersioning],
    'GET bucket?notification': ['buckets.get_notification', 'read', buckets.getNotification],
    'PUT bucket?notification': ['buckets.put_notification', 'write', buckets.putNotification],
    'GET bucket?lifecycle': ['buckets.get_lifecycle', 'read', buckets.getLifecycle],
    'PUT bucket?lifecycle': ['buckets.put_lifecycle', 'write', buckets.putLifecycle],
    'DELETE bucket?lifecycle': ['buckets.delete_lifecycle', 'free', buckets.removeLifecycle],
    'GET bucket?tagging': ['buckets.get_tagging', 'read', tagging.getBucket],
    'PUT bucket?tagging': ['buckets.put_tagging', 'write', tagging.putBucket],
    'DELETE bucket?tagging': ['buckets.delete_tagging', 'free', tagging.removeBucket],
    'GET bucket?cors': ['buckets.get_cors', 'read', settings.getCors],
    'PUT bucket?cors': ['buckets.put_cors', 'write', settings.putCors],
    'DELETE bucket?cors': ['buckets.delete_cors', 'free', settings.removeCors],
    'GET bucket?encryption': ['buckets.get_encryption', 'read', settings.getEncryption],
    'PUT bucket?encryption': ['buckets.put_encryption', 'write', settings.putEncryption],
    'DELETE bucket?encryption': ['buckets.delete_encryption', 'free', settings.removeEncryption],
    'GET bucket?publicAccessBlock': ['buckets.get_public_access_block', 'read', settings.getPublicAccessBlock],
    'PUT bucket?publicAccessBlock': ['buckets.put_public_access_block', 'write', settings.putPublicAccessBlock],
    'DELETE bucket?publicAccessBlock': ['buckets.delete_public_access_block', 'free', settings.removePublicAccessBlock],
    'GET bucket?policy': ['buckets.get_policy', 'read', policies.getPolicy],
    'PUT bucket?policy': ['buckets.put_policy', 'write', policies.putPolicy],
    'DELETE bucket?policy': ['buckets.delete_policy', 'free', policies.removePolicy],
    'GET bucket?policyStatus': ['buckets.get_policy_status', 'read', policies.getPolicyStatus],
    'GET bucket?ownershipControls': ['buckets.get_ownership_controls', 'read', settings.getOwnershipControls],
    'PUT bucket?ownershipControls': ['buckets.put_ownership_controls', 'write', settings.putOwnershipControls],
    'GET bucket?object-lock': ['buckets.get_object_lock', 'read', lock.getLock],
    'PUT bucket?object-lock': ['buckets.put_object_lock', 'write', lock.putLock],
    'GET object?retention': ['objects.get_retention', 'read', lock.getRetention],
    'PUT object?retention': ['objects.put_retention', 'write', lock.putRetention],
    'GET object?legal-hold': ['objects.get_legal_hold', 'read', lock.getLegalHold],
    'PUT object?legal-hold': ['objects.put_legal_hold', 'write', lock.putLegalHold],
    'GET bucket?acl': ['buckets.get_acl', 'read', settings.getAcl],
    'PUT bucket?acl': ['buckets.put_acl', 'write', settings.putAcl],
    'GET object?acl': ['objects.get_acl', 'read', settings.getAcl],
    'PUT object?acl': ['objects.put_acl', 'write', settings.putAcl],
    'GET bucket?list-type': ['objects.list', 'write', lists.second],
    'GET bucket': ['objects.list_v1', 'write', lists.first],
    'GET bucket?versions': ['versions.list', 'write', lists.versions],
    'GET bucket?uploads': ['uploads.list', 'write', lists.uploads],
    'POST bucket?delete': ['objects.delete_many', 'free', objects.removeMany],
    'PUT object': ['objects.put', 'write', objects.put],
    'PUT object copy': ['objects.copy', 'write', objects.copy],
    'GET object': ['objects.get', 'read', objects.get],
    'HEAD object': ['objects.head', 'read', objects.get],
    'DELETE object': ['objects.delete', 'free', objects.remove],
    'GET object?attributes': ['objects.get_attributes', 'read', objects.attributes],
    'GET object?tagging': ['objects.get_tagging', 'read', tagging.get],
    'PUT object?tagging': ['objects.put_tagging', 'write', tagging.put],
    'DELETE object?tagging': ['objects.delete_tagging', 'free', tagging.remove],
    'POST object?uploads': ['uploads.create', 'write', uploads.create],
    'PUT object?uploadId': ['uploads.put_part', 'write', uploads.putPart],
    'PUT object?uploadId copy': ['uploads.copy_part', 'write', uploads.copyPart],
    'GET object?uploadId': ['uploads.list_parts', 'read', uploads.listParts],
    'POST object?uploadId': ['uploads.complete', 'write', uploads.complete],
    'DELETE object?uploadId': ['uploads.abort', 'free', uploads.abort],
  } satisfies Record<string, Operation>),
)

/** A browser's form, which is signed in another way than all the others. */
export const POST_ROUTE = 'POST bucket'
export const POST_OPERATION = 'objects.post'
/** A browser that asks before it sends, which nobody signs. */
export const PREFLIGHT = 'OPTIONS'
export const PREFLIGHT_OPERATION = 'preflight'
