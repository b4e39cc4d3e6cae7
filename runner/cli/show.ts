import { existsSync, readFileSync } from 'node:fs'
import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRules } from '../../oracle/rules/judge.ts'
import { type Verdict, worst } from '../../oracle/verdict.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import { toMs } from '../../scenarios/parse/schema.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Place, Scenario } from '../../scenarios/scenario.ts'
import { totals } from '../../twins/money.ts'
import { printable } from '../gate/intake.ts'
import { UsageError } from '../gate/workspace.ts'
import { openTroupe } from '../pool/player.ts'
import type { Project } from '../project.ts'
import { clock, printTimeline } from '../report/timeline.ts'
import { EXIT } from '../report/verdict.ts'
import type { OnOpen } from './open.ts'

type Options = Readonly<Record<string, unknown>>

/** The offset of `--until` in virtual milliseconds. Throws `UsageError`. */
export function untilOf({ until }: Options): number | undefined {
  if (typeof until !== 'string') return undefined
  if (/^\+?\d+(ms|s|m|h|d)$/.test(until)) return toMs(until)
  throw new UsageError(`expected --until to be an offset such as +5m, got "${until}".`)
}

/** `show SCENARIO`: the timeline of one run, passing or not, and what is said of it. Exit codes are those of a verdict. */
export async function runShow(id: string, options: Options, onOpen: OnOpen): Promise<void> {
  const untilMs = untilOf(options)
  const troupe = await openTroupe(typeof options.project === 'string' ? options.project : '.', onOpen)
  try {
    const { project } = troupe
    const scenario = project.scenarios.find((one) => one.id === id)
    if (scenario === undefined)
      throw new UsageError(
        `expected the id of a scenario, got "${id}": there is none of that name.${suggest(
          id,
          project.scenarios.map((one) => one.id),
        )}`,
      )
    const candidate = typeof options.candidate === 'string' ? options.candidate : undefined
    const run = await troupe.player(candidate, 1).one(scenario, String(options.seed))
    const said = saidOf(scenario, project, run)
    if (options.json === true) process.stdout.write(`${JSON.stringify({ schema: 'backlot.show/v1', run }, null, 2)}\n`)
    else {
      const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
      process.stdout.write(printTimeline(run, { colour, width: process.stdout.columns ?? 160, untilMs }))
    }
    process.stderr.write(`${said.lines.join('\n')}\n`)
    process.exitCode = EXIT[said.verdict.status]
  } finally {
    await troupe.close()
  }
}

/** What the scenario's own expectations, the rules and the bill say of one run, a line each. */
function saidOf(
  scenario: Scenario,
  project: Project,
  run: Run,
): { readonly verdict: Verdict; readonly lines: string[] } {
  const spent = Object.entries(totals(run.bill.lines)).map(([currency, amount]) => `${amount} ${currency}`)
  const figures = `seed ${run.seed}, ${clock(run.endedAtMs - run.startsAtMs)} of virtual time, ${run.trace.length} events, ${spent.join(', ') || 'no cost'}, hash ${run.hash.slice(0, 16)}`
  if (run.ending.kind !== 'horizon') {
    const reason = `${run.ending.kind}: ${printable(run.ending.message)}`
    const fault = run.ending.kind === 'not-modelled' || run.ending.kind === 'bug'
    const finding = { message: reason, scenario: run.scenario, seed: run.seed, atVirtualMs: undefined }
    return {
      verdict: fault ? { status: 'inconclusive', reason } : { status: 'fail', findings: [finding] },
      lines: [`✗ it broke off at ${clock(run.ending.atMs - run.startsAtMs)}: ${reason}`, figures],
    }
  }
  const wanted = scenario.then.map((expectation) => ({
    what: sourceOf(expectation.place) ?? expectation.kind,
    verdict: judgeExpectations({ ...scenario, then: [expectation] }, run),
  }))
  // A rule that this run never met has nothing to say of it.
  const ruled = judgeRules(project.rules, [run])
    .filter(({ exercised, share }) => exercised > 0 && share === undefined)
    .map(({ sentence, exercised, verdict }) => ({ what: `${sentence} (${exercised}x)`, verdict }))
  const all = [...wanted, ...ruled]
  return {
    verdict: worst(all.map(({ verdict }) => verdict)),
    lines: [...all.flatMap(({ what, verdict }) => tell(what, verdict)), figures],
  }
}

function tell(what: string, verdict: Verdict): readonly string[] {
  if (verdict.status === 'pass') return [`✓ ${what}`]
  if (verdict.status === 'inconclusive') return [`? ${what}`, `    ${verdict.reason.replaceAll('\n', '\n    ')}`]
  return [
    `✗ ${what}`,
    ...verdict.findings.map(
      ({ message, atVirtualMs }) => `    ${atVirtualMs === undefined ? '' : `${clock(atVirtualMs)} `}${message}`,
    ),
  ]
}

/** The line a piece of a scenario begins at, as it was written. */
function sourceOf({ file, line }: Place): string | undefined {
  if (!existsSync(file)) return undefined
  return readFileSync(file, 'utf8')
    .split('\n')
    .at(line - 1)
    ?.trim()
    .replace(/^- /, '')
}
