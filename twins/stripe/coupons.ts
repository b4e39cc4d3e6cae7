import type { Json } from '../trace.ts'
import { type Account, found } from './account.ts'
import type { Coupon, Discount, Invoice, InvoiceLine, PromotionCode } from './billing-state.ts'
import { after } from './catalog.ts'
import { invalid, malformed, missing } from './errors.ts'
import { emptyable, type Field, list, object, string } from './params.ts'
import type { Wire } from './wire.ts'

/** `Coupon` of stripe 23.1; as recorded by github.com/pay-rails/pay on 2026-09-20. */
export const couponBody = (coupon: Coupon, nowS: number): Wire => ({
  id: coupon.id,
  object: 'coupon',
  amount_off: coupon.amount_off,
  created: coupon.created,
  currency: coupon.currency,
  duration: coupon.duration,
  duration_in_months: coupon.duration_in_months,
  livemode: false,
  max_redemptions: coupon.max_redemptions,
  metadata: coupon.metadata,
  name: coupon.name,
  percent_off: coupon.percent_off,
  redeem_by: coupon.redeem_by,
  times_redeemed: coupon.times_redeemed,
  valid: isValid(coupon, nowS),
})

export const promotionCodeBody = (code: PromotionCode): Wire => ({
  id: code.id,
  object: 'promotion_code',
  active: code.active,
  code: code.code,
  created: code.created,
  customer: code.customer,
  customer_account: null,
  expires_at: code.expires_at,
  livemode: false,
  max_redemptions: code.max_redemptions,
  metadata: code.metadata,
  promotion: { coupon: code.coupon, type: 'coupon' },
  restrictions: {
    first_time_transaction: code.first_time_transaction,
    minimum_amount: code.minimum_amount,
    minimum_amount_currency: code.minimum_amount_currency,
  },
  times_redeemed: code.times_redeemed,
})

export const discountBody = (discount: Discount): Wire => ({
  id: discount.id,
  object: 'discount',
  checkout_session: null,
  customer: discount.customer,
  customer_account: null,
  end: discount.end,
  invoice: discount.invoice,
  invoice_item: discount.invoice_item,
  promotion_code: discount.promotion_code,
  source: { coupon: discount.coupon, type: 'coupon' },
  start: discount.start,
  subscription: discount.subscription,
  subscription_item: discount.subscription_item,
})

/** What is deleted has no end: the types of stripe 23.1. */
export function deletedDiscountBody(discount: Discount): Wire {
  const { end: _, ...body } = discountBody(discount)
  return { ...body, deleted: true }
}

/** https://docs.stripe.com/api/coupons/object (2026-11-26): what can still be redeemed. */
const isValid = ({ max_redemptions, times_redeemed, redeem_by }: Coupon, nowS: number): boolean =>
  (max_redemptions === null || times_redeemed < max_redemptions) && (redeem_by === null || redeem_by > nowS)

export type DiscountWish = {
  readonly coupon?: string | undefined
  readonly promotion_code?: string | undefined
  readonly discount?: string | undefined
}
/** `discounts`; '' takes all of them away. */
export const discountsField = (): Field<readonly DiscountWish[] | ''> =>
  emptyable(list(object({ coupon: string(), promotion_code: string(), discount: string() })))

type Owner = Pick<Discount, 'customer'> &
  Partial<Pick<Discount, 'invoice' | 'invoice_item' | 'subscription' | 'subscription_item'>>

/** Redeems what `wishes` name, for `owner`; a discount that is there already is kept. Gives the ids. */
export function redeem(account: Account, wishes: readonly DiscountWish[] | '', owner: Owner): readonly string[] {
  if (wishes === '') return []
  return wishes.map((wish, at) => {
    const { state } = account
    if (wish.discount !== undefined) {
      if (state.discounts.get(wish.discount) === undefined)
        throw missing('discount', wish.discount, `discounts[${at}][discount]`)
      return wish.discount
    }
    const code = wish.promotion_code === undefined ? undefined : state.promotion_codes.get(wish.promotion_code)
    if (wish.promotion_code !== undefined && code === undefined)
      throw missing('promotion code', wish.promotion_code, `discounts[${at}][promotion_code]`)
    const name = code?.coupon ?? wish.coupon
    if (name === undefined)
      throw malformed('You must pass one of `coupon`, `discount` or `promotion_code`.', { param: `discounts[${at}]` })
    const coupon = state.coupons.get(name)
    if (coupon === undefined) throw missing('coupon', name, `discounts[${at}][coupon]`)
    const now = account.timeOf(owner.customer)
    if (!isValid(coupon, now) || code?.active === false)
      throw invalid(code === undefined ? `Coupon expired: ${name}` : 'This promotion code is expired.', {
        code: 'coupon_expired',
        param: `discounts[${at}]${code === undefined ? '[coupon]' : '[promotion_code]'}`,
      })
    coupon.times_redeemed += 1
    if (code !== undefined) code.times_redeemed += 1
    const { duration_in_months: months } = coupon
    return state.discounts.add({
      id: account.newId('di_1', 23, state.discounts),
      created: now,
      coupon: coupon.id,
      promotion_code: code?.id ?? null,
      invoice: null,
      invoice_item: null,
      subscription: null,
      subscription_item: null,
      start: now,
      end: months === null ? null : after(now, 'month', months),
      ...owner,
    }).id
  })
}

/** Does `work`, and takes back what it has redeemed. */
export function thoughtOf<T>(account: Account, work: () => T): T {
  const { state } = account
  const before = new Set(state.discounts.all().map(({ id }) => id))
  try {
    return work()
  } finally {
    for (const { id, coupon, promotion_code } of state.discounts.all()) {
      if (before.has(id)) continue
      state.discounts.remove(id)
      const [off, code] = [state.coupons.get(coupon), state.promotion_codes.get(promotion_code ?? '')]
      if (off !== undefined) off.times_redeemed -= 1
      if (code !== undefined) code.times_redeemed -= 1
    }
  }
}

/** Discounts of a subscription that an invoice made now still has; one that is for once is for the first. */
export function liveDiscounts(account: Account, ids: readonly string[], first: boolean): readonly string[] {
  return ids.filter((id) => {
    const { coupon, customer, end } = found(account.state.discounts.get(id), id)
    const { duration } = found(account.state.coupons.get(coupon), coupon)
    return duration === 'once' ? first : end === null || end > account.timeOf(customer)
  })
}

type Part = InvoiceLine['discount_amounts'][number]

/** Works out what the discounts of an invoice and of its lines take off, each after the one before it. */
export function discountLines(account: Account, invoice: Pick<Invoice, 'lines' | 'discounts'>): readonly InvoiceLine[] {
  const left = new Map(invoice.lines.map((line) => [line.id, line.proration ? 0 : Math.max(0, line.amount)]))
  const parts = new Map<string, Part[]>(invoice.lines.map((line) => [line.id, []]))
  const take = (discount: string, all: readonly InvoiceLine[]): void => {
    const lines = all.filter(({ product }) => isFor(account, discount, product))
    const whole = lines.map(({ id }) => left.get(id) ?? 0)
    for (const [at, amount] of sharesOf(account, discount, whole).entries()) {
      const id = lines[at]?.id ?? ''
      if ((whole[at] ?? 0) === 0) continue
      left.set(id, (left.get(id) ?? 0) - amount)
      parts.get(id)?.push({ amount, discount })
    }
  }
  for (const line of invoice.lines) for (const discount of line.discounts) take(discount, [line])
  for (const discount of invoice.discounts) take(discount, invoice.lines)
  return invoice.lines.map((line) => ({ ...line, discount_amounts: parts.get(line.id) ?? [] }))
}

function isFor(account: Account, id: string, product: string): boolean {
  const { coupon } = found(account.state.discounts.get(id), id)
  const { applies_to } = found(account.state.coupons.get(coupon), coupon)
  return applies_to === null || applies_to.includes(product)
}

/** What one discount takes off each amount: a part of each, or one sum shared out, the last cents going to the last. */
function sharesOf(account: Account, id: string, amounts: readonly number[]): readonly number[] {
  const discount = found(account.state.discounts.get(id), id)
  const { percent_off, amount_off } = found(account.state.coupons.get(discount.coupon), discount.coupon)
  if (percent_off !== null) return amounts.map((amount) => Math.round((amount * percent_off) / 100))
  const sum = amounts.reduce((total, amount) => total + amount, 0)
  const off = Math.min(sum, amount_off ?? 0)
  let given = 0
  let seen = 0
  return amounts.map((amount) => {
    seen += amount
    const until = sum === 0 ? 0 : Math.floor((off * seen) / sum)
    const share = until - given
    given = until
    return share
  })
}

/** What discounts take off in all, each once. */
export function totalDiscounts(
  lines: readonly Pick<InvoiceLine, 'discount_amounts'>[],
): readonly { amount: number; discount: string }[] {
  const sums = new Map<string, number>()
  for (const { amount, discount } of lines.flatMap((line) => line.discount_amounts))
    sums.set(discount, (sums.get(discount) ?? 0) + amount)
  return [...sums].map(([discount, amount]) => ({ amount, discount }))
}

/** The same amounts as credits before tax: those of stripe 23.1. */
export const pretaxCredits = (parts: readonly Part[]): Json =>
  parts.map(({ amount, discount }) => ({ amount, discount, type: 'discount' }))
