import { type Clause, printEvent, printEvents, writeField, writeMs } from './rule.ts'

export type Edge = { readonly from: string; readonly on: string; readonly to: string }
/** What a rule does in one slice, as a small machine. It begins in the first edge's state; `VIOLATED` and `pending` end it. */
export type Automaton = { readonly edges: readonly Edge[]; readonly atEnd: string }

const BAD = 'VIOLATED'
const edge = (from: string, on: string, to: string): Edge => ({ from, on, to })
const passes = (ms: number | undefined): string =>
  ms === undefined ? 'the end, nothing under way' : `${writeMs(ms)} pass`
const HOLDS = 'At the end it holds.'

/** The machine behind a rule: what its states are, and what moves it. */
export function automatonOf(clause: Clause): Automaton {
  switch (clause.kind) {
    case 'never':
      return { edges: [edge('watching', printEvent(clause.event), BAD)], atEnd: HOLDS }
    case 'always': {
      const type = `\`${clause.event.type}\``
      return {
        edges: [edge('watching', printEvent(clause.event), 'watching'), edge('watching', `any other ${type}`, BAD)],
        atEnd: HOLDS,
      }
    }
    case 'count': {
      const { bound, event, withinMs } = clause
      const counted = `${printEvent(event)}, count + 1`
      const window =
        withinMs === undefined ? [] : [edge('counting', `${writeMs(withinMs)} after one`, 'counting, count - 1')]
      const over = bound.op === 'at least' ? [] : [edge('counting', `count > ${bound.count}`, BAD)]
      const atEnd =
        bound.op === 'at most'
          ? HOLDS
          : `At the end it is violated with count < ${bound.count}; pending while something is under way.`
      return { edges: [edge('counting', counted, 'counting'), ...window, ...over], atEnd }
    }
    case 'eventually': {
      const { after, events, withinMs } = clause
      return {
        edges: [
          edge('idle', printEvents(after), 'waiting'),
          edge('waiting', `${printEvents(events)}${events.join === 'and' ? ', all of them' : ''}`, 'idle'),
          edge('waiting', passes(withinMs), BAD),
        ],
        atEnd: 'At the end, waiting is pending: no pass.',
      }
    }
    case 'after-never': {
      const { after, events, until, withinMs } = clause
      const lifted = until === undefined ? [] : [edge('forbidden', printEvents(until), 'idle')]
      const over = withinMs === undefined ? [] : [edge('forbidden', `${writeMs(withinMs)} pass`, 'idle')]
      return {
        edges: [
          edge('idle', printEvents(after), 'forbidden'),
          ...lifted,
          ...over,
          edge('forbidden', printEvents(events), BAD),
        ],
        atEnd: HOLDS,
      }
    }
    case 'before': {
      const { events, first, withinMs } = clause
      const over = withinMs === undefined ? [] : [edge('ready', `${writeMs(withinMs)} pass`, 'not ready')]
      return {
        edges: [
          edge('not ready', printEvents(events), BAD),
          edge('not ready', printEvents(first), 'ready'),
          edge('ready', printEvents(events), 'ready'),
          ...over,
        ],
        atEnd: HOLDS,
      }
    }
    case 'between': {
      const { from, to, bound, event } = clause
      const over = bound.op === 'at least' ? [] : [edge('inside', `count > ${bound.count}`, BAD)]
      const under = bound.op === 'at most' ? [] : [edge('inside', `${printEvent(to)}, count < ${bound.count}`, BAD)]
      return {
        edges: [
          edge('outside', `${printEvent(from)}, count = 0`, 'inside'),
          edge('inside', `${printEvent(event)}, count + 1`, 'inside'),
          ...over,
          ...under,
          edge('inside', printEvent(to), 'outside'),
        ],
        atEnd: bound.op === 'at most' ? HOLDS : 'At the end, inside with too few is pending: no pass.',
      }
    }
    case 'gap':
      return {
        edges: [
          edge('rested', printEvent(clause.event), 'too soon'),
          edge('too soon', `${writeMs(clause.gapMs)} pass`, 'rested'),
          edge('too soon', printEvent(clause.event), BAD),
        ],
        atEnd: HOLDS,
      }
    case 'equal': {
      const [left, right] = [`\`${writeField(clause.left)}\``, `\`${writeField(clause.right)}\``]
      return {
        edges: [
          edge('one side', `a new ${left} or ${right}`, 'both sides'),
          edge('both sides', 'a new value, equal', 'both sides'),
          edge('both sides', 'a new value, different', BAD),
        ],
        atEnd: HOLDS,
      }
    }
    case 'sum': {
      const { of, op, limit } = clause
      const bar = limit.kind === 'amount' ? `${limit.amount} ${limit.unit}` : `the total of \`${writeField(limit.of)}\``
      const early = op === 'at most' || (op === 'exactly' && limit.kind === 'amount')
      return {
        edges: [
          edge('adding', `\`${of.type}\`, total + ${of.field}`, 'adding'),
          ...(early ? [edge('adding', `total > ${bar}`, BAD)] : []),
        ],
        atEnd: op === 'at most' ? HOLDS : `At the end the total must be ${op} ${bar}.`,
      }
    }
    case 'sometimes': {
      const { event, relation } = clause
      const [first, second] = relation?.op === 'before' ? [event, relation.event] : [relation?.event, event]
      return {
        edges: [
          ...(first === undefined ? [] : [edge('start', printEvent(first), 'half way')]),
          edge(first === undefined ? 'start' : 'half way', printEvent(second), 'reached'),
        ],
        atEnd: `Over all runs, at least ${clause.percent}% end in reached.`,
      }
    }
    case 'satisfy':
      return {
        edges: [edge('watching', `the end, with ${printEvent(clause.on)} seen`, 'what its function says')],
        atEnd: HOLDS,
      }
    default:
      return clause satisfies never
  }
}

/** As lines of text: `waiting -- 10s pass --> VIOLATED`. */
export function printAutomaton({ edges, atEnd }: Automaton): string {
  const width = Math.max(...edges.map(({ from }) => from.length))
  return [...edges.map(({ from, on, to }) => `${from.padEnd(width)} -- ${on} --> ${to}`), atEnd].join('\n')
}

/** As a state diagram that GitHub and editors draw. */
export function printMermaid({ edges }: Automaton): string {
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))]
  const id = (name: string): string => `s${names.indexOf(name)}`
  return [
    'stateDiagram-v2',
    ...names.map((name) => `  ${id(name)}: ${name}`),
    `  [*] --> ${id(edges[0]?.from ?? '')}`,
    ...edges.map(
      ({ from, on, to }) => `  ${id(from)} --> ${id(to)}: ${on.replaceAll('`', '').replaceAll(/[:;]/g, ' ')}`,
    ),
  ].join('\n')
}
