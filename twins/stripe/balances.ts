import type { Account } from './account.ts'
import type { BalanceChange, Invoice } from './billing-state.ts'
import { totalOf } from './billing-wire.ts'
import { emit } from './events.ts'
import type { Customer } from './state.ts'
import { customerBody, type Wire } from './wire.ts'

// What a customer is owed, less than nothing, or owes: https://docs.stripe.com/billing/customer/balance (2026-11-26).

/** `CustomerBalanceTransaction` of stripe 23.1. */
export const balanceChangeBody = (change: BalanceChange): Wire => ({
  id: change.id,
  object: 'customer_balance_transaction',
  amount: change.amount,
  checkout_session: null,
  created: change.created,
  credit_note: change.credit_note,
  currency: change.currency,
  customer: change.customer,
  customer_account: null,
  description: change.description,
  ending_balance: change.ending_balance,
  invoice: change.invoice,
  livemode: false,
  metadata: change.metadata,
  type: change.type,
})

type Change = Pick<BalanceChange, 'amount' | 'currency' | 'type'> & Partial<BalanceChange>

/** Changes what a customer is owed or owes, and writes down why. */
export function changeBalance(account: Account, customer: Customer, change: Change): BalanceChange {
  const before = customerBody(customer)
  customer.balance += change.amount
  emit(account, 'customer.updated', customerBody(customer), before)
  return account.state.balance_changes.add({
    id: account.newId('cbtxn_1', 23, account.state.balance_changes),
    created: account.timeOf(customer.id),
    credit_note: null,
    customer: customer.id,
    description: null,
    ending_balance: customer.balance,
    invoice: null,
    metadata: {},
    ...change,
  })
}

/** Takes what the customer is owed or owes into an invoice that is made final; less than nothing due is owed to them afterwards. */
export function applyBalance(account: Account, invoice: Invoice, customer: Customer): void {
  invoice.starting_balance = customer.balance
  const left = Math.min(0, totalOf(invoice) + invoice.starting_balance)
  invoice.ending_balance = left
  if (left === customer.balance) return
  const { id, currency } = invoice
  const amount = left - customer.balance
  changeBalance(account, customer, { amount, currency, invoice: id, type: 'applied_to_invoice' })
}

/** Gives back what a voided invoice had taken. */
export function returnBalance(account: Account, invoice: Invoice): void {
  const customer = account.state.customers.get(invoice.customer)
  const taken = invoice.starting_balance - (invoice.ending_balance ?? invoice.starting_balance)
  if (customer === undefined || taken === 0) return
  const { id, currency } = invoice
  changeBalance(account, customer, { amount: taken, currency, invoice: id, type: 'unapplied_from_invoice' })
}
