import type { Item, Result } from '../../oracle/readiness/result.ts'
import { SCORES } from '../fidelity/scores.ts'
import type { Project } from '../project.ts'
import { inputsOf } from '../store/results.ts'

const DAY_MS = 86_400_000

/** What the recordings of the project's twins show; a twin without recordings has shown nothing. Undefined: none has any. */
export function fidelityOf(project: Project, nowMs: number): Result | undefined {
  const counts = project.twins.map(({ name }) => {
    const operations = Object.values(SCORES[name]?.operations ?? {})
    const of = operations.reduce((sum, { modelled }) => sum + modelled, 0)
    return { what: name, failures: of - operations.reduce((sum, { matched }) => sum + matched, 0), of }
  })
  if (counts.every(({ of }) => of === 0)) return undefined
  const [oldest] = project.twins.flatMap(({ name }) => SCORES[name]?.recordedAt ?? []).sort()
  const figures = oldest === undefined ? {} : { daysOld: Math.floor((nowMs - Date.parse(oldest)) / DAY_MS) }
  return of(project, nowMs, 'fidelity', counts, figures)
}

/** Scenarios made from incidents, and which of them was never red on the build of that night. Undefined: there are none. */
export function incidentsOf(project: Project, nowMs: number): Result | undefined {
  const known = project.scenarios.filter(({ incident }) => incident !== undefined)
  if (known.length === 0) return undefined
  const shown = known.filter(({ proof }) => proof?.['red-on'] !== undefined)
  const counts = [{ what: 'incidents', failures: known.length - shown.length, of: known.length }]
  return of(project, nowMs, 'incidents', counts, {})
}

const of = (
  project: Project,
  nowMs: number,
  item: Item,
  counts: Result['counts'],
  figures: Result['figures'],
): Result => ({
  schema: 'backlot.readiness-result/v1',
  item,
  at: new Date(nowMs).toISOString(),
  inputs: inputsOf(project),
  counts,
  figures,
})
