import type { Account } from '../account.ts'
import { found } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { CheckoutLine, CheckoutSession } from '../billing-state.ts'
import { blankSession } from '../blanks.ts'
import { newProduct, priceOf, productOf } from '../catalog.ts'
import { expireSession, watchSession } from '../checkout.ts'
import { checkoutLineBody } from '../checkout-wire.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing } from '../errors.ts'
import { loudly } from '../gaps.ts'
import { LIST_SPEC, PAGE_SPEC, page } from '../lists.ts'
import {
  choice,
  email,
  type Field,
  flag,
  integer,
  list,
  mergeMetadata,
  metadata,
  object,
  required,
  type Spec,
  string,
} from '../params.ts'
import { costOf } from '../pricing.ts'
import type { Metadata } from '../state.ts'
import { opaque } from '../wire.ts'
import { newPrice } from './catalog.ts'
import { customerOf } from './customers.ts'
import { newSetupIntent } from './setup-intents.ts'

const PAGE = 'what a hosted page may ask for beyond the payment'
const PORTAL = 'what the billing portal lets customers do'
const CONNECT = 'Connect'
const DAY_S = 24 * 3600

export type PriceData = {
  readonly currency: string
  readonly product?: string | undefined
  readonly product_data?: { readonly name: string } | undefined
  readonly recurring?:
    | { readonly interval: 'day' | 'week' | 'month' | 'year'; readonly interval_count?: number | undefined }
    | undefined
  readonly tax_behavior?: 'exclusive' | 'inclusive' | 'unspecified' | undefined
  readonly unit_amount?: number | undefined
}
export const priceData = (): Field<PriceData> =>
  object({
    currency: required(currency()),
    product: string(),
    product_data: object({
      name: required(string()),
      description: string(),
      images: list(string()),
      metadata: metadata(),
      ...loudly('tax_code tax_details unit_label', PAGE),
    }),
    recurring: object({ interval: required(choice('day', 'week', 'month', 'year')), interval_count: integer(1) }),
    tax_behavior: choice('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer(0),
    ...loudly('unit_amount_decimal', PAGE),
  })

const createSpec = {
  allow_promotion_codes: flag(),
  cancel_url: string(),
  client_reference_id: string(200),
  currency: currency(),
  customer: string(),
  customer_creation: choice('always', 'if_required'),
  customer_email: email(),
  expires_at: integer(),
  line_items: list(
    object({
      price: string(),
      price_data: priceData(),
      quantity: integer(0),
      ...loudly('adjustable_quantity dynamic_tax_rates metadata tax_rates', PAGE),
    }),
  ),
  locale: string(),
  metadata: metadata(),
  mode: choice('payment', 'setup', 'subscription'),
  payment_intent_data: object({
    description: string(),
    metadata: metadata(),
    ...loudly(
      'application_fee_amount capture_method on_behalf_of receipt_email setup_future_usage shipping statement_descriptor statement_descriptor_suffix transfer_data transfer_group',
      PAGE,
    ),
  }),
  setup_intent_data: object({ description: string(), metadata: metadata(), ...loudly('on_behalf_of', CONNECT) }),
  subscription_data: object({
    description: string(),
    metadata: metadata(),
    trial_period_days: integer(1),
    ...loudly(
      'application_fee_percent billing_cycle_anchor billing_mode default_tax_rates invoice_settings on_behalf_of pending_invoice_item_interval proration_behavior transfer_data trial_end trial_settings',
      PAGE,
    ),
  }),
  success_url: string(),
  ui_mode: choice('hosted_page', 'hosted'),
  ...loudly(
    'adaptive_pricing after_expiration allowed_payment_method_types approval_method automatic_tax billing_address_collection branding_settings consent_collection crypto custom_fields custom_text customer_update discounts excluded_payment_method_types integration_identifier invoice_creation managed_payments name_collection optional_items origin_context payment_method_collection payment_method_configuration payment_method_data payment_method_options payment_method_types permissions phone_number_collection redirect_on_completion return_url saved_payment_method_options shipping_address_collection shipping_options submit_type tax_id_collection wallet_options',
    PAGE,
  ),
  ...loudly('customer_account', CONNECT),
} satisfies Spec

export type Item = {
  readonly price?: string | undefined
  readonly price_data?: PriceData | undefined
  readonly quantity?: number | undefined
}

export function lineOf(account: Account, item: Item, at: number): CheckoutLine {
  const { state } = account
  const data = item.price_data
  if (item.price === undefined && data === undefined) {
    throw malformed(`Missing required param: line_items[${at}][price].`, {
      code: 'parameter_missing',
      param: `line_items[${at}][price]`,
    })
  }
  let { price } = item
  if (data !== undefined) {
    const product =
      data.product === undefined
        ? state.products.add(newProduct(account, data.product_data?.name ?? 'Item'))
        : productOf(account, data.product, `line_items[${at}][price_data][product]`, 400)
    price = newPrice(account, product.id, data).id
  }
  const row = priceOf(account, price ?? '', `line_items[${at}][price]`)
  const quantity = item.quantity ?? 1
  return {
    id: account.newId('li_1', 23, { get: () => undefined }),
    amount: costOf(row, quantity),
    currency: row.currency,
    description: found(state.products.get(row.product), row.product).name,
    price: row.id,
    quantity,
  }
}

type Data = {
  readonly description?: string | undefined
  readonly metadata?: Metadata | '' | undefined
  readonly trial_period_days?: number | undefined
}

export function addCheckout(account: Account, serve: Serve): void {
  const { state } = account
  const sessionAt = (id: string): CheckoutSession => {
    const session = state.checkout_sessions.get(id)
    if (session === undefined) throw missing('checkout.session', id, 'session', 404)
    return session
  }
  serve({
    name: 'checkout.sessions.create',
    route: 'POST /v1/checkout/sessions',
    spec: createSpec,
    gives: 'checkout.session',
    run(params) {
      const mode = params.mode ?? 'payment'
      if (params.customer !== undefined) customerOf(account, params.customer, 'customer', 400)
      if (params.success_url === undefined) {
        throw malformed('Missing required param: success_url.', { code: 'parameter_missing', param: 'success_url' })
      }
      const lines = (params.line_items ?? []).map((item, at) => lineOf(account, item, at))
      if (mode !== 'setup' && lines.length === 0) {
        throw malformed(`You must pass \`line_items\` in \`${mode}\` mode.`, {
          code: 'parameter_missing',
          param: 'line_items',
        })
      }
      const recurring = lines.map(({ price }) => found(state.prices.get(price), price).recurring !== null)
      if (mode === 'payment' && recurring.includes(true)) {
        throw malformed(
          'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
        )
      }
      if (mode === 'subscription' && !recurring.includes(true)) {
        throw malformed('You must provide at least one recurring price in `subscription` mode when using prices.')
      }
      const now = account.nowS()
      const data: Data = params.payment_intent_data ?? params.subscription_data ?? params.setup_intent_data ?? {}
      const setup =
        mode === 'setup' ? newSetupIntent(account, { customer: params.customer ?? null, automatic: true }).id : null
      const session = state.checkout_sessions.add(
        blankSession(account, {
          expires_at: params.expires_at ?? now + DAY_S,
          currency: lines[0]?.currency ?? params.currency ?? null,
          customer_email: params.customer_email ?? null,
          client_reference_id: params.client_reference_id ?? null,
          mode,
          lines,
          cancel_url: params.cancel_url ?? null,
          success_url: params.success_url,
          allow_promotion_codes: params.allow_promotion_codes ?? null,
          locale: params.locale ?? null,
          data: {
            ...(data.description === undefined ? {} : { description: data.description }),
            metadata: mergeMetadata({}, data.metadata),
            ...(data.trial_period_days === undefined ? {} : { trial_period_days: data.trial_period_days }),
          },
          customer_creation:
            mode === 'payment' && params.customer === undefined
              ? (params.customer_creation ?? 'if_required')
              : mode === 'subscription' && params.customer === undefined
                ? 'always'
                : null,
          customer: params.customer ?? null,
          metadata: mergeMetadata({}, params.metadata),
          setup_intent: setup,
        }),
      )
      watchSession(account, session)
      return account.checkoutSessionBody(session)
    },
  })
  serve({
    name: 'billing_portal.sessions.create',
    route: 'POST /v1/billing_portal/sessions',
    spec: {
      customer: required(string()),
      locale: string(),
      return_url: string(),
      ...loudly('after_expiration configuration flow_data', PORTAL),
      ...loudly('customer_account on_behalf_of', CONNECT),
    },
    gives: 'billing_portal.session',
    run(params) {
      const customer = customerOf(account, params.customer, 'customer', 400)
      const id = account.world.id('bps_1', 23)
      return {
        id,
        object: 'billing_portal.session',
        configuration: account.portal,
        created: account.nowS(),
        customer: customer.id,
        customer_account: null,
        flow: null,
        livemode: false,
        locale: params.locale ?? null,
        on_behalf_of: null,
        return_url: params.return_url ?? null,
        url: `https://billing.stripe.com/p/session/test_${opaque(`portal ${id}`, 64)}`,
      }
    },
  })
  serve({
    name: 'checkout.sessions.retrieve',
    route: 'GET /v1/checkout/sessions/:id',
    spec: {},
    gives: 'checkout.session',
    run: (_, at) => account.checkoutSessionBody(sessionAt(at('id'))),
  })
  serve({
    name: 'checkout.sessions.list',
    route: 'GET /v1/checkout/sessions',
    spec: {
      ...LIST_SPEC,
      customer: string(),
      payment_intent: string(),
      status: choice('complete', 'expired', 'open'),
      subscription: string(),
      payment_link: string(),
      ...loudly('customer_details', PAGE),
      ...loudly('customer_account', CONNECT),
    },
    gives: 'checkout.session',
    list: true,
    run(params) {
      const wanted = state.checkout_sessions
        .all()
        .filter((one) => params.customer === undefined || one.customer === params.customer)
        .filter((one) => params.payment_intent === undefined || one.payment_intent === params.payment_intent)
        .filter((one) => params.subscription === undefined || one.subscription === params.subscription)
        .filter((one) => params.payment_link === undefined || one.payment_link === params.payment_link)
        .filter((one) => params.status === undefined || one.status === params.status)
      return page('/v1/checkout/sessions', 'checkout.session', wanted, params, account.checkoutSessionBody)
    },
  })
  serve({
    name: 'checkout.sessions.expire',
    route: 'POST /v1/checkout/sessions/:id/expire',
    spec: {},
    gives: 'checkout.session',
    run(_, at) {
      const session = sessionAt(at('id'))
      if (session.status !== 'open') {
        throw invalid(
          `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
        )
      }
      expireSession(account, session)
      return account.checkoutSessionBody(session)
    },
  })
  serve({
    name: 'checkout.sessions.list_line_items',
    route: 'GET /v1/checkout/sessions/:id/line_items',
    spec: PAGE_SPEC,
    gives: 'item',
    list: true,
    run(params, at) {
      const session = sessionAt(at('id'))
      const rows = session.lines.map((line) => ({ ...line, created: session.created })).reverse()
      return page(`/v1/checkout/sessions/${session.id}/line_items`, 'line item', rows, params, (line) =>
        checkoutLineBody(line, found(state.prices.get(line.price), line.price)),
      )
    },
  })
}
