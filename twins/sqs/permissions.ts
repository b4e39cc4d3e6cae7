import { globalKey, notWeighed, type Policy, readPolicy, weigh } from '../aws/policy.ts'
import type { Json } from '../trace.ts'
import type { Ask, Handler } from './ask.ts'
import { list, queueOf, textOf } from './ask.ts'
import type { Queue } from './state.ts'
import { forbidden, invalid, invalidValue, missing, REFUSED_SIGNATURES } from './wire.ts'

/** Operations that are no action of their own: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html (2026-11-26). */
const ACTIONS: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
}
/** What no queue can forbid, or what names its queues in another way. */
const UNWEIGHED = ['CreateQueue', 'ListQueues', 'GetQueueUrl', 'StartMessageMoveTask', 'CancelMessageMoveTask']

export const policyOf = ({ attributes }: Pick<Queue, 'attributes'>): Policy => {
  const read = readPolicy(attributes.Policy ?? '')
  return 'policy' in read ? read.policy : []
}

/** Ends with a refusal where the queue's policy denies a request, or where nobody signed it and no policy lets it in. */
export function authorize(ask: Ask, target: string): void {
  const { account, body, principal } = ask
  const named = !UNWEIGHED.includes(target) && typeof body.QueueUrl === 'string'
  if (!named) {
    if (principal === undefined) throw REFUSED_SIGNATURES.anonymous()
    return
  }
  const queue = queueOf(ask)
  const action = `sqs:${ACTIONS[target] ?? target}`
  const resource = account.arnOf(queue)
  const verdict = weigh(policyOf(queue), {
    principal,
    account: account.id,
    action,
    resource,
    known: (key) => globalKey(key, { principal, account: account.id, nowMs: account.world.clock.now() }),
    unknown: (part) => notWeighed('sqs', part),
  })
  if (principal === undefined && verdict !== 'allowed') throw REFUSED_SIGNATURES.anonymous()
  if (verdict === 'denied' && principal !== undefined)
    throw forbidden(
      `User: ${principal} is not authorized to perform: ${action.toLowerCase()} on resource: ${resource} with an explicit deny in a resource-based policy`,
    )
}

type Documents = Readonly<Record<string, Json>>

const documentOf = ({ attributes }: Queue, arn: string): { readonly [field: string]: Json; Statement: Documents[] } => {
  const kept = attributes.Policy === undefined ? {} : (JSON.parse(attributes.Policy) as Documents)
  const statements = [kept.Statement ?? []].flat() as Documents[]
  return { Version: '2008-10-17', Id: `${arn}/SQSDefaultPolicy`, ...kept, Statement: statements }
}

/** Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html (2026-11-26). */
export const add: Handler = (ask) => {
  const queue = queueOf(ask)
  const label = textOf(ask, 'Label')
  if (!/^[\w-]{1,80}$/.test(label))
    throw invalidValue('Label can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length')
  const [accounts, actions] = [list(ask, 'AWSAccountIds'), list(ask, 'Actions')]
  if (accounts.length === 0) throw missing('AWSAccountIds')
  if (actions.length === 0) throw missing('Actions')
  const arn = ask.account.arnOf(queue)
  const document = documentOf(queue, arn)
  if (document.Statement.some(({ Sid }) => Sid === label)) throw invalid(label, 'Label', 'Already exists.')
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: accounts.map((id) => `arn:aws:iam::${id}:root`) },
    Action: actions.map((action) => (action === '*' ? 'SQS:*' : `SQS:${action}`)),
    Resource: arn,
  }
  const Policy = JSON.stringify({ ...document, Statement: [...document.Statement, statement] })
  ask.account.setAttributes(queue, { Policy })
  return null
}

export const remove: Handler = (ask) => {
  const queue = queueOf(ask)
  const label = textOf(ask, 'Label')
  const document = documentOf(queue, ask.account.arnOf(queue))
  const Statement = document.Statement.filter(({ Sid }) => Sid !== label)
  if (Statement.length === document.Statement.length)
    throw invalid(label, 'Label', "can't find label on existing policy.")
  ask.account.setAttributes(queue, { Policy: Statement.length === 0 ? '' : JSON.stringify({ ...document, Statement }) })
  return null
}
