import { z } from 'zod'
import { urlOf } from '../request.ts'
import type { Json } from '../trace.ts'
import { createTwinApp, type TwinApp, type TwinDefinition } from '../twin.ts'
import { type Account, createAccount } from './account.ts'
import { createServe, failure, refuse } from './answer.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { type Seed, seedSchema } from './given.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { intentPaid } from './invoices.ts'
import { schedulePayout } from './payouts.ts'
import { PRICES } from './prices.ts'
import { restore } from './restore.ts'
import { addBalance } from './routes/balance.ts'
import { addCatalog } from './routes/catalog.ts'
import { addCharges } from './routes/charges.ts'
import { addCheckout } from './routes/checkout.ts'
import { addConnect, noAccess } from './routes/connect.ts'
import { addCoupons, addPromotionCodes } from './routes/coupons.ts'
import { addCreditNotes } from './routes/credit-notes.ts'
import { addCustomerBalance } from './routes/customer-balance.ts'
import { addCustomerSessions } from './routes/customer-sessions.ts'
import { addCustomers } from './routes/customers.ts'
import { addDisputes } from './routes/disputes.ts'
import { addEvents } from './routes/events.ts'
import { addFees } from './routes/fees.ts'
import { checkGap } from './routes/gaps.ts'
import { addInvoiceLines } from './routes/invoice-lines.ts'
import { addInvoiceItems, addInvoices } from './routes/invoices.ts'
import { addMeters } from './routes/meters.ts'
import { addPaymentIntents } from './routes/payment-intents.ts'
import { addPaymentLinks } from './routes/payment-links.ts'
import { addPaymentMethods } from './routes/payment-methods.ts'
import { addPayouts } from './routes/payouts.ts'
import { addQuotes } from './routes/quotes.ts'
import { addRadar } from './routes/radar.ts'
import { addRefunds } from './routes/refunds.ts'
import { addSchedules } from './routes/schedules.ts'
import { addSearch } from './routes/search.ts'
import { addSetupIntents } from './routes/setup-intents.ts'
import { addSubscriptionItems } from './routes/subscription-items.ts'
import { addSubscriptions } from './routes/subscriptions.ts'
import { addTaxRates } from './routes/tax-rates.ts'
import { addTestClocks } from './routes/test-clocks.ts'
import { addWebhookEndpoints } from './routes/webhook-endpoints.ts'
import { plant } from './seed.ts'
import { toSnapshot } from './state.ts'
import { collectionPaused, invoiceFailed, invoicePaid } from './subscriptions.ts'
import { API_VERSIONS } from './versions.ts'

export { type Seed, seedSchema } from './given.ts'

/** A Stripe account in the US that takes cards: payments, billing, Checkout, refunds, disputes, the balance, webhooks. */
export const stripe: TwinDefinition<Seed> = {
  name: 'stripe',
  origins: ['https://api.stripe.com'],
  apiVersions: API_VERSIONS,
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [
    'customers.create',
    'customers.retrieve',
    'customers.update',
    'customers.delete',
    'customers.list',
    'customers.list_payment_methods',
    'customers.retrieve_payment_method',
    'payment_methods.create',
    'payment_methods.retrieve',
    'payment_methods.update',
    'payment_methods.list',
    'payment_methods.attach',
    'payment_methods.detach',
    'payment_intents.create',
    'payment_intents.retrieve',
    'payment_intents.update',
    'payment_intents.confirm',
    'payment_intents.capture',
    'payment_intents.cancel',
    'payment_intents.list',
    'charges.retrieve',
    'charges.update',
    'charges.list',
    'refunds.create',
    'refunds.retrieve',
    'refunds.update',
    'refunds.list',
    'disputes.retrieve',
    'disputes.update',
    'disputes.close',
    'disputes.list',
    'balance.retrieve',
    'balance_transactions.retrieve',
    'balance_transactions.list',
    'events.retrieve',
    'products.create',
    'products.retrieve',
    'products.update',
    'products.delete',
    'products.list',
    'prices.create',
    'prices.retrieve',
    'prices.update',
    'prices.list',
    'subscriptions.create',
    'subscriptions.retrieve',
    'subscriptions.update',
    'subscriptions.cancel',
    'subscriptions.resume',
    'subscriptions.list',
    'subscriptions.delete_discount',
    'invoices.create',
    'invoices.retrieve',
    'invoices.update',
    'invoices.delete',
    'invoices.list',
    'invoices.list_lines',
    'invoices.finalize',
    'invoices.pay',
    'invoices.void',
    'invoices.mark_uncollectible',
    'invoices.send',
    'invoices.create_preview',
    'invoices.add_lines',
    'invoices.remove_lines',
    'invoices.update_lines',
    'invoices.update_line_item',
    'invoice_payments.list',
    'invoice_payments.retrieve',
    'invoiceitems.create',
    'invoiceitems.retrieve',
    'invoiceitems.update',
    'invoiceitems.delete',
    'invoiceitems.list',
    'subscription_items.create',
    'subscription_items.retrieve',
    'subscription_items.update',
    'subscription_items.delete',
    'subscription_items.list',
    'coupons.create',
    'coupons.retrieve',
    'coupons.update',
    'coupons.delete',
    'coupons.list',
    'promotion_codes.create',
    'promotion_codes.retrieve',
    'promotion_codes.update',
    'promotion_codes.list',
    'setup_intents.create',
    'setup_intents.retrieve',
    'setup_intents.update',
    'setup_intents.confirm',
    'setup_intents.cancel',
    'setup_intents.list',
    'checkout.sessions.create',
    'checkout.sessions.retrieve',
    'checkout.sessions.list',
    'checkout.sessions.expire',
    'checkout.sessions.list_line_items',
    'billing_portal.sessions.create',
    'payouts.create',
    'payouts.retrieve',
    'payouts.cancel',
    'payouts.list',
    'payouts.update',
    'subscription_schedules.create',
    'subscription_schedules.retrieve',
    'subscription_schedules.update',
    'subscription_schedules.cancel',
    'subscription_schedules.release',
    'subscription_schedules.list',
    'payment_links.create',
    'payment_links.retrieve',
    'payment_links.update',
    'payment_links.list',
    'payment_links.list_line_items',
    'radar.early_fraud_warnings.retrieve',
    'radar.early_fraud_warnings.list',
    'customer_sessions.create',
    'charges.search',
    'customers.search',
    'invoices.search',
    'payment_intents.search',
    'prices.search',
    'products.search',
    'subscriptions.search',
    'billing.meters.create',
    'billing.meters.retrieve',
    'billing.meters.update',
    'billing.meters.list',
    'billing.meters.deactivate',
    'billing.meters.reactivate',
    'billing.meters.list_event_summaries',
    'billing.meter_events.create',
    'billing.meter_event_adjustments.create',
    'tax_rates.create',
    'tax_rates.retrieve',
    'tax_rates.update',
    'tax_rates.list',
    'credit_notes.create',
    'credit_notes.retrieve',
    'credit_notes.update',
    'credit_notes.void',
    'credit_notes.list',
    'credit_notes.list_lines',
    'credit_notes.preview',
    'credit_notes.preview_lines',
    'customers.create_balance_transaction',
    'customers.retrieve_balance_transaction',
    'customers.update_balance_transaction',
    'customers.list_balance_transactions',
    'accounts.create',
    'accounts.retrieve',
    'accounts.update',
    'accounts.delete',
    'accounts.list',
    'accounts.create_login_link',
    'account_links.create',
    'transfers.create',
    'transfers.retrieve',
    'transfers.update',
    'transfers.list',
    'transfers.create_reversal',
    'transfers.retrieve_reversal',
    'transfers.update_reversal',
    'transfers.list_reversals',
    'application_fees.retrieve',
    'application_fees.list',
    'application_fees.create_refund',
    'application_fees.retrieve_refund',
    'application_fees.update_refund',
    'application_fees.list_refunds',
    'events.list',
    'webhook_endpoints.create',
    'webhook_endpoints.retrieve',
    'webhook_endpoints.update',
    'webhook_endpoints.delete',
    'webhook_endpoints.list',
    'quotes.create',
    'quotes.retrieve',
    'quotes.update',
    'quotes.finalize',
    'quotes.accept',
    'quotes.cancel',
    'quotes.list',
    'quotes.list_line_items',
    'quotes.list_computed_upfront_line_items',
    'test_helpers.test_clocks.create',
    'test_helpers.test_clocks.retrieve',
    'test_helpers.test_clocks.list',
    'test_helpers.test_clocks.advance',
    'test_helpers.test_clocks.delete',
  ],
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: [
    'account.updated',
    'billing.meter.created',
    'billing.meter.deactivated',
    'billing.meter.reactivated',
    'billing.meter.updated',
    'charge.captured',
    'charge.dispute.closed',
    'charge.dispute.created',
    'charge.dispute.funds_reinstated',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.updated',
    'charge.expired',
    'charge.failed',
    'charge.refund.updated',
    'charge.refunded',
    'charge.succeeded',
    'charge.updated',
    'checkout.session.completed',
    'checkout.session.expired',
    'coupon.created',
    'coupon.deleted',
    'coupon.updated',
    'credit_note.created',
    'credit_note.updated',
    'credit_note.voided',
    'customer.created',
    'customer.deleted',
    'customer.discount.deleted',
    'customer.updated',
    'customer.subscription.created',
    'customer.subscription.deleted',
    'customer.subscription.paused',
    'customer.subscription.resumed',
    'customer.subscription.trial_will_end',
    'customer.subscription.updated',
    'invoice.created',
    'invoice.deleted',
    'invoice.finalized',
    'invoice.marked_uncollectible',
    'invoice.paid',
    'invoice.payment_action_required',
    'invoice.payment_failed',
    'invoice.payment_succeeded',
    'invoice.sent',
    'invoice.upcoming',
    'invoice.updated',
    'invoice.voided',
    'invoice_payment.paid',
    'invoiceitem.created',
    'invoiceitem.deleted',
    'payment_intent.amount_capturable_updated',
    'payment_intent.canceled',
    'payment_intent.created',
    'payment_intent.payment_failed',
    'payment_intent.requires_action',
    'payment_intent.succeeded',
    'payment_link.created',
    'payment_link.updated',
    'payment_method.attached',
    'payment_method.detached',
    'payment_method.updated',
    'payout.canceled',
    'payout.created',
    'payout.paid',
    'payout.reconciliation_completed',
    'payout.updated',
    'radar.early_fraud_warning.created',
    'price.created',
    'price.updated',
    'product.created',
    'promotion_code.created',
    'promotion_code.updated',
    'product.deleted',
    'product.updated',
    'setup_intent.canceled',
    'setup_intent.created',
    'setup_intent.requires_action',
    'setup_intent.setup_failed',
    'setup_intent.succeeded',
    'refund.created',
    'refund.failed',
    'refund.updated',
    'tax_rate.created',
    'tax_rate.updated',
    'subscription_schedule.canceled',
    'subscription_schedule.completed',
    'subscription_schedule.created',
    'subscription_schedule.released',
    'subscription_schedule.updated',
    'application_fee.created',
    'application_fee.refund.updated',
    'application_fee.refunded',
    'transfer.created',
    'transfer.reversed',
    'transfer.updated',
    'quote.accepted',
    'quote.canceled',
    'quote.created',
    'quote.finalized',
    'test_helpers.test_clock.advancing',
    'test_helpers.test_clock.created',
    'test_helpers.test_clock.deleted',
    'test_helpers.test_clock.ready',
    'webhook.sent',
    'webhook.taken',
    'webhook.failed',
    'webhook.given_up',
  ],
  latencyMs: { min: 120, max: 600 },
  fidelity: FIDELITY,
  create(world, seed) {
    const platform = open(createAccount(world, seed), seed.keys)
    const { configuration } = platform.account
    const connected = new Map<string, Opened>()
    /** Drawn when the first account comes, so that worlds without any draw as they did. */
    let application: string | undefined
    const join = (id: string, books: Seed = {}): Account => {
      application ??= `ca_${world.draw('application').text(32)}`
      const own = { ...books, account: { ...books.account, id, api_version: seed.account?.api_version } }
      const opened = open(
        createAccount(world, own, { application, configuration, owner: () => platform.account }),
        seed.keys,
      )
      connected.set(id, opened)
      plant(opened.account, books)
      return opened.account
    }
    const close = (id: string): void => {
      connected.get(id)?.account.forget()
      connected.delete(id)
    }
    platform.account.hub = {
      open: (id, books) => void join(id, books),
      close,
      account: (id) => connected.get(id)?.account,
    }
    plant(platform.account, seed)
    return {
      operationOf: platform.app.operationOf,
      fetch(request) {
        try {
          checkGap(request.method, urlOf(request).pathname)
          const id = request.headers.get('Stripe-Account')
          const asked = id === null || id === platform.account.id ? platform : connected.get(id)
          return asked === undefined ? refuse(platform.account, noAccess(String(id))) : asked.app.fetch(request)
        } catch (error) {
          return Promise.reject(error)
        }
      },
      failure: (status, retryAfterMs, request) => failure(platform.account, status, retryAfterMs, request),
      happen: (event, fields) => happen(platform.account, event, fields),
      snapshot: () => ({
        ...(toSnapshot(platform.account.state) as { readonly [table: string]: Json }),
        connected: [...connected].map(([id, { account }]) => ({ id, tables: toSnapshot(account.state) })),
      }),
      restore(json) {
        const { connected: others, ...own } = snapshotSchema.parse(json)
        restore(platform.account, own as Json)
        for (const id of [...connected.keys()]) close(id)
        for (const { id, tables } of others) restore(join(id), tables)
      },
    }
  },
}

type Opened = { readonly account: Account; readonly app: TwinApp }
const snapshotSchema = z.looseObject({ connected: z.array(z.object({ id: z.string(), tables: z.any() })) })

/** An account with all that can be asked of it. */
function open(account: Account, keys: readonly string[] | undefined): Opened {
  const app = createTwinApp('stripe')
  const serve = createServe(account, app, keys)
  // Before the rest, or `search` were an id.
  addSearch(account, serve)
  addCustomers(account, serve)
  addPaymentMethods(account, serve)
  addPaymentIntents(account, serve)
  addCharges(account, serve)
  addRefunds(account, serve)
  addDisputes(account, serve)
  addBalance(account, serve)
  addEvents(account, serve)
  addWebhookEndpoints(account, serve)
  addCatalog(account, serve)
  addSubscriptions(account, serve)
  addSubscriptionItems(account, serve)
  addCoupons(account, serve)
  addPromotionCodes(account, serve)
  // Before the rest, or `create_preview` were an id.
  addInvoiceLines(account, serve)
  addInvoices(account, serve)
  addInvoiceItems(account, serve)
  addSetupIntents(account, serve)
  addCheckout(account, serve)
  addPayouts(account, serve)
  addConnect(account, serve)
  addFees(account, serve)
  addMeters(account, serve)
  addRadar(account, serve)
  addCustomerSessions(account, serve)
  addPaymentLinks(account, serve)
  addSchedules(account, serve)
  addTaxRates(account, serve)
  addCreditNotes(account, serve)
  addCustomerBalance(account, serve)
  addTestClocks(account, serve)
  addQuotes(account, serve)
  account.booked = ({ available_on }) => schedulePayout(account, available_on)
  account.billing = {
    intentPaid: (intent) => intentPaid(account, intent),
    invoicePaid: (invoice) => invoicePaid(account, invoice),
    invoiceFailed: (invoice) => invoiceFailed(account, invoice),
    collectionPaused: (invoice) => collectionPaused(account, invoice),
  }
  return { account, app }
}
