import type { Run } from '../../scenarios/run.ts'
import { upperBound } from '../readiness/bounds.ts'
import { judgeRun } from '../rules/monitor.ts'
import { printRule, type Rule } from '../rules/rule.ts'
import { factsOf } from './survey.ts'
import { type Candidate, candidatesFrom } from './templates.ts'

/** A rule that held in every run that had something to say to it: a proposal, never law. */
export type Proposal = {
  readonly rule: Rule
  readonly sentence: string
  /** Training runs that exercised it; in all of them it held. */
  readonly support: number
  /** Runs it was not mined from: how many exercised it, and in how many it was violated all the same. */
  readonly held: {
    readonly exercised: number
    readonly violated: number /** Clopper-Pearson, one-sided 95 %. */
    readonly upper: number
  }
  /** Mutants that this rule notices, and those that nothing else does; undefined while nobody asked. */
  readonly kills: { readonly all: readonly string[]; readonly only: readonly string[] } | undefined
  readonly score: number
}

export type MineOptions = {
  /** Rules there are already: what follows from them is not proposed again. */
  readonly known: readonly Rule[]
  /** Runs that must have exercised a rule; 20 when left out. */
  readonly supportMin?: number
  /** Runs of mutants, by mutant; where they are there, proposals are ranked by what only they notice. */
  readonly mutants?: ReadonlyMap<string, readonly Run[]>
  /** Mutants that the known checks notice. */
  readonly killed?: ReadonlySet<string>
}

const SUPPORT_MIN = 20
/** Every third run is held back. */
const HELD_BACK = 3

/**
 * Proposes rules out of passing runs. Every third run is held back: a proposal that any of those violates is dropped, and the bound
 * says how often it may still be a false alarm. Mining a buggy program freezes the bug: a person decides.
 */
export function mine(runs: readonly Run[], options: MineOptions): readonly Proposal[] {
  const passing = runs.filter(({ ending }) => ending.kind === 'horizon')
  const training = passing.filter((_, at) => at % HELD_BACK !== HELD_BACK - 1)
  const held = passing.filter((_, at) => at % HELD_BACK === HELD_BACK - 1)
  const candidates = candidatesFrom(training, factsOf(training)).map(asRule)
  const supported = support(candidates, training).filter(
    ({ hit, held: holds }) => holds && hit >= (options.supportMin ?? SUPPORT_MIN),
  )
  const supportOf = new Map(supported.map(({ rule, hit }) => [rule, hit]))
  const tested = support([...supportOf.keys()], held)
  const heldBack = new Map(tested.map((one) => [one.rule, one]))
  const standing = tested.filter(({ violated }) => violated === 0).map(({ rule }) => rule)
  const rules = withoutImplied(standing, options.known)
  const kills = killsOf(rules, options)
  return rules
    .flatMap((rule): readonly Proposal[] => {
      const back = heldBack.get(rule)
      if (back === undefined) return []
      const own = kills?.get(rule)
      const sentence = printRule(rule)
      const hit = supportOf.get(rule) ?? 0
      const noticed = own === undefined ? WEIGHTS[rule.clause.kind] : own.only.length
      return [
        {
          rule,
          sentence,
          support: hit,
          held: { exercised: back.hit, violated: back.violated, upper: upperBound(back.violated, back.hit) },
          kills: own,
          score: scoreOf(noticed, hit, sentence),
        },
      ]
    })
    .sort((a, b) => b.score - a.score)
    .map((proposal, at) => ({ ...proposal, ...renamed(proposal.rule, at) }))
}

/** Before mutants have spoken: what usually catches most. */
const WEIGHTS: Readonly<Record<Rule['clause']['kind'], number>> = {
  equal: 6,
  eventually: 4,
  count: 4,
  before: 3,
  'after-never': 2,
  always: 1,
  never: 1,
  between: 1,
  gap: 1,
  sum: 1,
  sometimes: 1,
  satisfy: 1,
}

/** The order that new kills give: what a proposal notices and no check does, times how sure it is, by how long it takes to read. */
export const rankByKills = (
  proposals: readonly Proposal[],
  kills: ReadonlyMap<string, readonly string[]>,
): readonly Proposal[] =>
  proposals
    .map((proposal): Proposal => {
      const fresh = kills.get(proposal.rule.id) ?? []
      return {
        ...proposal,
        kills: { all: fresh, only: fresh },
        score: scoreOf(fresh.length, proposal.support, proposal.sentence),
      }
    })
    .sort((a, b) => b.score - a.score)

const scoreOf = (noticed: number, support: number, sentence: string): number =>
  (noticed * Math.log2(1 + support)) / sentence.length

const asRule = ({ per, clause }: Candidate): Rule => ({ id: 'MINED-0', why: '', per, clause, place: undefined })

function renamed(rule: Rule, at: number): Pick<Proposal, 'rule' | 'sentence'> {
  const named = { ...rule, id: `MINED-${at + 1}` }
  return { rule: named, sentence: printRule(named) }
}

type Support = { readonly rule: Rule; readonly hit: number; readonly violated: number; readonly held: boolean }

/** Judges all rules on all runs, in one pass a run. */
function support(rules: readonly Rule[], runs: readonly Run[]): readonly Support[] {
  const tallies = rules.map((rule) => ({ rule, hit: 0, violated: 0, held: true }))
  for (const run of runs) {
    for (const [at, { status, hits }] of judgeRun(rules, run).entries()) {
      const tally = tallies[at]
      if (tally === undefined) continue
      if (hits > 0) tally.hit += 1
      if (status === 'violated') tally.violated += 1
      if (status !== 'holds') tally.held = false
    }
  }
  return tallies
}

const bodyOf = (rule: Rule): string => JSON.stringify([rule.per, rule.clause])

/** Leaves out what is there already, and what a shorter proposal says as well. */
function withoutImplied(rules: readonly Rule[], known: readonly Rule[]): readonly Rule[] {
  const there = new Set(known.map(bodyOf))
  const kept = new Map<string, Rule>()
  for (const rule of rules) {
    const { clause } = rule
    if (there.has(bodyOf(rule)) || known.some((one) => implies(one, rule))) continue
    // The same clause under a slice that covers more says more; the longest list of keys stands for all.
    const name = JSON.stringify(clause)
    const old = kept.get(name)
    if (old === undefined || wider(rule.per, old.per)) kept.set(name, rule)
  }
  const list = [...kept.values()]
  return list.filter((rule) => !list.some((one) => one !== rule && implies(one, rule)))
}

const wider = (a: readonly string[], b: readonly string[]): boolean =>
  a.length > b.length || (b[0] === 'request' && a[0] !== 'request')

/** Whether one rule makes the other superfluous: a tighter count, or the same with fewer conditions. */
function implies({ per, clause }: Rule, { per: otherPer, clause: other }: Rule): boolean {
  if (JSON.stringify(per) !== JSON.stringify(otherPer)) return false
  const sameAs = (x: unknown, y: unknown): boolean => JSON.stringify(x) === JSON.stringify(y)
  if (clause.kind === 'count' && other.kind === 'count')
    return (
      (clause.bound.op === 'at most' || clause.bound.op === 'exactly') &&
      other.bound.op === 'at most' &&
      clause.bound.count <= other.bound.count &&
      sameAs(clause.event, other.event) &&
      clause.withinMs === undefined
    )
  if (clause.kind === 'eventually' && other.kind === 'eventually')
    return (
      sameAs([clause.after, clause.events], [other.after, other.events]) &&
      (clause.withinMs ?? Number.POSITIVE_INFINITY) < (other.withinMs ?? Number.POSITIVE_INFINITY)
    )
  return false
}

function killsOf(
  rules: readonly Rule[],
  { mutants, killed }: MineOptions,
): ReadonlyMap<Rule, { readonly all: readonly string[]; readonly only: readonly string[] }> | undefined {
  if (mutants === undefined) return undefined
  const all = new Map<Rule, string[]>(rules.map((rule) => [rule, []]))
  for (const [mutant, runs] of mutants) {
    for (const run of runs.filter(({ ending }) => ending.kind === 'horizon')) {
      for (const [at, { status }] of judgeRun(rules, run).entries()) {
        const rule = rules[at]
        const list = rule === undefined ? undefined : all.get(rule)
        if (status === 'violated' && list?.at(-1) !== mutant) list?.push(mutant)
      }
    }
  }
  return new Map(
    [...all].map(([rule, list]) => [rule, { all: list, only: list.filter((mutant) => killed?.has(mutant) !== true) }]),
  )
}
