import { sample } from '../../oracle/mutate/sample.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Session } from './harden.ts'
import type { HardenPool } from './pool.ts'
import type { HardenProgress } from './progress.ts'
import { expectationsFrom, type Proposal, rulesFrom } from './propose.ts'
import { isSurvivor, type Judged } from './result.ts'

/** A proposal that has been proven: what it catches, and on how many good runs it stayed green. */
export type Proven = {
  readonly proposal: Proposal
  /** Survivors that it notices and no proposal before it does. */
  readonly kills: readonly Judged[]
  /** Runs that it was not read from and that could have made it object. */
  readonly goodRuns: number
}

export type ProposeOptions = {
  readonly progress: HardenProgress
  readonly seed: string
  /** Pools on further good builds. */
  readonly good: readonly HardenPool[]
}

/** Seeds that proposals are read from, and those that are kept back to try them on. */
const READ_SEEDS = ['2', '3', '4']
const HELD_FROM = 5
const HELD_MIN = 6
const HELD_MAX = 30
/** Where there are few scenarios more seeds are cheap: so many runs in all. */
const HELD_RUNS = 240

/** The seeds kept back for so many scenarios. */
export const heldSeeds = (places: number): readonly string[] =>
  Array.from(
    { length: Math.min(HELD_MAX, Math.max(HELD_MIN, Math.ceil(HELD_RUNS / Math.max(1, places)))) },
    (_, at) => `${HELD_FROM + at}`,
  )
/** What is only seen in so many survivors is fitted to all of them; more are tried in samples. */
const SURVIVORS_MAX = 600

/**
 * Proposes checks. Each is read from good runs, has stayed green on good runs it was not read from and on every good build, and notices at
 * least one survivor that no check and no other proposal notices: so none is implied by what is there.
 */
export async function propose(session: Session, options: ProposeOptions): Promise<readonly Proven[]> {
  const places = session.cases.flatMap(({ seed }, at) => (seed === '1' ? [at] : []))
  const read = await readRuns(session, options, places)
  const operations = operationsOf(session.pristine.map(({ run }) => run))
  const drafts = places.flatMap((at) => {
    const scenario = session.cases[at]?.scenario
    return scenario === undefined ? [] : expectationsFrom(scenario, read.get(at) ?? [], operations)
  })
  const candidates = [...drafts, ...rulesFrom([...read.values()].flat(), session.project.rules)]
  const green = await onGoodRuns(session, options, places, candidates)
  const survivors = sample(
    // What no run shows, no check can see.
    session.hardening.judged.filter((one) => isSurvivor(one) && one.status === 'survived' && !one.unseen),
    SURVIVORS_MAX,
    ({ mutant }) => mutant.class,
    options.seed,
  )
  const caught = await onSurvivors(
    session,
    options,
    survivors,
    green.map(({ proposal }) => proposal),
  )
  return chosen(survivors, caught).map(({ at, kills }) => {
    const found = green[at]
    if (found === undefined) throw new Error(`propose: expected a proposal at ${at}, got none.`)
    return { ...found, kills }
  })
}

const operationsOf = (runs: readonly Run[]): readonly string[] =>
  [...new Set(runs.flatMap(({ trace }) => trace.map(({ type }) => type)))]
    .filter((type) => /^\w+(\.\w+)+$/.test(type) && !/^(app|delivery|event)\b/.test(type))
    .sort()

async function readRuns(
  { pool, cases, pristine }: Session,
  { progress }: ProposeOptions,
  places: readonly number[],
): Promise<ReadonlyMap<number, readonly Run[]>> {
  progress.begin('good runs to learn from', places.length)
  const all = new Map<number, readonly Run[]>()
  await Promise.all(
    places.map(async (at) => {
      const one = cases[at]
      const first = pristine[at]?.run
      if (one === undefined || first === undefined) return
      const more = await Promise.all(
        READ_SEEDS.map(async (seed) => (await pool.do<'look'>({ kind: 'look', at, seed })).run),
      )
      all.set(at, [first, ...more])
      progress.step(false)
    }),
  )
  progress.end()
  return all
}

/** The proposals that no good run objects to, each with the runs that could have: other seeds of this program, and every good build. */
async function onGoodRuns(
  { pool }: Session,
  { progress, good }: ProposeOptions,
  places: readonly number[],
  candidates: readonly Proposal[],
): Promise<readonly Omit<Proven, 'kills'>[]> {
  const held = heldSeeds(places.length)
  const tries = [
    ...held.map((seed) => ({ pool, seed })),
    ...good.flatMap((build) => ['1', ...held.slice(0, 2)].map((seed) => ({ pool: build, seed }))),
  ]
  progress.begin('good runs to try on', tries.length * places.length)
  const red = new Set<number>()
  const runs = candidates.map(() => 0)
  await Promise.all(
    tries.flatMap(({ pool: build, seed }) =>
      places.map(async (at) => {
        const { noticed, tried } = await build.do<'try'>({
          kind: 'try',
          order: undefined,
          at: [at],
          seed,
          proposals: candidates,
        })
        for (const index of noticed.flat()) red.add(index)
        for (const index of tried.flat()) runs[index] = (runs[index] ?? 0) + 1
        progress.step(false)
      }),
    ),
  )
  progress.end()
  return candidates.flatMap((proposal, at) => {
    const goodRuns = runs[at] ?? 0
    // What was never tried is not proven.
    return red.has(at) || goodRuns === 0 ? [] : [{ proposal, goodRuns }]
  })
}

/** Cases a survivor is tried in at once. */
const AT_ONCE = 6

/**
 * For each survivor, places of proposals that notice it. Its cases are tried a few at a time, those that show most survivors first, until
 * something notices: so few proposals come to notice many.
 */
async function onSurvivors(
  { pool, cases, orderOf }: Session,
  { progress }: ProposeOptions,
  survivors: readonly Judged[],
  proposals: readonly Proposal[],
): Promise<readonly ReadonlySet<number>[]> {
  progress.begin('survivors', survivors.length)
  const shows = new Map<string, number>()
  for (const { differs } of survivors) for (const id of differs) shows.set(id, (shows.get(id) ?? 0) + 1)
  const caught = await Promise.all(
    survivors.map(async ({ mutant, differs }) => {
      const order = orderOf(mutant)
      // Where the run is the pristine one there is nothing to notice.
      const kept = order.cases
        .flatMap((at, index) => {
          const one = cases[at]
          const limit = order.limits[index]
          if (one?.seed !== '1' || limit === undefined || !differs.includes(one.id)) return []
          return [{ at, limit, shows: shows.get(one.id) ?? 0 }]
        })
        .sort((a, b) => b.shows - a.shows || a.at - b.at)
      const found = new Set<number>()
      for (let from = 0; from < kept.length && found.size === 0; from += AT_ONCE) {
        const part = kept.slice(from, from + AT_ONCE)
        const { noticed } = await pool.do<'try'>({
          kind: 'try',
          order: { ...order, limits: part.map(({ limit }) => limit) },
          at: part.map(({ at }) => at),
          seed: undefined,
          proposals,
        })
        for (const one of noticed.flat()) found.add(one)
      }
      progress.step(found.size === 0)
      return found
    }),
  )
  progress.end()
  return caught
}

/** The fewest proposals that notice all that can be noticed, as far as taking the best one each time finds them. */
function chosen(
  survivors: readonly Judged[],
  caught: readonly ReadonlySet<number>[],
): readonly { readonly at: number; readonly kills: readonly Judged[] }[] {
  const by = new Map<number, Set<number>>()
  for (const [survivor, proposals] of caught.entries())
    for (const at of proposals) by.set(at, (by.get(at) ?? new Set()).add(survivor))
  const picked: { at: number; kills: readonly Judged[] }[] = []
  const left = new Set(caught.keys())
  for (;;) {
    let best: { at: number; kills: readonly number[] } | undefined
    for (const [at, kills] of by) {
      const fresh = [...kills].filter((survivor) => left.has(survivor))
      if (fresh.length > (best?.kills.length ?? 0)) best = { at, kills: fresh }
    }
    if (best === undefined) return picked
    for (const survivor of best.kills) left.delete(survivor)
    picked.push({ at: best.at, kills: best.kills.flatMap((survivor) => survivors[survivor] ?? []) })
  }
}
