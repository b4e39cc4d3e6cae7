import { expect, test } from 'vitest'
import { ADA, GRACE, openAccount, SHOP } from './support.ts'

type Row = { readonly [name: string]: unknown }
const bodyOf = (answer: readonly [number, unknown]): Row => answer[1] as Row

/** An account with two contacts in a list, of whom Grace has left the group. */
async function open(): Promise<ReturnType<typeof openAccount> & { readonly list: string; readonly config: Row }> {
  const account = openAccount({
    verified_senders: [SHOP],
    groups: [{ id: 7, name: 'News', unsubscribed: [GRACE] }],
  })
  const { id } = bodyOf(await account.call('POST', '/marketing/lists', { name: 'Customers' }))
  const list = String(id)
  const contacts = [{ email: ADA, first_name: 'Ada' }, { email: GRACE }]
  await account.call('PUT', '/marketing/contacts', { list_ids: [list], contacts })
  await account.world.clock.advance(10_000)
  const config = { subject: 'Hi {{first_name}}', html_content: '<p>News</p>', sender_id: 1, suppression_group_id: 7 }
  return Object.assign(account, { list, config })
}

test('a single send goes when it is time, to who is in its lists and in its group', async () => {
  const { call, world, rows, list, config } = await open()
  const sends = '/marketing/singlesends'
  const made = bodyOf(
    await call('POST', sends, { name: 'June', categories: ['news'], email_config: { editor: 'code' } }),
  )
  expect(made).toMatchObject({ status: 'draft', send_at: null, email_config: { generate_plain_content: true } })
  const at = `${sends}/${made.id}`
  const later = new Date(world.clock.now() + 3_600_000).toISOString()
  expect((await call('PUT', `${at}/schedule`, { send_at: later }))[0]).toBe(400)
  await call('PATCH', at, { send_to: { list_ids: [list] }, email_config: config as never })
  expect((await call('PUT', `${at}/schedule`, { send_at: '2029-01-01T00:00:00Z' }))[0]).toBe(400)
  expect(await call('PUT', `${at}/schedule`, { send_at: later })).toEqual([
    201,
    { send_at: later, status: 'scheduled' },
  ])
  expect((await call('PATCH', at, { name: 'July' }))[0]).toBe(400)
  await world.clock.advance(3_599_000)
  expect(rows('messages')).toEqual([])
  await world.clock.advance(60_000)
  expect(rows('messages')).toMatchObject([
    { to: ADA, from: SHOP, subject: 'Hi Ada', status: 'delivered', categories: ['news'] },
    { to: GRACE, status: 'dropped' },
  ])
  expect(bodyOf(await call('GET', at))).toMatchObject({ status: 'triggered', send_at: later })
  expect((await call('PUT', `${at}/schedule`, { send_at: 'now' }))[0]).toBe(400)
})

test('a single send is taken back, copied, found and deleted; what is scheduled survives a restore', async () => {
  const { call, world, twin, rows, list, config } = await open()
  const sends = '/marketing/singlesends'
  const body = { name: 'June', categories: ['b', 'a'], send_to: { list_ids: [list] }, email_config: config as never }
  const at = `${sends}/${bodyOf(await call('POST', sends, body)).id}`
  const later = new Date(world.clock.now() + 60_000).toISOString()
  await call('PUT', `${at}/schedule`, { send_at: later })
  expect((await call('DELETE', `${at}/schedule`))[1]).toMatchObject({ status: 'draft' })
  await world.clock.advance(120_000)
  expect(rows('messages')).toEqual([])
  const copy = bodyOf(await call('POST', at, {}))
  expect(copy).toMatchObject({ name: 'Copy of June', status: 'draft', send_to: { list_ids: [list] } })
  expect(bodyOf(await call('POST', `${sends}/search`, { name: 'Copy' })).result).toMatchObject([{ id: copy.id }])
  expect(bodyOf(await call('GET', `${sends}/categories`)).categories).toEqual(['a', 'b'])
  expect(bodyOf(await call('GET', `${sends}?page_size=1`))).toMatchObject({ _metadata: { count: 2 } })
  const soon = new Date(world.clock.now() + 60_000).toISOString()
  await call('PUT', `${at}/schedule`, { send_at: soon })
  twin.restore(twin.snapshot())
  await world.clock.advance(120_000)
  expect(rows('messages')).toHaveLength(2)
  expect((await call('PUT', `${sends}/${copy.id}/schedule`, { send_at: 'now' }))[0]).toBe(201)
  expect(rows('messages')).toHaveLength(4)
  expect((await call('DELETE', at))[0]).toBe(204)
  expect((await call('DELETE', `${sends}?ids=${copy.id},none`))[0]).toBe(204)
  expect((await call('GET', at))[0]).toBe(404)
})

test('a mail that comes in is taken apart and posted until it is taken', async () => {
  const inbound = [{ hostname: 'in.shop.test', url: 'https://shop.test/inbound', spam_check: true }]
  const account = openAccount({ inbound })
  const { happen, deliveries, world } = account
  let status = 500
  account.listener = () => ({ kind: 'answer', status, body: '' })
  const attachment = { filename: 'note.txt', type: 'text/plain', content: 'over there' }
  const mail = {
    from: `Ada <${ADA}>`,
    to: 'help@in.shop.test',
    subject: 'Help',
    text: 'Where?',
    attachments: [attachment],
  }
  await happen('mail.received', mail)
  await world.clock.advance(1_000)
  const [first] = deliveries
  if (first === undefined) throw new Error('expected a delivery')
  const headers = Object.fromEntries(first.headers)
  const form = await new Request(first.url, { method: 'POST', headers, body: first.body }).formData()
  expect(Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))).toMatchObject({
    from: mail.from,
    to: mail.to,
    subject: 'Help',
    text: 'Where?',
    envelope: JSON.stringify({ to: [mail.to], from: ADA }),
    attachments: '1',
    SPF: 'pass',
    spam_score: '0.011',
  })
  expect(await (form.get('attachment1') as File).text()).toBe('over there')
  status = 400 // A refusal of the app's is its last word.
  await world.clock.advance(7 * 86_400_000)
  expect(deliveries).toHaveLength(2)
  await expect(async () => happen('mail.received', { ...mail, to: 'help@other.test' })).rejects.toThrow(
    'expected a host whose mail is parsed',
  )
})

test('where mail goes that comes in is set, read, changed and unset', async () => {
  const { call } = openAccount()
  const path = '/user/webhooks/parse/settings'
  const setting = { hostname: 'in.test', url: 'https://shop.test/in' }
  const shown = { ...setting, spam_check: false, send_raw: false }
  expect(await call('POST', path, setting)).toEqual([201, shown])
  expect((await call('POST', path, setting))[0]).toBe(400)
  expect(await call('PATCH', `${path}/in.test`, { spam_check: true })).toEqual([200, { ...shown, spam_check: true }])
  expect(await call('GET', `${path}/in.test`)).toEqual([200, { ...shown, spam_check: true }])
  expect((await call('GET', path))[1]).toMatchObject({ result: [setting] })
  expect((await call('DELETE', `${path}/in.test`))[0]).toBe(204)
  expect((await call('GET', `${path}/in.test`))[0]).toBe(404)
})
