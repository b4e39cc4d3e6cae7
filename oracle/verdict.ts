/** One thing found wrong, as data. `atVirtualMs` counts from the start of the scenario. */
export type Finding = {
  readonly message: string
  readonly scenario: string | undefined
  readonly seed: string | undefined
  readonly atVirtualMs: number | undefined
  /** File, line and column of the expectation or rule, where there is one. */
  readonly place?: string | undefined
  /** The command that replays it; filled in by the runner. */
  readonly replay?: string | undefined
}

export type Verdict =
  | { readonly status: 'pass' }
  | { readonly status: 'fail'; readonly findings: readonly Finding[] }
  | { readonly status: 'inconclusive'; readonly reason: string }

const RANK = { pass: 0, inconclusive: 1, fail: 2 } as const

/** The worst of `verdicts`: fail, then inconclusive, then pass; findings and reasons are joined. None at all is inconclusive. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  const [first, ...rest] = verdicts
  if (first === undefined) return { status: 'inconclusive', reason: 'Nothing was checked.' }
  return rest.reduce<Verdict>((a, b) => {
    if (a.status === 'fail' && b.status === 'fail') return { status: 'fail', findings: [...a.findings, ...b.findings] }
    if (a.status === 'inconclusive' && b.status === 'inconclusive') {
      return a.reason === b.reason ? a : { status: 'inconclusive', reason: `${a.reason}\n${b.reason}` }
    }
    return RANK[b.status] > RANK[a.status] ? b : a
  }, first)
}
