import { expect, test } from 'vitest'
import { fieldsOf } from '../../../twins/sendgrid/state.ts'
import type { Json } from '../../../twins/trace.ts'
import { ADA, eventsOf, mail, openAccount } from './support.ts'

const copyOf = (json: Json): Json => JSON.parse(JSON.stringify(json)) as Json
const seed = { webhook: { url: 'https://shop.test/events' } }

test('what is under way goes on in another world, events and their retries and contacts too', async () => {
  const first = openAccount(seed)
  first.listener = () => ({ kind: 'answer', status: 500, body: '' })
  await first.mailed(mail)
  await first.mailed({ ...mail, sendAt: Math.floor(first.world.clock.now() / 1000) + 60 })
  await first.call('PUT', '/marketing/contacts', { contacts: [{ email: ADA }] })
  await first.world.clock.advance(400)
  expect(eventsOf(first.deliveries)).toMatchObject([{ event: 'processed' }])
  const second = openAccount(seed, '2')
  second.twin.restore(copyOf(first.twin.snapshot()))
  await second.world.clock.advance(200_000)
  expect(second.rows('messages').map(({ status }) => status)).toEqual(['delivered', 'delivered'])
  const events = eventsOf(second.deliveries).map(({ event }) => event)
  expect(events).toEqual(['delivered', 'processed', 'processed', 'delivered'])
  expect(second.rows('contacts')).toMatchObject([{ email: ADA }])
  expect([second.rows('deliveries'), second.rows('due')]).toEqual([[], []])
  expect(second.rows('jobs')).toMatchObject([{ results: { created_count: 1 } }])
})

test('what is no snapshot changes nothing', async () => {
  const { mailed, twin } = openAccount()
  await mailed(mail)
  const before = JSON.stringify(twin.snapshot())
  expect(() => twin.restore({ messages: [{ id: 'm', nth: 0 }] })).toThrow('expected a list of')
  expect(() => twin.restore({ ...fieldsOf(twin.snapshot()), keys: [1] })).toThrow('expected rows with an id in keys')
  expect(JSON.stringify(twin.snapshot())).toBe(before)
})

test('a hundred thousand mails come and go as one', async () => {
  const { mailed, twin, world } = openAccount()
  await mailed(mail)
  await world.clock.advance(10_000)
  const snapshot = fieldsOf(twin.snapshot())
  const [row] = snapshot.messages as readonly Json[]
  const messages = Array.from({ length: 100_000 }, (_, nth) => ({ ...fieldsOf(row), id: `m${nth}` }))
  twin.restore({ ...snapshot, messages })
  expect(fieldsOf(twin.snapshot()).messages).toHaveLength(100_000)
  twin.happen('mail.opened', { to: ADA })
  expect((fieldsOf(twin.snapshot()).messages as readonly Json[]).at(-1)).toMatchObject({ id: 'm99999', opened: true })
})
