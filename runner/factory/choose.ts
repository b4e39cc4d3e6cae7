import type { GateVerdict } from '../report/verdict.ts'

/** An attempt of a round, with its verdict. */
export type Contender = { readonly attempt: number; readonly verdict: GateVerdict }

/**
 * The best of those that pass: the cheapest a request, then the lowest in each figure in the order of their ids, then the earliest.
 * Undefined when none passes. The order in which they came plays no part.
 */
export function choose<C extends Contender>(contenders: readonly C[]): C | undefined {
  const passing = contenders.filter(({ verdict }) => verdict.status === 'pass')
  return [...passing].sort(better)[0]
}

function better(a: Contender, b: Contender): number {
  const cost = amount(a.verdict.cost?.candidate) - amount(b.verdict.cost?.candidate)
  if (cost !== 0) return cost
  const ids = [...new Set([...a.verdict.figures, ...b.verdict.figures].map(({ id }) => id))].sort()
  for (const id of ids) {
    const difference = figure(a.verdict, id) - figure(b.verdict, id)
    if (difference !== 0) return difference
  }
  return a.attempt - b.attempt
}

const figure = ({ figures }: GateVerdict, id: string): number => amount(figures.find((one) => one.id === id)?.candidate)

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** What is not measured is worse than anything measured, and equal to itself. */
const amount = (text: string | undefined): number => {
  const match = /^([\d.]+)\s*(\w*)/.exec(text ?? '')
  return match === null ? Number.MAX_VALUE : Number(match[1]) * (MS[match[2] ?? ''] ?? 1)
}
