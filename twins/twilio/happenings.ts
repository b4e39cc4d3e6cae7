import { z } from 'zod'
import type { Json } from '../trace.ts'
import { optOut, receive } from './inbound.ts'
import type { Site } from './site.ts'

const number = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a number such as +14155552671')
const media = z.array(z.url()).optional()

/** What can happen at the other end of the line. */
const SHAPES = {
  'message.received': z.strictObject({ from: number, to: number, body: z.string().optional(), media }),
  'recipient.stopped': z.strictObject({ number, sender: z.string().optional() }),
  'recipient.started': z.strictObject({ number }),
  'recipient.unreachable': z.strictObject({ number, error: z.int().optional() }),
  'recipient.reachable': z.strictObject({ number }),
} as const
export const HAPPENINGS: readonly string[] = Object.keys(SHAPES)

/** Throws on an event nobody has heard of, and on fields it does not have. */
export function happen(site: Site, event: string, fields: Json): void {
  const parse = <T>(shape: z.ZodType<T>): T => {
    const parsed = shape.safeParse(fields)
    if (!parsed.success)
      throw new Error(
        `twilio.${event}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; ')}, got ${JSON.stringify(fields)}.`,
      )
    return parsed.data
  }
  switch (event) {
    case 'message.received': {
      const { from, to, body = '', media = [] } = parse(SHAPES[event])
      if (site.store.numbers.find(to).length === 0)
        throw new Error(
          `twilio.${event}: expected "to" to be a number of the account, got ${to}. Give the seed its numbers.`,
        )
      receive(site, { from, to, body, media })
      return
    }
    case 'recipient.stopped': {
      const { number, sender = '*' } = parse(SHAPES[event])
      return optOut(site, number, sender, true)
    }
    case 'recipient.started':
      return optOut(site, parse(SHAPES[event]).number, '*', false)
    case 'recipient.unreachable': {
      const { number, error = 30003 } = parse(SHAPES[event])
      site.store.recipients.put({ id: number, error })
      return
    }
    case 'recipient.reachable':
      site.store.recipients.put({ id: parse(SHAPES[event]).number, error: null })
      return
    default:
      throw new Error(`twilio: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  }
}
