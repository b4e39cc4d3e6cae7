import twilioSdk from 'twilio'
import { expect, test } from 'vitest'
import {
  ADA,
  headerOf,
  OTHER,
  openAccount,
  POOL,
  paramsOf,
  SEED,
  type Setup,
  SHOP,
  SID,
  TOKEN,
  taken,
} from './support.ts'

const { MessagingResponse } = twilioSdk.twiml
const answer = (body: string, status = 200) => ({ kind: 'answer', status, body }) as const
const inbound = (setup: Setup, more: object = {}): Promise<void> =>
  setup.happen('message.received', { from: ADA, to: SHOP, body: 'Hello', ...more })
const sentTo = ({ rows }: Setup): readonly unknown[] =>
  rows('messages')
    .filter(({ direction }) => direction === 'outbound-reply')
    .map(({ to, from, body }) => [to, from, body])

test('callbacks tell what becomes of a message, signed so that the SDK’s own check takes them and no other', async () => {
  const setup = openAccount({ ...SEED, unreachable: { [ADA]: 30005 } })
  const statusCallback = "https://shop.test/sms?order=it's 1&x=%20"
  const { sid } = await setup.client.messages.create({ to: ADA, from: SHOP, body: 'Hi', statusCallback })
  await setup.world.clock.advance(10_000)
  expect(setup.deliveries.map(paramsOf)).toMatchObject([
    {
      MessageStatus: 'sent',
      MessageSid: sid,
      SmsSid: sid,
      AccountSid: SID,
      To: ADA,
      From: SHOP,
      ApiVersion: '2010-04-01',
    },
    { MessageStatus: 'undelivered', ErrorCode: '30005', RawDlrDoneDate: '3001010000' },
  ])
  for (const delivery of setup.deliveries) {
    const [signature, params] = [headerOf(delivery, 'X-Twilio-Signature'), paramsOf(delivery)]
    expect(twilioSdk.validateRequest(TOKEN, signature, statusCallback, params)).toBe(true)
    expect(twilioSdk.validateRequest('another', signature, statusCallback, params)).toBe(false)
    expect(twilioSdk.validateRequest(TOKEN, signature, statusCallback, { ...params, To: OTHER })).toBe(false)
  }
  const { errorMessage, price } = await setup.client.messages(sid).fetch()
  expect([errorMessage, price]).toEqual(['Unknown destination handset', '-0.00830'])
})

test('a message of a service is told when it is queued, at the service’s address unless it has its own', async () => {
  const setup = openAccount()
  await setup.client.messaging.v1.services(POOL).update({ statusCallback: 'https://shop.test/all' })
  const own = 'https://shop.test/own'
  await setup.client.messages.create({ to: ADA, messagingServiceSid: POOL, body: '1' })
  await setup.client.messages.create({ to: ADA, messagingServiceSid: POOL, body: '2', statusCallback: own })
  await setup.world.clock.advance(10_000)
  const told = (url: string) =>
    setup.deliveries.filter((one) => one.url === url).map((one) => paramsOf(one).MessageStatus)
  expect(told('https://shop.test/all')).toEqual(['queued', 'sent', 'delivered'])
  expect(told(own)).toEqual(['queued', 'sent', 'delivered'])
  expect(setup.deliveries.every((one) => paramsOf(one).MessagingServiceSid === POOL)).toBe(true)
})

test.each([
  ['once more after a connection that fails', '', { kind: 'failed', reason: 'refused' }, 2],
  ['never after a 500, unless asked', '', answer('', 500), 1],
  ['as often as asked after a 500', '#rc=3&rp=5xx,ct', answer('', 500), 4],
  ['never when asked for none', '#rc=0', { kind: 'failed', reason: 'reset' }, 1],
  ['after anything with all', '#rc=2&rp=all', answer('', 404), 3],
  [
    'not after a timeout that has taken the time there is',
    '#rc=5&rp=rt&rt=900',
    { kind: 'failed', reason: 'timeout' },
    1,
  ],
] as const)('a callback is tried again %s', async (_, fragment, outcome, times) => {
  const setup = openAccount()
  setup.listener = () => outcome
  const statusCallback = `https://shop.test/sms${fragment}`
  await setup.client.messages.create({ to: ADA, from: SHOP, body: 'Hi', statusCallback })
  await setup.world.clock.advance(60_000)
  const first = setup.deliveries.filter((one) => paramsOf(one).MessageStatus === 'sent')
  expect(first).toHaveLength(times)
  expect(new Set(first.map((one) => headerOf(one, 'I-Twilio-Idempotency-Token'))).size).toBe(1)
  expect(first.every(({ url }) => url === 'https://shop.test/sms')).toBe(true)
  expect(setup.events('webhook.given_up')).toHaveLength(2)
  expect(setup.rows('deliveries')).toEqual([])
})

test('an incoming message is handed over signed, and what TwiML says is sent', async () => {
  const setup = openAccount()
  const twiml = new MessagingResponse()
  twiml.message('Thanks & <bye>')
  const second = twiml.message({ to: OTHER, statusCallback: '/told' }, '')
  second.body('A picture')
  second.media('/a.png')
  setup.listener = (delivery) => (paramsOf(delivery).SmsStatus === 'received' ? answer(twiml.toString()) : taken)
  await inbound(setup, { media: ['https://ada.test/cat.gif'] })
  await setup.world.clock.advance(20_000)
  const [delivery] = setup.deliveries
  if (delivery === undefined) throw new Error('expected a webhook, got none')
  const params = paramsOf(delivery)
  expect(params).toMatchObject({
    From: ADA,
    To: SHOP,
    Body: 'Hello',
    NumMedia: '1',
    MediaContentType0: 'image/gif',
    FromCountry: 'US',
    NumSegments: '1',
    AccountSid: SID,
  })
  const signature = headerOf(delivery, 'X-Twilio-Signature')
  expect(twilioSdk.validateRequest(TOKEN, signature, 'https://shop.test/sms', params)).toBe(true)
  expect(sentTo(setup)).toEqual([
    [ADA, SHOP, 'Thanks & <bye>'],
    [OTHER, SHOP, 'A picture'],
  ])
  expect(setup.deliveries.slice(1).map(({ url }) => url)).toEqual(['https://shop.test/told', 'https://shop.test/told'])
  const [received] = await setup.client.messages.list({ from: ADA })
  expect(received).toMatchObject({ direction: 'inbound', status: 'received', price: '-0.01650' })
})

test('a GET hook gets its parameters and its signature in the address', async () => {
  const setup = openAccount({
    ...SEED,
    numbers: [{ phone_number: SHOP, sms_url: 'https://shop.test/in?x=1', sms_method: 'GET' }],
  })
  await inbound(setup)
  await setup.world.clock.advance(1_000)
  const [delivery] = setup.deliveries
  if (delivery === undefined) throw new Error('expected a webhook, got none')
  expect([delivery.method, delivery.body]).toEqual(['GET', ''])
  expect(new URL(delivery.url).searchParams.get('Body')).toBe('Hello')
  expect(twilioSdk.validateRequest(TOKEN, headerOf(delivery, 'X-Twilio-Signature'), delivery.url, {})).toBe(true)
})

test.each([
  ['no TwiML', answer('<html></html>'), '12100'],
  ['broken XML', answer('<Response><Message>'), '12100'],
  ['a verb that nobody knows', answer('<Response><Dance/></Response>'), '12200'],
  ['JSON', answer('{"ok":true}'), '12300'],
  ['a 500', answer('', 500), '11200'],
  ['no connection', { kind: 'failed', reason: 'refused' }, '11205'],
] as const)('%s sends the caller to the fallback, with the error', async (_, outcome, error) => {
  const fallback = 'https://spare.test/sms'
  const setup = openAccount({
    ...SEED,
    numbers: [{ phone_number: SHOP, sms_url: 'https://shop.test/sms', sms_fallback_url: fallback }],
  })
  setup.listener = ({ url }) => (url === fallback ? answer('<Response><Message>Sorry</Message></Response>') : outcome)
  await inbound(setup)
  await setup.world.clock.advance(30_000)
  const spare = setup.deliveries.find(({ url }) => url === fallback)
  expect(spare === undefined ? {} : paramsOf(spare)).toMatchObject({
    ErrorCode: error,
    ErrorUrl: 'https://shop.test/sms',
  })
  expect(sentTo(setup)).toEqual([[ADA, SHOP, 'Sorry']])
})

test('a redirect is followed, ten times at most; text is a reply; silence is none', async () => {
  const setup = openAccount()
  setup.listener = ({ url }) =>
    answer(
      url.endsWith('/sms')
        ? '<Response><Redirect method="POST">/next</Redirect><Message>never</Message></Response>'
        : 'Plain',
    )
  await inbound(setup)
  await setup.world.clock.advance(10_000)
  expect(sentTo(setup)).toEqual([[ADA, SHOP, 'Plain']])
  setup.listener = () => answer('<Response/>')
  await inbound(setup)
  await setup.world.clock.advance(10_000)
  expect(sentTo(setup)).toHaveLength(1)
  setup.listener = () => answer('<Response><Redirect/></Response>')
  const before = setup.deliveries.length
  await inbound(setup)
  await setup.world.clock.advance(60_000)
  expect(setup.deliveries.length - before).toBe(11)
  expect(setup.events('webhook.alert')).toMatchObject([{ error: 11100 }])
})

test('STOP bars one sender, or one service, and START lets it again; the app is told of both', async () => {
  const setup = openAccount()
  const send = (from: string) => setup.client.messages.create({ to: ADA, from, body: 'Hi' })
  await inbound(setup, { body: ' stop ' })
  await setup.world.clock.advance(1_000)
  await expect(send(SHOP)).rejects.toMatchObject({ status: 400, code: 21610 })
  expect(await send(OTHER)).toMatchObject({ status: 'queued' })
  await inbound(setup, { body: 'Stop it please' })
  await inbound(setup, { body: 'START' })
  await setup.world.clock.advance(1_000)
  expect(await send(SHOP)).toMatchObject({ status: 'queued' })
  await inbound(setup, { to: OTHER, body: 'CANCEL' })
  const pooled = setup.client.messages.create({ to: ADA, messagingServiceSid: POOL, body: 'Hi' })
  await expect(pooled).rejects.toMatchObject({ code: 21610 })
  await setup.world.clock.advance(1_000)
  const hooks = setup.deliveries.map(({ url, body }) => [url, new URLSearchParams(body).get('Body')])
  expect(hooks).toEqual([
    ['https://shop.test/sms', ' stop '],
    ['https://shop.test/sms', 'Stop it please'],
    ['https://shop.test/sms', 'START'],
    ['https://shop.test/pool', 'CANCEL'],
  ])
  expect(setup.events('reply.sent').map(({ body }) => String(body).split('.')[0])).toEqual([
    'You have successfully been unsubscribed',
    'You have successfully been re-subscribed to messages from this number',
    'You have successfully been unsubscribed',
  ])
})

test('a reply to somebody who has said STOP goes nowhere, and only the debugger knows', async () => {
  const setup = openAccount()
  setup.listener = () => answer('<Response><Message>Sure?</Message></Response>')
  await inbound(setup, { body: 'STOP' })
  await setup.world.clock.advance(5_000)
  expect(sentTo(setup)).toEqual([])
  expect(setup.events('webhook.alert')).toMatchObject([{ error: 21610 }])
})
