import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Phase, Schedule } from '../billing-state.ts'
import { after, priceOf } from '../catalog.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing } from '../errors.ts'
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
  object,
  type Parsed,
  type Raw,
  required,
  type Spec,
  string,
} from '../params.ts'
import { begin, call, letGo, rephase, scheduleBody, tellSchedule, watchSchedule } from '../schedules.ts'
import { checkRates, noAutomaticTax, taxRatesField } from '../taxes.ts'
import { customerOf } from './customers.ts'

const CYCLES = 'billing cycles set by hand and pending updates'
const TAX = 'tax and other parts of billing'
const CONNECT = 'Connect'

const moment = (): Field<number | 'now'> => ({
  needed: false,
  read: (raw: Raw, path: string) => (raw === 'now' ? 'now' : integer(0).read(raw, path)),
})

const phaseSpec = {
  automatic_tax: noAutomaticTax(),
  currency: currency(),
  default_payment_method: string(),
  default_tax_rates: taxRatesField(),
  description: emptyable(string(500)),
  duration: object({ interval: required(choice('day', 'month', 'week', 'year')), interval_count: integer(1) }),
  end_date: moment(),
  items: required(
    list(
      object({
        metadata: metadata(),
        plan: string(),
        price: string(),
        quantity: integer(0),
        tax_rates: taxRatesField(),
        ...loudly('billing_thresholds price_data', TAX),
        ...loudly('discounts', 'discounts in phases, previews and things billed once'),
      }),
    ),
  ),
  metadata: metadata(),
  proration_behavior: choice('always_invoice', 'create_prorations', 'none'),
  start_date: moment(),
  trial: flag(),
  trial_end: moment(),
  ...loudly('add_invoice_items billing_thresholds collection_method discounts invoice_settings', TAX),
  ...loudly('billing_cycle_anchor', CYCLES),
  ...loudly('application_fee_percent on_behalf_of transfer_data', CONNECT),
} satisfies Spec

const shared = {
  default_settings: object({
    automatic_tax: noAutomaticTax(),
    default_payment_method: emptyable(string()),
    ...loudly('billing_thresholds collection_method description invoice_settings', TAX),
    ...loudly('billing_cycle_anchor', CYCLES),
    ...loudly('application_fee_percent on_behalf_of transfer_data', CONNECT),
  }),
  end_behavior: choice('cancel', 'release'),
  metadata: metadata(),
  ...loudly('pause_schedules', CYCLES),
} satisfies Spec

/** Phases as they follow each other from `startS`. */
function phasesOf(
  account: Account,
  wishes: readonly Parsed<typeof phaseSpec>[],
  startS: number,
  nowS: number,
): readonly Phase[] {
  let at = startS
  return wishes.map((wish, nth): Phase => {
    const param = `phases[${nth}]`
    if (nth > 0 && (wish.trial === true || wish.trial_end !== undefined)) throw gap(CYCLES)
    const items = wish.items.map((item, place) => {
      const id = item.price ?? item.plan
      if (id === undefined)
        throw malformed(`Missing required param: ${param}[items][${place}][price].`, {
          code: 'parameter_missing',
          param: `${param}[items][${place}][price]`,
        })
      priceOf(account, id, `${param}[items][${place}][price]`)
      checkRates(account, item.tax_rates, `${param}[items][${place}][tax_rates]`)
      const { quantity = 1, tax_rates = [] } = item
      return { metadata: mergeMetadata({}, item.metadata), price: id, quantity, tax_rates }
    })
    checkRates(account, wish.default_tax_rates, `${param}[default_tax_rates]`)
    const price = account.state.prices.get(items[0]?.price ?? '')
    const given = wish.start_date
    const start = nth === 0 && typeof given === 'number' ? given : at
    if (nth > 0 && typeof given === 'number' && given !== at)
      throw invalid('The start date of a phase must be the end date of the one before it.', {
        param: `${param}[start_date]`,
      })
    // Assumed: a phase without an end lasts one period of its first price.
    const { interval = 'month', interval_count = 1 } = wish.duration ?? price?.recurring ?? {}
    const end = wish.end_date === 'now' ? nowS : (wish.end_date ?? after(start, interval, interval_count))
    if (end <= start)
      throw invalid('The end date of a phase must be after its start date.', { param: `${param}[end_date]` })
    at = end
    return {
      currency: wish.currency ?? price?.currency ?? 'usd',
      default_payment_method: wish.default_payment_method ?? null,
      default_tax_rates: wish.default_tax_rates ?? [],
      description: wish.description || null,
      end_date: end,
      items,
      metadata: mergeMetadata({}, wish.metadata),
      proration_behavior: wish.proration_behavior ?? 'create_prorations',
      start_date: start,
      trial_end: wish.trial === true ? end : typeof wish.trial_end === 'number' ? wish.trial_end : null,
    }
  })
}

export function addSchedules(account: Account, serve: Serve): void {
  const { state } = account
  const told = (schedule: Schedule) => scheduleBody(account, schedule)
  const scheduleAt = (id: string): Schedule => {
    const schedule = state.schedules.get(id)
    if (schedule === undefined) throw missing('subscription schedule', id, 'schedule', 404)
    return schedule
  }
  const blank = (wish: Pick<Schedule, 'customer' | 'phases'> & Partial<Schedule>): Schedule => ({
    id: account.newId('sub_sched_1', 23, state.schedules),
    at: 0,
    canceled_at: null,
    completed_at: null,
    created: account.timeOf(wish.customer),
    default_payment_method: null,
    end_behavior: 'release',
    metadata: {},
    released_at: null,
    released_subscription: null,
    status: 'not_started',
    subscription: null,
    ...wish,
  })
  /** A schedule that begins with what a subscription is now. */
  const taken = (id: string, params: Partial<Schedule>): Schedule => {
    const subscription = state.subscriptions.get(id)
    if (subscription === undefined) throw missing('subscription', id, 'from_subscription')
    if (subscription.schedule !== null)
      throw invalid(
        `You cannot migrate a subscription that is already attached to a schedule: ${subscription.schedule}.`,
      )
    const schedule = state.schedules.add(
      blank({
        ...params,
        customer: subscription.customer,
        status: 'active',
        subscription: id,
        phases: [
          {
            currency: subscription.currency,
            default_payment_method: subscription.default_payment_method,
            default_tax_rates: subscription.default_tax_rates,
            description: subscription.description,
            end_date: subscription.current_period_end,
            items: subscription.items.map(({ price, quantity, tax_rates }) => ({
              metadata: {},
              price,
              quantity,
              tax_rates,
            })),
            metadata: {},
            proration_behavior: 'create_prorations',
            start_date: subscription.current_period_start,
            trial_end: subscription.trial_end,
          },
        ],
      }),
    )
    subscription.schedule = schedule.id
    return schedule
  }
  serve({
    name: 'subscription_schedules.create',
    route: 'POST /v1/subscription_schedules',
    spec: {
      ...shared,
      customer: string(),
      from_subscription: string(),
      phases: list(object(phaseSpec)),
      start_date: moment(),
      ...loudly('billing_mode', CYCLES),
      ...loudly('customer_account', CONNECT),
    },
    gives: 'subscription_schedule',
    run(params) {
      const more = {
        end_behavior: params.end_behavior ?? 'release',
        metadata: mergeMetadata({}, params.metadata),
        default_payment_method: params.default_settings?.default_payment_method || null,
      } as const
      if (params.from_subscription !== undefined) {
        if (params.phases !== undefined || params.customer !== undefined)
          throw malformed(
            'You cannot pass `customer` or `phases` when `from_subscription` is set: pass them in an update.',
            { code: 'parameters_exclusive', param: 'from_subscription' },
          )
        const schedule = taken(params.from_subscription, more)
        tellSchedule(account, 'created', schedule)
        watchSchedule(account, schedule)
        return told(schedule)
      }
      if (params.customer === undefined)
        throw malformed('Missing required param: customer.', { code: 'parameter_missing', param: 'customer' })
      const customer = customerOf(account, params.customer, 'customer', 400)
      if (params.phases === undefined || params.phases.length === 0)
        throw malformed('Missing required param: phases.', { code: 'parameter_missing', param: 'phases' })
      if (params.start_date === undefined)
        throw malformed('Missing required param: start_date.', { code: 'parameter_missing', param: 'start_date' })
      const now = account.timeOf(customer.id)
      const startS = params.start_date === 'now' ? now : params.start_date
      const phases = phasesOf(account, params.phases, startS, now)
      const schedule = state.schedules.add(blank({ ...more, customer: customer.id, phases }))
      tellSchedule(account, 'created', schedule)
      if (startS <= now) begin(account, schedule)
      else watchSchedule(account, schedule)
      return told(schedule)
    },
  })
  serve({
    name: 'subscription_schedules.retrieve',
    route: 'GET /v1/subscription_schedules/:id',
    spec: {},
    gives: 'subscription_schedule',
    run: (_, at) => told(scheduleAt(at('id'))),
  })
  serve({
    name: 'subscription_schedules.update',
    route: 'POST /v1/subscription_schedules/:id',
    spec: {
      ...shared,
      phases: list(object(phaseSpec)),
      proration_behavior: choice('always_invoice', 'create_prorations', 'none'),
    },
    gives: 'subscription_schedule',
    run(params, at) {
      const schedule = scheduleAt(at('id'))
      const before = told(schedule)
      if (params.phases !== undefined) {
        const [first] = schedule.phases
        const now = account.timeOf(schedule.customer)
        const phases = phasesOf(account, params.phases, first?.start_date ?? now, now)
        const proration = params.proration_behavior
        rephase(
          account,
          schedule,
          proration === undefined ? phases : phases.map((phase) => ({ ...phase, proration_behavior: proration })),
        )
      }
      schedule.end_behavior = params.end_behavior ?? schedule.end_behavior
      schedule.metadata = mergeMetadata(schedule.metadata, params.metadata)
      const method = params.default_settings?.default_payment_method
      if (method !== undefined) schedule.default_payment_method = method || null
      tellSchedule(account, 'updated', schedule, before)
      return told(schedule)
    },
  })
  serve({
    name: 'subscription_schedules.cancel',
    route: 'POST /v1/subscription_schedules/:id/cancel',
    spec: { invoice_now: flag(), prorate: flag() },
    gives: 'subscription_schedule',
    run(params, at) {
      const schedule = scheduleAt(at('id'))
      call(account, schedule, { invoiceNow: params.invoice_now, prorate: params.prorate })
      return told(schedule)
    },
  })
  serve({
    name: 'subscription_schedules.release',
    route: 'POST /v1/subscription_schedules/:id/release',
    spec: { preserve_cancel_date: flag() },
    gives: 'subscription_schedule',
    run(_, at) {
      const schedule = scheduleAt(at('id'))
      letGo(account, schedule)
      return told(schedule)
    },
  })
  serve({
    name: 'subscription_schedules.list',
    route: 'GET /v1/subscription_schedules',
    spec: {
      ...LIST_SPEC,
      customer: string(),
      scheduled: flag(),
      ...loudly('canceled_at completed_at released_at', CYCLES),
      ...loudly('customer_account', CONNECT),
    },
    gives: 'subscription_schedule',
    list: true,
    run(params) {
      const rows = state.schedules
        .all()
        .filter(({ customer }) => params.customer === undefined || customer === params.customer)
        .filter(({ status }) => params.scheduled !== true || status === 'not_started')
      return page('/v1/subscription_schedules', 'subscription schedule', rows, params, told)
    },
  })
}
