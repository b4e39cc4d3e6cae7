import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseBriefRules } from '../../oracle/rules/brief.ts'
import { patternsOf, type Rule } from '../../oracle/rules/rule.ts'
import { ROLES } from '../../scenarios/library/roles.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import { eventTypes, parseScenarioFile } from '../../scenarios/parse/scenario-file.ts'
import { printProblem, type Scenario } from '../../scenarios/scenario.ts'
import { UsageError } from '../gate/workspace.ts'
import { VOCABULARY } from './vocabulary.ts'

/** A famous incident: a scenario in the words of roles, and the rule that was broken that night. */
export type Incident = {
  readonly name: string
  readonly title: string
  readonly who: string
  readonly when: string
  /** Addresses of the post-mortem, or `synthetic` where there is none. */
  readonly sources: readonly string[]
  /** The roles it needs, in the order of the table. */
  readonly roles: readonly string[]
  readonly scenario: Scenario
  readonly rules: readonly Rule[]
  /** A clock on which nothing happens, where the date itself is the fault. */
  readonly calmClock: string | undefined
  /** The whole file, for people. */
  readonly text: string
}

const FOLDER = fileURLToPath(new URL('../../scenarios/library/', import.meta.url))
const SUFFIX = '.scenario.md'

/** The folder of the programs, and the program that all pairs are played by. */
export const SUBJECTS: { readonly cwd: string; readonly entry: string } = {
  cwd: join(FOLDER, 'subjects'),
  entry: import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js',
}

/** Where the pair of an incident stands. */
export const subjectFile = (name: string): string => join(SUBJECTS.cwd, `${name}${SUBJECTS.entry.slice('main'.length)}`)

export const incidentNames = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort()

export const readLibrary = (): readonly Incident[] =>
  incidentNames().map((name) =>
    readIncident(`${name}${SUFFIX}`, readFileSync(join(FOLDER, `${name}${SUFFIX}`), 'utf8')),
  )

/** One incident by its name. Throws `UsageError` with the nearest name. */
export function findIncident(name: string): Incident {
  const known = incidentNames()
  if (!known.includes(name))
    throw new UsageError(`no incident "${name}".${suggest(name, known)} See: npx backlot library list`)
  return readIncident(`${name}${SUFFIX}`, readFileSync(join(FOLDER, `${name}${SUFFIX}`), 'utf8'))
}

/** Reads an incident's file. Throws with every mistake in it. */
export function readIncident(file: string, text: string): Incident {
  const types = eventTypes(VOCABULARY)
  const { rules, problems } = parseBriefRules(file, text, types)
  const read = parseScenarioFile(file, text, { twins: VOCABULARY, rules: rules.map(({ id }) => id) })
  const told = [...problems, ...read.problems].map(printProblem)
  const [scenario] = read.scenarios
  const facts = factsOf(text)
  const one = (key: string): string => {
    const [value] = facts.get(key) ?? []
    if (value === undefined) told.push(`${file}: expected "- ${key}: …" under "## Incident", got none.`)
    return value ?? ''
  }
  const [who, when] = [one('Who'), one('When')]
  one('Source')
  if (scenario !== undefined && `${scenario.id}${SUFFIX}` !== file)
    told.push(`${file}: expected the id to be the file's name, got "${scenario.id}".`)
  if (scenario === undefined || told.length > 0) throw new Error([...new Set(told)].join('\n'))
  return {
    name: scenario.id,
    title: scenario.title,
    who,
    when,
    sources: facts.get('Source') ?? [],
    roles: rolesOf(scenario, rules),
    scenario,
    rules,
    calmClock: facts.get('Calm clock')?.[0],
    text,
  }
}

/** The list under `## Incident`: `- Who: Square`. */
function factsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const [, section = ''] = /^## Incident\n([\s\S]*?)(?=^#|^```)/m.exec(text) ?? []
  const facts = new Map<string, string[]>()
  for (const [, key = '', value = ''] of section.matchAll(/^- ([A-Z][a-z ]+): (.+)$/gm))
    facts.set(key, [...(facts.get(key) ?? []), value.trim()])
  return facts
}

/** What the story names: whom its faults hit, and of whom its rules speak. What a role starts from alone needs nobody to play it. */
function rolesOf(scenario: Scenario, rules: readonly Rule[]): readonly string[] {
  const named = new Set([
    ...scenario.when.flatMap((step) =>
      step.kind === 'fault' ? [first(step.fault.on)] : step.kind === 'event' ? [step.twin] : [],
    ),
    ...rules.flatMap(({ clause }) => patternsOf(clause).map(({ type }) => first(type))),
  ])
  return ROLES.map(({ name }) => name).filter((name) => named.has(name))
}

const first = (dotted: string): string => dotted.split('.')[0] ?? ''

/** The steps that went wrong: every fault, and what is named `fault`, `fault-2` ... */
export const isFault = (step: Scenario['when'][number]): boolean =>
  step.kind === 'fault' || /^fault(-\d+)?$/.test(step.id)

/** The same day without what went wrong. */
export function calm({ calmClock }: Pick<Incident, 'calmClock'>, scenario: Scenario): Scenario {
  return { ...scenario, clock: calmClock ?? scenario.clock, when: scenario.when.filter((step) => !isFault(step)) }
}
