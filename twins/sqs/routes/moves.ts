import type { Json } from '../../trace.ts'
import type { Account } from '../account.ts'
import { type Ask, type Handler, optionalNumber, optionalText, textOf } from '../ask.ts'
import { redrivePolicy } from '../attributes.ts'
import type { MoveTask, Queue } from '../state.ts'
import { invalid, invalidValue, noSuchResource, unsupported } from '../wire.ts'

const PER_SECOND = { min: 1, max: 500 }
/** What AWS calls system optimized. */
const PER_SECOND_USUAL = 50

/** Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html (2026-11-26). */
export const start: Handler = (ask) => {
  const { account } = ask
  const source = queueAt(ask, textOf(ask, 'SourceArn'))
  const target = optionalText(ask, 'DestinationArn')
  const per_second = optionalNumber(ask, 'MaxNumberOfMessagesPerSecond', PER_SECOND, (value) =>
    invalid(value, 'MaxNumberOfMessagesPerSecond', 'Must be between 1 and 500, if provided.'),
  )
  const arn = account.arnOf(source)
  const isTarget = [...account.store.queues.values()].some(
    ({ attributes }) => redrivePolicy(attributes)?.deadLetterTargetArn === arn,
  )
  if (!isTarget) throw invalidValue('Source queue must be configured as a Dead Letter Queue.')
  if (target !== undefined) {
    const destination = queueAt(ask, target)
    if (destination.fifo !== source.fifo)
      throw invalidValue('Source queue and destination queue must be of the same type.')
  }
  if ([...account.store.moves.values()].some((task) => task.source === arn && task.status === 'RUNNING'))
    throw unsupported(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    )
  const handle = Buffer.from(
    JSON.stringify({ taskId: account.world.draw('move task').text(22), sourceArn: arn }),
  ).toString('base64')
  const task: MoveTask = {
    handle,
    source: arn,
    destination: target ?? null,
    per_second: per_second ?? null,
    status: 'RUNNING',
    moved: 0,
    to_move: account.store.messages(source).size,
    started_ms: account.world.clock.now(),
  }
  account.store.moves.set(handle, task)
  proceed(account, source, task)
  return { TaskHandle: handle }
}

function queueAt({ account }: Ask, arn: string): Queue {
  const queue = account.find(arn)
  if (queue === undefined)
    throw noSuchResource(`The resource that you specified for the SourceArn parameter doesn't exist.`)
  return queue
}

/** One message, and then the next in its time. Messages that somebody has received are left to them. */
function proceed(account: Account, source: Queue, task: MoveTask): void {
  const { clock } = account.world
  const everyMs = Math.ceil(1000 / (task.per_second ?? PER_SECOND_USUAL))
  const step = (): void => {
    // A restore has put another task in its place.
    if (account.store.moves.get(task.handle) !== task) return
    if (task.status === 'CANCELLING') task.status = 'CANCELLED'
    if (task.status !== 'RUNNING') return
    const message = [...account.store.messages(source).values()].find(({ visible_ms }) => visible_ms <= clock.now())
    if (message === undefined) {
      task.status = 'COMPLETED'
      return
    }
    const target = account.find(task.destination ?? message.given_up_in ?? '')
    if (target === undefined) {
      task.status = 'FAILED'
      return
    }
    account.move(source, target, message, null)
    task.moved += 1
    clock.schedule(everyMs, step, 'message move')
  }
  clock.schedule(everyMs, step, 'message move')
}

/** Goes on with what a snapshot found under way. */
export function resume(account: Account): void {
  for (const task of account.store.moves.values()) {
    const source = account.find(task.source)
    if (source !== undefined) proceed(account, source, task)
  }
}

export const cancel: Handler = (ask) => {
  const handle = textOf(ask, 'TaskHandle')
  const task = ask.account.store.moves.get(handle)
  if (task === undefined) throw noSuchResource('Task does not exist.')
  if (task.status !== 'RUNNING') throw unsupported('Only active tasks can be cancelled.')
  task.status = 'CANCELLING'
  return { ApproximateNumberOfMessagesMoved: task.moved }
}

export const list: Handler = (ask) => {
  const arn = ask.account.arnOf(queueAt(ask, textOf(ask, 'SourceArn')))
  const max = optionalNumber(ask, 'MaxResults', { min: 1, max: 10 }, (value) =>
    invalid(value, 'MaxResults', 'Must be between 1 and 10, if provided.'),
  )
  const tasks = [...ask.account.store.moves.values()].filter(({ source }) => source === arn).reverse()
  return { Results: tasks.slice(0, max ?? 1).map(shown) }
}

const shown = (task: MoveTask): Json => ({
  ...(task.status === 'RUNNING' ? { TaskHandle: task.handle } : {}),
  Status: task.status,
  SourceArn: task.source,
  ...(task.destination === null ? {} : { DestinationArn: task.destination }),
  ...(task.per_second === null ? {} : { MaxNumberOfMessagesPerSecond: task.per_second }),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.to_move,
  StartedTimestamp: task.started_ms,
})
