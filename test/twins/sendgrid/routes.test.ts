import { EventWebhook } from '@sendgrid/eventwebhook'
import { expect, test } from 'vitest'
import { VERIFICATION_KEY } from '../../../twins/sendgrid/index.ts'
import { fieldsOf } from '../../../twins/sendgrid/state.ts'
import { ADA, ask, eventsOf, GRACE, mail, openAccount, SHOP } from './support.ts'

const HOUR_MS = 3_600_000
const inSeconds = (world: { readonly clock: { now(): number } }, ms: number): number =>
  Math.floor((world.clock.now() + ms) / 1000)

test('a mail with a time goes when it is time, or at once when that is past', async () => {
  const { mailed, world, rows } = openAccount()
  await mailed({ ...mail, sendAt: inSeconds(world, HOUR_MS) })
  await mailed({ ...mail, to: GRACE, sendAt: inSeconds(world, -HOUR_MS) })
  await world.clock.advance(10_000)
  expect(rows('messages').map(({ status }) => status)).toEqual(['scheduled', 'delivered'])
  await world.clock.advance(HOUR_MS)
  expect(rows('messages').map(({ status }) => status)).toEqual(['delivered', 'delivered'])
  await expect(mailed({ ...mail, sendAt: inSeconds(world, 73 * HOUR_MS) })).rejects.toMatchObject({ code: 400 })
})

test('a batch is canceled, or paused until the pause is taken back, 72 hours at most', async () => {
  const { mailed, call, world, rows } = openAccount()
  const batches: string[] = []
  for (let n = 0; n < 3; n++) batches.push(String(fieldsOf((await call('POST', '/mail/batch'))[1]).batch_id))
  for (const batchId of batches) await mailed({ ...mail, batchId, sendAt: inSeconds(world, HOUR_MS) })
  const [canceled, paused, forgotten] = batches
  expect((await call('POST', '/user/scheduled_sends', { batch_id: canceled ?? '', status: 'cancel' }))[0]).toBe(201)
  await call('POST', '/user/scheduled_sends', { batch_id: paused ?? '', status: 'pause' })
  await call('POST', '/user/scheduled_sends', { batch_id: forgotten ?? '', status: 'pause' })
  expect((await call('POST', '/user/scheduled_sends', { batch_id: paused ?? '', status: 'cancel' }))[0]).toBe(400)
  expect((await call('GET', '/user/scheduled_sends'))[1]).toHaveLength(3)
  await world.clock.advance(2 * HOUR_MS)
  expect(rows('messages').map(({ status }) => status)).toEqual(['canceled', 'scheduled', 'scheduled'])
  expect((await call('DELETE', `/user/scheduled_sends/${paused}`))[0]).toBe(204)
  await world.clock.advance(80 * HOUR_MS)
  await call('PATCH', `/user/scheduled_sends/${forgotten}`, { status: 'cancel' })
  expect(rows('messages').map(({ status }) => status)).toEqual(['canceled', 'delivered', 'expired'])
  expect((await call('GET', `/mail/batch/${canceled}`))[0]).toBe(200)
  expect((await call('GET', '/mail/batch/none'))[0]).toBe(400)
  await expect(mailed({ ...mail, batchId: 'none' })).rejects.toMatchObject({ code: 400 })
})

test('who has left a group gets none of its mails, and all others', async () => {
  const seed = {
    groups: [{ id: 7, name: 'News', unsubscribed: [GRACE] }],
    webhook: { url: 'https://shop.test/events' },
  }
  const setup = openAccount(seed)
  const { mailed, call, world, rows, happen } = setup
  await mailed({ ...mail, to: GRACE, asm: { groupId: 7 } })
  await mailed({ ...mail, to: GRACE })
  await mailed({ ...mail, asm: { groupId: 7 } })
  await world.clock.advance(10_000)
  expect(rows('messages').map(({ status }) => status)).toEqual(['dropped', 'delivered', 'delivered'])
  expect(eventsOf(setup.deliveries)[0]).toMatchObject({ event: 'processed' })
  expect(eventsOf(setup.deliveries).find(({ event }) => event === 'dropped')).toMatchObject({
    asm_group_id: 7,
    reason: 'Unsubscribed Address',
  })
  await happen('mail.left_group', { to: ADA })
  expect((await call('GET', '/asm/groups/7/suppressions'))[1]).toEqual([GRACE, ADA])
  expect((await call('GET', '/asm/groups'))[1]).toMatchObject([{ id: 7, unsubscribes: 2 }])
  expect((await call('DELETE', `/asm/groups/7/suppressions/${GRACE}`))[0]).toBe(204)
  await happen('mail.rejoined_group', { to: ADA })
  expect((await call('GET', `/asm/suppressions/${ADA}`))[1]).toMatchObject({
    suppressions: [{ id: 7, suppressed: false }],
  })
  await expect(mailed({ ...mail, asm: { groupId: 8 } })).rejects.toMatchObject({ code: 400 })
})

test('groups are made, changed, filled, searched and deleted; a group that is not there stands for all', async () => {
  const { call } = openAccount()
  const [status, made] = await call('POST', '/asm/groups', { name: 'Offers', description: 'What is cheap' })
  expect([status, made]).toMatchObject([201, { name: 'Offers', is_default: false }])
  const path = `/asm/groups/${Number(fieldsOf(made).id)}`
  expect((await call('PATCH', path, { name: 'Deals' }))[1]).toMatchObject({ name: 'Deals' })
  expect((await call('POST', `${path}/suppressions`, { recipient_emails: [ADA] }))[0]).toBe(201)
  expect((await call('POST', `${path}/suppressions/search`, { recipient_emails: [ADA, GRACE] }))[1]).toEqual([ADA])
  expect((await call('GET', '/asm/suppressions'))[1]).toMatchObject([{ email: ADA, group_name: 'Deals' }])
  expect((await call('DELETE', path))[0]).toBe(204)
  expect((await call('GET', path))[0]).toBe(404)
  await call('POST', '/asm/groups/999/suppressions', { recipient_emails: [GRACE] })
  expect((await call('GET', `/asm/suppressions/global/${GRACE}`))[1]).toEqual({ recipient_email: GRACE })
  expect((await call('DELETE', `/asm/suppressions/global/${GRACE}`))[0]).toBe(204)
  expect((await call('GET', `/asm/suppressions/global/${GRACE}`))[1]).toEqual({})
  expect((await call('POST', '/asm/groups', { name: 'x'.repeat(31), description: 'y' }))[0]).toBe(400)
})

test('lists of addresses tell why and since when, in pages, and are cleared; a mail may pass them', async () => {
  const { mailed, call, world, rows } = openAccount({
    bouncing: ['gone@example.test'],
    blocking: ['busy@example.test'],
  })
  for (const to of ['gone@example.test', 'busy@example.test']) await mailed({ ...mail, to })
  await world.clock.advance(10_000)
  expect((await call('GET', '/suppression/bounces/gone@example.test'))[1]).toMatchObject([{ status: '5.1.1' }])
  expect((await call('GET', '/suppression/blocks'))[1]).toMatchObject([{ email: 'busy@example.test', status: '4.7.0' }])
  expect((await call('GET', '/suppression/bounces?limit=1&offset=1'))[1]).toEqual([])
  expect((await call('GET', `/suppression/bounces?start_time=${inSeconds(world, HOUR_MS)}`))[1]).toEqual([])
  await mailed({ ...mail, to: 'gone@example.test', mailSettings: { bypassBounceManagement: { enable: true } } })
  await world.clock.advance(10_000)
  expect(rows('messages').map(({ status }) => status)).toEqual(['bounced', 'blocked', 'bounced'])
  expect((await call('DELETE', '/suppression/bounces', { delete_all: true }))[0]).toBe(204)
  expect((await call('DELETE', '/suppression/bounces', {}))[0]).toBe(400)
  expect((await call('GET', '/suppression/bounces'))[1]).toEqual([])
})

test('a key may do what its scopes say, gives no more than it has, and is gone when it is deleted', async () => {
  const { call, mailed } = openAccount({
    keys: ['SG.test', { key: 'SG.weak.key', scopes: ['mail.send', 'api_keys.create'] }],
  })
  const [status, made] = await call('POST', '/api_keys', { name: 'stats', scopes: ['stats.read'] })
  expect([status, made]).toMatchObject([201, { name: 'stats', scopes: ['stats.read'] }])
  const { api_key, api_key_id } = fieldsOf(made)
  const key = String(api_key)
  expect(key).toMatch(/^SG\.\w{22}\.\w{43}$/)
  expect((await call('GET', '/stats?start_date=2030-01-01', undefined, key))[0]).toBe(200)
  expect(await call('GET', '/templates', undefined, key)).toEqual([
    403,
    { errors: [{ message: 'access forbidden', field: null, help: null }] },
  ])
  expect((await call('GET', '/scopes', undefined, 'SG.weak.key'))[0]).toBe(403)
  expect((await call('POST', '/api_keys', { name: 'more', scopes: ['stats.read'] }, 'SG.weak.key'))[0]).toBe(400)
  const path = `/api_keys/${String(api_key_id)}`
  expect((await call('PUT', path, { name: 'both', scopes: ['stats.read', 'templates.read'] }))[0]).toBe(200)
  expect((await call('GET', '/templates', undefined, key))[0]).toBe(200)
  expect((await call('PATCH', path, { name: 'renamed' }))[1]).toMatchObject({ name: 'renamed' })
  expect((await call('GET', path))[1]).toMatchObject({ result: [{ scopes: ['stats.read', 'templates.read'] }] })
  expect((await call('GET', '/api_keys'))[1]).toMatchObject({ result: [{}, {}, { name: 'renamed' }] })
  expect((await call('DELETE', path))[0]).toBe(204)
  expect((await call('GET', '/templates', undefined, key))[0]).toBe(401)
  await mailed(mail)
})

test('a sender may send once somebody has followed the link in the mail to it', async () => {
  const { call, mailed, happen } = openAccount({ verified_senders: ['other@example.test'] })
  await expect(mailed(mail)).rejects.toMatchObject({ code: 403 })
  const [status, made] = await call('POST', '/verified_senders', { from_email: SHOP, nickname: 'Shop', reply_to: SHOP })
  expect([status, made]).toMatchObject([201, { from_email: SHOP, verified: false, locked: false }])
  await expect(mailed(mail)).rejects.toMatchObject({ code: 403 })
  const path = `/verified_senders/${Number(fieldsOf(made).id)}`
  expect((await call('POST', `/verified_senders/resend/${Number(fieldsOf(made).id)}`))[0]).toBe(204)
  await happen('sender.verified', { to: SHOP })
  await mailed(mail)
  expect((await call('PATCH', path, { city: 'Paris' }))[1]).toMatchObject({ city: 'Paris', verified: true })
  expect((await call('GET', '/verified_senders?limit=1'))[1]).toMatchObject({
    results: [{ from_email: 'other@example.test' }],
  })
  expect((await call('GET', '/verified_senders/steps_completed'))[1]).toMatchObject({
    results: { sender_verified: true },
  })
  expect((await call('DELETE', path))[0]).toBe(204)
  await expect(mailed(mail)).rejects.toMatchObject({ code: 403 })
})

test('the event webhook is set up by the API, signed, and told of what it wants', async () => {
  const setup = openAccount()
  const { call, mailed, world } = setup
  const path = '/user/webhooks/event/settings'
  expect((await call('PATCH', path, { enabled: true }))[0]).toBe(400)
  const on = { enabled: true, url: 'https://shop.test/events', processed: false }
  expect((await call('PATCH', path, on))[1]).toMatchObject({ enabled: true, processed: false, delivered: true })
  expect((await call('PATCH', `${path}/signed`, { enabled: true }))[1]).toEqual({ public_key: VERIFICATION_KEY })
  await mailed({ ...mail, categories: ['news'] })
  await world.clock.advance(10_000)
  expect(eventsOf(setup.deliveries)).toMatchObject([{ event: 'delivered', email: ADA, category: ['news'] }])
  const [delivery] = setup.deliveries
  const header = (name: string): string => delivery?.headers.find(([one]) => one === name)?.[1] ?? ''
  const verifier = new EventWebhook()
  const [signature, time] = ['Signature', 'Timestamp'].map((name) => header(`X-Twilio-Email-Event-Webhook-${name}`))
  const key = verifier.convertPublicKeyToECDSA(VERIFICATION_KEY)
  expect(verifier.verifySignature(key, delivery?.body ?? '', signature ?? '', time ?? '')).toBe(true)
})

test('statistics count by day and by category what has happened, and unique what is new', async () => {
  const { call, mailed, world, happen } = openAccount({ suppressions: { unsubscribes: [GRACE] } })
  await mailed({ ...mail, categories: ['news', 'all'] })
  await mailed({ ...mail, to: GRACE })
  await world.clock.advance(24 * HOUR_MS)
  for (let n = 0; n < 2; n++) await happen('mail.opened', { to: ADA })
  const [, days] = await call('GET', '/stats?start_date=2030-01-01')
  expect(days).toMatchObject([
    { date: '2030-01-01', stats: [{ metrics: { requests: 2, delivered: 1, unsubscribe_drops: 1, opens: 0 } }] },
    { date: '2030-01-02', stats: [{ metrics: { requests: 0, opens: 2, unique_opens: 1 } }] },
  ])
  expect((await call('GET', '/categories?category=ne'))[1]).toEqual([{ category: 'news' }])
  const [, own] = await call('GET', '/categories/stats?start_date=2030-01-01&end_date=2030-01-01&categories=news')
  expect(own).toMatchObject([{ stats: [{ name: 'news', metrics: { requests: 1, delivered: 1 } }] }])
  expect((await call('GET', '/stats'))[0]).toBe(400)
})

test('contacts come in behind the answer, into lists, and are found by address', async () => {
  const { call, world } = openAccount()
  const [, list] = await call('POST', '/marketing/lists', { name: 'Customers' })
  const id = String(fieldsOf(list).id)
  expect((await call('POST', '/marketing/lists', { name: 'Customers' }))[0]).toBe(400)
  const put = (contact: object) => call('PUT', '/marketing/contacts', { list_ids: [id], contacts: [contact as never] })
  expect((await put({ email: ADA, first_name: 'Ada' }))[0]).toBe(202)
  const find = () => call('POST', '/marketing/contacts/search/emails', { emails: [ADA] })
  expect((await find())[0]).toBe(404)
  await world.clock.advance(10_000)
  await put({ email: ADA, last_name: 'Lovelace' })
  await world.clock.advance(10_000)
  const [, hits] = await find()
  expect(hits).toMatchObject({
    result: { [ADA]: { contact: { first_name: 'Ada', last_name: 'Lovelace', list_ids: [id] } } },
  })
  expect((await call('GET', `/marketing/lists/${id}`))[1]).toMatchObject({ contact_count: 1 })
  expect((await put({ email: 'nobody' }))[0]).toBe(400)
  expect((await call('DELETE', `/marketing/lists/${id}`))[0]).toBe(204)
  expect((await call('GET', '/marketing/contacts/count'))[1]).toMatchObject({ contact_count: 1 })
  expect((await call('DELETE', '/marketing/contacts?delete_all_contacts=true'))[0]).toBe(202)
})

test('attachments are kept by name and size; what is not base64 is refused', async () => {
  const { mailed, rows } = openAccount()
  const attachment = { filename: 'a.txt', type: 'text/plain', content: Buffer.from('hello').toString('base64') }
  await mailed({ ...mail, attachments: [attachment] })
  expect(rows('messages')).toMatchObject([
    { attachments: [{ filename: 'a.txt', bytes: 5, disposition: 'attachment' }] },
  ])
  await expect(mailed({ ...mail, attachments: [{ ...attachment, content: 'not base64!' }] })).rejects.toMatchObject({
    response: { body: { errors: [{ field: 'attachments.0.content' }] } },
  })
  const categories = Array.from({ length: 11 }, (_, n) => `c${n}`)
  await expect(mailed({ ...mail, categories })).rejects.toMatchObject({ code: 400 })
  await expect(mailed({ ...mail, customArgs: { big: 'x'.repeat(10_000) } })).rejects.toMatchObject({ code: 400 })
})

test('a limit is told in headers, and holds until its window is over', async () => {
  const { send, world } = openAccount({ rate_limits: { 'mail.send': { limit: 2, seconds: 10 } } })
  const body = {
    personalizations: [{ to: [{ email: ADA }] }],
    from: { email: SHOP },
    subject: 'x',
    content: [{ type: 'text/plain', value: 'x' }],
  }
  const asked = async () => {
    const answer = await send(ask('POST', '/mail/send', body))
    const header = (name: string) => answer.headers.get(`X-RateLimit-${name}`)
    return [
      answer.status,
      header('Limit'),
      header('Remaining'),
      Number(header('Reset')) - Date.parse('2030-01-01') / 1000,
    ]
  }
  expect(await asked()).toEqual([202, '2', '1', 10])
  expect(await asked()).toEqual([202, '2', '0', 10])
  expect(await asked()).toEqual([429, '2', '0', 10])
  await world.clock.advance(10_000)
  expect(await asked()).toEqual([202, '2', '1', 20])
})
