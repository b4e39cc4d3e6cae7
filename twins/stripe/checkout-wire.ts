import type { CheckoutLine, CheckoutSession, Price } from './billing-state.ts'
import { priceBody } from './billing-wire.ts'
import { checkoutOptions, type Dashboard } from './dashboard.ts'
import { opaque, UNMANAGED, type Wire } from './wire.ts'

/** A hosted page that makes no invoice of a payment. */
export const NO_INVOICE = {
  enabled: false,
  invoice_data: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: null,
    metadata: {},
    rendering_options: null,
  },
} as const

export const checkoutLineBody = (line: CheckoutLine, price: Price): Wire => ({
  id: line.id,
  object: 'item',
  adjustable_quantity: null,
  amount_discount: 0,
  amount_subtotal: line.amount,
  amount_tax: 0,
  amount_total: line.amount,
  currency: line.currency,
  description: line.description,
  metadata: {},
  price: priceBody(price),
  quantity: line.quantity,
})

type Shop = {
  readonly name: string
  readonly configuration: string
  readonly dashboard: Dashboard
  readonly email: string | null
  readonly taxExempt: string | null
}

export function checkoutSessionBody(session: CheckoutSession, shop: Shop): Wire {
  const total = session.lines.reduce((sum, { amount }) => sum + amount, 0)
  const sells = session.mode !== 'setup'
  const email = session.customer_email ?? shop.email
  return {
    id: session.id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: sells },
    after_expiration: null,
    allow_promotion_codes: session.allow_promotion_codes,
    allowed_payment_method_types: null,
    amount_subtotal: sells ? total : null,
    amount_total: sells ? total : null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    branding_settings: {
      background_color: '#ffffff',
      border_style: 'rounded',
      button_color: '#0074d4',
      display_name: shop.name,
      font_family: 'default',
      icon: null,
      logo: null,
    },
    cancel_url: session.cancel_url,
    client_reference_id: session.client_reference_id,
    client_secret: null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    consent_collection: null,
    created: session.created,
    currency: session.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: session.customer,
    customer_account: null,
    customer_creation: session.customer_creation,
    customer_details:
      email === null && session.customer === null
        ? null
        : {
            address: null,
            business_name: null,
            email,
            individual_name: null,
            name: null,
            phone: null,
            tax_exempt: sells ? (shop.taxExempt ?? 'none') : null,
            tax_ids: null,
          },
    customer_email: session.customer_email,
    discounts: sells ? [] : null,
    expires_at: session.expires_at,
    integration_identifier: null,
    invoice: session.invoice,
    invoice_creation: session.mode === 'payment' ? NO_INVOICE : null,
    livemode: false,
    locale: session.locale,
    managed_payments: UNMANAGED,
    metadata: session.metadata,
    mode: session.mode,
    origin_context: null,
    payment_intent: session.payment_intent,
    payment_link: session.payment_link,
    payment_method_collection: session.mode === 'payment' ? 'if_required' : 'always',
    payment_method_configuration_details: { id: shop.configuration, parent: null },
    payment_method_options: checkoutOptions(session.mode, shop.dashboard),
    payment_method_types: shop.dashboard.payments,
    payment_status: session.payment_status,
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options:
      sells && (session.mode === 'subscription' || session.customer !== null)
        ? { allow_redisplay_filters: ['always'], payment_method_remove: 'disabled', payment_method_save: null }
        : null,
    setup_intent: session.setup_intent,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: session.status,
    submit_type: null,
    subscription: session.subscription,
    success_url: session.success_url,
    total_details: sells ? { amount_discount: 0, amount_shipping: 0, amount_tax: 0 } : null,
    ui_mode: 'hosted_page',
    url:
      session.status === 'open'
        ? `https://checkout.stripe.com/c/pay/${session.id}#${opaque(`checkout ${session.id}`, 80)}`
        : null,
    wallet_options: null,
  }
}
