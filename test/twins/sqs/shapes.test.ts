import { expect, test } from 'vitest'
import type { Json } from '../../../twins/trace.ts'
import { shapes } from '../../support/shapes/sqs.ts'

test.each<readonly [operation: string, status: number, body: Json, lines: readonly string[]]>([
  ['messages.send', 200, { MessageId: 'm', MD5OfMessageBody: 'x' }, []],
  [
    'messages.send',
    200,
    { MessageId: 1, Extra: 'x' },
    ['MessageId: is a string, not 1', 'Extra: is no member of SendMessageResult'],
  ],
  [
    'messages.receive',
    200,
    { Messages: [{ Attributes: { SentTimestamp: 1 } }] },
    ['Messages[].Attributes.*: is a string, not 1'],
  ],
  ['messages.receive', 200, { Messages: {} }, ['Messages: is a list']],
  ['messages.send_batch', 200, { Failed: [{ Id: 'a', Code: 'x' }] }, ['Failed[].SenderFault: is missing']],
  [
    'move_tasks.cancel',
    200,
    { ApproximateNumberOfMessagesMoved: '3' },
    ['ApproximateNumberOfMessagesMoved: is a number, not "3"'],
  ],
  ['messages.send', 400, { message: 'x' }, ['an error: has __type and message']],
  ['messages.shout', 200, {}, ['the operation: is none of the SDK']],
])('an answer to %s with %d and %j is seen for what it is', (operation, status, body, lines) => {
  const answered = { operation, method: 'POST', url: new URL('https://sqs.us-east-1.amazonaws.com/'), status, body }
  expect(shapes(answered)).toEqual(lines)
})
