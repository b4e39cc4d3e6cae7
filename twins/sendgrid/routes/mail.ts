import { notModelled } from '../../twin.ts'
import { type Ask, badRequest, found, gone, type On, Refusal } from '../ask.ts'
import { release, send } from '../delivery.ts'
import { GAPS } from '../gaps.ts'
import { render } from '../handlebars.ts'
import { attachmentsOf, BYTES_MAX, bypassOf, check, listOf, type Mail, record, refuseGaps } from '../mail.ts'
import type { Site } from '../site.ts'
import { type Batch, type Fields, fieldsOf, type Message } from '../state.ts'
import { fault } from '../wire.ts'
import { isAuthenticated } from './domains.ts'

const UNVERIFIED =
  'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity requirements'

export function addMail(on: On): void {
  on('mail.send', 'mail.send', 'POST /v3/mail/send', (ask) => {
    const { site } = ask
    if (Buffer.byteLength(ask.text) > BYTES_MAX) throw new Refusal(413, fault('The payload is too large'))
    const json = ask.json
    const mail = fieldsOf(json)
    const people = listOf(mail.personalizations)
    refuseGaps(mail, people)
    check(site, mail, people)
    const from = String(fieldsOf(mail.from).email)
    const [sender] = isAuthenticated(site, from) ? [{ verified: true }] : site.store.senders.find(from.toLowerCase())
    const { verified_senders, authenticated_domains } = site.seed
    const known = verified_senders !== undefined || authenticated_domains !== undefined
    if (known && sender?.verified !== true) throw new Refusal(403, fault(UNVERIFIED, 'from'))
    if (fieldsOf(fieldsOf(mail.mail_settings).sandbox_mode).enable === true) return new Response(null, { status: 200 })
    const words = people.map((person) => wordsOf(site, mail, person))
    const id = site.world.id('', 22)
    let nth = 0
    for (const [at, person] of people.entries()) {
      const { subject, text } = words[at] ?? { subject: '', text: '' }
      for (const { email } of [...listOf(person.to), ...listOf(person.cc), ...listOf(person.bcc)]) {
        const message = messageOf(site, mail, person, { id, nth: nth++, to: String(email), from, subject, text })
        site.store.messages.put(message)
        site.world.money.charge('sendgrid', 'mail', 1)
        site.note('mail.accepted', {
          id,
          to: message.to,
          from,
          subject: message.subject,
          custom_args: message.custom_args,
        })
        send(site, message)
      }
    }
    // Accepted is not delivered: 202 and an empty body.
    return new Response(null, { status: 202, headers: { 'X-Message-Id': id } })
  })
  addBatches(on)
}

function messageOf(
  site: Site,
  mail: Mail,
  person: Fields,
  own: Pick<Message, 'id' | 'nth' | 'to' | 'from' | 'subject' | 'text'>,
): Message {
  const nowMs = site.now()
  const at = person.send_at ?? mail.send_at
  const send_ms = typeof at === 'number' ? Math.max(nowMs, at * 1000) : nowMs
  const { group_id } = fieldsOf(mail.asm)
  return {
    ...own,
    categories: Array.isArray(mail.categories) ? mail.categories.map(String) : [],
    custom_args: { ...record(mail.custom_args), ...record(person.custom_args) },
    template_id: typeof mail.template_id === 'string' && mail.template_id !== '' ? mail.template_id : null,
    group_id: typeof group_id === 'number' ? group_id : null,
    batch_id: typeof mail.batch_id === 'string' ? mail.batch_id : null,
    attachments: attachmentsOf(mail),
    bypass: bypassOf(mail),
    status: send_ms > nowMs ? 'scheduled' : 'processed',
    accepted_ms: nowMs,
    send_ms,
    opened: false,
    clicked: false,
  }
}

/** What a recipient reads: the mail's own words, or those of the active version of its template. */
function wordsOf(site: Site, mail: Mail, person: Fields): { readonly subject: string; readonly text: string } {
  const subject = String(person.subject ?? mail.subject ?? '')
  const content = listOf(mail.content).map(({ value }) => String(value))
  if (typeof mail.template_id !== 'string' || mail.template_id === '') return { subject, text: content.join('\n') }
  const version = site.store.versions.find(mail.template_id).find(({ active }) => active)
  if (version === undefined) throw notModelled('sendgrid', GAPS, 'a template that is not there')
  const data = fieldsOf(person.dynamic_template_data)
  const html = render(version.html_content, data, true)
  const plain = version.generate_plain_content ? plainOf(html) : render(version.plain_content, data, false)
  return {
    subject: version.subject === '' ? subject : render(version.subject, data, false),
    text: [plain, html].filter((part) => part !== '').join('\n'),
  }
}

/** Assumed: the text without its tags. */
const plainOf = (html: string): string =>
  html
    .replace(/<(br|\/p|\/h\d|\/li|\/tr|\/div)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .trim()

/** https://www.twilio.com/docs/sendgrid/api-reference/cancel-scheduled-sends, github.com/twilio/sendgrid-oai tsg_scheduled_sends_v3 (2026-11-26). */
function addBatches(on: On): void {
  const asked = (ask: Ask): Batch => {
    const batch = ask.site.store.batches.get(ask.part('batch'))
    if (batch === undefined) throw badRequest('invalid batch id')
    return batch
  }
  const shown = ({ id, status }: Batch): Fields => ({ batch_id: id, status })
  const statusOf = ({ status }: Fields): 'pause' | 'cancel' => {
    if (status !== 'pause' && status !== 'cancel') throw badRequest('status must be one of: cancel, pause', 'status')
    return status
  }

  on('mail.batch.create', 'mail.batch.create', 'POST /v3/mail/batch', ({ site }) => {
    const { id } = site.store.batches.put({ id: site.world.id('', 48), status: null })
    return Response.json({ batch_id: id }, { status: 201 })
  })
  on('mail.batch.get', 'mail.batch.read', 'GET /v3/mail/batch/:batch', (ask) =>
    Response.json({ batch_id: asked(ask).id }),
  )

  const SENDS = '/v3/user/scheduled_sends'
  const scope = (verb: string): string => `user.scheduled_sends.${verb}`
  on('scheduled_sends.create', scope('create'), `POST ${SENDS}`, (ask) => {
    const status = statusOf(ask.body)
    const batch = ask.site.store.batches.get(String(ask.body.batch_id))
    if (batch === undefined) throw badRequest('invalid batch id', 'batch_id')
    if (batch.status !== null) throw badRequest('a status for this batch id exists, try PATCH to update the status')
    return Response.json(shown(ask.site.store.batches.put({ ...batch, status })), { status: 201 })
  })
  on('scheduled_sends.list', scope('read'), `GET ${SENDS}`, ({ site }) =>
    Response.json(
      site.store.batches
        .all()
        .filter(({ status }) => status !== null)
        .map(shown),
    ),
  )
  on('scheduled_sends.get', scope('read'), `GET ${SENDS}/:batch`, ({ site, part }) => {
    const batch = site.store.batches.get(part('batch'))
    return Response.json(batch === undefined || batch.status === null ? [] : [shown(batch)])
  })
  on('scheduled_sends.update', scope('update'), `PATCH ${SENDS}/:batch`, (ask) => {
    const batch = found(ask.site.store.batches.get(ask.part('batch')), 'batch id not found')
    if (batch.status === null) throw new Refusal(404, fault('batch id not found'))
    change(ask.site, batch, statusOf(ask.body))
    return gone()
  })
  on('scheduled_sends.delete', scope('delete'), `DELETE ${SENDS}/:batch`, (ask) => {
    const batch = found(ask.site.store.batches.get(ask.part('batch')), 'batch id not found')
    if (batch.status === null) throw new Refusal(404, fault('batch id not found'))
    change(ask.site, batch, null)
    return gone()
  })
}

/** What a pause has held goes once it is taken back. */
function change(site: Site, batch: Batch, status: Batch['status']): void {
  site.store.batches.put({ ...batch, status })
  for (const message of site.store.messages.find(`batch ${batch.id}`)) release(site, message)
}
