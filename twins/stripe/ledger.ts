import { multiply, toDecimal, toUnits } from '../money.ts'
import { type Account, found } from './account.ts'
import { cardOf } from './cards.ts'
import { toMajor } from './currencies.ts'
import { PRICES } from './prices.ts'
import type { BalanceTransaction, Charge, FeeDetail } from './state.ts'

/** Money the account settles in. */
export const SETTLEMENT = 'usd'
const DAY_S = 24 * 3600

/** Rounds units of 10^-12 of a dollar to whole cents, half up. */
function toCents(units: bigint): number {
  const cent = toUnits('0.01')
  const sign = units < 0n ? -1n : 1n
  const abs = units * sign
  return Number(sign * ((abs + cent / 2n) / cent))
}

/** An amount in the settlement currency: exact dollars, and cents as the ledger keeps them. */
function settled(
  account: Account,
  amount: number,
  currency: string,
): { readonly dollars: string; readonly cents: number } {
  const units = multiply(toUnits(toMajor(amount, currency)), toUnits(account.rate(currency)))
  return { dollars: toDecimal(units), cents: toCents(units) }
}

/** What Stripe takes for a successful charge: SKUs of prices.ts. */
const skusOf = (charge: Charge): readonly string[] => [
  'card-charge',
  ...(cardOf(charge.card).country === 'US' ? [] : ['international-card']),
  ...(charge.currency === SETTLEMENT ? [] : ['currency-conversion']),
]

function priceUnits(sku: string, quantity: string): bigint {
  const price = found(
    PRICES.find((row) => row.sku === sku),
    `a price for ${sku}`,
  )
  return multiply(toUnits(price.rate), toUnits(quantity)) + toUnits(price.fixed)
}

/** Throws, before anything has happened, when `currency` cannot be settled. */
export const checkSettlement = (account: Account, currency: string): void => void account.rate(currency)

/** Bills the run for a charge of `amount`, at the moment it succeeds: a later capture is on the capturer's account. */
export function billCharge(account: Account, charge: Charge, amount: number): void {
  const { dollars } = settled(account, amount, charge.currency)
  for (const sku of skusOf(charge)) account.world.money.charge('stripe', sku, dollars)
}

type Entry = Pick<BalanceTransaction, 'amount' | 'description' | 'reporting_category' | 'source' | 'type'> & {
  readonly fees?: readonly FeeDetail[]
  readonly exchangeRate?: number | null
  readonly atOnce?: boolean
  /** Its id, where one is known. */
  readonly id?: string | undefined
}

function book(account: Account, entry: Entry): BalanceTransaction {
  const { state } = account
  const created = account.nowS()
  const fees = entry.fees ?? []
  const fee = fees.reduce((sum, { amount }) => sum + amount, 0)
  const booked = state.balance_transactions.add({
    id: entry.id ?? account.newId('txn_3', 23, state.balance_transactions),
    created,
    amount: entry.amount,
    // Assumed: two days on, at midnight.
    available_on: entry.atOnce === true ? created : Math.floor(created / DAY_S + 2) * DAY_S,
    currency: SETTLEMENT,
    description: entry.description,
    exchange_rate: entry.exchangeRate ?? null,
    fee,
    fee_details: fees,
    net: entry.amount - fee,
    payout: null,
    reporting_category: entry.reporting_category,
    source: entry.source,
    type: entry.type,
  })
  account.booked(booked)
  return booked
}

const exchangeRate = (account: Account, currency: string): number | null =>
  currency === SETTLEMENT ? null : Number(account.rate(currency))

/** Books what was captured of a charge, less the fees: one detail each, rounded to cents as a whole. */
export function bookCharge(account: Account, charge: Charge, id?: string): BalanceTransaction {
  const { dollars, cents } = settled(account, charge.amount_captured, charge.currency)
  const fee = toCents(skusOf(charge).reduce((sum, sku) => sum + priceUnits(sku, dollars), 0n))
  return book(account, {
    amount: cents,
    description: charge.description,
    reporting_category: 'charge',
    source: charge.id,
    type: 'charge',
    fees: [
      { amount: fee, description: 'Stripe processing fees' },
      // A direct charge pays its platform out of what it brings in.
      ...(account.platform !== null && (charge.application_fee_amount ?? 0) > 0
        ? [applicationFee(account, charge.application_fee_amount ?? 0)]
        : []),
    ],
    exchangeRate: exchangeRate(account, charge.currency),
    atOnce: cardOf(charge.card).available === true,
    id,
  })
}

/** Money going back; the fees of the charge stay where they are. */
export const bookRefund = (
  account: Account,
  refund: string,
  charge: Charge,
  amount: number,
  id?: string | null,
): BalanceTransaction =>
  book(account, {
    id: id ?? undefined,
    amount: -settled(account, amount, charge.currency).cents,
    description: 'REFUND FOR CHARGE',
    reporting_category: 'refund',
    source: refund,
    type: 'refund',
    exchangeRate: exchangeRate(account, charge.currency),
  })

/** Money of a refund that came back. */
export const bookRefundFailure = (
  account: Account,
  refund: string,
  charge: Charge,
  amount: number,
): BalanceTransaction =>
  book(account, {
    amount: settled(account, amount, charge.currency).cents,
    description: 'REFUND FAILURE',
    reporting_category: 'refund_failure',
    source: refund,
    type: 'refund_failure',
    exchangeRate: exchangeRate(account, charge.currency),
  })

/** The bank takes the disputed amount, and Stripe its fee. */
export function bookDispute(account: Account, dispute: string, charge: Charge, amount: number): BalanceTransaction {
  account.world.money.charge('stripe', 'dispute', 1)
  return book(account, {
    amount: -settled(account, amount, charge.currency).cents,
    description: `Chargeback withdrawal for ${charge.id}`,
    reporting_category: 'dispute',
    source: dispute,
    type: 'adjustment',
    fees: [{ amount: toCents(priceUnits('dispute', '1')), description: 'Dispute fee' }],
  })
}

/** Countering costs; `won` gives it back. */
export const billCounter = (account: Account, won: boolean): void =>
  account.world.money.charge('stripe', 'dispute-countered', won ? -1 : 1)

export const bookDisputeWon = (account: Account, dispute: string, charge: Charge, amount: number): BalanceTransaction =>
  book(account, {
    amount: settled(account, amount, charge.currency).cents,
    description: `Chargeback reversal for ${charge.id}`,
    reporting_category: 'dispute_reversal',
    source: dispute,
    type: 'adjustment',
  })

/** Money on its way to the bank, or back from there. */
export const bookPayout = (account: Account, payout: string, amount: number): BalanceTransaction =>
  book(account, {
    amount,
    description: amount < 0 ? 'STRIPE PAYOUT' : 'STRIPE PAYOUT CANCEL',
    reporting_category: amount < 0 ? 'payout' : 'payout_reversal',
    source: payout,
    type: amount < 0 ? 'payout' : 'payout_cancel',
    atOnce: true,
  })

/** Money that goes from a platform to an account of it, on either side. */
export const bookTransfer = (account: Account, { type, source, amount, fee = 0 }: Moved): BalanceTransaction =>
  book(account, {
    amount,
    description: null,
    reporting_category: CATEGORIES[type],
    source,
    type,
    fees: fee === 0 ? [] : [applicationFee(account, fee)],
    atOnce: true,
  })
type Moved = {
  readonly type: keyof typeof CATEGORIES
  readonly source: string
  readonly amount: number
  /** What the platform keeps of it. */
  readonly fee?: number
}
const CATEGORIES = {
  payment: 'charge',
  payment_refund: 'refund',
  transfer: 'transfer',
  transfer_refund: 'transfer_reversal',
} as const

const applicationFee = (account: Account, amount: number): FeeDetail => ({
  amount,
  application: account.platform?.application ?? '',
  description: `${account.platform?.owner().name ?? ''} application fee`.trim(),
})

/** What a platform earns, or gives back. */
export const bookFee = (
  account: Account,
  { source, amount }: { readonly source: string; readonly amount: number },
): BalanceTransaction =>
  book(account, {
    amount,
    description: null,
    reporting_category: amount < 0 ? 'platform_earning_refund' : 'platform_earning',
    source,
    type: amount < 0 ? 'application_fee_refund' : 'application_fee',
    atOnce: true,
  })

/** What is available by now, and in no automatic payout yet. */
export const availableEntries = (account: Account): readonly BalanceTransaction[] =>
  account.state.balance_transactions
    .all()
    .filter(({ available_on, payout }) => payout === null && available_on <= account.nowS())

/** The balance: what is available by now, and what is not yet. */
export function balance(account: Account): { readonly available: number; readonly pending: number } {
  const nowS = account.nowS()
  let available = 0
  let pending = 0
  for (const { net, available_on } of account.state.balance_transactions.all()) {
    if (available_on <= nowS) available += net
    else pending += net
  }
  return { available, pending }
}
