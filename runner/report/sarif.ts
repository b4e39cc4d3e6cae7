import { FALLBACK, fingerprint, type Notice, noticesOf } from './notices.ts'
import { EXIT, type GateVerdict } from './verdict.ts'

/** GitHub shows so many results of a run, the worst first, and refuses 25 000: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit (2026-11-26). */
const RESULTS_MAX = 5000

/** The verdict as SARIF 2.1.0 for code scanning. Beyond the cap the number that was cut stands in `runs[0].properties`. */
export function printSarif(verdict: GateVerdict, version: string): string {
  const notices = noticesOf(verdict)
  const shown = notices.slice(0, RESULTS_MAX)
  const rules = [...new Map(shown.map(({ check, why }) => [check, why]))]
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Backlot',
            version,
            rules: rules.map(([id, why]) => ({ id, shortDescription: { text: why }, fullDescription: { text: why } })),
          },
        },
        automationDetails: { id: `backlot/${verdict.project}/` },
        invocations: [{ executionSuccessful: verdict.status !== 'inconclusive', exitCode: EXIT[verdict.status] }],
        columnKind: 'utf16CodeUnits',
        results: shown.map((notice) =>
          resultOf(
            notice,
            rules.findIndex(([id]) => id === notice.check),
          ),
        ),
        properties: { status: verdict.status, cut: notices.length - shown.length },
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function resultOf(notice: Notice, ruleIndex: number): object {
  const { path, line, column } = notice.place ?? FALLBACK
  return {
    ruleId: notice.check,
    ruleIndex,
    // What a person has to decide is no warning: nobody may overlook it.
    level: notice.status === 'inconclusive' ? 'warning' : 'error',
    message: { text: [notice.message, notice.replay].filter((text) => text !== null).join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
    partialFingerprints: { 'backlotFinding/v1': fingerprint(notice) },
  }
}
