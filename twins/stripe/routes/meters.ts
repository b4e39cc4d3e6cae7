import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Meter } from '../billing-state.ts'
import { invalid, malformed, missing, missingParam } from '../errors.ts'
import { emit } from '../events.ts'
import { LIST_SPEC, PAGE_SPEC, page } from '../lists.ts'
import { meterBody, meterEventBody, usageOf } from '../meters.ts'
import { choice, type Field, integer, object, type Raw, required, string } from '../params.ts'
import { opaque } from '../wire.ts'
import { customerOf } from './customers.ts'

const HOUR_S = 3600
const DAY_S = 24 * HOUR_S
/** https://docs.stripe.com/api/billing/meter-event/create (2026-11-26): at most 35 days ago and 5 minutes ahead. */
const WINDOW_S = { past: 35 * DAY_S, future: 300 }
/** Identifiers are unique within at least a day, by the same page. */
const UNIQUE_S = DAY_S

const payload = (): Field<Readonly<Record<string, string>>> => ({
  needed: false,
  read(raw: Raw, path: string) {
    if (typeof raw !== 'object' || Array.isArray(raw)) throw malformed('Invalid object', { param: path })
    const pairs = Object.entries(raw).map(([key, value]): [string, string] => {
      if (typeof value !== 'string') throw malformed('Invalid string', { param: `${path}[${key}]` })
      return [key, value]
    })
    return Object.fromEntries(pairs)
  },
})

export function addMeters(account: Account, serve: Serve): void {
  const { state } = account
  const meterAt = (id: string): Meter => {
    const meter = state.meters.get(id)
    if (meter === undefined) throw missing('billing meter', id, 'id', 404)
    return meter
  }
  serve({
    name: 'billing.meters.create',
    route: 'POST /v1/billing/meters',
    spec: {
      default_aggregation: required(object({ formula: required(choice('count', 'last', 'sum')) })),
      display_name: required(string(250)),
      event_name: required(string(100)),
      customer_mapping: object({ event_payload_key: required(string(100)), type: required(choice('by_id')) }),
      event_time_window: choice('day', 'hour'),
      value_settings: object({ event_payload_key: required(string(100)) }),
    },
    gives: 'billing.meter',
    run(params) {
      const taken = state.meters.all().find((one) => one.event_name === params.event_name && one.status === 'active')
      if (taken !== undefined)
        throw invalid(`An active meter already exists with event_name \`${params.event_name}\`.`, {
          code: 'resource_already_exists',
          param: 'event_name',
        })
      const now = account.nowS()
      const meter = state.meters.add({
        id: account.newId('mtr_test_6', 31, state.meters),
        created: now,
        customer_key: params.customer_mapping?.event_payload_key ?? 'stripe_customer_id',
        deactivated_at: null,
        display_name: params.display_name,
        event_name: params.event_name,
        event_time_window: params.event_time_window ?? null,
        formula: params.default_aggregation.formula,
        status: 'active',
        updated: now,
        value_key: params.value_settings?.event_payload_key ?? 'value',
      })
      emit(account, 'billing.meter.created', meterBody(meter))
      return meterBody(meter)
    },
  })
  serve({
    name: 'billing.meters.retrieve',
    route: 'GET /v1/billing/meters/:id',
    spec: {},
    gives: 'billing.meter',
    run: (_, at) => meterBody(meterAt(at('id'))),
  })
  serve({
    name: 'billing.meters.update',
    route: 'POST /v1/billing/meters/:id',
    spec: { display_name: string(250) },
    gives: 'billing.meter',
    run(params, at) {
      const meter = meterAt(at('id'))
      const before = meterBody(meter)
      meter.display_name = params.display_name ?? meter.display_name
      meter.updated = account.nowS()
      emit(account, 'billing.meter.updated', meterBody(meter), before)
      return meterBody(meter)
    },
  })
  serve({
    name: 'billing.meters.list',
    route: 'GET /v1/billing/meters',
    spec: { ...PAGE_SPEC, status: choice('active', 'inactive') },
    gives: 'billing.meter',
    list: true,
    run(params) {
      const rows = state.meters.all().filter(({ status }) => params.status === undefined || status === params.status)
      return page('/v1/billing/meters', 'billing meter', rows, params, meterBody)
    },
  })
  for (const [verb, status] of [
    ['deactivate', 'inactive'],
    ['reactivate', 'active'],
  ] as const)
    serve({
      name: `billing.meters.${verb}`,
      route: `POST /v1/billing/meters/:id/${verb}`,
      spec: {},
      gives: 'billing.meter',
      run(_, at) {
        const meter = meterAt(at('id'))
        if (meter.status === status) throw invalid(`This meter is already ${status}.`)
        meter.status = status
        meter.updated = account.nowS()
        meter.deactivated_at = status === 'inactive' ? account.nowS() : null
        emit(account, `billing.meter.${verb}d`, meterBody(meter))
        return meterBody(meter)
      },
    })
  addEvents(account, serve)
  addSummaries(account, serve, meterAt)
}

function addEvents(account: Account, serve: Serve): void {
  const { state } = account
  const activeFor = (name: string): Meter => {
    const meter = state.meters.all().find((one) => one.event_name === name && one.status === 'active')
    if (meter === undefined)
      throw invalid(`No active meter found with event_name \`${name}\`.`, { param: 'event_name' })
    return meter
  }
  serve({
    name: 'billing.meter_events.create',
    route: 'POST /v1/billing/meter_events',
    spec: {
      event_name: required(string(100)),
      payload: required(payload()),
      identifier: string(100),
      timestamp: integer(0),
    },
    gives: 'billing.meter_event',
    run(params) {
      const meter = activeFor(params.event_name)
      const now = account.timeOf(params.payload[meter.customer_key] ?? null)
      const at = params.timestamp ?? now
      if (at < now - WINDOW_S.past)
        throw invalid('The timestamp must be within the past 35 calendar days.', { param: 'timestamp' })
      if (at > now + WINDOW_S.future)
        throw invalid('The timestamp must be at most 5 minutes in the future.', { param: 'timestamp' })
      const customer = params.payload[meter.customer_key]
      if (customer === undefined) throw missingParam(`payload[${meter.customer_key}]`)
      if (meter.formula !== 'count' && !/^-?\d+(\.\d+)?$/.test(params.payload[meter.value_key] ?? ''))
        throw invalid(`The value of \`payload[${meter.value_key}]\` must be a number.`, {
          param: `payload[${meter.value_key}]`,
        })
      customerOf(account, customer, `payload[${meter.customer_key}]`, 400)
      const id = params.identifier ?? account.newId('', 26, state.meter_events)
      const before = state.meter_events.get(id)
      if (before !== undefined && now - before.created < UNIQUE_S)
        throw invalid(`An event already exists with identifier ${id}.`, { param: 'identifier' })
      const { event_name } = params
      const event = state.meter_events.add({ id, created: now, event_name, payload: params.payload, timestamp: at })
      return meterEventBody(event)
    },
  })
  serve({
    name: 'billing.meter_event_adjustments.create',
    route: 'POST /v1/billing/meter_event_adjustments',
    spec: {
      event_name: required(string(100)),
      type: required(choice('cancel')),
      cancel: object({ identifier: required(string(100)) }),
    },
    gives: 'billing.meter_event_adjustment',
    run(params) {
      if (params.cancel === undefined) throw missingParam('cancel')
      const { identifier } = params.cancel
      const event = state.meter_events.get(identifier)
      const key = state.meters.all().find(({ event_name }) => event_name === params.event_name)?.customer_key ?? ''
      if (event?.event_name !== params.event_name || account.timeOf(event.payload[key] ?? null) - event.created > DAY_S)
        throw invalid(`No event received in the last 24 hours with identifier ${identifier}.`, {
          param: 'cancel[identifier]',
        })
      state.meter_events.remove(identifier)
      return {
        object: 'billing.meter_event_adjustment',
        cancel: { identifier },
        event_name: params.event_name,
        livemode: false,
        status: 'complete',
        type: 'cancel',
      }
    },
  })
}

function addSummaries(account: Account, serve: Serve, meterAt: (id: string) => Meter): void {
  serve({
    name: 'billing.meters.list_event_summaries',
    route: 'GET /v1/billing/meters/:id/event_summaries',
    spec: {
      ...LIST_SPEC,
      customer: required(string()),
      end_time: required(integer(0)),
      start_time: required(integer(0)),
      value_grouping_window: choice('day', 'hour'),
    },
    gives: 'billing.meter_event_summary',
    list: true,
    run(params, at) {
      const meter = meterAt(at('id'))
      const { start_time: start, end_time: end, value_grouping_window: window } = params
      const customer = customerOf(account, params.customer, 'customer', 400)
      for (const [name, value] of [
        ['start_time', start],
        ['end_time', end],
      ] as const)
        if (value % (window === 'day' ? DAY_S : window === 'hour' ? HOUR_S : 60) !== 0)
          throw invalid(`The ${name} must be aligned with ${window ?? 'minute'} boundaries.`, { param: name })
      const step = window === 'day' ? DAY_S : window === 'hour' ? HOUR_S : Math.max(1, end - start)
      const starts = Array.from({ length: Math.ceil((end - start) / step) }, (_, nth) => start + nth * step)
      const rows = starts.map((from) => ({ id: `mtrusg_test_${opaque(`${meter.id} ${from}`, 24)}`, created: from }))
      return page(`/v1/billing/meters/${meter.id}/event_summaries`, 'event summary', rows, params, (row) => ({
        id: row.id,
        object: 'billing.meter_event_summary',
        aggregated_value: usageOf(account, meter, customer.id, row.created, Math.min(end, row.created + step)),
        end_time: Math.min(end, row.created + step),
        livemode: false,
        meter: meter.id,
        start_time: row.created,
      }))
    },
  })
}
