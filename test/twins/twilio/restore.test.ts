import { expect, test } from 'vitest'
import type { Json } from '../../../twins/trace.ts'
import { fieldsOf } from '../../../twins/twilio/state.ts'
import { ADA, openAccount, paramsOf, SHOP } from './support.ts'

const text = { to: ADA, from: SHOP, body: 'Hi' }
const copyOf = (json: Json): Json => JSON.parse(JSON.stringify(json)) as Json

test('what is under way goes on in another world, callbacks and all', async () => {
  const first = openAccount()
  const { sid } = await first.client.messages.create({ ...text, statusCallback: 'https://shop.test/status' })
  await first.world.clock.advance(600)
  const second = openAccount(undefined, '2')
  second.twin.restore(copyOf(first.twin.snapshot()))
  await second.world.clock.advance(20_000)
  expect(await second.client.messages(sid).fetch()).toMatchObject({ status: 'delivered' })
  expect(second.deliveries.map((one) => paramsOf(one).MessageStatus)).toEqual(['sent', 'delivered'])
})

test('a delivery on its way when the state goes back is made again, and its old answer counts for nothing', async () => {
  const setup = openAccount()
  setup.listener = () => ({ kind: 'answer', status: 200, body: '<Response><Message>Hi</Message></Response>' })
  await setup.happen('message.received', { from: ADA, to: SHOP, body: 'Hello' })
  await setup.world.clock.advance(5)
  setup.twin.restore(copyOf(setup.twin.snapshot()))
  await setup.world.clock.advance(10_000)
  expect(setup.deliveries).toHaveLength(2)
  expect(setup.rows('messages').filter(({ direction }) => direction === 'outbound-reply')).toHaveLength(1)
})

test('what is no snapshot changes nothing', async () => {
  const { client, twin } = openAccount()
  await client.messages.create(text)
  const before = JSON.stringify(twin.snapshot())
  expect(() => twin.restore({ messages: [{ id: 'SM1' }] })).toThrow('expected a list of')
  expect(() => twin.restore({ ...fieldsOf(twin.snapshot()), keys: [1] })).toThrow('expected rows with an id in keys')
  expect(JSON.stringify(twin.snapshot())).toBe(before)
})

test('a hundred thousand messages come and go as one', async () => {
  const { client, twin, world } = openAccount()
  const { sid } = await client.messages.create(text)
  await world.clock.advance(10_000)
  const snapshot = fieldsOf(twin.snapshot())
  const [row] = snapshot.messages as readonly Json[]
  const many = Array.from({ length: 100_000 }, (_, n) => ({ ...fieldsOf(row), id: `SM${String(n).padStart(32, '0')}` }))
  const large = { ...snapshot, messages: many }
  twin.restore(large)
  expect(fieldsOf(twin.snapshot()).messages).toHaveLength(100_000)
  await expect(client.messages(sid).fetch()).rejects.toMatchObject({ code: 20404 })
  expect(await client.messages(`SM${'0'.repeat(32)}`).fetch()).toMatchObject({ body: 'Hi' })
})
