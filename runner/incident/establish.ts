import { explain } from '../../scenarios/minimise/explain.ts'
import type { Minimised, Progress } from '../../scenarios/minimise/minimise.ts'
import { parseScenarioFile } from '../../scenarios/parse/scenario-file.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Player, Troupe } from '../pool/player.ts'
import { ProjectProblems } from '../project.ts'
import { withGuard } from './guards.ts'
import { minimiseIncident } from './minimise.ts'
import { NULL_BUILD } from './null-build.ts'
import { findRed, type Proven, prove, type Red } from './prove.ts'
import { withProof, withStory } from './story-file.ts'
import { checkWords } from './target.ts'

/** A scenario file in hand; `file` is how it is named in messages and decides how it is read. */
export type StoryFile = { readonly file: string; readonly text: string; readonly id: string }

export type EstablishOptions = {
  readonly troupe: Troupe
  /** Commits, patches or folders. */
  readonly red: string
  readonly green: string | undefined
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
}

/** Makes an incident small and proves it; what is proven is what stands in the file afterwards, read back from it. */
export async function establish(story: StoryFile, options: EstablishOptions): Promise<Established> {
  const { troupe, check, seeds } = options
  const { project } = troupe
  const red = troupe.player(options.red, 1)
  const green = options.green === undefined ? undefined : troupe.player(options.green, 1)
  const nobody = troupe.standIn('the null build', NULL_BUILD)
  try {
    const whole = read(story, troupe)
    const found = await findRed(whole, { project, red, green, seeds }, check)
    if (found === undefined)
      return { ...story, scenario: whole, red: undefined, minimised: undefined, guard: undefined, proven: undefined }
    const minimised = options.minimise
      ? await minimiseIncident(whole, { ...options, project, red, target: found.target, seed: found.seed })
      : undefined
    const small = minimised?.scenario ?? whole
    const stand = { project, nobody, seed: found.seed }
    const { scenario: guarded, guard } =
      minimised === undefined || green === undefined
        ? { scenario: small, guard: undefined }
        : await withGuard(small, whole, { ...stand, green })
    const asking = { ...withSeeds(asked(guarded, found), found, seeds), proof: undefined }
    const text = asking === whole ? story.text : withStory(story.file, story.text, asking)
    const scenario = read({ ...story, text }, troupe)
    const proven = await prove(scenario, inFile(found, scenario), { project, red, green, nobody, seeds })
    const proof = {
      ...proven.proof,
      ...(minimised === undefined ? {} : { minimal: minimised.minimal, needed: explain(minimised).slice(1) }),
    }
    return {
      text: withProof(story.file, text, story.id, proof),
      scenario: { ...scenario, proof },
      red: found,
      minimised,
      guard,
      proven: { ...proven, proof },
    }
  } finally {
    await Promise.all([red, green, nobody].map((player: Player | undefined) => player?.close()))
  }
}

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
