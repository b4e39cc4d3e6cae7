import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { invalid, malformed, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { gap } from '../gaps.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { choice, type Field, flag, integer, mergeMetadata, metadata, string, unmodelled } from '../params.ts'
import { refund } from '../refunds.ts'
import type { Charge } from '../state.ts'
import { refundBody } from '../wire.ts'

const instructions = (): Field<never> => unmodelled(() => gap('refund cancel, expire and instructions'))

export function addRefunds(account: Account, serve: Serve): void {
  const { state } = account
  const refundAt = (id: string): NonNullable<ReturnType<typeof state.refunds.get>> => {
    const found = state.refunds.get(id)
    if (found === undefined) throw missing('refund', id, 'id', 404)
    return found
  }
  const chargeFor = (chargeId: string | undefined, intentId: string | undefined): Charge => {
    if (chargeId !== undefined) {
      const charge = state.charges.get(chargeId)
      if (charge === undefined) throw missing('charge', chargeId, 'charge')
      if (intentId !== undefined && charge.payment_intent !== intentId) {
        throw invalid(`Charge ${chargeId} does not belong to the PaymentIntent ${intentId}.`, {
          param: 'payment_intent',
        })
      }
      return charge
    }
    if (intentId === undefined) {
      throw malformed('One of the following params should be provided for this request: payment_intent or charge.')
    }
    const intent = state.payment_intents.get(intentId)
    if (intent === undefined) throw missing('payment_intent', intentId, 'payment_intent')
    const charge = intent.latest_charge === null ? undefined : state.charges.get(intent.latest_charge)
    if (charge === undefined || charge.status === 'failed') {
      throw invalid(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`)
    }
    return charge
  }
  serve({
    name: 'refunds.create',
    route: 'POST /v1/refunds',
    spec: {
      amount: integer(1),
      charge: string(),
      currency: instructions(),
      customer: instructions(),
      instructions_email: instructions(),
      metadata: metadata(),
      origin: instructions(),
      payment_intent: string(),
      reason: choice('duplicate', 'fraudulent', 'requested_by_customer'),
      refund_application_fee: flag(),
      reverse_transfer: flag(),
    },
    gives: 'refund',
    run(params) {
      const charge = chargeFor(params.charge, params.payment_intent)
      const made = refund(account, charge, {
        amount: params.amount,
        reason: params.reason,
        metadata: mergeMetadata({}, params.metadata),
        refundFee: params.refund_application_fee ?? false,
        reverseTransfer: params.reverse_transfer ?? false,
      })
      return refundBody(made)
    },
  })
  serve({
    name: 'refunds.retrieve',
    route: 'GET /v1/refunds/:id',
    spec: {},
    gives: 'refund',
    run: (_, at) => refundBody(refundAt(at('id'))),
  })
  serve({
    name: 'refunds.update',
    route: 'POST /v1/refunds/:id',
    spec: { metadata: metadata() },
    gives: 'refund',
    run(params, at) {
      const found = refundAt(at('id'))
      const before = refundBody(found)
      found.metadata = mergeMetadata(found.metadata, params.metadata)
      emit(account, 'refund.updated', refundBody(found), before)
      emit(account, 'charge.refund.updated', refundBody(found), before)
      return refundBody(found)
    },
  })
  serve({
    name: 'refunds.list',
    route: 'GET /v1/refunds',
    spec: { ...LIST_SPEC, charge: string(), payment_intent: string() },
    gives: 'refund',
    list: true,
    run(params) {
      const wanted = state.refunds
        .all()
        .filter(({ charge }) => params.charge === undefined || charge === params.charge)
        .filter(({ payment_intent }) => params.payment_intent === undefined || payment_intent === params.payment_intent)
      return page('/v1/refunds', 'refund', wanted, params, refundBody)
    },
  })
}
