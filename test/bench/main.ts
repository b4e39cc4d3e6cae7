/**
 * How fast runs are, against peers in the same run on the same machine. `npm run bench` prints a table; ratios count, not milliseconds.
 */
import { sandboxStatus } from '../../runner/sandbox/bubblewrap.ts'
import { call, fault, scenario } from '../scenarios/support/stories.ts'
import { peerRate } from './peers.ts'
import { exchangeRate, pairsRate, type Setup, stageRate } from './stage-rate.ts'

const body = { json: { amount: 5 } }
const story = scenario([
  fault({ on: 'ledger.entries.create', kind: 'status', status: 500, nth: 1 }),
  call('buy', '/orders', { body }),
])
const kept: Setup = { isolation: 'keep', sandboxed: false, scenario: story }
const times = (a: number, b: number): string => `${(a / b).toFixed(2)}x`

const rows: { readonly what: string; readonly perSecond: number; readonly note: string }[] = []
const missed: string[] = []
const goal = (what: string, got: number, wanted: number): void => {
  if (got < wanted) missed.push(`${what}: ${got.toFixed(2)}, ${wanted} wanted`)
}
const row = (what: string, perSecond: number, note: string): number => {
  rows.push({ what, perSecond, note })
  return perSecond
}

const byName = row('peer: fake timers, intercepted fetch, handler called by name', await peerRate(false), 'no HTTP in')
const served = row('peer: the same, the service on its port', await peerRate(true), 'HTTP over loopback in')
const empty = await exchangeRate()
const EXCHANGES = 4
row('empty exchanges between two processes', empty, `${(1e6 / empty).toFixed(0)} us each; an order takes ${EXCHANGES}`)
const one = await stageRate(kept)
row(
  'one pair of processes, program kept',
  one,
  `${times(one, served)} the served peer, ${times(one, byName)} the other`,
)
const two = await pairsRate(kept)
row('two pairs, one a core', two, `${times(two, one)} of one pair`)
goal('runs a second across the boundary', two, 700)
goal('across the boundary, times the served peer', two / served, 5)
if (sandboxStatus().available) {
  const boxed = await pairsRate({ ...kept, sandboxed: true })
  row('two pairs in sandboxes', boxed, `${times(boxed, two)} of those without`)
  goal('runs a second in sandboxes', boxed, 600)
}
const restart = row('program loaded again each run', await stageRate({ ...kept, isolation: 'restart' }), 'the default')
const fresh = await stageRate({ ...kept, isolation: 'fresh' })
row('a new process each run', fresh, `loading again is ${times(restart, fresh)}`)

// A day: an order every ten minutes, on one program, in virtual time.
const day = scenario(
  Array.from({ length: 144 }, (_, at) => call(at === 0 ? 'buy' : `buy-${at}`, '/orders', { body, atMs: at * 600_000 })),
  { horizonMs: 86_400_000 },
)
const days = await stageRate({ ...kept, scenario: day })
goal('a virtual day, times real time', 86_400 * days, 100_000)
row('a virtual day with 144 orders', days, `${Math.round(86_400 * days).toLocaleString('en')}x real time`)

const width = Math.max(...rows.map(({ what }) => what.length))
for (const { what, perSecond, note } of rows)
  process.stdout.write(`${what.padEnd(width)}  ${perSecond.toFixed(1).padStart(8)} runs/s  ${note}\n`)
for (const one of missed) process.stdout.write(`missed: ${one}\n`)
if (missed.length > 0) process.exitCode = 1
