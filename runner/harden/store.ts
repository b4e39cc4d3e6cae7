import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { FITNESS_IDS } from '../../fitness/judge.ts'
import type { Source } from '../../oracle/mutate/instrument.ts'
import { canonical, digest, type Json } from '../../twins/trace.ts'
import type { Project } from '../project.ts'
import { writeWhole } from '../store/artefact.ts'
import type { Case } from './case.ts'
import { isUnchosen, type Judged, type Scope } from './result.ts'

const SCHEMA = 'backlot.harden-results/v1'

/** How a mutant was noticed: by which case first, and by which checks there. */
export type Kill = {
  readonly status: 'killed' | 'timedOut'
  readonly by: string
  readonly killedBy: readonly string[]
  readonly message: string
}
type Stored = Inputs & { readonly schema: typeof SCHEMA; readonly kills: Readonly<Record<string, Kill>> }

const texts = z.record(z.string(), z.string())
const shape: z.ZodType<Stored> = z.strictObject({
  schema: z.literal(SCHEMA),
  sources: z.string(),
  cases: texts,
  checks: texts,
  kills: z.record(
    z.string(),
    z.strictObject({
      status: z.enum(['killed', 'timedOut']),
      by: z.string(),
      killedBy: z.array(z.string()),
      message: z.string(),
    }),
  ),
})

/** What the results hang on, by content: when a digest differs, what was found with the old one does not count. */
export type Inputs = {
  readonly sources: string
  readonly cases: Readonly<Record<string, string>>
  readonly checks: Readonly<Record<string, string>>
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

export function inputsOf(project: Project, sources: readonly Source[], cases: readonly Case[]): Inputs {
  const rules = project.rules.map((rule) => [rule.id, ruleDigest(rule)] as const)
  return {
    sources: digest(sources.map(({ path, text }) => [path, text])),
    cases: Object.fromEntries(
      cases.map(({ id, scenario, seed }) => [
        id,
        digest({ seed, scenario: withoutPlaces(plain(scenario)), config: canonical(plain(project.config.subject)) }),
      ]),
    ),
    checks: Object.fromEntries([...rules, ['fitness', digest(plain(project.config.fitness))]]),
  }
}

/** A rule in TypeScript is a function: its text stands for it. */
const ruleDigest = ({ clause, per }: Project['rules'][number]): string =>
  digest({ per: [...per], clause: plain(clause), code: clause.kind === 'satisfy' ? String(clause.holds) : '' })

/** Where something stands in its file says nothing about what it is. */
function withoutPlaces(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((one) => withoutPlaces(one as Json))
  if (value === null || typeof value !== 'object') return value ?? null
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'place')
      .map(([key, one]) => [key, withoutPlaces(one)]),
  )
}

export const storeFolder = (project: string): string => join(project, '.backlot', 'harden')

export const reportOfFamily = (family: Scope['family']): string => `report-${family}.json`
/** Where reports go: the latest, and beside it one for each family, which a run of chosen files or mutators leaves alone. */
export const storedReports = (scope: Scope): readonly string[] => [
  'report.json',
  ...(isUnchosen(scope) ? [reportOfFamily(scope.family)] : []),
]
const resultsPath = (project: string): string => join(storeFolder(project), 'results.json')

/** The kills of an earlier run that still count: same sources, and the case and the check that killed are what they were. */
export function keptKills(project: string, inputs: Inputs): ReadonlyMap<string, Kill> {
  const path = resultsPath(project)
  if (!existsSync(path)) return new Map()
  const read = shape.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!read.success || read.data.sources !== inputs.sources) return new Map()
  const { cases, checks, kills } = read.data
  const holds = ({ by, killedBy }: Kill): boolean => {
    if (inputs.cases[by] === undefined || inputs.cases[by] !== cases[by]) return false
    return killedBy.some((check) => {
      const name = check in checks ? check : FITNESS.includes(check) ? 'fitness' : undefined
      return name === undefined || inputs.checks[name] === checks[name]
    })
  }
  return new Map(Object.entries(kills).filter(([, kill]) => holds(kill)))
}

const FITNESS: readonly string[] = FITNESS_IDS

export function storeKills(
  project: string,
  inputs: Inputs,
  judged: readonly Judged[],
  before: ReadonlyMap<string, Kill>,
): void {
  const kills: Record<string, Kill> = Object.fromEntries(before)
  for (const { key, status, by, killedThereBy, message } of judged) {
    if ((status === 'killed' || status === 'timedOut') && by !== undefined)
      // What other cases noticed may not hang on the same checks.
      kills[key] = { status, by, killedBy: [...killedThereBy], message: message ?? '' }
    else if (status !== 'ignored') delete kills[key]
  }
  const stored: Stored = {
    schema: SCHEMA,
    sources: inputs.sources,
    cases: { ...inputs.cases },
    checks: { ...inputs.checks },
    kills,
  }
  writeWhole(resultsPath(project), `${JSON.stringify(stored)}\n`)
}
