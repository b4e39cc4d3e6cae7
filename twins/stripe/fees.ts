import { type Account, found } from './account.ts'
import { type ApplicationFee, type FeeRefund, type Transfer, type TransferReversal, transferBody } from './connect.ts'
import { invalid, missing } from './errors.ts'
import { emit } from './events.ts'
import { bookFee, bookTransfer } from './ledger.ts'
import type { Charge, Metadata, PaymentIntent } from './state.ts'
import { listBody, type Wire } from './wire.ts'

// Who gets what of a payment on a platform: https://docs.stripe.com/connect/destination-charges (2026-11-26).

/** `ApplicationFee` of stripe 23.1. */
export const feeBody = (account: Account, fee: ApplicationFee): Wire => {
  const refunds = account.state.fee_refunds.all().filter((one) => one.fee === fee.id)
  return {
    id: fee.id,
    object: 'application_fee',
    account: fee.account,
    amount: fee.amount,
    amount_refunded: fee.amount_refunded,
    application: fee.application,
    balance_transaction: fee.balance_transaction,
    charge: fee.charge,
    created: fee.created,
    currency: fee.currency,
    fee_source: { charge: fee.charge, type: 'charge' },
    livemode: false,
    originating_transaction: fee.originating_transaction,
    refunded: fee.amount_refunded === fee.amount,
    refunds: {
      ...listBody(`/v1/application_fees/${fee.id}/refunds`, refunds.toReversed().map(feeRefundBody), false),
      total_count: refunds.length,
    },
  }
}

export const feeRefundBody = (refund: FeeRefund): Wire => ({
  id: refund.id,
  object: 'fee_refund',
  amount: refund.amount,
  balance_transaction: refund.balance_transaction,
  created: refund.created,
  currency: refund.currency,
  fee: refund.fee,
  metadata: refund.metadata,
})

export const reversalBody = (reversal: TransferReversal): Wire => ({
  id: reversal.id,
  object: 'transfer_reversal',
  amount: reversal.amount,
  balance_transaction: reversal.balance_transaction,
  created: reversal.created,
  currency: reversal.currency,
  destination_payment_refund: reversal.destination_payment_refund,
  metadata: reversal.metadata,
  source_refund: reversal.source_refund,
  transfer: reversal.transfer,
})

/** A transfer with what has come back of it. */
export const transferWire = (account: Account, transfer: Transfer): Wire => {
  const rows = account.state.transfer_reversals.all().filter((one) => one.transfer === transfer.id)
  return transferBody(transfer, rows.toReversed().map(reversalBody))
}

type Passing = Pick<PaymentIntent, 'amount' | 'application_fee_amount' | 'on_behalf_of' | 'transfer_data'>

/** Throws when a payment names accounts or fees that it cannot have. `at` is where its parameters are. */
export function checkPassing(account: Account, passing: Passing): void {
  const { application_fee_amount: fee, on_behalf_of, transfer_data } = passing
  const { destination } = transfer_data ?? {}
  if (destination !== undefined && account.hub.account(destination) === undefined)
    throw missing('destination', destination, 'transfer_data[destination]')
  if (on_behalf_of !== null && account.hub.account(on_behalf_of) === undefined)
    throw missing('account', on_behalf_of, 'on_behalf_of')
  if (transfer_data?.amount !== undefined && fee !== null)
    throw invalid('You may only specify one of these parameters: application_fee_amount, transfer_data[amount].', {
      code: 'parameters_exclusive',
      param: 'transfer_data[amount]',
    })
  if (transfer_data?.amount !== undefined && transfer_data.amount > passing.amount)
    throw invalid('The transfer_data[amount] must be less than or equal to the amount of the charge.', {
      param: 'transfer_data[amount]',
    })
  if (fee === null) return
  if (destination === undefined && account.platform === null)
    throw invalid(
      'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
      { param: 'application_fee_amount' },
    )
  if (fee > passing.amount)
    throw invalid('Your application fee amount may not be larger than the charge amount.', {
      param: 'application_fee_amount',
    })
}

/** Sends on what a captured charge is to pass to another account, and takes the platform's fee. */
export function passOn(account: Account, charge: Charge): void {
  if (charge.transfer_data !== null) passToDestination(account, charge, charge.transfer_data)
  else if (account.platform !== null && charge.application_fee_amount !== null) {
    const platform = account.platform.owner()
    const { id, currency, application_fee_amount: amount } = charge
    charge.application_fee = takeFee(platform, account, { amount, charge: id, currency, originating: null }).id
  }
}

function passToDestination(account: Account, charge: Charge, data: NonNullable<Charge['transfer_data']>): void {
  const to = found(account.hub.account(data.destination), data.destination)
  const amount = data.amount ?? charge.amount_captured
  charge.transfer_group ??= `group_${charge.payment_intent}`
  const payment = to.world.id('py_1', 23)
  const id = account.newId('tr_3', 23, account.state.transfers)
  const transfer = account.state.transfers.add({
    id,
    created: account.nowS(),
    amount,
    currency: charge.currency,
    destination: data.destination,
    destination_payment: payment,
    source_transaction: charge.id,
    transfer_group: charge.transfer_group,
    balance_transaction: bookTransfer(account, { type: 'transfer', source: id, amount: -amount }).id,
    description: null,
    metadata: {},
    amount_reversed: 0,
  })
  charge.transfer = id
  const fee = charge.application_fee_amount ?? 0
  bookTransfer(to, { type: 'payment', source: payment, amount, fee })
  emit(account, 'transfer.created', transferWire(account, transfer))
  if (fee === 0) return
  const wish = { amount: fee, charge: payment, currency: charge.currency, originating: charge.id }
  charge.application_fee = takeFee(account, to, wish).id
}

type FeeWish = {
  readonly amount: number
  readonly charge: string
  readonly currency: string
  readonly originating: string | null
}

function takeFee(platform: Account, from: Account, wish: FeeWish): ApplicationFee {
  const id = platform.newId('fee_1', 23, platform.state.application_fees)
  const fee = platform.state.application_fees.add({
    id,
    created: platform.nowS(),
    account: from.id,
    amount: wish.amount,
    amount_refunded: 0,
    application: from.platform?.application ?? '',
    balance_transaction: bookFee(platform, { source: id, amount: wish.amount }).id,
    charge: wish.charge,
    currency: wish.currency,
    originating_transaction: wish.originating,
  })
  emit(platform, 'application_fee.created', feeBody(platform, fee))
  return fee
}

type Back = { readonly amount?: number | undefined; readonly metadata?: Metadata; readonly refund?: string }

/** Takes a transfer back, in part if asked. */
export function reverse(account: Account, transfer: Transfer, back: Back): TransferReversal {
  const { state } = account
  const left = transfer.amount - transfer.amount_reversed
  if (left === 0) throw invalid(`Transfer ${transfer.id} is already fully reversed.`)
  const amount = back.amount ?? left
  if (amount > left)
    throw invalid(`Transfer reversal amount (${amount}) is greater than unreversed amount on transfer (${left}).`, {
      param: 'amount',
    })
  const id = account.newId('trr_1', 23, state.transfer_reversals)
  const reversal = state.transfer_reversals.add({
    id,
    created: account.nowS(),
    amount,
    balance_transaction: bookTransfer(account, { type: 'transfer_refund', source: id, amount }).id,
    currency: transfer.currency,
    destination_payment_refund: account.world.id('pyr_1', 23),
    metadata: back.metadata ?? {},
    source_refund: back.refund ?? null,
    transfer: transfer.id,
  })
  const to = account.hub.account(transfer.destination)
  if (to !== undefined)
    bookTransfer(to, { type: 'payment_refund', source: String(reversal.destination_payment_refund), amount: -amount })
  const before = transferWire(account, transfer)
  transfer.amount_reversed += amount
  emit(account, 'transfer.reversed', transferWire(account, transfer), before)
  return reversal
}

/** Gives a fee back, in part if asked. */
export function refundFee(account: Account, fee: ApplicationFee, back: Back): FeeRefund {
  const { state } = account
  const left = fee.amount - fee.amount_refunded
  if (left === 0) throw invalid(`Application fee ${fee.id} has already been refunded.`)
  const amount = back.amount ?? left
  if (amount > left)
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on application fee (${left}).`, {
      param: 'amount',
    })
  const id = account.newId('fr_1', 23, state.fee_refunds)
  const refund = state.fee_refunds.add({
    id,
    created: account.nowS(),
    amount,
    balance_transaction: bookFee(account, { source: id, amount: -amount }).id,
    currency: fee.currency,
    fee: fee.id,
    metadata: back.metadata ?? {},
  })
  fee.amount_refunded += amount
  const to = account.hub.account(fee.account)
  if (to !== undefined) bookTransfer(to, { type: 'payment_refund', source: fee.charge, amount })
  emit(account, 'application_fee.refunded', feeBody(account, fee))
  return refund
}

/** What a refund takes back from those that got a part of the charge: the same share as is given back. */
export function takeBack(
  account: Account,
  charge: Charge,
  amount: number,
  { fee: feeToo, transfer: transferToo, refund }: { fee: boolean; transfer: boolean; refund: string },
): TransferReversal | undefined {
  const share = (of: number): number => Math.round((of * amount) / charge.amount)
  let reversal: TransferReversal | undefined
  if (transferToo) {
    const transfer = found(account.state.transfers.get(charge.transfer ?? ''), 'the transfer')
    const back = Math.min(share(transfer.amount), transfer.amount - transfer.amount_reversed)
    if (back > 0) reversal = reverse(account, transfer, { amount: back, refund })
  }
  if (feeToo) {
    const books = account.platform?.owner() ?? account
    const fee = found(books.state.application_fees.get(charge.application_fee ?? ''), 'the application fee')
    const back = Math.min(share(fee.amount), fee.amount - fee.amount_refunded)
    if (back > 0) refundFee(books, fee, { amount: back })
  }
  return reversal
}

/** Throws when a refund asks for more back than there is. */
export function checkTakeBack(charge: Charge, asks: { readonly fee: boolean; readonly transfer: boolean }): void {
  if (asks.transfer && charge.transfer === null)
    throw invalid(`Cannot reverse transfer: charge ${charge.id} does not have an associated transfer.`, {
      param: 'reverse_transfer',
    })
  if (asks.fee && charge.application_fee === null)
    throw invalid(`Cannot refund application fee: charge ${charge.id} does not have an application fee.`, {
      param: 'refund_application_fee',
    })
}
