import { type Ask, badRequest, found, gone, notFound, type On, textOf } from '../ask.ts'
import { listOf } from '../mail.ts'
import type { Site } from '../site.ts'
import type { Contact, Fields, Job, List } from '../state.ts'

const ROOT = '/v3/marketing'
const HEX = '0123456789abcdef'
/** https://www.twilio.com/docs/sendgrid/api-reference/contacts/add-or-update-a-contact (2026-11-26). */
const CONTACTS_MAX = 30_000
/** Assumed: how long a job takes; the page says that it does. */
const JOB_MS = { min: 500, max: 5_000 }
const RESERVED = ['email', 'alternate_emails', 'custom_fields']

const uuid = ({ site }: Ask, name: string): string =>
  site.world
    .draw(name)
    .text(32, HEX)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

export function addMarketing(on: On): void {
  addLists(on)
  addContacts(on)
}

function addLists(on: On): void {
  const asked = ({ site, part }: Ask): List => found(site.store.lists.get(part('list')), 'list not found')
  const body = ({ site, url }: Ask, { id, name }: List): Fields => ({
    id,
    name,
    contact_count: site.store.contacts.find(`in ${id}`).length,
    _metadata: { self: `${url.origin}${ROOT}/lists/${id}` },
  })
  /** Two lists cannot have one name. */
  const alone = (ask: Ask): string => {
    const name = textOf(ask.body, 'name', 100)
    if (ask.site.store.lists.all().some((list) => list.name === name))
      throw badRequest('list name already exists', 'name')
    return name
  }

  on('lists.create', 'marketing.automation.create', `POST ${ROOT}/lists`, (ask) => {
    const list = ask.site.store.lists.put({ id: uuid(ask, 'list'), name: alone(ask) })
    return Response.json(body(ask, list), { status: 201 })
  })
  on('lists.list', 'marketing.automation.read', `GET ${ROOT}/lists`, (ask) => {
    const rows = ask.site.store.lists.all()
    const size = Number(ask.query('page_size') || 100)
    const start = Math.max(
      0,
      rows.findIndex(({ id }) => id === ask.query('page_token')),
    )
    const next = rows[start + size]
    return Response.json({
      result: rows.slice(start, start + size).map((list) => body(ask, list)),
      _metadata: {
        count: rows.length,
        self: ask.url.href,
        ...(next === undefined
          ? {}
          : { next: `${ask.url.origin}${ROOT}/lists?page_size=${size}&page_token=${next.id}` }),
      },
    })
  })
  on('lists.get', 'marketing.automation.read', `GET ${ROOT}/lists/:list`, (ask) => Response.json(body(ask, asked(ask))))
  on('lists.update', 'marketing.automation.update', `PATCH ${ROOT}/lists/:list`, (ask) =>
    Response.json(body(ask, ask.site.store.lists.put({ ...asked(ask), name: alone(ask) }))),
  )
  on('lists.delete', 'marketing.automation.delete', `DELETE ${ROOT}/lists/:list`, (ask) => {
    const { id } = asked(ask)
    for (const contact of ask.site.store.contacts.find(`in ${id}`))
      ask.site.store.contacts.put({ ...contact, lists: contact.lists.filter((list) => list !== id) })
    ask.site.store.lists.remove(id)
    return gone()
  })
}

const contactBody = ({ url }: Ask, contact: Contact): Fields => ({
  id: contact.id,
  email: contact.email,
  ...contact.fields,
  list_ids: contact.lists,
  created_at: stamp(contact.created_ms),
  updated_at: stamp(contact.updated_ms),
  _metadata: { self: `${url.origin}${ROOT}/contacts/${contact.id}` },
})

function addContacts(on: On): void {
  on('contacts.put', 'marketing.automation.update', `PUT ${ROOT}/contacts`, (ask) => {
    const { site } = ask
    const contacts = listOf(ask.body.contacts)
    if (contacts.length === 0) throw badRequest('contacts is required', 'contacts')
    if (contacts.length > CONTACTS_MAX) throw badRequest(`at most ${CONTACTS_MAX} contacts are allowed`, 'contacts')
    const lists = Array.isArray(ask.body.list_ids) ? ask.body.list_ids.map(String) : []
    const strange = lists.find((id) => site.store.lists.get(id) === undefined)
    if (strange !== undefined) throw notFound('list not found')
    const rows = contacts.map((given, at) => {
      const email = String(given.email ?? '').toLowerCase()
      if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw badRequest('email is required', `contacts[${at}].email`)
      const fields = Object.fromEntries(
        Object.entries(given).filter(([name]) => !RESERVED.includes(name) || name === 'custom_fields'),
      )
      return { id: uuid(ask, 'contact'), email, fields }
    })
    // Contacts come in behind the answer.
    const delayMs = site.world.draw('job').int(JOB_MS.min, JOB_MS.max)
    const job = { id: uuid(ask, 'job id'), due_ms: site.now() + delayMs, contacts: rows, lists }
    work(site, site.store.jobs.put(job))
    return Response.json({ job_id: job.id }, { status: 202 })
  })
  on('contacts.count', 'marketing.automation.read', `GET ${ROOT}/contacts/count`, ({ site }) =>
    Response.json({
      contact_count: site.store.contacts.all().length,
      billable_count: site.store.contacts.all().length,
    }),
  )
  on('contacts.search_emails', 'marketing.automation.read', `POST ${ROOT}/contacts/search/emails`, (ask) => {
    const emails = Array.isArray(ask.body.emails) ? ask.body.emails.map((email) => String(email).toLowerCase()) : []
    const hits = emails.flatMap((email) => ask.site.store.contacts.find(email))
    if (hits.length === 0) throw notFound('not found')
    return Response.json({
      result: Object.fromEntries(hits.map((contact) => [contact.email, { contact: contactBody(ask, contact) }])),
    })
  })
  on('contacts.get', 'marketing.automation.read', `GET ${ROOT}/contacts/:contact`, (ask) =>
    Response.json(contactBody(ask, found(ask.site.store.contacts.get(ask.part('contact')), 'contact not found'))),
  )
  on('contacts.delete', 'marketing.automation.delete', `DELETE ${ROOT}/contacts`, (ask) => {
    const all = ask.query('delete_all_contacts') === 'true'
    const ids = all ? ask.site.store.contacts.all().map(({ id }) => id) : ask.query('ids').split(',')
    for (const id of ids) ask.site.store.contacts.remove(id)
    return Response.json({ job_id: uuid(ask, 'job') }, { status: 202 })
  })
}

/** Puts a job on the clock; also after a restore. */
export function work(site: Site, job: Job): void {
  site.later(
    job.due_ms - site.now(),
    () => {
      if (site.store.jobs.remove(job.id)) upsert(site, job)
    },
    'contacts',
  )
}

function upsert(site: Site, { contacts, lists }: Job): void {
  for (const { id, email, fields } of contacts) {
    const [old] = site.store.contacts.find(email)
    const nowMs = site.now()
    site.store.contacts.put({
      id: old?.id ?? id,
      email,
      fields: { ...old?.fields, ...fields },
      lists: [...new Set([...(old?.lists ?? []), ...lists])],
      created_ms: old?.created_ms ?? nowMs,
      updated_ms: nowMs,
    })
    site.note('contact.saved', { email })
  }
}
