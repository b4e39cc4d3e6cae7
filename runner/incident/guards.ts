import type { Verdict } from '../../oracle/verdict.ts'
import { prune } from '../../scenarios/minimise/refer.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Expectation, Scenario } from '../../scenarios/scenario.ts'
import type { Player } from '../pool/player.ts'
import { type Project, withDefaults } from '../project.ts'
import { checkWords, judgeStory } from './target.ts'

/**
 * The smallest story asks one thing: that the incident does not happen. A service that does nothing may satisfy that, so one more thing
 * is asked where it is needed: first what the evidence expected of the steps that are left, then what the mended service does. The
 * first that the mended service keeps and a service that does nothing does not.
 */
export async function withGuard(
  small: Scenario,
  whole: Scenario,
  where: { readonly project: Project; readonly green: Player; readonly nobody: Player; readonly seed: string },
): Promise<{ readonly scenario: Scenario; readonly guard: string | undefined }> {
  const { project, green, nobody, seed } = where
  const story = withDefaults(small, project.config.defaults)
  const [mended, absent] = [await green.one(story, seed), await nobody.one(story, seed)]
  const judge = (one: Scenario, run: Run): Verdict['status'] => judgeStory(one, project.rules, run).status
  if (small.then.length > 0 && judge(small, absent) !== 'pass') return { scenario: small, guard: undefined }
  const known = prune({ ...small, then: whole.then }).then.filter((one) => !small.then.includes(one))
  for (const guard of [...known, ...doneBy(mended, small)]) {
    const guarded = { ...small, then: [...small.then, guard] }
    if (judge({ ...small, then: [guard] }, mended) === 'pass' && judge(guarded, absent) !== 'pass')
      return { scenario: guarded, guard: checkWords(guard) }
  }
  return { scenario: small, guard: undefined }
}

/** What a run did, as something that can be asked for: its calls to twins, then how it answered. */
function doneBy(run: Run, { place }: Scenario): readonly Expectation[] {
  const called = new Set(run.trace.flatMap(({ type, fields }) => (fields.params === undefined ? [] : [type])))
  const calls = [...called].map(
    (to): Expectation => ({
      kind: 'calls',
      place,
      to,
      where: undefined,
      count: { min: 1, max: undefined },
      beforeMs: undefined,
      afterMs: undefined,
    }),
  )
  const answers = Object.entries(run.answers).map(
    ([step, { status }]): Expectation => ({
      kind: 'answer',
      place,
      step,
      status,
      headers: undefined,
      body: undefined,
      withinMs: undefined,
    }),
  )
  return [...calls, ...answers.filter((one) => one.kind === 'answer' && !one.step.includes('/'))]
}
