import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { cardNamed } from '../../../twins/stripe/cards.ts'
import { chargeOf, errorOf, openListeningShop, openShop, pay, RETURN, START_S } from './support.ts'

test('a payment confirmed as it is created succeeds', async () => {
  const shop = openShop()
  const intent = await pay(shop, { metadata: { order: '42' } })
  expect(intent).toMatchObject({
    status: 'succeeded',
    amount: 4900,
    amount_received: 4900,
    capture_method: 'automatic_async',
    metadata: { order: '42' },
    created: START_S,
    last_payment_error: null,
  })
  const charge = await chargeOf(shop, intent)
  expect(charge).toMatchObject({ status: 'succeeded', paid: true, captured: true, metadata: { order: '42' } })
  expect(shop.events(/^(payment_intent|charge)\./)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
  ])
})

test('with asynchronous capture the balance transaction follows a little later', async () => {
  const shop = openListeningShop()
  const intent = await pay(shop)
  expect((await chargeOf(shop, intent)).balance_transaction).toBeNull()
  await shop.world.clock.advance(3_000)
  expect((await chargeOf(shop, intent)).balance_transaction).toMatchObject({ amount: 4900, fee: 172, net: 4728 })
  expect(shop.events(/^charge\.updated/)).toHaveLength(1)
  const { data } = await shop.sdk.events.list({ type: 'charge.updated' })
  expect(data[0]?.data.previous_attributes).toEqual({ balance_transaction: null })
})

test('step by step: create, update, confirm', async () => {
  const shop = openShop()
  const { sdk } = shop
  const created = await sdk.paymentIntents.create({ amount: 1000, currency: 'usd', capture_method: 'automatic' })
  expect(created).toMatchObject({ status: 'requires_payment_method', latest_charge: null })
  const updated = await sdk.paymentIntents.update(created.id, {
    amount: 1200,
    payment_method: 'pm_card_mastercard',
    metadata: { a: '1', b: '2' },
    description: 'Two hats',
    receipt_email: 'ann@example.com',
    shipping: { name: 'Ann', address: { line1: '1 Street', country: 'US' } },
  })
  expect(updated).toMatchObject({
    status: 'requires_confirmation',
    amount: 1200,
    shipping: { name: 'Ann', carrier: null },
  })
  await sdk.paymentIntents.update(created.id, { metadata: { a: '' } })
  const confirmed = await sdk.paymentIntents.confirm(created.id, { return_url: RETURN, expand: ['latest_charge'] })
  expect(confirmed).toMatchObject({ status: 'succeeded', amount_received: 1200, metadata: { b: '2' } })
  const charge = confirmed.latest_charge as Stripe.Charge
  expect(charge).toMatchObject({ description: 'Two hats', receipt_email: 'ann@example.com', amount_captured: 1200 })
  expect(charge.balance_transaction).toMatch(/^txn_3/)
  expect(charge.payment_method_details?.card).toMatchObject({ brand: 'mastercard', last4: '4444' })
})

// Codes as seen in test mode by github.com/gburgyan/aat-stripe (README read 2026-11-24).
test.each([
  ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline', undefined, 'try_again_later'],
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline', undefined, 'try_again_later'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds', undefined, 'try_again_later'],
  ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card', undefined, 'do_not_try_again'],
  ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card', undefined, 'do_not_try_again'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card', 'exp_month', 'confirm_card_data'],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc', 'cvc', 'confirm_card_data'],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error', undefined, 'try_again_later'],
  ['pm_card_chargeDeclinedFraudulent', 'card_declined', 'fraudulent', undefined, undefined],
  [
    'pm_card_visa_chargeDeclinedVelocityLimitExceeded',
    'card_declined',
    'card_velocity_exceeded',
    undefined,
    'try_again_later',
  ],
  ['pm_card_radarBlock', 'card_declined', 'fraudulent', undefined, undefined],
])('%s is declined: %s, %s', async (card, code, decline_code, param, advice_code) => {
  const shop = openShop()
  const error = await errorOf(pay(shop, { payment_method: card, metadata: { order: '1' } }))
  expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code, param, advice_code })
  expect(error.doc_url).toBe(`https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`)
  const left = await shop.sdk.paymentIntents.retrieve(error.payment_intent?.id ?? '')
  expect(left).toMatchObject({ status: 'requires_payment_method', payment_method: null, amount_received: 0 })
  expect(left.last_payment_error).toMatchObject({ code, decline_code, type: 'card_error', charge: error.charge })
  const charge = await shop.sdk.charges.retrieve(error.charge ?? '')
  expect(charge).toMatchObject({ status: 'failed', paid: false, failure_code: code, failure_message: error.message })
  expect(shop.events(/failed/)).toEqual(['charge.failed', 'payment_intent.payment_failed'])
  expect(shop.world.money.bill.lines).toEqual([])
  // The same intent can be paid with another card.
  const paid = await shop.sdk.paymentIntents.confirm(left.id, { payment_method: 'pm_card_visa', return_url: RETURN })
  expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null })
})

test('Radar asks no issuer', async () => {
  const shop = openShop()
  const error = await errorOf(pay(shop, { payment_method: 'pm_card_radarBlock' }))
  const { outcome } = await shop.sdk.charges.retrieve(error.charge ?? '')
  expect(outcome).toMatchObject({ type: 'blocked', network_status: 'not_sent_to_network', risk_level: 'highest' })
})

test('a held payment is captured in part, and the rest released', async () => {
  const shop = openShop()
  const held = await pay(shop, { capture_method: 'manual' })
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 4900, amount_received: 0 })
  expect(shop.world.money.bill.lines).toEqual([])
  expect((await errorOf(shop.sdk.paymentIntents.capture(held.id, { amount_to_capture: 5000 }))).code).toBe(
    'amount_too_large',
  )
  const done = await shop.sdk.paymentIntents.capture(held.id, { amount_to_capture: 4400 })
  expect(done).toMatchObject({ status: 'succeeded', amount_received: 4400, amount_capturable: 0 })
  expect(await chargeOf(shop, done)).toMatchObject({
    captured: true,
    amount_captured: 4400,
    amount_refunded: 500,
    refunded: false,
    balance_transaction: { amount: 4400, fee: 158 },
  })
  expect(await errorOf(shop.sdk.paymentIntents.capture(held.id))).toMatchObject({
    code: 'payment_intent_unexpected_state',
    message:
      'This PaymentIntent could not be captured because it has a status of succeeded. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.',
  })
  expect(shop.events(/^(charge|payment_intent)\./)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.amount_capturable_updated',
    'charge.captured',
    'payment_intent.succeeded',
  ])
})

test('a held payment can be canceled, once', async () => {
  const shop = openShop()
  const held = await pay(shop, { capture_method: 'manual' })
  const canceled = await shop.sdk.paymentIntents.cancel(held.id, { cancellation_reason: 'abandoned' })
  expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned', canceled_at: START_S })
  expect(await chargeOf(shop, held)).toMatchObject({ captured: false, refunded: true, balance_transaction: null })
  const again = await errorOf(shop.sdk.paymentIntents.cancel(held.id))
  expect(again.message).toContain('You cannot cancel this PaymentIntent because it has a status of canceled.')
  expect(again.payment_intent).toMatchObject({ id: held.id, status: 'canceled' })
})

test('an authorization nobody captures expires after seven days', async () => {
  const shop = openShop()
  const held = await pay(shop, { capture_method: 'manual' })
  await shop.world.clock.advance(7 * 86_400_000 - 1)
  expect((await shop.sdk.paymentIntents.retrieve(held.id)).status).toBe('requires_capture')
  await shop.world.clock.advance(1)
  expect(await shop.sdk.paymentIntents.retrieve(held.id)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'automatic',
  })
  expect(shop.events(/expired|canceled/)).toEqual(['charge.expired', 'payment_intent.canceled'])
})

test('what has succeeded is neither confirmed, changed nor canceled', async () => {
  const shop = openShop()
  const { id } = await pay(shop)
  const { sdk } = shop
  expect((await errorOf(sdk.paymentIntents.confirm(id))).message).toBe(
    'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
  )
  expect(await errorOf(sdk.paymentIntents.update(id, { amount: 5000 }))).toMatchObject({
    code: 'payment_intent_unexpected_state',
    param: 'amount',
  })
  expect((await errorOf(sdk.paymentIntents.cancel(id))).statusCode).toBe(400)
  expect(await sdk.paymentIntents.update(id, { description: 'later' })).toMatchObject({
    description: 'later',
    amount: 4900,
  })
  expect(shop.rows('charges')).toHaveLength(1)
})

test('a confirmation needs a payment method', async () => {
  const shop = openShop()
  const { id } = await shop.sdk.paymentIntents.create({ amount: 1000, currency: 'usd' })
  expect(await errorOf(shop.sdk.paymentIntents.confirm(id, { return_url: RETURN }))).toMatchObject({
    code: 'payment_intent_unexpected_state',
    message: expect.stringContaining("because it's missing a payment method"),
  })
})

test('a payment that may redirect needs a return_url', async () => {
  const shop = openShop()
  const params = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true }
  const error = await errorOf(shop.sdk.paymentIntents.create(params))
  expect(error.message).toContain('you must provide a `return_url`')
  expect(shop.rows('payment_intents')).toEqual([])
  const never = await shop.sdk.paymentIntents.create({
    ...params,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  expect(never.status).toBe('succeeded')
  const quiet = openShop({ account: { redirects: false } })
  expect((await quiet.sdk.paymentIntents.create(params)).status).toBe('succeeded')
})

test('3D Secure: the customer authenticates, and the payment goes on by itself', async () => {
  const shop = openShop()
  const intent = await pay(shop, { payment_method: 'pm_card_authenticationRequired' })
  expect(intent).toMatchObject({
    status: 'requires_action',
    latest_charge: null,
    next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: RETURN } },
  })
  expect((await errorOf(shop.sdk.paymentIntents.capture(intent.id))).code).toBe('payment_intent_unexpected_state')
  shop.twin.happen('payment_intent.authenticated', { payment_intent: intent.id })
  const done = await shop.sdk.paymentIntents.retrieve(intent.id)
  expect(done).toMatchObject({ status: 'succeeded', next_action: null })
  const charge = await chargeOf(shop, done)
  expect(charge.payment_method_details?.card?.three_d_secure).toMatchObject({ result: 'authenticated' })
  expect(shop.world.money.bill.lines.map(({ sku }) => sku)).toEqual(['card-charge', 'international-card'])
})

test('3D Secure: without a return_url the SDK of the browser is to act', async () => {
  const shop = openShop()
  const intent = await shop.sdk.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    payment_method: 'pm_card_threeDSecure2Required',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  expect(intent.next_action).toMatchObject({ type: 'use_stripe_sdk' })
})

test('3D Secure: the customer fails, and another card pays', async () => {
  const shop = openShop()
  const intent = await pay(shop, { payment_method: 'pm_card_authenticationRequired' })
  shop.twin.happen('payment_intent.authentication_failed', {})
  expect(await shop.sdk.paymentIntents.retrieve(intent.id)).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code: 'payment_intent_authentication_failure', type: 'invalid_request_error' },
  })
  expect((await shop.sdk.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).status).toBe(
    'succeeded',
  )
})

test('3D Secure: authenticated is not yet paid', async () => {
  const shop = openShop()
  const card = 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds'
  const intent = await pay(shop, { payment_method: card })
  shop.twin.happen('payment_intent.authenticated', {})
  expect(await shop.sdk.paymentIntents.retrieve(intent.id)).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { decline_code: 'insufficient_funds' },
  })
})

test('3D Secure: with manual confirmation the server has the last word', async () => {
  const shop = openShop()
  const intent = await pay(shop, {
    payment_method: 'pm_card_authenticationRequiredOnSetup',
    confirmation_method: 'manual',
  })
  shop.twin.happen('payment_intent.authenticated', {})
  expect((await shop.sdk.paymentIntents.retrieve(intent.id)).status).toBe('requires_confirmation')
  expect((await shop.sdk.paymentIntents.confirm(intent.id)).status).toBe('succeeded')
})

test.each([
  ['any', 'pm_card_visa', 'requires_action'],
  ['automatic', 'pm_card_visa', 'succeeded'],
  ['any', 'pm_card_amex', 'succeeded'],
] as const)('request_three_d_secure %s with %s: %s', async (request_three_d_secure, payment_method, status) => {
  const intent = await pay(openShop(), { payment_method, payment_method_options: { card: { request_three_d_secure } } })
  expect(intent.status).toBe(status)
})

test('off session nobody can authenticate', async () => {
  const shop = openShop()
  const error = await errorOf(pay(shop, { payment_method: 'pm_card_authenticationRequired', off_session: true }))
  expect(error).toMatchObject({
    code: 'authentication_required',
    decline_code: 'authentication_required',
    statusCode: 402,
  })
  expect(error.payment_intent?.status).toBe('requires_payment_method')
  const handled = await errorOf(
    pay(shop, { payment_method: 'pm_card_authenticationRequired', error_on_requires_action: true }),
  )
  expect(handled).toMatchObject({ code: 'authentication_required', decline_code: 'authentication_not_handled' })
})

test('a card set up for off-session use pays without authentication', async () => {
  const shop = openShop()
  const { id: customer } = await shop.sdk.customers.create({})
  const first = await pay(shop, {
    customer,
    payment_method: 'pm_card_authenticationRequiredOnSetup',
    setup_future_usage: 'off_session',
  })
  expect(first.status).toBe('requires_action')
  shop.twin.happen('payment_intent.authenticated', {})
  const [saved] = (await shop.sdk.customers.listPaymentMethods(customer)).data
  const second = await pay(shop, { customer, payment_method: saved?.id ?? '', off_session: true })
  expect(second.status).toBe('succeeded')
  expect(shop.events(/attached/)).toHaveLength(1)
})

test('off_session says when it makes no sense', async () => {
  const shop = openShop()
  const at = await errorOf(shop.sdk.paymentIntents.create({ amount: 1000, currency: 'usd', off_session: true }))
  expect(at.param).toBe('off_session')
  const both = await errorOf(pay(shop, { off_session: true, setup_future_usage: 'off_session' }))
  expect(both.message).toContain('You cannot confirm with the `off_session` parameter')
})

test('a method belongs to its customer, and is used up without one', async () => {
  const shop = openShop()
  const { sdk } = shop
  const [ann, bob] = await Promise.all([sdk.customers.create({}), sdk.customers.create({})])
  const card = await sdk.paymentMethods.attach('pm_card_visa', { customer: ann.id })
  expect((await errorOf(pay(shop, { payment_method: card.id }))).message).toContain('Please include the Customer')
  expect((await errorOf(pay(shop, { payment_method: card.id, customer: bob.id }))).message).toContain(
    'does not have a payment method',
  )
  expect((await pay(shop, { payment_method: card.id, customer: ann.id })).status).toBe('succeeded')
  const loose = await sdk.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  expect((await pay(shop, { payment_method: loose.id })).status).toBe('succeeded')
  expect((await errorOf(pay(shop, { payment_method: loose.id }))).message).toContain('It may not be used again')
  expect(shop.rows('payment_intents')).toHaveLength(2)
})

test('card data can come with the payment', async () => {
  const shop = openShop()
  const intent = await pay(shop, {
    payment_method: undefined as never,
    payment_method_data: { type: 'card', card: { token: 'tok_amex' }, billing_details: { name: 'Ann' } } as never,
  })
  expect(await chargeOf(shop, intent)).toMatchObject({
    billing_details: { name: 'Ann' },
    payment_method_details: { card: { brand: 'amex' } },
  })
})

test('every test card can be named by its token', () => {
  expect(cardNamed('tok_visa')).toBe('visa')
  expect(cardNamed('pm_card_visa_debit')).toBe('visa_debit')
  expect(cardNamed('pm_card_visa_chargeDeclinedLostCard')).toBe('chargeDeclinedLostCard')
  expect(cardNamed('pm_card_nonsense')).toBeUndefined()
  expect(cardNamed('pm_1abc')).toBeUndefined()
})
