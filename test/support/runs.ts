import { RUN_SCHEMA, type Run } from '../../scenarios/run.ts'
import type { CostLine } from '../../twins/money.ts'
import type { TraceEvent } from '../../twins/trace.ts'

/** `[virtual seconds, type, fields, step]`, the way a test writes an event. */
export type Written = readonly [number, string, TraceEvent['fields']?, string?]

/** A run that says what a test wants it to say. */
export function runOf(events: readonly Written[], more: Partial<Run> = {}): Run {
  const trace = events.map(
    ([s, type, fields = {}, step = 'a'], index): TraceEvent => ({ index, atMs: s * 1000, type, step, fields }),
  )
  return {
    schema: RUN_SCHEMA,
    scenario: 'story',
    seed: '1',
    tier: 'D3',
    startsAtMs: 0,
    endedAtMs: 1_000_000,
    ending: { kind: 'horizon', message: '', atMs: 1_000_000 },
    trace,
    hash: '',
    decisions: {},
    draws: {},
    states: {},
    answers: {},
    causes: {},
    bill: { lines: [], unpriced: [] },
    pending: [],
    escapes: [],
    turns: 0,
    ...more,
  }
}

/** A cost line at a virtual second. */
export const cost = (s: number, amount: string, step = 'a', currency = 'USD'): CostLine => ({
  atMs: s * 1000,
  step,
  key: step,
  twin: 'x',
  sku: 'y',
  quantity: '1',
  amount,
  currency,
})
