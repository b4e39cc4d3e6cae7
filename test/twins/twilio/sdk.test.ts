import { expect, test } from 'vitest'
import { ADA, GRACE, OTHER, openAccount, POOL, SEED, SHOP, SID, TOKEN, VERIFY } from './support.ts'

const text = { to: ADA, from: SHOP, body: 'Hi' }

test('messages: a message is queued without a price, then delivered with one', async () => {
  const { client, world } = openAccount()
  const made = await client.messages.create({ ...text, body: 'x'.repeat(161) })
  expect(made).toMatchObject({ status: 'queued', price: null, numSegments: '2', errorCode: null, numMedia: '0' })
  expect(made.sid).toMatch(/^SM[0-9a-f]{32}$/)
  expect(made.dateCreated).toEqual(new Date('2030-01-01T00:00:00Z'))
  await world.clock.advance(10_000)
  const done = await client.messages(made.sid).fetch()
  expect(done).toMatchObject({ status: 'delivered', price: '-0.01660', priceUnit: 'USD', direction: 'outbound-api' })
  expect(done.dateSent?.getTime()).toBeGreaterThan(made.dateCreated.getTime() - 1)
  expect(world.money.bill.lines).toMatchObject([{ sku: 'sms.outbound.US', quantity: '2', amount: '0.0166' }])
})

test('messages: lists come in pages, newest first, and by sender, recipient and day', async () => {
  const { client, world } = openAccount()
  for (const body of ['1', '2', '3', '4', '5']) await client.messages.create({ ...text, body })
  await client.messages.create({ ...text, to: GRACE, body: '6' })
  const bodies = async (by: NonNullable<Parameters<typeof client.messages.list>[0]>) =>
    (await client.messages.list(by)).map(({ body }) => body).join('')
  expect(await bodies({ pageSize: 2 })).toBe('654321')
  expect(await bodies({ limit: 3 })).toBe('654')
  expect(await bodies({ to: ADA, pageSize: 3 })).toBe('54321')
  expect(await bodies({ from: OTHER })).toBe('')
  await world.clock.advance(60_000)
  expect(await bodies({ dateSent: new Date('2030-01-01') })).toBe('654321')
  const sent = (await client.messages.list()).map(({ body, dateSent }) => [body, dateSent?.getTime() ?? 0] as const)
  const third = sent[2]?.[1] ?? 0
  const late = sent.filter(([, atMs]) => atMs >= third).map(([body]) => body)
  expect(late.length).toBeLessThan(6)
  expect(await bodies({ dateSentAfter: new Date(third) })).toBe(late.join(''))
  expect(await bodies({ dateSentBefore: new Date('2029-12-31') })).toBe('')
  const page = await client.messages.page({ pageSize: 4 })
  const back = await (await page.nextPage())?.previousPage()
  expect(back?.instances.map(({ body }) => body).join('')).toBe('6543')
})

test('messages: what is final is redacted and deleted, what is not is not', async () => {
  const { client, world } = openAccount()
  const { sid } = await client.messages.create(text)
  await expect(client.messages(sid).remove()).rejects.toMatchObject({ status: 409, code: 20009 })
  await world.clock.advance(10_000)
  expect(await client.messages(sid).update({ body: '' })).toMatchObject({ body: '', status: 'delivered' })
  await expect(client.messages(sid).update({ body: 'x' })).rejects.toMatchObject({ status: 400, code: 30400 })
  await expect(client.messages(sid).update({ status: 'canceled' })).rejects.toMatchObject({ code: 30409 })
  expect(await client.messages(sid).remove()).toBe(true)
  await expect(client.messages(sid).fetch()).rejects.toMatchObject({
    status: 404,
    code: 20404,
    message: `The requested resource /2010-04-01/Accounts/${SID}/Messages/${sid}.json was not found`,
    moreInfo: 'https://www.twilio.com/docs/errors/20404',
  })
})

test('media: pictures make an MMS, and are listed, fetched and deleted', async () => {
  const { client, world } = openAccount()
  const made = await client.messages.create({ ...text, mediaUrl: ['https://shop.test/a.png', 'https://shop.test/b'] })
  expect(made).toMatchObject({ numMedia: '2' })
  expect(made.sid).toMatch(/^MM/)
  const [first, second] = await client.messages(made.sid).media.list()
  expect([first?.contentType, second?.contentType]).toEqual(['image/png', 'image/jpeg'])
  const sid = first?.sid ?? ''
  expect(await client.messages(made.sid).media(sid).fetch()).toMatchObject({ sid, parentSid: made.sid })
  expect(await client.messages(made.sid).media(sid).remove()).toBe(true)
  expect(await client.messages(made.sid).media.list()).toHaveLength(1)
  await world.clock.advance(10_000)
  expect(world.money.bill.lines).toMatchObject([{ sku: 'mms.outbound.US', amount: '0.022' }])
})

test('messaging services: accepted without a sender, then sent by one of the pool, always the same to one recipient', async () => {
  const { client, world } = openAccount()
  const second = (await client.incomingPhoneNumbers.list({ phoneNumber: SHOP }))[0]
  await client.messaging.v1.services(POOL).phoneNumbers.create({ phoneNumberSid: second?.sid ?? '' })
  const made = await client.messages.create({ to: ADA, messagingServiceSid: POOL, body: 'Hi' })
  expect(made).toMatchObject({ status: 'accepted', from: null, numSegments: '0', messagingServiceSid: POOL })
  await world.clock.advance(10_000)
  const { from } = await client.messages(made.sid).fetch()
  expect([SHOP, OTHER]).toContain(from)
  const again = await client.messages.create({ to: ADA, messagingServiceSid: POOL, body: 'Hi' })
  const stranger = await client.messages.create({ to: GRACE, messagingServiceSid: POOL, body: 'Hi' })
  await world.clock.advance(10_000)
  expect(await client.messages(again.sid).fetch()).toMatchObject({ from, status: 'delivered', numSegments: '1' })
  expect(await client.messages(stranger.sid).fetch()).toMatchObject({ from: from === SHOP ? OTHER : SHOP })
})

test('messaging services: are created, changed, listed, emptied and deleted', async () => {
  const { client } = openAccount()
  const { services } = client.messaging.v1
  const made = await services.create({
    friendlyName: 'Shop',
    statusCallback: 'https://shop.test/status',
    stickySender: false,
  })
  expect(made).toMatchObject({ friendlyName: 'Shop', statusCallback: 'https://shop.test/status', stickySender: false })
  expect(await services(made.sid).update({ validityPeriod: 60 })).toMatchObject({ validityPeriod: 60 })
  expect((await services.list()).map(({ sid }) => sid)).toEqual([POOL, made.sid])
  const pool = services(POOL).phoneNumbers
  const [number] = await pool.list()
  expect(number).toMatchObject({ phoneNumber: OTHER, countryCode: 'US' })
  const elsewhere = services(made.sid).phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' })
  await expect(elsewhere).rejects.toMatchObject({ code: 21712 })
  const twice = pool.create({ phoneNumberSid: number?.sid ?? '' })
  await expect(twice).rejects.toMatchObject({ code: 21710 })
  expect(await pool(number?.sid ?? '').fetch()).toMatchObject({ serviceSid: POOL })
  expect(await pool(number?.sid ?? '').remove()).toBe(true)
  const empty = client.messages.create({ to: ADA, messagingServiceSid: POOL, body: 'Hi' })
  await expect(empty).rejects.toMatchObject({ code: 21704 })
  expect(await services(made.sid).remove()).toBe(true)
  await expect(services(made.sid).fetch()).rejects.toMatchObject({ code: 20404 })
})

test('scheduled messages: go when it is time, or are canceled before', async () => {
  const { client, world } = openAccount()
  const later = (minutes: number) => ({
    to: ADA,
    messagingServiceSid: POOL,
    body: 'Hi',
    scheduleType: 'fixed' as const,
    sendAt: new Date(world.clock.now() + minutes * 60_000),
  })
  const [kept, dropped] = [await client.messages.create(later(20)), await client.messages.create(later(20))]
  expect(kept.status).toBe('scheduled')
  await world.clock.advance(19 * 60_000)
  expect(await client.messages(dropped.sid).update({ status: 'canceled' })).toMatchObject({ status: 'canceled' })
  expect((await client.messages(kept.sid).fetch()).status).toBe('scheduled')
  await world.clock.advance(2 * 60_000)
  expect((await client.messages(kept.sid).fetch()).status).toBe('delivered')
  expect((await client.messages(dropped.sid).fetch()).status).toBe('canceled')
  await expect(client.messages.create(later(4))).rejects.toMatchObject({ code: 35114 })
  await expect(client.messages.create(later(36 * 24 * 60))).rejects.toMatchObject({ code: 35114 })
  const { sendAt: _, ...never } = later(20)
  await expect(client.messages.create(never)).rejects.toMatchObject({ code: 35111 })
  const { messagingServiceSid: __, ...alone } = later(20)
  await expect(client.messages.create({ ...alone, from: SHOP })).rejects.toMatchObject({ code: 35118 })
})

test('numbers: are bought, changed, found and given back', async () => {
  const { client, world } = openAccount()
  const made = await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550123', smsUrl: 'https://shop.test/in' })
  expect(made).toMatchObject({ phoneNumber: '+12025550123', friendlyName: '(202) 555-0123', smsMethod: 'POST' })
  expect(world.money.bill.lines).toMatchObject([{ sku: 'number.US', amount: '1.15' }])
  const changed = await client.incomingPhoneNumbers(made.sid).update({ smsUrl: '', friendlyName: 'Shop' })
  expect(changed).toMatchObject({ smsUrl: '', friendlyName: 'Shop' })
  expect(await client.incomingPhoneNumbers.list({ phoneNumber: '+1202' })).toHaveLength(1)
  await expect(client.incomingPhoneNumbers.create({ phoneNumber: SHOP })).rejects.toMatchObject({ code: 21422 })
  expect(await client.incomingPhoneNumbers(made.sid).fetch()).toMatchObject({ sid: made.sid })
  expect(await client.incomingPhoneNumbers(made.sid).remove()).toBe(true)
  expect(await client.incomingPhoneNumbers.list()).toHaveLength(2)
})

test('accounts and keys: a key signs in, until it is deleted', async () => {
  const { client, as } = openAccount()
  expect(await client.api.v2010.accounts(SID).fetch()).toMatchObject({ sid: SID, status: 'active', type: 'Full' })
  expect(await client.api.v2010.accounts(SID).update({ friendlyName: 'Shop' })).toMatchObject({ friendlyName: 'Shop' })
  expect(await client.api.v2010.accounts.list()).toHaveLength(1)
  const { sid, secret } = await client.newKeys.create({ friendlyName: 'worker' })
  const worker = as(sid, secret, { accountSid: SID })
  expect(await worker.messages.create(text)).toMatchObject({ status: 'queued' })
  expect(await worker.verify.v2.services(VERIFY).fetch()).toMatchObject({ accountSid: SID })
  await expect(as(sid, 'wrong', { accountSid: SID }).messages.list()).rejects.toMatchObject({ code: 20003 })
  expect(await client.keys(sid).update({ friendlyName: 'w' })).toMatchObject({ friendlyName: 'w' })
  expect(await client.keys(sid).fetch()).not.toHaveProperty('secret')
  expect(await client.keys.list()).toHaveLength(1)
  expect(await client.keys(sid).remove()).toBe(true)
  await expect(worker.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 })
})

test('lookups: a number tells its country, and whether anybody can have it', async () => {
  const { client } = openAccount()
  const look = (number: string, countryCode?: string) =>
    client.lookups.v2.phoneNumbers(number).fetch(countryCode === undefined ? {} : { countryCode })
  expect(await look('+491701234567')).toMatchObject({ valid: true, countryCode: 'DE', callingCountryCode: '49' })
  expect(await look('4155552671')).toMatchObject({ phoneNumber: ADA, nationalFormat: '(415) 555-2671', valid: true })
  expect(await look('0170 1234567', 'DE')).toMatchObject({ phoneNumber: '+491701234567' })
  expect(await look('+15551234567')).toMatchObject({ valid: false, validationErrors: ['INVALID_BUT_POSSIBLE'] })
  expect(await look('+1415')).toMatchObject({ valid: false, validationErrors: ['TOO_SHORT'] })
})

test('the SDK gets through a rate limit when it may try again', async () => {
  const { as, world } = openAccount()
  world.faults.add({ on: 'twilio.messages.create', kind: 'rate-limit', times: 1 })
  const patient = as(SID, TOKEN, { autoRetry: true, maxRetryDelay: 1 })
  expect(await patient.messages.create(text)).toMatchObject({ status: 'queued' })
  world.faults.add({ on: 'twilio.messages.create', kind: 'rate-limit', times: 1 })
  await expect(as(SID, TOKEN).messages.create(text)).rejects.toMatchObject({ status: 429, code: 20429 })
})

test('a lost answer has sent the message all the same: there is no key to try again with', async () => {
  const { client, world, rows } = openAccount(SEED)
  world.faults.add({ on: 'twilio.messages.create', kind: 'answer-lost', times: 1 })
  await expect(client.messages.create(text)).rejects.toThrow()
  await client.messages.create(text)
  expect(rows('messages')).toHaveLength(2)
})
