import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRules } from '../../oracle/rules/judge.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import type { Run } from '../../scenarios/run.ts'
import { manifestOf } from '../gate/play.ts'
import { UsageError } from '../gate/workspace.ts'
import type { Troupe } from '../pool/player.ts'
import type { Project } from '../project.ts'
import { readResult, writeResult } from '../store/results.ts'
import { instant, realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>

/**
 * `backlot compare --without AC-2 BUILD`: builds made from the brief without one item must be refused by the oracle; one that passes shows
 * that the item is not enforced. Exit 0 when it is enforced, 1 when it is not.
 */
export async function runWithout(
  specs: readonly string[],
  item: string,
  troupe: Troupe,
  options: Options,
): Promise<void> {
  const { project } = troupe
  const known = [...new Set(project.scenarios.flatMap(({ covers }) => covers))]
  if (!known.includes(item))
    throw new UsageError(`no scenario covers ${item}, so nothing can enforce it.${suggest(item, known)}`)
  const entries = manifestOf(project.scenarios, 3)
  const progress = realProgress()
  const results: { readonly build: string; readonly red: readonly string[] }[] = []
  for (const spec of specs) {
    const build = troupe.player(spec, 1)
    progress.begin(spec, entries.length)
    results.push({ build: spec, red: redOf(project, await build.play(entries, progress)) })
    progress.end()
    await build.close()
  }
  const passed = results.filter(({ red }) => red.length === 0)
  const before = readResult(project, 'criteria')?.counts.filter(({ what }) => what !== item) ?? []
  const counts = [...before, { what: item, failures: passed.length, of: results.length }]
  writeResult(project, { item: 'criteria', at: instant(), counts, figures: {} })
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  if (options.json === true) say(JSON.stringify({ schema: 'backlot.without/v1', item, results }, null, 2))
  else {
    for (const { build, red } of results)
      say(
        red.length === 0
          ? `NOT ENFORCED  ${item}: ${build} was made without it, and everything passes`
          : `enforced      ${item}: ${build} fails ${red.join(', ')}`,
      )
  }
  process.exitCode = passed.length === 0 ? 0 : 1
}

/** The checks that do not pass: rules, and scenarios by their id. */
function redOf(project: Project, runs: readonly Run[]): readonly string[] {
  const rules = judgeRules(
    project.rules,
    runs.filter(({ ending }) => ending.kind === 'horizon'),
  )
  const red = rules.flatMap(({ id, verdict }) => (verdict.status === 'fail' ? [id] : []))
  const failed = project.scenarios.filter((scenario) =>
    runs.some(
      (run) =>
        run.scenario === scenario.id &&
        (run.ending.kind !== 'horizon' || judgeExpectations(scenario, run).status === 'fail'),
    ),
  )
  return [...red, ...failed.map(({ id }) => id)]
}
