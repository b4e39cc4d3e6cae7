import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openShop, type Shop } from './support.ts'

const DAY_MS = 24 * 3_600_000
const ANN = { id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }
const PRICES = [{ id: 'monthly', unit_amount: 1000, interval: 'month', product: { name: 'Tea' } }] as const

async function openTaxed(): Promise<Shop & { readonly vat: string; readonly sales: string }> {
  const shop = openShop({ customers: [ANN], prices: [...PRICES] })
  const vat = await shop.sdk.taxRates.create({ display_name: 'VAT', inclusive: true, percentage: 19, country: 'DE' })
  const sales = await shop.sdk.taxRates.create({ display_name: 'Sales Tax', inclusive: false, percentage: 7.25 })
  return { ...shop, vat: vat.id, sales: sales.id }
}

const sumsOf = (invoice: Stripe.Invoice): readonly unknown[] => [
  invoice.subtotal,
  invoice.subtotal_excluding_tax,
  invoice.total,
  invoice.total_excluding_tax,
  invoice.total_taxes?.map(({ amount, tax_behavior, taxable_amount }) => [amount, tax_behavior, taxable_amount]),
]

test.each([
  ['exclusive tax is on top', 'sales', [1000, 1000, 1073, 1000, [[73, 'exclusive', 1000]]]],
  ['inclusive tax is in the price', 'vat', [1000, 840, 1000, 840, [[160, 'inclusive', 840]]]],
] as const)('%s', async (_, rate, sums) => {
  const shop = await openTaxed()
  const { sdk } = shop
  await sdk.invoiceItems.create({ customer: 'cus_ann', amount: 1000, currency: 'usd', tax_rates: [shop[rate]] })
  const invoice = await sdk.invoices.create({ customer: 'cus_ann', pending_invoice_items_behavior: 'include' })
  expect(sumsOf(invoice)).toEqual(sums)
  const paid = await sdk.invoices.pay(invoice.id ?? '', {})
  expect([paid.amount_paid, shop.rows('charges').map(({ amount }) => amount)]).toEqual([sums[2], [sums[2]]])
})

test('tax is on what discounts leave, and an exempt customer pays none', async () => {
  const { sdk, sales } = await openTaxed()
  const coupon = await sdk.coupons.create({ percent_off: 50, duration: 'forever' })
  const make = async (): Promise<Stripe.Invoice> => {
    await sdk.invoiceItems.create({ customer: 'cus_ann', amount: 1000, currency: 'usd' })
    return await sdk.invoices.create({
      customer: 'cus_ann',
      pending_invoice_items_behavior: 'include',
      default_tax_rates: [sales],
      discounts: [{ coupon: coupon.id }],
    })
  }
  const invoice = await make()
  expect(sumsOf(invoice)).toEqual([1000, 1000, 536, 500, [[36, 'exclusive', 500]]])
  expect(invoice.default_tax_rates.map(({ display_name }) => display_name)).toEqual(['Sales Tax'])
  await sdk.customers.update('cus_ann', { tax_exempt: 'exempt' })
  expect((await make()).total_taxes).toMatchObject([{ amount: 0, taxability_reason: 'customer_exempt' }])
})

test('rates of a subscription are on each of its invoices; those of an item go before them', async () => {
  const shop = await openTaxed()
  const { sdk, vat, sales } = shop
  const { id, default_tax_rates } = await sdk.subscriptions.create({
    customer: 'cus_ann',
    items: [{ price: 'monthly' }],
    default_tax_rates: [sales],
  })
  expect(default_tax_rates?.map((rate) => rate.id)).toEqual([sales])
  const [item] = (await sdk.subscriptionItems.list({ subscription: id })).data
  await sdk.subscriptionItems.update(item?.id ?? '', { tax_rates: [vat] })
  await shop.world.clock.advance(40 * DAY_MS)
  expect((await sdk.invoices.list({ subscription: id })).data.map(({ total }) => total)).toEqual([1000, 1073])
})

test('a rate is kept, listed and retired; one that is retired or unknown is refused', async () => {
  const shop = await openTaxed()
  const { sdk, vat } = shop
  expect((await sdk.taxRates.list({ inclusive: true })).data.map(({ id }) => id)).toEqual([vat])
  const retired = await sdk.taxRates.update(vat, { active: false, metadata: { by: 'Ann' } })
  expect([retired.active, retired.effective_percentage, (await sdk.taxRates.retrieve(vat)).metadata]).toEqual([
    false,
    19,
    { by: 'Ann' },
  ])
  const item = { customer: 'cus_ann', amount: 1, currency: 'usd' }
  expect((await errorOf(sdk.invoiceItems.create({ ...item, tax_rates: [vat] }))).param).toBe('tax_rates')
  expect((await errorOf(sdk.invoiceItems.create({ ...item, tax_rates: ['txr_x'] }))).code).toBe('resource_missing')
  expect((await errorOf(sdk.taxRates.create({ display_name: 'x', inclusive: true, percentage: 101 }))).param).toBe(
    'percentage',
  )
  expect(shop.events(/^tax_rate\./)).toEqual(['tax_rate.created', 'tax_rate.created', 'tax_rate.updated'])
})
