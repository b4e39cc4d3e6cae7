import type { Json } from '../../trace.ts'
import { type Account, found } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { PaymentLink } from '../billing-state.ts'
import { checkoutLineBody } from '../checkout-wire.ts'
import { currency } from '../currencies.ts'
import { malformed, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { loudly } from '../gaps.ts'
import { LIST_SPEC, PAGE_SPEC, page } from '../lists.ts'
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
  required,
  type Spec,
  string,
  url,
} from '../params.ts'
import { paymentLinkBody } from '../payment-links.ts'
import { lineOf, priceData } from './checkout.ts'

const PAGE = 'what a hosted page may ask for beyond the payment'
const CONNECT = 'Connect'

const completion = (): Field<Json> => {
  const spec = object({
    type: required(choice('hosted_confirmation', 'redirect')),
    hosted_confirmation: object({ custom_message: string(500) }),
    redirect: object({ url: required(url()) }),
  })
  return {
    needed: false,
    read(raw, path) {
      const { type, hosted_confirmation, redirect } = spec.read(raw, path)
      if (type === 'hosted_confirmation')
        return { hosted_confirmation: { custom_message: hosted_confirmation?.custom_message ?? null }, type }
      if (redirect === undefined)
        throw malformed(`Missing required param: ${path}[redirect].`, {
          code: 'parameter_missing',
          param: `${path}[redirect]`,
        })
      return { redirect: { url: redirect.url }, type }
    },
  }
}
const CONFIRMATION: Json = { hosted_confirmation: { custom_message: null }, type: 'hosted_confirmation' }

const shared = {
  after_completion: completion(),
  allow_promotion_codes: flag(),
  customer_creation: choice('always', 'if_required'),
  inactive_message: emptyable(string(500)),
  metadata: metadata(),
  payment_intent_data: object({
    description: string(),
    metadata: metadata(),
    ...loudly(
      'capture_method setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group',
      PAGE,
    ),
  }),
  restrictions: emptyable(object({ completed_sessions: required(object({ limit: required(integer(1)) })) })),
  submit_type: choice('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: object({
    description: string(),
    metadata: metadata(),
    trial_period_days: emptyable(integer(1)),
    ...loudly('invoice_settings trial_settings', PAGE),
  }),
  ...loudly(
    'automatic_tax billing_address_collection consent_collection custom_fields custom_text invoice_creation managed_payments name_collection optional_items payment_method_collection payment_method_options payment_method_types phone_number_collection shipping_address_collection shipping_options tax_id_collection',
    PAGE,
  ),
  ...loudly('application_fee_amount application_fee_percent on_behalf_of transfer_data', CONNECT),
} satisfies Spec

function apply(link: PaymentLink, params: Parsed<typeof shared>): void {
  link.after_completion = params.after_completion ?? link.after_completion
  link.allow_promotion_codes = params.allow_promotion_codes ?? link.allow_promotion_codes
  link.customer_creation = params.customer_creation ?? link.customer_creation
  if (params.inactive_message !== undefined) link.inactive_message = params.inactive_message || null
  link.metadata = mergeMetadata(link.metadata, params.metadata)
  if (params.restrictions !== undefined)
    link.limit = params.restrictions === '' ? null : params.restrictions.completed_sessions.limit
  link.submit_type = params.submit_type ?? link.submit_type
  const { description, metadata: told } = params.payment_intent_data ?? params.subscription_data ?? {}
  const days = params.subscription_data?.trial_period_days
  link.data = {
    ...link.data,
    ...(description === undefined ? {} : { description }),
    ...(told === undefined ? {} : { metadata: mergeMetadata(link.data.metadata ?? {}, told) }),
    ...(days === undefined || days === '' ? {} : { trial_period_days: days }),
  }
}

export function addPaymentLinks(account: Account, serve: Serve): void {
  const { state } = account
  const told = (link: PaymentLink) => paymentLinkBody(account, link)
  const linkAt = (id: string): PaymentLink => {
    const link = state.payment_links.get(id)
    if (link === undefined) throw missing('payment_link', id, 'payment_link', 404)
    return link
  }
  serve({
    name: 'payment_links.create',
    route: 'POST /v1/payment_links',
    spec: {
      ...shared,
      currency: currency(),
      line_items: required(
        list(
          object({
            price: string(),
            price_data: priceData(),
            quantity: required(integer(0)),
            ...loudly('adjustable_quantity', PAGE),
          }),
        ),
      ),
    },
    gives: 'payment_link',
    run(params) {
      const lines = params.line_items.map((item, at) => lineOf(account, item, at))
      const link: PaymentLink = {
        id: account.newId('plink_1', 23, state.payment_links),
        created: account.nowS(),
        active: true,
        after_completion: CONFIRMATION,
        allow_promotion_codes: false,
        currency: lines[0]?.currency ?? 'usd',
        customer_creation: 'if_required',
        data: {},
        inactive_message: null,
        limit: null,
        lines,
        metadata: {},
        submit_type: 'auto',
      }
      apply(link, params)
      state.payment_links.add(link)
      emit(account, 'payment_link.created', told(link))
      return told(link)
    },
  })
  serve({
    name: 'payment_links.retrieve',
    route: 'GET /v1/payment_links/:id',
    spec: {},
    gives: 'payment_link',
    run: (_, at) => told(linkAt(at('id'))),
  })
  serve({
    name: 'payment_links.update',
    route: 'POST /v1/payment_links/:id',
    spec: { ...shared, active: flag(), ...loudly('line_items', PAGE) },
    gives: 'payment_link',
    run(params, at) {
      const link = linkAt(at('id'))
      const before = told(link)
      link.active = params.active ?? link.active
      apply(link, params)
      emit(account, 'payment_link.updated', told(link), before)
      return told(link)
    },
  })
  serve({
    name: 'payment_links.list',
    route: 'GET /v1/payment_links',
    spec: { ...LIST_SPEC, active: flag() },
    gives: 'payment_link',
    list: true,
    run(params) {
      const rows = state.payment_links
        .all()
        .filter(({ active }) => params.active === undefined || active === params.active)
      return page('/v1/payment_links', 'payment_link', rows, params, told)
    },
  })
  serve({
    name: 'payment_links.list_line_items',
    route: 'GET /v1/payment_links/:id/line_items',
    spec: PAGE_SPEC,
    gives: 'item',
    list: true,
    run(params, at) {
      const link = linkAt(at('id'))
      const rows = link.lines.map((line) => ({ ...line, created: link.created })).reverse()
      return page(`/v1/payment_links/${link.id}/line_items`, 'line item', rows, params, (line) =>
        checkoutLineBody(line, found(state.prices.get(line.price), line.price)),
      )
    },
  })
}
