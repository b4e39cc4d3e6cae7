import { notModelled } from '../../twin.ts'
import { type Ask, badRequest, found, gone, type On, textOf } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { parseTemplate } from '../handlebars.ts'
import { go, keepSingleSend } from '../singlesends.ts'
import { type Fields, fieldsOf, type SingleSend } from '../state.ts'

/** github.com/twilio/sendgrid-oai tsg_mc_singlesends_v3 (2026-11-26). */
const ROOT = '/v3/marketing/singlesends'
const scope = (verb: string): string => `marketing.automation.${verb}`
const HEX = '0123456789abcdef'
const NAME_MAX = 100
const LISTS_MAX = 50
const CATEGORIES_MAX = 10
const CONFIG: SingleSend['email_config'] = {
  subject: '',
  html_content: '',
  plain_content: '',
  generate_plain_content: true,
  editor: 'code',
  suppression_group_id: null,
  custom_unsubscribe_url: null,
  sender_id: null,
  ip_pool: null,
}

const stamp = (ms: number): string => new Date(ms).toISOString()
const uuid = ({ site }: Ask): string =>
  site.world
    .draw('single send')
    .text(32, HEX)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const bodyOf = ({ id, name, status, categories, send_at, send_to, email_config, ...at }: SingleSend): Fields => ({
  id,
  name,
  status,
  categories,
  send_at,
  send_to,
  updated_at: stamp(at.updated_ms),
  created_at: stamp(at.created_ms),
  email_config,
})
const shortOf = ({ id, name, status, categories, send_at, created_ms, updated_ms }: SingleSend): Fields => ({
  id,
  name,
  abtest: null,
  status,
  categories,
  ...(send_at === null ? {} : { send_at }),
  is_abtest: false,
  updated_at: stamp(updated_ms),
  created_at: stamp(created_ms),
})

function timeOf(value: unknown): string {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(ms)) throw badRequest('send_at must be an ISO 8601 date-time', 'send_at')
  return stamp(ms)
}

/** What a body says, over what was; properties that it leaves out stay as they are. */
function changed(ask: Ask, old: SingleSend): SingleSend {
  const { categories, send_at, send_to, email_config } = ask.body
  const to = fieldsOf(send_to)
  const config = fieldsOf(email_config)
  if (to.segment_ids !== undefined || config.design_id !== undefined)
    throw notModelled('sendgrid', GAPS, 'marketing campaigns')
  if (config.ip_pool !== undefined && config.ip_pool !== null) throw notModelled('sendgrid', GAPS, 'IP pools')
  const lists = Array.isArray(to.list_ids) ? to.list_ids.map(String) : undefined
  if (lists !== undefined && lists.length > LISTS_MAX)
    throw badRequest(`at most ${LISTS_MAX} lists are allowed`, 'send_to.list_ids')
  const strange = lists?.find((id) => ask.site.store.lists.get(id) === undefined)
  if (strange !== undefined) throw badRequest('list not found', 'send_to.list_ids')
  const names = Array.isArray(categories) ? categories.map(String) : old.categories
  if (names.length > CATEGORIES_MAX) throw badRequest(`at most ${CATEGORIES_MAX} categories are allowed`, 'categories')
  const known = Object.fromEntries(Object.entries(config).filter(([name]) => Object.hasOwn(CONFIG, name)))
  const next = { ...old.email_config, ...known } as SingleSend['email_config']
  for (const name of ['subject', 'html_content', 'plain_content'] as const) {
    try {
      parseTemplate(next[name])
    } catch (error) {
      throw badRequest(
        `Handlebars parse error: ${error instanceof Error ? error.message : error}`,
        `email_config.${name}`,
      )
    }
  }
  return {
    ...old,
    name: ask.body.name === undefined ? old.name : textOf(ask.body, 'name', NAME_MAX),
    categories: [...new Set(names)],
    send_at: send_at === undefined || send_at === null ? old.send_at : timeOf(send_at),
    send_to: {
      ...old.send_to,
      ...(lists === undefined ? {} : { list_ids: lists }),
      ...(typeof to.all === 'boolean' ? { all: to.all } : {}),
    },
    email_config: next,
    updated_ms: ask.site.now(),
  }
}

export function addSingleSends(on: On): void {
  const asked = ({ site, part }: Ask): SingleSend =>
    found(site.store.single_sends.get(part('send')), 'single send not found')
  const put = ({ site }: Ask, row: SingleSend): SingleSend => site.store.single_sends.put(row)
  const draft = (ask: Ask, name: string): SingleSend => ({
    id: uuid(ask),
    name,
    status: 'draft',
    categories: [],
    send_at: null,
    send_to: { list_ids: [], segment_ids: [], all: false },
    email_config: CONFIG,
    due_ms: null,
    created_ms: ask.site.now(),
    updated_ms: ask.site.now(),
  })

  on('singlesends.create', scope('create'), `POST ${ROOT}`, (ask) => {
    const row = put(ask, changed(ask, draft(ask, textOf(ask.body, 'name', NAME_MAX))))
    return Response.json(bodyOf(row), { status: 201 })
  })
  on('singlesends.list', scope('read'), `GET ${ROOT}`, (ask) => pageOf(ask, ask.site.store.single_sends.all()))
  on('singlesends.clear', scope('delete'), `DELETE ${ROOT}`, (ask) => {
    for (const id of ask.query('ids').split(',')) ask.site.store.single_sends.remove(id)
    return gone()
  })
  on('singlesends.categories.list', scope('read'), `GET ${ROOT}/categories`, ({ site }) => {
    const names = new Set(site.store.single_sends.all().flatMap(({ categories }) => categories))
    return Response.json({ categories: [...names].sort() })
  })
  on('singlesends.search', scope('read'), `POST ${ROOT}/search`, (ask) => {
    const { name, status, categories } = ask.body
    const among = (value: unknown, held: readonly string[]): boolean =>
      !Array.isArray(value) || value.length === 0 || value.some((one) => held.includes(String(one)))
    const rows = ask.site.store.single_sends
      .all()
      .filter((row) => typeof name !== 'string' || row.name.includes(name))
      .filter((row) => among(status, [row.status]) && among(categories, row.categories))
    return pageOf(ask, rows)
  })
  on('singlesends.get', scope('read'), `GET ${ROOT}/:send`, (ask) => Response.json(bodyOf(asked(ask))))
  on('singlesends.update', scope('update'), `PATCH ${ROOT}/:send`, (ask) => {
    const row = asked(ask)
    if (row.status !== 'draft') throw badRequest('only drafts can be updated', 'status')
    return Response.json(bodyOf(put(ask, changed(ask, row))))
  })
  on('singlesends.duplicate', scope('create'), `POST ${ROOT}/:send`, (ask) => {
    const old = asked(ask)
    const name =
      ask.body.name === undefined ? `Copy of ${old.name}`.slice(0, NAME_MAX) : textOf(ask.body, 'name', NAME_MAX)
    const { id, created_ms, updated_ms } = draft(ask, name)
    const copy = put(ask, { ...old, id, name, status: 'draft', due_ms: null, created_ms, updated_ms })
    return Response.json(bodyOf(copy), { status: 201 })
  })
  on('singlesends.delete', scope('delete'), `DELETE ${ROOT}/:send`, (ask) => {
    ask.site.store.single_sends.remove(asked(ask).id)
    return gone()
  })
  on('singlesends.schedule', scope('update'), `PUT ${ROOT}/:send/schedule`, (ask) => {
    const row = asked(ask)
    const { site } = ask
    if (row.status === 'triggered') throw badRequest('the single send has been sent', 'status')
    const now = ask.body.send_at === 'now'
    const send_at = now ? stamp(site.now()) : timeOf(ask.body.send_at)
    const due_ms = Date.parse(send_at)
    if (!now && due_ms <= site.now()) throw badRequest('send_at must be in the future', 'send_at')
    complete(ask, row)
    const next = put(ask, { ...row, status: 'scheduled', send_at, due_ms, updated_ms: site.now() })
    if (now) go(site, next)
    else keepSingleSend(site, next)
    return Response.json({ send_at, status: 'scheduled' }, { status: 201 })
  })
  on('singlesends.unschedule', scope('delete'), `DELETE ${ROOT}/:send/schedule`, (ask) => {
    const row = asked(ask)
    if (row.status !== 'scheduled') throw badRequest('the single send is not scheduled', 'status')
    const next = put(ask, { ...row, status: 'draft', due_ms: null, updated_ms: ask.site.now() })
    return Response.json({ send_at: next.send_at, status: 'draft' })
  })
}

/** What a single send must have before it can be sent. Assumed: the words, see gaps.ts. */
function complete({ site }: Ask, { send_to, email_config }: SingleSend): void {
  if (!send_to.all && send_to.list_ids.length === 0)
    throw badRequest('at least one list or segment is required', 'send_to')
  const { subject, html_content, sender_id, suppression_group_id, custom_unsubscribe_url } = email_config
  if (subject === '') throw badRequest('subject is required', 'email_config.subject')
  if (html_content === '') throw badRequest('html_content is required', 'email_config.html_content')
  const sender = sender_id === null ? undefined : site.store.senders.get(String(sender_id))
  if (sender?.verified !== true) throw badRequest('a verified sender is required', 'email_config.sender_id')
  if (suppression_group_id === null && custom_unsubscribe_url === null)
    throw badRequest('suppression_group_id or custom_unsubscribe_url is required', 'email_config.suppression_group_id')
  if (suppression_group_id !== null && site.store.groups.get(String(suppression_group_id)) === undefined)
    throw badRequest('suppression group not found', 'email_config.suppression_group_id')
}

function pageOf(ask: Ask, rows: readonly SingleSend[]): Response {
  const size = Number(ask.query('page_size') || 100)
  const start = Math.max(
    0,
    rows.findIndex(({ id }) => id === ask.query('page_token')),
  )
  const next = rows[start + size]
  const address = (token: string): string =>
    `${ask.url.origin}${ask.url.pathname}?page_size=${size}&page_token=${token}`
  return Response.json({
    result: rows.slice(start, start + size).map(shortOf),
    _metadata: { self: ask.url.href, count: rows.length, ...(next === undefined ? {} : { next: address(next.id) }) },
  })
}
