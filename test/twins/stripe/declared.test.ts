import { expect, test } from 'vitest'
import { NotModelled } from '../../../twins/twin.ts'
import { declared } from './declared.ts'
import { errorIn, openShop } from './support.ts'

/** What becomes of `name` sent to an operation: `unknown` is the one thing it must not be. */
async function fateOf(method: string, path: string, name: string): Promise<'unknown' | 'loud' | 'read'> {
  const form = `${name}=x`
  try {
    const answer = await (method === 'GET'
      ? openShop().raw('GET', `${path}?${form}`)
      : openShop().raw(method, path, form))
    if (answer.status === 200) return 'read'
    return (await errorIn(answer)).code === 'parameter_unknown' ? 'unknown' : 'read'
  } catch (error) {
    if (error instanceof NotModelled) return 'loud'
    throw error
  }
}

// A parameter that the SDK knows is read or refused loudly; Stripe itself would not call it unknown.
test.each([
  ['Customers', 'CustomerCreateParams', 'POST', '/v1/customers', ''],
  ['Customers', 'CustomerUpdateParams', 'POST', '/v1/customers/cus_1', ''],
  ['Customers', 'CustomerListParams', 'GET', '/v1/customers', ''],
  ['Customers', 'CustomerListPaymentMethodsParams', 'GET', '/v1/customers/cus_1/payment_methods', ''],
  ['Customers', 'CustomerCreateParams.InvoiceSettings', 'POST', '/v1/customers', 'invoice_settings'],
  ['Customers', 'CustomerCreateParams.Shipping', 'POST', '/v1/customers', 'shipping'],
  ['PaymentMethods', 'PaymentMethodCreateParams', 'POST', '/v1/payment_methods', ''],
  ['PaymentMethods', 'PaymentMethodUpdateParams', 'POST', '/v1/payment_methods/pm_1', ''],
  ['PaymentMethods', 'PaymentMethodListParams', 'GET', '/v1/payment_methods', ''],
  ['PaymentMethods', 'PaymentMethodAttachParams', 'POST', '/v1/payment_methods/pm_1/attach', ''],
  ['PaymentMethods', 'PaymentMethodDetachParams', 'POST', '/v1/payment_methods/pm_1/detach', ''],
  ['PaymentMethods', 'PaymentMethodCreateParams.BillingDetails', 'POST', '/v1/payment_methods', 'billing_details'],
  ['Coupons', 'CouponCreateParams', 'POST', '/v1/coupons', ''],
  ['Coupons', 'CouponUpdateParams', 'POST', '/v1/coupons/x', ''],
  ['PromotionCodes', 'PromotionCodeCreateParams', 'POST', '/v1/promotion_codes', ''],
  ['PromotionCodes', 'PromotionCodeListParams', 'GET', '/v1/promotion_codes', ''],
  ['SubscriptionItems', 'SubscriptionItemCreateParams', 'POST', '/v1/subscription_items', ''],
  ['SubscriptionItems', 'SubscriptionItemUpdateParams', 'POST', '/v1/subscription_items/si_1', ''],
  ['SubscriptionItems', 'SubscriptionItemDeleteParams', 'DELETE', '/v1/subscription_items/si_1', ''],
  ['Accounts', 'AccountCreateParams', 'POST', '/v1/accounts', ''],
  ['Accounts', 'AccountUpdateParams', 'POST', '/v1/accounts/acct_1', ''],
  ['AccountLinks', 'AccountLinkCreateParams', 'POST', '/v1/account_links', ''],
  ['Transfers', 'TransferCreateParams', 'POST', '/v1/transfers', ''],
  ['Transfers', 'TransferListParams', 'GET', '/v1/transfers', ''],
  ['PaymentIntents', 'PaymentIntentCreateParams', 'POST', '/v1/payment_intents', ''],
  ['PaymentIntents', 'PaymentIntentUpdateParams', 'POST', '/v1/payment_intents/pi_1', ''],
  ['PaymentIntents', 'PaymentIntentConfirmParams', 'POST', '/v1/payment_intents/pi_1/confirm', ''],
  ['PaymentIntents', 'PaymentIntentCaptureParams', 'POST', '/v1/payment_intents/pi_1/capture', ''],
  ['PaymentIntents', 'PaymentIntentCancelParams', 'POST', '/v1/payment_intents/pi_1/cancel', ''],
  ['PaymentIntents', 'PaymentIntentListParams', 'GET', '/v1/payment_intents', ''],
  ['PaymentIntents', 'PaymentIntentCreateParams.Shipping', 'POST', '/v1/payment_intents', 'shipping'],
  [
    'PaymentIntents',
    'PaymentIntentCreateParams.AutomaticPaymentMethods',
    'POST',
    '/v1/payment_intents',
    'automatic_payment_methods',
  ],
  [
    'PaymentIntents',
    'PaymentIntentCreateParams.PaymentMethodData',
    'POST',
    '/v1/payment_intents',
    'payment_method_data',
  ],
  [
    'PaymentIntents',
    'PaymentIntentCreateParams.PaymentMethodOptions',
    'POST',
    '/v1/payment_intents',
    'payment_method_options',
  ],
  [
    'PaymentIntents',
    'PaymentIntentCreateParams.PaymentMethodOptions.Card',
    'POST',
    '/v1/payment_intents',
    'payment_method_options[card]',
  ],
  ['Charges', 'ChargeUpdateParams', 'POST', '/v1/charges/ch_1', ''],
  ['Products', 'ProductCreateParams', 'POST', '/v1/products', ''],
  ['Products', 'ProductUpdateParams', 'POST', '/v1/products/prod_1', ''],
  ['Products', 'ProductListParams', 'GET', '/v1/products', ''],
  ['Prices', 'PriceCreateParams', 'POST', '/v1/prices', ''],
  ['Prices', 'PriceUpdateParams', 'POST', '/v1/prices/price_1', ''],
  ['Prices', 'PriceListParams', 'GET', '/v1/prices', ''],
  ['Subscriptions', 'SubscriptionCreateParams', 'POST', '/v1/subscriptions', ''],
  ['Subscriptions', 'SubscriptionUpdateParams', 'POST', '/v1/subscriptions/sub_1', ''],
  ['Subscriptions', 'SubscriptionCancelParams', 'DELETE', '/v1/subscriptions/sub_1', ''],
  ['Subscriptions', 'SubscriptionListParams', 'GET', '/v1/subscriptions', ''],
  ['Invoices', 'InvoiceCreateParams', 'POST', '/v1/invoices', ''],
  ['Invoices', 'InvoiceUpdateParams', 'POST', '/v1/invoices/in_1', ''],
  ['Invoices', 'InvoicePayParams', 'POST', '/v1/invoices/in_1/pay', ''],
  ['Invoices', 'InvoiceListParams', 'GET', '/v1/invoices', ''],
  ['Invoices', 'InvoiceFinalizeInvoiceParams', 'POST', '/v1/invoices/in_1/finalize', ''],
  ['InvoiceItems', 'InvoiceItemCreateParams', 'POST', '/v1/invoiceitems', ''],
  ['InvoiceItems', 'InvoiceItemListParams', 'GET', '/v1/invoiceitems', ''],
  ['InvoicePayments', 'InvoicePaymentListParams', 'GET', '/v1/invoice_payments', ''],
  ['SetupIntents', 'SetupIntentCreateParams', 'POST', '/v1/setup_intents', ''],
  ['SetupIntents', 'SetupIntentUpdateParams', 'POST', '/v1/setup_intents/seti_1', ''],
  ['SetupIntents', 'SetupIntentConfirmParams', 'POST', '/v1/setup_intents/seti_1/confirm', ''],
  ['SetupIntents', 'SetupIntentListParams', 'GET', '/v1/setup_intents', ''],
  ['Checkout/Sessions', 'Checkout.SessionCreateParams', 'POST', '/v1/checkout/sessions', ''],
  ['Checkout/Sessions', 'Checkout.SessionListParams', 'GET', '/v1/checkout/sessions', ''],
  ['BillingPortal/Sessions', 'BillingPortal.SessionCreateParams', 'POST', '/v1/billing_portal/sessions', ''],
  ['Invoices', 'InvoiceCreatePreviewParams', 'POST', '/v1/invoices/create_preview', ''],
  [
    'Invoices',
    'InvoiceCreatePreviewParams.SubscriptionDetails',
    'POST',
    '/v1/invoices/create_preview',
    'subscription_details',
  ],
  ['Invoices', 'InvoiceUpdateLineItemParams', 'POST', '/v1/invoices/in_1/lines/il_1', ''],
  ['Invoices', 'InvoiceAddLinesParams', 'POST', '/v1/invoices/in_1/add_lines', ''],
  ['InvoiceItems', 'InvoiceItemUpdateParams', 'POST', '/v1/invoiceitems/ii_1', ''],
  ['Billing/Meters', 'Billing.MeterCreateParams', 'POST', '/v1/billing/meters', ''],
  ['Billing/MeterEvents', 'Billing.MeterEventCreateParams', 'POST', '/v1/billing/meter_events', ''],
  ['PaymentLinks', 'PaymentLinkCreateParams', 'POST', '/v1/payment_links', ''],
  ['PaymentLinks', 'PaymentLinkUpdateParams', 'POST', '/v1/payment_links/plink_1', ''],
  ['CustomerSessions', 'CustomerSessionCreateParams', 'POST', '/v1/customer_sessions', ''],
  ['Radar/EarlyFraudWarnings', 'Radar.EarlyFraudWarningListParams', 'GET', '/v1/radar/early_fraud_warnings', ''],
  ['SubscriptionSchedules', 'SubscriptionScheduleCreateParams', 'POST', '/v1/subscription_schedules', ''],
  ['SubscriptionSchedules', 'SubscriptionScheduleUpdateParams', 'POST', '/v1/subscription_schedules/sub_sched_1', ''],
  ['SubscriptionSchedules', 'SubscriptionScheduleListParams', 'GET', '/v1/subscription_schedules', ''],
  ['TaxRates', 'TaxRateCreateParams', 'POST', '/v1/tax_rates', ''],
  ['TaxRates', 'TaxRateUpdateParams', 'POST', '/v1/tax_rates/txr_1', ''],
  ['TaxRates', 'TaxRateListParams', 'GET', '/v1/tax_rates', ''],
  ['CreditNotes', 'CreditNoteCreateParams', 'POST', '/v1/credit_notes', ''],
  ['CreditNotes', 'CreditNoteListParams', 'GET', '/v1/credit_notes', ''],
  ['Payouts', 'PayoutCreateParams', 'POST', '/v1/payouts', ''],
  ['Payouts', 'PayoutListParams', 'GET', '/v1/payouts', ''],
  ['Charges', 'ChargeListParams', 'GET', '/v1/charges', ''],
  ['Refunds', 'RefundCreateParams', 'POST', '/v1/refunds', ''],
  ['Refunds', 'RefundUpdateParams', 'POST', '/v1/refunds/re_1', ''],
  ['Refunds', 'RefundListParams', 'GET', '/v1/refunds', ''],
  ['Disputes', 'DisputeUpdateParams', 'POST', '/v1/disputes/du_1', ''],
  ['Disputes', 'DisputeUpdateParams.Evidence', 'POST', '/v1/disputes/du_1', 'evidence'],
  ['Disputes', 'DisputeListParams', 'GET', '/v1/disputes', ''],
  ['BalanceTransactions', 'BalanceTransactionListParams', 'GET', '/v1/balance_transactions', ''],
  ['Events', 'EventListParams', 'GET', '/v1/events', ''],
  ['WebhookEndpoints', 'WebhookEndpointCreateParams', 'POST', '/v1/webhook_endpoints', ''],
  ['WebhookEndpoints', 'WebhookEndpointUpdateParams', 'POST', '/v1/webhook_endpoints/we_1', ''],
] as const)('%s: no parameter of %s is unknown', async (file, name, method, path, inside) => {
  const fields = declared(file, name)
  expect(fields.length).toBeGreaterThan(0)
  const unknown: string[] = []
  for (const field of fields) {
    if ((await fateOf(method, path, inside === '' ? field.name : `${inside}[${field.name}]`)) === 'unknown')
      unknown.push(field.name)
  }
  expect(unknown).toEqual([])
})

test('an unknown one would be seen', async () => {
  expect(await fateOf('POST', '/v1/payment_intents', 'colour')).toBe('unknown')
  expect(await fateOf('POST', '/v1/customers', 'source')).toBe('loud')
  expect(await fateOf('GET', '/v1/customers', 'email')).toBe('read')
})
