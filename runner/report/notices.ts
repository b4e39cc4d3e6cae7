import { createHash } from 'node:crypto'
import type { CheckKind, GateVerdict, ReportedCheck, ReportedFinding, Status } from './verdict.ts'

/** One thing to tell at one place of the source: a finding, or the reason of a check that has none. */
export type Notice = {
  readonly check: string
  readonly kind: CheckKind
  readonly status: Exclude<Status, 'pass'>
  readonly why: string
  readonly message: string
  /** Relative to where the gate was run; null when there is no such place, or it would lie outside. */
  readonly place: { readonly path: string; readonly line: number; readonly column: number } | null
  readonly scenario: string | null
  readonly replay: string | null
}

const ORDER: readonly Status[] = ['fail', 'needs-human', 'inconclusive', 'pass']

/** The checks that did not pass, worst first and otherwise in their order. */
export const oddChecks = ({ checks }: GateVerdict): readonly ReportedCheck[] =>
  checks.filter(({ status }) => status !== 'pass').toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))

/** What a verdict has to tell, worst first and otherwise in the order of its checks. Nothing for a pass. */
export const noticesOf = (verdict: GateVerdict): readonly Notice[] => oddChecks(verdict).flatMap(noticesOfCheck)

function noticesOfCheck({ id, kind, status, why, reason, findings }: ReportedCheck): readonly Notice[] {
  if (status === 'pass') return []
  const head = { check: id, kind, status, why }
  if (findings.length === 0) return [{ ...head, message: reason ?? why, place: null, scenario: null, replay: null }]
  return findings.map(({ message, scenario, seed, place, replay }) => ({
    ...head,
    message: scenario === null ? message : `${scenario}, seed ${seed ?? '?'}: ${message}`,
    place: placeOf(place),
    scenario,
    replay,
  }))
}

/** Findings that say the same of other seeds, told once: the first of them, and the others. */
export function grouped(
  findings: readonly ReportedFinding[],
): readonly (readonly [ReportedFinding, readonly ReportedFinding[]])[] {
  const groups = new Map<string, readonly [ReportedFinding, ReportedFinding[]]>()
  for (const finding of findings) {
    const key = `${finding.scenario}\0${finding.message}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding, []])
    else group[1].push(finding)
  }
  return [...groups.values()]
}

function placeOf(text: string | null): Notice['place'] {
  const match = /^([^:\0]{1,400}):(\d{1,7}):(\d{1,7})$/.exec(text ?? '')
  if (match === null) return null
  const [, path = '', line, column] = match
  if (path.startsWith('/') || path.split('/').includes('..')) return null
  return { path, line: Math.max(1, Number(line)), column: Math.max(1, Number(column)) }
}

/** Names a notice over time: without line, seed and measured value, so that it stays one finding while they move. */
export const fingerprint = ({ check, place, scenario }: Notice): string =>
  createHash('sha256')
    .update([check, place?.path ?? '', scenario ?? ''].join('\0'))
    .digest('hex')

/** Where a notice is shown that has no place of its own: reports that need a file get the project's settings. */
export const FALLBACK: NonNullable<Notice['place']> = { path: 'backlot.yaml', line: 1, column: 1 }
