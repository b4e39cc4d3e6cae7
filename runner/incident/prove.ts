import type { Rule } from '../../oracle/rules/rule.ts'
import type { Verdict } from '../../oracle/verdict.ts'
import { stepWords } from '../../scenarios/minimise/explain.ts'
import { faults } from '../../scenarios/minimise/faults.ts'
import type { ProofShape } from '../../scenarios/parse/schema.ts'
import { storyDigest } from '../../scenarios/proof.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Player } from '../pool/player.ts'
import { type Project, withDefaults } from '../project.ts'
import { judgeStory, printOf, type Target, targetsOf } from './target.ts'

/** Where an incident was seen to fail: on which seed, and which check says so. */
export type Red = { readonly seed: string; readonly target: Target; readonly others: readonly Target[] }

export type ProveOptions = {
  readonly project: Project
  readonly red: Player
  /** The state of the source that is well again; without one nothing is known of it. */
  readonly green: Player | undefined
  /** A service that says 200 and does nothing. */
  readonly nobody: Player
  /** How many seeds are tried, from 1 on. */
  readonly seeds: number
}

/** One thing that was to be shown, and whether it was. */
export type Shown = { readonly what: string; readonly holds: boolean; readonly says: string }

export type Proven = {
  /** True when everything was shown: only then may the scenario decide. */
  readonly holds: boolean
  readonly shown: readonly Shown[]
  readonly proof: ProofShape
}

/** What came of looking for a failure: it, or one that the green state shows as well, or nothing at all; `cutOff` is why the first run that broke off did. */
export type Search = {
  readonly red: Red | undefined
  readonly unmended: Target | undefined
  readonly cutOff: string | undefined
}

/** Looks for the first seed on which something fails on the red state and not on the green one. */
export async function findRed(
  scenario: Scenario,
  { project, red, green, seeds }: Omit<ProveOptions, 'nobody'>,
  check: string | undefined,
): Promise<Search> {
  let unmended: Target | undefined
  let cutOff: string | undefined
  for (let seed = 1; seed <= seeds; seed++) {
    const played = await play(red, project, scenario, `${seed}`)
    if (played.ending.kind !== 'horizon') cutOff ??= played.ending.message
    const all = targetsOf(scenario, project.rules, played).filter((one) => check === undefined || one.check === check)
    const run = green === undefined || all.length === 0 ? undefined : await play(green, project, scenario, `${seed}`)
    const [target, ...others] = all.filter((one) => run === undefined || printOf(one, scenario, run) === undefined)
    if (target !== undefined) return { red: { seed: `${seed}`, target, others }, unmended: undefined, cutOff }
    unmended ??= all[0]
  }
  return { red: undefined, unmended, cutOff }
}

const play = (player: Player, { config }: Project, scenario: Scenario, seed: string): Promise<Run> =>
  player.one(withDefaults(scenario, config.defaults), seed)

/**
 * Shows of an incident all that makes it worth keeping: it fails where it failed, holds where it was mended, holds without its fault,
 * does not praise a service that does nothing, and is the same run in another process.
 */
export async function prove(scenario: Scenario, found: Red, options: ProveOptions): Promise<Proven> {
  const { project, red, green, nobody } = options
  const { seed, target } = found
  const run = await play(red, project, scenario, seed)
  const again = printOf(target, scenario, run)
  const shown: Shown[] = [
    {
      what: `red on ${red.name}`,
      holds: again === target.fingerprint,
      says:
        again === target.fingerprint ? target.message : `expected ${target.fingerprint}, got ${again ?? 'no failure'}`,
    },
  ]
  const vacuous = await vacuity(scenario, found, options, shown)
  if (green !== undefined) shown.push(await greenOn(scenario, green, options, Number(seed)))
  const nothing = await judgeOn(scenario, nobody, project, seed)
  shown.push({
    what: 'a build that says 200 and does nothing',
    holds: nothing.status !== 'pass',
    says: nothing.status === 'pass' ? 'it is green: the scenario asks for nothing to happen' : told(nothing),
  })
  const replays = await replaysOn(scenario, red, run, project)
  shown.push({
    what: 'the same run in another process, zone and locale',
    holds: replays,
    says: replays ? `hash ${run.hash.slice(0, 12)}` : 'it gives another run: nothing that it says can be relied on',
  })
  const redHolds = again === target.fingerprint
  const greenShown = shown.find(({ what }) => what.startsWith('green on'))
  const proof: ProofShape = {
    of: storyDigest(scenario).slice(0, DIGEST_LENGTH),
    check: target.check,
    fails: target.fingerprint,
    seed,
    ...(redHolds ? { 'red-on': short(red) } : {}),
    ...(greenShown?.holds === true && green !== undefined ? { 'green-on': short(green) } : {}),
    ...(vacuous === undefined ? {} : { 'vacuous-without-fault': vacuous }),
    ...(nothing.status === 'pass' ? {} : { 'null-build': nothing.status }),
    replays,
  }
  return { holds: shown.every(({ holds }) => holds), shown, proof }
}

const DIGEST_LENGTH = 16

/** How a state of the source is written down: a commit where there is one. */
const short = ({ name, at }: Player): string => (at === undefined ? name : at.slice(0, 12))

/** Without each fault the check must hold; undefined where there is none, true when the failure stays. */
async function vacuity(
  scenario: Scenario,
  { seed, target }: Red,
  { project, red }: ProveOptions,
  shown: Shown[],
): Promise<boolean | undefined> {
  const all = scenario.when.filter(({ kind }) => kind === 'fault')
  let vacuous = all.length === 0 ? undefined : false
  for (const fault of all) {
    const less = faults.without(scenario, new Set([fault.id]))
    const print = less.when.length === 0 ? undefined : printOf(target, less, await play(red, project, less, seed))
    if (print !== undefined) vacuous = true
    shown.push({
      what: `without ${stepWords(fault)}`,
      holds: print === undefined,
      says: print === undefined ? `${target.check} holds` : `${target.check} fails all the same: it is another bug`,
    })
  }
  return vacuous
}

async function greenOn(
  scenario: Scenario,
  green: Player,
  { project, seeds }: ProveOptions,
  redSeed: number,
): Promise<Shown> {
  const what = `green on ${green.name}`
  const all = Math.max(redSeed, scenario.seeds ?? seeds)
  for (let seed = 1; seed <= all; seed++) {
    const verdict = await judgeOn(scenario, green, project, `${seed}`)
    if (verdict.status !== 'pass') return { what, holds: false, says: `seed ${seed}: ${told(verdict)}` }
  }
  return { what, holds: true, says: `on ${all} seed${all === 1 ? '' : 's'}` }
}

const judgeOn = async (scenario: Scenario, player: Player, project: Project, seed: string): Promise<Verdict> =>
  judgeStory(scenario, namedRules(scenario, project), await play(player, project, scenario, seed))

const namedRules = ({ then }: Scenario, { rules }: Project): readonly Rule[] =>
  rules.filter(({ id }) => then.some((one) => one.kind === 'rule' && one.id === id))

const replaysOn = (scenario: Scenario, red: Player, { seed, hash }: Run, project: Project): Promise<boolean> =>
  red.repeats(withDefaults(scenario, project.config.defaults), seed, hash)

const told = (verdict: Verdict): string =>
  verdict.status === 'pass'
    ? 'it holds'
    : verdict.status === 'fail'
      ? (verdict.findings[0]?.message ?? 'it fails')
      : (verdict.reason.split('\n')[0] ?? 'nobody can tell')
