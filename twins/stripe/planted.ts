import { type Account, found } from './account.ts'
import type {
  Discount,
  InvoiceItem,
  InvoiceLine,
  InvoicePayment,
  PromotionCode,
  Subscription,
  SubscriptionItem,
  TaxRate,
} from './billing-state.ts'
import { dueOf } from './billing-wire.ts'
import { blankIntent, blankInvoice, blankSession, blankSubscription } from './blanks.ts'
import { cardNamed } from './cards.ts'
import { after, newProduct } from './catalog.ts'
import { watchSession } from './checkout.ts'
import type { Transfer } from './connect.ts'
import { newPayment, watchInvoice } from './invoices.ts'
import { bookCharge, bookDispute, bookPayout, bookRefund, bookTransfer } from './ledger.ts'
import { newMethod } from './payment-methods.ts'
import { expireLater, outcomeOf, settleLater } from './payments.ts'
import { blankPayout, watchPayout } from './payouts.ts'
import { becomeLater } from './refunds.ts'
import { newSetupIntent } from './routes/setup-intents.ts'
import type {
  SeededCharge,
  SeededDispute,
  SeededIntent,
  SeededInvoice,
  SeededInvoiceItem,
  SeededLine,
  SeededRefund,
  SeededRows,
  SeededSubscription,
} from './seeded.ts'
import type { Charge, Dispute, Refund, StoredEvent } from './state.ts'
import { watch } from './subscriptions.ts'

/** What a wish tells, in place of `blank`'s. */
export function told<Row>(blank: Row, wish: { readonly [Name in keyof Row]?: Row[Name] | undefined }): Row {
  const said = Object.entries(wish).filter(([, value]) => value !== undefined)
  return { ...blank, ...(Object.fromEntries(said) as Partial<Row>) }
}

export function needs(row: unknown, where: string, what: string, id: string): void {
  if (row === undefined)
    throw new Error(`given.stripe.${where}: expected ${what} under given.stripe, got "${id}", which is none.`)
}

/** The row of cards.ts that a test card is; a row by its own name is taken too. */
export function rowNamed(card: string, where: string): string {
  const row = cardNamed(card)
  if (row === undefined || row === 'unmodelled')
    throw new Error(`given.stripe.${where}: expected a test card such as pm_card_visa, got "${card}".`)
  return row
}

/** Products that prices may be of. */
export function plantProducts(account: Account, { products = [] }: SeededRows): void {
  for (const wish of products) account.state.products.add(told(newProduct(account, wish.name, wish.id), wish))
}

/** Puts rows in place that were there before, each with what it still has before it. Nobody is told. */
export function plantRows(account: Account, rows: SeededRows): void {
  const { state } = account
  const now = account.nowS()
  for (const { id, card } of rows.payment_methods_unattached ?? [])
    newMethod(account, rowNamed(card, 'payment_methods_unattached'), {}, id)
  for (const wish of rows.promotion_codes ?? []) {
    needs(state.coupons.get(wish.coupon), 'promotion_codes', 'a coupon', wish.coupon)
    state.promotion_codes.add(
      told<PromotionCode>(
        {
          id: wish.id,
          created: now,
          active: true,
          code: wish.code,
          coupon: wish.coupon,
          customer: null,
          expires_at: null,
          first_time_transaction: false,
          max_redemptions: null,
          metadata: {},
          minimum_amount: null,
          minimum_amount_currency: null,
          times_redeemed: 0,
        },
        wish,
      ),
    )
  }
  for (const wish of rows.tax_rates ?? []) {
    const blank = {
      id: wish.id,
      created: now,
      active: true,
      country: null,
      description: null,
      display_name: 'Tax',
      inclusive: false,
      jurisdiction: null,
      metadata: {},
      percentage: wish.percentage,
      state: null,
      tax_type: null,
    }
    state.tax_rates.add(told<TaxRate>(blank, wish))
  }
  for (const wish of rows.discounts ?? []) {
    needs(state.coupons.get(wish.coupon), 'discounts', 'a coupon', wish.coupon)
    const blank = {
      id: wish.id,
      created: now,
      coupon: wish.coupon,
      customer: wish.customer,
      promotion_code: null,
      invoice: null,
      invoice_item: null,
      subscription: null,
      subscription_item: null,
      start: now,
      end: null,
    }
    state.discounts.add(told<Discount>(blank, wish))
  }
  for (const wish of rows.charges ?? []) plantCharge(account, wish, rows.payment_intents ?? [])
  for (const wish of rows.payment_intents ?? []) plantIntent(account, wish)
  for (const wish of rows.refunds ?? []) plantRefund(account, wish)
  for (const wish of rows.disputes ?? []) plantDispute(account, wish)
  for (const wish of rows.setup_intents ?? [])
    state.setup_intents.add(told(newSetupIntent(account, { id: wish.id, customer: null, automatic: true }), wish))
  for (const wish of rows.subscriptions ?? []) plantSubscription(account, wish)
  for (const wish of rows.invoice_items ?? []) plantItem(account, wish)
  for (const wish of rows.invoices ?? []) plantInvoice(account, wish, rows)
  for (const wish of rows.invoice_payments ?? []) {
    const invoice = state.invoices.get(wish.invoice)
    needs(invoice, 'invoice_payments', 'an invoice', wish.invoice)
    needs(state.payment_intents.get(wish.payment_intent), 'invoice_payments', 'a payment intent', wish.payment_intent)
    const due = invoice === undefined ? 0 : dueOf(invoice)
    const status = invoice?.status === 'paid' ? 'paid' : 'open'
    const blank = {
      id: wish.id,
      created: now,
      amount_requested: due,
      currency: invoice?.currency ?? 'usd',
      invoice: wish.invoice,
      payment_intent: wish.payment_intent,
      amount_paid: status === 'paid' ? due : 0,
      status,
      paid_at: status === 'paid' ? now : null,
      canceled_at: null,
    } as const
    state.invoice_payments.add(told<InvoicePayment>(blank, wish))
  }
  for (const wish of rows.checkout_sessions ?? []) {
    const session = state.checkout_sessions.add(told(blankSession(account, { id: wish.id, mode: wish.mode }), wish))
    for (const line of session.lines)
      needs(state.prices.get(line.price), `checkout_sessions.${wish.id}.lines`, 'a price', line.price)
    watchSession(account, session)
  }
  for (const wish of rows.payouts ?? []) {
    const payout = state.payouts.add(told(blankPayout(account, { amount: wish.amount, id: wish.id }), wish))
    payout.balance_transaction ??= bookPayout(account, payout.id, -payout.amount).id
    watchPayout(account, payout)
  }
  for (const wish of rows.transfers ?? []) {
    const blank = {
      id: wish.id,
      created: now,
      amount: wish.amount,
      currency: 'usd',
      destination: wish.destination,
      destination_payment: account.world.id('py_1', 23),
      source_transaction: null,
      transfer_group: null,
      balance_transaction: '',
      description: null,
      metadata: {},
      amount_reversed: 0,
    }
    const transfer = state.transfers.add(told<Transfer>(blank, wish))
    const booked = bookTransfer(account, { type: 'transfer', source: wish.id, amount: -wish.amount })
    if (transfer.balance_transaction === '') transfer.balance_transaction = booked.id
  }
  for (const wish of rows.events ?? [])
    state.events.add(
      told<StoredEvent>(
        {
          id: wish.id,
          created: now,
          type: wish.type,
          object: wish.object,
          previous_attributes: null,
          request: { id: null, idempotency_key: null },
        },
        wish,
      ),
    )
}
const DAY_S = 24 * 3600

/** A charge, its card and its entry in the balance. It belongs to an intent, which is made where none is told. */
function plantCharge(account: Account, wish: SeededCharge, intents: readonly SeededIntent[]): void {
  const { state } = account
  const row = rowNamed(wish.card ?? 'pm_card_visa', `charges.${wish.id}`)
  const known = state.payment_methods.get(wish.payment_method ?? '')
  const method = known ?? newMethod(account, row, {}, wish.payment_method)
  if (known === undefined) method.use = 'spent'
  const failed = wish.status === 'failed'
  const captured = wish.captured ?? !failed
  const of = intents.find(({ latest_charge }) => latest_charge === wish.id)?.id
  const risk = wish.risk_score ?? 20
  const { card: _, ...rest } = wish
  const blank: Charge = {
    id: wish.id,
    created: account.nowS(),
    amount: wish.amount,
    currency: 'usd',
    payment_intent: of ?? account.newId('pi_3', 23, state.payment_intents),
    payment_method: method.id,
    card: row,
    exp_month: method.exp_month,
    exp_year: method.exp_year,
    authorization_code: failed ? null : account.world.draw('authorization').text(6, '0123456789'),
    billing_details: method.billing_details,
    capture_method: 'automatic',
    risk_score: risk,
    three_d_secure: false,
    amount_captured: captured ? wish.amount : 0,
    amount_refunded: 0,
    balance_transaction: null,
    captured,
    customer: null,
    description: null,
    dispute: null,
    disputed: false,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    metadata: {},
    outcome: failed ? null : outcomeOf(undefined, risk),
    paid: !failed,
    receipt_email: null,
    refunded: false,
    shipping: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_group: null,
    application_fee: null,
    application_fee_amount: null,
    on_behalf_of: null,
    transfer: null,
    transfer_data: null,
  }
  const charge = state.charges.add(told(blank, rest))
  if (charge.captured) {
    if (wish.balance_transaction === null) settleLater(account, charge)
    else charge.balance_transaction = bookCharge(account, charge, wish.balance_transaction).id
  }
  if (intents.some(({ id }) => id === charge.payment_intent)) return
  plantIntent(account, {
    id: charge.payment_intent,
    amount: charge.amount,
    currency: charge.currency,
    customer: charge.customer,
    description: charge.description,
    latest_charge: charge.id,
    metadata: charge.metadata,
    payment_method: charge.payment_method,
    status: failed ? 'requires_payment_method' : charge.captured ? 'succeeded' : 'requires_capture',
  })
}

function plantIntent(account: Account, wish: SeededIntent): void {
  const { state } = account
  const method = wish.payment_method
  if (typeof method === 'string' && state.payment_methods.get(method) === undefined) {
    const made = newMethod(account, 'visa', {}, method)
    made.customer = wish.customer ?? null
    if (wish.status === 'succeeded' && made.customer === null) made.use = 'spent'
  }
  const automatic = wish.automatic_payment_methods !== null && wish.methods === undefined
  const blank = blankIntent(account, {
    id: wish.id,
    amount: wish.amount,
    currency: 'usd',
    amount_received: wish.status === 'succeeded' ? wish.amount : 0,
    amount_capturable: wish.status === 'requires_capture' ? wish.amount : 0,
    automatic_payment_methods: automatic ? { allow_redirects: 'always', enabled: true } : null,
    configuration: automatic ? account.configuration : null,
    methods: wish.invoice === undefined ? account.dashboard.payments : account.dashboard.invoices,
  })
  const intent = state.payment_intents.add(told(blank, wish))
  if (intent.configuration !== null) state.payment_intents.add({ ...intent, configuration: account.configuration })
  const charge = state.charges.get(intent.latest_charge ?? '')
  if (intent.latest_charge !== null && charge === undefined) {
    const { id, amount, currency, customer, description, capture_method, metadata, payment_method } = intent
    const status = ['succeeded', 'requires_capture'].includes(intent.status) ? 'succeeded' : 'failed'
    const shared = { amount, currency, customer, description, capture_method, metadata, status } as const
    plantCharge(
      account,
      {
        ...shared,
        id: intent.latest_charge,
        payment_intent: id,
        ...(payment_method === null ? {} : { payment_method }),
        captured: intent.status === 'succeeded',
      },
      [wish],
    )
  }
  if (intent.status === 'requires_capture') expireLater(account, found(state.payment_intents.get(intent.id), intent.id))
}

function plantRefund(account: Account, wish: SeededRefund): void {
  const { state } = account
  const charge = state.charges.get(wish.charge)
  needs(charge, 'refunds', 'a charge', wish.charge)
  if (charge === undefined) return
  const blank = {
    id: wish.id,
    created: account.nowS(),
    amount: wish.amount,
    charge: charge.id,
    currency: charge.currency,
    customer: charge.customer,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: null,
    balance_transaction: null,
    failure_balance_transaction: null,
    failure_reason: null,
    metadata: {},
    transfer_reversal: null,
    becomes: wish.status === 'pending' ? 'succeeded' : null,
    status: 'succeeded',
  } as const
  const refund = state.refunds.add(told<Refund>(blank, wish))
  refund.balance_transaction = bookRefund(account, refund.id, charge, refund.amount, wish.balance_transaction).id
  const given = state.refunds.all().filter((one) => one.charge === charge.id && one.status !== 'failed')
  charge.amount_refunded = Math.max(
    charge.amount_refunded,
    given.reduce((sum, { amount }) => sum + amount, 0),
  )
  charge.refunded = charge.amount_refunded >= charge.amount
  becomeLater(account, refund, charge)
}

function plantDispute(account: Account, wish: SeededDispute): void {
  const { state } = account
  const charge = state.charges.get(wish.charge)
  needs(charge, 'disputes', 'a charge', wish.charge)
  if (charge === undefined) return
  const blank = {
    id: wish.id,
    created: account.nowS(),
    amount: charge.amount,
    charge: charge.id,
    currency: charge.currency,
    due_by: account.nowS() + 9 * DAY_S,
    payment_intent: charge.payment_intent,
    reason: 'fraudulent',
    balance_transactions: [],
    evidence: {},
    intended_submission_method: null,
    metadata: {},
    status: 'needs_response',
    submission_count: 0,
  } as const
  const row = { ...told<Dispute>(blank, wish), balance_transactions: [] as readonly string[] }
  const dispute = state.disputes.add(row)
  charge.disputed = true
  charge.dispute = dispute.id
  if (!dispute.status.startsWith('warning_'))
    dispute.balance_transactions = [bookDispute(account, dispute.id, charge, dispute.amount).id]
}

function plantSubscription(account: Account, wish: SeededSubscription): void {
  const { state } = account
  const where = `subscriptions.${wish.id}`
  needs(state.customers.get(wish.customer), where, 'a customer', wish.customer)
  for (const { price } of wish.items) needs(state.prices.get(price), `${where}.items`, 'a price', price)
  for (const id of [wish, ...wish.items].flatMap(
    (one) => ('price' in one ? one.tax_rates : wish.default_tax_rates) ?? [],
  ))
    needs(state.tax_rates.get(id), where, 'a tax rate', id)
  const start = wish.current_period_start ?? wish.start_date ?? wish.created ?? account.nowS()
  const { items, ...rest } = wish
  const price = state.prices.get(items[0]?.price ?? '')
  const { interval = 'month', interval_count = 1 } = price?.recurring ?? {}
  const trial = wish.trial_end ?? null
  const end = trial !== null && trial > account.nowS() ? trial : after(start, interval, interval_count)
  const created = wish.created ?? start
  const blank: Subscription = blankSubscription(account, {
    id: wish.id,
    created,
    start_date: created,
    billing_cycle_anchor: trial ?? start,
    currency: price?.currency ?? 'usd',
    current_period_start: start,
    current_period_end: end,
    customer: wish.customer,
    items: items.map((item) =>
      told<SubscriptionItem>(
        { id: item.id, created, metadata: {}, price: item.price, quantity: 1, tax_rates: [] },
        item,
      ),
    ),
    status: trial !== null && trial > account.nowS() ? 'trialing' : 'active',
    trial_start: trial === null ? null : start,
  })
  watch(account, state.subscriptions.add(told<Subscription>(blank, rest)))
}

/** What something is booked on that names no price. */
function soldAs(account: Account, of: { readonly price?: string | undefined; readonly product?: string | undefined }) {
  const price = account.state.prices.get(of.price ?? '')
  return { price: of.price ?? 'price_before', product: of.product ?? price?.product ?? 'prod_before' }
}

function plantItem(account: Account, wish: SeededInvoiceItem): void {
  const { state } = account
  needs(state.customers.get(wish.customer), `invoice_items.${wish.id}`, 'a customer', wish.customer)
  const now = account.nowS()
  const blank = {
    id: wish.id,
    amount: wish.amount,
    currency: 'usd',
    customer: wish.customer,
    date: now,
    period: { start: now, end: now },
    ...soldAs(account, wish),
    proration: false,
    quantity: 1,
    subscription: null,
    subscription_item: null,
    credited: null,
    unit_amount: wish.amount,
    description: null,
    discounts: [],
    invoice: null,
    metadata: {},
    tax_rates: [],
  }
  state.invoice_items.add(told<InvoiceItem>(blank, wish))
}

function lineOf(account: Account, line: SeededLine, of: SeededInvoice): InvoiceLine {
  const now = account.nowS()
  const blank = {
    id: line.id,
    amount: line.amount,
    description: null,
    metadata: {},
    period: { start: of.period_start ?? now, end: of.period_end ?? now },
    ...soldAs(account, line),
    proration: false,
    quantity: 1,
    unit_amount: line.amount,
    credited: null,
    discounts: [],
    discount_amounts: [],
    tax_rates: [],
    taxes: [],
    invoice_item: null,
    subscription: of.subscription ?? null,
    subscription_item: null,
  }
  return told<InvoiceLine>(blank, line)
}

function plantInvoice(account: Account, wish: SeededInvoice, rows: SeededRows): void {
  const { state } = account
  const customer = state.customers.get(wish.customer)
  needs(customer, `invoices.${wish.id}`, 'a customer', wish.customer)
  if (customer === undefined) return
  const created = wish.created ?? account.nowS()
  const final = wish.status !== undefined && wish.status !== 'draft'
  for (const id of [...(wish.default_tax_rates ?? []), ...(wish.lines ?? []).flatMap((line) => line.tax_rates ?? [])])
    needs(state.tax_rates.get(id), `invoices.${wish.id}`, 'a tax rate', id)
  const { lines = [], ...rest } = wish
  const billed = lines.map((line) => lineOf(account, line, wish))
  const paid = wish.status === 'paid'
  const blank = blankInvoice(account, {
    id: wish.id,
    created,
    currency: 'usd',
    customer: wish.customer,
    billing_reason: (wish.subscription ?? null) === null ? 'manual' : 'subscription_cycle',
    period_start: created,
    period_end: created,
    lines: billed,
    attempted: paid,
    effective_at: final ? created : null,
    finalized_at: final ? created : null,
    paid_at: paid ? created : null,
    ending_balance: final ? 0 : null,
    number: final ? `${customer.invoice_prefix}-${String(customer.next_invoice_sequence).padStart(4, '0')}` : null,
  })
  if (final) customer.next_invoice_sequence += 1
  const invoice = state.invoices.add(told(blank, rest))
  if (paid && wish.amount_paid === undefined) invoice.amount_paid = dueOf(invoice)
  const due = dueOf(invoice)
  const collected = (rows.invoice_payments ?? []).some((one) => one.invoice === invoice.id)
  if (invoice.status === 'open' && due > 0 && !collected) newPayment(account, invoice, due)
  watchInvoice(account, invoice)
}
