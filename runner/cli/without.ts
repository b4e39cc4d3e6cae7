import { judgeExpectations } from '../../oracle/expectations.ts'
import type { Count } from '../../oracle/readiness/result.ts'
import { judgeRules } from '../../oracle/rules/judge.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import type { Run } from '../../scenarios/run.ts'
import { manifestOf } from '../gate/play.ts'
import { UsageError } from '../gate/workspace.ts'
import type { Troupe } from '../pool/player.ts'
import type { Project } from '../project.ts'
import { inputsOf, readResult, writeResult } from '../store/results.ts'
import { instant, realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>

/** What a build made without an item came to: what noticed, what did not come through, or neither. */
export type Without = { readonly red: readonly string[]; readonly broken: string | undefined }
const isEnforced = ({ red }: Without): boolean => red.length > 0
const isPassed = ({ red, broken }: Without): boolean => red.length === 0 && broken === undefined

/**
 * `backlot compare --without AC-2 BUILD`: builds made from the brief without one item must be refused by what covers the item; one that
 * passes shows that it is not enforced. Exit 0 when it is enforced, 1 when it is not, 4 when that cannot be told.
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
  const runsOf = async (spec: string | undefined): Promise<readonly Run[]> => {
    const build = troupe.player(spec, 1)
    progress.begin(spec ?? 'the working tree', entries.length)
    const runs = await build.play(entries, progress)
    progress.end()
    await build.close()
    return runs
  }
  // What is red with the item as well says nothing of the item.
  const own = judgeWithout(project, item, await runsOf(undefined))
  if (!isPassed(own)) {
    const why = own.red.length > 0 ? `it fails ${own.red.join(', ')}` : own.broken
    process.stderr.write(`the working tree does not pass what covers ${item}: ${why}. Run: npx backlot run\n`)
    process.exitCode = 4
    return
  }
  const results: ({ readonly build: string } & Without)[] = []
  for (const spec of specs) results.push({ build: spec, ...judgeWithout(project, item, await runsOf(spec)) })
  const passed = results.filter(isPassed)
  const told = results.filter((one) => isEnforced(one) || isPassed(one))
  if (told.length > 0) record(project, { what: item, failures: passed.length, of: told.length })
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  if (options.json === true) say(JSON.stringify({ schema: 'backlot.without/v1', item, results }, null, 2))
  else for (const one of results) say(lineOf(item, one))
  process.exitCode = passed.length > 0 ? 1 : told.length < results.length ? 4 : 0
}

function lineOf(item: string, { build, red, broken }: { readonly build: string } & Without): string {
  if (red.length > 0) return `enforced      ${item}: ${build} fails ${red.join(', ')}`
  return broken === undefined
    ? `NOT ENFORCED  ${item}: ${build} was made without it, and everything that covers it passes`
    : `INCONCLUSIVE  ${item}: ${build} does not come through: ${broken}`
}

/** Puts the count beside those of the other items, as long as they are of the same files. */
export function record(project: Pick<Project, 'folder' | 'deciding'>, count: Count): void {
  const old = readResult(project, 'criteria')
  const kept = old?.inputs === inputsOf(project) ? old.counts.filter(({ what }) => what !== count.what) : []
  writeResult(project, { item: 'criteria', at: instant(), counts: [...kept, count], figures: {} })
}

/**
 * What of that which covers the item does not pass: its scenarios by their id, and rules that they name or break. A run that broke off
 * says nothing of the item: any broken program does that.
 */
export function judgeWithout(
  { rules, scenarios }: Pick<Project, 'rules' | 'scenarios'>,
  item: string,
  runs: readonly Run[],
): Without {
  const covering = scenarios.filter(({ covers }) => covers.includes(item))
  const own = runs.filter(({ scenario }) => covering.some(({ id }) => id === scenario))
  const whole = (list: readonly Run[]): readonly Run[] => list.filter(({ ending }) => ending.kind === 'horizon')
  const named = new Set(covering.flatMap(({ then }) => then.flatMap((one) => (one.kind === 'rule' ? [one.id] : []))))
  const violated = [true, false].flatMap((isNamed) =>
    judgeRules(
      rules.filter(({ id }) => named.has(id) === isNamed),
      whole(isNamed ? runs : own),
    ).flatMap(({ id, verdict }) => (verdict.status === 'fail' ? [id] : [])),
  )
  const failed = covering.filter((scenario) =>
    whole(own).some((run) => run.scenario === scenario.id && judgeExpectations(scenario, run).status === 'fail'),
  )
  const stopped = own.find(({ ending }) => ending.kind !== 'horizon')
  return {
    red: [...violated, ...failed.map(({ id }) => id)],
    broken:
      stopped === undefined
        ? undefined
        : `${stopped.scenario}: ${stopped.ending.kind}: ${stopped.ending.message.split('\n')[0]}`,
  }
}
