import { type Ask, badRequest, found, gone, type On, pageOf, textOf } from '../ask.ts'
import { type Fields, type Group, SUPPRESSIONS, type Suppressed, type Suppression } from '../state.ts'

/** What a list shows of an address; https://www.twilio.com/docs/sendgrid/api-reference/bounces-api and its siblings (2026-11-26). */
function shown(name: Suppression, { id, created_ms, reason, status }: Suppressed): Fields {
  const created = Math.floor(created_ms / 1000)
  switch (name) {
    case 'bounces':
    case 'blocks':
      return { created, email: id, reason, status }
    case 'spam_reports':
      return { created, email: id, ip: '167.89.0.1' }
    case 'invalid_emails':
      return { created, email: id, reason }
    case 'unsubscribes':
      return { created, email: id }
    default:
      return name satisfies never
  }
}

const emailsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map((email) => String(email).toLowerCase()) : []

export function addSuppressions(on: On): void {
  for (const name of SUPPRESSIONS) addList(on, name)
  addGlobal(on)
  addGroups(on)
}

/** One list of addresses that get no mail. */
function addList(on: On, name: Suppression): void {
  const path = `/v3/suppression/${name}`
  const scope = (verb: string): string => `suppression.${name}.${verb}`
  on(`suppressions.${name}.list`, scope('read'), `GET ${path}`, (ask) => {
    const edge = (query: string, otherwise: number): number => Number(ask.query(query) || otherwise) * 1000
    const [from, to] = [edge('start_time', 0), edge('end_time', Number.MAX_SAFE_INTEGER / 1000)]
    const rows = ask.site.store[name].all().filter(({ created_ms }) => created_ms >= from && created_ms <= to)
    return Response.json(pageOf(ask, rows).map((row) => shown(name, row)))
  })
  on(`suppressions.${name}.get`, scope('read'), `GET ${path}/:email`, ({ site, part }) => {
    const row = site.store[name].get(part('email').toLowerCase())
    return Response.json(row === undefined ? [] : [shown(name, row)])
  })
  on(`suppressions.${name}.delete`, scope('delete'), `DELETE ${path}/:email`, ({ site, part }) => {
    const email = part('email').toLowerCase()
    found(site.store[name].get(email))
    site.store[name].remove(email)
    return gone()
  })
  on(`suppressions.${name}.clear`, scope('delete'), `DELETE ${path}`, ({ site, body }) => {
    if ((body.delete_all === true) === (body.emails !== undefined))
      throw badRequest('exactly one of delete_all and emails is required')
    const table = site.store[name]
    for (const email of body.delete_all === true ? table.all().map(({ id }) => id) : emailsOf(body.emails))
      table.remove(email)
    return gone()
  })
}

/** The list of those who want nothing at all; its rows are those of `unsubscribes`. */
function addGlobal(on: On): void {
  const path = '/v3/asm/suppressions/global'
  on('asm.suppressions.global.create', 'asm.suppressions.global.create', `POST ${path}`, ({ site, body }) => {
    const emails = emailsOf(body.recipient_emails)
    if (emails.length === 0) throw badRequest('recipient_emails is required', 'recipient_emails')
    for (const id of emails) site.store.unsubscribes.put({ id, created_ms: site.now(), reason: '', status: '' })
    return Response.json({ recipient_emails: emails }, { status: 201 })
  })
  on('asm.suppressions.global.get', 'asm.suppressions.global.read', `GET ${path}/:email`, ({ site, part }) => {
    const row = site.store.unsubscribes.get(part('email').toLowerCase())
    return Response.json(row === undefined ? {} : { recipient_email: row.id })
  })
  on('asm.suppressions.global.delete', 'asm.suppressions.global.delete', `DELETE ${path}/:email`, ({ site, part }) => {
    const email = part('email').toLowerCase()
    found(site.store.unsubscribes.get(email))
    site.store.unsubscribes.remove(email)
    return gone()
  })
}

/** Unsubscribe groups: github.com/twilio/sendgrid-oai tsg_suppressions_v3 (2026-11-26). */
function addGroups(on: On): void {
  const GROUPS = '/v3/asm/groups'
  const asked = ({ site, part }: Ask): Group => found(site.store.groups.get(part('group')))
  const body = ({ id, name, description, is_default }: Group): Fields => ({
    id: Number(id),
    name,
    description,
    is_default,
  })
  const full = (ask: Ask, group: Group): Fields => ({
    ...body(group),
    unsubscribes: ask.site.store.left.find(`in ${group.id}`).length,
  })

  on('asm.groups.create', 'asm.groups.create', `POST ${GROUPS}`, (ask) => {
    const { site } = ask
    const id = String(1 + site.store.groups.all().reduce((most, group) => Math.max(most, Number(group.id)), 100))
    const name = textOf(ask.body, 'name', 30)
    const description = textOf(ask.body, 'description', 100)
    const group = site.store.groups.put({ id, name, description, is_default: ask.body.is_default === true })
    return Response.json(body(group), { status: 201 })
  })
  on('asm.groups.list', 'asm.groups.read', `GET ${GROUPS}`, (ask) => {
    const ids = ask.url.searchParams.getAll('id')
    const rows = ask.site.store.groups.all().filter(({ id }) => ids.length === 0 || ids.includes(id))
    return Response.json(rows.map((group) => full(ask, group)))
  })
  on('asm.groups.get', 'asm.groups.read', `GET ${GROUPS}/:group`, (ask) => Response.json(full(ask, asked(ask))))
  on('asm.groups.update', 'asm.groups.update', `PATCH ${GROUPS}/:group`, (ask) => {
    const group = asked(ask)
    const next = ask.site.store.groups.put({
      ...group,
      ...(ask.body.name === undefined ? {} : { name: textOf(ask.body, 'name', 30) }),
      ...(ask.body.description === undefined ? {} : { description: textOf(ask.body, 'description', 100) }),
      ...(ask.body.is_default === undefined ? {} : { is_default: ask.body.is_default === true }),
    })
    return Response.json(body(next), { status: 201 })
  })
  on('asm.groups.delete', 'asm.groups.delete', `DELETE ${GROUPS}/:group`, (ask) => {
    const { id } = asked(ask)
    for (const row of ask.site.store.left.find(`in ${id}`)) ask.site.store.left.remove(row.id)
    ask.site.store.groups.remove(id)
    return gone()
  })
  addLeft(on, `${GROUPS}/:group/suppressions`)
}

function addLeft(on: On, path: string): void {
  const scope = (verb: string): string => `asm.groups.suppressions.${verb}`
  const emails = ({ site, part }: Ask): readonly string[] =>
    site.store.left.find(`in ${part('group')}`).map(({ email }) => email)

  on('asm.suppressions.create', scope('create'), `POST ${path}`, (ask) => {
    const { site } = ask
    const group = ask.part('group')
    const added = emailsOf(ask.body.recipient_emails)
    if (added.length === 0) throw badRequest('recipient_emails is required', 'recipient_emails')
    for (const email of added) {
      // Who leaves a group that is not there leaves all of them.
      if (site.store.groups.get(group) === undefined)
        site.store.unsubscribes.put({ id: email, created_ms: site.now(), reason: '', status: '' })
      else site.store.left.put({ id: `${group} ${email}`, group, email, created_ms: site.now() })
    }
    return Response.json({ recipient_emails: added }, { status: 201 })
  })
  on('asm.suppressions.list', scope('read'), `GET ${path}`, (ask) => Response.json(emails(ask)))
  on('asm.suppressions.search', scope('read'), `POST ${path}/search`, (ask) => {
    const wanted = emailsOf(ask.body.recipient_emails)
    return Response.json(emails(ask).filter((email) => wanted.includes(email)))
  })
  on('asm.suppressions.delete', scope('delete'), `DELETE ${path}/:email`, ({ site, part }) => {
    const id = `${part('group')} ${part('email').toLowerCase()}`
    found(site.store.left.get(id))
    site.store.left.remove(id)
    return gone()
  })
  on('asm.suppressions.all', 'asm.suppressions.read', 'GET /v3/asm/suppressions', (ask) => {
    const rows = ask.site.store.left.all().map(({ group, email, created_ms }) => ({
      email,
      group_id: Number(group),
      group_name: ask.site.store.groups.get(group)?.name ?? '',
      created_at: Math.floor(created_ms / 1000),
    }))
    return Response.json(pageOf(ask, rows))
  })
  on('asm.suppressions.get', 'asm.suppressions.read', 'GET /v3/asm/suppressions/:email', ({ site, part }) => {
    const email = part('email').toLowerCase()
    const suppressions = site.store.groups.all().map(({ id, name, description, is_default }) => ({
      description,
      id: Number(id),
      is_default,
      name,
      suppressed: site.store.left.get(`${id} ${email}`) !== undefined,
    }))
    return Response.json({ suppressions })
  })
}
