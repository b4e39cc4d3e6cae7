import { type Ask, badRequest, found, gone, notFound, type On, textOf } from '../ask.ts'
import { listOf } from '../mail.ts'
import type { Site } from '../site.ts'
import { type Contact, type CustomField, type Fields, fieldsOf, type Job, type List } from '../state.ts'

const ROOT = '/v3/marketing'
const HEX = '0123456789abcdef'
/** https://www.twilio.com/docs/sendgrid/api-reference/contacts/add-or-update-a-contact (2026-11-26). */
const CONTACTS_MAX = 30_000
/** Assumed: how long a job takes; the page says that it does. */
const JOB_MS = { min: 500, max: 5_000 }

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

/** Fields that every contact may have: https://www.twilio.com/docs/sendgrid/api-reference/contacts/add-or-update-a-contact (2026-11-26). */
const FIELDS = [
  'address_line_1',
  'address_line_2',
  'alternate_emails',
  'anonymous_id',
  'city',
  'country',
  'custom_fields',
  'email',
  'external_id',
  'facebook',
  'first_name',
  'last_name',
  'line',
  'phone_number',
  'phone_number_id',
  'postal_code',
  'state_province_region',
  'unique_name',
  'whatsapp',
]

/** One contact of a request. Throws on what it does not have, and on fields that nobody has defined. */
function contactOf(ask: Ask, given: Fields, at: number): Job['contacts'][number] {
  const email = String(given.email ?? '').toLowerCase()
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw badRequest('email is required', `contacts[${at}].email`)
  const strange = Object.keys(given).find((name) => !FIELDS.includes(name))
  if (strange !== undefined) throw badRequest(`unknown field ${strange}`, `contacts[${at}].${strange}`)
  const custom = Object.keys(fieldsOf(given.custom_fields)).find(
    (id) => ask.site.store.custom_fields.get(id) === undefined,
  )
  if (custom !== undefined) throw badRequest('invalid custom field', `contacts[${at}].custom_fields.${custom}`)
  const { email: _, ...fields } = given
  return { id: uuid(ask, 'contact'), email, fields }
}

/** What takes its time behind the answer. */
function begin(ask: Ask, job: Pick<Job, 'kind'> & Partial<Job>): Response {
  const { site } = ask
  const delayMs = site.world.draw('job').int(JOB_MS.min, JOB_MS.max)
  const [started_ms, due_ms] = [site.now(), site.now() + delayMs]
  const id = uuid(ask, 'job id')
  work(site, site.store.jobs.put({ contacts: [], gone: [], lists: [], results: null, ...job, id, started_ms, due_ms }))
  return Response.json({ job_id: id }, { status: 202 })
}

function addContacts(on: On): void {
  on('contacts.put', 'marketing.automation.update', `PUT ${ROOT}/contacts`, (ask) => {
    const contacts = listOf(ask.body.contacts)
    if (contacts.length === 0) throw badRequest('contacts is required', 'contacts')
    if (contacts.length > CONTACTS_MAX) throw badRequest(`at most ${CONTACTS_MAX} contacts are allowed`, 'contacts')
    const lists = Array.isArray(ask.body.list_ids) ? ask.body.list_ids.map(String) : []
    const strange = lists.find((id) => ask.site.store.lists.get(id) === undefined)
    if (strange !== undefined) throw notFound('list not found')
    return begin(ask, { kind: 'upsert', contacts: contacts.map((given, at) => contactOf(ask, given, at)), lists })
  })
  on('contacts.imports.get', 'marketing.automation.read', `GET ${ROOT}/contacts/imports/:job`, (ask) => {
    const { id, kind, started_ms, due_ms, results } = found(ask.site.store.jobs.get(ask.part('job')), 'job not found')
    return Response.json({
      id,
      status: results === null ? 'pending' : 'completed',
      job_type: kind === 'upsert' ? 'upsert' : 'delete',
      results: results ?? {},
      started_at: stamp(started_ms),
      ...(results === null ? {} : { finished_at: stamp(due_ms) }),
    })
  })
  on('contacts.count', 'marketing.automation.read', `GET ${ROOT}/contacts/count`, ({ site }) =>
    Response.json({
      contact_count: site.store.contacts.size,
      billable_count: site.store.contacts.size,
    }),
  )
  on('contacts.list', 'marketing.automation.read', `GET ${ROOT}/contacts`, (ask) => {
    // Up to fifty of the latest, and how many there are.
    const rows = ask.site.store.contacts.all()
    const result = rows.slice(-50).map((contact) => contactBody(ask, contact))
    return Response.json({ result, contact_count: rows.length, _metadata: { self: ask.url.href } })
  })
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
    if (!all && ask.query('ids') === '') throw badRequest('ids or delete_all_contacts is required', 'ids')
    const gone = all ? ask.site.store.contacts.all().map(({ id }) => id) : ask.query('ids').split(',')
    return begin(ask, { kind: 'delete', gone })
  })
  on('lists.remove_contacts', 'marketing.automation.delete', `DELETE ${ROOT}/lists/:list/contacts`, (ask) => {
    const list = found(ask.site.store.lists.get(ask.part('list')), 'list not found')
    const gone = ask.query('contact_ids').split(',').filter(Boolean)
    if (gone.length === 0) throw badRequest('contact_ids is required', 'contact_ids')
    return begin(ask, { kind: 'leave', gone, lists: [list.id] })
  })
  on('lists.count', 'marketing.automation.read', `GET ${ROOT}/lists/:list/contacts/count`, (ask) => {
    const list = found(ask.site.store.lists.get(ask.part('list')), 'list not found')
    const count = ask.site.store.contacts.find(`in ${list.id}`).length
    return Response.json({ contact_count: count, billable_count: count })
  })
  addCustomFields(on)
}

/** Fields of one's own: https://www.twilio.com/docs/sendgrid/api-reference/custom-fields (2026-11-26). */
function addCustomFields(on: On): void {
  const path = `${ROOT}/field_definitions`
  const asked = ({ site, part }: Ask): CustomField => found(site.store.custom_fields.get(part('field')), 'not found')
  const body = ({ id, name, type }: CustomField): Fields => ({ id, name, field_type: type })
  const nameOf = (ask: Ask): string => {
    const name = textOf(ask.body, 'name', 100)
    if (!/^[A-Za-z_]\w*$/.test(name)) throw badRequest('invalid name', 'name')
    if (ask.site.store.custom_fields.find(name.toLowerCase()).length > 0)
      throw badRequest('field name already exists', 'name')
    return name
  }
  on('fields.create', 'marketing.automation.create', `POST ${path}`, (ask) => {
    const type = TYPES.find((one) => one === ask.body.field_type)
    if (type === undefined) throw badRequest('field_type must be one of: Text, Number, Date', 'field_type')
    const nth = 1 + ask.site.store.custom_fields.size
    const field = ask.site.store.custom_fields.put({ id: `e${nth}_${type.charAt(0)}`, name: nameOf(ask), type })
    return Response.json(body(field))
  })
  on('fields.list', 'marketing.automation.read', `GET ${path}`, ({ site, url }) =>
    Response.json({
      custom_fields: site.store.custom_fields.all().map(body),
      reserved_fields: FIELDS.filter((name) => name !== 'custom_fields').map((name, nth) => ({
        id: `_rf${nth}_T`,
        name,
        field_type: 'Text',
      })),
      _metadata: { self: url.href },
    }),
  )
  on('fields.update', 'marketing.automation.update', `PATCH ${path}/:field`, (ask) =>
    Response.json(body(ask.site.store.custom_fields.put({ ...asked(ask), name: nameOf(ask) }))),
  )
  on('fields.delete', 'marketing.automation.delete', `DELETE ${path}/:field`, (ask) => {
    ask.site.store.custom_fields.remove(asked(ask).id)
    return gone()
  })
}
const TYPES = ['Text', 'Number', 'Date'] as const

/** Puts a job on the clock; also after a restore. */
export function work(site: Site, job: Job): void {
  site.later(
    job.due_ms - site.now(),
    () => {
      if (site.store.jobs.get(job.id) === job) site.store.jobs.put({ ...job, results: done(site, job) })
    },
    'contacts',
  )
}

/** Does a job. Gives how many of what. */
function done(site: Site, { kind, contacts, gone: ids, lists }: Job): Readonly<Record<string, number>> {
  const { store } = site
  const known = ids.flatMap((id) => store.contacts.get(id) ?? [])
  if (kind === 'upsert') {
    const before = store.contacts.size
    for (const contact of contacts) upsert(site, contact, lists)
    const created = store.contacts.size - before
    return {
      requested_count: contacts.length,
      created_count: created,
      updated_count: contacts.length - created,
      errored_count: 0,
    }
  }
  for (const contact of known) {
    if (kind === 'leave') store.contacts.put({ ...contact, lists: contact.lists.filter((id) => !lists.includes(id)) })
    else store.contacts.remove(contact.id)
    site.note('contact.removed', { email: contact.email })
  }
  return { requested_count: ids.length, deleted_count: known.length, errored_count: 0 }
}

function upsert(site: Site, { id, email, fields }: Job['contacts'][number], lists: readonly string[]): void {
  const [old] = site.store.contacts.find(email)
  const nowMs = site.now()
  const custom = { ...fieldsOf(old?.fields.custom_fields), ...fieldsOf(fields.custom_fields) }
  site.store.contacts.put({
    id: old?.id ?? id,
    email,
    fields: {
      ...old?.fields,
      ...fields,
      ...(Object.keys(custom).length === 0 ? {} : { custom_fields: custom }),
    },
    lists: [...new Set([...(old?.lists ?? []), ...lists])],
    created_ms: old?.created_ms ?? nowMs,
    updated_ms: nowMs,
  })
  site.note('contact.saved', { email })
}
