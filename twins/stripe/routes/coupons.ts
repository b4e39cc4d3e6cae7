import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Coupon, PromotionCode } from '../billing-state.ts'
import { productOf } from '../catalog.ts'
import { couponBody, promotionCodeBody } from '../coupons.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { loudly } from '../gaps.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { choice, flag, integer, list, mergeMetadata, metadata, object, percent, required, string } from '../params.ts'
import { deletedBody } from '../wire.ts'
import { customerOf } from './customers.ts'

const PARTS = 'coupons in several currencies'

/** The products a coupon is good for, null for all. Throws on one that is not there. */
function productsIn(account: Account, ids: readonly string[] | undefined): readonly string[] | null {
  for (const [at, id] of (ids ?? []).entries()) productOf(account, id, `applies_to[products][${at}]`, 400)
  return ids ?? null
}

export function addCoupons(account: Account, serve: Serve): void {
  const { state } = account
  const told = (coupon: Coupon) => couponBody(coupon, account.nowS())
  const couponAt = (id: string): Coupon => {
    const coupon = state.coupons.get(id)
    if (coupon === undefined) throw missing('coupon', id, 'coupon', 404)
    return coupon
  }
  serve({
    name: 'coupons.create',
    route: 'POST /v1/coupons',
    spec: {
      amount_off: integer(1),
      currency: currency(),
      duration: choice('forever', 'once', 'repeating'),
      duration_in_months: integer(1),
      id: string(),
      max_redemptions: integer(1),
      metadata: metadata(),
      name: string(40),
      percent_off: percent('percent_off'),
      redeem_by: integer(),
      applies_to: object({ products: list(string()) }),
      ...loudly('currency_options', PARTS),
    },
    gives: 'coupon',
    run(params) {
      const { amount_off, percent_off, duration = 'once', id } = params
      if ((amount_off === undefined) === (percent_off === undefined))
        throw malformed('Must provide one of percent_off or amount_off.', { code: 'parameter_missing' })
      if (amount_off !== undefined && params.currency === undefined)
        throw malformed('You must pass currency when passing amount_off.', {
          code: 'parameter_missing',
          param: 'currency',
        })
      if (duration === 'repeating' && params.duration_in_months === undefined)
        throw malformed('You must pass duration_in_months when passing duration=repeating.', {
          code: 'parameter_missing',
          param: 'duration_in_months',
        })
      if (id !== undefined && state.coupons.get(id) !== undefined)
        throw invalid('Coupon already exists.', { code: 'resource_already_exists', param: 'id' })
      const coupon = state.coupons.add({
        id: id ?? account.newId('', 8, state.coupons),
        created: account.nowS(),
        amount_off: amount_off ?? null,
        currency: amount_off === undefined ? null : (params.currency ?? null),
        duration,
        duration_in_months: duration === 'repeating' ? (params.duration_in_months ?? null) : null,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata({}, params.metadata),
        name: params.name ?? null,
        percent_off: percent_off ?? null,
        redeem_by: params.redeem_by ?? null,
        applies_to: productsIn(account, params.applies_to?.products),
        times_redeemed: 0,
      })
      emit(account, 'coupon.created', told(coupon))
      return told(coupon)
    },
  })
  serve({
    name: 'coupons.retrieve',
    route: 'GET /v1/coupons/:id',
    spec: {},
    gives: 'coupon',
    run: (_, at) => told(couponAt(at('id'))),
  })
  serve({
    name: 'coupons.update',
    route: 'POST /v1/coupons/:id',
    spec: { metadata: metadata(), name: string(40), ...loudly('currency_options', PARTS) },
    gives: 'coupon',
    run(params, at) {
      const coupon = couponAt(at('id'))
      const before = told(coupon)
      coupon.metadata = mergeMetadata(coupon.metadata, params.metadata)
      if (params.name !== undefined) coupon.name = params.name
      emit(account, 'coupon.updated', told(coupon), before)
      return told(coupon)
    },
  })
  serve({
    name: 'coupons.delete',
    route: 'DELETE /v1/coupons/:id',
    spec: {},
    gives: 'coupon',
    run(_, at) {
      const coupon = couponAt(at('id'))
      // Whoever has redeemed it keeps the discount: https://docs.stripe.com/api/coupons/delete (2026-11-26).
      if (state.discounts.all().some((one) => one.coupon === coupon.id)) coupon.max_redemptions = coupon.times_redeemed
      else state.coupons.remove(coupon.id)
      emit(account, 'coupon.deleted', told(coupon))
      return deletedBody('coupon', coupon.id)
    },
  })
  serve({
    name: 'coupons.list',
    route: 'GET /v1/coupons',
    spec: LIST_SPEC,
    gives: 'coupon',
    list: true,
    run: (params) => page('/v1/coupons', 'coupon', state.coupons.all(), params, told),
  })
}

export function addPromotionCodes(account: Account, serve: Serve): void {
  const { state } = account
  const codeAt = (id: string): PromotionCode => {
    const code = state.promotion_codes.get(id)
    if (code === undefined) throw missing('promotion code', id, 'promotion_code', 404)
    return code
  }
  serve({
    name: 'promotion_codes.create',
    route: 'POST /v1/promotion_codes',
    spec: {
      active: flag(),
      code: string(500),
      // Its place before 2025-09-30: https://docs.stripe.com/changelog/clover (2026-11-26).
      coupon: string(),
      customer: string(),
      expires_at: integer(),
      max_redemptions: integer(1),
      metadata: metadata(),
      promotion: object({ coupon: string(), type: required(choice('coupon')) }),
      restrictions: object({
        first_time_transaction: flag(),
        minimum_amount: integer(1),
        minimum_amount_currency: currency(),
        ...loudly('currency_options', PARTS),
      }),
      ...loudly('customer_account', 'Connect'),
    },
    gives: 'promotion_code',
    run(params) {
      const name = params.promotion?.coupon ?? params.coupon
      if (name === undefined)
        throw malformed('Missing required param: promotion.', { code: 'parameter_missing', param: 'promotion' })
      const coupon = state.coupons.get(name)
      if (coupon === undefined) throw missing('coupon', name, 'promotion[coupon]')
      if (params.customer !== undefined) customerOf(account, params.customer, 'customer', 400)
      const text = params.code ?? account.world.draw('promotion code').text(8).toUpperCase()
      if (state.promotion_codes.all().some((one) => one.active && one.code.toLowerCase() === text.toLowerCase()))
        throw invalid(`An active promotion code with \`code: ${text}\` already exists.`, {
          code: 'resource_already_exists',
          param: 'code',
        })
      const { first_time_transaction = false, minimum_amount, minimum_amount_currency } = params.restrictions ?? {}
      const code = state.promotion_codes.add({
        id: account.newId('promo_1', 23, state.promotion_codes),
        created: account.nowS(),
        active: params.active ?? true,
        code: text,
        coupon: coupon.id,
        customer: params.customer ?? null,
        expires_at: params.expires_at ?? null,
        first_time_transaction,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata({}, params.metadata),
        minimum_amount: minimum_amount ?? null,
        minimum_amount_currency: minimum_amount_currency ?? null,
        times_redeemed: 0,
      })
      emit(account, 'promotion_code.created', promotionCodeBody(code))
      return promotionCodeBody(code)
    },
  })
  serve({
    name: 'promotion_codes.retrieve',
    route: 'GET /v1/promotion_codes/:id',
    spec: {},
    gives: 'promotion_code',
    run: (_, at) => promotionCodeBody(codeAt(at('id'))),
  })
  serve({
    name: 'promotion_codes.update',
    route: 'POST /v1/promotion_codes/:id',
    spec: { active: flag(), metadata: metadata(), ...loudly('restrictions', PARTS) },
    gives: 'promotion_code',
    run(params, at) {
      const code = codeAt(at('id'))
      const before = promotionCodeBody(code)
      if (params.active !== undefined) code.active = params.active
      code.metadata = mergeMetadata(code.metadata, params.metadata)
      emit(account, 'promotion_code.updated', promotionCodeBody(code), before)
      return promotionCodeBody(code)
    },
  })
  serve({
    name: 'promotion_codes.list',
    route: 'GET /v1/promotion_codes',
    spec: {
      ...LIST_SPEC,
      active: flag(),
      code: string(),
      coupon: string(),
      customer: string(),
      ...loudly('customer_account', 'Connect'),
    },
    gives: 'promotion_code',
    list: true,
    run(params) {
      const wanted = state.promotion_codes
        .all()
        .filter((one) => params.active === undefined || one.active === params.active)
        .filter((one) => params.code === undefined || one.code.toLowerCase() === params.code.toLowerCase())
        .filter((one) => params.coupon === undefined || one.coupon === params.coupon)
        .filter((one) => params.customer === undefined || one.customer === params.customer)
      return page('/v1/promotion_codes', 'promotion code', wanted, params, promotionCodeBody)
    },
  })
}
