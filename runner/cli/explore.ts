import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { parse } from 'yaml'
import type { Model } from '../../oracle/properties/model.ts'
import { scenariosFromOpenApi } from '../../oracle/properties/openapi.ts'
import type { Relation } from '../../oracle/properties/relations.ts'
import { simplify } from '../../oracle/properties/simplify.ts'
import { type Properties, type Suspect, suspectsOf } from '../../oracle/properties/suspect.ts'
import { variationsOf } from '../../oracle/properties/variations.ts'
import { writeScenario } from '../../oracle/properties/write-scenario.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { SCHEDULES, strategyOf } from '../../scenarios/schedule.ts'
import { shrink } from '../../scenarios/shrink.ts'
import { digest, type Json } from '../../twins/trace.ts'
import { UsageError } from '../gate/workspace.ts'
import { openTroupe, type Player } from '../pool/player.ts'
import type { Project } from '../project.ts'
import { writeWhole } from '../store/artefact.ts'
import type { OnOpen } from './open.ts'
import { realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>
type Story = fc.Arbitrary<Scenario>
/** What `backlot/properties/*.properties.ts` may export. */
type Loaded = {
  readonly models: readonly Model<never>[]
  readonly relations: readonly Relation[]
  readonly stories: readonly Story[]
}

const PROPERTIES = 'backlot/properties/**/*.properties.ts'
/** Runs it may take to make one failure small. */
const SHRINK_RUNS_MAX = 150
const BATCH = 40

type Found = {
  readonly property: string
  readonly why: string
  readonly message: string
  readonly seed: string
  readonly stepsBefore: number
  readonly stepsAfter: number
  readonly file: string | null
  readonly scenario: Scenario
}

/** `backlot explore`: exit 0 when nothing was found, 1 when something was, 4 when no story could be judged. */
export async function runExplore(options: Options, onOpen: OnOpen): Promise<void> {
  const folder = typeof options.project === 'string' ? options.project : '.'
  const troupe = await openTroupe(folder, onOpen)
  const progress = realProgress()
  try {
    const { project } = troupe
    const loaded = await loadProperties(project.folder)
    const stories = samplesOf(project, loaded, options)
    const properties: Properties = { rules: project.rules, ...loaded }
    const player = troupe.player(
      undefined,
      typeof options.jobs === 'number' ? options.jobs : Math.min(4, availableParallelism()),
    )
    progress.note(
      `running ${stories.length} stories against ${project.rules.length} rules, ${loaded.models.length} models and ${loaded.relations.length} relations; seed ${options.seed}`,
    )
    progress.begin('stories', stories.length)
    const { suspects, judged, unmodelled } = await judgeAll(stories, player, properties, () => progress.step(false))
    progress.end()
    if (suspects.length > 0)
      progress.note(
        `looking for the smallest story of ${suspects.length} broken ${suspects.length === 1 ? 'property' : 'properties'}`,
      )
    const found: Found[] = []
    for (const one of suspects) found.push(await smallest(one, player, project, options))
    report(found, { stories: stories.length, judged, unmodelled }, options)
    process.exitCode = found.length > 0 ? 1 : judged === 0 ? 4 : 0
  } finally {
    await troupe.close()
  }
}

async function loadProperties(folder: string): Promise<Loaded> {
  const models: Model<never>[] = []
  const relations: Relation[] = []
  const stories: Story[] = []
  for (const file of globSync(PROPERTIES, { cwd: folder }).sort()) {
    const exports = (await import(pathToFileURL(join(folder, file)).href)) as Partial<Loaded>
    if (exports.models === undefined && exports.relations === undefined && exports.stories === undefined)
      throw new UsageError(`${file}: expected it to export models, relations or stories, got none of them.`)
    models.push(...(exports.models ?? []))
    relations.push(...(exports.relations ?? []))
    stories.push(...(exports.stories ?? []))
  }
  return { models, relations, stories }
}

/** Stories by chance, the same for the same seed: from the OpenAPI document, or near the project's scenarios and by hand. */
function samplesOf(
  { config, scenarios, twins, folder }: Project,
  loaded: Loaded,
  options: Options,
): readonly Scenario[] {
  const operations = twins.flatMap(({ name, operations: own }) => own.map((operation) => `${name}.${operation}`))
  const only = Array.isArray(options.only) ? options.only.map(String) : undefined
  const examples = scenarios.filter(({ id }) => only === undefined || only.includes(id))
  if (examples.length === 0) throw new UsageError('expected --only to name scenarios, got none that there is.')
  const given = examples[0]?.given ?? {}
  const sources: readonly Story[] =
    typeof options.openapi === 'string'
      ? [
          scenariosFromOpenApi(readDocument(resolve(folder, options.openapi)), {
            id: config.name,
            clock: examples[0]?.clock ?? '2026-05-04T09:00:00Z',
            given,
            operations,
          }),
        ]
      : [variationsOf(examples, { operations }), ...loaded.stories]
  const [first, ...more] = sources
  const all = first === undefined ? undefined : more.length === 0 ? first : fc.oneof(first, ...more)
  if (all === undefined) return []
  const schedule = SCHEDULES.find((name) => name === options.schedule) ?? 'portfolio'
  // Several stories of one name would share chance: each has its own.
  return fc
    .sample(all, { seed: Number(options.seed), numRuns: Number(options.runs) })
    .map((one, at) => ({ ...one, id: `${one.id}-${at + 1}`, schedule: strategyOf(schedule, `${at}`) }))
}

function readDocument(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(
      `${path}: expected an OpenAPI document, got ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    )
  }
}

type Case = { readonly suspect: Suspect; readonly scenario: Scenario; readonly run: Run }

/** Judges every story; of each property the story with the fewest steps is kept. */
async function judgeAll(
  stories: readonly Scenario[],
  player: Player,
  properties: Properties,
  onStory: () => void,
): Promise<{ readonly suspects: readonly Case[]; readonly judged: number; readonly unmodelled: readonly string[] }> {
  const kept = new Map<string, Case>()
  const unmodelled = new Set<string>()
  let judged = 0
  const one = async (scenario: Scenario, at: number): Promise<void> => {
    const run = await player.one(scenario, `${(at % 97) + 1}`)
    if (run.ending.kind === 'not-modelled' || run.ending.kind === 'unresolved') unmodelled.add(run.ending.message)
    else judged += 1
    for (const suspect of await suspectsOf(scenario, run, properties, (other, seed) => player.one(other, seed))) {
      const old = kept.get(suspect.property)
      if (old === undefined || scenario.when.length < old.scenario.when.length)
        kept.set(suspect.property, { suspect, scenario, run })
    }
    onStory()
  }
  for (let from = 0; from < stories.length; from += BATCH)
    await Promise.all(stories.slice(from, from + BATCH).map((scenario, at) => one(scenario, from + at)))
  return { suspects: [...kept.values()], judged, unmodelled: [...unmodelled] }
}

/** The smallest story that breaks the same property, written down as a scenario that fails by itself. */
async function smallest(
  { suspect, scenario, run }: Case,
  player: Player,
  project: Project,
  options: Options,
): Promise<Found> {
  const { seed } = run
  const play = (one: Scenario): Promise<Run> => player.one(one, seed)
  const same = async (got: Run, one: Scenario): Promise<boolean> => (await suspect.holds(one, got)) !== undefined
  const shrunk = await shrink(scenario, run, {
    run: (one, decisions) => player.one(one, seed, decisions),
    same,
    runsMax: SHRINK_RUNS_MAX,
  })
  const plain = await simplify(shrunk?.scenario ?? scenario, { run: play, same, runsMax: SHRINK_RUNS_MAX })
  const last = await play(plain.scenario)
  const small = { scenario: plain.scenario, run: last }
  const id = `found-${suspect.property.toLowerCase()}-${digest(small.scenario.when.map(({ place: _, ...step }) => step) as unknown as Json).slice(0, 8)}`
  const named: Scenario = {
    ...(await suspect.write(small.scenario, small.run)),
    id,
    title: suspect.why,
    seeds: Number(seed),
  }
  const message = (await suspect.holds(small.scenario, small.run)) ?? suspect.message
  const path = join(String(options.writeTo ?? 'backlot/scenarios/found'), `${id}.scenario.yaml`)
  if (options.write !== false)
    writeWhole(
      join(project.folder, path),
      `# Found by: backlot explore --seed ${options.seed} --runs ${options.runs}\n${writeScenario(named)}`,
    )
  return {
    property: suspect.property,
    why: suspect.why,
    message,
    seed,
    stepsBefore: scenario.when.length,
    stepsAfter: named.when.length,
    file: options.write === false ? null : path,
    scenario: named,
  }
}

function report(
  found: readonly Found[],
  counts: { readonly stories: number; readonly judged: number; readonly unmodelled: readonly string[] },
  options: Options,
): void {
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  if (options.json === true) {
    say(JSON.stringify({ schema: 'backlot.explore/v1', seed: options.seed, ...counts, found }, null, 2))
    return
  }
  const folder = typeof options.project === 'string' ? options.project : '.'
  for (const { property, why, message, stepsBefore, stepsAfter, file, scenario } of found) {
    say(`FOUND  ${property}: ${why}`)
    say(`       ${message}`)
    say(
      `       ${stepsAfter} of ${stepsBefore} steps: ${scenario.when.map((step) => (step.kind === 'call' ? `${step.method} ${step.path}` : step.kind === 'fault' ? `${step.fault.kind} on ${step.fault.on}` : step.kind)).join('; ')}`,
    )
    if (file !== null)
      say(
        `       ${relative('.', join(folder, file))}; again: npx backlot run --project ${folder} --only ${scenario.id}`,
      )
  }
  for (const what of counts.unmodelled.slice(0, 5)) say(`not judged: ${what.split('\n')[0]}`)
  say(
    `${counts.stories} stories, ${counts.judged} judged: ${found.length === 0 ? 'nothing found' : `${found.length} ${found.length === 1 ? 'property' : 'properties'} broken`}`,
  )
}
