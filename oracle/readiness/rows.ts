import { lowerBound, sequential, triesNeeded, unseenMass, upperBound, wilson } from './bounds.ts'
import type { Count, Item, Result } from './result.ts'

/** Whether a row meets a level: it does, it does not, or there is not enough to tell. */
export type Standing =
  | { readonly status: 'met' }
  | { readonly status: 'failed'; readonly why: string }
  /** `missing` is how many more tries would show it, if they all went well; 0 where more tries alone do not help. */
  | { readonly status: 'not-shown'; readonly why: string; readonly missing: number }

export type Level = 4 | 5
export type Row = {
  readonly item: Item
  readonly title: string
  /** What one more try is, how long it takes, and who spends that time. */
  readonly unit: { readonly what: string; readonly seconds: number; readonly by: 'machine' | 'person' }
  /** The command or deed that gets the row further. */
  readonly next: string
  /** The bound that is shown, in words, with its sample size. */
  bound(result: Result): string
  judge(result: Result, level: Level): Standing
}

const MET: Standing = { status: 'met' }
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
const totalOf = ({ counts }: Result): Count =>
  counts.reduce((sum, { failures, of }) => ({ what: 'all', failures: sum.failures + failures, of: sum.of + of }), {
    what: 'all',
    failures: 0,
    of: 0,
  })
const figure = ({ figures }: Result, name: string): number | undefined => figures[name]
const worst = (standings: readonly Standing[]): Standing =>
  standings.find(({ status }) => status === 'failed') ?? standings.find(({ status }) => status === 'not-shown') ?? MET

/** At most such a share goes wrong, at 95 %: shown, refuted, or open with so many more clean tries. */
export function atMost({ failures, of }: Count, share: number, alpha = 0.05): Standing {
  const upper = upperBound(failures, of, alpha)
  if (upper <= share) return MET
  const lower = lowerBound(failures, of, alpha)
  if (lower > share) return { status: 'failed', why: `${failures} of ${of}: at least ${percent(lower)}` }
  const missing = triesNeeded(share, failures, alpha) - of
  return {
    status: 'not-shown',
    why: `${failures} of ${of}: at most ${percent(upper)}, ${percent(share)} wanted`,
    missing: Math.max(1, missing),
  }
}

/** At least such a share goes right, at 95 %, in at least so many tries. */
export function atLeast({ failures, of }: Count, share: number, triesMin: number): Standing {
  const good = of - failures
  if (of < triesMin) return { status: 'not-shown', why: `${of} tries, ${triesMin} wanted`, missing: triesMin - of }
  if (lowerBound(good, of) >= share) return MET
  if (upperBound(good, of) < share)
    return { status: 'failed', why: `${good} of ${of}: at most ${percent(upperBound(good, of))}` }
  return {
    status: 'not-shown',
    why: `${good} of ${of}: at least ${percent(lowerBound(good, of))}, ${percent(share)} wanted`,
    missing: 0,
  }
}

/** None, where all were looked at. */
const none = ({ failures, of }: Count, what: string): Standing =>
  of === 0
    ? { status: 'not-shown', why: `no ${what} looked at`, missing: 1 }
    : failures === 0
      ? MET
      : { status: 'failed', why: `${failures} of ${of} ${what}` }
const share = ({ failures, of }: Count, most: number, what: string): Standing =>
  of === 0
    ? { status: 'not-shown', why: `no ${what} looked at`, missing: 1 }
    : failures / of <= most
      ? MET
      : { status: 'failed', why: `${failures} of ${of} ${what}` }
const needs = (result: Result, name: string, least: number, what: string): Standing => {
  const got = figure(result, name) ?? 0
  return got >= least
    ? MET
    : { status: 'not-shown', why: `${got} ${what}, ${least} wanted`, missing: Math.ceil(least - got) }
}
const limits = (result: Result, name: string, most: number, what: string): Standing => {
  const got = figure(result, name)
  if (got === undefined) return { status: 'not-shown', why: `${what} not measured`, missing: 0 }
  return got <= most ? MET : { status: 'failed', why: `${what} ${got}, at most ${most} wanted` }
}

/** No number of tries makes up for a second author: what one hand plants, one hand catches. */
function authors(result: Result): Standing {
  const got = figure(result, 'authors') ?? 0
  const way = 'Record those of another: --record domain-faults:money=MISSED/PLANTED --figure authors=2'
  return got >= 2 ? MET : { status: 'not-shown', why: `faults of ${got} author, 2 wanted. ${way}`, missing: 0 }
}

/** A twin that nothing was ever recorded of has shown nothing, however well the others do. */
function recorded({ counts }: Result): Standing {
  const none = counts.filter(({ of }) => of === 0).map(({ what }) => what)
  return none.length === 0 ? MET : { status: 'not-shown', why: `no recordings of ${none.join(', ')}`, missing: 0 }
}

const upperText = (result: Result): string => {
  const { failures, of } = totalOf(result)
  return `${failures} of ${of}: at most ${percent(upperBound(failures, of))}`
}
const lowerText = (result: Result): string => {
  const { failures, of } = totalOf(result)
  return `${of - failures} of ${of}: at least ${percent(lowerBound(of - failures, of))}`
}
const censusText = (result: Result): string => {
  const { failures, of } = totalOf(result)
  return `${failures} of ${of}`
}
const machine = (what: string, seconds: number): Row['unit'] => ({ what, seconds, by: 'machine' })
const person = (what: string, minutes: number): Row['unit'] => ({ what, seconds: minutes * 60, by: 'person' })

/** The classes of faults that each must be shown for itself: what was never planted is not caught. */
const CRITICAL = ['money', 'idempotency', 'retry', 'error', 'time', 'isolation', 'concurrency', 'cost', 'privacy']

/** The scorecard. The level of a service is that of its lowest row. */
export const ROWS: readonly Row[] = [
  {
    item: 'shadow-review',
    title: 'Shadow-review escapes',
    unit: person('reviewed change', 20),
    next: 'review changes that the gate passed, blind, and write down each valid blocker',
    bound: upperText,
    judge(result, level) {
      const { failures, of } = totalOf(result)
      const clean = of - failures
      const [low, high] = level === 4 ? [0.01, 0.05] : [0.002, 0.01]
      return sequential(clean, failures, { low, high }) === 'low' ? MET : atMost({ what: '', failures, of }, high)
    },
  },
  {
    item: 'soundness',
    title: 'Soundness: red on good builds',
    unit: machine('run of a good build', 0.1),
    next: 'npx backlot readiness --measure --runs 3000',
    bound: upperText,
    judge: (result, level) => atMost(totalOf(result), level === 4 ? 0.01 : 0.001),
  },
  {
    item: 'replay',
    title: 'Replay: same seed, same hash',
    unit: machine('run played again in a new process', 1),
    next: 'npx backlot readiness --measure --replays 600',
    bound: upperText,
    judge: (result, level) => atMost(totalOf(result), level === 4 ? 0.02 : 0.005),
  },
  {
    item: 'domain-faults',
    title: 'Domain faults caught, each class',
    unit: machine('planted fault', 0.5),
    next: 'npx backlot harden --family domain',
    bound(result) {
      const lows = result.counts.map(({ what, failures, of }) => ({ what, of, low: lowerBound(of - failures, of) }))
      const [least] = lows.toSorted((a, b) => a.low - b.low)
      return least === undefined
        ? 'no class'
        : `${lowerText(result)}; lowest ${least.what}: ${percent(least.low)} of ${least.of}`
    },
    judge(result, level) {
      if (result.counts.length === 0) return { status: 'not-shown', why: 'no class of faults planted', missing: 30 }
      // Holm's first step: classes that are claimed together share the error.
      const alpha = 0.05 / result.counts.length
      const classes = result.counts.map((one) => (level === 4 ? atLeast(one, 0.8, 30) : atMost(one, 0.05, alpha)))
      const absent = CRITICAL.filter((name) => !result.counts.some(({ what }) => what === name))
      return worst([
        authors(result),
        absent.length === 0
          ? MET
          : { status: 'not-shown', why: `nothing planted of ${absent.join(', ')}`, missing: absent.length * 30 },
        ...classes,
        ...(level === 5 ? [atMost(totalOf(result), 0.01)] : []),
      ])
    },
  },
  {
    item: 'unseen-faults',
    title: 'Faults of authors unseen',
    unit: person('fault by someone who does not know the oracle', 30),
    next: 'have someone else plant faults that pass the visible scenarios, after the last change of the oracle',
    bound: lowerText,
    judge: (result, level) => (level === 4 ? atLeast(totalOf(result), 0.7, 30) : atMost(totalOf(result), 0.05)),
  },
  {
    item: 'mutation',
    title: 'Generic mutation score',
    unit: machine('mutant', 0.3),
    next: 'npx backlot harden --family generic --sample 400',
    bound(result) {
      const { failures, of } = totalOf(result)
      return `${of - failures} of ${of}: at least ${percent(wilson(of - failures, of).lower)} (Wilson)`
    },
    judge(result, level) {
      const { failures, of } = totalOf(result)
      const bar = level === 4 ? 0.75 : 0.9
      // All there are is as good as many; of a sample it takes four hundred.
      const least = figure(result, 'census') === 1 ? 1 : 400
      const { lower, upper } = wilson(of - failures, of)
      const score: Standing =
        lower >= bar && of >= least
          ? MET
          : upper < bar
            ? { status: 'failed', why: `at most ${percent(upper)} caught` }
            : {
                status: 'not-shown',
                why:
                  lower >= bar
                    ? `${of} mutants, ${least} wanted`
                    : `at least ${percent(lower)} caught, ${percent(bar)} wanted`,
                missing: Math.max(0, least - of),
              }
      return level === 4 ? score : worst([score, limits(result, 'untriaged', 0, 'survivors without a label:')])
    },
  },
  {
    item: 'pseudo-tested',
    title: 'Pseudo-tested functions',
    unit: machine('function', 0.5),
    next: 'npx backlot harden',
    bound: censusText,
    judge: (result, level) =>
      level === 4 ? share(totalOf(result), 0.05, 'functions') : none(totalOf(result), 'functions'),
  },
  {
    item: 'criteria',
    title: 'Criteria enforced: delete one, and a build fails',
    unit: machine('build made without an item', 600),
    next: 'npx backlot compare BUILD --without AC-1, for each item of the brief',
    bound: (result) =>
      `${result.counts.filter(({ failures, of }) => of > 0 && failures === 0).length} of ${figure(result, 'items') ?? result.counts.length} items`,
    judge(result, level) {
      const items = Math.max(figure(result, 'items') ?? 0, result.counts.length)
      const tried = result.counts.filter(({ of }) => of > 0)
      const open = tried.filter(({ failures }) => failures > 0)
      if (open.length / Math.max(1, items) > (level === 4 ? 0.05 : 0))
        return { status: 'failed', why: `not enforced: ${open.map(({ what }) => what).join(', ')}` }
      const wanted = Math.ceil(items * (level === 4 ? 0.95 : 1))
      return items > 0 && tried.length - open.length >= wanted
        ? MET
        : {
            status: 'not-shown',
            why: `${tried.length} of ${items} items tried`,
            missing: Math.max(1, wanted - tried.length),
          }
    },
  },
  {
    item: 'vacuity',
    title: 'Vacuous rules and checks',
    unit: machine('run', 0.1),
    next: 'npx backlot rules check, and npx backlot readiness --measure',
    bound: censusText,
    judge: (result, level) =>
      level === 4
        ? share(totalOf(result), 0.05, 'checks prove nothing')
        : worst([
            none(totalOf(result), 'checks prove nothing'),
            needs(result, 'leastRuns', 30, 'runs exercise the rarest rule'),
          ]),
  },
  {
    item: 'sealed-gap',
    title: 'Sealed scenarios: gap to the visible',
    unit: machine('build by an agent', 900),
    next: 'run the gate with sealed scenarios on more builds of agents, then npx backlot holdouts counts them',
    bound: (result) =>
      `at most ${figure(result, 'upperPoints') ?? '?'} points over ${figure(result, 'builds') ?? 0} builds`,
    judge: (result, level) =>
      worst([
        needs(result, 'builds', level === 4 ? 30 : 100, 'builds'),
        limits(result, 'upperPoints', level === 4 ? 10 : 3, 'the gap, in points:'),
      ]),
  },
  {
    item: 'tamper',
    title: 'Tampering refused',
    unit: machine('attack', 3),
    next: 'npx backlot attack',
    bound: upperText,
    judge: (result, level) => atMost(totalOf(result), level === 4 ? 0.05 : 0.01),
  },
  {
    item: 'ambiguity',
    title: 'Ambiguity: builds that disagree',
    unit: machine('story on every build', 0.5),
    next: 'npx backlot compare A B C D E --runs 2000, and answer its questions',
    bound: (result) =>
      `${figure(result, 'disagreements') ?? 0} of ${figure(result, 'inputs') ?? 0} stories, ${figure(result, 'builds') ?? 0} builds; ${percent(figure(result, 'unseen') ?? 1)} unseen`,
    judge(result, level) {
      const enough = [needs(result, 'builds', 5, 'builds'), needs(result, 'inputs', 2000, 'stories')]
      const open = limits(result, 'disagreements', 0, 'stories without one answer:')
      return worst([open, ...enough, ...(level === 5 ? [limits(result, 'unseen', 0.01, 'unseen mass')] : [])])
    },
  },
  {
    item: 'fidelity',
    title: 'Twin fidelity',
    unit: person('recorded interaction', 1),
    next: 'record the real service, then npx backlot fidelity',
    bound: upperText,
    judge: (result, level) =>
      worst([
        atMost(totalOf(result), level === 4 ? 0.05 : 0.01),
        recorded(result),
        ...(level === 4
          ? []
          : [
              limits(result, 'moneyFailures', 0, 'differences in money or access:'),
              limits(result, 'daysOld', 30, 'age of the recordings, in days:'),
            ]),
      ]),
  },
  {
    item: 'residual',
    title: 'Residual behaviour, seen once',
    unit: machine('run', 0.1),
    next: 'npx backlot readiness --measure --runs 10000',
    bound(result) {
      const { failures, of } = totalOf(result)
      return `${failures} of ${of} seen once: ${percent(unseenMass(failures, of))} unseen`
    },
    judge(result, level) {
      const { failures, of } = totalOf(result)
      if (level === 4) return of > 0 ? MET : { status: 'not-shown', why: 'nothing was run', missing: 1 }
      if (of < 10_000) return { status: 'not-shown', why: `${of} runs, 10000 wanted`, missing: 10_000 - of }
      return unseenMass(failures, of) <= 0.005
        ? MET
        : { status: 'failed', why: `${percent(unseenMass(failures, of))} unseen` }
    },
  },
  {
    item: 'fitness',
    title: 'Fitness functions bite',
    unit: machine('planted regression', 5),
    next: 'npx backlot harden --family domain plants them; write a scenario in which the function that stays green has something to measure',
    bound: lowerText,
    judge: (result, level) =>
      level === 4
        ? share(totalOf(result), 0.2, 'regressions missed')
        : worst([none(totalOf(result), 'regressions missed'), limits(result, 'falseAlarms', 0.01, 'false alarms')]),
  },
  {
    item: 'cost',
    title: 'Calls priced, cost faults caught',
    unit: machine('planted cost fault', 0.5),
    next: 'npx backlot readiness --measure, and npx backlot harden --family domain',
    bound(result) {
      return result.counts.map(({ what, failures, of }) => `${what}: ${failures} of ${of} missed`).join('; ')
    },
    judge(result, level) {
      const find = (name: string): Count =>
        result.counts.find(({ what }) => what === name) ?? { what: name, failures: 0, of: 0 }
      return level === 4
        ? share(find('unpriced calls'), 0.05, 'calls without a price')
        : worst([none(find('unpriced calls'), 'calls without a price'), atMost(find('cost faults'), 0.05)])
    },
  },
  {
    item: 'incidents',
    title: 'Incidents reproduced before the fix',
    unit: person('incident', 120),
    next: 'npx backlot import each incident, with --red and --green',
    bound: (result) => `${totalOf(result).of - totalOf(result).failures} of ${totalOf(result).of}`,
    judge(result, level) {
      const all = totalOf(result)
      return level === 4
        ? share(all, 0.2, 'incidents not reproduced')
        : worst([
            all.of < 10
              ? { status: 'not-shown', why: `${all.of} incidents, 10 wanted`, missing: 10 - all.of }
              : none(all, 'incidents not reproduced'),
            limits(result, 'days', 5, 'days until reproduced:'),
          ])
    },
  },
  {
    item: 'freshness',
    title: 'Freshness: figures of what is there now',
    unit: machine('row measured again', 60),
    next: 'measure again what is out of date',
    bound: (result) =>
      `${totalOf(result).of - totalOf(result).failures} of ${totalOf(result).of} rows with figures are of today's files`,
    judge: (result) => none(totalOf(result), 'rows out of date'),
  },
]
