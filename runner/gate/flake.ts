import { type Certificate, tellDivergence } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Side } from '../pool/job.ts'
import type { Pool } from '../pool/pool.ts'
import type { Context } from './context.ts'
import type { Judged } from './judge.ts'
import { certifyAll, type Entry } from './play.ts'
import type { Quarantined } from './quarantine.ts'

/** Cases to run again: each takes two more runs. */
const CASES_MAX = 8

/** How a red case behaves when it is run again: the same each time, or not; and then whether the base does so too. */
type Class = { readonly kind: 'repeats' | 'flakes' | 'flakes-on-base'; readonly told: string }

/** A case that does not repeat, and where its runs part. */
export type Parting = Entry & { readonly told: string }

/**
 * Runs red cases again, only to say what they are: nothing red turns green. A case that repeats stays as it is. One that differs each time
 * is a determinism finding; when it differs on the base as well, it says nothing of the candidate and goes to its owner. `parting` has
 * the cases that do not repeat.
 */
export async function classify(
  context: Context,
  pool: Pool,
  checks: readonly Judged[],
  runs: { readonly base: readonly Run[] | undefined; readonly candidate: readonly Run[] },
): Promise<{ readonly checks: readonly Judged[]; readonly parting: readonly Parting[] }> {
  const { project, options } = context
  const { quarantine } = project.config
  const red = checks.flatMap(({ verdict }) => (verdict.status === 'fail' ? verdict.findings : []))
  const wanted = new Map(
    [
      ...red.map(({ scenario, seed }) => [scenario, seed] as const),
      ...quarantine.map(({ scenario }) => [scenario, '1'] as const),
    ].map(([scenario, seed]) => [`${scenario} ${seed}`, { scenario, seed }]),
  )
  const entries = [...wanted.values()].slice(0, CASES_MAX).flatMap(({ scenario: id, seed }): readonly Entry[] => {
    const scenario = project.scenarios.find((one) => one.id === id)
    return scenario === undefined || seed === undefined ? [] : [{ scenario, seed }]
  })
  if (entries.length === 0) return { checks: [...checks, ...overdue(quarantine, options.today)], parting: [] }
  const classes = await classesOf(pool, entries, runs)
  for (const { scenario, owner } of quarantine)
    if (classes.get(`${scenario} 1`)?.kind === 'repeats')
      options.progress.note(
        `${scenario} is in quarantine with ${owner} and did not flake. Take it off when it stays so.`,
      )
  return {
    checks: [
      ...checks.map((judged) => withClass(judged, classes, quarantine)),
      ...flakes(classes, runs.base !== undefined),
      ...overdue(quarantine, options.today),
    ],
    parting: entries.flatMap((entry): readonly Parting[] => {
      const found = classes.get(`${entry.scenario.id} ${entry.seed}`)
      return found === undefined || found.kind === 'repeats' ? [] : [{ ...entry, told: found.told }]
    }),
  }
}

async function classesOf(
  pool: Pool,
  entries: readonly Entry[],
  runs: { readonly base: readonly Run[] | undefined; readonly candidate: readonly Run[] },
): Promise<ReadonlyMap<string, Class>> {
  const parting = async (side: Side, of: readonly Entry[], first: readonly Run[]): Promise<readonly Certificate[]> =>
    (await certifyAll(pool, of, first, side)).filter(({ divergence }) => divergence !== undefined)
  const keyOf = ({ scenario, seed }: Pick<Certificate, 'scenario' | 'seed'>): string => `${scenario} ${seed}`
  const candidate = new Map((await parting('candidate', entries, runs.candidate)).map((one) => [keyOf(one), one]))
  const odd = entries.filter(({ scenario, seed }) => candidate.has(`${scenario.id} ${seed}`))
  const base = new Set((await parting('base', runs.base === undefined ? [] : odd, runs.base ?? [])).map(keyOf))
  return new Map(
    entries.map(({ scenario, seed }): [string, Class] => {
      const key = `${scenario.id} ${seed}`
      const divergence = candidate.get(key)?.divergence
      if (divergence === undefined) return [key, { kind: 'repeats', told: '' }]
      return [key, { kind: base.has(key) ? 'flakes-on-base' : 'flakes', told: tellDivergence(divergence) }]
    }),
  )
}

/** A red check all of whose cases flake on the base as well is inconclusive: it goes to an owner. */
function withClass(judged: Judged, classes: ReadonlyMap<string, Class>, quarantine: readonly Quarantined[]): Judged {
  const { verdict } = judged
  if (verdict.status !== 'fail') return judged
  const found = verdict.findings.map(({ scenario, seed }) => ({
    scenario,
    seed,
    of: classes.get(`${scenario} ${seed}`),
  }))
  if (!found.every(({ of }) => of?.kind === 'flakes-on-base')) return judged
  const [first] = found
  const entry = quarantine.find(({ scenario }) => scenario === first?.scenario)
  const owner =
    entry === undefined
      ? 'It has no owner yet: give it one in backlot.yaml, under quarantine.'
      : `It is ${entry.owner}'s to mend until ${entry.until}: ${entry.reason}`
  const reason = `${first?.scenario}, seed ${first?.seed}, gives another run each time, on the base as well: ${first?.of?.told ?? ''}.\n${owner}`
  return { ...judged, verdict: { status: 'inconclusive', reason } }
}

/** Cases that only the candidate makes flake are its failure, whatever else they showed. */
function flakes(classes: ReadonlyMap<string, Class>, hasBase: boolean): readonly Judged[] {
  const findings = [...classes]
    .filter(([, { kind }]) => kind === 'flakes')
    .map(([key, { told }]) => {
      const at = key.lastIndexOf(' ')
      return {
        message: hasBase ? `${told}. The base repeats.` : told,
        scenario: key.slice(0, at),
        seed: key.slice(at + 1),
        atVirtualMs: undefined,
      }
    })
  if (findings.length === 0) return []
  const why = 'A case that is red repeats when it is run again.'
  return [{ id: 'flake', kind: 'flake', why, failure: undefined, verdict: { status: 'fail', findings } }]
}

/** Quarantine ends on its day. Without a date given nobody can say that it has not. */
function overdue(quarantine: readonly Quarantined[], today: string | undefined): readonly Judged[] {
  const over = quarantine.filter(({ until }) => today === undefined || until < today)
  if (over.length === 0) return []
  const reason = over
    .map(
      ({ scenario, owner, until }) =>
        `${scenario}: ended on ${until}. ${owner} mends it, or says in backlot.yaml until when.`,
    )
    .join('\n')
  const why = 'What is in quarantine leaves it.'
  return [{ id: 'quarantine', kind: 'flake', why, failure: undefined, verdict: { status: 'inconclusive', reason } }]
}
