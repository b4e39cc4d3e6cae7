import { type Notice, noticesOf } from './notices.ts'
import type { GateVerdict } from './verdict.ts'

/** GitHub shows so many errors and as many warnings of one step, and drops the rest without a word: https://docs.github.com/en/rest/checks/runs (2026-11-26). */
const STEP_MAX = 10

const data = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')

/** The verdict as workflow commands of GitHub Actions, worst first; a last line says how many the cap left out. */
export function printAnnotations(verdict: GateVerdict): string {
  const level = ({ status }: Notice): 'error' | 'warning' => (status === 'inconclusive' ? 'warning' : 'error')
  const notices = noticesOf(verdict)
  const kept = (['error', 'warning'] as const).flatMap((one) =>
    notices.filter((notice) => level(notice) === one).slice(0, STEP_MAX),
  )
  const lines = kept.map((notice) => {
    const { check, place, message, status } = notice
    const at = place === null ? [] : [`file=${property(place.path)}`, `line=${place.line}`, `col=${place.column}`]
    return `::${level(notice)} ${[...at, `title=${property(`${status}: ${check}`)}`].join(',')}::${data(message)}`
  })
  const cut = notices.length - kept.length
  if (cut > 0)
    lines.push(
      `${cut} more not annotated: GitHub shows ${STEP_MAX} of a kind in a step. All of them stand in the verdict.`,
    )
  return lines.map((line) => `${line}\n`).join('')
}

/**
 * Text that GitHub's runner takes for no command of its own. It obeys a line that begins with `::` after white space, and `##[` anywhere
 * in it (actions/runner, ActionCommand.cs, read 2026-11-26); what a candidate wrote may be in any line.
 */
export const inert = (text: string): string => text.replace(/^(\s*)::/gm, '$1\\::').replace(/##\[/g, '## [')
