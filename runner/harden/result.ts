import type { EnvironmentMutant } from '../../oracle/mutate/environment.ts'
import type { Family, Mutant } from '../../oracle/mutate/instrument.ts'
import { type Share, wilson } from '../../oracle/mutate/interval.ts'
import type { FaultClass } from '../../oracle/mutate/mutator.ts'
import type { Noticed } from './case.ts'

/**
 * What became of a mutant. `noCoverage`: no scenario gets there. `notModelled`: no check noticed it, and a twin ended a run because it does not
 * model what the mutant asked for. `equivalent`: the same program once it is minified. `ignored`: not run, because the source says so or the
 * sample left it out.
 */
export type Status = 'killed' | 'timedOut' | 'survived' | 'noCoverage' | 'notModelled' | 'equivalent' | 'ignored'

/** The five reasons why a mutant may survive. */
export const LABELS = [
  'missing-assertion',
  'missing-stimulus',
  'twin-infidelity',
  'brief-silent',
  'equivalent',
] as const
export type Label = (typeof LABELS)[number]

export type Judged = {
  readonly mutant: Mutant
  /** Names the mutant by what it is, not by where: it stays while the lines around it stay. */
  readonly key: string
  readonly status: Status
  /** The checks that noticed it, of the cases that were run. */
  readonly killedBy: readonly string[]
  /** The case that noticed it first, what noticed it there, and its words. */
  readonly by: string | undefined
  readonly killedThereBy: readonly string[]
  readonly message: string | undefined
  readonly coveredBy: readonly string[]
  /** Passed while the program loads. */
  readonly static: boolean
  /** A survivor whose runs are all the pristine ones, bit for bit: nothing leads to it, or there is nothing to see. */
  readonly unseen: boolean
  /** The cases of a survivor whose runs differ from the pristine ones, though no check says so. */
  readonly differs: readonly string[]
  readonly triage: { readonly label: Label; readonly reason: string } | undefined
}

export type RuleFacts = {
  readonly id: string
  /** How often the pristine runs exercise it. */
  readonly exercised: number
  readonly kills: number
  /** Weaker rules that no mutant told from this one: dead text. */
  readonly dead: readonly string[]
  /** Stronger rules that every pristine run meets as well: the rule says less than the program does. */
  readonly loose: readonly string[]
}

export type EnvironmentFacts = {
  readonly scenario: string
  readonly how: EnvironmentMutant['how']
  readonly what: string
  /** Something in the run changed at all. */
  readonly changed: boolean
  readonly noticed: readonly Noticed[]
}

export type PseudoTested = { readonly path: string; readonly line: number; readonly function: string }

/** What of a program was mutated. With `only`, `sources` or `serving` it is a choice, which says nothing of the rest. */
export type Scope = {
  readonly family: 'generic' | 'domain' | 'all'
  readonly only: readonly string[] | undefined
  readonly sources: readonly string[] | undefined
  readonly sample: number | undefined
  readonly serving?: boolean | undefined
}

export const scopeOf = ({ family, only, sources, sample, serving }: Partial<Scope> & Pick<Scope, 'family'>): Scope => ({
  family,
  only,
  sources,
  sample,
  serving,
})

/** Every file and mutator of its families was looked at, though perhaps only a sample of what they gave. */
export const isUnchosen = ({ only, sources, serving }: Scope): boolean =>
  only === undefined && sources === undefined && serving !== true

/** Everything one hardening found out. */
export type Hardening = {
  readonly scope: Scope
  readonly judged: readonly Judged[]
  readonly cases: readonly string[]
  readonly functions: number
  readonly pseudoTested: readonly PseudoTested[]
  readonly rules: readonly RuleFacts[]
  readonly environment: readonly EnvironmentFacts[]
  readonly ms: number
  /** Mutants judged in this run; the others were known. */
  readonly ran: number
}

const SCORED: readonly Status[] = ['killed', 'timedOut', 'survived', 'noCoverage', 'notModelled']
const DETECTED: readonly Status[] = ['killed', 'timedOut']

/** The mutants that count: extreme ones are told by function, equivalent and ignored ones not at all. */
export const scored = (judged: readonly Judged[]): readonly Judged[] =>
  judged.filter(({ mutant, status }) => mutant.family !== 'extreme' && SCORED.includes(status))

export const isSurvivor = ({ mutant, status }: Judged): boolean =>
  mutant.family !== 'extreme' && (status === 'survived' || status === 'noCoverage')

export const isStopped = ({ status }: Judged): boolean => status === 'notModelled'

/** The share that is noticed. What a person called equivalent, and what a twin stopped, counts as not noticed: the conservative score. */
export const scoreOf = (judged: readonly Judged[]): Share => {
  const all = scored(judged)
  return wilson(all.filter(({ status }) => DETECTED.includes(status)).length, all.length)
}

export const untriaged = (judged: readonly Judged[]): readonly Judged[] =>
  judged.filter((one) => isSurvivor(one) && one.triage === undefined)

/** Scores by family, class, file or anything else, in the order of first appearance. */
export function scoresBy(judged: readonly Judged[], by: (one: Judged) => string): ReadonlyMap<string, Share> {
  const groups = new Map<string, Judged[]>()
  for (const one of scored(judged)) groups.set(by(one), [...(groups.get(by(one)) ?? []), one])
  return new Map([...groups].map(([name, group]) => [name, scoreOf(group)]))
}

export const HARDEN_SCHEMA = 'backlot.harden/v1'

export type Survivor = {
  readonly id: string
  readonly at: string
  readonly mutator: string
  readonly family: Family
  readonly class: FaultClass
  readonly severity: Mutant['severity']
  readonly original: string
  readonly replacement: string
  readonly covered: boolean
  readonly unseen: boolean
  readonly detector: string
  readonly label: Label | null
}

/** Stopped by a twin, not by the oracle; nobody knows what a check would have said. */
export type Stopped = Pick<Survivor, 'id' | 'at' | 'mutator' | 'original' | 'replacement'> & {
  readonly message: string
}

/** The one object that `--json` prints. */
export type HardenJson = {
  readonly schema: typeof HARDEN_SCHEMA
  readonly mutants: number
  readonly killed: number
  readonly survived: number
  readonly noCoverage: number
  readonly timedOut: number
  readonly notModelled: number
  /** In percent, as is the interval: Wilson, two-sided 95 %. */
  readonly score: number
  readonly interval: readonly [number, number]
  readonly survivors: readonly Survivor[]
  readonly stoppedByTwins: readonly Stopped[]
}

const percent = (share: number): number => Math.round(share * 1000) / 10

export const place = ({ path, start }: Mutant): string => `${path}:${start.line}:${start.column}`

export function jsonOf(judged: readonly Judged[]): HardenJson {
  const all = scored(judged)
  const count = (status: Status): number => all.filter((one) => one.status === status).length
  const { share, low, high } = scoreOf(judged)
  return {
    schema: HARDEN_SCHEMA,
    mutants: all.length,
    killed: count('killed'),
    survived: count('survived'),
    noCoverage: count('noCoverage'),
    timedOut: count('timedOut'),
    notModelled: count('notModelled'),
    score: percent(share),
    interval: [percent(low), percent(high)],
    survivors: judged.filter(isSurvivor).map(({ mutant, key, status, unseen, triage }) => ({
      id: key,
      at: place(mutant),
      mutator: mutant.mutator,
      family: mutant.family,
      class: mutant.class,
      severity: mutant.severity,
      original: mutant.original,
      replacement: mutant.replacement,
      covered: status === 'survived',
      unseen,
      detector: mutant.detector,
      label: triage?.label ?? null,
    })),
    stoppedByTwins: all.filter(isStopped).map(({ mutant, key, message }) => ({
      id: key,
      at: place(mutant),
      mutator: mutant.mutator,
      original: mutant.original,
      replacement: mutant.replacement,
      message: message ?? '',
    })),
  }
}
