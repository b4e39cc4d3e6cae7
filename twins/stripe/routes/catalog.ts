import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Price, Product, Tier } from '../billing-state.ts'
import { priceBody, productBody } from '../billing-wire.ts'
import { newProduct, priceOf, productOf } from '../catalog.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { gap, loudly } from '../gaps.ts'
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
  type Needed,
  object,
  type Parsed,
  type Raw,
  required,
  type Spec,
  string,
  url,
} from '../params.ts'
import type { Metadata } from '../state.ts'
import { deletedBody } from '../wire.ts'

const OTHER_PRICES = 'prices other than so much for each'
const OTHER_PRODUCTS = 'goods, tax codes and marketing features of products'

const productSpec = {
  active: flag(),
  description: emptyable(string()),
  images: list(string()),
  metadata: metadata(),
  shippable: flag(),
  statement_descriptor: string(22),
  unit_label: emptyable(string()),
  url: emptyable(url()),
  ...loudly('marketing_features package_dimensions tax_code tax_details', OTHER_PRODUCTS),
} satisfies Spec

type RecurringParams = {
  readonly interval: 'day' | 'week' | 'month' | 'year'
  readonly interval_count?: number | undefined
  readonly trial_period_days?: number | undefined
  readonly usage_type?: 'licensed' | 'metered' | undefined
  readonly meter?: string | undefined
}
const recurring = (): Field<RecurringParams> =>
  object({
    interval: required(choice('day', 'week', 'month', 'year')),
    interval_count: integer(1, 1095),
    trial_period_days: integer(0),
    usage_type: choice('licensed', 'metered'),
    meter: string(),
  })

/** An amount that the payer chooses: https://docs.stripe.com/api/prices/create (2026-11-26). */
const chosen = () => object({ enabled: required(flag()), maximum: integer(0), minimum: integer(0), preset: integer(0) })

/** Where a tier ends; the last one does not. */
const end = (): Needed<number | 'inf'> => ({
  needed: true,
  read: (raw: Raw, path: string) => (raw === 'inf' ? 'inf' : integer(1).read(raw, path)),
})
const tierSpec = { up_to: end(), flat_amount: integer(0), unit_amount: integer(0) }

const priceDataSpec = {
  currency: required(currency()),
  recurring: recurring(),
  tax_behavior: choice('exclusive', 'inclusive', 'unspecified'),
  unit_amount: integer(0),
  custom_unit_amount: chosen(),
  ...loudly('currency_options unit_amount_decimal', OTHER_PRICES),
} satisfies Spec

const pricing = {
  active: flag(),
  lookup_key: emptyable(string(200)),
  metadata: metadata(),
  nickname: emptyable(string()),
  tax_behavior: choice('exclusive', 'inclusive', 'unspecified'),
  transfer_lookup_key: flag(),
  ...loudly('currency_options', OTHER_PRICES),
} satisfies Spec

function applyProduct(
  product: Product,
  params: Parsed<typeof productSpec> & { readonly name?: string | undefined },
  nowS: number,
): void {
  product.metadata = mergeMetadata(product.metadata, params.metadata)
  if (params.name !== undefined) product.name = params.name
  if (params.active !== undefined) product.active = params.active
  if (params.description !== undefined) product.description = params.description || null
  if (params.images !== undefined) product.images = params.images
  if (params.shippable !== undefined) product.shippable = params.shippable
  if (params.statement_descriptor !== undefined) product.statement_descriptor = params.statement_descriptor
  if (params.unit_label !== undefined) product.unit_label = params.unit_label || null
  if (params.url !== undefined) product.url = params.url || null
  product.updated = nowS
}

type TierParams = {
  readonly up_to: number | 'inf'
  readonly flat_amount?: number | undefined
  readonly unit_amount?: number | undefined
}
type ChosenParams = {
  readonly enabled: boolean
  readonly maximum?: number | undefined
  readonly minimum?: number | undefined
  readonly preset?: number | undefined
}

/** What a price is made of, however it was asked for. */
export type PriceParams = {
  readonly currency: string
  readonly unit_amount?: number | undefined
  readonly custom_unit_amount?: ChosenParams | undefined
  readonly billing_scheme?: 'per_unit' | 'tiered' | undefined
  readonly tiers?: readonly TierParams[] | undefined
  readonly tiers_mode?: 'graduated' | 'volume' | undefined
  readonly transform_quantity?: Price['transform_quantity'] | undefined
  readonly recurring?: RecurringParams | undefined
  readonly tax_behavior?: 'exclusive' | 'inclusive' | 'unspecified' | undefined
  readonly active?: boolean | undefined
  readonly lookup_key?: string | undefined
  readonly transfer_lookup_key?: boolean | undefined
  readonly nickname?: string | undefined
  readonly metadata?: Metadata | '' | undefined
}

/** A new price of `product`. Throws when it names no amount. */
export function newPrice(account: Account, product: string, params: PriceParams): Price {
  const { state } = account
  const amounts = amountsIn(params)
  const taken = params.lookup_key ? state.prices.all().find((one) => one.lookup_key === params.lookup_key) : undefined
  if (taken !== undefined && params.transfer_lookup_key !== true) {
    throw invalid(`A price (\`${taken.id}\`) already uses that lookup key.`, { param: 'lookup_key' })
  }
  if (taken !== undefined) taken.lookup_key = null
  const { interval, interval_count = 1, trial_period_days = null } = params.recurring ?? { interval: undefined }
  const meter = meterIn(account, params.recurring)
  return state.prices.add({
    id: account.newId('price_1', 23, state.prices),
    created: account.nowS(),
    currency: params.currency,
    product,
    recurring: interval === undefined ? null : { interval, interval_count, trial_period_days, meter },
    ...amounts,
    active: params.active ?? true,
    lookup_key: params.lookup_key || null,
    metadata: mergeMetadata({}, params.metadata),
    nickname: params.nickname || null,
    tax_behavior: params.tax_behavior ?? 'unspecified',
  })
}

type Amounts = Pick<Price, 'unit_amount' | 'tiers' | 'tiers_mode' | 'transform_quantity' | 'custom_unit_amount'>

/** How a price counts: so much for each, in packages, by tiers or as the payer likes. Throws when it says none, or two. */
function amountsIn(params: PriceParams): Amounts {
  const { unit_amount, tiers, tiers_mode, transform_quantity = null, custom_unit_amount: chosen } = params
  const none = { unit_amount: null, tiers: null, tiers_mode: null, transform_quantity, custom_unit_amount: null }
  const needs = (param: string): Error =>
    malformed(`Missing required param: ${param}.`, { code: 'parameter_missing', param })
  if (params.billing_scheme === 'tiered') {
    if (tiers === undefined || tiers.length === 0) throw needs('tiers')
    if (tiers_mode === undefined) throw needs('tiers_mode')
    if (unit_amount !== undefined)
      throw malformed('`unit_amount` cannot be used with `billing_scheme=tiered`.', { param: 'unit_amount' })
    if (transform_quantity !== null)
      throw malformed('`transform_quantity` cannot be used with `billing_scheme=tiered`.', {
        param: 'transform_quantity',
      })
    if (params.recurring === undefined) throw gap(OTHER_PRICES)
    return { ...none, tiers: tiers.map((tier, at) => tierIn(tier, at, tiers)), tiers_mode }
  }
  if (tiers !== undefined || tiers_mode !== undefined)
    throw malformed('`tiers` can only be used with `billing_scheme=tiered`.', { param: 'tiers' })
  if (chosen?.enabled === true) {
    const { maximum = null, minimum = null, preset = null } = chosen
    return { ...none, custom_unit_amount: { maximum, minimum, preset } }
  }
  if (unit_amount === undefined) throw needs('unit_amount')
  return { ...none, unit_amount }
}

function tierIn({ up_to, flat_amount, unit_amount }: TierParams, at: number, all: readonly TierParams[]): Tier {
  const param = `tiers[${at}][up_to]`
  const before = all[at - 1]?.up_to ?? 0
  if (flat_amount === undefined && unit_amount === undefined)
    throw malformed(`You must pass either \`flat_amount\` or \`unit_amount\` for \`tiers[${at}]\`.`, {
      param: `tiers[${at}]`,
    })
  if ((at === all.length - 1) !== (up_to === 'inf'))
    throw malformed('The last tier, and no other, must have `up_to` set to `inf`.', { param })
  if (up_to !== 'inf' && up_to <= Number(before))
    throw malformed('Each tier must end after the one before it.', { param })
  return { flat_amount: flat_amount ?? null, unit_amount: unit_amount ?? null, up_to: up_to === 'inf' ? null : up_to }
}

/** The meter of a price for usage: one and the other go together since 2025-03-31. */
function meterIn(account: Account, recurring: RecurringParams | undefined): string | null {
  const { meter, usage_type } = recurring ?? {}
  if (usage_type === 'metered' && meter === undefined)
    throw malformed(
      'You must provide `recurring[meter]` when creating a price with `recurring[usage_type]=metered`. See https://docs.stripe.com/billing/subscriptions/usage-based for more information.',
      { param: 'recurring[meter]' },
    )
  if (meter === undefined) return null
  if (usage_type !== 'metered')
    throw malformed('`recurring[meter]` can only be used with `recurring[usage_type]=metered`.', {
      param: 'recurring[meter]',
    })
  if (account.state.meters.get(meter) === undefined) throw missing('billing meter', meter, 'recurring[meter]')
  return meter
}

export function addCatalog(account: Account, serve: Serve): void {
  const { state } = account
  serve({
    name: 'products.create',
    route: 'POST /v1/products',
    spec: {
      ...productSpec,
      id: string(),
      name: required(string()),
      type: choice('service', 'good'),
      default_price_data: object(priceDataSpec),
    },
    gives: 'product',
    run(params) {
      if (params.id !== undefined && state.products.get(params.id) !== undefined) {
        throw invalid('Product already exists.', { code: 'resource_already_exists', param: 'id' })
      }
      const product = newProduct(account, params.name, params.id ?? account.newId('prod_', 14, state.products))
      applyProduct(product, params, account.nowS())
      state.products.add(product)
      const data = params.default_price_data
      const price = data === undefined ? undefined : newPrice(account, product.id, data)
      if (price !== undefined) product.default_price = price.id
      emit(account, 'product.created', productBody(product))
      if (price !== undefined) emit(account, 'price.created', priceBody(price))
      return productBody(product)
    },
  })
  serve({
    name: 'products.retrieve',
    route: 'GET /v1/products/:id',
    spec: {},
    gives: 'product',
    run: (_, at) => productBody(productOf(account, at('id'), 'id', 404)),
  })
  serve({
    name: 'products.update',
    route: 'POST /v1/products/:id',
    spec: { ...productSpec, name: string(), default_price: emptyable(string()) },
    gives: 'product',
    run(params, at) {
      const product = productOf(account, at('id'), 'id', 404)
      const before = productBody(product)
      if (params.default_price) priceOf(account, params.default_price, 'default_price')
      applyProduct(product, params, account.nowS())
      if (params.default_price !== undefined) product.default_price = params.default_price || null
      emit(account, 'product.updated', productBody(product), before)
      return productBody(product)
    },
  })
  serve({
    name: 'products.delete',
    route: 'DELETE /v1/products/:id',
    spec: {},
    gives: 'product',
    run(_, at) {
      const product = productOf(account, at('id'), 'id', 404)
      if (state.prices.all().some((price) => price.product === product.id)) {
        throw invalid('This product cannot be deleted because it has one or more user-created prices.')
      }
      state.products.remove(product.id)
      emit(account, 'product.deleted', productBody(product))
      return deletedBody('product', product.id)
    },
  })
  serve({
    name: 'products.list',
    route: 'GET /v1/products',
    spec: { ...LIST_SPEC, active: flag(), ids: list(string()), shippable: flag(), type: string(), url: string() },
    gives: 'product',
    list: true,
    run(params) {
      const wanted = state.products
        .all()
        .filter((one) => params.active === undefined || one.active === params.active)
        .filter((one) => params.ids === undefined || params.ids.includes(one.id))
        .filter((one) => params.shippable === undefined || one.shippable === params.shippable)
        .filter((one) => params.url === undefined || one.url === params.url)
      return page('/v1/products', 'product', wanted, params, productBody)
    },
  })
  serve({
    name: 'prices.create',
    route: 'POST /v1/prices',
    spec: {
      ...pricing,
      ...priceDataSpec,
      product: string(),
      product_data: object({
        id: string(),
        active: flag(),
        metadata: metadata(),
        name: required(string()),
        statement_descriptor: string(22),
        unit_label: string(),
        ...loudly('tax_code tax_details', OTHER_PRODUCTS),
      }),
      billing_scheme: choice('per_unit', 'tiered'),
      tiers: list(object({ ...tierSpec, ...loudly('flat_amount_decimal unit_amount_decimal', OTHER_PRICES) })),
      tiers_mode: choice('graduated', 'volume'),
      transform_quantity: object({ divide_by: required(integer(1)), round: required(choice('down', 'up')) }),
    },
    gives: 'price',
    run(params) {
      const data = params.product_data
      if (params.product === undefined && data === undefined) {
        throw malformed('Missing required param: product.', { code: 'parameter_missing', param: 'product' })
      }
      if (params.product !== undefined) productOf(account, params.product, 'product', 400)
      const price = newPrice(account, params.product ?? data?.id ?? account.newId('prod_', 14, state.products), params)
      if (params.product === undefined && data !== undefined) {
        const product = newProduct(account, data.name, price.product)
        applyProduct(product, { ...data, ...NOTHING }, account.nowS())
        state.products.add(product)
        emit(account, 'product.created', productBody(product))
      }
      emit(account, 'price.created', priceBody(price))
      return priceBody(price)
    },
  })
  serve({
    name: 'prices.retrieve',
    route: 'GET /v1/prices/:id',
    spec: {},
    gives: 'price',
    run: (_, at) => priceBody(priceOf(account, at('id'), 'price', 404)),
  })
  serve({
    name: 'prices.update',
    route: 'POST /v1/prices/:id',
    spec: pricing,
    gives: 'price',
    run(params, at) {
      const price = priceOf(account, at('id'), 'price', 404)
      const before = priceBody(price)
      price.metadata = mergeMetadata(price.metadata, params.metadata)
      if (params.active !== undefined) price.active = params.active
      if (params.lookup_key !== undefined) price.lookup_key = params.lookup_key || null
      if (params.nickname !== undefined) price.nickname = params.nickname || null
      if (params.tax_behavior !== undefined) price.tax_behavior = params.tax_behavior
      emit(account, 'price.updated', priceBody(price), before)
      return priceBody(price)
    },
  })
  serve({
    name: 'prices.list',
    route: 'GET /v1/prices',
    spec: {
      ...LIST_SPEC,
      active: flag(),
      currency: string(),
      lookup_keys: list(string()),
      product: string(),
      recurring: object({ interval: string(), meter: string(), usage_type: choice('licensed', 'metered') }),
      type: choice('one_time', 'recurring'),
    },
    gives: 'price',
    list: true,
    run(params) {
      const wanted = state.prices
        .all()
        .filter((one) => params.active === undefined || one.active === params.active)
        .filter((one) => params.currency === undefined || one.currency === params.currency)
        .filter((one) => params.product === undefined || one.product === params.product)
        .filter((one) => params.type === undefined || (one.recurring === null) === (params.type === 'one_time'))
        .filter(
          (one) => params.recurring?.interval === undefined || one.recurring?.interval === params.recurring.interval,
        )
        .filter((one) => params.recurring?.meter === undefined || one.recurring?.meter === params.recurring.meter)
        .filter((one) => {
          const metered = (one.recurring?.meter ?? null) !== null
          return params.recurring?.usage_type === undefined || (params.recurring.usage_type === 'metered') === metered
        })
        .filter((one) => params.lookup_keys === undefined || params.lookup_keys.includes(one.lookup_key ?? ''))
      return page('/v1/prices', 'price', wanted, params, priceBody)
    },
  })
}

const NOTHING = { description: undefined, images: undefined, shippable: undefined, url: undefined } as const
