import type { GateVerdict, ReportedCheck } from './verdict.ts'

const escapeXml = (text: string): string =>
  text
    // Characters that XML 1.0 cannot hold at all.
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?')
    .replace(/[<>&"']/g, (char) => `&#${char.codePointAt(0)};`)

/** The verdict as JUnit XML: a failure for fail and needs-human, an error for inconclusive. */
export function printJUnit(verdict: GateVerdict): string {
  const count = (...wanted: string[]): number => verdict.checks.filter(({ status }) => wanted.includes(status)).length
  const cases = verdict.checks.map(
    (check) =>
      `  <testcase classname="${escapeXml(`${verdict.project}.${check.kind}`)}" name="${escapeXml(check.id)}">${body(check)}</testcase>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="backlot ${escapeXml(verdict.project)}" tests="${verdict.checks.length}" failures="${count('fail', 'needs-human')}" errors="${count('inconclusive')}" time="${(verdict.runs.wallMs / 1000).toFixed(3)}">
${cases.join('\n')}
</testsuite>
`
}

function body({ status, reason, findings }: ReportedCheck): string {
  const text = findings
    .map(({ message, scenario, seed, replay }) =>
      [scenario === null ? message : `${scenario}, seed ${seed}: ${message}`, replay]
        .filter((line) => line !== null)
        .join('\n'),
    )
    .join('\n')
  switch (status) {
    case 'pass':
      return ''
    case 'fail':
      return `<failure message="${escapeXml(findings[0]?.message ?? '')}">${escapeXml(text)}</failure>`
    case 'needs-human':
      return `<failure type="needs-human" message="${escapeXml(reason ?? '')}"></failure>`
    case 'inconclusive':
      return `<error message="${escapeXml(reason ?? '')}"></error>`
    default:
      return status satisfies never
  }
}
