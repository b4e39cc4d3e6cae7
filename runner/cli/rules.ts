import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { duration } from '../../oracle/expectations.ts'
import { automatonOf, printAutomaton, printMermaid } from '../../oracle/rules/automaton.ts'
import { judgeRules, type RuleReport } from '../../oracle/rules/judge.ts'
import { printRule, type Rule } from '../../oracle/rules/rule.ts'
import { rulesJsonSchema } from '../../oracle/rules/rule-file.ts'
import { explainOn, type TraceLine } from '../../oracle/rules/trace-lines.ts'
import { type Spelling, translate } from '../../oracle/rules/translate.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import { eventTypes } from '../../scenarios/parse/scenario-file.ts'
import { RUN_SCHEMA, type Run } from '../../scenarios/run.ts'
import { manifestOf } from '../gate/play.ts'
import { replayArtefact } from '../gate/replay.ts'
import { UsageError } from '../gate/workspace.ts'
import { openTroupe } from '../pool/player.ts'
import { loadProject, type Project, shownPath } from '../project.ts'
import { type Complaint, complaintsOf, placeOf } from '../rules/complaints.ts'
import { readArtefact } from '../store/artefact.ts'
import type { OnOpen } from './open.ts'
import { realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const json = (value: object): void => say(JSON.stringify(value, null, 2))
const folderOf = (options: Options): string => (typeof options.project === 'string' ? options.project : '.')
const projectOf = (options: Options): Promise<Project> =>
  loadProject(resolve(folderOf(options)), shownPath(resolve(folderOf(options))))
/** `rules list`: each rule as its sentence, why it is there and where it stands. */
export async function listRules(options: Options): Promise<void> {
  const { rules } = await projectOf(options)
  if (options.json === true)
    return json({
      schema: 'backlot.rules/v1',
      rules: rules.map((rule) => ({ id: rule.id, sentence: printRule(rule), why: rule.why, place: placeOf(rule) })),
    })
  for (const rule of rules) {
    say(printRule(rule))
    const notes = [rule.why, placeOf(rule) ?? '', rule.clause.kind === 'satisfy' ? 'by hand' : '']
    say(`    ${notes.filter((note) => note !== '').join('  ')}`)
  }
  say(`${rules.length} rules`)
}

/** `rules schema`: what an editor completes event names from. */
export async function schemaOfRules(options: Options): Promise<void> {
  json(rulesJsonSchema(eventTypes((await projectOf(options)).twins)))
}

/** `rules translate`: the rules in one spelling, ready to be pasted. What only TypeScript can say is named and left out. */
export async function translateRules(ids: readonly string[], options: Options): Promise<void> {
  const { rules } = await projectOf(options)
  const chosen = ids.length === 0 ? rules : ids.map((id) => find(rules, id))
  const data = chosen.filter(({ clause }) => clause.kind !== 'satisfy')
  for (const { id } of chosen.filter((rule) => !data.includes(rule)))
    process.stderr.write(`${id} has a function in it and stays in its TypeScript file.\n`)
  if (data.length === 0) throw new UsageError('expected rules that can be translated, got none.')
  process.stdout.write(translate(data, options.to as Spelling))
}

function find(rules: readonly Rule[], id: string): Rule {
  const known = rules.map((rule) => rule.id)
  const found = rules.find((rule) => rule.id === id)
  if (found === undefined) throw new UsageError(`no rule "${id}".${suggest(id, known)} See: npx backlot rules list`)
  return found
}

/** `rules explain`: the machine behind a rule and, with a run, the lines of the trace that matter to it. */
export async function explainRule(id: string | undefined, options: Options, onOpen: OnOpen): Promise<void> {
  const project = await projectOf(options)
  if (id === undefined)
    throw new UsageError(
      `expected the id of a rule, got none: ${project.rules.map((rule) => rule.id).join(', ') || 'this project has no rules'}.`,
    )
  const rule = find(project.rules, id)
  const machine = automatonOf(rule.clause)
  const run = await runFor(project, options, onOpen)
  const seen = run === undefined ? undefined : explainOn(rule, run)
  if (options.json === true)
    return json({
      schema: 'backlot.rule-explanation/v1',
      id: rule.id,
      sentence: printRule(rule),
      why: rule.why,
      machine,
      run: run === undefined || seen === undefined ? null : { scenario: run.scenario, seed: run.seed, ...seen },
    })
  say(printRule(rule))
  if (rule.why !== '') say(rule.why)
  say('')
  say(options.mermaid === true ? printMermaid(machine) : printAutomaton(machine))
  if (run === undefined || seen === undefined) {
    say(`\nWhat it sees in a run: npx backlot rules explain ${id} --scenario ${project.scenarios[0]?.id ?? 'ID'}`)
    return
  }
  const { judgement, lines } = seen
  const slices = rule.per.length === 0 ? '' : `, ${judgement.slices} slices`
  const closest = judgement.closest === undefined ? '' : `, closest call ${judgement.closest}`
  say(`\n${run.scenario}, seed ${run.seed}: ${judgement.status}; exercised ${judgement.hits} times${slices}${closest}`)
  if (judgement.why !== undefined)
    say(`${judgement.why}${judgement.slice === undefined ? '' : ` (${judgement.slice})`}`)
  for (const line of lines.slice(0, LINES_MAX)) say(printLine(line))
  if (lines.length > LINES_MAX) say(`... ${lines.length - LINES_MAX} more lines`)
}

const LINES_MAX = 60

function printLine({ witness, atVirtualMs, type, slice, roles, fields }: TraceLine): string {
  const values = Object.entries(fields).map(([path, value]) => `${path}=${value}`)
  const notes = [slice === undefined ? '' : `[${slice}]`, roles.join(', '), values.join(' ')].filter(
    (note) => note !== '',
  )
  return `${witness ? '>' : ' '} +${duration(atVirtualMs).padEnd(9)} ${type}  ${notes.join('  ')}`.trimEnd()
}

/** The run that `--run` or `--scenario` names. */
async function runFor(project: Project, options: Options, onOpen: OnOpen): Promise<Run | undefined> {
  if (typeof options.run === 'string') return readRun(options.run, onOpen)
  if (typeof options.scenario !== 'string') return undefined
  const scenario = project.scenarios.find(({ id }) => id === options.scenario)
  const known = project.scenarios.map(({ id }) => id)
  if (scenario === undefined)
    throw new UsageError(`no scenario "${options.scenario}".${suggest(options.scenario, known)}`)
  const troupe = await openTroupe(folderOf(options), onOpen)
  try {
    return await troupe.player(undefined, 1).one(scenario, String(options.seed ?? '1'))
  } finally {
    await troupe.close()
  }
}

/** A run as JSON is read, a failure is played again. */
async function readRun(file: string, onOpen: OnOpen): Promise<Run> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file}: expected JSON, got ${error instanceof Error ? error.message : String(error)}`)
  }
  const inner = isRecord(value) && isRecord(value.run) ? value.run : value
  if (isRecord(inner) && inner.schema === RUN_SCHEMA && Array.isArray(inner.trace)) return inner as unknown as Run
  try {
    return (await replayArtefact(readArtefact(file), onOpen)).run
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** `rules check`: exit 0 when every rule has something to say and every check can fail, 1 otherwise. */
export async function checkRules(options: Options, onOpen: OnOpen): Promise<void> {
  const troupe = await openTroupe(folderOf(options), onOpen)
  try {
    const { project } = troupe
    const jobs = typeof options.jobs === 'number' ? options.jobs : Math.min(4, availableParallelism())
    const entries = manifestOf(project.scenarios, typeof options.seeds === 'number' ? options.seeds : 3)
    const progress = realProgress()
    progress.note(`running ${entries.length} runs of ${project.scenarios.length} scenarios on the working tree`)
    progress.begin('runs', entries.length)
    const runs = (await troupe.player(undefined, jobs).play(entries, progress)).filter(
      ({ ending }) => ending.kind === 'horizon',
    )
    progress.end()
    const reports = judgeRules(project.rules, runs)
    const complaints = complaintsOf(project, runs)
    if (options.json === true)
      json({
        schema: 'backlot.rules-check/v1',
        runs: runs.length,
        rules: reports.map(({ id, verdict, exercised, runs: hit, closest, share }) => ({
          id,
          status: verdict.status,
          exercised,
          runs: hit,
          closest: closest ?? null,
          share: share ?? null,
        })),
        complaints,
      })
    else printCheck(reports, complaints, runs.length)
    process.exitCode = complaints.length === 0 ? 0 : 1
  } finally {
    await troupe.close()
  }
}

function printCheck(reports: readonly RuleReport[], complaints: readonly Complaint[], runs: number): void {
  const width = Math.max(...reports.map(({ id }) => id.length), 4)
  for (const { id, verdict, exercised, runs: hit, closest, share } of reports) {
    const near = closest === undefined ? '' : `, closest call ${closest}`
    const reached = share === undefined ? '' : `, at least ${Math.round(share.lower * 1000) / 10}% of all (95 %)`
    say(
      `${id.padEnd(width)}  ${verdict.status.padEnd(12)}  exercised ${exercised} times in ${hit} of ${runs} runs${near}${reached}`,
    )
  }
  for (const { kind, text, place } of complaints)
    say(`\n${kind.toUpperCase()}  ${text}${place === null ? '' : `\n    ${place}`}`)
  say(
    `\n${reports.length} rules on ${runs} runs: ${complaints.length === 0 ? 'each has something to say, and every check can fail' : `${complaints.length} checks that prove nothing`}`,
  )
}
