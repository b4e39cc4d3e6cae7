import twilioSdk from 'twilio'
import { expect, test } from 'vitest'
import { NotModelled } from '../../../twins/twin.ts'
import type { Delivery, DeliveryOutcome } from '../../../twins/world.ts'
import { ADA, GRACE, openAccount, paramsOf, SEED, SHOP, TOKEN } from './support.ts'

const MENU =
  '<Response><Gather numDigits="1" action="/chosen"><Say>Press one to pay</Say></Gather><Say>Bye</Say></Response>'
const said = (body: string): DeliveryOutcome => ({ kind: 'answer', status: 200, body })
const answers =
  (pages: Readonly<Record<string, string>>) =>
  ({ url }: Delivery): DeliveryOutcome =>
    said(pages[new URL(url).pathname] ?? '')
const call = { from: SHOP, to: ADA, url: 'https://shop.test/menu' }
const told = {
  ...call,
  statusCallback: 'https://shop.test/status',
  statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
}
const HOUR = 3_600_000

test('a call rings, is answered, does what it is told and tells of itself, signed', async () => {
  const setup = openAccount({
    ...SEED,
    people: { [ADA]: { answers_after_s: 5, presses: '1' } },
    prices: { 'call.outbound.US': '0.014' },
  })
  const { client, world, deliveries } = setup
  setup.listener = answers({
    '/menu': MENU,
    '/chosen': '<Response><Say>Thank you</Say><Pause length="70"/><Hangup/><Say>never</Say></Response>',
  })
  const placed = await client.calls.create(told)
  expect(placed).toMatchObject({ status: 'queued', direction: 'outbound-api', duration: null })
  await world.clock.advance(HOUR)
  const over = await client.calls(placed.sid).fetch()
  // 1.6 s of menu, one to press, 0.8 s of thanks and 70 of pause.
  expect(over).toMatchObject({ status: 'completed', duration: '74', price: '-0.02800' })
  const asked = deliveries.filter(({ url }) => !url.endsWith('/status'))
  expect(asked.map(({ url, body }) => [new URL(url).pathname, new URLSearchParams(body).get('Digits')])).toEqual([
    ['/menu', null],
    ['/chosen', '1'],
  ])
  const events = deliveries.filter(({ url }) => url.endsWith('/status')).map(paramsOf)
  expect(events.map(({ CallStatus, SequenceNumber }) => [CallStatus, SequenceNumber])).toEqual([
    ['initiated', '0'],
    ['ringing', '1'],
    ['in-progress', '2'],
    ['completed', '3'],
  ])
  expect(events.at(-1)).toMatchObject({ CallDuration: '74', Duration: '2', CallSid: placed.sid })
  for (const delivery of deliveries) {
    const signature = delivery.headers.find(([name]) => name === 'X-Twilio-Signature')?.[1] ?? ''
    expect(twilioSdk.validateRequest(TOKEN, signature, delivery.url, { ...paramsOf(delivery) })).toBe(true)
  }
  expect(setup.events('call.said').map(({ text }) => text)).toEqual(['Thank you'])
})

test.each([
  [{ outcome: 'busy' }, 'busy'],
  [{ outcome: 'no-answer' }, 'no-answer'],
  [{ outcome: 'failed' }, 'failed'],
  [{ answers_after_s: 61 }, 'no-answer'],
] as const)('somebody who %j is not reached, and costs nothing', async (person, status) => {
  const { client, world, deliveries } = openAccount({ ...SEED, people: { [ADA]: person } })
  const { sid } = await client.calls.create({ ...call, statusCallback: 'https://shop.test/status' })
  await world.clock.advance(HOUR)
  expect(await client.calls(sid).fetch()).toMatchObject({ status, duration: '0', price: null })
  expect(deliveries.map(paramsOf).map(({ CallStatus }) => CallStatus)).toEqual([status])
  expect(world.money.bill).toEqual({ lines: [], unpriced: [] })
})

test('a call is called off before, hung up or turned elsewhere while somebody is there', async () => {
  const setup = openAccount({ ...SEED, people: { [ADA]: { answers_after_s: 2 }, [GRACE]: { answers_after_s: 2 } } })
  const { client, world } = setup
  setup.listener = answers({
    '/menu': '<Response><Pause length="600"/></Response>',
    '/else': '<Response><Say>Ha</Say></Response>',
  })
  const early = await client.calls.create(call)
  await expect(client.calls(early.sid).update({ url: 'https://shop.test/else' })).rejects.toMatchObject({ code: 21220 })
  expect((await client.calls(early.sid).update({ status: 'canceled' })).status).toBe('canceled')
  const [long, turned, left] = [
    await client.calls.create(call),
    await client.calls.create({ ...call, to: GRACE }),
    await client.calls.create({ ...call, to: '+14155552672', twiml: '<Response><Pause length="600"/></Response>' }),
  ]
  await world.clock.advance(30_000)
  expect((await client.calls(long.sid).update({ status: 'completed' })).status).toBe('completed')
  await client.calls(turned.sid).update({ url: 'https://shop.test/else' })
  await setup.happen('call.hung_up', { number: '+14155552672' })
  await world.clock.advance(5_000)
  expect((await client.calls(turned.sid).fetch()).status).toBe('completed')
  expect((await client.calls(left.sid).fetch()).status).toBe('completed')
  expect((await client.calls.list({ status: 'completed' })).map(({ sid }) => sid).sort()).toEqual(
    [long.sid, turned.sid, left.sid].sort(),
  )
  expect(await client.calls(long.sid).remove()).toBe(true)
})

test('an incoming call is answered by what its number says, or turned away', async () => {
  const setup = openAccount({ ...SEED, numbers: [SHOP] })
  const { client, world, happen, deliveries, events } = setup
  const [number] = await client.incomingPhoneNumbers.list()
  await client.incomingPhoneNumbers(number?.sid ?? '').update({ voiceUrl: 'https://shop.test/menu' })
  setup.listener = answers({ '/menu': MENU, '/chosen': '<Response><Reject reason="busy"/></Response>' })
  await happen('call.received', { from: ADA, to: SHOP })
  await world.clock.advance(60_000)
  expect(deliveries.map(paramsOf)).toMatchObject([{ Direction: 'inbound', CallStatus: 'ringing', From: ADA }])
  expect(events('call.said').map(({ text }) => text)).toEqual(['Bye'])
  setup.listener = () => said('<Response><Reject reason="busy"/></Response>')
  await happen('call.received', { from: GRACE, to: SHOP })
  await world.clock.advance(60_000)
  expect((await client.calls.list()).map(({ status }) => status)).toEqual(['busy', 'completed'])
})

test('what cannot be done on a call is loud, and what is no TwiML ends it', async () => {
  const setup = openAccount({ ...SEED, people: { [ADA]: { answers_after_s: 2 } } })
  await setup.client.calls.create({ ...call, twiml: '<Response><Dial>+14155552344</Dial></Response>' })
  await expect(setup.world.clock.advance(60_000)).rejects.toThrow(NotModelled)
  const other = openAccount({ ...SEED, people: { [ADA]: { answers_after_s: 2 } } })
  other.listener = () => said('not TwiML')
  const { sid } = await other.client.calls.create(call)
  await other.world.clock.advance(60_000)
  expect((await other.client.calls(sid).fetch()).status).toBe('completed')
  expect(other.events('webhook.alert')).toMatchObject([{ error: 12300 }])
})

test.each([
  [{ ...call, to: '+1555' }, 21217],
  [{ ...call, from: '+14155550100' }, 21210],
  [{ from: SHOP, to: ADA, url: 'nowhere' }, 21205],
  [{ ...call, statusCallbackEvent: ['sneezed'] }, 21626],
])('%j is refused with %i', async (options, code) => {
  await expect(openAccount().client.calls.create(options)).rejects.toMatchObject({ status: 400, code })
})

test('a call that goes on goes on after a restore', async () => {
  const seed = { ...SEED, people: { [ADA]: { answers_after_s: 2 } } }
  const [one, other] = [openAccount(seed), openAccount(seed, '2')]
  const twiml = '<Response><Pause length="30"/><Say>Hello</Say></Response>'
  const { sid } = await one.client.calls.create({ ...call, twiml })
  await one.world.clock.advance(20_000)
  other.twin.restore(JSON.parse(JSON.stringify(one.twin.snapshot())))
  await other.world.clock.advance(60_000)
  expect((await other.client.calls(sid).fetch()).status).toBe('completed')
  expect(other.events('call.said').map(({ text }) => text)).toEqual(['Hello'])
})
