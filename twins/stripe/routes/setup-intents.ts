import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { SetupIntent } from '../billing-state.ts'
import { AUTHENTICATION_REQUIRED, cardOf } from '../cards.ts'
import { cardError, docUrl, invalid, malformed, missing, type Refusal } from '../errors.ts'
import { emit } from '../events.ts'
import { loudly } from '../gaps.ts'
import { LIST_SPEC, page } from '../lists.ts'
import {
  choice,
  emptyable,
  flag,
  list,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  required,
  type Spec,
  string,
  url,
} from '../params.ts'
import { checkUsable, createMethod, METHOD_SPEC, otherTypes, resolveMethod, typesIn } from '../payment-methods.ts'
import { isSince } from '../versions.ts'
import { opaque, paymentMethodBody } from '../wire.ts'
import { customerOf } from './customers.ts'

const OPTIONS = 'method options beyond request_three_d_secure'
const CONNECT = 'Connect'

const describing = {
  customer: string(),
  description: emptyable(string(1000)),
  metadata: metadata(),
  payment_method: emptyable(string()),
  payment_method_data: object({ ...otherTypes(), ...METHOD_SPEC }),
  ...loudly(
    'allowed_payment_method_types excluded_payment_method_types flow_directions payment_method_configuration payment_method_options',
    OPTIONS,
  ),
  ...loudly('attach_to_self customer_account', CONNECT),
} satisfies Spec
const confirming = {
  return_url: url(),
  use_stripe_sdk: flag(),
  ...loudly('confirmation_token', 'ConfirmationTokens'),
  ...loudly('mandate_data', 'mandates'),
} satisfies Spec

const tell = (account: Account, type: string, intent: SetupIntent): void =>
  void emit(account, `setup_intent.${type}`, account.setupIntentBody(intent))

/** A stored setup intent, without a method yet. */
export function newSetupIntent(account: Account, wish: Partial<SetupIntent>): SetupIntent {
  const id = wish.id ?? account.newId('seti_1', 23, account.state.setup_intents)
  return account.state.setup_intents.add({
    id,
    created: account.nowS(),
    client_secret: `${id}_secret_${account.world.draw('client secret').text(31)}`,
    automatic: true,
    methods: null,
    usage: 'off_session',
    cancellation_reason: null,
    customer: null,
    description: null,
    last_setup_error: null,
    metadata: {},
    next_action: null,
    payment_method: null,
    return_url: null,
    status: 'requires_payment_method',
    ...wish,
  })
}

const unexpected = (account: Account, intent: SetupIntent, act: string): Refusal =>
  invalid(`You cannot ${act} this SetupIntent because it has a status of ${intent.status}.`, {
    code: 'setup_intent_unexpected_state',
    setup_intent: account.setupIntentBody(intent),
  })

/** Saves the method, or asks its owner first. Throws the decline of a card that cannot be saved. */
export function confirmSetup(account: Account, intent: SetupIntent, authenticated = false): void {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(account, intent, 'confirm')
  if (intent.payment_method === null) {
    throw malformed(
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
      { code: 'setup_intent_unexpected_state' },
    )
  }
  const method = resolveMethod(account, intent.payment_method, 'payment_method')
  checkUsable(method, intent.customer)
  const { authentication, attachable, decline } = cardOf(method.card)
  if (decline !== undefined && attachable !== true) {
    const { blocked: _, ...shown } = decline
    const error = {
      ...shown,
      doc_url: docUrl(decline.code),
      payment_method: paymentMethodBody(method),
      type: 'card_error',
    } as const
    intent.status = 'requires_payment_method'
    intent.payment_method = null
    intent.last_setup_error = error
    tell(account, 'setup_failed', intent)
    throw cardError({ ...error, setup_intent: account.setupIntentBody(intent) })
  }
  const asks = authentication === 'always' || (authentication === 'unless_set_up' && method.use !== 'set_up')
  if (asks && !authenticated) {
    intent.status = 'requires_action'
    const page = `https://hooks.stripe.com/3d_secure_2/hosted?merchant=${account.id}&setup_intent=${intent.id}&source=setatt_1${opaque(intent.id, 23)}`
    intent.next_action =
      intent.return_url === null
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { stripe_js: page, type: 'three_d_secure_redirect' } }
        : { redirect_to_url: { return_url: intent.return_url, url: page }, type: 'redirect_to_url' }
    tell(account, 'requires_action', intent)
    return
  }
  intent.status = 'succeeded'
  intent.next_action = null
  intent.last_setup_error = null
  method.use = 'set_up'
  if (intent.customer !== null && method.customer === null) {
    method.customer = intent.customer
    emit(account, 'payment_method.attached', paymentMethodBody(method))
  }
  tell(account, 'succeeded', intent)
}

/** Nobody showed up, or the bank said no. */
export function setupFailed(account: Account, intent: SetupIntent): void {
  intent.status = 'requires_payment_method'
  intent.next_action = null
  intent.payment_method = null
  intent.last_setup_error = {
    code:
      AUTHENTICATION_REQUIRED.code === 'authentication_required'
        ? 'setup_intent_authentication_failure'
        : AUTHENTICATION_REQUIRED.code,
    doc_url: docUrl('setup_intent_authentication_failure'),
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    type: 'invalid_request_error',
  }
  tell(account, 'setup_failed', intent)
}

export function addSetupIntents(account: Account, serve: Serve): void {
  const { state } = account
  const intentAt = (id: string): SetupIntent => {
    const intent = state.setup_intents.get(id)
    if (intent === undefined) throw missing('setupintent', id, 'intent', 404)
    return intent
  }
  const apply = (intent: SetupIntent, params: Partial<Parsed<typeof describing>>): void => {
    if (params.customer !== undefined) intent.customer = customerOf(account, params.customer, 'customer', 400).id
    const method =
      params.payment_method_data === undefined
        ? params.payment_method && resolveMethod(account, params.payment_method, 'payment_method')
        : createMethod(account, params.payment_method_data)
    if (method) {
      checkUsable(method, intent.customer)
      intent.payment_method = method.id
      intent.status = 'requires_confirmation'
    }
    if (params.description !== undefined) intent.description = params.description || null
    intent.metadata = mergeMetadata(intent.metadata, params.metadata)
  }
  serve({
    name: 'setup_intents.create',
    route: 'POST /v1/setup_intents',
    spec: {
      ...describing,
      ...confirming,
      automatic_payment_methods: object({ enabled: required(flag()), allow_redirects: choice('always', 'never') }),
      confirm: flag(),
      payment_method_types: list(string()),
      usage: choice('off_session', 'on_session'),
      ...loudly('on_behalf_of single_use', CONNECT),
    },
    gives: 'setup_intent',
    run(params) {
      const listed = typesIn(account, params.payment_method_types)
      const byDashboard = isSince(account.version, '2023-08-16')
      const intent = newSetupIntent(account, {
        automatic: listed === undefined && (params.automatic_payment_methods?.enabled ?? byDashboard),
        methods: listed ?? null,
        usage: params.usage ?? 'off_session',
        return_url: params.return_url ?? null,
      })
      apply(intent, params)
      tell(account, 'created', intent)
      if (params.confirm === true) confirmSetup(account, intent)
      return account.setupIntentBody(intent)
    },
  })
  serve({
    name: 'setup_intents.retrieve',
    route: 'GET /v1/setup_intents/:id',
    spec: loudly('client_secret', 'client-side calls with a publishable key'),
    gives: 'setup_intent',
    run: (_, at) => account.setupIntentBody(intentAt(at('id'))),
  })
  serve({
    name: 'setup_intents.update',
    route: 'POST /v1/setup_intents/:id',
    spec: describing,
    gives: 'setup_intent',
    run(params, at) {
      const intent = intentAt(at('id'))
      if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(account, intent, 'update')
      apply(intent, params)
      return account.setupIntentBody(intent)
    },
  })
  serve({
    name: 'setup_intents.confirm',
    route: 'POST /v1/setup_intents/:id/confirm',
    spec: {
      ...confirming,
      payment_method: string(),
      payment_method_data: object({ ...otherTypes(), ...METHOD_SPEC }),
      ...loudly('allowed_payment_method_types payment_method_options', OPTIONS),
    },
    gives: 'setup_intent',
    run(params, at) {
      const intent = intentAt(at('id'))
      if (intent.status !== 'succeeded' && intent.status !== 'canceled') {
        apply(intent, { payment_method: params.payment_method, payment_method_data: params.payment_method_data })
        if (params.return_url !== undefined) intent.return_url = params.return_url
      }
      confirmSetup(account, intent)
      return account.setupIntentBody(intent)
    },
  })
  serve({
    name: 'setup_intents.cancel',
    route: 'POST /v1/setup_intents/:id/cancel',
    spec: { cancellation_reason: choice('abandoned', 'duplicate', 'requested_by_customer') },
    gives: 'setup_intent',
    run(params, at) {
      const intent = intentAt(at('id'))
      if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(account, intent, 'cancel')
      intent.status = 'canceled'
      intent.next_action = null
      intent.cancellation_reason = params.cancellation_reason ?? null
      tell(account, 'canceled', intent)
      return account.setupIntentBody(intent)
    },
  })
  serve({
    name: 'setup_intents.list',
    route: 'GET /v1/setup_intents',
    spec: {
      ...LIST_SPEC,
      customer: string(),
      payment_method: string(),
      ...loudly('attach_to_self customer_account', CONNECT),
    },
    gives: 'setup_intent',
    list: true,
    run(params) {
      const wanted = state.setup_intents
        .all()
        .filter((one) => params.customer === undefined || one.customer === params.customer)
        .filter((one) => params.payment_method === undefined || one.payment_method === params.payment_method)
      return page('/v1/setup_intents', 'setup_intent', wanted, params, account.setupIntentBody)
    },
  })
}
