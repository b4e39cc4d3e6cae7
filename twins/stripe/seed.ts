import type { Account } from './account.ts'
import { blankIntent } from './blanks.ts'
import { newProduct } from './catalog.ts'
import { newConnected } from './connect.ts'
import type { Seed } from './given.ts'
import { bookCharge } from './ledger.ts'
import { newMethod } from './payment-methods.ts'
import { plantProducts, plantRows, rowNamed } from './planted.ts'
import { plantMoney } from './planted-money.ts'
import { newCustomer } from './routes/customers.ts'
import { newEndpoint } from './routes/webhook-endpoints.ts'

/** What was there before the scenario starts. It happened without events, and long enough ago to be settled. */
export function plant(account: Account, seed: Seed): void {
  const { state } = account
  for (const wish of seed.webhooks ?? []) {
    const endpoint = newEndpoint(account, {
      url: wish.url,
      secret: wish.secret,
      enabled_events: wish.enabled_events ?? ['*'],
      api_version: null,
    })
    state.webhook_endpoints.add(wish.id === undefined ? endpoint : { ...endpoint, id: wish.id })
  }
  for (const wish of seed.customers ?? []) {
    const customer = newCustomer(account, wish.id)
    customer.email = wish.email ?? null
    customer.name = wish.name ?? null
    customer.description = wish.description ?? null
    customer.metadata = wish.metadata ?? {}
    customer.address = wish.address ?? null
    customer.phone = wish.phone ?? null
    customer.balance = wish.balance ?? 0
    customer.shipping = wish.shipping ?? null
    customer.tax_exempt = wish.tax_exempt ?? 'none'
    customer.preferred_locales = wish.preferred_locales ?? []
    if (wish.invoice_prefix !== undefined) customer.invoice_prefix = wish.invoice_prefix
    for (const { id, card, default: isDefault = false } of wish.payment_methods ?? []) {
      const method = newMethod(account, rowNamed(card, `customers.${customer.id}.payment_methods`), {}, id)
      method.customer = customer.id
      method.use = 'set_up'
      if (isDefault) customer.default_payment_method = method.id
    }
    state.customers.add(customer)
  }
  plantProducts(account, seed)
  for (const wish of seed.prices ?? []) plantPrice(account, wish)
  for (const wish of seed.coupons ?? []) {
    state.coupons.add({
      id: wish.id,
      created: account.nowS(),
      amount_off: wish.percent_off === undefined ? (wish.amount_off ?? 0) : null,
      currency: wish.percent_off === undefined ? (wish.currency ?? 'usd') : null,
      duration: wish.duration ?? 'forever',
      duration_in_months: wish.duration_in_months ?? null,
      max_redemptions: null,
      metadata: {},
      name: wish.name ?? null,
      percent_off: wish.percent_off ?? null,
      redeem_by: null,
      applies_to: wish.applies_to ?? null,
      times_redeemed: 0,
    })
  }
  for (const wish of seed.payments ?? []) plantPayment(account, wish)
  plantRows(account, seed)
  plantMoney(account, seed)
  for (const wish of seed.accounts ?? []) plantAccount(account, wish)
}

function plantAccount(account: Account, wish: NonNullable<Seed['accounts']>[number]): void {
  const {
    id,
    type = 'express',
    onboarded = true,
    business_type = onboarded ? 'individual' : null,
    email = null,
    name = null,
    url = null,
    capabilities = ['card_payments', 'transfers'],
    payment_methods,
    ...books
  } = wish
  account.state.accounts.add({
    ...newConnected(account, type, id),
    email,
    business_type,
    business_name: name,
    business_url: url,
    capabilities,
    onboarded: onboarded ? account.nowS() : null,
  })
  account.hub.open(id, { account: { payment_methods }, ...books })
}

function plantPrice(account: Account, wish: NonNullable<Seed['prices']>[number]): void {
  const { state } = account
  const { product: of = {}, interval, interval_count = 1, trial_period_days = null } = wish
  const known = of.id === undefined ? undefined : state.products.get(of.id)
  const product = known ?? state.products.add(newProduct(account, of.name ?? wish.nickname ?? wish.id, of.id))
  product.unit_label ??= of.unit_label ?? null
  state.prices.add({
    id: wish.id,
    created: account.nowS(),
    currency: wish.currency ?? 'usd',
    product: product.id,
    recurring:
      interval === undefined ? null : { interval, interval_count, trial_period_days, meter: wish.meter ?? null },
    unit_amount: wish.tiers === undefined ? (wish.unit_amount ?? 0) : null,
    tiers:
      wish.tiers?.map(({ flat_amount = null, unit_amount = null, up_to = null }) => ({
        flat_amount,
        unit_amount,
        up_to,
      })) ?? null,
    tiers_mode: wish.tiers === undefined ? null : (wish.tiers_mode ?? 'graduated'),
    transform_quantity: wish.transform_quantity ?? null,
    custom_unit_amount: null,
    active: true,
    lookup_key: wish.lookup_key ?? null,
    metadata: {},
    nickname: wish.nickname ?? null,
    tax_behavior: 'unspecified',
  })
}

function plantPayment(account: Account, wish: NonNullable<Seed['payments']>[number]): void {
  const { state, world } = account
  const { amount, customer = null, currency = 'usd', metadata = {}, description = null } = wish
  if (customer !== null && state.customers.get(customer) === undefined) {
    throw new Error(`given.stripe.payments: expected a customer under given.stripe.customers, got "${customer}".`)
  }
  const method = newMethod(account, rowNamed(wish.card ?? 'pm_card_visa', 'payments'))
  method.use = 'spent'
  const id = wish.payment_intent ?? account.newId('pi_3', 23, state.payment_intents)
  const created = account.nowS()
  const shared = {
    created,
    currency,
    customer,
    description,
    metadata,
    receipt_email: null,
    shipping: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    transfer_group: null,
  }
  const charge = state.charges.add({
    ...shared,
    id: wish.charge ?? account.newId('ch_3', 23, state.charges),
    amount,
    amount_captured: amount,
    amount_refunded: 0,
    authorization_code: world.draw('authorization').text(6, '0123456789'),
    balance_transaction: null,
    billing_details: method.billing_details,
    capture_method: 'automatic',
    captured: true,
    card: method.card,
    dispute: null,
    disputed: false,
    exp_month: method.exp_month,
    exp_year: method.exp_year,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    outcome: null,
    paid: true,
    payment_intent: id,
    payment_method: method.id,
    refunded: false,
    risk_score: 20,
    status: 'succeeded',
    three_d_secure: false,
    application_fee: null,
    application_fee_amount: null,
    on_behalf_of: null,
    transfer: null,
    transfer_data: null,
  })
  charge.balance_transaction = bookCharge(account, charge).id
  state.payment_intents.add(
    blankIntent(account, {
      ...shared,
      id,
      amount,
      amount_received: amount,
      automatic_payment_methods: { allow_redirects: 'always', enabled: true },
      configuration: account.configuration,
      methods: account.dashboard.payments,
      latest_charge: charge.id,
      payment_method: method.id,
      status: 'succeeded',
    }),
  )
}
