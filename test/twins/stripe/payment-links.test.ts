import { expect, test } from 'vitest'
import { errorOf, openShop } from './support.ts'

const PRICES = [
  { id: 'once', unit_amount: 700, product: { name: 'Tea' } },
  { id: 'monthly', unit_amount: 1000, interval: 'month' },
] as const
const open = () => openShop({ prices: [...PRICES] })

test('each visit of a link is a hosted page of its own', async () => {
  const shop = open()
  const link = await shop.sdk.paymentLinks.create({
    line_items: [{ price: 'once', quantity: 2 }],
    metadata: { campaign: 'spring' },
    after_completion: { type: 'redirect', redirect: { url: 'https://shop.test/done' } },
  })
  expect(link.url).toMatch(/^https:\/\/buy\.stripe\.com\/test_/)
  for (let visits = 0; visits < 2; visits += 1) shop.twin.happen('payment_link.visited', {})
  const sessions = (await shop.sdk.checkout.sessions.list({ payment_link: link.id })).data
  expect(sessions.map((one) => [one.status, one.amount_total, one.metadata?.campaign])).toEqual([
    ['open', 1400, 'spring'],
    ['open', 1400, 'spring'],
  ])
  shop.twin.happen('checkout.session.completed', { checkout_session: sessions[0]?.id ?? '' })
  expect(shop.rows('charges').map(({ amount }) => amount)).toEqual([1400])
  expect(shop.events(/^payment_link\./)).toEqual(['payment_link.created'])
})

test('a link of something that recurs subscribes', async () => {
  const shop = open()
  await shop.sdk.paymentLinks.create({
    line_items: [{ price: 'monthly', quantity: 1 }],
    subscription_data: { trial_period_days: 7 },
  })
  shop.twin.happen('payment_link.visited', {})
  shop.twin.happen('checkout.session.completed', {})
  expect((await shop.sdk.subscriptions.list()).data.map(({ status }) => status)).toEqual(['trialing'])
})

test('a link is switched off, or used up, and then nobody can visit it', async () => {
  const shop = open()
  const line_items = [{ price: 'once', quantity: 1 }]
  const once = await shop.sdk.paymentLinks.create({ line_items, restrictions: { completed_sessions: { limit: 1 } } })
  shop.twin.happen('payment_link.visited', {})
  shop.twin.happen('checkout.session.completed', {})
  expect((await shop.sdk.paymentLinks.retrieve(once.id)).restrictions?.completed_sessions).toEqual({
    count: 1,
    limit: 1,
  })
  expect(() => shop.twin.happen('payment_link.visited', {})).toThrow('a payment link that is active')
  await shop.sdk.paymentLinks.update(once.id, { restrictions: '' })
  shop.twin.happen('payment_link.visited', {})
  expect((await shop.sdk.paymentLinks.update(once.id, { active: false })).active).toBe(false)
  expect(() => shop.twin.happen('payment_link.visited', {})).toThrow('a payment link that is active')
  expect((await shop.sdk.paymentLinks.list({ active: false })).data).toHaveLength(1)
  const items = await shop.sdk.paymentLinks.listLineItems(once.id)
  expect(items.data.map(({ description }) => description)).toEqual(['Tea'])
  expect((await errorOf(shop.sdk.paymentLinks.retrieve('plink_x'))).statusCode).toBe(404)
})
