import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { chargeOf, errorOf, openShop, pay, type Shop } from './support.ts'

const SELLER = 'acct_1SellerSellerSe'
const AS_SELLER = { stripeAccount: SELLER }
const ANN = { id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }
const open = (): Shop =>
  openShop({
    accounts: [{ id: SELLER, name: 'Seller', customers: [{ id: 'cus_bob' }] }],
    customers: [ANN],
    prices: [{ id: 'monthly', unit_amount: 1000, interval: 'month' }],
  })
const AUTOMATIC = { capture_method: 'automatic' } as const

async function soldFor(shop: Shop, params: Partial<Stripe.PaymentIntentCreateParams>): Promise<Stripe.Charge> {
  return await chargeOf(shop, await pay(shop, { ...AUTOMATIC, ...params }))
}

test('a destination charge passes all on, and the platform keeps its fee', async () => {
  const shop = open()
  const { sdk } = shop
  const charge = await soldFor(shop, { application_fee_amount: 490, transfer_data: { destination: SELLER } })
  expect(charge).toMatchObject({
    application_fee_amount: 490,
    transfer_data: { amount: null, destination: SELLER },
    transfer_group: `group_${charge.payment_intent}`,
  })
  const fee = await sdk.applicationFees.retrieve(String(charge.application_fee))
  const transfer = await sdk.transfers.retrieve(String(charge.transfer))
  expect([fee.amount, fee.account, fee.originating_transaction, fee.charge]).toEqual([
    490,
    SELLER,
    charge.id,
    transfer.destination_payment,
  ])
  expect([transfer.amount, transfer.source_transaction]).toEqual([4900, charge.id])
  const [got] = (await sdk.balanceTransactions.list({}, AS_SELLER)).data
  expect([got?.type, got?.amount, got?.net, got?.fee_details[0]?.type]).toEqual([
    'payment',
    4900,
    4410,
    'application_fee',
  ])
  expect((await sdk.applicationFees.list({ charge: charge.id })).data).toHaveLength(1)
  expect(shop.events(/^(transfer|application_fee)\.created/)).toEqual(['transfer.created', 'application_fee.created'])
})

test('of a part that is passed on the platform keeps the rest', async () => {
  const shop = open()
  const charge = await soldFor(shop, { transfer_data: { destination: SELLER, amount: 4000 }, on_behalf_of: SELLER })
  const { amount } = await shop.sdk.transfers.retrieve(String(charge.transfer))
  expect([amount, charge.application_fee, charge.on_behalf_of]).toEqual([4000, null, SELLER])
})

test('a refund takes back the same share of the transfer and of the fee, if it is told to', async () => {
  const shop = open()
  const { sdk } = shop
  const charge = await soldFor(shop, { application_fee_amount: 490, transfer_data: { destination: SELLER } })
  const refund = await sdk.refunds.create({
    charge: charge.id,
    amount: 2450,
    reverse_transfer: true,
    refund_application_fee: true,
  })
  const transfer = await sdk.transfers.retrieve(String(charge.transfer))
  expect([transfer.amount_reversed, transfer.reversed, transfer.reversals.data[0]?.source_refund]).toEqual([
    2450,
    false,
    refund.id,
  ])
  expect(refund.transfer_reversal).toBe(transfer.reversals.data[0]?.id)
  expect((await sdk.applicationFees.retrieve(String(charge.application_fee))).amount_refunded).toBe(245)
  const seller = await sdk.balance.retrieve({}, AS_SELLER)
  expect(seller.available[0]?.amount).toBe(4410 - 2450 + 245)
  expect(shop.events(/^(transfer\.reversed|application_fee\.refunded)/)).toHaveLength(2)
})

test('a transfer is reversed in parts and no further; a fee is given back', async () => {
  const shop = open()
  const { sdk } = shop
  const charge = await soldFor(shop, { application_fee_amount: 490, transfer_data: { destination: SELLER } })
  const id = String(charge.transfer)
  const part = await sdk.transfers.createReversal(id, { amount: 1000, metadata: { why: 'late' } })
  expect((await sdk.transfers.retrieveReversal(id, part.id)).metadata).toEqual({ why: 'late' })
  await sdk.transfers.updateReversal(id, part.id, { metadata: { why: 'lost' } })
  await sdk.transfers.createReversal(id, {})
  expect((await sdk.transfers.listReversals(id)).data.map(({ amount }) => amount)).toEqual([3900, 1000])
  expect((await errorOf(sdk.transfers.createReversal(id, { amount: 1 }))).statusCode).toBe(400)
  const fee = String(charge.application_fee)
  const back = await sdk.applicationFees.createRefund(fee, { amount: 90 })
  expect((await sdk.applicationFees.retrieveRefund(fee, back.id)).amount).toBe(90)
  await sdk.applicationFees.updateRefund(fee, back.id, { metadata: { by: 'Ann' } })
  expect((await sdk.applicationFees.listRefunds(fee)).data).toMatchObject([{ amount: 90, metadata: { by: 'Ann' } }])
})

test('a direct charge pays its platform out of what it brings in', async () => {
  const shop = open()
  const { sdk } = shop
  const intent = await pay(shop, { ...AUTOMATIC, application_fee_amount: 300 }, AS_SELLER)
  const charge = await sdk.charges.retrieve(
    String(intent.latest_charge),
    { expand: ['balance_transaction'] },
    AS_SELLER,
  )
  const entry = charge.balance_transaction as Stripe.BalanceTransaction
  expect(entry.fee_details.map(({ type }) => type)).toEqual(['stripe_fee', 'application_fee'])
  const fee = await sdk.applicationFees.retrieve(String(charge.application_fee))
  expect([fee.amount, fee.account, fee.charge]).toEqual([300, SELLER, charge.id])
})

test('a subscription passes its share on with every invoice', async () => {
  const shop = open()
  await shop.sdk.subscriptions.create({
    customer: 'cus_ann',
    items: [{ price: 'monthly' }],
    application_fee_percent: 12.5,
    transfer_data: { destination: SELLER },
  })
  await shop.world.clock.advance(32 * 24 * 3_600_000)
  expect((await shop.sdk.applicationFees.list()).data.map(({ amount }) => amount)).toEqual([125, 125])
  expect((await shop.sdk.transfers.list({ destination: SELLER })).data.map(({ amount }) => amount)).toEqual([
    1000, 1000,
  ])
})

test.each<readonly [string, Partial<Stripe.PaymentIntentCreateParams>, string]>([
  ['a fee without anybody to pass on to', { application_fee_amount: 1 }, 'application_fee_amount'],
  ['an unknown destination', { transfer_data: { destination: 'acct_x' } }, 'transfer_data[destination]'],
  ['an unknown business', { on_behalf_of: 'acct_x' }, 'on_behalf_of'],
  [
    'a fee larger than the payment',
    { application_fee_amount: 5000, transfer_data: { destination: SELLER } },
    'application_fee_amount',
  ],
  [
    'a fee beside an amount',
    { application_fee_amount: 1, transfer_data: { destination: SELLER, amount: 1 } },
    'transfer_data[amount]',
  ],
])('%s is refused', async (_, params, param) => {
  expect((await errorOf(pay(open(), params))).param).toBe(param)
})

test('a charge that passed nothing on has nothing to take back', async () => {
  const shop = open()
  const charge = await soldFor(shop, {})
  for (const asks of [{ reverse_transfer: true }, { refund_application_fee: true }])
    expect((await errorOf(shop.sdk.refunds.create({ charge: charge.id, ...asks }))).statusCode).toBe(400)
  expect(shop.rows('refunds')).toEqual([])
})
