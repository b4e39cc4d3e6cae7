import type { Usage } from './contract.ts'

/** Usage as it counts: absent values stay `unreported`, money is whole millionths of a dollar. All of it is the agent's word. */
export type ReportedUsage = {
  readonly inputTokens: number | 'unreported'
  readonly outputTokens: number | 'unreported'
  readonly cachedTokens: number | 'unreported'
  readonly costMicroUsd: number | 'unreported'
  readonly costIsEstimate: boolean
  readonly wallMs: number | 'unreported'
}

export function readUsage(usage: Usage | undefined): ReportedUsage {
  return {
    inputTokens: usage?.inputTokens ?? 'unreported',
    outputTokens: usage?.outputTokens ?? 'unreported',
    cachedTokens: usage?.cachedTokens ?? 'unreported',
    // Half a millionth and more rounds up: a cost that was told is never counted as less than it was by more than that.
    costMicroUsd: usage?.costUsd === undefined ? 'unreported' : Math.round(usage.costUsd * 1_000_000),
    costIsEstimate: usage?.costIsEstimate ?? false,
    wallMs: usage?.wallMs ?? 'unreported',
  }
}

/** Money of several attempts: the sum of what was told, and how many told nothing. */
export type CostSum = { readonly microUsd: number; readonly unreported: number }

export function sumCosts(usages: readonly ReportedUsage[]): CostSum {
  const told = usages.flatMap(({ costMicroUsd }) => (costMicroUsd === 'unreported' ? [] : [costMicroUsd]))
  return { microUsd: told.reduce((sum, one) => sum + one, 0), unreported: usages.length - told.length }
}

/** `0.42 USD`, with as many places as it takes and at least two. */
export function printMicroUsd(microUsd: number): string {
  const [whole = '0', places = ''] = (microUsd / 1_000_000).toFixed(6).split('.')
  return `${whole}.${places.replace(/0{1,4}$/, '')} USD`
}

/** One line for people: what the agent says it took. */
export function printUsage(usage: ReportedUsage): string {
  const cost =
    usage.costMicroUsd === 'unreported'
      ? 'cost unreported'
      : `${printMicroUsd(usage.costMicroUsd)}${usage.costIsEstimate ? ' (estimate)' : ''}`
  const tokens =
    usage.inputTokens === 'unreported' && usage.outputTokens === 'unreported'
      ? 'tokens unreported'
      : `${usage.inputTokens} tokens in, ${usage.outputTokens} out`
  return `${cost}, ${tokens}, as reported by the agent`
}
