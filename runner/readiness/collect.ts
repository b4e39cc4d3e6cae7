import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Card, cardOf } from '../../oracle/readiness/card.ts'
import { ITEMS, type Item, type Result } from '../../oracle/readiness/result.ts'
import { readMarkdown } from '../../scenarios/parse/markdown.ts'
import type { Project } from '../project.ts'
import { inputsOf, readResult } from '../store/results.ts'
import { resultsOfHarden } from './from-harden.ts'

/** The card of a project as its stored results have it now. */
export const cardOfProject = (project: Project, nowMs: number): Card =>
  cardOf(collect(project), { inputs: inputsOf(project), nowMs })

/** Everything on file: what producers left for the card, and what the last hardening found. */
function collect(project: Project): ReadonlyMap<Item, Result> {
  const results = new Map<Item, Result>(resultsOfHarden(project))
  for (const item of ITEMS) {
    const found = readResult(project, item)
    if (found !== undefined) results.set(item, found)
  }
  const criteria = results.get('criteria')
  const items = itemsOf(project)
  if (criteria !== undefined) results.set('criteria', { ...criteria, figures: { ...criteria.figures, items } })
  const [cost, faults] = [results.get('cost'), results.get('domain-faults')?.counts.find(({ what }) => what === 'cost')]
  if (cost !== undefined && faults !== undefined)
    results.set('cost', { ...cost, counts: [...cost.counts, { ...faults, what: 'cost faults' }] })
  return results
}

/** How many acceptance items the brief has, and the scenarios beside it. */
function itemsOf({ folder, config, scenarios }: Project): number {
  const path = config.brief === undefined ? undefined : join(folder, config.brief)
  const inBrief =
    path === undefined || !existsSync(path) ? [] : readMarkdown(path, readFileSync(path, 'utf8'), []).acceptance
  return new Set([...inBrief.map(({ id }) => id), ...scenarios.flatMap(({ covers }) => covers)]).size
}
