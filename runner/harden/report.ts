import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Source } from '../../oracle/mutate/instrument.ts'
import { writeWhole } from '../store/artefact.ts'
import { type Hardening, type Judged, jsonOf, type Status, scoresBy } from './result.ts'

/** The schema of mutation-testing-elements, version 2: what its viewer opens. */
type MutantStatus = 'Killed' | 'Survived' | 'NoCoverage' | 'Timeout' | 'RuntimeError' | 'Ignored'
type FileMutant = {
  readonly id: string
  readonly mutatorName: string
  readonly replacement: string
  readonly location: { readonly start: Judged['mutant']['start']; readonly end: Judged['mutant']['end'] }
  readonly status: MutantStatus
  readonly statusReason?: string
  readonly description: string
  readonly static: boolean
  readonly killedBy: readonly string[]
  readonly coveredBy: readonly string[]
}
export type MutationReport = {
  readonly schemaVersion: '2'
  readonly thresholds: { readonly high: number; readonly low: number }
  readonly files: Readonly<
    Record<string, { readonly language: string; readonly source: string; readonly mutants: readonly FileMutant[] }>
  >
  readonly testFiles: Readonly<
    Record<string, { readonly tests: readonly { readonly id: string; readonly name: string }[] }>
  >
  readonly framework: { readonly name: 'Backlot' }
  /** What the schema has no place for, for whoever computes with it. */
  readonly config: {
    /** Digest of the files that decided. */
    readonly inputs: string
    readonly scope: Hardening['scope']
    readonly result: ReturnType<typeof jsonOf>
    readonly classes: Readonly<Record<string, { readonly hits: number; readonly of: number }>>
    readonly families: Readonly<Record<string, { readonly hits: number; readonly of: number }>>
    readonly functions: number
    readonly pseudoTested: Hardening['pseudoTested']
    readonly rules: Hardening['rules']
    readonly environment: Hardening['environment']
  }
}

const STATUS: Readonly<Record<Status, MutantStatus>> = {
  killed: 'Killed',
  timedOut: 'Timeout',
  survived: 'Survived',
  noCoverage: 'NoCoverage',
  // The viewer leaves it out of its score; ours counts it as not noticed.
  notModelled: 'RuntimeError',
  // Both do not count.
  equivalent: 'Ignored',
  ignored: 'Ignored',
}

/** A hardening in the schema that the public viewer opens: files, mutants, and who noticed which. */
export function reportOf(hardening: Hardening, sources: readonly Source[], inputs: string): MutationReport {
  const counts = (by: (one: Judged) => string): Record<string, { hits: number; of: number }> =>
    Object.fromEntries([...scoresBy(hardening.judged, by)].map(([name, { hits, of }]) => [name, { hits, of }]))
  const checks = [...new Set(hardening.judged.flatMap(({ killedBy }) => killedBy))].sort()
  return {
    schemaVersion: '2',
    thresholds: { high: 90, low: 75 },
    files: Object.fromEntries(
      sources.map(({ path, text }) => [
        path,
        {
          language: /\.[cm]?ts$/.test(path) ? 'typescript' : 'javascript',
          source: text,
          mutants: hardening.judged.filter(({ mutant }) => mutant.path === path).map(fileMutant),
        },
      ]),
    ),
    testFiles: {
      scenarios: { tests: hardening.cases.map((id) => ({ id, name: id })) },
      checks: { tests: checks.map((id) => ({ id: `check ${id}`, name: id })) },
    },
    framework: { name: 'Backlot' },
    config: {
      inputs,
      scope: hardening.scope,
      result: jsonOf(hardening.judged),
      classes: counts(({ mutant }) => mutant.class),
      families: counts(({ mutant }) => mutant.family),
      functions: hardening.functions,
      pseudoTested: hardening.pseudoTested,
      rules: hardening.rules,
      environment: hardening.environment,
    },
  }
}

function fileMutant(judged: Judged): FileMutant {
  const { mutant, key, status, message, triage } = judged
  const why = triage === undefined ? message : `${triage.label}: ${triage.reason}`
  const reason = status === 'equivalent' ? 'the same program once minified' : (mutant.ignored ?? why)
  return {
    id: key,
    mutatorName: mutant.mutator,
    replacement: mutant.replacement,
    location: { start: mutant.start, end: mutant.end },
    status: STATUS[status],
    ...(reason === undefined ? {} : { statusReason: reason }),
    description: `${mutant.class}, ${mutant.severity}; expected to catch it: ${mutant.detector}`,
    static: judged.static,
    killedBy: judged.killedBy.map((check) => `check ${check}`),
    coveredBy: judged.coveredBy,
  }
}

/** Writes the report as JSON, or as one HTML page that holds the viewer. */
export function writeReport(file: string, report: MutationReport): void {
  writeWhole(file, file.endsWith('.html') ? page(report) : `${JSON.stringify(report, null, 2)}\n`)
}

function page(report: MutationReport): string {
  const viewer = readFileSync(
    fileURLToPath(new URL('mutation-test-elements.js', import.meta.resolve('mutation-testing-elements'))),
    'utf8',
  )
  // Source of the subject stands in the page: it must not be able to end the script it stands in.
  const data = JSON.stringify(report).replaceAll('<', '\\u003c')
  const code = viewer.replaceAll('</script', '<\\/script')
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Backlot: what no check notices</title></head>
<body>
<mutation-test-report-app title-postfix="Backlot"></mutation-test-report-app>
<script>${code}</script>
<script>document.querySelector('mutation-test-report-app').report = ${data}</script>
</body>
</html>
`
}
