import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../scenarios/run.ts'
import { readBrief } from '../factory/brief.ts'
import { plainCheck } from '../gate/conclude.ts'
import type { Context } from '../gate/context.ts'
import { printable } from '../gate/intake.ts'
import { printTimeline } from '../report/timeline.ts'
import { type ReportedCheck, statusOf } from '../report/verdict.ts'

/** What a judge is asked: does what was seen satisfy this criterion? Only visible runs are shown to it. */
export type Question = {
  readonly requirement: { readonly id: string; readonly text: string }
  readonly trajectories: readonly { readonly id: string; readonly untrustedText: string }[]
}
export type Opinion =
  | {
      readonly kind: 'opinion'
      readonly verdict: 'satisfied' | 'not-satisfied' | 'unsure'
      readonly votes: string
      readonly reason: string
    }
  | { readonly kind: 'silent'; readonly why: string }
export type AskJudge = (question: Question) => Promise<Opinion>

const TRAJECTORY_CHARS = 8000
const TRAJECTORIES_MAX = 3
const WHY = 'A judge who reads the runs has nothing against them; it cannot make anything pass.'

/**
 * Asks a judge about each criterion of the brief that has scenarios, when everything else has passed. It can withhold that pass and do nothing
 * else: whatever is not a plain "satisfied" is inconclusive, also its silence. Undefined when there is no judge, or nothing left to withhold.
 */
export async function judgeByHook(
  { options, project }: Context,
  checks: readonly ReportedCheck[],
  runs: readonly Run[],
): Promise<ReportedCheck | undefined> {
  const ask = options.judge?.(project)
  if (ask === undefined || options.shard !== undefined) return undefined
  // What only waits for a person is asked as well: nobody asks again once that person has signed.
  if (!['pass', 'needs-human'].includes(statusOf(checks))) return undefined
  const path = project.config.brief === undefined ? undefined : join(project.folder, project.config.brief)
  const criteria = path === undefined || !existsSync(path) ? [] : readBrief(path).criteria
  const questions = criteria.flatMap(({ id, text }): readonly Question[] => {
    const scenarios = project.scenarios.filter(({ covers }) => covers.includes(id)).slice(0, TRAJECTORIES_MAX)
    const trajectories = scenarios.flatMap((scenario) => {
      const run = runs.find((one) => one.scenario === scenario.id)
      return run === undefined ? [] : [{ id: `${run.scenario}/${run.seed}`, untrustedText: textOf(run) }]
    })
    return trajectories.length === 0 ? [] : [{ requirement: { id, text }, trajectories }]
  })
  if (questions.length === 0)
    return check(
      'inconclusive',
      'Expected criteria to ask the judge about, got a brief without any that has a scenario.',
    )
  options.progress.note(`asking the judge about ${questions.length} criteria`)
  const withheld: string[] = []
  // One after another: a judge's server need not take several at a time.
  for (const question of questions) {
    const opinion = await ask(question)
    const said =
      opinion.kind === 'silent'
        ? `no answer: ${opinion.why}`
        : `${opinion.verdict} (${opinion.votes}): ${opinion.reason}`
    if (opinion.kind === 'silent' || opinion.verdict !== 'satisfied')
      withheld.push(`${question.requirement.id}: ${printable(said, 500)}`)
  }
  return withheld.length === 0 ? check('pass', null) : check('inconclusive', `The judge says: ${withheld.join('\n')}`)
}

const check = (status: ReportedCheck['status'], reason: string | null): ReportedCheck =>
  plainCheck('judge', 'holdout', status, WHY, reason)

function textOf(run: Run): string {
  const text = printTimeline(run, { colour: false, width: 160, untilMs: undefined })
  return text.length > TRAJECTORY_CHARS ? `${text.slice(0, TRAJECTORY_CHARS)}\n...` : text
}
