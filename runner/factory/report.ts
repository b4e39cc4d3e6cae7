import pc from 'picocolors'
import { printMicroUsd } from '../hook/usage.ts'
import { prose, quoted } from '../report/quote.ts'
import type { AttemptReport, FactoryOutcome, OutcomeKind } from './outcome.ts'

const HEAD = ['attempt', 'agent', 'verdict', 'what spoke against it', 'cost as reported', 'time'] as const
const TEXT_MAX = 60

type Colours = ReturnType<typeof pc.createColors>

/** How a run came out, for people: a table of its attempts, what it took, and what to do next. */
export function printOutcome(outcome: FactoryOutcome, options: { readonly colour: boolean }): string {
  const colours = pc.createColors(options.colour)
  const paint = painter(outcome.kind, colours)
  const lines = outcome.attempts.length === 0 ? [] : [...table(outcome, colours), '']
  const bare = outcome.brief.criteria.filter(({ scenarios }) => scenarios.length === 0).map(({ id }) => id)
  if (bare.length > 0) lines.push(`nothing checks ${bare.join(', ')}`)
  lines.push(spentLine(outcome), `${paint(colours.bold(outcome.kind))}  ${outcome.reason}`, ...next(outcome, colours))
  return `${lines.join('\n')}\n`
}

const painter = (kind: OutcomeKind, colours: Colours): ((text: string) => string) =>
  kind === 'released' ? colours.green : kind === 'exhausted' ? colours.red : colours.yellow

const against = ({ failing, reason }: AttemptReport): string => {
  const text = reason ?? (failing.length === 0 ? '' : failing.join(', '))
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 3)}...` : text
}

function table({ attempts }: FactoryOutcome, colours: Colours): readonly string[] {
  const rows = attempts.map((one) => [
    String(one.attempt),
    one.agent,
    one.status,
    against(one),
    money(one.costMicroUsd),
    one.wallMs === null ? '' : seconds(one.wallMs),
  ])
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at >= 4 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  return [colours.dim(line(HEAD)), ...rows.map(line)]
}

const money = (microUsd: number | null): string => (microUsd === null ? 'unreported' : printMicroUsd(microUsd))
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

function spentLine({ spent, limits }: FactoryOutcome): string {
  const of = limits.microUsd === null ? '' : ` of ${printMicroUsd(limits.microUsd)}`
  const unverified = limits.microUsd === null ? '' : ' (so nobody knows whether the budget was kept)'
  const silent =
    spent.unreported === 0
      ? ''
      : `, ${spent.unreported} answer${spent.unreported === 1 ? '' : 's'} without a price${unverified}`
  return `used ${spent.attempts} of ${limits.attempts} attempts, ${printMicroUsd(spent.microUsd)}${of} as reported${silent}, ${seconds(spent.wallMs)} of ${Math.round(limits.wallMs / 60_000)} min`
}

/** The commands that go on from here. */
function next(outcome: FactoryOutcome, colours: Colours): readonly string[] {
  const command = (text: string): string => `next: ${colours.cyan(text)}`
  const last = outcome.attempts.at(-1)
  const lines: string[] = []
  switch (outcome.kind) {
    case 'released':
      lines.push(`branch ${outcome.branch} at ${outcome.commit}`)
      if (outcome.evidence !== null) lines.push(command(`npx backlot verify ${outcome.evidence} --key PUBLIC-KEY`))
      lines.push(command(`git diff ${outcome.base.slice(0, 12)} ${outcome.branch}`))
      break
    case 'needs-human': {
      const waiting = outcome.attempts.find(({ attempt }) => attempt === outcome.attempt)
      if (outcome.evidence !== null) lines.push(`evidence ${outcome.evidence}`)
      if (waiting?.patch) lines.push(command(`less ${waiting.patch}`))
      lines.push('Once it is approved, the same command releases it.')
      break
    }
    case 'exhausted':
      if (last?.verdict) lines.push(command(`less ${last.verdict}`))
      break
    case 'stopped':
      lines.push('The same command goes on from here.')
      break
    default:
      outcome.kind satisfies never
  }
  return lines
}

/** A release as the body of a pull request: what was asked, what checks it, how it came about, how to check that. */
export function printPullRequest(outcome: FactoryOutcome, summary: string): string {
  const { brief, attempts, attempt, evidence, commit, base } = outcome
  const rows = brief.criteria.map(
    ({ id, text, scenarios }) =>
      `| ${prose(id)} | ${prose(text)} | ${scenarios.length === 0 ? '**nothing checks it**' : scenarios.map(quoted).join(', ')} |`,
  )
  const tried = attempts.map(
    (one) =>
      `| ${one.attempt}${one.attempt === attempt ? ' (this)' : ''} | ${quoted(one.agent)} | ${one.status} | ${quoted(against(one))} | ${money(one.costMicroUsd)} | ${one.wallMs === null ? '' : seconds(one.wallMs)} |`,
  )
  const approved = attempts.find((one) => one.attempt === attempt)?.status === 'needs-human'
  const how = approved ? 'approved by people, as the policy demands,' : 'passed by the gate'
  return `# ${prose(brief.title)}

Made by ${quoted(outcome.agent)} from \`${base}\` and ${how} as \`${commit}\`.${approved ? '' : ' No person has looked at it yet.'}

| criterion | | checked by |
| --- | --- | --- |
${rows.join('\n')}

| attempt | agent | verdict | what spoke against it | cost as reported | time |
| --- | --- | --- | --- | --- | --- |
${tried.join('\n')}

${summary}
${evidence === null ? 'No evidence was signed.' : `Evidence: ${quoted(evidence)}. Check it with ${quoted(`npx backlot verify ${evidence} --key PUBLIC-KEY`)}.`}
`
}
