import { explain } from '../../scenarios/minimise/explain.ts'
import type { Minimised, Progress } from '../../scenarios/minimise/minimise.ts'
import { parseScenarioFile } from '../../scenarios/parse/scenario-file.ts'
import type { ProofShape } from '../../scenarios/parse/schema.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Player, Troupe } from '../pool/player.ts'
import { ProjectProblems } from '../project.ts'
import { withGuard } from './guards.ts'
import { minimiseIncident } from './minimise.ts'
import { NULL_BUILD } from './null-build.ts'
import { findRed, type Proven, prove, type Red } from './prove.ts'
import { withProof, withStory } from './story-file.ts'
import { checkWords, type Target } from './target.ts'

/** A scenario file in hand; `file` is how it is named in messages and decides how it is read. */
export type StoryFile = { readonly file: string; readonly text: string; readonly id: string }

/** The states of the source that an incident is shown on, ready to be run; they close with their troupe. */
export type Stand = {
  readonly troupe: Troupe
  readonly red: Player
  readonly green: Player | undefined
  /** A service that says 200 and does nothing. */
  readonly nobody: Player
}

/** Opens them: commits, patches or folders. */
export const openStand = (troupe: Troupe, red: string, green: string | undefined): Stand => ({
  troupe,
  red: troupe.player(red, 1),
  green: green === undefined ? undefined : troupe.player(green, 1),
  nobody: troupe.standIn('the null build', NULL_BUILD),
})

export type EstablishOptions = {
  readonly stand: Stand
  readonly minimise: boolean
  /** The check that is meant, where several fail. */
  readonly check: string | undefined
  readonly seeds: number
  readonly runsMax: number
  readonly expired?: (() => boolean) | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export type Established = {
  /** The file as it should be from now on; as it was when the scenario never failed. */
  readonly text: string
  readonly scenario: Scenario
  /** Undefined: it never failed. */
  readonly red: Red | undefined
  readonly minimised: Minimised | undefined
  /** What was asked besides, so that a service that does nothing is not praised. */
  readonly guard: string | undefined
  readonly proven: Proven | undefined
  /** What fails on both states, where nothing fails on the red one alone. */
  readonly unmended: Target | undefined
  /** Where it never failed: why a run broke off before it could. */
  readonly cutOff: string | undefined
}

const NOTHING = { red: undefined, minimised: undefined, guard: undefined, proven: undefined } as const

/** Makes an incident small and proves it; what is proven is what stands in the file afterwards, read back from it. */
export async function establish(story: StoryFile, options: EstablishOptions): Promise<Established> {
  const { stand, check, seeds } = options
  const { troupe, red, green, nobody } = stand
  const { project } = troupe
  const whole = read(story, troupe)
  const { red: found, unmended, cutOff } = await findRed(whole, { project, red, green, seeds }, check)
  if (found === undefined) return { ...NOTHING, text: story.text, scenario: whole, unmended, cutOff }
  const minimised = options.minimise
    ? await minimiseIncident(whole, { ...options, project, red, target: found.target, seed: found.seed })
    : undefined
  const small = minimised?.scenario ?? whole
  const where = { project, nobody, seed: found.seed }
  const { scenario: guarded, guard } =
    minimised === undefined || green === undefined
      ? { scenario: small, guard: undefined }
      : await withGuard(small, whole, { ...where, green })
  const asking = { ...withSeeds(asked(guarded, found), found, seeds), proof: undefined }
  const text = asking === whole ? story.text : withStory(story.file, story.text, asking)
  const scenario = read({ ...story, text }, troupe)
  const proven = await prove(scenario, inFile(found, scenario), { project, red, green, nobody, seeds })
  const proof = {
    ...proven.proof,
    ...(minimised === undefined ? keptOf(whole, proven) : smallness(minimised)),
  }
  return {
    text: withProof(story.file, text, story.id, proof),
    scenario: { ...scenario, proof },
    red: found,
    minimised,
    guard,
    proven: { ...proven, proof },
    unmended: undefined,
    cutOff: undefined,
  }
}

const smallness = (minimised: Minimised): ProofShape => ({
  minimal: minimised.minimal,
  needed: explain(minimised).slice(1),
})

/** A story that was made small before, and is still the same, is as small as it was. */
const keptOf = ({ proof }: Scenario, { proof: { of } }: Proven): ProofShape =>
  proof?.of !== of || proof?.minimal === undefined
    ? {}
    : { minimal: proof.minimal, ...(proof.needed === undefined ? {} : { needed: proof.needed }) }

function read({ file, text, id }: StoryFile, { project }: Troupe): Scenario {
  const catalogue = { twins: project.twins, rules: project.rules.map((rule) => rule.id) }
  const { scenarios, problems } = parseScenarioFile(file, text, catalogue)
  const errors = problems.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new ProjectProblems(errors)
  const scenario = scenarios.find((one) => one.id === id)
  if (scenario !== undefined) return scenario
  throw new ProjectProblems([
    { file, line: 1, column: 1, level: 'error', text: `expected a scenario "${id}", got none.` },
  ])
}

/** A rule that was broken is asked for by name: then it must also be exercised. */
function asked(scenario: Scenario, { target: { of } }: Red): Scenario {
  if (of.kind !== 'rule' || scenario.then.some((one) => one.kind === 'rule' && one.id === of.rule.id)) return scenario
  return { ...scenario, then: [...scenario.then, { kind: 'rule', id: of.rule.id, place: scenario.place }] }
}

/** The seed that shows it is among those that are run. */
const withSeeds = (scenario: Scenario, { seed }: Red, usual: number): Scenario =>
  Number(seed) <= (scenario.seeds ?? usual) ? scenario : { ...scenario, seeds: Number(seed) }

/** The same target, in the words of the file that was read back. */
function inFile(red: Red, { then }: Scenario): Red {
  const { of, check } = red.target
  if (of.kind !== 'expectation') return red
  const expectation = then.find((one) => checkWords(one) === check && same(one, of.expectation))
  return expectation === undefined
    ? red
    : { ...red, target: { ...red.target, of: { kind: 'expectation', expectation } } }
}

const same = ({ place: _, ...left }: Scenario['then'][number], { place: __, ...right }: Scenario['then'][number]) =>
  JSON.stringify(left) === JSON.stringify(right)
