import { PARTS } from '../aws/policy.ts'
import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'ACLs', why: 'One account owns everything; buckets have ACLs turned off, as new ones have.' },
  PARTS,
  {
    what: 'who may do what',
    why: 'Assumed: everybody of the account whom no bucket policy denies it; a key pair is of its `arn` in the seed, or of user/app.',
  },
  { what: 'whom queues listen to', why: 'Assumed: to every bucket of the account; AWS asks the policy of the queue.' },
  {
    what: 'other settings of buckets',
    why: 'Replication, inventory, analytics, metrics, logging, websites, acceleration and payers change no answer that is modelled.',
  },
  { what: 'deleting with MFA', why: 'Nobody has a second factor here.' },
  { what: 'encryption with keys', why: 'There is no KMS, and customers’ keys are not taken; objects say AES256.' },
  { what: 'archives', why: 'Glacier classes and restoring are not modelled.' },
  { what: 'queries, torrents, renames and annotations', why: 'Objects are read and written whole, or by range.' },
  { what: 'appending to objects', why: 'Write offsets belong to directory buckets.' },
  { what: 'access points and directory buckets', why: 'Buckets are reached by their name.' },
  {
    what: 'other signatures than version 4',
    why: 'Version 2 is of the past, 4A is for access points of several regions.',
  },
  { what: 'XXHASH checksums', why: 'CRC, SHA and MD5 are checked.' },
  { what: 'several ranges at once', why: 'S3 itself answers one range.' },
  { what: 'notifications to topics, functions and EventBridge', why: 'Queues are notified.' },
  {
    what: 'when lifecycle rules are at work',
    why: 'Assumed: at the midnight on which something is due; AWS may take longer, and bills nothing from then on.',
  },
  {
    what: 'keys with dots as path segments',
    why: 'Assumed: nobody uses them; an address drops /./ and /../ before it is sent.',
  },
  {
    what: 'headers in the query of a presigned address',
    why: 'Assumed: they count as headers, but for checksums, which S3 is reported to ignore there.',
  },
  { what: 'ending an upload twice', why: 'Assumed: 404 NoSuchUpload, as for one that never was.' },
  { what: 'what storage and traffic cost', why: 'Assumed: requests alone are billed.' },
]
