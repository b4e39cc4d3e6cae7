import { z } from 'zod'
import type { Json } from '../trace.ts'
import { end, isOver, ring } from './calls.ts'
import { isWhatsApp } from './channels.ts'
import { optOut, receive } from './inbound.ts'
import { read } from './lifecycle.ts'
import type { Site } from './site.ts'

const number = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a number such as +14155552671')
const address = z
  .string()
  .regex(/^(whatsapp:)?\+[1-9]\d{6,14}$/, 'expected a number such as +14155552671, or whatsapp:+14155552671')
const media = z.array(z.url()).optional()

/** What can happen at the other end of the line. */
const SHAPES = {
  'message.received': z.strictObject({ from: address, to: address, body: z.string().optional(), media }),
  'call.received': z.strictObject({
    from: number,
    to: number,
    presses: z.string().optional(),
    hangs_up_after_s: z.int().min(0).optional(),
  }),
  /** Whoever is on a call with that number hangs up. */
  'call.hung_up': z.strictObject({ number }),
  'recipient.stopped': z.strictObject({ number, sender: z.string().optional() }),
  'recipient.started': z.strictObject({ number }),
  /** Of WhatsApp: a message that was delivered, by its SID; the latest to somebody when that is named. */
  'message.read': z.strictObject({ message: z.string().optional(), to: address.optional() }),
  /** Meta has looked at a template. */
  'content.approved': z.strictObject({ content: z.string() }),
  'content.rejected': z.strictObject({ content: z.string(), reason: z.string().optional() }),
  'recipient.unreachable': z.strictObject({ number: address, error: z.int().optional() }),
  'recipient.reachable': z.strictObject({ number: address }),
} as const
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = SHAPES
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
      if (isWhatsApp(from) !== isWhatsApp(to))
        throw new Error(`twilio.${event}: expected "from" and "to" on one channel, got ${from} and ${to}.`)
      if (isWhatsApp(to) ? site.store.channels.get(to) === undefined : site.store.numbers.find(to).length === 0)
        throw new Error(
          `twilio.${event}: expected "to" to be a number of the account, got ${to}. Give the seed its numbers.`,
        )
      receive(site, { from, to, body, media })
      return
    }
    case 'message.read': {
      const { message, to } = parse(SHAPES[event])
      const rows = site.store.messages.all()
      const found = rows.findLast((row) => row.id === message || (to !== undefined && row.to === to))
      if (found?.status !== 'delivered')
        throw new Error(`twilio.${event}: expected a message that was delivered, got ${message ?? to ?? 'none'}.`)
      return read(site, found)
    }
    case 'call.received': {
      const { from, to, presses = '', hangs_up_after_s } = parse(SHAPES[event])
      if (site.store.numbers.find(to).length === 0)
        throw new Error(
          `twilio.${event}: expected "to" to be a number of the account, got ${to}. Give the seed its numbers.`,
        )
      return ring(site, from, to, presses, hangs_up_after_s === undefined ? null : hangs_up_after_s * 1000)
    }
    case 'call.hung_up': {
      const { number } = parse(SHAPES[event])
      const call = site.store.calls.all().findLast((row) => !isOver(row) && (row.to === number || row.from === number))
      if (call === undefined) throw new Error(`twilio.${event}: expected a call with ${number} that goes on, got none.`)
      return end(site, call, call.status === 'in-progress' ? 'completed' : 'no-answer')
    }
    case 'content.approved':
      return decide(site, parse(SHAPES[event]).content, 'approved', '')
    case 'content.rejected': {
      const { content, reason = 'NONE' } = parse(SHAPES[event])
      return decide(site, content, 'rejected', reason)
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

function decide(site: Site, sid: string, status: 'approved' | 'rejected', rejection_reason: string): void {
  const content = site.store.contents.get(sid)
  if (content === undefined || content.approval === null)
    throw new Error(`twilio: expected a content that was submitted for approval, got "${sid}".`)
  const approval = { ...content.approval, status, rejection_reason }
  site.store.contents.put({ ...content, approval, updated_ms: site.now() })
}
