import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIgnores } from '../../scenarios/parse/ignores.ts'
import { readYaml } from '../../scenarios/parse/yaml.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Ignored, Problem, Scenario } from '../../scenarios/scenario.ts'
import { type Compared, compareRuns } from '../diff/differences.ts'
import { type Comparison, groupDifferences } from '../diff/group.ts'
import { overlooking } from '../diff/overlook.ts'
import { type DiffReport, diffJson, printDiff } from '../diff/print.ts'
import { type Sides, type SmallestTraffic, smallestTraffic } from '../diff/smallest.ts'
import { trafficOf } from '../diff/traffic.ts'
import { UsageError } from '../gate/workspace.ts'
import { openTroupe, type Player, type Troupe } from '../pool/player.ts'
import { type Project, ProjectProblems, withDefaults } from '../project.ts'
import type { OnOpen } from './open.ts'
import { instant, realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>
/** Where a project says what comparisons may overlook. */
const IGNORES = 'backlot/ignore.yaml'
/** How many kinds of difference get their smallest traffic. */
const SMALLEST_MAX = 3

/** `diff BASE CANDIDATE`: exit 0 when they behave alike, 1 when they do not, 4 when nothing could be compared. */
export async function runDiff(base: string, candidate: string, options: Options, onOpen: OnOpen): Promise<void> {
  const files = Array.isArray(options.traffic) ? options.traffic.map(String) : []
  const folder = typeof options.project === 'string' ? options.project : '.'
  const troupe = await openTroupe(folder, onOpen)
  try {
    const { project } = troupe
    const traffic = await trafficOf(files, project, async (evidence) => {
      const { importTraffic } = await import('./import.ts')
      return importTraffic(evidence, folder)
    })
    const rules = [...readRules(project, options), ...traffic.flatMap(({ ignore }) => ignore ?? [])]
    const progress = realProgress()
    const steps = traffic.reduce((sum, { when }) => sum + when.length, 0)
    progress.note(
      `replaying ${steps} steps of ${traffic.length} stor${traffic.length === 1 ? 'y' : 'ies'} on ${base} and on ${candidate}, in the same world; seed ${options.seed}`,
    )
    const report = await compare({ base, candidate, traffic, rules, files }, troupe, options)
    if (options.json === true) process.stdout.write(`${JSON.stringify(diffJson(report), null, 2)}\n`)
    else process.stdout.write(printDiff(report))
    const { comparison, broken } = report
    process.exitCode = broken.length > 0 || comparison.requests === 0 ? 4 : comparison.groups.length > 0 ? 1 : 0
  } finally {
    await troupe.close()
  }
}

type Asked = {
  readonly base: string
  readonly candidate: string
  readonly traffic: readonly Scenario[]
  readonly rules: readonly Ignored[]
  readonly files: readonly string[]
}

async function compare(
  { base, candidate, traffic, rules, files }: Asked,
  troupe: Troupe,
  options: Options,
): Promise<DiffReport> {
  const { project } = troupe
  const seed = String(options.seed ?? '1')
  const players = [base, candidate].map((spec): Player => troupe.player(spec === '.' ? undefined : spec, 1))
  const { overlook, hidden, expired } = overlooking(rules, instant().slice(0, 10))
  const play = async (scenario: Scenario): Promise<readonly [Run, Run]> => {
    const whole = withDefaults(scenario, project.config.defaults)
    const [left, right] = await Promise.all(players.map((player) => player.one(whole, seed)))
    if (left === undefined || right === undefined) throw new Error('diff: expected two runs.')
    return [left, right]
  }
  const runs = []
  for (const story of traffic) runs.push({ story, pair: await play(story) })
  const broken = runs.flatMap(({ story, pair: [left] }) =>
    left.ending.kind === 'horizon' ? [] : [`${story.id} on ${base}: ${left.ending.message.split('\n')[0]}`],
  )
  const whole = runs.filter(({ pair: [left] }) => left.ending.kind === 'horizon')
  const comparisons = whole.map(({ story, pair: [left, right] }) => ({
    story,
    comparison: groupDifferences(compareRuns(left, right, overlook), left, right),
  }))
  const counted = hidden()
  const sides: Sides = {
    play,
    compare: (left, right): Comparison => {
      const compared: readonly Compared[] = compareRuns(left, right, overlook)
      return groupDifferences(compared, left, right)
    },
  }
  const smallest = new Map<string, SmallestTraffic>()
  if (options.minimise === true)
    for (const { story, comparison } of comparisons)
      for (const { about } of comparison.groups.slice(0, SMALLEST_MAX)) {
        const found = await smallestTraffic(story, about, sides, Number(options.runs ?? 300))
        if (found !== undefined) smallest.set(about, found)
      }
  return {
    base,
    candidate,
    traffic: files,
    seed,
    comparison: joined(comparisons.map(({ comparison }) => comparison)),
    smallest,
    hidden: counted,
    expired: expired.map(
      ({ field, owner, expires }) =>
        `${field}: ended on ${expires}, so it hides nothing. ${owner} renews it or takes it off.`,
    ),
    broken,
  }
}

/** Several stories' comparisons as one. */
function joined(all: readonly Comparison[]): Comparison {
  const byAbout = Map.groupBy(
    all.flatMap(({ groups }) => groups),
    ({ about }) => about,
  )
  return {
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    same: all.reduce((sum, { same }) => sum + same, 0),
    groups: [...byAbout.values()].flatMap(([first, ...more]) =>
      first === undefined
        ? []
        : [
            {
              ...first,
              seen: more.reduce((sum, { seen }) => sum + seen, first.seen),
              of: more.reduce((sum, { of }) => sum + of, first.of),
              steps: [first, ...more].flatMap(({ steps }) => steps),
            },
          ],
    ),
  }
}

/** The rules of a file of the project, typed and owned; there are none by default. */
function readRules({ folder }: Project, options: Options): readonly Ignored[] {
  const named = typeof options.ignore === 'string' ? options.ignore : undefined
  const path = named ?? join(folder, IGNORES)
  if (!existsSync(path)) {
    if (named === undefined) return []
    throw new UsageError(`expected --ignore to be a file, got ${named}, which does not exist.`)
  }
  const problems: Problem[] = []
  const yaml = readYaml({ file: named ?? IGNORES, text: readFileSync(path, 'utf8'), above: 0 }, problems)
  const value = yaml?.value as { readonly ignore?: unknown } | undefined
  if (yaml !== undefined && !Array.isArray(value?.ignore))
    problems.push(yaml.problem([], 'expected "ignore:" with a list of rules, got none.'))
  const rules = yaml === undefined ? [] : readIgnores(value?.ignore, yaml, problems)
  if (problems.length > 0) throw new ProjectProblems(problems)
  return rules
}
