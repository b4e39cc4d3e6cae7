import fc from 'fast-check'
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openShop, pay, type Shop, START_S } from './support.ts'

async function withCustomers(count: number): Promise<{ readonly shop: Shop; readonly ids: readonly string[] }> {
  const shop = openShop()
  const ids: string[] = []
  for (let at = 0; at < count; at++) {
    ids.unshift(
      (await shop.sdk.customers.create({ name: `${at}`, email: at % 2 === 0 ? 'even@example.com' : 'odd@example.com' }))
        .id,
    )
    await shop.world.clock.advance(1_000)
  }
  return { shop, ids }
}
const idsOf = (page: { readonly data: readonly { readonly id: string }[] }): readonly string[] =>
  page.data.map(({ id }) => id)

test('a list is newest first, ten at a time', async () => {
  const { shop, ids } = await withCustomers(12)
  const page = await shop.sdk.customers.list()
  expect(page).toMatchObject({ object: 'list', url: '/v1/customers', has_more: true })
  expect(idsOf(page)).toEqual(ids.slice(0, 10))
  const rest = await shop.sdk.customers.list({ starting_after: ids[9] ?? '' })
  expect([idsOf(rest), rest.has_more]).toEqual([ids.slice(10), false])
})

test('backwards, a page ends before its cursor', async () => {
  const { shop, ids } = await withCustomers(6)
  const page = await shop.sdk.customers.list({ ending_before: ids[5] ?? '', limit: 2 })
  expect([idsOf(page), page.has_more]).toEqual([ids.slice(3, 5), true])
  const first = await shop.sdk.customers.list({ ending_before: ids[2] ?? '', limit: 2 })
  expect([idsOf(first), first.has_more]).toEqual([ids.slice(0, 2), false])
})

test('filters by time and by what a row holds', async () => {
  const { shop, ids } = await withCustomers(5)
  const since = await shop.sdk.customers.list({ created: { gt: START_S + 1, lte: START_S + 3 } })
  expect(idsOf(since)).toEqual(ids.slice(1, 3))
  expect(idsOf(await shop.sdk.customers.list({ created: START_S }))).toEqual([ids[4]])
  expect(idsOf(await shop.sdk.customers.list({ email: 'even@example.com' }))).toEqual([ids[0], ids[2], ids[4]])
})

test('however long the list and the page, paging through gives everything once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 6 }), async (count, limit) => {
      const { shop, ids } = await withCustomers(count)
      const forwards: string[] = []
      for await (const { id } of shop.sdk.customers.list({ limit })) forwards.push(id)
      expect(forwards).toEqual(ids)
      const [first] = ids
      const last = ids.at(-1)
      if (first === undefined || last === undefined) return
      const backwards: string[] = []
      for await (const { id } of shop.sdk.customers.list({ limit, ending_before: last })) backwards.push(id)
      expect(backwards).toEqual(ids.slice(0, -1).toReversed())
      expect(await shop.sdk.customers.list({ limit }).autoPagingToArray({ limit: 100 })).toHaveLength(count)
    }),
    { numRuns: 25, seed: 7 },
  )
})

test.each([
  ['too long a page', { limit: 101 }, 'limit', 'parameter_invalid_integer'],
  ['an empty page', { limit: 0 }, 'limit', 'parameter_invalid_integer'],
  ['a cursor of no one', { starting_after: 'cus_no' }, 'starting_after', 'resource_missing'],
  ['two cursors', { starting_after: 'cus_a', ending_before: 'cus_b' }, 'ending_before', undefined],
])('%s is refused', async (_, params, param, code) => {
  expect(await errorOf(openShop().sdk.customers.list(params))).toMatchObject({ param, code, statusCode: 400 })
})

test('deleted customers are gone from the list, yet still read', async () => {
  const { shop, ids } = await withCustomers(2)
  const [id = ''] = ids
  expect(await shop.sdk.customers.del(id)).toEqual({ id, object: 'customer', deleted: true })
  expect(idsOf(await shop.sdk.customers.list())).toEqual(ids.slice(1))
  expect(await shop.sdk.customers.retrieve(id)).toEqual({ id, object: 'customer', deleted: true })
  expect(await errorOf(shop.sdk.customers.del(id))).toMatchObject({
    code: 'resource_missing',
    param: 'id',
    statusCode: 404,
  })
  expect((await errorOf(pay(shop, { customer: id }))).code).toBe('resource_missing')
})

test('ids become objects on request, four levels deep and in lists', async () => {
  const shop = openShop()
  const { sdk } = shop
  const customer = await sdk.customers.create({ name: 'Ann' })
  const intent = await pay(shop, {
    customer: customer.id,
    capture_method: 'automatic',
    expand: ['customer', 'latest_charge.balance_transaction', 'payment_method'],
  })
  const charge = intent.latest_charge as Stripe.Charge
  expect(intent.customer).toMatchObject({ object: 'customer', name: 'Ann' })
  expect(intent.payment_method).toMatchObject({ object: 'payment_method' })
  expect(charge.balance_transaction).toMatchObject({ object: 'balance_transaction', source: charge.id })
  const refund = await sdk.refunds.create({
    charge: charge.id,
    amount: 100,
    expand: ['charge.payment_intent.latest_charge.customer'],
  })
  expect(refund).toMatchObject({ charge: { payment_intent: { latest_charge: { customer: { name: 'Ann' } } } } })
  const { data } = await sdk.charges.list({ expand: ['data.customer', 'data.refunds'] })
  expect(data[0]).toMatchObject({ customer: { name: 'Ann' }, refunds: { data: [{ id: refund.id }] } })
  const [entry] = (await sdk.balanceTransactions.list({ type: 'refund', expand: ['data.source'] })).data
  expect(entry?.source).toMatchObject({ object: 'refund', id: refund.id })
  const saved = await sdk.paymentMethods.attach('pm_card_visa', { customer: customer.id, expand: ['customer'] })
  expect(saved.customer).toMatchObject({ name: 'Ann' })
  const preferred = await sdk.customers.update(customer.id, {
    invoice_settings: { default_payment_method: saved.id },
    expand: ['invoice_settings.default_payment_method'],
  })
  expect(preferred.invoice_settings.default_payment_method).toMatchObject({ id: saved.id, object: 'payment_method' })
})

test.each([
  [
    'five levels',
    ['latest_charge.refunds.data.charge.customer'],
    'You cannot expand more than 4 levels of a property. Property: latest_charge.refunds.data.charge.customer',
    'property_expansion_max_depth',
  ],
  ['what is no id', ['metadata'], 'This property cannot be expanded (metadata).', undefined],
  [
    'what does not exist',
    ['latest_charge.nothing'],
    'This property cannot be expanded (latest_charge.nothing).',
    undefined,
  ],
])('expanding %s is refused, and nothing is paid', async (_, expand, message, code) => {
  const shop = openShop()
  const error = await errorOf(pay(shop, { expand }))
  expect([error.message, error.code]).toEqual([message, code])
  expect(shop.rows('payment_intents')).toEqual([])
})

test('in a list, paths start with data', async () => {
  const error = await errorOf(openShop().sdk.charges.list({ expand: ['customer'] }))
  expect(error.message).toBe(
    "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead.",
  )
})

test('saved cards: attached, listed, changed, detached for good', async () => {
  const shop = openShop()
  const { sdk } = shop
  const { id: customer } = await sdk.customers.create({ payment_method: 'pm_card_visa' })
  const second = await sdk.paymentMethods.attach('pm_card_mastercard', { customer })
  expect(idsOf(await sdk.paymentMethods.list({ customer, type: 'card' }))[0]).toBe(second.id)
  expect((await sdk.customers.listPaymentMethods(customer)).data).toHaveLength(2)
  expect((await sdk.paymentMethods.list({})).data).toEqual([])
  const changed = await sdk.paymentMethods.update(second.id, {
    billing_details: { name: 'Ann' },
    card: { exp_month: 5, exp_year: 2033 },
  })
  expect(changed).toMatchObject({
    billing_details: { name: 'Ann', email: null },
    card: { exp_month: 5, exp_year: 2033 },
  })
  await sdk.customers.update(customer, { invoice_settings: { default_payment_method: second.id } })
  expect((await sdk.paymentMethods.detach(second.id)).customer).toBeNull()
  expect(await sdk.customers.retrieve(customer)).toMatchObject({ invoice_settings: { default_payment_method: null } })
  expect((await errorOf(sdk.paymentMethods.attach(second.id, { customer }))).message).toContain('may not be used again')
  expect((await errorOf(sdk.paymentMethods.detach(second.id))).message).toContain('is not attached to a customer')
  expect((await errorOf(sdk.customers.retrievePaymentMethod(customer, second.id))).statusCode).toBe(404)
  expect((await sdk.customers.listPaymentMethods(customer)).data).toHaveLength(1)
})

test('a declining card cannot be saved, but for the one made for it', async () => {
  const shop = openShop()
  const { sdk } = shop
  const { id: customer } = await sdk.customers.create({})
  // The body is the one recorded by github.com/pay-rails/pay on 2025-10-31, request log aside.
  const { raw } = await errorOf(sdk.paymentMethods.attach('pm_card_chargeDeclined', { customer }))
  expect(raw).toMatchObject({
    advice_code: 'try_again_later',
    code: 'card_declined',
    decline_code: 'generic_decline',
    doc_url: 'https://stripe.com/docs/error-codes/card-declined',
    message: 'Your card was declined.',
    network_decline_code: '01',
    param: '',
    type: 'card_error',
  })
  const saved = await sdk.paymentMethods.attach('pm_card_chargeCustomerFail', { customer })
  expect((await errorOf(pay(shop, { customer, payment_method: saved.id }))).decline_code).toBe('generic_decline')
  expect((await sdk.customers.listPaymentMethods(customer)).data).toHaveLength(1)
})

test('a default must be a card of the customer', async () => {
  const { sdk } = openShop()
  const ann = await sdk.customers.create({})
  const bob = await sdk.customers.create({})
  const card = await sdk.paymentMethods.attach('pm_card_visa', { customer: bob.id })
  const error = await errorOf(
    sdk.customers.update(ann.id, { name: 'Ann', invoice_settings: { default_payment_method: card.id } }),
  )
  expect(error.message).toContain('The payment method must be attached to the customer.')
  expect(await sdk.customers.retrieve(ann.id)).toMatchObject({ name: null })
  const loose = await sdk.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  expect(
    (await errorOf(sdk.customers.update(ann.id, { invoice_settings: { default_payment_method: loose.id } })))
      .statusCode,
  ).toBe(400)
})

test('a customer is changed field by field, and unset by nothing', async () => {
  const { sdk } = openShop()
  const { id } = await sdk.customers.create({
    name: 'Ann',
    email: 'ann@example.com',
    phone: '123',
    address: { line1: '1 Street', city: 'Ulm', country: 'DE' },
    shipping: { name: 'Ann', address: { line1: '2 Street' } },
    preferred_locales: ['de', 'en'],
  })
  expect(await sdk.customers.update(id, { name: 'Anna', phone: '', shipping: '' })).toMatchObject({
    name: 'Anna',
    email: 'ann@example.com',
    phone: null,
    shipping: null,
    address: { line1: '1 Street', line2: null, city: 'Ulm', country: 'DE', postal_code: null, state: null },
    preferred_locales: ['de', 'en'],
  })
})
