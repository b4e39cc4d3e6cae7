import type { Json } from '../../trace.ts'
import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { missing } from '../errors.ts'
import { emit } from '../events.ts'
import { gap } from '../gaps.ts'
import { LIST_SPEC, PAGE_SPEC, page } from '../lists.ts'
import {
  address,
  choice,
  email,
  emptyable,
  type Field,
  integer,
  list,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  required,
  type Spec,
  string,
  unmodelled,
} from '../params.ts'
import { attach, checkUsable, resolveMethod } from '../payment-methods.ts'
import type { Address, Customer } from '../state.ts'
import { roomIn } from '../test-clocks.ts'
import { customerBody, deletedBody, paymentMethodBody } from '../wire.ts'

const billing = (): Field<never> => unmodelled(() => gap('tax and other parts of billing'))
const balances = (): Field<never> => unmodelled(() => gap('cash balance and tax ids'))
const sources = (): Field<never> => unmodelled(() => gap('tokens and sources'))

type Shipping = {
  readonly address: Address
  readonly name: string
  readonly phone?: string | undefined
  readonly carrier?: string | undefined
  readonly tracking_number?: string | undefined
}
/** Where the goods go: of payments and charges. */
export const shippingField = (): Field<Shipping> =>
  object({
    address: required(address()),
    name: required(string()),
    phone: emptyable(string()),
    carrier: emptyable(string()),
    tracking_number: emptyable(string()),
  })
export const shippingBody = ({ address, name, phone, carrier, tracking_number }: Shipping): Json => ({
  address,
  carrier: carrier || null,
  name,
  phone: phone || null,
  tracking_number: tracking_number || null,
})

const profile = {
  address: emptyable(address()),
  balance: integer(),
  business_name: emptyable(string(150)),
  cash_balance: balances(),
  description: emptyable(string()),
  email: emptyable(email()),
  individual_name: emptyable(string(150)),
  invoice_prefix: emptyable(string(12)),
  invoice_settings: object({
    custom_fields: billing(),
    default_payment_method: emptyable(string()),
    footer: billing(),
    rendering_options: billing(),
  }),
  metadata: metadata(),
  name: emptyable(string(256)),
  next_invoice_sequence: billing(),
  phone: emptyable(string(20)),
  preferred_locales: list(string()),
  shipping: emptyable(object({ address: required(address()), name: required(string()), phone: emptyable(string()) })),
  source: sources(),
  tax: billing(),
  tax_exempt: emptyable(choice('none', 'exempt', 'reverse')),
  validate: unmodelled(() => gap('validating a customer on save')),
} satisfies Spec

const createSpec = {
  ...profile,
  payment_method: string(),
  tax_id_data: balances(),
  test_clock: string(),
} satisfies Spec
const updateSpec = { ...profile, default_source: sources() } satisfies Spec

/** A customer by id; a deleted one only where `deleted` allows. */
export function customerOf(account: Account, id: string, param: string, status: number): Customer {
  const customer = account.state.customers.get(id)
  if (customer === undefined || customer.deleted) throw missing('customer', id, param, status)
  return customer
}

function apply(account: Account, customer: Customer, params: Parsed<typeof profile>): void {
  // Whatever can be refused comes first: a refused update changes nothing.
  const merged = mergeMetadata(customer.metadata, params.metadata)
  const method = params.invoice_settings?.default_payment_method
  if (method !== undefined && method !== '') {
    const saved = resolveMethod(account, method, 'invoice_settings[default_payment_method]')
    if (saved.customer !== customer.id) {
      checkUsable({ ...saved, use: 'fresh', customer: saved.customer ?? 'nobody' }, customer.id)
    }
  }
  customer.metadata = merged
  if (method !== undefined) customer.default_payment_method = method === '' ? null : method
  for (const name of ['business_name', 'description', 'email', 'individual_name', 'name', 'phone'] as const) {
    const value: string | undefined = params[name]
    if (value !== undefined) customer[name] = value === '' ? null : value
  }
  if (params.address !== undefined) customer.address = params.address === '' ? null : params.address
  if (params.balance !== undefined) customer.balance = params.balance
  if (params.invoice_prefix) customer.invoice_prefix = params.invoice_prefix
  if (params.preferred_locales !== undefined) customer.preferred_locales = params.preferred_locales
  if (params.shipping !== undefined) {
    const { shipping } = params
    customer.shipping =
      shipping === '' ? null : { address: shipping.address, name: shipping.name, phone: shipping.phone || null }
  }
  if (params.tax_exempt !== undefined) customer.tax_exempt = params.tax_exempt || 'none'
}

/** A customer without anything yet, who may live by a test clock. */
export const newCustomer = (account: Account, id?: string, clock: string | null = null): Customer => ({
  id: id ?? account.newId('cus_', 14, account.state.customers),
  created: account.state.test_clocks.get(clock ?? '')?.frozen_time ?? account.nowS(),
  deleted: false,
  address: null,
  balance: 0,
  business_name: null,
  description: null,
  email: null,
  individual_name: null,
  invoice_prefix: account.world.draw('invoice prefix').text(8, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'),
  default_payment_method: null,
  metadata: {},
  name: null,
  next_invoice_sequence: 1,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: clock,
})

export function addCustomers(account: Account, serve: Serve): void {
  const { state } = account
  serve({
    name: 'customers.create',
    route: 'POST /v1/customers',
    spec: createSpec,
    gives: 'customer',
    run(params) {
      const customer = newCustomer(account, undefined, roomIn(account, params.test_clock))
      if (params.payment_method !== undefined) {
        attach(account, resolveMethod(account, params.payment_method, 'payment_method'), customer.id)
      }
      apply(account, customer, params)
      state.customers.add(customer)
      emit(account, 'customer.created', customerBody(customer))
      return customerBody(customer)
    },
  })
  serve({
    name: 'customers.retrieve',
    route: 'GET /v1/customers/:id',
    spec: {},
    gives: 'customer',
    run(_, at) {
      // A deleted customer still reads, with three fields.
      const customer = state.customers.get(at('id'))
      if (customer === undefined) throw missing('customer', at('id'), 'id', 404)
      return customerBody(customer)
    },
  })
  serve({
    name: 'customers.update',
    route: 'POST /v1/customers/:id',
    spec: updateSpec,
    gives: 'customer',
    run(params, at) {
      const customer = customerOf(account, at('id'), 'id', 404)
      const before = customerBody(customer)
      apply(account, customer, params)
      emit(account, 'customer.updated', customerBody(customer), before)
      return customerBody(customer)
    },
  })
  serve({
    name: 'customers.delete',
    route: 'DELETE /v1/customers/:id',
    spec: {},
    gives: 'customer',
    run(_, at) {
      const customer = customerOf(account, at('id'), 'id', 404)
      const last = customerBody(customer)
      customer.deleted = true
      emit(account, 'customer.deleted', last)
      return deletedBody('customer', customer.id)
    },
  })
  serve({
    name: 'customers.list',
    route: 'GET /v1/customers',
    spec: { ...LIST_SPEC, email: string(), test_clock: string() },
    gives: 'customer',
    list: true,
    run(params) {
      const wanted = state.customers
        .all()
        .filter((one) => one.test_clock === (params.test_clock ?? null))
        .filter((one) => !one.deleted && (params.email === undefined || one.email === params.email))
      return page('/v1/customers', 'customer', wanted, params, customerBody)
    },
  })
  serve({
    name: 'customers.list_payment_methods',
    route: 'GET /v1/customers/:id/payment_methods',
    spec: { ...PAGE_SPEC, type: string(), allow_redisplay: choice('always', 'limited', 'unspecified') },
    gives: 'payment_method',
    list: true,
    run(params, at) {
      const customer = customerOf(account, at('id'), 'customer', 404)
      const saved = state.payment_methods
        .all()
        .filter((one) => one.customer === customer.id && (params.type ?? 'card') === 'card')
        .filter((one) => params.allow_redisplay === undefined || one.allow_redisplay === params.allow_redisplay)
      return page(`/v1/customers/${customer.id}/payment_methods`, 'payment_method', saved, params, paymentMethodBody)
    },
  })
  serve({
    name: 'customers.retrieve_payment_method',
    route: 'GET /v1/customers/:id/payment_methods/:method',
    spec: {},
    gives: 'payment_method',
    run(_, at) {
      const customer = customerOf(account, at('id'), 'customer', 404)
      const method = state.payment_methods.get(at('method'))
      if (method?.customer !== customer.id) throw missing('PaymentMethod', at('method'), 'customer', 404)
      return paymentMethodBody(method)
    },
  })
}
