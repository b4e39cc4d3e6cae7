import type { Account } from './account.ts'
import type { BalanceChange, CreditLine, CreditNote, Meter, PaymentLink, Schedule } from './billing-state.ts'
import type { ApplicationFee, FeeRefund, TransferReversal } from './connect.ts'
import { needs, told } from './planted.ts'
import { watchSchedule } from './schedules.ts'
import type { SeededMoney, SeededNote } from './seeded-money.ts'
import type { BalanceTransaction } from './state.ts'

/** Puts more rows in place that were there before. Nobody is told. */
export function plantMoney(account: Account, rows: SeededMoney): void {
  const { state } = account
  const now = account.nowS()
  for (const wish of rows.balance_transactions ?? []) {
    const fee = wish.fee ?? 0
    const blank: BalanceTransaction = {
      id: wish.id,
      created: now,
      amount: wish.amount,
      available_on: now,
      currency: 'usd',
      description: null,
      exchange_rate: null,
      fee,
      fee_details: fee === 0 ? [] : [{ amount: fee, description: 'Stripe processing fees' }],
      net: wish.amount - fee,
      payout: null,
      reporting_category: 'charge',
      source: wish.source,
      type: 'charge',
    }
    state.balance_transactions.add(told(blank, wish))
  }
  for (const wish of rows.credit_notes ?? []) plantNote(account, wish)
  for (const wish of rows.customer_balance_transactions ?? []) {
    needs(state.customers.get(wish.customer), 'customer_balance_transactions', 'a customer', wish.customer)
    const blank = { credit_note: null, currency: 'usd', description: null, invoice: null, metadata: {} } as const
    const ending = state.customers.get(wish.customer)?.balance ?? 0
    const more = { created: now, ending_balance: ending, type: 'adjustment' } as const
    state.balance_changes.add(
      told<BalanceChange>({ ...blank, ...more, id: wish.id, amount: wish.amount, customer: wish.customer }, wish),
    )
  }
  plantFees(account, rows)
  plantSchedules(account, rows.subscription_schedules ?? [])
  for (const wish of rows.meters ?? []) {
    const blank: Meter = {
      id: wish.id,
      created: now,
      customer_key: 'stripe_customer_id',
      deactivated_at: null,
      display_name: wish.event_name,
      event_name: wish.event_name,
      event_time_window: null,
      formula: 'sum',
      status: 'active',
      updated: now,
      value_key: 'value',
    }
    state.meters.add(told(blank, wish))
  }
  for (const wish of rows.meter_events ?? [])
    state.meter_events.add(told({ ...wish, created: now, timestamp: now }, wish))
  for (const wish of rows.payment_links ?? []) {
    for (const { price } of wish.lines)
      needs(state.prices.get(price), `payment_links.${wish.id}.lines`, 'a price', price)
    const blank: PaymentLink = {
      id: wish.id,
      created: now,
      currency: wish.lines[0]?.currency ?? 'usd',
      lines: wish.lines,
      active: true,
      after_completion: { hosted_confirmation: { custom_message: null }, type: 'hosted_confirmation' },
      allow_promotion_codes: false,
      customer_creation: 'if_required',
      data: {},
      inactive_message: null,
      limit: null,
      metadata: {},
      submit_type: 'auto',
    }
    state.payment_links.add(told(blank, wish))
  }
  for (const wish of rows.early_fraud_warnings ?? []) {
    needs(state.charges.get(wish.charge), `early_fraud_warnings.${wish.id}`, 'a charge', wish.charge)
    state.fraud_warnings.add(told({ id: wish.id, charge: wish.charge, created: now, fraud_type: 'misc' }, wish))
  }
}

/** A schedule goes on with the subscription it has, or begins by itself. */
function plantSchedules(account: Account, wishes: NonNullable<SeededMoney['subscription_schedules']>): void {
  const { state } = account
  const now = account.nowS()
  for (const wish of wishes) {
    needs(state.customers.get(wish.customer), `subscription_schedules.${wish.id}`, 'a customer', wish.customer)
    const subscription = state.subscriptions.get(wish.subscription ?? '')
    const at = wish.phases.findIndex(({ start_date, end_date }) => start_date <= now && now < end_date)
    const blank: Schedule = {
      id: wish.id,
      at: Math.max(0, at),
      canceled_at: null,
      completed_at: null,
      created: now,
      customer: wish.customer,
      default_payment_method: null,
      end_behavior: 'release',
      metadata: {},
      phases: wish.phases,
      released_at: null,
      released_subscription: null,
      status: subscription === undefined ? 'not_started' : 'active',
      subscription: null,
    }
    const schedule = state.schedules.add(told(blank, wish))
    if (subscription !== undefined) subscription.schedule = schedule.id
    else if (schedule.status === 'active')
      needs(undefined, `subscription_schedules.${wish.id}`, 'a subscription', String(wish.subscription))
    watchSchedule(account, schedule)
  }
}

function plantNote(account: Account, wish: SeededNote): void {
  const { state } = account
  const invoice = state.invoices.get(wish.invoice)
  needs(invoice, `credit_notes.${wish.id}`, 'an invoice', wish.invoice)
  if (invoice === undefined) return
  const created = wish.created ?? account.nowS()
  const { lines, ...rest } = wish
  const whole = lines.map((line) =>
    told<CreditLine>(
      {
        id: line.id,
        amount: line.amount,
        description: null,
        discount_amounts: [],
        invoice_line_item: null,
        metadata: {},
        quantity: 1,
        tax_rates: [],
        taxes: [],
        unit_amount: line.amount,
      },
      line,
    ),
  )
  const total = lines.reduce((sum, { amount }) => sum + amount, 0)
  const blank: CreditNote = {
    id: wish.id,
    created,
    currency: invoice.currency,
    customer: invoice.customer,
    customer_balance_transaction: null,
    effective_at: created,
    invoice: invoice.id,
    lines: whole,
    memo: null,
    metadata: {},
    number: `${invoice.number ?? ''}-CN-01`,
    out_of_band_amount: null,
    post_payment_amount: invoice.status === 'paid' ? total : 0,
    pre_payment_amount: invoice.status === 'paid' ? 0 : total,
    reason: null,
    refunds: [],
    status: 'issued',
    voided_at: null,
  }
  state.credit_notes.add(told<CreditNote>(blank, rest))
}

function plantFees(account: Account, rows: SeededMoney): void {
  const { state } = account
  const shared = { created: account.nowS(), currency: 'usd', metadata: {} } as const
  const entry = (): string => account.newId('txn_1', 23, state.balance_transactions)
  for (const wish of rows.application_fees ?? []) {
    const { created, currency } = shared
    const { id, account: from, amount, charge } = wish
    const required = { id, account: from, amount, charge, originating_transaction: null }
    const blank = { amount_refunded: 0, application: '', balance_transaction: entry(), created, currency }
    state.application_fees.add(told<ApplicationFee>({ ...required, ...blank }, wish))
  }
  for (const wish of rows.fee_refunds ?? []) {
    needs(state.application_fees.get(wish.fee), `fee_refunds.${wish.id}`, 'an application fee', wish.fee)
    const { id, amount, fee } = wish
    state.fee_refunds.add(told<FeeRefund>({ ...shared, id, amount, fee, balance_transaction: entry() }, wish))
  }
  for (const wish of rows.transfer_reversals ?? []) {
    needs(state.transfers.get(wish.transfer), `transfer_reversals.${wish.id}`, 'a transfer', wish.transfer)
    const { id, amount, transfer } = wish
    const none = { destination_payment_refund: null, source_refund: null }
    state.transfer_reversals.add(
      told<TransferReversal>({ ...shared, ...none, id, amount, transfer, balance_transaction: entry() }, wish),
    )
  }
}
