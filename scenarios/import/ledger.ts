import { type Note, type Origin, SEPARATOR } from './draft.ts'
import type { At, EvidenceKind, Repair } from './evidence.ts'
import type { Totals } from './window.ts'

export const LEDGER_SCHEMA = 'backlot.ledger/v1'

/** One field of the scenario: where it is, where it comes from. `from` are places such as `1:log.entries[3]`, the file's number first. */
export type Row = {
  readonly at: string
  readonly origin: Origin
  readonly from: readonly string[]
  readonly why?: string | undefined
  /** What kind of value was replaced. */
  readonly type?: string | undefined
}

/** What is known of a file, but for its name: names may be secrets. */
export type FileEntry = {
  readonly file: number
  readonly kind: EvidenceKind
  readonly sha256: string
  readonly bytes: number
  readonly calls: Totals
}

/** For each field of a scenario its origin, and what it cannot prove. Holds no value out of the evidence. */
export type Ledger = {
  readonly schema: typeof LEDGER_SCHEMA
  readonly scenario: string
  readonly evidence: readonly FileEntry[]
  readonly redaction: 'v1' | 'none'
  readonly sums: Readonly<Record<Origin, number>>
  readonly cannotProve: readonly string[]
  readonly readings: readonly string[]
  readonly repairs: readonly { readonly what: string; readonly count: number; readonly first: readonly string[] }[]
  /** Outgoing calls whose recorded answers the twins, started from the inferred state, do not give. */
  readonly unexplained: readonly string[]
  readonly actors: Readonly<Record<string, readonly string[]>>
  readonly fields: readonly Row[]
}

export const shown = ({ file, at }: At): string => `${file}:${at}`

export const rowOf = ({ at, origin, from, why }: Note, base: string): Row => ({
  at: (at === '' ? base : base === '' ? at : `${base}.${at}`).replaceAll(SEPARATOR, '.'),
  origin,
  from: from.map(shown),
  ...(why === undefined ? {} : { why }),
})

export function sumsOf(rows: readonly Row[]): Ledger['sums'] {
  const sums = { observed: 0, derived: 0, synthesised: 0, redacted: 0, missing: 0 }
  for (const { origin } of rows) sums[origin] += 1
  return sums
}

/** What a verdict on this scenario does not say, in sentences for people. */
export function cannotProve(
  rows: readonly Row[],
  doubts: readonly string[],
  files: readonly FileEntry[],
  open: number,
): readonly string[] {
  const count = (origin: Origin, pattern: RegExp): number =>
    rows.filter((row) => row.origin === origin && pattern.test(row.at)).length
  const assumedBodies = count('synthesised', /^when\.\d+\.(body|text)(\.|$)/)
  const missingBodies = count('missing', /^when\.\d+\.body$/)
  const assumedAnswers = count('synthesised', /^then\.\d+\.status$/)
  const cut = files.filter(({ calls }) => calls.choice !== 'all')
  return [
    ...(missingBodies > 0 ? [`amounts and other contents of ${missingBodies} requests: their bodies are absent`] : []),
    ...(assumedBodies > 0 ? [`contents of requests (${assumedBodies} fields): their bodies are assumed`] : []),
    ...(assumedAnswers > 0
      ? [
          `what the right answer to ${assumedAnswers} requests is: none was seen, and what stands in the scenario is assumed`,
        ]
      : []),
    ...(open > 0
      ? [
          `whether the requests of ${open === 1 ? 'one failure' : `${open} failures`} arrived: each reading is a scenario of its own`,
        ]
      : []),
    ...cut.map(
      ({ file, calls }) =>
        `anything outside ${calls.choice}: ${calls.kept} of ${calls.calls} calls of file ${file} are used`,
    ),
    ...doubts,
  ]
}

export const shownRepairs = (repairs: readonly Repair[]): Ledger['repairs'] =>
  repairs.map(({ what, count, first }) => ({ what, count, first: first.map(shown) }))

/** One line a field, so that two ledgers compare. */
export function printLedger(ledger: Ledger): string {
  const { fields, ...head } = ledger
  const rows = fields.map((row) => `    ${JSON.stringify(row)}`).join(',\n')
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "fields": [\n${rows}\n  ]\n}\n`
}
