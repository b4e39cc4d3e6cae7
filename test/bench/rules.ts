/** A million events against a hundred rules, in one pass: time, and memory while the trace grows. */
import { availableParallelism } from 'node:os'
import { watch } from '../../oracle/rules/monitor.ts'
import { printRule } from '../../oracle/rules/rule.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { sentence } from '../support/rules.ts'

const EVENTS = 1_000_000
const ORDERS = 500
const TYPES = ['start', 'call', 'commit', 'ok', 'retry', 'mail', 'refund', 'log', 'read', 'done'] as const
const services = Array.from({ length: 10 }, (_, at) => `s${at}`)

/** Ten rules for each of ten services: every kind that is judged on one run. */
const rules = services.flatMap((s, at) =>
  [
    `For each order, at most 1000000 \`${s}.commit\`.`,
    `For each order, after \`${s}.start\`, eventually \`${s}.ok\` or \`${s}.done\` within 30d.`,
    `For each order, after \`${s}.start\`, eventually \`${s}.call\` and \`${s}.commit\` within 30d.`,
    `For each order, after \`${s}.done\`, never \`${s}.log[level=fatal]\`.`,
    `For each order, before \`${s}.mail\`, always \`${s}.start\`.`,
    `For each order, between \`${s}.start\` and \`${s}.done\`, at most 1000000 \`${s}.retry\`.`,
    `For each order, always at least 1ms between \`${s}.call\`.`,
    `For each order, total \`${s}.refund.amount\` at most 999999999 USD.`,
    `At most 100000 \`${s}.call\` within 10m.`,
    `Never \`${s}.read[owner!=@tenant]\`.`,
  ].map((text, nth) => sentence(`R-${at * 10 + nth + 1}: ${text}`)),
)

/** The trace is made as it is read: what is measured is the engine, and nothing holds the events. */
function* story(): Generator<TraceEvent> {
  for (let index = 0; index < EVENTS; index++) {
    // Each order goes through all ten services' events in turn.
    const turn = Math.floor(index / ORDERS)
    const type = `${services[Math.floor(turn / TYPES.length) % services.length]}.${TYPES[turn % TYPES.length]}`
    const fields = {
      order: `o${index % ORDERS}`,
      amount: '0.10',
      currency: 'usd',
      owner: 'a',
      tenant: 'a',
      level: 'info',
    }
    yield { index, atMs: index * 7, type, step: 'a', fields }
  }
}

const mib = (): number => {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20)
}

const watching = watch(rules, (step) => step)
const heap: number[] = []
const startedMs = performance.now()
let pausedMs = 0
for (const event of story()) {
  watching.take(event)
  if ((event.index + 1) % (EVENTS / 5) !== 0) continue
  const before = performance.now()
  heap.push(mib())
  pausedMs += performance.now() - before
}
const judgements = watching.end({ atMs: EVENTS * 7, quiet: false, run: undefined })
const seconds = (performance.now() - startedMs - pausedMs) / 1000
const idle = rules.filter((_, at) => judgements[at]?.hits === 0)
const counts = Object.groupBy(judgements, ({ status }) => status)
console.log(
  `${EVENTS.toLocaleString('en')} events x ${rules.length} rules, ${ORDERS} slices each, ${availableParallelism()} cores`,
)
console.log(
  `${seconds.toFixed(2)} s, ${Math.round(EVENTS / seconds / 1000)} events/ms, ${Math.round((EVENTS * rules.length) / seconds / 1e6)} M rule-events/s`,
)
console.log(
  `heap after each fifth, collected: ${heap.join(', ')} MiB${globalThis.gc === undefined ? ' (start with --expose-gc)' : ''}`,
)
console.log(
  Object.entries(counts)
    .map(([status, list]) => `${list?.length} ${status}`)
    .join(', '),
)
for (const rule of idle) console.log(`never exercised: ${printRule(rule)}`)

// The worst case: every rule looks at every event.
const crowd = Array.from({ length: 100 }, (_, at) =>
  sentence(`C-${at + 1}: For each order, at most ${EVENTS + at} \`x\`.`),
)
const crowded = watch(crowd, (step) => step)
const crowdMs = performance.now()
for (let index = 0; index < EVENTS; index++)
  crowded.take({ index, atMs: index, type: 'x', step: 'a', fields: { order: `o${index % ORDERS}` } })
const crowdSeconds = (performance.now() - crowdMs) / 1000
console.log(
  `all ${crowd.length} rules at every event: ${crowdSeconds.toFixed(2)} s, ${crowded.end({ atMs: EVENTS, quiet: true, run: undefined }).filter(({ status }) => status === 'holds').length} hold`,
)
process.exitCode = seconds < 10 && idle.length === 0 ? 0 : 1
