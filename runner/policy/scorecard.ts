import { resolve } from 'node:path'
import type { Context } from '../gate/context.ts'
import { cardOfProject } from '../readiness/collect.ts'
import { inputsOf } from '../store/results.ts'
import type { Facts } from './demands.ts'
import type { Decision } from './policy.ts'

/**
 * The rows of the scorecard, and whether each allows what the policy wants of it; null where there is none that counts. The results are those under
 * .backlot of the project the gate was started on; they count when the files that decide there are those of the base. A row is met at level 5
 * when tier 5 has a part in the change, else at level 4.
 */
export function scorecardOf({
  options,
  project,
  decision,
}: Pick<Context, 'options' | 'project' | 'decision'>): Facts['readiness'] {
  const here = { ...project, folder: resolve(options.project) }
  if (options.today === undefined || inputsOf(here) !== inputsOf(project)) return null
  const { rows } = cardOfProject(here, Date.parse(options.today))
  const wanted = wantsAll(decision) ? 5 : 4
  return Object.fromEntries(rows.map(({ item, level }) => [item, level >= wanted]))
}

const wantsAll = (decision: Decision | undefined): boolean =>
  decision?.tier === 5 || (decision?.matched.some(({ tier }) => tier === 5) ?? false)
