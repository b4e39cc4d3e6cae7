import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/twilio/state.ts'
import { ADA, openAccount, paramsOf, SEED, SHOP } from './support.ts'

const [ada, shop] = [`whatsapp:${ADA}`, `whatsapp:${SHOP}`]
const READY = `HX${'a'.repeat(32)}`
const DRAFT = `HX${'b'.repeat(32)}`
const seed: Seed = {
  ...SEED,
  whatsapp_senders: [{ phone_number: SHOP, url: 'https://shop.test/whatsapp' }],
  contents: [
    {
      sid: READY,
      friendly_name: 'order_ready',
      variables: { 1: 'there', 2: 'soon' },
      types: { 'twilio/text': { body: 'Hi {{1}}, it is ready {{2}}.' } },
      approved: { category: 'UTILITY' },
    },
    { sid: DRAFT, types: { 'twilio/text': { body: 'Not yet' } } },
  ],
  prices: { 'whatsapp.template.utility.US': '0.004' },
}
const MINUTE = 60_000
const DAY = 1_440 * MINUTE

test('free words reach those who have written within a day, and nobody else', async () => {
  const { client, world, happen, deliveries } = openAccount(seed)
  const say = async (body: string): Promise<unknown> => {
    const { sid, status } = await client.messages.create({
      from: shop,
      to: ada,
      body,
      statusCallback: 'https://shop.test/status',
    })
    expect(status).toBe('queued')
    await world.clock.advance(MINUTE)
    const message = await client.messages(sid).fetch()
    return [message.status, message.errorCode]
  }
  expect(await say('Hello?')).toEqual(['failed', 63016])
  await happen('message.received', { from: ada, to: shop, body: 'Where is it?' })
  await world.clock.advance(MINUTE)
  const inbound = deliveries.find(({ url }) => url === 'https://shop.test/whatsapp')
  expect(inbound === undefined ? {} : paramsOf(inbound)).toMatchObject({
    From: ada,
    To: shop,
    Body: 'Where is it?',
    WaId: ADA.slice(1),
    NumSegments: '1',
  })
  expect(await say('On its way')).toEqual(['delivered', null])
  await world.clock.advance(DAY - 3 * MINUTE)
  expect(await say('Still there?')).toEqual(['delivered', null])
  await world.clock.advance(MINUTE)
  expect(await say('Too late')).toEqual(['failed', 63016])
  const told = deliveries.filter(({ url }) => url === 'https://shop.test/status').map(paramsOf)
  expect(told.map(({ MessageStatus, ErrorCode }) => ErrorCode ?? MessageStatus)).toEqual([
    '63016',
    ...['sent', 'delivered'],
    ...['sent', 'delivered'],
    '63016',
  ])
})

test('a template that Meta has approved begins a conversation, with its holes filled', async () => {
  const { client, world, happen, events } = openAccount(seed)
  const send = (contentSid: string, variables?: object) =>
    client.messages.create({
      from: shop,
      to: ada,
      contentSid,
      ...(variables === undefined ? {} : { contentVariables: JSON.stringify(variables) }),
    })
  const first = await send(READY, { 1: 'Ada' })
  expect(first.body).toBe('Hi Ada, it is ready soon.')
  await world.clock.advance(MINUTE)
  await happen('message.read', { message: first.sid })
  expect(await client.messages(first.sid).fetch()).toMatchObject({ status: 'read', price: '-0.00500' })
  const bill = (): readonly string[] => world.money.bill.lines.map(({ sku, amount }) => `${sku} ${amount}`)
  expect(bill()).toEqual(['whatsapp.outbound 0.005', 'whatsapp.template.utility.US 0.004'])
  // Within the window, what is useful is free.
  await happen('message.received', { from: ada, to: shop, body: 'Thanks' })
  await send(READY)
  await world.clock.advance(MINUTE)
  expect(bill().slice(2)).toEqual(['whatsapp.inbound 0.005', 'whatsapp.outbound 0.005'])
  await world.clock.advance(DAY)
  const draft = await send(DRAFT)
  await world.clock.advance(MINUTE)
  expect(await client.messages(draft.sid).fetch()).toMatchObject({ status: 'failed', errorCode: 63016 })
  await expect(send(`HX${'c'.repeat(32)}`)).rejects.toMatchObject({ status: 400, code: 21655 })
  await expect(send(READY, ['Ada'])).rejects.toMatchObject({ status: 400, code: 21656 })
  expect(events('message.read')).toHaveLength(1)
})

test('a content is made, submitted and approved, and can be sent as a text too', async () => {
  const { client, world, happen } = openAccount(seed)
  const content = await client.content.v1.contents.create({
    friendly_name: 'code',
    language: 'en',
    variables: { 1: '0000' },
    types: { 'twilio/text': { body: 'Your code is {{1}}' } },
  } as never)
  expect(content).toMatchObject({ friendlyName: 'code', language: 'en', variables: { 1: '0000' } })
  const text = await client.messages.create({ from: SHOP, to: ADA, contentSid: content.sid })
  expect(text).toMatchObject({ body: 'Your code is 0000', numSegments: '1' })
  const approvals = client.content.v1.contents(content.sid)
  await approvals.approvalCreate.create({ name: 'code', category: 'AUTHENTICATION' } as never)
  expect((await approvals.approvalFetch().fetch()).whatsapp).toMatchObject({ status: 'received', name: 'code' })
  await happen('content.approved', { content: content.sid })
  expect((await approvals.approvalFetch().fetch()).whatsapp).toMatchObject({ status: 'approved' })
  const sent = await client.messages.create({ from: shop, to: ada, contentSid: content.sid })
  await world.clock.advance(MINUTE)
  expect((await client.messages(sent.sid).fetch()).status).toBe('delivered')
  // What Meta asks for it is on no list here.
  expect(world.money.bill.unpriced).toEqual([expect.objectContaining({ sku: 'whatsapp.template.authentication.US' })])
  expect((await client.content.v1.contents.list()).map(({ sid }) => sid)).toContain(content.sid)
  expect(await client.content.v1.contents(content.sid).remove()).toBe(true)
  await expect(client.content.v1.contents(content.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
})

test.each([
  [{ from: SHOP, to: ada }, 21910],
  [{ from: shop, to: ADA }, 21910],
  [{ from: 'whatsapp:+14155552345', to: ada }, 63007],
  [{ from: shop, to: 'whatsapp:nobody' }, 21211],
])('%j is refused with %i', async (pair, code) => {
  const { client } = openAccount(seed)
  await expect(client.messages.create({ ...pair, body: 'Hi' })).rejects.toMatchObject({ status: 400, code })
})
