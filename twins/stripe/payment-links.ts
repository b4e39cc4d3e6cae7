import { type Account, found } from './account.ts'
import type { CheckoutSession, PaymentLink } from './billing-state.ts'
import { blankSession } from './blanks.ts'
import { watchSession } from './checkout.ts'
import { NO_INVOICE } from './checkout-wire.ts'
import { opaque, UNMANAGED, type Wire } from './wire.ts'

/** Whether a link sells something that is paid again and again. */
export const modeOf = (account: Account, { lines }: Pick<PaymentLink, 'lines'>): 'payment' | 'subscription' =>
  lines.some(({ price }) => found(account.state.prices.get(price), price).recurring !== null)
    ? 'subscription'
    : 'payment'

/** `PaymentLink` of stripe 23.1. */
export function paymentLinkBody(account: Account, link: PaymentLink): Wire {
  const pays = modeOf(account, link) === 'payment'
  return {
    id: link.id,
    object: 'payment_link',
    active: link.active,
    after_completion: link.after_completion,
    allow_promotion_codes: link.allow_promotion_codes,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null },
    billing_address_collection: 'auto',
    consent_collection: null,
    currency: link.currency,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer_creation: pays ? link.customer_creation : 'always',
    inactive_message: link.inactive_message,
    invoice_creation: pays ? NO_INVOICE : null,
    livemode: false,
    managed_payments: UNMANAGED,
    metadata: link.metadata,
    on_behalf_of: null,
    payment_intent_data:
      pays && Object.keys(link.data).length > 0
        ? {
            capture_method: null,
            description: link.data.description ?? null,
            metadata: link.data.metadata ?? {},
            setup_future_usage: null,
            statement_descriptor: null,
            statement_descriptor_suffix: null,
            transfer_group: null,
          }
        : null,
    payment_method_collection: 'always',
    payment_method_options: null,
    payment_method_types: null,
    phone_number_collection: { enabled: false },
    restrictions:
      link.limit === null
        ? null
        : { completed_sessions: { count: completed(account, link).length, limit: link.limit } },
    shipping_address_collection: null,
    shipping_options: [],
    submit_type: link.submit_type,
    subscription_data: pays
      ? null
      : {
          description: link.data.description ?? null,
          invoice_settings: {
            account_tax_ids: null,
            custom_fields: null,
            description: null,
            footer: null,
            issuer: { type: 'self' },
          },
          metadata: link.data.metadata ?? {},
          trial_period_days: link.data.trial_period_days ?? null,
          trial_settings: null,
        },
    tax_id_collection: { enabled: false, required: 'never' },
    transfer_data: null,
    url: `https://buy.stripe.com/test_${opaque(`link ${link.id}`, 18)}`,
  }
}

const completed = (account: Account, link: PaymentLink): readonly CheckoutSession[] =>
  account.state.checkout_sessions.all().filter((one) => one.payment_link === link.id && one.status === 'complete')

/** Whether anybody may still pay by a link. */
export const isOpen = (account: Account, link: PaymentLink): boolean =>
  link.active && (link.limit === null || completed(account, link).length < link.limit)

/** Somebody opens the link: a hosted page of their own. */
export function visit(account: Account, link: PaymentLink): CheckoutSession {
  const mode = modeOf(account, link)
  const { redirect } = link.after_completion as { readonly redirect?: { readonly url: string } }
  const session = account.state.checkout_sessions.add(
    blankSession(account, {
      allow_promotion_codes: link.allow_promotion_codes,
      currency: link.currency,
      customer_creation: mode === 'payment' ? link.customer_creation : 'always',
      data: link.data,
      lines: link.lines,
      metadata: link.metadata,
      mode,
      payment_link: link.id,
      success_url: redirect?.url ?? 'https://stripe.com',
    }),
  )
  watchSession(account, session)
  return session
}
