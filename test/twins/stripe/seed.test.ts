import { expect, test } from 'vitest'
import { seedSchema } from '../../../twins/stripe/index.ts'
import { errorOf, openShop, START_S } from './support.ts'

const DAY_S = 24 * 3600
const MONTHLY = { id: 'monthly', unit_amount: 1000, interval: 'month', product: { name: 'Tea' } } as const
const ANN = { id: 'cus_ann', payment_methods: [{ id: 'pm_1ann', card: 'pm_card_visa', default: true }] } as const

test('a subscription that was there renews when its period ends', async () => {
  const shop = openShop({
    customers: [ANN],
    prices: [MONTHLY],
    subscriptions: [
      {
        id: 'sub_1',
        customer: 'cus_ann',
        items: [{ id: 'si_1', price: 'monthly', quantity: 3 }],
        current_period_start: START_S - 20 * DAY_S,
      },
    ],
  })
  const before = await shop.sdk.subscriptions.retrieve('sub_1')
  expect([before.status, before.items.data[0]?.current_period_end]).toEqual(['active', START_S + 11 * DAY_S])
  await shop.world.clock.advance(12 * DAY_S * 1000)
  const [invoice] = (await shop.sdk.invoices.list({ subscription: 'sub_1' })).data
  expect([invoice?.status, invoice?.amount_paid, invoice?.billing_reason]).toEqual(['paid', 3000, 'subscription_cycle'])
  expect(shop.events(/^customer.subscription/)).toEqual(['customer.subscription.updated'])
})

test('an open invoice that was there can be paid; one that was paid cannot', async () => {
  const lines = [{ id: 'il_1', amount: 700, description: 'Tea' }]
  const shop = openShop({
    customers: [ANN],
    invoices: [
      { id: 'in_open', customer: 'cus_ann', status: 'open', lines },
      { id: 'in_paid', customer: 'cus_ann', status: 'paid', lines },
    ],
  })
  const paid = await shop.sdk.invoices.pay('in_open')
  expect([paid.status, paid.amount_paid, paid.number?.slice(-4)]).toEqual(['paid', 700, '0001'])
  expect((await errorOf(shop.sdk.invoices.pay('in_paid'))).message).toBe('Invoice is already paid')
})

test('an authorization that was there is captured, or expires after its seven days', async () => {
  const held = { amount: 500, status: 'requires_capture', capture_method: 'manual', customer: 'cus_ann' } as const
  const shop = openShop({
    customers: [ANN],
    payment_intents: [
      { id: 'pi_taken', latest_charge: 'ch_taken', payment_method: 'pm_1ann', ...held },
      { id: 'pi_left', latest_charge: 'ch_left', payment_method: 'pm_1ann', ...held },
    ],
  })
  expect((await shop.sdk.paymentIntents.capture('pi_taken')).amount_received).toBe(500)
  await shop.world.clock.advance(8 * DAY_S * 1000)
  expect((await shop.sdk.paymentIntents.retrieve('pi_left')).status).toBe('canceled')
})

const APPLICATION = { id: 'ca_1', object: 'application', name: 'Till' }

test('a dispute, a refund, a payout, a setup, a page, a code and an event that were there are found', async () => {
  const shop = openShop({
    customers: [ANN],
    prices: [{ id: 'once', unit_amount: 500 }],
    coupons: [{ id: 'ten', percent_off: 10 }],
    charges: [
      { id: 'ch_1', amount: 500 },
      { id: 'ch_2', amount: 500 },
    ],
    refunds: [{ id: 're_1', charge: 'ch_1', amount: 200 }],
    disputes: [{ id: 'du_1', charge: 'ch_2' }],
    payouts: [{ id: 'po_1', amount: 300 }],
    setup_intents: [{ id: 'seti_1', customer: 'cus_ann' }],
    promotion_codes: [{ id: 'promo_1', code: 'TEN', coupon: 'ten' }],
    discounts: [{ id: 'di_1', coupon: 'ten', customer: 'cus_ann' }],
    events: [{ id: 'evt_1', type: 'account.application.authorized', object: APPLICATION }],
    checkout_sessions: [
      {
        id: 'cs_test_1',
        mode: 'payment',
        lines: [{ id: 'li_1', price: 'once', amount: 500, currency: 'usd', description: 'Tea', quantity: 1 }],
      },
    ],
    invoice_items: [{ id: 'ii_1', amount: 100, customer: 'cus_ann' }],
    products: [{ id: 'prod_tea', name: 'Tea' }],
    payment_methods_unattached: [{ id: 'pm_1loose', card: 'pm_card_amex' }],
    webhooks: [{ id: 'we_1', url: 'https://shop.test/hook' }],
  })
  const { sdk } = shop
  const charge = await sdk.charges.retrieve('ch_1')
  expect([charge.amount_refunded, charge.refunded]).toEqual([200, false])
  expect((await sdk.disputes.retrieve('du_1')).status).toBe('needs_response')
  expect((await sdk.setupIntents.retrieve('seti_1')).status).toBe('requires_payment_method')
  expect((await sdk.promotionCodes.list({ code: 'ten' })).data).toHaveLength(1)
  expect((await sdk.events.retrieve('evt_1')).data.object).toEqual(APPLICATION)
  expect((await sdk.checkout.sessions.retrieve('cs_test_1')).amount_total).toBe(500)
  expect((await sdk.invoices.create({ customer: 'cus_ann', pending_invoice_items_behavior: 'include' })).total).toBe(
    100,
  )
  expect((await sdk.paymentMethods.attach('pm_1loose', { customer: 'cus_ann' })).card?.brand).toBe('amex')
  expect((await sdk.products.retrieve('prod_tea')).name).toBe('Tea')
  expect((await sdk.webhookEndpoints.retrieve('we_1')).url).toBe('https://shop.test/hook')
  await shop.world.clock.advance(3 * DAY_S * 1000)
  expect((await sdk.payouts.retrieve('po_1')).status).toBe('paid')
})

test('a row that refers to nothing is refused with its place', () => {
  const orphan = { subscriptions: [{ id: 'sub_1', customer: 'cus_none', items: [{ id: 'si_1', price: 'none' }] }] }
  expect(() => openShop(orphan)).toThrow('given.stripe.subscriptions.sub_1: expected a customer')
  expect(seedSchema.safeParse({ invoices: [{ id: 'in_1', customer: 'cus_1', colour: 'red' }] }).success).toBe(false)
})
