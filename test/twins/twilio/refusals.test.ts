import { expect, test } from 'vitest'
import { fieldsOf, type Seed } from '../../../twins/twilio/state.ts'
import { ADA, API, ask, GRACE, OTHER, openAccount, POOL, SEED, SHOP, SID, TOKEN } from './support.ts'

type Text = Parameters<ReturnType<typeof openAccount>['client']['messages']['create']>[0]
const text: Text = { to: ADA, from: SHOP, body: 'Hi' }

test.each<readonly [string, Seed, Partial<Text>, number, string]>([
  ['a number that nobody can have', {}, { to: '+15551234567' }, 21211, "Invalid 'To' Phone Number: +1555123XXXX"],
  ['no sender', {}, { from: '' }, 21603, "A 'From' phone number is required."],
  ['a sender that is no number', {}, { from: '+12' }, 21212, "The 'From' number +12 is not a valid phone number"],
  ['no body', {}, { body: '' }, 21619, 'A text message body or media urls must be specified.'],
  ['a body of 1601', {}, { body: 'x'.repeat(1601) }, 21617, 'exceeds the 1600 character limit'],
  ['itself', {}, { to: SHOP }, 21266, "'To' and 'From' number cannot be the same"],
  [
    'a number of somebody else',
    {},
    { from: '+12025550123' },
    21659,
    "'From' +12025550123 is not a Twilio phone number",
  ],
  ['letters to North America', {}, { from: 'Shop' }, 21612, 'is not currently reachable using the'],
  [
    'a country that is not open',
    { geo_permissions: ['CA'] },
    {},
    21408,
    'Permission to send an SMS has not been enabled',
  ],
  ['a landline', { landlines: [ADA] }, {}, 21614, 'is not a mobile number'],
  ['somebody who has said STOP', { opted_out: [ADA] }, {}, 21610, 'Attempt to send to unsubscribed recipient'],
  ['an address that is none', {}, { statusCallback: 'shop' }, 21609, 'is not a valid URL'],
  ['a picture that is none', {}, { mediaUrl: ['a.png'] }, 21620, 'Invalid media URL(s)'],
  ['eleven pictures', {}, { mediaUrl: Array(11).fill('https://a.test/') }, 21623, 'exceeds allowed limit'],
  ['a service that is not there', {}, { messagingServiceSid: `MG${'9'.repeat(32)}` }, 21701, 'does not exist'],
])('%s is refused by code', async (_, seed, change, code, words) => {
  const { client, rows, world } = openAccount({ ...SEED, ...seed })
  const refused = client.messages.create({ ...text, ...change })
  await expect(refused).rejects.toMatchObject({ status: code === 21701 ? 404 : 400, code })
  await expect(refused).rejects.toThrow(words)
  expect([rows('messages'), world.money.bill.lines]).toEqual([[], []])
})

test('a trial account writes to verified numbers only, and says what it is', async () => {
  const trial: Seed = { account: { sid: SID, auth_token: TOKEN, type: 'Trial' }, verified_callers: [GRACE] }
  const { client } = openAccount(trial)
  await expect(client.messages.create(text)).rejects.toMatchObject({ code: 21608 })
  const { body } = await client.messages.create({ ...text, to: GRACE })
  expect(body).toBe('Sent from your Twilio trial account - Hi')
})

test.each([
  ['no credentials', {}],
  ['another token', { Authorization: `Basic ${Buffer.from(`${SID}:wrong`).toString('base64')}` }],
  ['another account', { Authorization: `Basic ${Buffer.from(`AC${'9'.repeat(32)}:${TOKEN}`).toString('base64')}` }],
] as const)('%s are refused with 20003', async (_, headers: Record<string, string>) => {
  const { send } = openAccount()
  const refused = await send(new Request(`${API}/Messages.json`, { headers }))
  expect([refused.status, await refused.json()]).toEqual([
    401,
    { code: 20003, message: 'Authenticate', more_info: 'https://www.twilio.com/docs/errors/20003', status: 401 },
  ])
  expect(refused.headers.get('Twilio-Request-Id')).toMatch(/^RQ[0-9a-f]{32}$/)
})

test('without a seed, whoever calls first is the account, and nobody else', async () => {
  const { send } = openAccount({})
  expect((await send(ask('GET', `${API}/Messages.json`))).status).toBe(200)
  expect((await send(ask('GET', `${API}/Messages.json`, undefined, [SID, 'another']))).status).toBe(401)
})

test('a parameter nobody knows is loud', async () => {
  const { send } = openAccount()
  const odd = send(ask('POST', `${API}/Messages.json`, { To: ADA, From: SHOP, Body: 'Hi', Colour: 'red' }))
  await expect(odd).rejects.toThrow('does not model the parameter "Colour" of messages.create')
})

test('a sender brings one segment a second', async () => {
  const { client, world, rows } = openAccount()
  for (let n = 0; n < 4; n++) await client.messages.create({ ...text, body: 'x'.repeat(306) })
  await world.clock.advance(20_000)
  const sentMs = rows('messages').map(({ sent_ms }) => Number(sent_ms) - world.startsAtMs)
  for (const [nth, atMs] of sentMs.entries()) {
    expect(atMs).toBeGreaterThanOrEqual(2_000 * nth)
    expect(atMs).toBeLessThan(2_000 * nth + 2_000)
  }
})

test('ten hours are the longest queue: one more is refused, and fails at a service', async () => {
  const { client, world, twin } = openAccount()
  const full = { id: OTHER, free_ms: world.clock.now() + 36_001_000 }
  twin.restore({ ...fieldsOf(twin.snapshot()), senders: [full] })
  await expect(client.messages.create({ ...text, from: OTHER })).rejects.toMatchObject({ code: 21611 })
  const { sid } = await client.messages.create({ to: ADA, messagingServiceSid: POOL, body: 'Hi' })
  await world.clock.advance(2_000)
  expect(await client.messages(sid).fetch()).toMatchObject({ status: 'failed', errorCode: 30001 })
  await world.clock.advance(2_000)
  expect(await client.messages.create({ ...text, from: OTHER })).toMatchObject({ status: 'queued' })
})

test('a message that cannot leave in time fails, and so does one that is too dear; both cost the fee', async () => {
  const { client, world } = openAccount()
  for (let n = 0; n < 10; n++) await client.messages.create(text)
  const late = await client.messages.create({ ...text, validityPeriod: 5 })
  const dear = await client.messages.create({ ...text, from: OTHER, maxPrice: 0.001 })
  await world.clock.advance(30_000)
  expect(await client.messages(late.sid).fetch()).toMatchObject({ status: 'failed', errorCode: 30036 })
  expect(await client.messages(dear.sid).fetch()).toMatchObject({
    status: 'failed',
    errorCode: 30010,
    price: '-0.00100',
  })
  expect(world.money.bill.lines.filter(({ sku }) => sku === 'failed')).toHaveLength(2)
})

test('a phone that is off is reached again when it is on', async () => {
  const { client, world, happen } = openAccount()
  const outcome = async () => {
    const { sid } = await client.messages.create(text)
    await world.clock.advance(10_000)
    const { status, errorCode } = await client.messages(sid).fetch()
    return [status, errorCode]
  }
  await happen('recipient.unreachable', { number: ADA })
  expect(await outcome()).toEqual(['undelivered', 30003])
  await happen('recipient.reachable', { number: ADA })
  expect(await outcome()).toEqual(['delivered', null])
  await happen('recipient.stopped', { number: ADA, sender: SHOP })
  await expect(outcome()).rejects.toMatchObject({ code: 21610 })
  await happen('recipient.started', { number: ADA })
  expect(await outcome()).toEqual(['delivered', null])
})

test('a country without a price is not free: the run is unpriced, until the seed has one', async () => {
  const german = { ...text, to: '+491701234567' }
  const unknown = openAccount()
  await unknown.client.messages.create(german)
  await unknown.world.clock.advance(10_000)
  expect(unknown.world.money.bill.unpriced).toMatchObject([{ sku: 'sms.outbound.DE' }])
  const known = openAccount({ ...SEED, prices: { 'sms.outbound.DE': '0.1128' } })
  const { sid } = await known.client.messages.create(german)
  await known.world.clock.advance(10_000)
  expect(known.world.money.bill).toMatchObject({ lines: [{ amount: '0.1128' }], unpriced: [] })
  expect((await known.client.messages(sid).fetch()).price).toBe('-0.11280')
})

const TEST = { sid: `AC${'7'.repeat(32)}`, auth_token: 'test-token' }
test.each([
  [{ from: '+15005550001' }, 21212],
  [{ from: '+15005550007' }, 21606],
  [{ from: '+15005550008' }, 21611],
  [{ from: SHOP }, 21606],
  [{ to: '+15005550001' }, 21211],
  [{ to: '+15005550002' }, 21612],
  [{ to: '+15005550003' }, 21408],
  [{ to: '+15005550004' }, 21610],
  [{ to: '+15005550009' }, 21614],
])('with test credentials, %j is answered with %d, as documented', async (change, code) => {
  const client = openAccount({ ...SEED, test_credentials: TEST }).as(TEST.sid, TEST.auth_token)
  const refused = client.messages.create({ to: ADA, from: '+15005550006', body: 'Hi', ...change })
  await expect(refused).rejects.toMatchObject({ status: 400, code })
})

test('with test credentials nothing is kept, told or charged, and nothing else is answered', async () => {
  const setup = openAccount({ ...SEED, test_credentials: TEST })
  const client = setup.as(TEST.sid, TEST.auth_token)
  const made = await client.messages.create({
    to: ADA,
    from: '+15005550006',
    body: 'Hi',
    statusCallback: 'https://shop.test/',
  })
  expect(made).toMatchObject({ status: 'queued', accountSid: TEST.sid })
  await setup.world.clock.advance(10_000)
  expect([setup.rows('messages'), setup.deliveries, setup.world.money.bill.lines]).toEqual([[], [], []])
  await expect(client.messages(made.sid).fetch()).rejects.toMatchObject({ status: 403, code: 20008 })
  const buy = (phoneNumber: string) => client.incomingPhoneNumbers.create({ phoneNumber })
  expect(await buy('+15005550006')).toMatchObject({ phoneNumber: '+15005550006' })
  await expect(buy('+15005550000')).rejects.toMatchObject({ code: 21422 })
  await expect(buy('+15005550001')).rejects.toMatchObject({ code: 21421 })
})
