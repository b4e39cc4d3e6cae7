import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { FITNESS_IDS } from '../../fitness/judge.ts'
import { domainMutators } from '../../oracle/mutate/domain/index.ts'
import type { Count, Item, Result } from '../../oracle/readiness/result.ts'
import { isUnchosen, type Scope } from '../harden/result.ts'
import { reportOfFamily, storeFolder } from '../harden/store.ts'
import type { Project } from '../project.ts'

type Mutant = {
  readonly mutatorName: string
  readonly status: string
  readonly description?: string
  readonly statusReason?: string
  readonly killedBy?: readonly string[]
}
type Report = {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>
  readonly config: {
    readonly inputs?: string
    readonly scope: Scope
    readonly functions?: number
    readonly pseudoTested?: readonly unknown[]
  }
}

/** What the latest hardenings of whole families say for the scorecard: mutation score, domain faults by class, functions that are only executed,
 * fitness functions that bite. */
export function resultsOfHarden(project: Pick<Project, 'folder'>): ReadonlyMap<Item, Result> {
  const results = new Map<Item, Result>()
  for (const family of ['generic', 'domain', 'all'] as const)
    for (const result of resultsOfReport(project, family)) {
      const known = results.get(result.item)
      if (known === undefined || known.at < result.at) results.set(result.item, result)
    }
  return results
}

function resultsOfReport(project: Pick<Project, 'folder'>, family: Scope['family']): readonly Result[] {
  const path = join(storeFolder(project.folder), reportOfFamily(family))
  if (!existsSync(path)) return []
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report
  const { scope, functions = 0, pseudoTested = [] } = report.config
  // A score of what somebody chose is none of the program.
  if (!isUnchosen(scope)) return []
  const head = {
    schema: 'backlot.readiness-result/v1',
    at: statSync(path).mtime.toISOString(),
    inputs: report.config.inputs ?? 'unknown',
  } as const
  const names = new Set<string>(domainMutators.map(({ name }) => name))
  const judged = Object.values(report.files)
    .flatMap(({ mutants }) => mutants)
    .filter(({ mutatorName, status }) => mutatorName !== 'ExtremeBody' && status !== 'Ignored')
  const generic = judged.filter(({ mutatorName }) => !names.has(mutatorName))
  const domain = judged.filter(({ mutatorName }) => names.has(mutatorName))
  const classes = [...Map.groupBy(domain, ({ description }) => /^[^,]+/.exec(description ?? '')?.[0] ?? 'other')].map(
    ([what, mutants]) => countOf(what, mutants),
  )
  const results: Result[] = []
  if (generic.length > 0)
    results.push({
      ...head,
      item: 'mutation',
      counts: [countOf('generic', generic)],
      figures: { untriaged: generic.filter(isUntriaged).length, census: scope.sample === undefined ? 1 : 0 },
    })
  // All of them come from one hand: the card asks for a second.
  if (domain.length > 0) {
    results.push({ ...head, item: 'domain-faults', counts: classes, figures: { authors: 1 } })
    results.push({ ...head, item: 'fitness', counts: bites(judged), figures: {} })
  }
  if (functions > 0)
    results.push({
      ...head,
      item: 'pseudo-tested',
      counts: [{ what: 'functions', failures: pseudoTested.length, of: functions }],
      figures: {},
    })
  return results
}

/** Each fitness function, and whether any planted fault turned it red. */
const bites = (judged: readonly Mutant[]): readonly Count[] =>
  FITNESS_IDS.map((what) => ({
    what,
    failures: judged.some(({ killedBy = [] }) => killedBy.includes(`check ${what}`)) ? 0 : 1,
    of: 1,
  }))

const survives = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage'
/** One that a twin stopped was not noticed by a check either. */
const missed = (mutant: Mutant): boolean => survives(mutant) || mutant.status === 'RuntimeError'
const countOf = (what: string, mutants: readonly Mutant[]): Count => ({
  what,
  failures: mutants.filter(missed).length,
  of: mutants.length,
})
/** A survivor with a label says so in its reason. */
const isUntriaged = (mutant: Mutant): boolean =>
  survives(mutant) &&
  !/^(missing-assertion|missing-stimulus|twin-infidelity|brief-silent|equivalent):/.test(mutant.statusReason ?? '')
