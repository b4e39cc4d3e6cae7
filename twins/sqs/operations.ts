import type { Handler } from './ask.ts'
import * as permissions from './permissions.ts'
import * as messages from './routes/messages.ts'
import * as moves from './routes/moves.ts'
import * as queues from './routes/queues.ts'

type Operation = readonly [operation: string, handler: Handler]

/** What stands behind `AmazonSQS.` in X-Amz-Target, as an operation and who answers it. */
export const TARGETS: ReadonlyMap<string, Operation> = new Map(
  Object.entries<Operation>({
    CreateQueue: ['queues.create', queues.create],
    GetQueueUrl: ['queues.get_url', queues.getUrl],
    ListQueues: ['queues.list', queues.listQueues],
    DeleteQueue: ['queues.delete', queues.remove],
    PurgeQueue: ['queues.purge', queues.purge],
    GetQueueAttributes: ['queues.get_attributes', queues.getAttributes],
    SetQueueAttributes: ['queues.set_attributes', queues.setAttributes],
    ListDeadLetterSourceQueues: ['queues.list_dead_letter_sources', queues.deadLetterSources],
    AddPermission: ['queues.add_permission', permissions.add],
    RemovePermission: ['queues.remove_permission', permissions.remove],
    TagQueue: ['queues.tag', queues.tag],
    UntagQueue: ['queues.untag', queues.untag],
    ListQueueTags: ['queues.list_tags', queues.listTags],
    SendMessage: ['messages.send', messages.send],
    SendMessageBatch: ['messages.send_batch', messages.sendBatch],
    ReceiveMessage: ['messages.receive', messages.receive],
    DeleteMessage: ['messages.delete', messages.remove],
    DeleteMessageBatch: ['messages.delete_batch', messages.removeBatch],
    ChangeMessageVisibility: ['messages.change_visibility', messages.changeVisibility],
    ChangeMessageVisibilityBatch: ['messages.change_visibility_batch', messages.changeVisibilityBatch],
    StartMessageMoveTask: ['move_tasks.start', moves.start],
    CancelMessageMoveTask: ['move_tasks.cancel', moves.cancel],
    ListMessageMoveTasks: ['move_tasks.list', moves.list],
  }),
)
