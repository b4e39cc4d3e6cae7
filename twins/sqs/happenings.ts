import { z } from 'zod'
import { REGION } from '../aws/credentials.ts'
import type { Json } from '../trace.ts'
import type { Account } from './account.ts'
import { placeOf, type Queue } from './state.ts'

/** What others do to a queue. `queue` is its name or its ARN. */
export const HAPPENINGS = ['message.sent', 'visibility.expired'] as const

const sent = z.strictObject({
  queue: z.string(),
  body: z.union([z.string(), z.record(z.string(), z.json())]),
  group: z.string().optional(),
})
const expired = z.strictObject({ queue: z.string() })
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = { 'message.sent': sent, 'visibility.expired': expired }

export function happen(account: Account, event: string, fields: Json): void {
  switch (event as (typeof HAPPENINGS)[number]) {
    case 'message.sent': {
      const { queue, body, group } = read(sent, event, '{ queue, body }', fields)
      const found = find(account, event, queue)
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      account.enqueue(found, { body: text, attributes: {}, group: found.fifo ? (group ?? 'default') : group })
      return
    }
    case 'visibility.expired': {
      const found = find(account, event, read(expired, event, '{ queue }', fields).queue)
      const nowMs = account.world.clock.now()
      for (const message of account.store.messages(found).values())
        if (message.receives > 0 && message.visible_ms > nowMs) account.show(found, message, nowMs)
      return
    }
    default:
      throw new Error(`sqs: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  }
}

function read<T>(schema: z.ZodType<T>, event: string, shape: string, fields: Json): T {
  const parsed = schema.safeParse(fields)
  if (!parsed.success) throw new Error(`sqs.${event}: expected ${shape}, got ${JSON.stringify(fields)}.`)
  return parsed.data
}

function find(account: Account, event: string, name: string): Queue {
  const found = name.startsWith('arn:')
    ? account.find(name)
    : account.store.queues.get(placeOf({ region: REGION, name }))
  if (found === undefined) {
    const owner = name.startsWith('arn:') ? name.split(':')[4] : undefined
    const wayOut =
      owner === undefined || owner === account.id
        ? 'Seed it, or create it first.'
        : `The account is ${account.id}: name the same one as "account" under given.sqs and given.s3.`
    throw new Error(`sqs.${event}: expected a queue "${name}", got none. ${wayOut}`)
  }
  return found
}
