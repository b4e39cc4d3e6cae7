import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { missing } from '../errors.ts'
import { emit } from '../events.ts'
import { gap } from '../gaps.ts'
import { PAGE_SPEC, page } from '../lists.ts'
import {
  choice,
  type Field,
  integer,
  mergeMetadata,
  metadata,
  object,
  required,
  string,
  unmodelled,
} from '../params.ts'
import {
  attach,
  billingDetails,
  createMethod,
  detach,
  METHOD_SPEC,
  otherTypes,
  resolveMethod,
  simpleTypes,
} from '../payment-methods.ts'
import type { PaymentMethod } from '../state.ts'
import { paymentMethodBody } from '../wire.ts'
import { customerOf } from './customers.ts'

const others = (): Field<never> => unmodelled(() => gap('payment methods that are not cards'))
const connect = (): Field<never> => unmodelled(() => gap('Connect'))
export function addPaymentMethods(account: Account, serve: Serve): void {
  const { state } = account
  const methodAt = (id: string): PaymentMethod => {
    const method = state.payment_methods.get(id)
    if (method === undefined) throw missing('PaymentMethod', id, 'payment_method', 404)
    return method
  }
  serve({
    name: 'payment_methods.create',
    route: 'POST /v1/payment_methods',
    spec: {
      ...METHOD_SPEC,
      ...otherTypes(),
      ...simpleTypes(),
      customer: connect(),
      customer_account: connect(),
      payment_method: connect(),
    },
    gives: 'payment_method',
    run: (params) => paymentMethodBody(createMethod(account, params)),
  })
  serve({
    name: 'payment_methods.retrieve',
    route: 'GET /v1/payment_methods/:id',
    spec: {},
    gives: 'payment_method',
    run: (_, at) => paymentMethodBody(resolveMethod(account, at('id'), 'payment_method', 404)),
  })
  serve({
    name: 'payment_methods.update',
    route: 'POST /v1/payment_methods/:id',
    spec: {
      allow_redisplay: choice('always', 'limited', 'unspecified'),
      billing_details: billingDetails(),
      card: object({
        exp_month: integer(1, 12),
        exp_year: integer(),
        networks: unmodelled(() => gap('method options beyond request_three_d_secure')),
      }),
      metadata: metadata(),
      us_bank_account: others(),
    },
    gives: 'payment_method',
    run(params, at) {
      const method = methodAt(at('id'))
      const before = paymentMethodBody(method)
      const merged = mergeMetadata(method.metadata, params.metadata)
      // Expiry is fixed when the card is stored, so a change of it makes a new row under the same id.
      const updated = state.payment_methods.add({
        ...method,
        metadata: merged,
        allow_redisplay: params.allow_redisplay ?? method.allow_redisplay,
        billing_details: { ...method.billing_details, ...params.billing_details },
        exp_month: params.card?.exp_month ?? method.exp_month,
        exp_year: params.card?.exp_year ?? method.exp_year,
      })
      emit(account, 'payment_method.updated', paymentMethodBody(updated), before)
      return paymentMethodBody(updated)
    },
  })
  serve({
    name: 'payment_methods.list',
    route: 'GET /v1/payment_methods',
    spec: {
      ...PAGE_SPEC,
      customer: string(),
      customer_account: connect(),
      type: string(),
      allow_redisplay: choice('always', 'limited', 'unspecified'),
    },
    gives: 'payment_method',
    list: true,
    run(params) {
      if (params.customer !== undefined) customerOf(account, params.customer, 'customer', 400)
      // Without a customer the list is empty: seen in test mode by github.com/gburgyan/aat-stripe (2026-11-24).
      const saved = state.payment_methods
        .all()
        .filter(
          (one) => one.customer !== null && one.customer === params.customer && (params.type ?? 'card') === 'card',
        )
        .filter((one) => params.allow_redisplay === undefined || one.allow_redisplay === params.allow_redisplay)
      return page('/v1/payment_methods', 'payment_method', saved, params, paymentMethodBody)
    },
  })
  serve({
    name: 'payment_methods.attach',
    route: 'POST /v1/payment_methods/:id/attach',
    spec: { customer: required(string()), customer_account: connect() },
    gives: 'payment_method',
    run(params, at) {
      const customer = customerOf(account, params.customer, 'customer', 400)
      const method = resolveMethod(account, at('id'), 'payment_method', 404)
      attach(account, method, customer.id)
      return paymentMethodBody(method)
    },
  })
  serve({
    name: 'payment_methods.detach',
    route: 'POST /v1/payment_methods/:id/detach',
    spec: {},
    gives: 'payment_method',
    run(_, at) {
      const method = methodAt(at('id'))
      detach(account, method)
      return paymentMethodBody(method)
    },
  })
}
