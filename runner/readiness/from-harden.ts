import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { domainMutators } from '../../oracle/mutate/domain/index.ts'
import type { Count, Item, Result } from '../../oracle/readiness/result.ts'
import { isUnchosen, type Scope } from '../harden/result.ts'
import { reportOfFamily, storeFolder } from '../harden/store.ts'
import type { Project } from '../project.ts'
import { inputsOf } from '../store/results.ts'

type Mutant = {
  readonly mutatorName: string
  readonly status: string
  readonly description?: string
  readonly statusReason?: string
}
type Report = {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>
  readonly config: { readonly scope: Scope; readonly functions?: number; readonly pseudoTested?: readonly unknown[] }
}

/** What the latest hardenings of whole families say for the scorecard: mutation score, domain faults by class, functions that are only executed. */
export function resultsOfHarden(project: Pick<Project, 'folder' | 'deciding'>): ReadonlyMap<Item, Result> {
  const results = new Map<Item, Result>()
  for (const family of ['generic', 'domain', 'all'] as const)
    for (const result of resultsOfReport(project, family)) {
      const known = results.get(result.item)
      if (known === undefined || known.at < result.at) results.set(result.item, result)
    }
  return results
}

function resultsOfReport(project: Pick<Project, 'folder' | 'deciding'>, family: Scope['family']): readonly Result[] {
  const path = join(storeFolder(project.folder), reportOfFamily(family))
  if (!existsSync(path)) return []
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report
  const { scope, functions = 0, pseudoTested = [] } = report.config
  // A score of what somebody chose is none of the program.
  if (!isUnchosen(scope)) return []
  const made = statSync(path)
  // The report names no digest: it is of today's files when none of them is younger.
  const younger = project.deciding.some((file) => {
    const found = statSync(join(project.folder, file), { throwIfNoEntry: false })
    return found !== undefined && found.mtimeMs > made.mtimeMs
  })
  const head = {
    schema: 'backlot.readiness-result/v1',
    at: made.mtime.toISOString(),
    inputs: younger ? 'the files before' : inputsOf(project),
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
  if (domain.length > 0) results.push({ ...head, item: 'domain-faults', counts: classes, figures: { authors: 1 } })
  if (functions > 0)
    results.push({
      ...head,
      item: 'pseudo-tested',
      counts: [{ what: 'functions', failures: pseudoTested.length, of: functions }],
      figures: {},
    })
  return results
}

const missed = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage'
const countOf = (what: string, mutants: readonly Mutant[]): Count => ({
  what,
  failures: mutants.filter(missed).length,
  of: mutants.length,
})
/** A survivor with a label says so in its reason. */
const isUntriaged = (mutant: Mutant): boolean =>
  missed(mutant) &&
  !/^(missing-assertion|missing-stimulus|twin-infidelity|brief-silent|equivalent):/.test(mutant.statusReason ?? '')
