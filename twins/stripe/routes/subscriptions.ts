import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Subscription } from '../billing-state.ts'
import { blankSubscription } from '../blanks.ts'
import { deletedDiscountBody, discountBody, discountsField, redeem } from '../coupons.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing, Refusal } from '../errors.ts'
import { emit } from '../events.ts'
import { checkPassing } from '../fees.ts'
import { loudly } from '../gaps.ts'
import { LIST_SPEC, page } from '../lists.ts'
import {
  choice,
  emptyable,
  type Field,
  flag,
  integer,
  list,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  percent,
  type Raw,
  required,
  type Spec,
  string,
} from '../params.ts'
import { resolveMethod } from '../payment-methods.ts'
import type { Metadata } from '../state.ts'
import {
  applyWishes,
  bodyOf,
  cancelNow,
  changeItems,
  discountItems,
  endTrial,
  extraItems,
  resume,
  start,
  type Wish,
  watch,
} from '../subscriptions.ts'
import { checkRates, noAutomaticTax, taxRatesField } from '../taxes.ts'
import { isListed } from '../test-clocks.ts'
import { customerOf } from './customers.ts'

const TAX = 'tax and other parts of billing'
const CYCLES = 'billing cycles set by hand and pending updates'
const CONNECT = 'Connect'
const ITEM_DISCOUNTS = 'discounts in phases, previews and things billed once'
const DAY_S = 24 * 3600

/** A moment in whole seconds, or `now`. */
const moment = (): Field<number | 'now'> => ({
  needed: false,
  read: (raw: Raw, path: string) => (raw === 'now' ? 'now' : integer(0).read(raw, path)),
})

/** `unchanged`, or `now`, which starts a period at once; since 2026-09-30 under `type`. */
const anchor = (): Field<'now' | 'unchanged'> => ({
  needed: false,
  read(raw: Raw, path: string): 'now' | 'unchanged' {
    const which = choice('now', 'unchanged')
    return typeof raw === 'string' ? which.read(raw, path) : object({ type: required(which) }).read(raw, path).type
  },
})

type ItemSpec = {
  readonly metadata: Field<Metadata | ''>
  readonly plan: Field<string>
  readonly price: Field<string>
  readonly quantity: Field<number>
  readonly tax_rates: Field<readonly string[]>
}
/** What can be said of an item of a subscription. */
export const ITEM_SPEC: ItemSpec = {
  metadata: metadata(),
  price: string(),
  quantity: integer(0),
  tax_rates: taxRatesField(),
  ...loudly('billing_thresholds current_trial price_data', TAX),
  ...loudly('discounts', ITEM_DISCOUNTS),
  plan: string(),
}

/** Of a subscription that is made or changed, an item has discounts as well. */
const OWN_ITEM_SPEC = { ...ITEM_SPEC, discounts: discountsField() } satisfies Spec

const shared = {
  cancel_at_period_end: flag(),
  collection_method: choice('charge_automatically', 'send_invoice'),
  days_until_due: integer(0),
  default_payment_method: emptyable(string()),
  description: emptyable(string(500)),
  metadata: metadata(),
  off_session: flag(),
  payment_settings: object({
    save_default_payment_method: choice('off', 'on_subscription'),
    ...loudly('payment_method_options payment_method_types', TAX),
  }),
  proration_behavior: choice('always_invoice', 'create_prorations', 'none'),
  trial_end: moment(),
  trial_settings: object({
    end_behavior: required(object({ missing_payment_method: required(choice('cancel', 'create_invoice', 'pause')) })),
  }),
  application_fee_percent: emptyable(percent()),
  on_behalf_of: emptyable(string()),
  transfer_data: emptyable(object({ destination: required(string()), amount_percent: percent() })),
  add_invoice_items: list(
    object({
      metadata: metadata(),
      price: string(),
      quantity: integer(0),
      tax_rates: taxRatesField(),
      ...loudly('period price_data', TAX),
      ...loudly('discounts', ITEM_DISCOUNTS),
    }),
  ),
  discounts: discountsField(),
  default_tax_rates: taxRatesField(),
  automatic_tax: noAutomaticTax(),
  ...loudly('billing_thresholds default_source invoice_settings', TAX),
  ...loudly('billing_schedules pending_invoice_item_interval trial_from_plan', CYCLES),
} satisfies Spec

const createSpec = {
  ...shared,
  cancel_at: integer(0),
  currency: currency(),
  customer: required(string()),
  items: required(list(object(OWN_ITEM_SPEC))),
  payment_behavior: choice('allow_incomplete', 'default_incomplete', 'error_if_incomplete'),
  trial_period_days: integer(0, 730),
  ...loudly('backdate_start_date billing_cycle_anchor billing_cycle_anchor_config billing_mode', CYCLES),
  ...loudly('customer_account', CONNECT),
} satisfies Spec

const updateSpec = {
  ...shared,
  billing_cycle_anchor: anchor(),
  cancel_at: emptyable(integer(0)),
  cancellation_details: object({ comment: emptyable(string()), feedback: emptyable(string()) }),
  items: list(object({ ...OWN_ITEM_SPEC, id: string(), deleted: flag(), ...loudly('clear_usage', TAX) })),
  pause_collection: emptyable(
    object({ behavior: required(choice('keep_as_draft', 'mark_uncollectible', 'void')), resumes_at: integer(0) }),
  ),
  payment_behavior: choice('allow_incomplete', 'default_incomplete', 'error_if_incomplete'),
  proration_date: integer(0),
} satisfies Spec

export const wishOf = (
  item: Partial<Parsed<typeof ITEM_SPEC>> & {
    readonly id?: string | undefined
    readonly deleted?: boolean | undefined
  },
): Wish => ({
  id: item.id,
  price: item.price ?? item.plan,
  quantity: item.quantity,
  metadata: item.metadata === undefined ? undefined : mergeMetadata({}, item.metadata),
  tax_rates: item.tax_rates,
  deleted: item.deleted,
})

function applyShared(account: Account, subscription: Subscription, params: Partial<Parsed<typeof shared>>): void {
  const method = params.default_payment_method
  if (method) {
    const saved = resolveMethod(account, method, 'default_payment_method')
    if (saved.customer !== subscription.customer) {
      throw malformed(
        `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
        { code: 'resource_missing', param: 'default_payment_method' },
      )
    }
  }
  subscription.metadata = mergeMetadata(subscription.metadata, params.metadata)
  if (method !== undefined) subscription.default_payment_method = method || null
  if (params.collection_method !== undefined) subscription.collection_method = params.collection_method
  if (params.default_tax_rates !== undefined) {
    checkRates(account, params.default_tax_rates, 'default_tax_rates')
    subscription.default_tax_rates = params.default_tax_rates
  }
  if (params.application_fee_percent !== undefined)
    subscription.application_fee_percent = params.application_fee_percent || null
  if (params.on_behalf_of !== undefined) subscription.on_behalf_of = params.on_behalf_of || null
  const data = params.transfer_data
  if (data !== undefined)
    subscription.transfer_data =
      data === '' ? null : { destination: data.destination, amount_percent: data.amount_percent ?? null }
  checkPassing(account, {
    amount: 0,
    application_fee_amount: subscription.application_fee_percent === null ? null : 0,
    on_behalf_of: subscription.on_behalf_of,
    transfer_data: subscription.transfer_data === null ? null : { destination: subscription.transfer_data.destination },
  })
  if (params.days_until_due !== undefined) subscription.days_until_due = params.days_until_due
  if (params.description !== undefined) subscription.description = params.description || null
  const saves = params.payment_settings?.save_default_payment_method
  if (saves !== undefined) subscription.save_default_payment_method = saves
  const missingMethod = params.trial_settings?.end_behavior.missing_payment_method
  if (missingMethod !== undefined) subscription.missing_payment_method = missingMethod
}

/** When a change counts from. Throws when that is outside the period: https://docs.stripe.com/billing/subscriptions/prorations (2026-11-26). */
export function dateIn(subscription: Subscription, date: number | undefined): number | undefined {
  const { current_period_start: start, current_period_end: end } = subscription
  if (date !== undefined && (date < start || date > end))
    throw invalid('Cannot specify a `proration_date` outside of the current billing period.', {
      param: 'proration_date',
    })
  return date
}

/** Marks a subscription to end with its period, or takes the mark away. */
function endWithPeriod(account: Account, subscription: Subscription, ends: boolean): void {
  if (ends === subscription.cancel_at_period_end) return
  subscription.cancel_at_period_end = ends
  subscription.cancel_at = ends ? subscription.current_period_end : null
  subscription.canceled_at = ends ? account.timeOf(subscription.customer) : null
  subscription.cancellation_details = {
    ...subscription.cancellation_details,
    reason: ends ? 'cancellation_requested' : null,
  }
}

export function addSubscriptions(account: Account, serve: Serve): void {
  const { state } = account
  const subscriptionAt = (id: string): Subscription => {
    const subscription = state.subscriptions.get(id)
    if (subscription === undefined) throw missing('subscription', id, 'id', 404)
    return subscription
  }
  serve({
    name: 'subscriptions.create',
    route: 'POST /v1/subscriptions',
    spec: createSpec,
    gives: 'subscription',
    run(params) {
      const customer = customerOf(account, params.customer, 'customer', 400)
      const now = account.timeOf(customer.id)
      const items = applyWishes(account, [], params.items.map(wishOf), now)
      const first = state.prices.get(items[0]?.price ?? '')
      const days = params.trial_period_days ?? 0
      const trialEnd =
        params.trial_end === 'now' ? undefined : (params.trial_end ?? (days > 0 ? now + days * DAY_S : undefined))
      const subscription = blankSubscription(account, {
        currency: first?.currency ?? params.currency ?? 'usd',
        customer: customer.id,
        cancel_at: params.cancel_at ?? null,
        items,
        trial_end: trialEnd ?? null,
        trial_start: trialEnd === undefined ? null : now,
      })
      applyShared(account, subscription, params)
      if (subscription.collection_method === 'send_invoice' && subscription.days_until_due === null) {
        throw malformed('You must specify `days_until_due` if collection method is `send_invoice`.', {
          param: 'days_until_due',
        })
      }
      const owner = { customer: customer.id, subscription: subscription.id }
      subscription.items = discountItems(account, { ...subscription, items: [] }, items, params.items)
      subscription.discounts = redeem(account, params.discounts ?? [], owner)
      start(account, subscription, {
        extras: extraItems(account, subscription, params.add_invoice_items ?? []),
        payment_behavior: params.payment_behavior ?? 'allow_incomplete',
        offSession: params.off_session ?? false,
      })
      if (params.cancel_at_period_end === true) endWithPeriod(account, subscription, true)
      return bodyOf(account, subscription)
    },
  })
  serve({
    name: 'subscriptions.retrieve',
    route: 'GET /v1/subscriptions/:id',
    spec: {},
    gives: 'subscription',
    run: (_, at) => bodyOf(account, subscriptionAt(at('id'))),
  })
  serve({
    name: 'subscriptions.update',
    route: 'POST /v1/subscriptions/:id',
    spec: updateSpec,
    gives: 'subscription',
    run(params, at) {
      const subscription = subscriptionAt(at('id'))
      if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') {
        throw malformed('A canceled subscription can only update its cancellation_details and metadata.')
      }
      const before = bodyOf(account, subscription)
      const now = account.timeOf(subscription.customer)
      const items =
        params.items === undefined
          ? undefined
          : discountItems(
              account,
              subscription,
              applyWishes(account, subscription.items, params.items.map(wishOf), now),
              params.items,
            )
      applyShared(account, subscription, params)
      if (params.cancellation_details !== undefined) {
        const { comment, feedback } = params.cancellation_details
        subscription.cancellation_details = {
          ...subscription.cancellation_details,
          ...(comment === undefined ? {} : { comment: comment || null }),
          ...(feedback === undefined ? {} : { feedback: feedback || null }),
        }
      }
      if (params.pause_collection !== undefined) {
        const pause = params.pause_collection
        subscription.pause_collection =
          pause === '' ? null : { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null }
      }
      if (params.trial_end === 'now') endTrial(account, subscription)
      else if (params.trial_end !== undefined) {
        subscription.trial_start ??= now
        subscription.trial_end = params.trial_end
        subscription.status = 'trialing'
        subscription.current_period_end = params.trial_end
        subscription.billing_cycle_anchor = params.trial_end
      }
      if (params.discounts !== undefined)
        subscription.discounts = redeem(account, params.discounts, {
          customer: subscription.customer,
          subscription: subscription.id,
        })
      extraItems(account, subscription, params.add_invoice_items ?? [])
      const resets = params.billing_cycle_anchor === 'now'
      if (items !== undefined || resets)
        changeItems(
          account,
          subscription,
          items ?? subscription.items,
          params.proration_behavior ?? 'create_prorations',
          { resets, atS: dateIn(subscription, params.proration_date) },
        )
      if (params.cancel_at_period_end !== undefined) endWithPeriod(account, subscription, params.cancel_at_period_end)
      if (params.cancel_at !== undefined) {
        subscription.cancel_at = params.cancel_at === '' ? null : params.cancel_at
        subscription.canceled_at = params.cancel_at === '' ? null : now
        const reason = params.cancel_at === '' ? null : 'cancellation_requested'
        subscription.cancellation_details = { ...subscription.cancellation_details, reason }
      }
      watch(account, subscription)
      emit(account, 'customer.subscription.updated', bodyOf(account, subscription), before)
      return bodyOf(account, subscription)
    },
  })
  serve({
    name: 'subscriptions.cancel',
    route: 'DELETE /v1/subscriptions/:id',
    spec: {
      cancellation_details: object({ comment: emptyable(string()), feedback: emptyable(string()) }),
      invoice_now: flag(),
      prorate: flag(),
    },
    gives: 'subscription',
    run(params, at) {
      const subscription = subscriptionAt(at('id'))
      // A canceled one is gone: recorded in public reports as resource_missing.
      if (subscription.status === 'canceled') throw missing('subscription', subscription.id, 'id', 404)
      const { comment, feedback } = params.cancellation_details ?? {}
      subscription.cancellation_details = {
        comment: comment || subscription.cancellation_details.comment,
        feedback: feedback || subscription.cancellation_details.feedback,
        reason: null,
      }
      cancelNow(account, subscription, 'cancellation_requested', {
        invoiceNow: params.invoice_now,
        prorate: params.prorate,
      })
      return bodyOf(account, subscription)
    },
  })
  serve({
    name: 'subscriptions.resume',
    route: 'POST /v1/subscriptions/:id/resume',
    spec: loudly('billing_cycle_anchor proration_behavior proration_date', CYCLES),
    gives: 'subscription',
    run(_, at) {
      const subscription = subscriptionAt(at('id'))
      resume(account, subscription)
      return bodyOf(account, subscription)
    },
  })
  serve({
    name: 'subscriptions.delete_discount',
    route: 'DELETE /v1/subscriptions/:id/discount',
    spec: {},
    gives: 'discount',
    run(_, at) {
      const subscription = subscriptionAt(at('id'))
      const last = state.discounts.get(subscription.discounts.at(-1) ?? '')
      if (last === undefined)
        throw new Refusal(404, {
          type: 'invalid_request_error',
          code: 'resource_missing',
          message: `No active discount for subscription: ${subscription.id}`,
        })
      const before = bodyOf(account, subscription)
      subscription.discounts = []
      emit(account, 'customer.discount.deleted', discountBody(last))
      emit(account, 'customer.subscription.updated', bodyOf(account, subscription), before)
      return deletedDiscountBody(last)
    },
  })
  serve({
    name: 'subscriptions.list',
    route: 'GET /v1/subscriptions',
    spec: {
      ...LIST_SPEC,
      collection_method: string(),
      customer: string(),
      price: string(),
      plan: string(),
      status: choice(
        'active',
        'all',
        'canceled',
        'ended',
        'incomplete',
        'incomplete_expired',
        'past_due',
        'paused',
        'trialing',
        'unpaid',
      ),
      ...loudly('automatic_tax', TAX),
      ...loudly('current_period_end current_period_start', CYCLES),
      ...loudly('customer_account', CONNECT),
      test_clock: string(),
    },
    gives: 'subscription',
    list: true,
    run(params) {
      const price = params.price ?? params.plan
      const wanted = state.subscriptions
        .all()
        .filter((one) => params.customer === undefined || one.customer === params.customer)
        .filter((one) => isListed(account, one.customer, params))
        .filter((one) => price === undefined || one.items.some((item) => item.price === price))
        .filter((one) => params.collection_method === undefined || one.collection_method === params.collection_method)
        // Without a status, what has been canceled stays out: https://docs.stripe.com/api/subscriptions/list (2026-11-24).
        .filter((one) => {
          const ended = one.status === 'canceled' || one.status === 'incomplete_expired'
          if (params.status === undefined) return one.status !== 'canceled'
          return params.status === 'all' || (params.status === 'ended' ? ended : one.status === params.status)
        })
      return page('/v1/subscriptions', 'subscription', wanted, params, (one) => bodyOf(account, one))
    },
  })
}
