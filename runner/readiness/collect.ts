import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Card, cardOf } from '../../oracle/readiness/card.ts'
import { ITEMS, type Item, type Result } from '../../oracle/readiness/result.ts'
import { readMarkdown } from '../../scenarios/parse/markdown.ts'
import type { Project } from '../project.ts'
import { inputsOf, readResult } from '../store/results.ts'
import { fidelityOf, incidentsOf } from './derived.ts'
import { resultsOfHarden } from './from-harden.ts'

/** The card of a project as its stored results have it now. */
export const cardOfProject = (project: Project, nowMs: number): Card =>
  cardOf(collect(project, nowMs), { inputs: inputsOf(project), nowMs })

/** Everything on file: what producers left for the card, and what the last hardening found. */
function collect(project: Project, nowMs: number): ReadonlyMap<Item, Result> {
  const results = new Map<Item, Result>(resultsOfHarden(project))
  for (const item of ITEMS) {
    const found = readResult(project, item)
    if (found === undefined) continue
    const made = results.get(item)
    // Only faults are told class by class; of the others a person's figure stands for the whole.
    results.set(item, made === undefined || item !== 'domain-faults' ? found : merged(made, found))
  }
  for (const derived of [fidelityOf(project, nowMs), incidentsOf(project, nowMs)])
    if (derived !== undefined && !results.has(derived.item)) results.set(derived.item, derived)
  const [fitness, replay] = [results.get('fitness'), results.get('replay')]
  // The gate holds a candidate against the base on the same seeds: a build raises an alarm against itself where it is not the same run.
  if (fitness !== undefined && replay !== undefined) {
    const [{ failures = 0, of = 0 } = {}] = replay.counts
    if (of > 0) results.set('fitness', { ...fitness, figures: { ...fitness.figures, falseAlarms: failures / of } })
  }
  const criteria = results.get('criteria')
  const items = itemsOf(project)
  if (criteria !== undefined) results.set('criteria', { ...criteria, figures: { ...criteria.figures, items } })
  const [cost, faults] = [results.get('cost'), results.get('domain-faults')]
  const planted = faults?.counts.find(({ what }) => what === 'cost')
  if (cost !== undefined && faults !== undefined && planted !== undefined) {
    const counts = [...cost.counts, { ...planted, what: 'cost faults' }]
    results.set('cost', { ...cost, counts, ...older(cost, faults) })
  }
  return results
}

/** Two results of an item as one: `more` has the last word on what both count. It is as old as the older of them. */
export function merged(one: Result, more: Result): Result {
  const left = one.counts.filter(({ what }) => !more.counts.some((two) => two.what === what))
  if (left.length === 0) return more
  return {
    ...more,
    counts: [...left, ...more.counts],
    figures: { ...one.figures, ...more.figures },
    ...older(one, more),
  }
}

/** The date and the inputs of what is older; of two that were measured on different files neither is of one. */
function older(one: Result, two: Result): Pick<Result, 'at' | 'inputs'> {
  const [at = one.at] = [one.at, two.at].sort()
  return { at, inputs: one.inputs === two.inputs ? one.inputs : 'files of different times' }
}

/** How many acceptance items the brief has, and the scenarios beside it. */
function itemsOf({ folder, config, scenarios }: Project): number {
  const path = config.brief === undefined ? undefined : join(folder, config.brief)
  const inBrief =
    path === undefined || !existsSync(path) ? [] : readMarkdown(path, readFileSync(path, 'utf8'), []).acceptance
  return new Set([...inBrief.map(({ id }) => id), ...scenarios.flatMap(({ covers }) => covers)]).size
}
