import type { Account } from './account.ts'
import type { Meter, MeterEvent } from './billing-state.ts'
import type { Wire } from './wire.ts'

// Usage: https://docs.stripe.com/billing/subscriptions/usage-based (2026-11-26).

/** `Billing.Meter` of stripe 23.1. */
export const meterBody = (meter: Meter): Wire => ({
  id: meter.id,
  object: 'billing.meter',
  created: meter.created,
  customer_mapping: { event_payload_key: meter.customer_key, type: 'by_id' },
  default_aggregation: { formula: meter.formula },
  display_name: meter.display_name,
  event_name: meter.event_name,
  event_time_window: meter.event_time_window,
  livemode: false,
  status: meter.status,
  status_transitions: { deactivated_at: meter.deactivated_at },
  updated: meter.updated,
  value_settings: { event_payload_key: meter.value_key },
})

export const meterEventBody = (event: MeterEvent): Wire => ({
  object: 'billing.meter_event',
  created: event.created,
  event_name: event.event_name,
  identifier: event.id,
  livemode: false,
  payload: event.payload,
  timestamp: event.timestamp,
})

/** What a customer has used by a meter from one moment until before another. */
export function usageOf(account: Account, meter: Meter, customer: string, fromS: number, untilS: number): number {
  const values = account.state.meter_events
    .all()
    .filter(({ event_name, timestamp }) => event_name === meter.event_name && timestamp >= fromS && timestamp < untilS)
    .filter(({ payload }) => payload[meter.customer_key] === customer)
    .toSorted((a, b) => a.timestamp - b.timestamp)
    .map(({ payload }) => Number(payload[meter.value_key] ?? 0))
  switch (meter.formula) {
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0)
    case 'count':
      return values.length
    default:
      return values.at(-1) ?? 0
  }
}
