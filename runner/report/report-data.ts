import { judgeExpectations } from '../../oracle/expectations.ts'
import { judgeRule } from '../../oracle/rules/monitor.ts'
import type { Run } from '../../scenarios/run.ts'
import { toDecimal, toUnits } from '../../twins/money.ts'
import type { Project } from '../project.ts'
import { type Story, storyOf } from './story.ts'
import type { GateVerdict } from './verdict.ts'

/** What a gate saw while it made its verdict. */
export type Seen = {
  readonly project: Project
  /** The manifest: what had to be run. */
  readonly entries: readonly { readonly scenario: { readonly id: string }; readonly seed: string }[]
  readonly base: readonly Run[] | undefined
  readonly candidate: readonly Run[]
  /** Runs of the candidate that were not played, as `scenario seed`. */
  readonly cached: ReadonlySet<string>
}

/** `unplanned`: the manifest does not ask for it. `missing`: it does, and there is no run. */
export type Cell = 'pass' | 'fail' | 'broke-off' | 'missing' | 'unplanned'
export type ScenarioRow = {
  readonly id: string
  readonly title: string
  readonly file: string
  readonly covers: readonly string[]
  readonly cells: readonly { readonly cell: Cell; readonly cached: boolean }[]
}
/** Money as decimals; `base` is null where there is no base. */
export type CostRow = {
  readonly what: string
  readonly base: string | null
  readonly candidate: string
  readonly currency: string
}

/** What the HTML report shows beyond the verdict. Plain JSON; text in it may be a candidate's. */
export type ReportData = {
  readonly schema: 'backlot.report/v1'
  readonly seeds: readonly string[]
  readonly seedsAsked: number
  readonly scenarios: readonly ScenarioRow[]
  readonly stories: readonly {
    readonly scenario: string
    readonly seed: string
    readonly base: Story | null
    readonly candidate: Story
  }[]
  readonly costs: { readonly byScenario: readonly CostRow[]; readonly byProduct: readonly CostRow[] }
  readonly gaps: readonly { readonly twin: string; readonly what: string; readonly why: string }[]
}

/** How many findings get their story: each is a picture and a list. */
const STORIES_MAX = 8

export function reportData(verdict: GateVerdict, seen: Seen): ReportData {
  const { project, entries, base, candidate } = seen
  const seeds = [...new Set(entries.map(({ seed }) => seed))]
  const found = new Set(
    verdict.checks.flatMap(({ findings }) => findings.map(({ scenario, seed }) => `${scenario} ${seed}`)),
  )
  return {
    schema: 'backlot.report/v1',
    seeds,
    seedsAsked: project.config.seeds,
    scenarios: project.scenarios.map(({ id, title, place, covers }) => ({
      id,
      title,
      file: place.file,
      covers,
      cells: seeds.map((seed) => ({
        cell: found.has(`${id} ${seed}`) ? 'fail' : cellOf(seen, id, seed),
        cached: seen.cached.has(`${id} ${seed}`),
      })),
    })),
    stories: storiesOf(verdict, base, candidate),
    costs: {
      byScenario: costs(base, candidate, (run) => run.bill.lines.map((line) => ({ ...line, what: run.scenario }))),
      byProduct: costs(base, candidate, (run) =>
        run.bill.lines.map((line) => ({ ...line, what: `${line.twin} ${line.sku}` })),
      ),
    },
    gaps: project.twins.flatMap(({ name, gaps }) => gaps.map(({ what, why }) => ({ twin: name, what, why }))),
  }
}

function cellOf({ project, entries, candidate }: Seen, id: string, seed: string): Cell {
  if (!entries.some((entry) => entry.scenario.id === id && entry.seed === seed)) return 'unplanned'
  const run = candidate.find((one) => one.scenario === id && one.seed === seed)
  const scenario = project.scenarios.find((one) => one.id === id)
  if (run === undefined || scenario === undefined) return 'missing'
  if (run.ending.kind !== 'horizon') return 'broke-off'
  const fails =
    judgeExpectations(scenario, run).status === 'fail' ||
    run.escapes.length > 0 ||
    project.rules.some((rule) => judgeRule(rule, run).status === 'violated')
  return fails ? 'fail' : 'pass'
}

function storiesOf(
  { checks }: GateVerdict,
  base: readonly Run[] | undefined,
  candidate: readonly Run[],
): ReportData['stories'] {
  const wanted = checks.flatMap(({ status, findings }) => (status === 'fail' ? findings.slice(0, 1) : []))
  const pairs = new Map(wanted.map(({ scenario, seed }) => [`${scenario} ${seed}`, { scenario, seed }]))
  return [...pairs.values()].slice(0, STORIES_MAX).flatMap(({ scenario, seed }) => {
    const find = (runs: readonly Run[] | undefined): Run | undefined =>
      runs?.find((run) => run.scenario === scenario && run.seed === seed)
    const [was, is] = [find(base), find(candidate)]
    if (is === undefined) return []
    return [
      { scenario: is.scenario, seed: is.seed, base: was === undefined ? null : storyOf(was), candidate: storyOf(is) },
    ]
  })
}

type Line = { readonly what: string; readonly amount: string; readonly currency: string }

/** Sums by name, of both sides, the largest difference first. Each currency is a row of its own. */
function costs(
  base: readonly Run[] | undefined,
  candidate: readonly Run[],
  linesOf: (run: Run) => readonly Line[],
): readonly CostRow[] {
  const rows = new Map<string, { readonly what: string; readonly currency: string; base: bigint; candidate: bigint }>()
  const add = (side: 'base' | 'candidate', lines: readonly Line[]): void => {
    for (const { what, amount, currency } of lines) {
      const key = `${what}\0${currency}`
      const row = rows.get(key) ?? { what, currency, base: 0n, candidate: 0n }
      row[side] += toUnits(amount)
      rows.set(key, row)
    }
  }
  for (const run of base ?? []) add('base', linesOf(run))
  for (const run of candidate) add('candidate', linesOf(run))
  const apart = (row: { readonly base: bigint; readonly candidate: bigint }): bigint =>
    row.candidate > row.base ? row.candidate - row.base : row.base - row.candidate
  return [...rows.values()]
    .toSorted((a, b) => (apart(b) > apart(a) ? 1 : apart(b) < apart(a) ? -1 : a.what < b.what ? -1 : 1))
    .map((row) => ({
      what: row.what,
      currency: row.currency,
      base: base === undefined ? null : toDecimal(row.base),
      candidate: toDecimal(row.candidate),
    }))
}
