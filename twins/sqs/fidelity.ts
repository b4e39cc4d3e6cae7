import { sign, wasKnown } from '../aws/fidelity.ts'
import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { regionOf } from './ask.ts'

/** Recordings name the account and the queues that they were made in; nothing else is known of them. */
export const FIDELITY: FidelityProfile = {
  authorize(headers, exchange, sending) {
    if (!wasKnown(exchange)) return
    sign(headers, sending, { service: 'sqs', region: regionOf(sending.url), pathOnce: false })
  },
  given,
}

const QUEUE = /\/(\d{12})\/([\w-]+(?:\.fifo)?)/
const MISSING = /NonExistentQueue|QueueDoesNotExist/

/** Queues that a recording uses and neither makes nor finds missing. */
function given(exchanges: readonly Exchange[]): Json {
  const queues = new Map<string, Json>()
  const made = new Set<string>()
  let account: string | undefined
  for (const { url, requestBody, responseBody } of exchanges) {
    const [asked, answer] = [
      Buffer.from(requestBody).toString(),
      Buffer.from(responseBody ?? new Uint8Array()).toString(),
    ]
    const region = regionOf(new URL(url))
    const [, owner, told] = QUEUE.exec(answer) ?? []
    account ??= owner
    const created = /"QueueName":"([^"]+)"/.exec(asked)?.[1]
    if (created !== undefined && told === created) made.add(`${region}/${created}`)
    const [, of, name] = QUEUE.exec(asked) ?? []
    account ??= of
    if (name === undefined || made.has(`${region}/${name}`) || MISSING.test(answer)) continue
    queues.set(`${region}/${name}`, {
      name,
      region,
      attributes: name.endsWith('.fifo') ? { FifoQueue: 'true' } : {},
    })
  }
  return { ...(account === undefined ? {} : { account }), queues: [...queues.values()] }
}
