import { type Ask, queueOf } from './ask.ts'
import { throttled } from './wire.ts'

/**
 * How many calls of each of these a FIFO queue takes in a second, unless it is one of high throughput.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html (2026-11-26).
 */
const CALLS_A_SECOND = 300
const COUNTED = ['SendMessage', 'SendMessageBatch', 'ReceiveMessage', 'DeleteMessage', 'DeleteMessageBatch']

/** Counts a call of a FIFO queue. Throws where it is one too many in a second of the clock. */
export function pace(ask: Ask, target: string): void {
  if (!COUNTED.includes(target) || typeof ask.body.QueueUrl !== 'string') return
  const queue = queueOf(ask)
  if (!queue.fifo || queue.attributes.FifoThroughputLimit === 'perMessageGroupId') return
  const second = Math.floor(ask.account.world.clock.now() / 1000)
  const before = queue.calls[target]
  const count = before?.second === second ? before.count + 1 : 1
  if (count > CALLS_A_SECOND) throw throttled()
  queue.calls = { ...queue.calls, [target]: { second, count } }
}
