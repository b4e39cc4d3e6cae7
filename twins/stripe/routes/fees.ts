import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { ApplicationFee, FeeRefund, Transfer, TransferReversal } from '../connect.ts'
import { missing } from '../errors.ts'
import { emit } from '../events.ts'
import { feeBody, feeRefundBody, refundFee, reversalBody, reverse, transferWire } from '../fees.ts'
import { LIST_SPEC, PAGE_SPEC, page } from '../lists.ts'
import { flag, integer, mergeMetadata, metadata, string } from '../params.ts'

export function addFees(account: Account, serve: Serve): void {
  addReversals(account, serve)
  const { state } = account
  const feeAt = (id: string): ApplicationFee => {
    const fee = state.application_fees.get(id)
    if (fee === undefined) throw missing('application fee', id, 'id', 404)
    return fee
  }
  const refundAt = (fee: string, id: string): FeeRefund => {
    const refund = state.fee_refunds.get(id)
    if (refund?.fee !== fee) throw missing('fee refund', id, 'id', 404)
    return refund
  }
  serve({
    name: 'application_fees.retrieve',
    route: 'GET /v1/application_fees/:id',
    spec: {},
    gives: 'application_fee',
    run: (_, at) => feeBody(account, feeAt(at('id'))),
  })
  serve({
    name: 'application_fees.list',
    route: 'GET /v1/application_fees',
    spec: { ...LIST_SPEC, charge: string() },
    gives: 'application_fee',
    list: true,
    run(params) {
      const rows = state.application_fees
        .all()
        .filter(
          ({ charge, originating_transaction }) =>
            params.charge === undefined || charge === params.charge || originating_transaction === params.charge,
        )
      return page('/v1/application_fees', 'application fee', rows, params, (fee) => feeBody(account, fee))
    },
  })
  serve({
    name: 'application_fees.create_refund',
    route: 'POST /v1/application_fees/:id/refunds',
    spec: { amount: integer(1), metadata: metadata() },
    gives: 'fee_refund',
    run(params, at) {
      const { amount } = params
      const metadata = mergeMetadata({}, params.metadata)
      return feeRefundBody(refundFee(account, feeAt(at('id')), { amount, metadata }))
    },
  })
  serve({
    name: 'application_fees.retrieve_refund',
    route: 'GET /v1/application_fees/:id/refunds/:refund',
    spec: {},
    gives: 'fee_refund',
    run: (_, at) => feeRefundBody(refundAt(at('id'), at('refund'))),
  })
  serve({
    name: 'application_fees.update_refund',
    route: 'POST /v1/application_fees/:id/refunds/:refund',
    spec: { metadata: metadata() },
    gives: 'fee_refund',
    run(params, at) {
      const refund = refundAt(at('id'), at('refund'))
      const before = feeRefundBody(refund)
      refund.metadata = mergeMetadata(refund.metadata, params.metadata)
      emit(account, 'application_fee.refund.updated', feeRefundBody(refund), before)
      return feeRefundBody(refund)
    },
  })
  serve({
    name: 'application_fees.list_refunds',
    route: 'GET /v1/application_fees/:id/refunds',
    spec: PAGE_SPEC,
    gives: 'fee_refund',
    list: true,
    run(params, at) {
      const fee = feeAt(at('id'))
      const rows = state.fee_refunds.all().filter((one) => one.fee === fee.id)
      return page(`/v1/application_fees/${fee.id}/refunds`, 'fee refund', rows, params, feeRefundBody)
    },
  })
}

function addReversals(account: Account, serve: Serve): void {
  const { state } = account
  const transferAt = (id: string): Transfer => {
    const transfer = state.transfers.get(id)
    if (transfer === undefined) throw missing('transfer', id, 'transfer', 404)
    return transfer
  }
  const reversalAt = (transfer: string, id: string): TransferReversal => {
    const reversal = state.transfer_reversals.get(id)
    if (reversal?.transfer !== transfer) throw missing('transfer reversal', id, 'id', 404)
    return reversal
  }
  serve({
    name: 'transfers.create_reversal',
    route: 'POST /v1/transfers/:id/reversals',
    spec: { amount: integer(1), description: string(), metadata: metadata(), refund_application_fee: flag() },
    gives: 'transfer_reversal',
    run(params, at) {
      const transfer = transferAt(at('id'))
      const { amount } = params
      const reversal = reverse(account, transfer, { amount, metadata: mergeMetadata({}, params.metadata) })
      const fees = state.application_fees.all().filter(({ charge }) => charge === transfer.destination_payment)
      if (params.refund_application_fee === true)
        for (const fee of fees)
          refundFee(account, fee, { amount: Math.round((fee.amount * reversal.amount) / transfer.amount) })
      return reversalBody(reversal)
    },
  })
  serve({
    name: 'transfers.retrieve_reversal',
    route: 'GET /v1/transfers/:id/reversals/:reversal',
    spec: {},
    gives: 'transfer_reversal',
    run: (_, at) => reversalBody(reversalAt(at('id'), at('reversal'))),
  })
  serve({
    name: 'transfers.update_reversal',
    route: 'POST /v1/transfers/:id/reversals/:reversal',
    spec: { metadata: metadata() },
    gives: 'transfer_reversal',
    run(params, at) {
      const reversal = reversalAt(at('id'), at('reversal'))
      reversal.metadata = mergeMetadata(reversal.metadata, params.metadata)
      const transfer = transferAt(at('id'))
      emit(account, 'transfer.updated', transferWire(account, transfer))
      return reversalBody(reversal)
    },
  })
  serve({
    name: 'transfers.list_reversals',
    route: 'GET /v1/transfers/:id/reversals',
    spec: PAGE_SPEC,
    gives: 'transfer_reversal',
    list: true,
    run(params, at) {
      const transfer = transferAt(at('id'))
      const rows = state.transfer_reversals.all().filter((one) => one.transfer === transfer.id)
      return page(`/v1/transfers/${transfer.id}/reversals`, 'transfer reversal', rows, params, reversalBody)
    },
  })
}
