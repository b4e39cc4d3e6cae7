import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chargeOf, errorOf, openListeningShop, openShop, pay } from './support.ts'

test('a refund in full, and then no more', async () => {
  const shop = openShop()
  const intent = await pay(shop)
  const refund = await shop.sdk.refunds.create({
    payment_intent: intent.id,
    reason: 'requested_by_customer',
    metadata: { why: 'late' },
  })
  expect(refund).toMatchObject({
    status: 'succeeded',
    amount: 4900,
    charge: intent.latest_charge,
    payment_intent: intent.id,
    reason: 'requested_by_customer',
    metadata: { why: 'late' },
  })
  expect(await chargeOf(shop, intent)).toMatchObject({ refunded: true, amount_refunded: 4900 })
  const charge = String(intent.latest_charge)
  expect(await errorOf(shop.sdk.refunds.create({ charge }))).toMatchObject({
    code: 'charge_already_refunded',
    message: `Charge ${charge} has already been refunded.`,
    statusCode: 400,
  })
  expect(shop.events(/refund/)).toEqual(['refunds.create', 'charge.refunded', 'refund.created', 'refunds.create'])
})

test('partial refunds add up, and never beyond the charge', async () => {
  const shop = openShop()
  const { latest_charge } = await pay(shop)
  const charge = String(latest_charge)
  await shop.sdk.refunds.create({ charge, amount: 1000 })
  await shop.sdk.refunds.create({ charge, amount: 500 })
  const error = await errorOf(shop.sdk.refunds.create({ charge, amount: 3401 }))
  expect(error.code).toBeUndefined()
  expect(error).toMatchObject({
    param: 'amount',
    message: 'Refund amount ($34.01) is greater than unrefunded amount on charge ($34.00)',
  })
  expect((await shop.sdk.refunds.create({ charge })).amount).toBe(3400)
  const found = await shop.sdk.charges.retrieve(charge, { expand: ['refunds'] })
  expect(found).toMatchObject({ refunded: true, amount_refunded: 4900, refunds: { total_count: 3, has_more: false } })
  expect(found.refunds?.data.map(({ amount }) => amount)).toEqual([3400, 500, 1000])
})

test('whatever is asked for, no more goes back than was captured, and the balance agrees', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        captured: fc.integer({ min: 50, max: 9999 }),
        asks: fc.array(fc.integer({ min: 1, max: 9999 }), { maxLength: 6 }),
      }),
      async ({ captured, asks }) => {
        const shop = openShop()
        const held = await pay(shop, { amount: 10_000, capture_method: 'manual' })
        const intent = await shop.sdk.paymentIntents.capture(held.id, { amount_to_capture: captured })
        for (const amount of asks)
          await shop.sdk.refunds.create({ payment_intent: intent.id, amount }).catch(() => undefined)
        const given = shop.rows('refunds').reduce((sum, { amount }) => sum + Number(amount), 0)
        expect(given).toBeLessThanOrEqual(captured)
        expect(given > 0).toBe(asks.some((ask) => ask <= captured))
        const entries = shop.rows('balance_transactions')
        const fee = Math.round(captured * 0.029 + 30)
        expect(entries.reduce((sum, { net }) => sum + Number(net), 0)).toBe(captured - fee - given)
      },
    ),
    { numRuns: 40, seed: 7 },
  )
})

test('a refund returns no fees, and costs none', async () => {
  const shop = openShop()
  const intent = await pay(shop, { capture_method: 'automatic' })
  const bill = shop.world.money.bill.lines.length
  const { balance_transaction } = await shop.sdk.refunds.create({
    payment_intent: intent.id,
    expand: ['balance_transaction'],
  })
  expect(balance_transaction).toMatchObject({ amount: -4900, fee: 0, net: -4900, type: 'refund' })
  expect(shop.world.money.bill.lines).toHaveLength(bill)
  expect(shop.world.money.bill.lines[0]).toMatchObject({
    sku: 'card-charge',
    quantity: '49',
    amount: '1.721',
    currency: 'USD',
  })
})

test.each([
  ['nothing', {}, /payment_intent or charge/],
  ['an unknown charge', { charge: 'ch_no' }, /No such charge: 'ch_no'/],
  ['an unknown intent', { payment_intent: 'pi_no' }, /No such payment_intent: 'pi_no'/],
  ['less than a cent', { amount: 0 }, /greater than or equal to 1/],
  [
    'another reason',
    { reason: 'whim' },
    /Invalid reason: must be one of duplicate, fraudulent or requested_by_customer/,
  ],
])('refunding %s is refused', async (_, params, message) => {
  const shop = openShop()
  expect((await errorOf(shop.sdk.refunds.create(params as never))).message).toMatch(message)
})

test('what was not paid cannot be refunded', async () => {
  const shop = openShop()
  const { id } = await shop.sdk.paymentIntents.create({ amount: 1000, currency: 'usd' })
  expect((await errorOf(shop.sdk.refunds.create({ payment_intent: id }))).message).toBe(
    `This PaymentIntent (${id}) does not have a successful charge to refund.`,
  )
  const failed = await errorOf(pay(shop, { payment_method: 'pm_card_chargeDeclined' }))
  expect((await errorOf(shop.sdk.refunds.create({ charge: failed.charge ?? '' }))).statusCode).toBe(400)
  const held = await pay(shop, { capture_method: 'manual' })
  expect((await errorOf(shop.sdk.refunds.create({ payment_intent: held.id }))).code).toBeUndefined()
  expect(shop.rows('refunds')).toEqual([])
})

test('a disputed charge cannot be refunded; one under inquiry can', async () => {
  const shop = openShop()
  const paid = await pay(shop)
  shop.twin.happen('dispute.created', { payment_intent: paid.id })
  expect(await errorOf(shop.sdk.refunds.create({ payment_intent: paid.id }))).toMatchObject({
    code: 'charge_disputed',
    message: `Charge ${paid.latest_charge} has been charged back; cannot issue a refund.`,
  })
  const asked = await pay(shop)
  shop.twin.happen('dispute.created', { payment_intent: asked.id, inquiry: true })
  expect((await shop.sdk.refunds.create({ payment_intent: asked.id })).status).toBe('succeeded')
})

test('some refunds wait, and some come back', async () => {
  const shop = openListeningShop()
  const slow = await pay(shop, { payment_method: 'pm_card_pendingRefund' })
  const broken = await pay(shop, { payment_method: 'pm_card_refundFail' })
  const waiting = await shop.sdk.refunds.create({ payment_intent: slow.id })
  const failing = await shop.sdk.refunds.create({ payment_intent: broken.id })
  expect([waiting.status, failing.status]).toEqual(['pending', 'succeeded'])
  await shop.world.clock.advance(5_000)
  expect((await shop.sdk.refunds.retrieve(waiting.id)).status).toBe('succeeded')
  const failed = await shop.sdk.refunds.retrieve(failing.id, { expand: ['failure_balance_transaction'] })
  expect(failed).toMatchObject({
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: { amount: 4900 },
  })
  expect(await chargeOf(shop, broken)).toMatchObject({ refunded: false, amount_refunded: 0 })
  expect(shop.events(/^refund\.failed/)).toHaveLength(1)
  expect((await shop.sdk.refunds.list({ payment_intent: broken.id })).data).toHaveLength(1)
})

test('an international card costs more, and another currency more again', async () => {
  const shop = openShop({ account: { rates: { eur: '1.10', jpy: '0.0067' } } })
  await pay(shop, { payment_method: 'pm_card_gb', capture_method: 'automatic' })
  const euro = await pay(shop, { currency: 'eur', amount: 1000, capture_method: 'automatic' })
  const yen = await pay(shop, { currency: 'jpy', amount: 5000, capture_method: 'automatic' })
  expect(shop.world.money.bill.lines.map(({ sku, amount }) => [sku, amount])).toEqual([
    ['card-charge', '1.721'],
    ['international-card', '0.735'],
    ['card-charge', '0.619'],
    ['currency-conversion', '0.11'],
    ['card-charge', '1.2715'],
    ['currency-conversion', '0.335'],
  ])
  expect((await chargeOf(shop, euro)).balance_transaction).toMatchObject({
    amount: 1100,
    currency: 'usd',
    exchange_rate: 1.1,
    fee: 73,
  })
  expect((await chargeOf(shop, yen)).balance_transaction).toMatchObject({ amount: 3350, fee: 161 })
})

test('the balance: pending first, available two days later', async () => {
  const shop = openShop()
  await pay(shop, { capture_method: 'automatic' })
  await pay(shop, { capture_method: 'automatic', payment_method: 'pm_card_bypassPending' })
  expect(await shop.sdk.balance.retrieve()).toMatchObject({
    available: [{ amount: 4728 }],
    pending: [{ amount: 4728 }],
  })
  await shop.world.clock.advance(2 * 86_400_000)
  expect(await shop.sdk.balance.retrieve()).toMatchObject({ available: [{ amount: 9456 }], pending: [{ amount: 0 }] })
  const [entry] = (await shop.sdk.balanceTransactions.list({ type: 'charge', limit: 1 })).data
  expect(entry).toMatchObject({ status: 'available', reporting_category: 'charge' })
})
