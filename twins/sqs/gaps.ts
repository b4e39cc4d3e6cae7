import { PARTS } from '../aws/policy.ts'
import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  PARTS,
  {
    what: 'who may do what',
    why: 'Assumed: everybody of the account whom no queue’s policy denies it; a key pair is of its `arn` in the seed, or of user/app.',
  },
  { what: 'high throughput of FIFO queues', why: 'Assumed: without a limit; AWS has one that differs by region.' },
  { what: 'queues of other accounts', why: 'There is one account in a world.' },
  { what: 'the query protocol', why: 'Every current SDK speaks JSON, with X-Amz-Target.' },
  { what: 'encryption with KMS keys', why: 'There is no KMS; messages are kept in the clear, as with SQS-owned keys.' },
  { what: 'ReceiveRequestAttemptId', why: 'A receive that is asked for twice is two receives here.' },
  {
    what: 'how soon attributes take effect',
    why: 'Assumed: at once. AWS says within 60 seconds, and 15 minutes for the retention period.',
  },
  { what: 'how many messages are in flight', why: 'Assumed: never more than the 120,000 that AWS allows.' },
  { what: 'the order of a standard queue', why: 'Assumed: as sent, until a fault on sqs.webhook reorders it.' },
  {
    what: 'receipt handles after their timeout',
    why: 'Assumed: such a handle still deletes from a standard queue until the message is received again, and changes no visibility.',
  },
  { what: 'the pace of a message move', why: 'Assumed: 50 messages a second where no rate is asked for.' },
]
