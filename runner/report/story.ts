import { originOf, type Run } from '../../scenarios/run.ts'
import { toDecimal, toUnits } from '../../twins/money.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { printable } from '../gate/intake.ts'

/** One thing that happened in a run, as a report shows it. Times are virtual milliseconds from the start. */
export type StoryRow = {
  readonly atMs: number
  /** null: it happened at one instant, or never ended. */
  readonly tookMs: number | null
  /** `service` for what comes in and what the program says, else the twin's name. */
  readonly lane: string
  readonly kind: 'request' | 'delivery' | 'call' | 'happening' | 'log' | 'trouble'
  readonly step: string
  readonly text: string
  /** A status, or how it broke off. */
  readonly outcome: string
  readonly fault: string | null
  readonly cost: string | null
  readonly bad: boolean
}

/** A run as a reader follows it: requests with their answers, calls with what became of them. */
export type Story = {
  readonly durationMs: number
  readonly lanes: readonly string[]
  readonly rows: readonly StoryRow[]
  /** Rows that were left out at the end. */
  readonly cut: number
  /** Spent so far, step by step: `[atMs, decimal]`. */
  readonly spent: readonly (readonly [number, string])[]
  readonly currency: string
  readonly hash: string
}

const ROWS_MAX = 300
const TEXT_MAX = 160

export function storyOf(run: Run): Story {
  const { trace, startsAtMs, endedAtMs, bill } = run
  const rows = rowsOf(run)
  let units = 0n
  const spent = bill.lines.map(({ atMs, amount }): readonly [number, string] => {
    units += toUnits(amount)
    return [atMs - startsAtMs, toDecimal(units)]
  })
  const twins = [...new Set(trace.flatMap(({ fields, type }) => (fields.method === undefined ? [] : laneOf(type))))]
  return {
    durationMs: endedAtMs - startsAtMs,
    lanes: ['service', ...twins.filter((lane) => lane !== 'service').toSorted()],
    rows: rows.slice(0, ROWS_MAX),
    cut: Math.max(0, rows.length - ROWS_MAX),
    spent: thinned(spent),
    currency: bill.lines[0]?.currency ?? 'USD',
    hash: run.hash,
  }
}

const laneOf = (type: string): string => (type.startsWith('app.') ? 'service' : (type.split('.')[0] ?? 'service'))

/** At most 400 points: the eye sees no more of a curve. */
function thinned<T>(points: readonly T[]): readonly T[] {
  const every = Math.ceil(points.length / 400)
  return points.filter((_, at) => at % every === 0 || at === points.length - 1)
}

type Draft = { -readonly [K in keyof StoryRow]: StoryRow[K] }

/** Writes rows while the trace is read: what begins is found again by its key when it ends. */
interface Hand {
  begin(event: TraceEvent, key: string | undefined, more: Pick<StoryRow, 'kind' | 'lane' | 'text'>): void
  end(event: TraceEvent, key: string, outcome: string, bad: boolean): void
  mark(key: string, more: Partial<Draft>): void
  charge(key: string, amount: string, currency: string): void
}

function rowsOf(run: Run): readonly StoryRow[] {
  const rows: Draft[] = []
  const open = new Map<string, Draft>()
  const since = ({ atMs }: { readonly atMs: number }): number => atMs - run.startsAtMs
  const hand: Hand = {
    begin(event, key, { kind, lane, text }) {
      const row: Draft = {
        atMs: since(event),
        tookMs: null,
        lane,
        kind,
        step: printable(event.step, 60),
        text: printable(text, TEXT_MAX),
        outcome: '',
        fault: null,
        cost: null,
        bad: kind === 'trouble',
      }
      rows.push(row)
      if (key !== undefined) open.set(key, row)
    },
    end(event, key, outcome, bad) {
      const row = open.get(key)
      if (row === undefined) return
      row.outcome = printable(outcome, 80)
      row.bad ||= bad
      row.tookMs = Math.max(row.tookMs ?? 0, since(event) - row.atMs)
    },
    mark: (key, more) => void Object.assign(open.get(key) ?? {}, more),
    charge(key, amount, currency) {
      const row = open.get(key)
      if (row === undefined) return
      const [before = '0'] = row.cost?.split(' ') ?? []
      row.cost = `${toDecimal(toUnits(before) + toUnits(amount))} ${currency}`
    },
  }
  for (const event of run.trace) follow(run, event, hand)
  for (const { what, sinceMs, step } of run.pending) {
    const row = rows.find((one) => one.atMs === sinceMs - run.startsAtMs && one.step === step && one.outcome === '')
    if (row !== undefined) Object.assign(row, { outcome: `pending at the end: ${printable(what, 60)}`, bad: true })
  }
  return rows
}

const string = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? `${value}` : '')

/** Types that say how a call ended, and in which words. */
const BROKEN: Readonly<Record<string, string>> = { 'call.broken': 'broke off', 'call.given-up': 'given up' }

function follow(run: Run, event: TraceEvent, hand: Hand): void {
  const { type, fields } = event
  const key = string(fields.key)
  const status = Number(fields.status)
  const broken = BROKEN[type]
  if (type.startsWith('app.')) followService(run, event, hand)
  else if (type === 'fault') hand.mark(key, { fault: printable(string(fields.kind), 40) })
  else if (type === 'cost.line') hand.charge(key, string(fields.amount), string(fields.currency))
  else if (broken !== undefined) hand.end(event, key, broken, true)
  else if (type === 'call.answered' || type.endsWith('.answer')) hand.end(event, key, `${status}`, status >= 400)
  else if (type === 'escape' || type === 'call.malformed')
    hand.begin(event, undefined, { kind: 'trouble', lane: 'service', text: `${type}: ${string(fields.what)}` })
  else if (type === 'delivery.failed') hand.end(event, `in ${string(fields.id)}`, string(fields.reason), true)
  else if (type === 'event')
    hand.begin(event, undefined, { kind: 'happening', lane: string(fields.twin), text: string(fields.event) })
  else if (fields.method !== undefined) hand.begin(event, key, { kind: 'call', lane: laneOf(type), text: type })
  else hand.begin(event, undefined, { kind: 'happening', lane: laneOf(type), text: type })
}

function followService(run: Run, event: TraceEvent, hand: Hand): void {
  const { type, fields } = event
  const id = string(fields.id)
  const lane = 'service'
  switch (type) {
    case 'app.request': {
      const kind = originOf(run, id) === id ? 'request' : 'delivery'
      return hand.begin(event, `in ${id}`, { kind, lane, text: `${string(fields.method)} ${string(fields.path)}` })
    }
    case 'app.answer': {
      const status = Number(fields.status)
      return hand.end(event, `in ${id}`, status === 0 ? 'no answer' : `${status}`, status >= 500 || status === 0)
    }
    case 'app.hung-up':
      return hand.end(event, `in ${id}`, 'hung up', true)
    case 'app.log':
      return hand.begin(event, undefined, { kind: 'log', lane, text: string(fields.text).trim() })
    case 'app.exited':
      return hand.begin(event, undefined, {
        kind: 'trouble',
        lane,
        text: `exited with ${string(fields.code)} ${string(fields.error)}`,
      })
    default:
      return hand.begin(event, undefined, { kind: 'happening', lane, text: `${type} ${string(fields.name)}` })
  }
}
