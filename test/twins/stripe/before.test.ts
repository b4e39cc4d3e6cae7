import { expect, test } from 'vitest'
import type { Exchange } from '../../../twins/har.ts'
import { given } from '../../../twins/stripe/fidelity.ts'
import type { Json } from '../../../twins/trace.ts'

const exchange = (method: string, path: string, answer: Json, form = '', status = 200): Exchange => ({
  method,
  url: `https://api.stripe.com${path}`,
  requestHeaders: [],
  requestBody: Buffer.from(form),
  status,
  responseHeaders: [],
  responseBody: Buffer.from(JSON.stringify(answer)),
  atMs: undefined,
})
const CUSTOMER = 'cus_TOs0abcdefghij'
const METHOD = 'pm_1SQ1ABKXBGcbgpbZabcdefgh'
const seedOf = (...exchanges: readonly Exchange[]): { readonly [key: string]: unknown } => {
  const seed = given(exchanges) as { readonly [key: string]: unknown }
  return { customers: seed.customers, payments: seed.payments }
}

test('a customer that a recording uses and never makes was there before, with the card it pays by', () => {
  const shown = { id: CUSTOMER, object: 'customer', email: 'ann@example.com' }
  const customer = { ...shown, invoice_settings: { default_payment_method: METHOD } }
  expect(seedOf(exchange('GET', `/v1/customers/${CUSTOMER}`, customer))).toEqual({
    customers: [
      {
        id: CUSTOMER,
        email: 'ann@example.com',
        payment_methods: [{ id: METHOD, card: 'pm_card_visa', default: true }],
      },
    ],
    payments: [],
  })
})

test('what a recording makes was not there before, nor was what an error says is unknown', () => {
  const made = exchange('POST', '/v1/customers', { id: CUSTOMER, object: 'customer' })
  const refused = { error: { message: `No such PaymentMethod: '${METHOD}'` } }
  const form = `invoice_settings[default_payment_method]=${METHOD}`
  expect(seedOf(made, exchange('POST', `/v1/customers/${CUSTOMER}`, refused, form, 400))).toEqual({
    customers: [],
    payments: [],
  })
})

test('a refusal tells that the customer beside the unknown method was there', () => {
  const refused = { error: { message: `No such PaymentMethod: '${METHOD}'` } }
  const form = `invoice_settings[default_payment_method]=${METHOD}`
  const { customers } = seedOf(exchange('POST', `/v1/customers/${CUSTOMER}`, refused, form, 400))
  expect(customers).toEqual([{ id: CUSTOMER, payment_methods: [] }])
})

test('a customer is called what its invoices call it', () => {
  const invoice = { object: 'invoice', id: 'in_1', customer: CUSTOMER, customer_email: 'ann@example.com' }
  const { customers } = seedOf(exchange('GET', `/v1/invoices?customer=${CUSTOMER}`, { data: [invoice] }))
  expect(customers).toEqual([{ id: CUSTOMER, email: 'ann@example.com', payment_methods: [] }])
})

test('a charge that is read or refunded, and was made before, is a charge of the seed', () => {
  const charge = { object: 'charge', id: 'ch_3SQ1ABKXBGcbgpbZ', amount: 500, currency: 'usd', payment_intent: null }
  const seed = given([exchange('GET', `/v1/charges/${charge.id}`, charge)]) as { readonly charges: unknown }
  expect(seed.charges).toEqual([expect.objectContaining({ id: charge.id, amount: 500, currency: 'usd' })])
})

test('what a request changes is seeded as it was before, so that the twin has it to do', () => {
  const canceled = {
    id: 'sub_1SQ1ABKXBGcbgpbZ',
    object: 'subscription',
    customer: CUSTOMER,
    status: 'canceled',
    ended_at: 1893456000,
    canceled_at: 1893456000,
    items: { data: [{ id: 'si_1SQ1ABKXBGcbgpbZ', price: { id: 'price_monthly', object: 'price' }, quantity: 2 }] },
  }
  const seed = given([exchange('DELETE', `/v1/subscriptions/${canceled.id}`, canceled)])
  expect(seed).toMatchObject({
    customers: [{ id: CUSTOMER }],
    prices: [{ id: 'price_monthly' }],
    subscriptions: [{ id: canceled.id, status: 'active', ended_at: null, canceled_at: null, items: [{ quantity: 2 }] }],
  })
})

test('a row that would not fit takes with it what is of it', () => {
  const charge = { object: 'charge', id: 'ch_3SQ1ABKXBGcbgpbZ', amount: 0, currency: 'usd', payment_intent: null }
  const refund = { object: 'refund', id: 're_3SQ1ABKXBGcbgpbZ', amount: 5, charge, currency: 'usd' }
  const seed = given([exchange('GET', `/v1/refunds/${refund.id}?expand[]=charge`, refund)])
  expect(seed).toMatchObject({ charges: [{ id: charge.id }], refunds: [] })
})
