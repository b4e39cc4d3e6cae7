import type { Account } from '../account.ts'
import { found } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Subscription } from '../billing-state.ts'
import { subscriptionItemBody } from '../billing-wire.ts'
import { type DiscountWish, discountsField } from '../coupons.ts'
import { missing } from '../errors.ts'
import { emit } from '../events.ts'
import { loudly } from '../gaps.ts'
import { PAGE_SPEC, page } from '../lists.ts'
import { choice, flag, integer, mergeMetadata, metadata, required, type Spec, string } from '../params.ts'
import type { Proration } from '../periods.ts'
import { applyWishes, bodyOf, changeItems, discountItems, type Wish } from '../subscriptions.ts'
import { taxRatesField } from '../taxes.ts'
import { deletedBody, type Wire } from '../wire.ts'
import { dateIn } from './subscriptions.ts'

const TAX = 'tax and other parts of billing'

const shared = {
  metadata: metadata(),
  off_session: flag(),
  payment_behavior: choice('allow_incomplete', 'default_incomplete', 'error_if_incomplete'),
  plan: string(),
  price: string(),
  proration_behavior: choice('always_invoice', 'create_prorations', 'none'),
  quantity: integer(0),
  tax_rates: taxRatesField(),
  ...loudly('billing_thresholds current_trial price_data', TAX),
  discounts: discountsField(),
  proration_date: integer(0),
} satisfies Spec

export function addSubscriptionItems(account: Account, serve: Serve): void {
  const { state } = account
  const subscriptionOf = (item: string): Subscription => {
    const subscription = state.subscriptions
      .all()
      .find((one) => one.status !== 'canceled' && one.items.some(({ id }) => id === item))
    if (subscription === undefined) throw missing('subscription_item', item, 'item', 404)
    return subscription
  }
  const bodyIn = (subscription: Subscription, id: string): Wire => {
    const item = found(
      subscription.items.find((one) => one.id === id),
      id,
    )
    return subscriptionItemBody(item, subscription, account.books)
  }
  const change = (
    subscription: Subscription,
    wish: Wish,
    params: {
      readonly discounts?: readonly DiscountWish[] | '' | undefined
      readonly proration_behavior?: Proration | undefined
      readonly proration_date?: number | undefined
    },
  ) => {
    const before = bodyOf(account, subscription)
    const wished = applyWishes(account, subscription.items, [wish], account.timeOf(subscription.customer))
    const items = discountItems(account, subscription, wished, [{ id: wish.id, discounts: params.discounts }])
    const atS = dateIn(subscription, params.proration_date)
    changeItems(account, subscription, items, params.proration_behavior ?? 'create_prorations', { atS })
    emit(account, 'customer.subscription.updated', bodyOf(account, subscription), before)
  }
  serve({
    name: 'subscription_items.create',
    route: 'POST /v1/subscription_items',
    spec: { ...shared, subscription: required(string()) },
    gives: 'subscription_item',
    run(params) {
      const subscription = state.subscriptions.get(params.subscription)
      if (subscription === undefined) throw missing('subscription', params.subscription, 'subscription')
      const known = new Set(subscription.items.map(({ id }) => id))
      const wish = {
        price: params.price ?? params.plan,
        quantity: params.quantity,
        metadata: mergeMetadata({}, params.metadata),
        tax_rates: params.tax_rates,
      }
      change(subscription, wish, params)
      const added = found(
        subscription.items.find(({ id }) => !known.has(id)),
        'the new item',
      )
      return bodyIn(subscription, added.id)
    },
  })
  serve({
    name: 'subscription_items.retrieve',
    route: 'GET /v1/subscription_items/:id',
    spec: {},
    gives: 'subscription_item',
    run: (_, at) => bodyIn(subscriptionOf(at('id')), at('id')),
  })
  serve({
    name: 'subscription_items.update',
    route: 'POST /v1/subscription_items/:id',
    spec: shared,
    gives: 'subscription_item',
    run(params, at) {
      const id = at('id')
      const subscription = subscriptionOf(id)
      const old = found(
        subscription.items.find((one) => one.id === id),
        id,
      )
      const wish = {
        id,
        price: params.price ?? params.plan,
        quantity: params.quantity ?? old.quantity,
        metadata: mergeMetadata(old.metadata, params.metadata),
        tax_rates: params.tax_rates,
      }
      change(subscription, wish, params)
      return bodyIn(subscription, id)
    },
  })
  serve({
    name: 'subscription_items.delete',
    route: 'DELETE /v1/subscription_items/:id',
    spec: {
      proration_behavior: choice('always_invoice', 'create_prorations', 'none'),
      ...loudly('clear_usage', TAX),
      proration_date: integer(0),
    },
    gives: 'subscription_item',
    run(params, at) {
      const id = at('id')
      change(subscriptionOf(id), { id, deleted: true }, params)
      return deletedBody('subscription_item', id)
    },
  })
  serve({
    name: 'subscription_items.list',
    route: 'GET /v1/subscription_items',
    spec: { ...PAGE_SPEC, subscription: required(string()) },
    gives: 'subscription_item',
    list: true,
    run(params) {
      const subscription = state.subscriptions.get(params.subscription)
      if (subscription === undefined) throw missing('subscription', params.subscription, 'subscription')
      return page('/v1/subscription_items', 'subscription item', subscription.items.toReversed(), params, ({ id }) =>
        bodyIn(subscription, id),
      )
    },
  })
}
