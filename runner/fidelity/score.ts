import type { Difference } from './compare.ts'
import type { Interaction } from './replay.ts'

export type FirstDifference = Difference & { readonly file: string; readonly entry: number }

/** One row of the matrix. */
export type OperationScore = {
  readonly operation: string
  readonly interactions: number
  readonly matched: number
  readonly differs: number
  readonly unmodelled: number
  readonly firstDifference: FirstDifference | null
  /** Why interactions were not modelled, and how often. */
  readonly unmodelledBecause: readonly { readonly why: string; readonly times: number }[]
  /** ISO date of the newest recording that matched; null when none did or no date is known. */
  readonly newestMatch: string | null
}

/** How far a twin is the real thing, by the recordings it was held against. */
export type FidelityReport = {
  readonly schema: 'backlot.fidelity/v1'
  readonly twin: string
  readonly interactions: number
  readonly modelled: number
  readonly matched: number
  readonly files: number
  readonly recorded: { readonly oldest: string | null; readonly newest: string | null }
  readonly ignored: readonly {
    readonly at: string
    readonly what: string
    readonly why: string
    readonly times: number
  }[]
  readonly operations: readonly OperationScore[]
}

const dayOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString().slice(0, 10)
const dates = (interactions: readonly Interaction[]): readonly number[] =>
  interactions.flatMap(({ recordedMs }) => (recordedMs === undefined ? [] : [recordedMs])).sort((a, b) => a - b)

/** Adds interactions up, operation by operation, the most frequent first. */
export function score(
  twin: string,
  files: number,
  interactions: readonly Interaction[],
  ignored: FidelityReport['ignored'],
): FidelityReport {
  const groups = Map.groupBy(interactions, ({ operation }) => operation)
  const operations = [...groups].map(([operation, of]) => scoreOperation(operation, of))
  const times = dates(interactions)
  return {
    schema: 'backlot.fidelity/v1',
    twin,
    interactions: interactions.length,
    modelled: operations.reduce((sum, row) => sum + row.interactions - row.unmodelled, 0),
    matched: operations.reduce((sum, row) => sum + row.matched, 0),
    files,
    recorded: { oldest: dayOf(times[0]), newest: dayOf(times.at(-1)) },
    ignored,
    operations: operations.sort((a, b) => b.interactions - a.interactions || (a.operation < b.operation ? -1 : 1)),
  }
}

function scoreOperation(operation: string, of: readonly Interaction[]): OperationScore {
  const matches = of.filter(({ outcome }) => outcome.kind === 'match')
  const differing = of.flatMap(({ file, entry, outcome }) =>
    outcome.kind === 'differs' ? [{ file, entry, differences: outcome.differences }] : [],
  )
  const reasons = of.flatMap(({ outcome }) => (outcome.kind === 'unmodelled' ? [outcome.why] : []))
  const [first] = differing
  const difference = first?.differences[0]
  return {
    operation,
    interactions: of.length,
    matched: matches.length,
    differs: differing.length,
    unmodelled: reasons.length,
    firstDifference:
      first === undefined || difference === undefined ? null : { ...difference, file: first.file, entry: first.entry },
    unmodelledBecause: [...Map.groupBy(reasons, (why) => why)].map(([why, { length: times }]) => ({ why, times })),
    newestMatch: dayOf(dates(matches).at(-1)),
  }
}

/** Whole per cent, rounded down: 89.9 is not 90. */
export const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((100 * part) / whole))

const DAY_MS = 24 * 3_600_000
/** `2026-03-30 (241 days)`. */
export function age(date: string | null, nowMs: number): string {
  if (date === null) return 'undated'
  return `${date} (${Math.max(0, Math.floor((nowMs - Date.parse(date)) / DAY_MS))} days)`
}

/** The matrix as a Markdown table. */
export function toMarkdown(report: FidelityReport): string {
  const { interactions, modelled, matched, operations } = report
  const rows = operations.map(({ operation, matched, differs, unmodelled, newestMatch, firstDifference }) => {
    const first = firstDifference === null ? '' : `\`${firstDifference.at}\``
    return `| ${operation} | ${matched} | ${differs} | ${unmodelled} | ${newestMatch ?? ''} | ${first} |`
  })
  return [
    `${matched} of ${modelled} modelled interactions match (${percent(matched, modelled)} %); ${modelled} of ${interactions} are modelled (${percent(modelled, interactions)} %).`,
    '',
    '| operation | match | differs | unmodelled | newest match | first difference |',
    '| --- | ---: | ---: | ---: | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** The matrix for a terminal, then each operation's first difference. */
export function toText(report: FidelityReport, nowMs: number): string {
  const { interactions, modelled, matched, operations, recorded } = report
  const width = Math.max(9, ...operations.map(({ operation }) => operation.length))
  const cells = (values: readonly (number | string)[]): string =>
    values.map((value) => String(value).padStart(8)).join('')
  const rows = operations.map((row) => {
    const counts = cells([row.matched || '', row.differs || '', row.unmodelled || ''])
    return `${row.operation.padEnd(width)}${counts}  ${row.newestMatch ?? ''}`.trimEnd()
  })
  const firsts = operations.flatMap(({ operation, firstDifference: first }) =>
    first === null
      ? []
      : [
          `${operation}: ${first.at}: recorded ${first.expected}, the twin gave ${first.got}`,
          `  ${first.file} entry ${first.entry}`,
        ],
  )
  return [
    `${'operation'.padEnd(width)}   match differs unmodel.  newest match`,
    ...rows,
    ...(firsts.length === 0 ? [] : ['', ...firsts]),
    '',
    `${report.twin}: ${percent(matched, modelled)} % match (${matched} of ${modelled} modelled), ${percent(modelled, interactions)} % modelled (${modelled} of ${interactions}), ${report.files} recordings, newest ${age(recorded.newest, nowMs)}`,
    '',
  ].join('\n')
}
