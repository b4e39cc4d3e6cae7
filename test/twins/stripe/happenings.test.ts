import { expect, test } from 'vitest'
import { HAPPENINGS } from '../../../twins/stripe/happenings.ts'
import { chargeOf, errorOf, HOOK, openListeningShop, openShop, pay, type Shop } from './support.ts'

const disputed = async (shop: Shop, fields: object = {}): Promise<string> => {
  const intent = await pay(shop, { metadata: { order: '1' }, capture_method: 'automatic' })
  shop.twin.happen('dispute.created', { payment_intent: intent.id, ...fields })
  const [dispute] = (await shop.sdk.disputes.list({ payment_intent: intent.id })).data
  return dispute?.id ?? 'none'
}

test('a dispute takes the money and a fee', async () => {
  const shop = openShop()
  const id = await disputed(shop, { reason: 'product_not_received' })
  const dispute = await shop.sdk.disputes.retrieve(id, { expand: ['charge'] })
  expect(dispute).toMatchObject({
    status: 'needs_response',
    amount: 4900,
    reason: 'product_not_received',
    is_charge_refundable: false,
    charge: { disputed: true },
    balance_transactions: [{ amount: -4900, fee: 1500, net: -6400, reporting_category: 'dispute' }],
    evidence_details: { has_evidence: false, past_due: false, submission_count: 0 },
  })
  expect(shop.world.money.bill.lines.map(({ sku, amount }) => [sku, amount])).toEqual([
    ['card-charge', '1.721'],
    ['dispute', '15'],
  ])
  expect(shop.events(/dispute\./)).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn'])
})

test.each([
  [
    'won',
    ['4728', '-6400', '4900'],
    ['1.721', '15', '15', '-15'],
    ['charge.dispute.funds_reinstated', 'charge.dispute.closed'],
  ],
  ['lost', ['4728', '-6400'], ['1.721', '15', '15'], ['charge.dispute.closed']],
] as const)('countered and %s', async (status, nets, costs, events) => {
  const shop = openShop()
  const id = await disputed(shop)
  const answered = await shop.sdk.disputes.update(id, {
    evidence: { uncategorized_text: 'They got it.' },
    metadata: { case: '7' },
  })
  expect(answered).toMatchObject({
    status: 'under_review',
    metadata: { case: '7' },
    evidence: { uncategorized_text: 'They got it.' },
    evidence_details: { submission_count: 1, has_evidence: true },
  })
  expect(
    (await errorOf(shop.sdk.disputes.update(id, { evidence: { product_description: 'A hat.' } }))).message,
  ).toContain('only be submitted once')
  shop.twin.happen('dispute.closed', { dispute: id, status })
  expect((await shop.sdk.disputes.retrieve(id)).status).toBe(status)
  expect(shop.rows('balance_transactions').map(({ net }) => String(net))).toEqual(nets)
  expect(shop.world.money.bill.lines.map(({ amount }) => amount)).toEqual(costs)
  expect(shop.events(/dispute\.(funds_re|closed)/)).toEqual(events)
  expect((await errorOf(shop.sdk.disputes.close(id))).statusCode).toBe(400)
})

test('evidence can be kept back, and a dispute given up', async () => {
  const shop = openShop()
  const id = await disputed(shop)
  expect((await shop.sdk.disputes.update(id, { evidence: { customer_name: 'Ann' }, submit: false })).status).toBe(
    'needs_response',
  )
  expect((await shop.sdk.disputes.close(id)).status).toBe('lost')
})

test('an inquiry moves no money', async () => {
  const shop = openShop()
  const id = await disputed(shop, { inquiry: true })
  expect(await shop.sdk.disputes.retrieve(id)).toMatchObject({
    status: 'warning_needs_response',
    balance_transactions: [],
    is_charge_refundable: true,
  })
  shop.twin.happen('dispute.closed', { dispute: id, status: 'lost' })
  expect((await shop.sdk.disputes.retrieve(id)).status).toBe('warning_closed')
  expect(shop.rows('balance_transactions')).toHaveLength(1)
})

test('some cards are disputed by themselves, and some evidence decides', async () => {
  const shop = openShop()
  await pay(shop, { payment_method: 'pm_card_createDisputeProductNotReceived' })
  await shop.world.clock.advance(5_000)
  const [dispute] = (await shop.sdk.disputes.list()).data
  expect(dispute).toMatchObject({ reason: 'product_not_received', status: 'needs_response' })
  await shop.sdk.disputes.update(dispute?.id ?? '', { evidence: { uncategorized_text: 'winning_evidence' } })
  await shop.world.clock.advance(5_000)
  expect((await shop.sdk.disputes.retrieve(dispute?.id ?? '')).status).toBe('won')
})

test('a refund from the Dashboard looks like any other', async () => {
  const shop = openListeningShop()
  const intent = await pay(shop, { metadata: { order: '7' } })
  shop.twin.happen('charge.refunded_from_dashboard', { where: { 'metadata.order': '7' }, amount: 900 })
  expect(await chargeOf(shop, intent)).toMatchObject({ amount_refunded: 900, refunded: false })
  const [event] = (await shop.sdk.events.list({ type: 'charge.refunded' })).data
  expect(event).toMatchObject({ request: { id: null }, data: { previous_attributes: { amount_refunded: 0 } } })
})

test('an endpoint is disabled and enabled, and an event sent again', async () => {
  const shop = openListeningShop()
  shop.twin.happen('webhook_endpoint.disabled', { url: HOOK })
  await shop.sdk.customers.create({ name: 'Ann' })
  await shop.world.clock.advance(10_000)
  expect(shop.deliveries).toEqual([])
  shop.twin.happen('webhook_endpoint.enabled', {})
  shop.twin.happen('event.resent', { type: 'customer.created', where: { 'object.name': 'Ann' } })
  shop.twin.happen('event.resent', { type: 'customer.created' })
  await shop.world.clock.advance(10)
  expect(shop.deliveries.map(({ body }) => JSON.parse(body).type)).toEqual(['customer.created', 'customer.created'])
})

test.each<readonly [string, object, RegExp]>([
  ['dispute.created', {}, /expected a charge it can happen to \(no more said\), got none/],
  ['dispute.created', { chrage: 'ch_1' }, /stripe dispute\.created: .*chrage/],
  ['dispute.created', { amount: -1 }, /amount/],
  ['dispute.closed', { status: 'drawn' }, /status: .*"won".*"lost".*Got \{"status":"drawn"\}/],
  ['dispute.closed', { status: 'won' }, /expected an open dispute/],
  [
    'payment_intent.authenticated',
    { payment_intent: 'pi_x' },
    /expected a payment intent that requires action \(pi_x\), got none/,
  ],
  ['webhook_endpoint.disabled', {}, /expected a webhook endpoint/],
  ['event.resent', { event: 'evt_x' }, /expected an event \(evt_x\)/],
  ['charge.exploded', {}, /expected one of dispute\.created.*got "charge\.exploded"/],
])('%s with %j says what is wrong', (event, fields, message) => {
  expect(() => openShop().twin.happen(event, fields as never)).toThrow(message)
})

test('what could mean two has to be named', async () => {
  const shop = openShop()
  const [first, second] = [await pay(shop), await pay(shop)]
  expect(() => shop.twin.happen('dispute.created', {})).toThrow(
    `expected one, got 2: ${first.latest_charge}, ${second.latest_charge}`,
  )
  expect(() => shop.twin.happen('dispute.created', { charge: first.latest_charge, amount: 5000 } as never)).toThrow(
    'at most 4900',
  )
})

test('every happening of the list is known', () => {
  for (const event of HAPPENINGS) expect(() => openShop().twin.happen(event, { nonsense: 1 })).toThrow('nonsense')
})

test('the seed: customers with cards, payments, webhooks', async () => {
  const shop = openShop({
    account: { descriptor: 'HAT SHOP' },
    customers: [
      {
        id: 'cus_ann',
        email: 'ann@example.com',
        name: 'Ann',
        metadata: { tier: 'gold' },
        payment_methods: [
          { id: 'pm_ann', card: 'pm_card_authenticationRequiredOnSetup', default: true },
          { card: 'pm_card_amex' },
        ],
      },
    ],
    payments: [
      { charge: 'ch_old', payment_intent: 'pi_old', amount: 2500, customer: 'cus_ann', metadata: { order: '1' } },
    ],
  })
  expect(await shop.sdk.customers.retrieve('cus_ann')).toMatchObject({
    email: 'ann@example.com',
    invoice_settings: { default_payment_method: 'pm_ann' },
  })
  expect((await pay(shop, { customer: 'cus_ann', payment_method: 'pm_ann', off_session: true })).status).toBe(
    'succeeded',
  )
  expect(await shop.sdk.charges.retrieve('ch_old')).toMatchObject({
    calculated_statement_descriptor: 'HAT SHOP',
    metadata: { order: '1' },
  })
  expect(await shop.sdk.refunds.create({ payment_intent: 'pi_old' })).toMatchObject({ amount: 2500, charge: 'ch_old' })
  expect(shop.events(/^charge\.succeeded/)).toHaveLength(1)
})

test.each<readonly [object, RegExp]>([
  [{ keys: ['sk_live_1'] }, /Expected a test key/],
  [{ customer: [] }, /unrecognized_keys/],
  [{ customers: [{ payment_methods: [{ card: 'visa' }] }] }, /expected a test card such as pm_card_visa, got "visa"/],
  [
    { payments: [{ amount: 100, customer: 'cus_no' }] },
    /expected a customer under given\.stripe\.customers, got "cus_no"/,
  ],
  [{ payments: [{ amount: 1.5 }] }, /int/],
  [{ webhooks: [{ url: 'nowhere' }] }, /URL/],
])('a seed like %j is refused', (seed, message) => {
  expect(() => openShop(seed as never)).toThrow(message)
})
