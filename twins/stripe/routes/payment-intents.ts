import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { blankIntent } from '../blanks.ts'
import { checkAmount, currency } from '../currencies.ts'
import { malformed, missing } from '../errors.ts'
import { checkPassing } from '../fees.ts'
import { gap, loudly } from '../gaps.ts'
import { checkSettlement } from '../ledger.ts'
import { LIST_SPEC, page } from '../lists.ts'
import {
  choice,
  email,
  emptyable,
  type Field,
  flag,
  integer,
  list,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  required,
  type Spec,
  string,
  unmodelled,
  url,
} from '../params.ts'
import { checkUsable, createMethod, METHOD_SPEC, otherTypes, resolveMethod, typesIn } from '../payment-methods.ts'
import { cancel, capture, checkReturnUrl, confirm, emitIntent, unexpected } from '../payments.ts'
import type { PaymentIntent, PaymentMethod } from '../state.ts'
import { isSince } from '../versions.ts'
import { paymentIntentBody } from '../wire.ts'
import { customerOf, shippingBody, shippingField } from './customers.ts'

const connect = (): Field<never> => unmodelled(() => gap('Connect'))
const details = (): Field<never> => unmodelled(() => gap('line items, hooks and payment details'))
const mandates = (): Field<never> => unmodelled(() => gap('mandates'))
const options = (): Field<never> => unmodelled(() => gap('method options beyond request_three_d_secure'))

/** `confirm` may save the card, and says so on create, update and confirm alike. */
const shared = {
  allowed_payment_method_types: emptyable(list(string())),
  amount_details: details(),
  capture_method: choice('automatic', 'automatic_async', 'manual'),
  excluded_payment_method_types: emptyable(list(string())),
  hooks: details(),
  payment_details: details(),
  payment_method: emptyable(string()),
  payment_method_data: object({ ...otherTypes(), ...METHOD_SPEC }),
  payment_method_options: object({
    card: object({
      request_three_d_secure: choice('automatic', 'any', 'challenge'),
      capture_method: options(),
      cvc_token: options(),
      installments: options(),
      mandate_options: options(),
      moto: options(),
      network: options(),
      request_extended_authorization: options(),
      request_incremental_authorization: options(),
      request_multicapture: options(),
      request_overcapture: options(),
      require_cvc_recollection: options(),
      setup_credential_usage: options(),
      setup_future_usage: options(),
      statement_descriptor_suffix_kana: options(),
      statement_descriptor_suffix_kanji: options(),
      stored_credential_usage: options(),
      three_d_secure: options(),
    }),
    ...otherTypes(),
  }),
  receipt_email: emptyable(email()),
  setup_future_usage: emptyable(choice('off_session', 'on_session')),
  shipping: emptyable(shippingField()),
} satisfies Spec

const confirming = {
  confirmation_token: unmodelled(() => gap('ConfirmationTokens')),
  error_on_requires_action: flag(),
  mandate: mandates(),
  mandate_data: mandates(),
  off_session: flag(),
  radar_options: unmodelled(() => gap('the rest of the API')),
  return_url: url(),
  use_stripe_sdk: flag(),
} satisfies Spec

const describing = {
  customer: string(),
  customer_account: connect(),
  description: emptyable(string(1000)),
  metadata: metadata(),
  payment_method_configuration: options(),
  statement_descriptor: emptyable(string(22)),
  statement_descriptor_suffix: emptyable(string(22)),
  application_fee_amount: emptyable(integer(0)),
  transfer_data: object({
    amount: integer(0),
    ...loudly('description metadata payment_data', 'Connect'),
    destination: string(),
  }),
  transfer_group: emptyable(string()),
} satisfies Spec

/** Nothing at all is refused in other words than less than that. */
const amountField = (): Field<number> => ({
  needed: false,
  read: (raw, path) => (raw === '0' ? 0 : integer(1).read(raw, path)),
})

const createSpec = {
  ...shared,
  ...confirming,
  ...describing,
  amount: required(amountField()),
  currency: required(currency()),
  payment_method_types: list(string()),
  automatic_payment_methods: object({ enabled: required(flag()), allow_redirects: choice('always', 'never') }),
  confirm: flag(),
  confirmation_method: choice('automatic', 'manual'),
  on_behalf_of: string(),
} satisfies Spec
const updateSpec = { ...shared, ...describing, amount: integer(1), currency: currency() } satisfies Spec
const confirmSpec = {
  ...shared,
  ...confirming,
  amount_to_confirm: unmodelled(() => gap('multicapture, overcapture and incremental authorization')),
} satisfies Spec

const CHANGEABLE: readonly PaymentIntent['status'][] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
]

export function addPaymentIntents(account: Account, serve: Serve): void {
  const { state } = account
  const intentAt = (id: string): PaymentIntent => {
    const intent = state.payment_intents.get(id)
    if (intent === undefined) throw missing('payment_intent', id, 'intent', 404)
    return intent
  }

  /** The method a request names or describes; undefined when it does neither. */
  const methodIn = (params: Parsed<typeof shared>): PaymentMethod | undefined => {
    if (params.payment_method && params.payment_method_data !== undefined) {
      throw malformed('You may only specify one of these parameters: payment_method, payment_method_data.', {
        code: 'parameters_exclusive',
        param: 'payment_method_data',
      })
    }
    if (params.payment_method_data !== undefined) return createMethod(account, params.payment_method_data)
    return params.payment_method ? resolveMethod(account, params.payment_method, 'payment_method') : undefined
  }

  const checkOffSession = (
    offSession: boolean | undefined,
    confirms: boolean,
    saves: PaymentIntent['setup_future_usage'],
  ): void => {
    if (offSession === undefined) return
    if (!confirms) {
      throw malformed(
        'The parameter `off_session` cannot be passed when creating a PaymentIntent unless `confirm` is set to true.',
        {
          param: 'off_session',
        },
      )
    }
    if (offSession && saves !== null) {
      throw malformed(
        'You cannot confirm with the `off_session` parameter when `setup_future_usage` is also set on the PaymentIntent because you cannot set up future usages when processing payments off-session.',
        { param: 'off_session' },
      )
    }
  }

  /** Takes over what create, update and confirm share. The intent may be one that is not stored yet. */
  const apply = (intent: PaymentIntent, params: Partial<Parsed<typeof updateSpec>>): void => {
    const { payment_method_options, setup_future_usage, shipping } = params
    if (params.allowed_payment_method_types !== undefined)
      intent.allowed_payment_method_types = cards(params.allowed_payment_method_types)
    if (params.excluded_payment_method_types !== undefined)
      intent.excluded_payment_method_types = params.excluded_payment_method_types || null
    if (params.capture_method !== undefined) intent.capture_method = params.capture_method
    if (params.receipt_email !== undefined) intent.receipt_email = params.receipt_email || null
    if (setup_future_usage !== undefined) intent.setup_future_usage = setup_future_usage || null
    if (payment_method_options?.card?.request_three_d_secure !== undefined)
      intent.request_three_d_secure = payment_method_options.card.request_three_d_secure
    if (shipping !== undefined) intent.shipping = shipping === '' ? null : shippingBody(shipping)
    if (params.description !== undefined) intent.description = params.description || null
    if (params.statement_descriptor !== undefined) intent.statement_descriptor = params.statement_descriptor || null
    if (params.statement_descriptor_suffix !== undefined)
      intent.statement_descriptor_suffix = params.statement_descriptor_suffix || null
    if (params.transfer_group !== undefined) intent.transfer_group = params.transfer_group || null
    if (params.customer !== undefined) intent.customer = params.customer
    if (params.application_fee_amount !== undefined)
      intent.application_fee_amount = params.application_fee_amount === '' ? null : params.application_fee_amount
    if (params.transfer_data !== undefined) intent.transfer_data = passedTo(intent, params.transfer_data)
    if (params.currency !== undefined) intent.currency = params.currency
    if (params.amount !== undefined) intent.amount = params.amount
  }

  const how = (params: Partial<Parsed<typeof confirming>>): Parameters<typeof confirm>[2] => ({
    offSession: params.off_session ?? false,
    errorOnRequiresAction: params.error_on_requires_action ?? false,
    returnUrl: params.return_url,
    useStripeSdk: params.use_stripe_sdk ?? false,
  })

  serve({
    name: 'payment_intents.create',
    route: 'POST /v1/payment_intents',
    spec: createSpec,
    gives: 'payment_intent',
    run(params) {
      checkAmount(params.amount, params.currency)
      const confirms = params.confirm ?? false
      checkOffSession(params.off_session, confirms, params.setup_future_usage || null)
      if (params.return_url !== undefined && !confirms) {
        throw malformed(
          'The parameter `return_url` cannot be passed when creating a PaymentIntent unless `confirm` is set to true.',
          {
            param: 'return_url',
          },
        )
      }
      const automatic = params.automatic_payment_methods
      const listed = typesIn(account, params.payment_method_types)
      if (automatic?.enabled === false && listed === undefined) throw gap('payment methods that are not cards')
      if (params.customer !== undefined) customerOf(account, params.customer, 'customer', 400)
      // Before 2023-08-16 a payment without a list of methods took cards.
      const byDashboard = listed === undefined && (automatic !== undefined || isSince(account.version, '2023-08-16'))
      const intent = blankIntent(account, {
        amount: params.amount,
        confirmation_method: params.confirmation_method ?? 'automatic',
        automatic_payment_methods: byDashboard
          ? { allow_redirects: automatic?.allow_redirects ?? 'always', enabled: true }
          : null,
        capture_method: isSince(account.version, '2024-04-10') ? 'automatic_async' : 'automatic',
        configuration: byDashboard ? account.configuration : null,
        methods: listed ?? (byDashboard ? account.dashboard.payments : ['card']),
        currency: params.currency,
        metadata: mergeMetadata({}, params.metadata),
        return_url: params.return_url ?? null,
      })
      apply(intent, params)
      intent.on_behalf_of = params.on_behalf_of ?? null
      checkPassing(account, intent)
      // Everything that can refuse without leaving an intent behind comes before the intent is stored.
      if (confirms) {
        checkReturnUrl(account, intent)
        checkSettlement(account, intent.currency)
      }
      const method = methodIn(params)
      if (method !== undefined) {
        checkUsable(method, intent.customer)
        intent.payment_method = method.id
        intent.status = 'requires_confirmation'
      }
      state.payment_intents.add(intent)
      emitIntent(account, 'created', intent)
      if (confirms) confirm(account, intent, how(params))
      return paymentIntentBody(intent)
    },
  })
  serve({
    name: 'payment_intents.retrieve',
    route: 'GET /v1/payment_intents/:id',
    spec: { client_secret: unmodelled(() => gap('client-side calls with a publishable key')) },
    gives: 'payment_intent',
    run: (_, at) => paymentIntentBody(intentAt(at('id'))),
  })
  serve({
    name: 'payment_intents.update',
    route: 'POST /v1/payment_intents/:id',
    spec: updateSpec,
    gives: 'payment_intent',
    run(params, at) {
      const intent = intentAt(at('id'))
      const frozen = (['amount', 'currency', 'customer', 'payment_method'] as const).find(
        (name) => params[name] !== undefined && !CHANGEABLE.includes(intent.status),
      )
      if (frozen !== undefined) {
        throw unexpected(
          intent,
          `This PaymentIntent's ${frozen} could not be updated because it has a status of ${intent.status}. You may only update the ${frozen} of a PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.`,
          frozen,
        )
      }
      checkAmount(params.amount ?? intent.amount, params.currency ?? intent.currency)
      if (params.customer !== undefined) customerOf(account, params.customer, 'customer', 400)
      const merged = mergeMetadata(intent.metadata, params.metadata)
      const method = methodIn(params)
      if (method !== undefined) checkUsable(method, params.customer ?? intent.customer)
      apply(intent, params)
      intent.metadata = merged
      if (method !== undefined) {
        intent.payment_method = method.id
        intent.status = 'requires_confirmation'
        intent.next_action = null
      } else if (params.payment_method === '') {
        intent.payment_method = null
        intent.status = 'requires_payment_method'
        intent.next_action = null
      }
      return paymentIntentBody(intent)
    },
  })
  serve({
    name: 'payment_intents.confirm',
    route: 'POST /v1/payment_intents/:id/confirm',
    spec: confirmSpec,
    gives: 'payment_intent',
    run(params, at) {
      const intent = intentAt(at('id'))
      checkOffSession(params.off_session, true, params.setup_future_usage || intent.setup_future_usage)
      if (CHANGEABLE.includes(intent.status)) {
        const method = methodIn(params)
        if (method !== undefined) checkUsable(method, intent.customer)
        apply(intent, params)
        if (method !== undefined) {
          intent.payment_method = method.id
          intent.status = 'requires_confirmation'
        }
      }
      confirm(account, intent, how(params))
      return paymentIntentBody(intent)
    },
  })
  serve({
    name: 'payment_intents.capture',
    route: 'POST /v1/payment_intents/:id/capture',
    spec: {
      amount_details: details(),
      amount_to_capture: integer(1),
      application_fee_amount: integer(0),
      final_capture: unmodelled(() => gap('multicapture, overcapture and incremental authorization')),
      hooks: details(),
      metadata: metadata(),
      payment_details: details(),
      statement_descriptor: emptyable(string(22)),
      statement_descriptor_suffix: emptyable(string(22)),
      transfer_data: object({ amount: integer(0), ...loudly('metadata payment_data', 'Connect') }),
    },
    gives: 'payment_intent',
    run(params, at) {
      const intent = intentAt(at('id'))
      const merged = mergeMetadata(intent.metadata, params.metadata)
      if (params.application_fee_amount !== undefined) intent.application_fee_amount = params.application_fee_amount
      if (params.transfer_data !== undefined) intent.transfer_data = passedTo(intent, params.transfer_data)
      capture(account, intent, params.amount_to_capture)
      intent.metadata = merged
      apply(intent, {
        statement_descriptor: params.statement_descriptor,
        statement_descriptor_suffix: params.statement_descriptor_suffix,
      })
      return paymentIntentBody(intent)
    },
  })
  serve({
    name: 'payment_intents.cancel',
    route: 'POST /v1/payment_intents/:id/cancel',
    spec: { cancellation_reason: choice('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer') },
    gives: 'payment_intent',
    run(params, at) {
      const intent = intentAt(at('id'))
      cancel(account, intent, params.cancellation_reason ?? null)
      return paymentIntentBody(intent)
    },
  })
  serve({
    name: 'payment_intents.list',
    route: 'GET /v1/payment_intents',
    spec: { ...LIST_SPEC, customer: string(), customer_account: connect() },
    gives: 'payment_intent',
    list: true,
    run(params) {
      const wanted = state.payment_intents
        .all()
        .filter(({ customer }) => params.customer === undefined || customer === params.customer)
      return page('/v1/payment_intents', 'payment_intent', wanted, params, paymentIntentBody)
    },
  })
}

/** What becomes of `transfer_data`: the destination stays what it was. */
function passedTo(
  intent: PaymentIntent,
  data: { readonly amount?: number | undefined; readonly destination?: string | undefined },
): PaymentIntent['transfer_data'] {
  const destination = data.destination ?? intent.transfer_data?.destination
  if (destination === undefined)
    throw malformed('Missing required param: transfer_data[destination].', {
      code: 'parameter_missing',
      param: 'transfer_data[destination]',
    })
  const amount = data.amount ?? intent.transfer_data?.amount
  return { ...(amount === undefined ? {} : { amount }), destination }
}

/** Only cards pay here, so a list of types must have them in it. */
function cards(types: readonly string[] | ''): readonly string[] | null {
  if (types === '') return null
  if (!types.includes('card')) throw gap('payment methods that are not cards')
  return types
}
