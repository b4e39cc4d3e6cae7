import { send } from './delivery.ts'
import { render } from './handlebars.ts'
import type { Site } from './site.ts'
import { type Contact, type Fields, fieldsOf, type Message, type SingleSend } from './state.ts'

/** Puts a scheduled single send on the clock; also after a restore. */
export function keepSingleSend(site: Site, { id, due_ms }: SingleSend): void {
  if (due_ms === null) return
  site.later(
    due_ms - site.now(),
    () => {
      const row = site.store.single_sends.get(id)
      // Somebody may have put it off, or taken it back.
      if (row?.status === 'scheduled' && row.due_ms === due_ms) go(site, row)
    },
    'single send',
  )
}

/** Sends it to everybody who is in its lists by now, once each. */
export function go(site: Site, row: SingleSend): void {
  const { store, world } = site
  store.single_sends.put({ ...row, status: 'triggered', due_ms: null, updated_ms: site.now() })
  const from = store.senders.get(String(row.email_config.sender_id))?.from_email ?? ''
  const contacts = row.send_to.all
    ? store.contacts.all()
    : [...new Set(row.send_to.list_ids.flatMap((id) => store.contacts.find(`in ${id}`)))]
  site.note('singlesend.triggered', { id: row.id, name: row.name, contacts: contacts.length })
  const id = world.id('', 22)
  for (const [nth, contact] of contacts.entries()) {
    const message = messageOf(site, row, contact, { id, nth, from })
    store.messages.put(message)
    world.money.charge('sendgrid', 'mail', 1)
    site.note('mail.accepted', { id, to: message.to, from, subject: message.subject, custom_args: message.custom_args })
    send(site, message)
  }
}

function messageOf(
  site: Site,
  { id: singlesend_id, categories, email_config }: SingleSend,
  contact: Contact,
  own: Pick<Message, 'id' | 'nth' | 'from'>,
): Message {
  const data = dataOf(site, contact, email_config.custom_unsubscribe_url)
  const { html_content, plain_content, generate_plain_content, suppression_group_id } = email_config
  const html = render(html_content, data, true)
  const plain = generate_plain_content ? '' : render(plain_content, data, false)
  return {
    ...own,
    to: contact.email,
    subject: render(email_config.subject, data, false),
    text: [plain, html].filter((part) => part !== '').join('\n'),
    categories,
    // As events of marketing mail name it: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event (2026-11-26).
    custom_args: { singlesend_id },
    template_id: null,
    group_id: suppression_group_id,
    batch_id: null,
    attachments: [],
    bypass: [],
    status: 'processed',
    accepted_ms: site.now(),
    send_ms: site.now(),
    opened: false,
    clicked: false,
  }
}

/** What a contact's mail may say of them: their fields, those of one's own by name. */
function dataOf({ store }: Site, { email, fields }: Contact, unsubscribe: string | null): Fields {
  const { custom_fields, ...known } = fields
  const own = Object.entries(fieldsOf(custom_fields)).map(([id, value]) => [
    store.custom_fields.get(id)?.name ?? id,
    value,
  ])
  return {
    email,
    ...known,
    ...Object.fromEntries(own),
    unsubscribe: unsubscribe ?? 'https://u.sendgrid.test/unsubscribe',
  }
}
