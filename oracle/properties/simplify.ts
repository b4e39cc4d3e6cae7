import { minimise } from '../../scenarios/minimise/minimise.ts'
import { plainerValues } from '../../scenarios/minimise/values.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'

/**
 * Makes the numbers and texts in requests as plain as they can be while `same` still holds. What can be left out altogether is the
 * shrinker's work, before this.
 */
export async function simplify(
  scenario: Scenario,
  options: {
    readonly run: (scenario: Scenario) => Promise<Run>
    readonly same: (run: Run, scenario: Scenario) => boolean | Promise<boolean>
    readonly runsMax: number
  },
): Promise<{ readonly scenario: Scenario; readonly runs: number }> {
  let runs = 0
  const plain = await minimise(scenario, {
    async test(candidate) {
      runs += 1
      return { kind: (await options.same(await options.run(candidate), candidate)) ? 'fails' : 'passes' }
    },
    runsMax: options.runsMax,
    passes: [plainerValues],
  })
  return { scenario: plain?.scenario ?? scenario, runs }
}
