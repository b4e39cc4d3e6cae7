import type { FitnessReport, Pair } from './measure.ts'

/** Every billable act has a price: an act that nobody can price is not free. */
export function priced(pair: Pair): FitnessReport {
  const findings = pair.candidate.flatMap((run) =>
    run.bill.unpriced.slice(0, 1).map(({ twin, sku, atMs }) => ({
      message: `price of ${twin} "${sku}": expected a row in twins/${twin}/prices.ts, got none`,
      scenario: run.scenario,
      seed: run.seed,
      atVirtualMs: atMs - run.startsAtMs,
    })),
  )
  const acts = pair.candidate.reduce((count, { bill }) => count + bill.lines.length, 0)
  const [first] = findings
  return {
    id: 'priced',
    why: 'A cost that is unknown cannot be kept low.',
    figures: { unit: 'billed acts', base: undefined, candidate: `${acts}` },
    verdict:
      pair.candidate.length === 0
        ? { status: 'inconclusive', reason: 'priced: nothing was run.' }
        : first === undefined
          ? { status: 'pass' }
          : { status: 'fail', findings: [first, ...findings.slice(1, 5)] },
  }
}
