import { duration } from '../../oracle/expectations.ts'
import type { GateVerdict } from './verdict.ts'

/** Text of others in Markdown: no markup, links or images come of it. */
const plain = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>()#+!|~@]/g, (char) => `\\${char}`).replace(/\n/g, ' ')

/** The verdict as a summary for a pull request. */
export function printMarkdown({ status, project, base, candidate, checks, figures, runs }: GateVerdict): string {
  const odd = checks.filter((check) => check.status !== 'pass')
  const lines = [
    `## Backlot: ${status}`,
    '',
    `${plain(project)}: ${plain(candidate.name)}${base === null ? '' : ` against ${plain(base.name)}`}. ${runs.total} runs of ${runs.scenarios} scenarios, ${duration(runs.virtualMs)} of virtual time in ${(runs.wallMs / 1000).toFixed(1)} s.`,
    '',
  ]
  if (figures.length > 0) {
    lines.push('| measure | base | candidate |', '| --- | --- | --- |')
    for (const { unit, base: was, candidate: is } of figures)
      lines.push(`| ${plain(unit)} | ${plain(was ?? '')} | ${plain(is)} |`)
    lines.push('')
  }
  for (const check of odd) {
    lines.push(`### ${check.status}: ${plain(check.id)}`, '', plain(check.why), '')
    if (check.reason !== null) lines.push(plain(check.reason), '')
    for (const { message, scenario, seed, atVirtualMs, replay, smallest } of check.findings) {
      const where =
        scenario === null
          ? ''
          : `${plain(scenario)}, seed ${plain(seed ?? '?')}${atVirtualMs === null ? '' : `, at +${duration(atVirtualMs)}`}: `
      lines.push(`- ${where}${plain(message)}`)
      if (smallest !== null) lines.push(`  - smallest case, ${plain(smallest)}`)
      if (replay !== null) lines.push('', '  ```sh', `  ${replay.replaceAll('`', '')}`, '  ```')
    }
    lines.push('')
  }
  lines.push(`${checks.length - odd.length} of ${checks.length} checks passed.`)
  return `${lines.join('\n')}\n`
}
