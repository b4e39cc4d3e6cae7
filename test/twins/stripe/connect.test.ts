import { expect, test } from 'vitest'
import { errorOf, openShop, pay, type Shop } from './support.ts'

const SELLER = 'acct_1SellerSellerSe'
const withSeller = (): Shop => openShop({ accounts: [{ id: SELLER, name: 'Seller', capabilities: ['transfers'] }] })
const AS_SELLER = { stripeAccount: SELLER }

test('an account is made, onboarded by its holder, and may be charged for then', async () => {
  const shop = openShop()
  const made = await shop.sdk.accounts.create({
    type: 'express',
    email: 'seller@example.com',
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
  })
  expect(made).toMatchObject({
    object: 'account',
    type: 'express',
    charges_enabled: false,
    details_submitted: false,
    capabilities: { card_payments: 'inactive', transfers: 'inactive' },
    requirements: { disabled_reason: 'requirements.past_due' },
  })
  const link = await shop.sdk.accountLinks.create({
    account: made.id,
    refresh_url: 'https://shop.test/again',
    return_url: 'https://shop.test/done',
    type: 'account_onboarding',
  })
  expect(link).toMatchObject({ object: 'account_link', expires_at: link.created + 300 })
  expect((await errorOf(shop.sdk.accounts.createLoginLink(made.id))).statusCode).toBe(400)
  shop.twin.happen?.('account.onboarded', { account: made.id })
  expect(await shop.sdk.accounts.retrieve(made.id)).toMatchObject({
    charges_enabled: true,
    payouts_enabled: true,
    capabilities: { card_payments: 'active', transfers: 'active' },
    external_accounts: { total_count: 1 },
    requirements: { currently_due: [], disabled_reason: null },
  })
  expect((await shop.sdk.accounts.createLoginLink(made.id)).url).toContain(made.id)
  const { data } = await shop.sdk.events.list({}, { stripeAccount: made.id })
  expect(data.map(({ type }) => type)).toEqual(['account.updated'])
})

test('an account is changed, listed, and gone when deleted', async () => {
  const shop = withSeller()
  await shop.sdk.accounts.update(SELLER, {
    metadata: { tier: 'gold' },
    capabilities: { transfers: { requested: false } },
  })
  const { data } = await shop.sdk.accounts.list()
  expect(data).toMatchObject([{ id: SELLER, metadata: { tier: 'gold' }, capabilities: {} }])
  expect(await shop.sdk.accounts.del(SELLER)).toEqual(expect.objectContaining({ id: SELLER, deleted: true }))
  const error = await errorOf(shop.sdk.customers.create({}, AS_SELLER))
  expect(error).toMatchObject({ statusCode: 403, code: 'account_invalid' })
})

test('what is done for an account stays in its books', async () => {
  const shop = withSeller()
  const customer = await shop.sdk.customers.create({ email: 'ann@example.com' }, AS_SELLER)
  expect((await shop.sdk.customers.retrieve(customer.id, {}, AS_SELLER)).id).toBe(customer.id)
  const error = await errorOf(shop.sdk.customers.retrieve(customer.id))
  expect(error).toMatchObject({ statusCode: 404, message: `No such customer: '${customer.id}'` })
  expect((await shop.sdk.customers.list()).data).toEqual([])
})

test('a direct charge names the application of the platform', async () => {
  const shop = withSeller()
  const paid = await pay(shop, { expand: ['latest_charge'] }, AS_SELLER)
  expect(paid.application).toMatch(/^ca_/)
  expect(paid.latest_charge).toMatchObject({ application: paid.application })
  expect(paid.payment_method_configuration_details?.parent).toMatch(/^pmc_/)
  expect((await pay(shop)).application).toBeNull()
  const answer = await shop.raw('GET', `/v1/payment_intents/${paid.id}`, undefined, { 'Stripe-Account': SELLER })
  expect(answer.headers.get('Stripe-Account')).toBe(SELLER)
})

test('a transfer moves what is available to the account', async () => {
  const shop = withSeller()
  const asked = { amount: 700, currency: 'usd', destination: SELLER, transfer_group: '12345' }
  expect(await errorOf(shop.sdk.transfers.create(asked))).toMatchObject({
    statusCode: 400,
    code: 'balance_insufficient',
  })
  await pay(shop, { amount: 1000, payment_method: 'pm_card_bypassPending' })
  await shop.world.clock.advance(10_000)
  const transfer = await shop.sdk.transfers.create(asked)
  expect(transfer).toMatchObject({ object: 'transfer', amount: 700, destination: SELLER, transfer_group: '12345' })
  expect(await shop.sdk.transfers.update(transfer.id, { description: 'May' })).toMatchObject({ description: 'May' })
  expect((await shop.sdk.transfers.list({ destination: SELLER })).data.map(({ id }) => id)).toEqual([transfer.id])
  expect((await shop.sdk.balance.retrieve({}, AS_SELLER)).available).toMatchObject([{ amount: 700, currency: 'usd' }])
  const [left] = (await shop.sdk.balance.retrieve()).available
  expect(left?.amount).toBe(1000 - 59 - 700)
})

test('a transfer needs an account that is there', async () => {
  const error = await errorOf(
    withSeller().sdk.transfers.create({ amount: 1, currency: 'usd', destination: 'acct_1Nobody' }),
  )
  expect(error).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'destination' })
})

test('the books of accounts come back with a snapshot', async () => {
  const shop = withSeller()
  const customer = await shop.sdk.customers.create({ email: 'ann@example.com' }, AS_SELLER)
  const snapshot = shop.twin.snapshot()
  const other = openShop()
  other.twin.restore(structuredClone(snapshot))
  expect(other.twin.snapshot()).toEqual(snapshot)
  expect((await other.sdk.customers.retrieve(customer.id, {}, AS_SELLER)).id).toBe(customer.id)
})
