import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { missing } from '../errors.ts'
import { emit } from '../events.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { choice, email, emptyable, mergeMetadata, metadata, object, string } from '../params.ts'
import type { Charge } from '../state.ts'
import { customerOf, shippingBody, shippingField } from './customers.ts'

export function addCharges(account: Account, serve: Serve): void {
  const { state } = account
  const chargeAt = (id: string): Charge => {
    const charge = state.charges.get(id)
    if (charge === undefined) throw missing('charge', id, 'charge', 404)
    return charge
  }
  serve({
    name: 'charges.retrieve',
    route: 'GET /v1/charges/:id',
    spec: {},
    gives: 'charge',
    run: (_, at) => account.chargeBody(chargeAt(at('id'))),
  })
  serve({
    name: 'charges.update',
    route: 'POST /v1/charges/:id',
    spec: {
      customer: string(),
      description: emptyable(string()),
      fraud_details: object({ user_report: choice('fraudulent', 'safe') }),
      metadata: metadata(),
      receipt_email: emptyable(email()),
      shipping: shippingField(),
      transfer_group: emptyable(string()),
    },
    gives: 'charge',
    run(params, at) {
      const charge = chargeAt(at('id'))
      const before = account.chargeBody(charge)
      const merged = mergeMetadata(charge.metadata, params.metadata)
      if (params.customer !== undefined) charge.customer = customerOf(account, params.customer, 'customer', 400).id
      charge.metadata = merged
      if (params.description !== undefined) charge.description = params.description || null
      if (params.fraud_details?.user_report !== undefined)
        charge.fraud_details = { user_report: params.fraud_details.user_report }
      if (params.receipt_email !== undefined) charge.receipt_email = params.receipt_email || null
      if (params.shipping !== undefined) charge.shipping = shippingBody(params.shipping)
      if (params.transfer_group !== undefined) charge.transfer_group = params.transfer_group || null
      emit(account, 'charge.updated', account.chargeBody(charge), before)
      return account.chargeBody(charge)
    },
  })
  serve({
    name: 'charges.list',
    route: 'GET /v1/charges',
    spec: { ...LIST_SPEC, customer: string(), payment_intent: string(), transfer_group: string() },
    gives: 'charge',
    list: true,
    run(params) {
      const wanted = state.charges
        .all()
        .filter(({ customer }) => params.customer === undefined || customer === params.customer)
        .filter(({ payment_intent }) => params.payment_intent === undefined || payment_intent === params.payment_intent)
        .filter(({ transfer_group }) => params.transfer_group === undefined || transfer_group === params.transfer_group)
      return page('/v1/charges', 'charge', wanted, params, account.chargeBody)
    },
  })
}
