import { availableParallelism } from 'node:os'
import fc from 'fast-check'
import { judgeExpectations } from '../../oracle/expectations.ts'
import { mine, type Proposal } from '../../oracle/mine/mine.ts'
import { variationsOf } from '../../oracle/properties/variations.ts'
import { judgeRun } from '../../oracle/rules/monitor.ts'
import { shapeOf, translate } from '../../oracle/rules/translate.ts'
import type { Run } from '../../scenarios/run.ts'
import { type Entry, manifestOf } from '../gate/play.ts'
import { UsageError } from '../gate/workspace.ts'
import { openTroupe } from '../pool/player.ts'
import type { Project } from '../project.ts'
import type { OnOpen } from './open.ts'
import { freshWord, realMs, realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>

/** `backlot mine`: proposals out of passing runs of the working tree. Exit 0, and 4 when nothing passed to mine from. */
export async function runMine(options: Options, onOpen: OnOpen): Promise<void> {
  const troupe = await openTroupe(typeof options.project === 'string' ? options.project : '.', onOpen)
  try {
    const { project } = troupe
    const entries = [
      ...manifestOf(project.scenarios, Number(options.seeds)),
      ...storiesOf(project, Number(options.stories ?? 0)),
    ]
    const progress = realProgress()
    progress.note(`running ${entries.length} runs to mine from`)
    progress.begin('runs', entries.length)
    const jobs = typeof options.jobs === 'number' ? options.jobs : Math.min(4, availableParallelism())
    const runs = await troupe.player(undefined, jobs).play(entries, progress)
    progress.end()
    const passing = runs.filter((run) => passes(project, run))
    const mined = mine(passing, { known: project.rules, supportMin: Number(options.support) })
    const proposals = options.rank === true ? await ranked(mined, project, jobs, options, onOpen) : mined
    report(proposals, { runs: runs.length, passing: passing.length }, options)
    process.exitCode = passing.length === 0 ? 4 : 0
  } finally {
    await troupe.close()
  }
}

/** In the order of what they notice among the mutants that no check notices yet. */
async function ranked(
  proposals: readonly Proposal[],
  { folder }: Project,
  jobs: number,
  options: Options,
  onOpen: OnOpen,
): Promise<readonly Proposal[]> {
  const { rankByMutants } = await import('../mine/rank.ts')
  const { createHardenProgress } = await import('../harden/progress.ts')
  const { NotPristine } = await import('../harden/harden.ts')
  const progress = createHardenProgress(process.stderr, realMs)
  progress.note(`trying ${proposals.length} proposals on the mutants that survive`)
  try {
    return await rankByMutants(proposals, {
      project: folder,
      family: 'all',
      sample: typeof options.sample === 'number' ? options.sample : undefined,
      survivors: true,
      matrix: false,
      environment: false,
      seeds: 1,
      jobs,
      word: freshWord(),
      seed: '1',
      progress,
      now: realMs,
      onOpen,
    })
  } catch (error) {
    if (!(error instanceof NotPristine)) throw error
    throw new UsageError(`${error.message}, so mutants say nothing. Run: npx backlot run`)
  }
}

/** Mining a run that fails would make a law of the mistake. */
function passes({ scenarios, rules }: Project, run: Run): boolean {
  if (run.ending.kind !== 'horizon') return false
  const scenario = scenarios.find(({ id }) => id === run.scenario)
  if (scenario !== undefined && judgeExpectations(scenario, run).status !== 'pass') return false
  return judgeRun(rules, run).every(({ status }) => status !== 'violated')
}

function storiesOf({ scenarios, twins }: Project, count: number): readonly Entry[] {
  if (count === 0) return []
  const operations = twins.flatMap(({ name, operations: own }) => own.map((operation) => `${name}.${operation}`))
  return fc
    .sample(variationsOf(scenarios, { operations }), { seed: 1, numRuns: count })
    .map((scenario, at) => ({ scenario: { ...scenario, id: `${scenario.id}-${at + 1}` }, seed: `${(at % 97) + 1}` }))
}

function report(
  proposals: readonly Proposal[],
  counts: { readonly runs: number; readonly passing: number },
  options: Options,
): void {
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const top = proposals.slice(0, Number(options.top))
  if (options.json === true) {
    const list = top.map(({ rule, sentence, support, held, kills, score }) => ({
      id: rule.id,
      sentence,
      support,
      held,
      kills: kills ?? null,
      score,
      yaml: shapeOf(rule),
    }))
    say(JSON.stringify({ schema: 'backlot.mine/v1', ...counts, proposals: list, of: proposals.length }, null, 2))
    return
  }
  for (const { sentence, support, held, kills } of top) {
    say(sentence)
    const caught =
      kills === undefined
        ? ''
        : `; notices ${kills.only.length} mutants that no check does${kills.only.length === 0 ? '' : `: ${kills.only.slice(0, 2).join('; ')}`}`
    say(
      `    held in ${support} runs; in ${held.exercised} held-back runs no false alarm (at most ${Math.round(held.upper * 1000) / 10} %, 95 %)${caught}`,
    )
  }
  if (top.length > 0)
    say(
      `\nas YAML:\n${translate(
        top.map(({ rule }) => rule),
        'yaml',
      )}`,
    )
  say(
    `${proposals.length} proposals from ${counts.passing} passing of ${counts.runs} runs. Proposals, not law: keep what the brief means, give it an id and a why.`,
  )
}
