import { toDecimal, toUnits } from '../../twins/money.ts'
import type { Bound, Clause, EventPattern, Events, Rule } from '../rules/rule.ts'

/** A rule changed a little. A weaker one that nothing tells from the rule shows a part that is dead text. */
export type SpecMutant = {
  readonly rule: Rule
  readonly how: 'weaker' | 'stronger'
  /** What was changed, in words. */
  readonly what: string
}

type Change = { readonly how: SpecMutant['how']; readonly what: string; readonly clause: Clause }

/** All mutants of a rule, in a fixed order. A rule in TypeScript (`satisfy`) has none: its sentence is not data. */
export function specMutants(rule: Rule): readonly SpecMutant[] {
  const changed = changes(rule.clause).map(
    ({ how, what, clause }): SpecMutant => ({ how, what, rule: { ...rule, clause } }),
  )
  const whole = wholeSlice(rule)
  return whole === undefined ? changed : [...changed, whole]
}

/** Without `for each`, all events are one slice. */
function wholeSlice(rule: Rule): SpecMutant | undefined {
  if (rule.per.length === 0 || rule.clause.kind === 'satisfy') return undefined
  const { clause } = rule
  const counts = clause.kind === 'count' || clause.kind === 'between' || clause.kind === 'sum'
  const atMost = (clause.kind === 'count' || clause.kind === 'between') && clause.bound.op !== 'at least'
  const stronger = counts
    ? atMost || (clause.kind === 'sum' && clause.op !== 'at least')
    : clause.kind === 'after-never'
  return { how: stronger ? 'stronger' : 'weaker', what: 'without "for each"', rule: { ...rule, per: [] } }
}

/** A pattern with one condition less, for each condition. */
const loosened = (event: EventPattern): readonly { readonly without: string; readonly event: EventPattern }[] =>
  event.where.map((dropped) => ({
    without: `${event.type}[${dropped.field}${dropped.op}${dropped.value}]`,
    event: { ...event, where: event.where.filter((one) => one !== dropped) },
  }))

const loosenedSet = (events: Events): readonly { readonly without: string; readonly events: Events }[] =>
  events.of.flatMap((event, at) =>
    loosened(event).map(({ without, event: loose }) => ({
      without,
      events: { ...events, of: events.of.map((one, index) => (index === at ? loose : one)) },
    })),
  )

/** A set with one part less, for each part of a set of several. */
const shortened = (events: Events): readonly { readonly without: string; readonly events: Events }[] =>
  events.of.length < 2
    ? []
    : events.of.map((dropped) => ({
        without: dropped.type,
        events: { ...events, of: events.of.filter((one) => one !== dropped) },
      }))

function bounds({
  op,
  count,
}: Bound): readonly { readonly how: SpecMutant['how']; readonly what: string; readonly bound: Bound }[] {
  const shown = (bound: Bound): string => `${bound.op} ${bound.count} for ${op} ${count}`
  const change = (how: SpecMutant['how'], bound: Bound): { how: SpecMutant['how']; what: string; bound: Bound } => ({
    how,
    what: shown(bound),
    bound,
  })
  if (op === 'exactly') return [change('weaker', { op: 'at most', count }), change('weaker', { op: 'at least', count })]
  const up = { op, count: count + 1 }
  const down = count > 0 ? [{ op, count: count - 1 }] : []
  return op === 'at most'
    ? [change('weaker', up), ...down.map((bound) => change('stronger', bound))]
    : [change('stronger', up), ...down.map((bound) => change('weaker', bound))]
}

type Timed = Extract<Clause, { readonly withinMs: number | undefined }>

/** A window twice as long, and half as long. `longer` says what a longer one does to the rule. */
function windows(clause: Timed, longer: SpecMutant['how']): readonly Change[] {
  const { withinMs } = clause
  if (withinMs === undefined) return []
  const shorter = longer === 'weaker' ? 'stronger' : 'weaker'
  return [
    { how: longer, what: 'within twice the time', clause: { ...clause, withinMs: withinMs * 2 } },
    { how: shorter, what: 'within half the time', clause: { ...clause, withinMs: Math.ceil(withinMs / 2) } },
  ]
}

function changes(clause: Clause): readonly Change[] {
  switch (clause.kind) {
    case 'never':
      return loosened(clause.event).map(({ without, event }) => ({
        how: 'stronger',
        what: `never, without ${without}`,
        clause: { ...clause, event },
      }))
    case 'always':
      return loosened(clause.event).map(({ without, event }) => ({
        how: 'weaker',
        what: `always, without ${without}`,
        clause: { ...clause, event },
      }))
    case 'count': {
      const stronger = clause.bound.op === 'at most'
      return [
        ...bounds(clause.bound).map(({ how, what, bound }): Change => ({ how, what, clause: { ...clause, bound } })),
        ...windows(clause, 'stronger'),
        ...loosened(clause.event).map(
          ({ without, event }): Change => ({
            how: stronger ? 'stronger' : 'weaker',
            what: `counting without ${without}`,
            clause: { ...clause, event },
          }),
        ),
      ]
    }
    case 'eventually':
      return [
        ...windows(clause, 'weaker'),
        ...answers(clause.events).map(
          ({ how, what, events }): Change => ({ how, what, clause: { ...clause, events } }),
        ),
        ...loosenedSet(clause.after).map(
          ({ without, events }): Change => ({
            how: 'stronger',
            what: `after, without ${without}`,
            clause: { ...clause, after: events },
          }),
        ),
      ]
    case 'after-never':
      return [
        ...windows(clause, 'stronger'),
        ...(clause.until === undefined
          ? []
          : [{ how: 'stronger', what: 'without "until"', clause: { ...clause, until: undefined } } as const]),
        ...loosenedSet(clause.events).map(
          ({ without, events }): Change => ({
            how: 'stronger',
            what: `never, without ${without}`,
            clause: { ...clause, events },
          }),
        ),
        ...shortened(clause.events).map(
          ({ without, events }): Change => ({
            how: 'weaker',
            what: `never, without ${without}`,
            clause: { ...clause, events },
          }),
        ),
      ]
    case 'before':
      return [
        ...windows(clause, 'weaker'),
        ...answers(clause.first).map(
          ({ how, what, events }): Change => ({ how, what, clause: { ...clause, first: events } }),
        ),
        ...loosenedSet(clause.events).map(
          ({ without, events }): Change => ({
            how: 'stronger',
            what: `before, without ${without}`,
            clause: { ...clause, events },
          }),
        ),
      ]
    case 'between':
      return bounds(clause.bound).map(({ how, what, bound }) => ({ how, what, clause: { ...clause, bound } }))
    case 'gap':
      return [
        { how: 'weaker', what: 'half the gap', clause: { ...clause, gapMs: Math.floor(clause.gapMs / 2) } },
        { how: 'stronger', what: 'twice the gap', clause: { ...clause, gapMs: clause.gapMs * 2 } },
      ]
    case 'sometimes':
      return [
        { how: 'weaker', what: 'half the share', clause: { ...clause, percent: clause.percent / 2 } },
        { how: 'stronger', what: 'twice the share', clause: { ...clause, percent: Math.min(100, clause.percent * 2) } },
      ]
    case 'sum':
      return totals(clause)
    case 'equal':
    case 'satisfy':
      return []
    default:
      return clause satisfies never
  }
}

/** Another comparison, or another amount to compare with. */
function totals(clause: Extract<Clause, { readonly kind: 'sum' }>): readonly Change[] {
  const { op, limit } = clause
  const compared = (how: SpecMutant['how'], other: Bound['op']): Change => ({
    how,
    what: `${other} for ${op}`,
    clause: { ...clause, op: other },
  })
  if (op === 'exactly') return [compared('weaker', 'at most'), compared('weaker', 'at least')]
  if (limit.kind === 'total') return [compared('stronger', 'exactly')]
  const units = toUnits(limit.amount)
  const held = (how: SpecMutant['how'], what: string, amount: bigint): Change => ({
    how,
    what,
    clause: { ...clause, limit: { ...limit, amount: toDecimal(amount) } },
  })
  const [twice, half] = op === 'at most' ? (['weaker', 'stronger'] as const) : (['stronger', 'weaker'] as const)
  return [held(twice, 'twice the amount', units * 2n), held(half, 'half the amount', units / 2n)]
}

/** What serves as an answer: fewer conditions let more count, fewer alternatives let less, fewer joint parts let more. */
function answers(
  events: Events,
): readonly { readonly how: SpecMutant['how']; readonly what: string; readonly events: Events }[] {
  const how = events.join === 'or' ? 'stronger' : 'weaker'
  return [
    ...loosenedSet(events).map(({ without, events: loose }) => ({
      how: 'weaker' as const,
      what: `answered without ${without}`,
      events: loose,
    })),
    ...shortened(events).map(
      ({ without, events: short }) => ({ how, what: `answered without ${without}`, events: short }) as const,
    ),
  ]
}
