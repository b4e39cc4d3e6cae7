import pc from 'picocolors'
import { duration } from '../../oracle/expectations.ts'
import { grouped, oddChecks } from './notices.ts'
import type { GateVerdict, ReportedCheck, Status } from './verdict.ts'

const LABEL: Readonly<Record<Status, string>> = {
  pass: 'pass',
  fail: 'FAIL',
  inconclusive: 'INCONCLUSIVE',
  'needs-human': 'NEEDS HUMAN',
}
const WIDTH = 14

type Colours = ReturnType<typeof pc.createColors>

const paint = (status: Status, colours: Colours): ((text: string) => string) =>
  status === 'pass' ? colours.green : status === 'fail' ? colours.red : colours.yellow

/** The verdict for people: what failed and why first, then what was seen, then the count. No line of it is computed anew. */
export function printVerdict(verdict: GateVerdict, options: { readonly colour: boolean }): string {
  const colours = pc.createColors(options.colour)
  const lines: string[] = []
  for (const check of oddChecks(verdict)) lines.push(...printCheck(check, colours), '')
  for (const { scenario, why } of verdict.unproven)
    lines.push(
      `${colours.yellow('UNPROVEN'.padEnd(WIDTH))}${colours.bold(scenario)}: ${why}. It was not played and decides nothing.`,
      `${' '.repeat(WIDTH)}prove it: npx backlot prove ${scenario} --red REF --green REF`,
      '',
    )
  // A part's figures would compare a part with nothing that anybody knows.
  if (verdict.figures.length > 0 && verdict.base !== null && verdict.shard === null)
    lines.push(...printFigures(verdict, colours), '')
  lines.push(...printCount(verdict, colours))
  return `${lines.join('\n')}\n`
}

function printCheck({ id, status, why, reason, findings }: ReportedCheck, colours: Colours): readonly string[] {
  const label = paint(status, colours)(LABEL[status].padEnd(WIDTH))
  const indent = ' '.repeat(WIDTH)
  const lines = [`${label}${colours.bold(id)}: ${why}`]
  if (reason !== null) lines.push(...reason.split('\n').map((line) => `${indent}${line}`))
  for (const [finding, also] of grouped(findings)) {
    const where =
      finding.scenario === null
        ? ''
        : `${finding.scenario}, seed ${finding.seed ?? '?'}${finding.atVirtualMs === null ? '' : `, at +${duration(finding.atVirtualMs)}`}: `
    lines.push(`${indent}${where}${finding.message}`)
    if (finding.place !== null) lines.push(`${indent}${colours.dim(finding.place)}`)
    if (finding.smallest !== null) lines.push(`${indent}smallest case, ${finding.smallest}`)
    if (finding.replay !== null) lines.push(`${indent}replay: ${colours.cyan(finding.replay)}`)
    if (also.length > 0)
      lines.push(`${indent}${colours.dim(`the same with seed ${also.map(({ seed }) => seed ?? '?').join(', ')}`)}`)
  }
  return lines
}

const BAR = 30
const number = (text: string): number => {
  const [, value = '0', unit = ''] = /^([\d.]+)\s*(\w*)/.exec(text) ?? []
  const scale: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }
  return Number(value) * (scale[unit] ?? 1)
}

/** Base and candidate side by side, as bars: what is longer is worse. */
function printFigures({ figures, checks }: GateVerdict, colours: Colours): readonly string[] {
  const compared = figures.filter(({ base }) => base !== null)
  const width = Math.max(...compared.map(({ unit }) => unit.length))
  return compared.flatMap(({ id, unit, base, candidate }) => {
    const [was, is] = [number(base ?? '0'), number(candidate)]
    const most = Math.max(was, is, Number.MIN_VALUE)
    const bar = (value: number): string => '▇'.repeat(Math.max(value > 0 ? 1 : 0, Math.round((value / most) * BAR)))
    const failed = checks.find((check) => check.id === id)?.status === 'fail'
    return [
      `${unit.padEnd(width)}  base       ${colours.dim(bar(was).padEnd(BAR))}  ${base}`,
      `${' '.repeat(width)}  candidate  ${(failed ? colours.red : colours.green)(bar(is).padEnd(BAR))}  ${candidate}`,
    ]
  })
}

function printCount(verdict: GateVerdict, colours: Colours): readonly string[] {
  const { status, checks, runs, cost, base, candidate, project, determinism, shard } = verdict
  const count = (one: Status): number => checks.filter((check) => check.status === one).length
  const parts = [`${count('pass')} checks passed`, `${count('fail')} failed`]
  if (count('inconclusive') > 0) parts.push(`${count('inconclusive')} inconclusive`)
  if (count('needs-human') > 0) parts.push(`${count('needs-human')} for a person`)
  const cached = runs.cached === 0 ? '' : ` (${runs.cached} from the cache)`
  const missing = runs.total < runs.expected ? ` of ${runs.expected}` : ''
  const money =
    cost === null ? '' : `; cost per request ${cost.base === null ? '' : `${cost.base} -> `}${cost.candidate}`
  const certified = determinism.of === 0 ? '' : `, ${determinism.certified} of ${determinism.of} certified`
  return [
    `${parts.join(', ')} in ${(runs.wallMs / 1000).toFixed(1)} s: ${runs.total}${missing} runs${cached} of ${runs.scenarios} scenarios (${duration(runs.virtualMs)} of virtual time)${money}`,
    `determinism ${determinism.tier}${certified}; sandbox: ${determinism.sandbox}`,
    ...printBeside(verdict),
    `${paint(status, colours)(colours.bold(status))}  ${project}: ${candidate.name}${base === null ? '' : ` against ${base.name}`}${shard === null ? '' : `, part ${shard.index} of ${shard.of} and no verdict yet`}`,
  ]
}

/** What stands beside the verdict: the tier it was held to, sealed scenarios by number, and how often all of it held. */
function printBeside({ policy, holdout, satisfaction, checks }: GateVerdict): readonly string[] {
  const lines: string[] = []
  if (policy !== null)
    lines.push(`policy: tier ${policy.tier} by ${policy.rule}${policy.owner === null ? '' : `, owner ${policy.owner}`}`)
  if (holdout !== null && holdout.evaluated > 0)
    lines.push(
      `sealed scenarios: ${holdout.evaluated} evaluated, ${holdout.passed === true ? 'passed' : 'not passed'}; ${holdout.budgetLeft} evaluations left`,
    )
  // Where everything held, the count of checks has said so.
  if (satisfaction !== null && checks.some(({ status }) => status === 'fail'))
    lines.push(
      `${satisfaction.passed} of ${satisfaction.of} runs kept every promise (at least ${(100 * satisfaction.lower).toFixed(1)} % of all would, with 95 % confidence)`,
    )
  return lines
}
