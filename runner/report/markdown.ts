import { duration } from '../../oracle/expectations.ts'
import { oddChecks } from './notices.ts'
import { prose, quoted } from './quote.ts'
import type { GateVerdict, ReportedCheck, ReportedFinding, Status } from './verdict.ts'

const MARK: Readonly<Record<Status, string>> = {
  pass: '✅ pass',
  fail: '❌ fail',
  'needs-human': '✋ needs a person',
  inconclusive: '❔ inconclusive',
}

/** The verdict as a summary for a pull request or a job. Longer than `charactersMax`, it is cut between two checks and says what is missing. */
export function printMarkdown(verdict: GateVerdict, charactersMax: number = Number.POSITIVE_INFINITY): string {
  const { status, checks, shard } = verdict
  const odd = oddChecks(verdict)
  const head = [
    `## Backlot: ${MARK[status]}${shard === null ? '' : ` (part ${shard.index} of ${shard.of}, no verdict yet)`}`,
    '',
    ...about(verdict),
    ...beside(verdict),
    ...unprovenOf(verdict),
    ...figuresOf(verdict),
  ]
  const tail = [`${checks.length - odd.length} of ${checks.length} checks passed.`]
  const sections = odd.map((check) => section(check))
  // What is cut is told, and the room for saying so is kept free.
  let room = charactersMax - [...head, ...tail].join('\n').length - 200
  let shown = 0
  for (const lines of sections) {
    room -= lines.join('\n').length + 1
    if (room < 0) break
    shown += 1
  }
  const cut = sections.length - shown
  return `${[
    ...head,
    ...sections.slice(0, shown).flat(),
    ...(cut === 0
      ? []
      : [`**${cut} more checks did not pass** and are left out here: the comment would be too long.`, '']),
    ...tail,
  ].join('\n')}\n`
}

function about({ project, candidate, base, runs, determinism }: GateVerdict): readonly string[] {
  const against = base === null ? '' : ` against ${quoted(base.name)}`
  const cached = runs.cached === 0 ? '' : ` (${runs.cached} from the cache)`
  const missing = runs.total < runs.expected ? ` of ${runs.expected}` : ''
  return [
    `${prose(project)}: ${quoted(candidate.name)}${against}. ${runs.total}${missing} runs${cached} of ${runs.scenarios} scenarios, ${duration(runs.virtualMs)} of virtual time in ${(runs.wallMs / 1000).toFixed(1)} s. Determinism ${prose(determinism.tier)}, sandbox ${quoted(determinism.sandbox)}.`,
    '',
  ]
}

/** The tier it was held to, sealed scenarios by number, and how often all of it held. */
function beside({ policy, holdout, satisfaction }: GateVerdict): readonly string[] {
  const parts = [
    ...(policy === null
      ? []
      : [
          `tier ${policy.tier} by ${quoted(policy.rule)}${policy.owner === null ? '' : `, owner ${quoted(policy.owner)}`}`,
        ]),
    ...(holdout === null || holdout.evaluated === 0
      ? []
      : [
          `${holdout.evaluated} sealed scenarios ${holdout.passed === true ? 'passed' : 'not passed'}, ${holdout.budgetLeft} evaluations left`,
        ]),
    ...(satisfaction === null
      ? []
      : [
          `${satisfaction.passed} of ${satisfaction.of} runs kept every promise (at least ${(100 * satisfaction.lower).toFixed(1)} % of all would, with 95 % confidence)`,
        ]),
  ]
  return parts.length === 0 ? [] : [`${parts.join('; ')}.`, '']
}

const unprovenOf = ({ unproven }: GateVerdict): readonly string[] =>
  unproven.length === 0
    ? []
    : [
        ...unproven.map(
          ({ scenario, why }) => `- **unproven** ${quoted(scenario)}: ${prose(why)}. It decides nothing.`,
        ),
        '',
      ]

function figuresOf({ figures }: GateVerdict): readonly string[] {
  if (figures.length === 0) return []
  const rows = figures.map(
    ({ unit, base: was, candidate: is }) => `| ${prose(unit)} | ${quoted(was ?? '')} | ${quoted(is)} |`,
  )
  return ['| measure | base | candidate |', '| --- | --- | --- |', ...rows, '']
}

function section({ id, status, why, reason, findings }: ReportedCheck): readonly string[] {
  const lines = [`### ${MARK[status]}: ${quoted(id)}`, '', prose(why), '']
  if (reason !== null) lines.push(...reason.split('\n').map((line) => `- ${quoted(line)}`), '')
  for (const finding of findings) lines.push(...findingLines(finding), '')
  return lines
}

function findingLines({
  message,
  scenario,
  seed,
  atVirtualMs,
  place,
  smallest,
  replay,
}: ReportedFinding): readonly string[] {
  const where =
    scenario === null
      ? ''
      : `**${prose(scenario)}**, seed ${prose(seed ?? '?')}${atVirtualMs === null ? '' : `, at +${duration(atVirtualMs)}`}: `
  const lines = [`- ${where}${quoted(message)}`]
  if (smallest !== null) lines.push(`  - smallest case, ${quoted(smallest)}`)
  if (place !== null) lines.push(`  - ${quoted(place)}`)
  if (replay !== null) lines.push('', '  ```sh', `  ${replay.replace(/[`\n\r]/g, '')}`, '  ```')
  return lines
}
