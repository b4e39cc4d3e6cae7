import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { z } from 'zod'
import { type Behaviour, behaviourOf, type DontCare } from '../../oracle/differential/behaviour.ts'
import { clustersOf, type Difference } from '../../oracle/differential/disagreement.ts'
import { type Question, questionOf } from '../../oracle/differential/question.ts'
import { differenceIn, type Input, type Kind, type Survey, sayAt, surveyOf } from '../../oracle/differential/survey.ts'
import { simplify } from '../../oracle/properties/simplify.ts'
import { variationsOf } from '../../oracle/properties/variations.ts'
import { readMarkdown } from '../../scenarios/parse/markdown.ts'
import { readYaml, validate } from '../../scenarios/parse/yaml.ts'
import type { Problem, Scenario } from '../../scenarios/scenario.ts'
import { shrink } from '../../scenarios/shrink.ts'
import { UsageError } from '../gate/workspace.ts'
import { openTroupe, type Player, type Troupe } from '../pool/player.ts'
import { type Project, ProjectProblems } from '../project.ts'
import { inputsOf as digestOf, readResult, writeResult } from '../store/results.ts'
import type { OnOpen } from './open.ts'
import { instant, realProgress } from './real-time.ts'
import { runWithout } from './without.ts'

type Options = Readonly<Record<string, unknown>>
const DONT_CARE = 'backlot/dont-care.yaml'
const SHRINK_RUNS_MAX = 150
const BATCH = 60

/** `backlot compare`: exit 0 when the builds behave alike, 3 when there is a question for a person. */
export async function runCompare(specs: readonly string[], options: Options, onOpen: OnOpen): Promise<void> {
  const folder = typeof options.project === 'string' ? options.project : '.'
  const troupe = await openTroupe(folder, onOpen)
  try {
    if (typeof options.without === 'string') return await runWithout(specs, options.without, troupe, options)
    const names = specs.length === 1 ? ['.', ...specs] : [...specs]
    const { project } = troupe
    const items = acceptanceOf(project, options)
    const dontCare = readDontCare(project.folder)
    const inputs = inputsOf(project, options)
    const survey = await surveyAll(names, inputs, dontCare, troupe, options)
    const questions = await ask(survey, names, dontCare, items, troupe, options)
    store(project, names, survey)
    report(names, survey, questions, options)
    process.exitCode = survey.disagreements === 0 ? 0 : 3
  } finally {
    await troupe.close()
  }
}

const jobsOf = ({ jobs }: Options): number => (typeof jobs === 'number' ? jobs : Math.min(4, availableParallelism()))
const player = (troupe: Troupe, name: string, jobs: number): Player =>
  troupe.player(name === '.' ? undefined : name, jobs)

function acceptanceOf(project: Project, options: Options): readonly { readonly id: string; readonly text: string }[] {
  const file = typeof options.brief === 'string' ? options.brief : project.config.brief
  if (file === undefined) return []
  const path = typeof options.brief === 'string' && existsSync(file) ? file : join(project.folder, file)
  if (!existsSync(path)) throw new UsageError(`expected a brief at ${file}, got none. Give one with --brief.`)
  return readMarkdown(file, readFileSync(path, 'utf8'), []).acceptance
}

const dontCareFile: z.ZodType<{ readonly schema: 1; readonly 'dont-care': { what: string; reason: string }[] }> =
  z.strictObject({
    schema: z.literal(1, '1, the version of this format'),
    'dont-care': z.array(z.strictObject({ what: z.string().min(1), reason: z.string().min(4, 'a reason') })),
  })

/** Answers that were given: what the builds may do as they like. */
function readDontCare(folder: string): readonly DontCare[] {
  const path = join(folder, DONT_CARE)
  if (!existsSync(path)) return []
  const problems: Problem[] = []
  const yaml = readYaml({ file: DONT_CARE, text: readFileSync(path, 'utf8'), above: 0 }, problems)
  const read = yaml === undefined ? undefined : validate(dontCareFile, yaml.value, yaml, [], problems)
  if (problems.length > 0 || read === undefined) throw new ProjectProblems(problems)
  return read['dont-care']
}

/** The project's scenarios as they are, and stories near them; no story twice. */
function inputsOf({ scenarios, twins }: Project, options: Options): readonly Input[] {
  const operations = twins.flatMap(({ name, operations: own }) => own.map((operation) => `${name}.${operation}`))
  const own = scenarios.map((scenario) => ({ scenario, seed: '1' }))
  const seen = new Set<string>()
  const runs = Number(options.runs)
  // A short story is drawn again and again: more are drawn than are needed.
  const drawn = fc.sample(variationsOf(scenarios, { operations, changesMax: 5 }), {
    seed: Number(options.seed),
    numRuns: runs * 3,
  })
  const stories = drawn.flatMap((scenario, at): readonly Input[] => {
    const story = JSON.stringify(scenario.when)
    if (seen.has(story)) return []
    seen.add(story)
    return [{ scenario: { ...scenario, id: `${scenario.id}-${at + 1}` }, seed: `${(at % 97) + 1}` }]
  })
  return [...own, ...stories].slice(0, Math.max(runs, own.length))
}

async function surveyAll(
  names: readonly string[],
  inputs: readonly Input[],
  dontCare: readonly DontCare[],
  troupe: Troupe,
  options: Options,
): Promise<Survey> {
  const progress = realProgress()
  progress.note(`running ${inputs.length} stories on ${names.length} builds; seed ${options.seed}`)
  progress.begin('runs', inputs.length * names.length)
  const all: Behaviour[][] = []
  for (const name of names) {
    const build = player(troupe, name, jobsOf(options))
    const behaviours: Behaviour[] = []
    for (let from = 0; from < inputs.length; from += BATCH) {
      const batch = inputs.slice(from, from + BATCH).map(async ({ scenario, seed }) => {
        // Of a run only its behaviour is kept: thousands of traces would not fit.
        const behaviour = behaviourOf(await build.one(scenario, seed), dontCare)
        progress.step(false)
        return behaviour
      })
      behaviours.push(...(await Promise.all(batch)))
    }
    all.push(behaviours)
    await build.close()
  }
  progress.end()
  return surveyOf(inputs, all)
}

/** For each kind of disagreement the smallest story, and the question it comes down to. */
async function ask(
  survey: Survey,
  names: readonly string[],
  dontCare: readonly DontCare[],
  items: readonly { readonly id: string; readonly text: string }[],
  troupe: Troupe,
  options: Options,
): Promise<readonly Question[]> {
  const kinds = causesOf(survey).slice(0, Number(options.questions))
  if (kinds.length === 0) return []
  realProgress().note(`looking for the smallest story of ${kinds.length} disagreement${kinds.length === 1 ? '' : 's'}`)
  const builds = names.map((name) => player(troupe, name, 1))
  const questions: Question[] = []
  for (const kind of kinds) {
    const small = await smallest(kind, builds, dontCare)
    const behaviours = await Promise.all(
      builds.map(async (build) => behaviourOf(await build.one(small.scenario, small.seed), dontCare)),
    )
    const camps = Map.groupBy(
      names.map((name, at) => ({ name, say: sayOf(behaviours[at], small.difference) })),
      ({ say }) => JSON.stringify(say ?? null),
    )
    const sorted = [...camps.values()].sort((a, b) => b.length - a.length)
    questions.push(
      questionOf(
        small.scenario,
        small.difference,
        sorted.map((camp) => ({ builds: camp.map(({ name }) => name), value: camp[0]?.say })),
        items,
      ),
    )
  }
  return questions
}

const sayOf = (behaviour: Behaviour | undefined, difference: Difference) =>
  behaviour === undefined ? undefined : sayAt(behaviour, difference)

/** One kind for each place, and of those one for each way the builds fall into camps: the same camps mostly part for the same cause. */
function causesOf({ kinds }: Survey): readonly Kind[] {
  const asked = new Set<string>()
  return kinds.filter(({ about, camps }) => {
    const names = [about, JSON.stringify(camps)]
    if (names.some((name) => asked.has(name))) return false
    for (const name of names) asked.add(name)
    return true
  })
}

async function smallest(
  { about, camps, example, between }: Kind,
  builds: readonly Player[],
  dontCare: readonly DontCare[],
): Promise<{ readonly scenario: Scenario; readonly seed: string; readonly difference: Difference }> {
  const { seed } = example
  const wanted = JSON.stringify(camps)
  const part = async (scenario: Scenario): Promise<Difference | undefined> => {
    const all = await Promise.all(builds.map(async (build) => behaviourOf(await build.one(scenario, seed), dontCare)))
    const [left, right] = [all[between[0]], all[between[1]]]
    if (left === undefined || right === undefined || JSON.stringify(clustersOf(all)) !== wanted) return undefined
    const found = differenceIn(scenario, left, right)
    return found?.what === about ? found : undefined
  }
  const [first] = builds
  if (first === undefined) throw new Error('compare: expected builds.')
  const same = async (_: unknown, scenario: Scenario): Promise<boolean> => (await part(scenario)) !== undefined
  const run = (scenario: Scenario) => first.one(scenario, seed)
  const shrunk = await shrink(example.scenario, await run(example.scenario), { run, same, runsMax: SHRINK_RUNS_MAX })
  const { scenario } = await simplify(shrunk?.scenario ?? example.scenario, { run, same, runsMax: SHRINK_RUNS_MAX })
  const difference = await part(scenario)
  if (difference === undefined) throw new Error(`compare: the disagreement about ${about} did not come back.`)
  return { scenario, seed, difference }
}

/** What the readiness card reads: how many inputs, how many disagreements, how much is unseen. */
function store(project: Project, names: readonly string[], { inputs, disagreements, unseen }: Survey): void {
  const figures = { builds: names.length, inputs, disagreements, unseen }
  const old = readResult(project, 'ambiguity')
  if (old?.inputs === digestOf(project) && saysMore(old.figures, figures)) return
  writeResult(project, {
    item: 'ambiguity',
    at: instant(),
    counts: [{ what: 'stories without one answer', failures: disagreements, of: inputs }],
    figures,
  })
}

/** Whether what is on file is of more runs, and not the milder for it. */
export function saysMore(
  old: Readonly<Record<string, number>>,
  fresh: { readonly builds: number; readonly inputs: number; readonly disagreements: number },
): boolean {
  const runs = (old.builds ?? 0) * (old.inputs ?? 0)
  return runs > fresh.builds * fresh.inputs && (old.disagreements ?? 0) >= fresh.disagreements
}

function report(names: readonly string[], survey: Survey, questions: readonly Question[], options: Options): void {
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
  if (options.json === true) {
    const { kinds, pairs, ...figures } = survey
    const list = kinds.map(({ about, camps, seen }) => ({
      about,
      seen,
      camps: camps.map((camp) => camp.map((at) => names[at])),
    }))
    say(
      JSON.stringify(
        {
          schema: 'backlot.compare/v1',
          builds: names,
          ...figures,
          pairs: pairs.map(({ between, apart }) => ({ between: between.map((at) => names[at]), apart })),
          kinds: list,
          questions,
        },
        null,
        2,
      ),
    )
    return
  }
  for (const [at, { words, answers, dontCare }] of questions.entries()) {
    say(`QUESTION ${at + 1}  ${words}`)
    for (const { builds, scenario } of answers)
      say(
        `\n  as ${builds.join(', ')}: put this in backlot/scenarios/\n${scenario.replaceAll(/^/gm, '    ').trimEnd()}`,
      )
    say(`\n  nobody cares: put this under dont-care: in ${DONT_CARE}\n    ${dontCare}`)
  }
  const { inputs, disagreements, share, unseen } = survey
  const asked = new Set(questions.map(({ about }) => about))
  for (const about of new Set(survey.kinds.map((kind) => kind.about))) if (!asked.has(about)) say(`also: ${about}`)
  for (const { between, apart } of survey.pairs)
    say(
      `${names[between[0]]} and ${names[between[1]]}: ${apart === 0 ? 'not told apart' : `told apart in ${apart} stories`}`,
    )
  if (disagreements === 0)
    say(
      `${names.length} builds behave alike in ${inputs} stories: they differ in at most ${percent(share.upper)} (95 %)`,
    )
  else
    say(
      `${names.length} builds disagree in ${disagreements} of ${inputs} stories (${percent(share.lower)} to ${percent(share.upper)}, 95 %) in ${survey.kinds.length} ways; ${percent(unseen)} more unseen`,
    )
}
