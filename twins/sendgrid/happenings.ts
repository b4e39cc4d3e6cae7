import { z } from 'zod'
import type { Json } from '../trace.ts'
import { bounce, count, tell } from './delivery.ts'
import { receive, receivedSchema } from './inbound.ts'
import type { Site } from './site.ts'
import type { Message } from './state.ts'

/** What can happen to a mail at its recipient's; `to` names whose mail, the latest one. */
const SENT = [
  'mail.bounced',
  'mail.opened',
  'mail.clicked',
  'mail.reported_spam',
  'mail.unsubscribed',
  'mail.left_group',
  'mail.rejoined_group',
  'sender.verified',
  'domain.published',
] as const
const RECEIVED = 'mail.received'
export const HAPPENINGS: readonly string[] = [...SENT, RECEIVED]
const happening = z.strictObject({ to: z.string(), url: z.string().optional() })
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(SENT.map((name) => [name, happening])),
  [RECEIVED]: receivedSchema,
}

/** Throws on an event nobody has heard of, and on a mail nobody was sent. */
export function happen(site: Site, event: string, fields: Json): void {
  if (!HAPPENINGS.includes(event)) throw new Error(`sendgrid: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  if (event === RECEIVED) {
    const mail = receivedSchema.safeParse(fields)
    if (!mail.success) throw new Error(`sendgrid.${event}: ${z.prettifyError(mail.error)}`)
    return receive(site, mail.data)
  }
  const parsed = happening.safeParse(fields)
  if (!parsed.success) throw new Error(`sendgrid.${event}: expected { to: address }, got ${JSON.stringify(fields)}.`)
  const { to, url } = parsed.data
  if (event === 'sender.verified') return verified(site, to)
  if (event === 'domain.published') return published(site, to)
  const message = latest(site, to)
  const row = { id: to.toLowerCase(), created_ms: site.now(), reason: '', status: '' }
  switch (event as Exclude<(typeof SENT)[number], 'sender.verified' | 'domain.published'>) {
    case 'mail.bounced':
      return bounce(site, message)
    case 'mail.opened': {
      if (!message.opened) count(site, message, 'unique_opens')
      return tell(site, site.store.messages.put({ ...message, opened: true }), 'open')
    }
    case 'mail.clicked': {
      if (!message.clicked) count(site, message, 'unique_clicks')
      const clicked = site.store.messages.put({ ...message, clicked: true })
      return tell(site, clicked, 'click', { url: url ?? 'https://example.test/' })
    }
    case 'mail.reported_spam':
      site.store.spam_reports.put(row)
      return tell(site, message, 'spamreport')
    case 'mail.unsubscribed':
      site.store.unsubscribes.put(row)
      return tell(site, message, 'unsubscribe')
    case 'mail.left_group':
    case 'mail.rejoined_group':
      return group(site, message, event === 'mail.left_group')
    default:
  }
}

function latest(site: Site, to: string): Message {
  const message = site.store.messages.find(`to ${to.toLowerCase()}`).at(-1)
  if (message === undefined)
    throw new Error(`sendgrid: expected a mail to ${to}, got none. Send one before this event.`)
  return message
}

/** Leaves the group of a mail, or joins it again. */
function group(site: Site, message: Message, left: boolean): void {
  if (message.group_id === null)
    throw new Error(
      `sendgrid: expected the mail to ${message.to} to have an unsubscribe group, got none. Send it with asm.`,
    )
  const [name, email] = [String(message.group_id), message.to.toLowerCase()]
  if (left) site.store.left.put({ id: `${name} ${email}`, group: name, email, created_ms: site.now() })
  else site.store.left.remove(`${name} ${email}`)
  tell(site, message, left ? 'group_unsubscribe' : 'group_resubscribe')
}

/** Whoever reads the mail of an address follows the link in it. */
function verified(site: Site, from: string): void {
  const [sender] = site.store.senders.find(from.toLowerCase())
  if (sender === undefined)
    throw new Error(`sendgrid: expected a sender ${from}, got none. Create it before this event.`)
  site.store.senders.put({ ...sender, verified: true })
  site.note('sender.verified', { from_email: sender.from_email })
}

/** The records of a domain have come to stand in the DNS: the next validation finds them. */
function published(site: Site, name: string): void {
  const [domain] = site.store.domains.find(name.toLowerCase())
  if (domain === undefined)
    throw new Error(`sendgrid: expected a domain ${name}, got none. Create it before this event.`)
  site.store.published.put({ id: domain.id })
  site.note('domain.published', { domain: domain.domain })
}
