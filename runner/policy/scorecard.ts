import { resolve } from 'node:path'
import { cardOf } from '../../oracle/readiness/card.ts'
import { ITEMS, type Item, type Result } from '../../oracle/readiness/result.ts'
import type { Context } from '../gate/context.ts'
import { resultsOfHarden } from '../readiness/from-harden.ts'
import { inputsOf, readResult } from '../store/results.ts'
import type { Facts } from './demands.ts'
import type { Decision } from './policy.ts'

/**
 * The rows of the scorecard, and whether each allows what the policy wants of it; null where nothing was measured. Read from the results that
 * `backlot readiness` reads, under .backlot of the project the gate was started on. Each is bound to the files that decide, as the base has them,
 * so a result of other scenarios counts for nothing. A row is met at level 5 when tier 5 has a part in the change, else at level 4.
 */
export function scorecardOf({
  options,
  project,
  decision,
}: Pick<Context, 'options' | 'project' | 'decision'>): Facts['readiness'] {
  const kept = { folder: resolve(options.project), deciding: project.deciding }
  const results = new Map<Item, Result>(resultsOfHarden(kept))
  for (const item of ITEMS) {
    const found = readResult(kept, item)
    if (found !== undefined) results.set(item, found)
  }
  if (results.size === 0 || options.today === undefined) return null
  const card = cardOf(results, { inputs: inputsOf(project), nowMs: Date.parse(options.today) })
  const wanted = wantsAll(decision) ? 5 : 4
  return Object.fromEntries(card.rows.map(({ item, level }) => [item, level >= wanted]))
}

const wantsAll = (decision: Decision | undefined): boolean =>
  decision?.tier === 5 || (decision?.matched.some(({ tier }) => tier === 5) ?? false)
