import type { Run } from '../scenarios/run.ts'
import { sum, toDecimal, toUnits } from '../twins/money.ts'
import type { FitnessLimits } from './limits.ts'
import { compare, type FitnessReport, type Measured, type Pair, requestsOf } from './measure.ts'

const total = (run: Run): bigint => toUnits(sum(run.bill.lines.map(({ amount }) => amount)))

/** Money as it is shown: six decimals, enough for a token. */
const print = (units: bigint, currency: string): string => `${Number(toDecimal(units)).toFixed(6)} ${currency}`

/** What all billed acts of some runs cost, divided by the requests they served. Unasked work and retries count. */
function measure(runs: readonly Run[]): Measured {
  const requests = BigInt(
    Math.max(
      1,
      runs.reduce((count, run) => count + requestsOf(run), 0),
    ),
  )
  const units = runs.reduce((all, run) => all + total(run), 0n) / requests
  return { value: Number(units), text: print(units, currencyOf(runs)) }
}

const currencyOf = (runs: readonly Run[]): string => runs.flatMap(({ bill }) => bill.lines)[0]?.currency ?? 'USD'

/** When the running cost of `run` passed what the base spent in all; undefined when it never did. */
function passedAt(run: Run, baseUnits: bigint): number | undefined {
  let spent = 0n
  for (const line of run.bill.lines) {
    spent += toUnits(line.amount)
    if (spent > baseUnits) return line.atMs - run.startsAtMs
  }
  return undefined
}

/** What a request costs at the dependencies, exactly as the twins billed it, against a limit and against the base. */
export function costPerRequest(pair: Pair, limits: FitnessLimits['cost-per-request']): FitnessReport {
  const currencies = new Set(
    [...pair.candidate, ...(pair.base ?? [])].flatMap(({ bill }) => bill.lines.map(({ currency }) => currency)),
  )
  const [atMost, unit = 'USD'] = limits['at-most']?.split(' ') ?? []
  const currency = currencyOf(pair.candidate)
  const figures = {
    unit: `${currency} per request`,
    base: pair.base === undefined ? undefined : measure(pair.base).text,
    candidate: measure(pair.candidate).text,
  }
  const head = { id: 'cost-per-request', why: 'A bill that grows is seen before it is sent.', figures }
  if (currencies.size > 1)
    return {
      ...head,
      verdict: {
        status: 'inconclusive',
        reason: `cost-per-request: expected one currency, got ${[...currencies].join(', ')}.`,
      },
    }
  if (atMost !== undefined && currencies.size === 1 && unit !== currency) {
    return {
      ...head,
      verdict: {
        status: 'inconclusive',
        reason: `cost-per-request: the limit is in ${unit}, the bill in ${currency}.`,
      },
    }
  }
  const verdict = compare({
    pair,
    name: 'cost per request',
    measure,
    limit: atMost === undefined ? undefined : { value: Number(toUnits(atMost)), text: `${atMost} ${unit}` },
    ratchet: limits.ratchet,
    slack: 0,
    describe(candidate, base) {
      const worst = candidate
        .map((run) => ({
          run,
          baseUnits: total(
            base?.find(({ seed }) => seed === run.seed) ?? { ...run, bill: { lines: [], unpriced: [] } },
          ),
        }))
        .reduce((a, b) => (total(b.run) - b.baseUnits > total(a.run) - a.baseUnits ? b : a))
      return { seed: worst.run.seed, atVirtualMs: passedAt(worst.run, worst.baseUnits) }
    },
  })
  return { ...head, verdict }
}
