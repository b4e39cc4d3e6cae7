import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { type FitnessLimits, fitnessSchema } from '../fitness/limits.ts'
import { parseBriefRules } from '../oracle/rules/brief.ts'
import { checkNames } from '../oracle/rules/names.ts'
import type { Rule } from '../oracle/rules/rule.ts'
import { parseRuleFile } from '../oracle/rules/rule-file.ts'
import { suggest } from '../scenarios/parse/nearest.ts'
import { eventTypes, parseScenarioFile } from '../scenarios/parse/scenario-file.ts'
import { readYaml, validate } from '../scenarios/parse/yaml.ts'
import { standingOf } from '../scenarios/proof.ts'
import type { Problem, Scenario } from '../scenarios/scenario.ts'
import type { SubjectLimits } from '../scenarios/subject/process.ts'
import type { Json } from '../twins/trace.ts'
import type { TwinDefinition } from '../twins/twin.ts'
import { type FactorySettings, factorySchema } from './factory/settings.ts'
import { type Quarantined, quarantineSchema } from './gate/quarantine.ts'
import { givenFiles } from './given-files.ts'
import { type HoldoutSettings, holdoutSchema } from './holdout/settings.ts'
import { type HookSettings, hookSchema } from './hook/settings.ts'
import { importedFiles } from './imported.ts'
import { type LibrarySettings, librarySchema } from './library/settings.ts'
import { isOwnTwin, loadTwin, NoTwin } from './own-twins.ts'
import { type PolicySettings, policySchema } from './policy/settings.ts'
import { type SandboxSettings, sandboxShape } from './sandbox/settings.ts'

export const CONFIG = 'backlot.yaml'

/** What backlot.yaml says. */
export type Config = {
  readonly schema: 1
  readonly name: string
  readonly subject: {
    readonly entry: string
    readonly args: string[]
    readonly env: Record<string, string>
    /** Packages whose native addons may be loaded. */
    readonly addons: string[]
    readonly port?: number | undefined
    readonly origin?: string | undefined
    readonly isolation: 'restart' | 'fresh'
    readonly limits?:
      | {
          readonly 'turn-ms'?: number | undefined
          readonly 'heap-mb'?: number | undefined
          readonly 'rss-mb'?: number | undefined
        }
      | undefined
  }
  readonly twins: string[]
  readonly defaults: Record<string, Record<string, unknown>>
  readonly scenarios: string[]
  readonly rules: string[]
  readonly brief?: string | undefined
  readonly seeds: number
  readonly sandbox: SandboxSettings
  readonly protected: string[]
  readonly fitness: FitnessLimits
  readonly quarantine: Quarantined[]
  readonly cache?: { readonly 'public-key': string } | undefined
  readonly hook?: HookSettings | undefined
  readonly factory: FactorySettings
  readonly intake: { readonly 'max-bytes': number; readonly 'max-files': number }
  readonly policy?: PolicySettings | undefined
  readonly holdouts?: HoldoutSettings | undefined
  readonly library?: LibrarySettings | undefined
}

const configShape = z.strictObject({
  schema: z.literal(1, '1, the version of this format'),
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  subject: z.strictObject({
    entry: z.string().min(1),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).default({}),
    addons: z.array(z.string().regex(/^(@[\w.-]+\/)?[\w.-]+$/, 'the name of a package')).default([]),
    port: z.int().min(1).max(65_535).optional(),
    origin: z.url('an origin such as https://billing.example.test').optional(),
    isolation: z.enum(['restart', 'fresh']).default('restart'),
    limits: z
      .strictObject({
        'turn-ms': z.int().min(100).optional(),
        'heap-mb': z.int().min(32).optional(),
        'rss-mb': z.int().min(64).optional(),
      })
      .optional(),
  }),
  twins: z.array(z.string()).min(1, 'at least one twin'),
  defaults: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  scenarios: z.array(z.string()).min(1).default(['backlot/scenarios/**/*.scenario.{md,yaml}']),
  rules: z.array(z.string()).default(['backlot/rules/**/*.rules.{yaml,ts}']),
  brief: z.string().optional(),
  seeds: z.int().min(1).max(10_000).default(20),
  sandbox: sandboxShape,
  protected: z.array(z.string()).default([]),
  quarantine: z.lazy(() => quarantineSchema).prefault([]),
  cache: z.strictObject({ 'public-key': z.string() }).optional(),
  fitness: z.lazy(() => fitnessSchema).prefault({} as never),
  hook: hookSchema.optional(),
  factory: z.lazy(() => factorySchema).prefault({} as never),
  intake: z
    .strictObject({ 'max-bytes': z.int().min(1).default(1_048_576), 'max-files': z.int().min(1).default(200) })
    .prefault({}),
  policy: z.lazy(() => policySchema).optional(),
  holdouts: z.lazy(() => holdoutSchema).optional(),
  library: z.lazy(() => librarySchema).optional(),
})
const configSchema: z.ZodType<Config> = configShape as unknown as z.ZodType<Config>

/** The format as JSON Schema, for editors. */
export const projectJsonSchema = (): object => ({
  title: 'Backlot project',
  ...z.toJSONSchema(configShape, { io: 'input' }),
})

/** A project as the runner uses it: everything that decides, read from one tree. */
export type Project = {
  readonly folder: string
  readonly config: Config
  readonly twins: readonly TwinDefinition<unknown>[]
  /** The same for another thread: a name, or the whole path of a twin of the project's own. */
  readonly twinSpecs: readonly string[]
  readonly scenarios: readonly Scenario[]
  /** Those of them that were made from an incident and never shown to fail: they decide nothing. */
  readonly unproven: readonly Unproven[]
  readonly rules: readonly Rule[]
  /** Files that decide, relative to the project: the candidate neither changes nor sees them. */
  readonly deciding: readonly string[]
  /** What rules and twins in TypeScript import, and files that starting states name: the program may need it too, so it is protected and not hidden. */
  readonly imported: readonly string[]
  readonly warnings: readonly Problem[]
}

export type Unproven = { readonly scenario: string; readonly why: string }

/** The project with the scenarios that may decide. */
export const withoutUnproven = (project: Project): Project => ({
  ...project,
  scenarios: project.scenarios.filter(({ id }) => !project.unproven.some(({ scenario }) => scenario === id)),
})

/** Mistakes in the project's own files. Exit code 2. */
export class ProjectProblems extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(`${problems.length} problem${problems.length === 1 ? '' : 's'} in the project's files`)
    this.name = 'ProjectProblems'
    this.problems = problems
  }
}

const problem = (file: string, text: string): ProjectProblems =>
  new ProjectProblems([{ file, line: 1, column: 1, level: 'error', text }])

/** Reads a project from `folder`; `shown` is how its path is printed. Throws `ProjectProblems` with every mistake there is. */
export async function loadProject(folder: string, shown: string): Promise<Project> {
  const at = (file: string): string => (shown === '.' ? file : join(shown, file))
  if (!existsSync(folder)) throw problem(shown, 'expected a project folder, got none. Give one with --project.')
  const path = join(folder, CONFIG)
  if (!existsSync(path)) throw problem(at(CONFIG), 'expected this file, got none. npx backlot init writes a first one.')
  const problems: Problem[] = []
  const yaml = readYaml({ file: at(CONFIG), text: readFileSync(path, 'utf8'), above: 0, decimals: true }, problems)
  const config = yaml === undefined ? undefined : validate(configSchema, yaml.value ?? {}, yaml, [], problems)
  if (yaml === undefined || config === undefined) throw new ProjectProblems(problems)

  const twins: TwinDefinition<unknown>[] = []
  for (const [index, spec] of config.twins.entries()) {
    try {
      twins.push(await loadTwin(spec, folder))
    } catch (error) {
      const text =
        error instanceof NoTwin ? error.message : `${spec}: ${error instanceof Error ? error.message : error}`
      problems.push(yaml.problem(['twins', index], text))
    }
  }
  for (const [name, state] of Object.entries(config.defaults)) {
    const twin = twins.find((definition) => definition.name === name)
    if (twin === undefined)
      problems.push(yaml.problem(['defaults', name], `no twin "${name}" in twins.${suggest(name, config.twins)}`, true))
    else validate(twin.seed, state, yaml, ['defaults', name], problems)
  }
  const given = givenFiles(folder, twins)
  const fill = <States extends Readonly<Record<string, unknown>>>(
    states: States,
    tell: (text: string) => Problem,
  ): States => {
    try {
      return given.fill(states)
    } catch (error) {
      problems.push(tell(error instanceof Error ? error.message : String(error)))
      return states
    }
  }
  const defaults =
    problems.length > 0 ? config.defaults : fill(config.defaults, (text) => yaml.problem(['defaults'], text))
  if (!existsSync(join(folder, config.subject.entry))) {
    problems.push(
      yaml.problem(
        ['subject', 'entry'],
        `expected the program's entry, got ${config.subject.entry}, which does not exist.`,
      ),
    )
  }

  // What follows names twins: with a wrong one every mention of it would be told again.
  if (problems.length > 0) throw new ProjectProblems(problems)

  const ruleFiles = find(folder, config.rules)
  const scenarioFiles = find(folder, config.scenarios)
  const types = eventTypes(twins)
  const rules: Rule[] = []
  const prose = [config.brief ?? '', ...scenarioFiles].filter((file) => file.endsWith('.md'))
  for (const file of [...ruleFiles, ...new Set(prose)]) {
    if (file === config.brief && !existsSync(join(folder, file))) continue
    const read = await readRules(join(folder, file), at(file), types)
    problems.push(...read.problems)
    for (const rule of read.rules) {
      const twin = rules.find(({ id }) => id === rule.id)
      const place = rule.place ?? { file: at(file), line: 1, column: 1 }
      const other = twin?.place === undefined ? '' : ` The other is in ${twin.place.file}.`
      if (twin !== undefined)
        problems.push({ ...place, level: 'error', text: `two rules have the id "${rule.id}".${other}` })
      else rules.push(rule)
    }
  }
  if (scenarioFiles.length === 0)
    problems.push(yaml.problem(['scenarios'], `expected scenario files at ${config.scenarios.join(', ')}, got none.`))
  const scenarios: Scenario[] = []
  const unproven: Unproven[] = []
  const warnings: Problem[] = []
  const catalogue = { twins, rules: problems.length > 0 ? undefined : rules.map(({ id }) => id) }
  for (const file of scenarioFiles) {
    const read = parseScenarioFile(at(file), readFileSync(join(folder, file), 'utf8'), catalogue)
    // A mistake in a list of rules was found when the rules were read.
    const told = (one: Problem): boolean =>
      problems.some(({ file, line, text }) => file === one.file && line === one.line && text === one.text)
    problems.push(...read.problems.filter((one) => one.level === 'error' && !told(one)))
    warnings.push(...read.problems.filter(({ level }) => level !== 'error'))
    for (const scenario of read.scenarios) {
      const twin = scenarios.find(({ id }) => id === scenario.id)
      const standing = standingOf(scenario)
      if (standing.kind === 'unproven') unproven.push({ scenario: scenario.id, why: standing.why })
      if (twin === undefined) {
        const whole = withDefaults(scenario, defaults)
        const told = (text: string): Problem => ({ ...scenario.place, level: 'error', text })
        scenarios.push({ ...whole, given: fill(whole.given, told) })
      } else
        problems.push({
          ...scenario.place,
          level: 'error',
          text: `two scenarios have the id "${scenario.id}"; the other is in ${twin.place.file}.`,
        })
    }
  }
  config.quarantine.forEach(({ scenario }, index) => {
    const known = scenarios.map(({ id }) => id)
    if (!known.includes(scenario))
      problems.push(
        yaml.problem(['quarantine', index, 'scenario'], `no scenario "${scenario}".${suggest(scenario, known)}`),
      )
  })
  if (problems.length > 0) throw new ProjectProblems(problems)
  const own = config.twins.filter(isOwnTwin)
  const imported = [
    ...(await importedFiles(folder, [...ruleFiles.filter((file) => file.endsWith('.ts')), ...own])),
    ...given.names,
  ]
  const brief = config.brief === undefined ? [] : [config.brief]
  const files = [CONFIG, ...ruleFiles, ...scenarioFiles, ...own, ...brief]
  const twinSpecs = config.twins.map((spec) => (isOwnTwin(spec) ? resolve(folder, spec) : spec))
  return {
    folder,
    config: { ...config, defaults },
    twins,
    twinSpecs,
    scenarios,
    unproven,
    rules,
    deciding: files,
    imported,
    warnings,
  }
}

/** A scenario's own state wins over the project's defaults, field by field; a list is taken as a whole. */
export function withDefaults(scenario: Scenario, defaults: Config['defaults']): Scenario {
  const given: Record<string, Json> = {}
  for (const name of new Set([...Object.keys(defaults), ...Object.keys(scenario.given)])) {
    given[name] = over((defaults[name] ?? {}) as Json, scenario.given[name] ?? {})
  }
  return { ...scenario, given }
}

const isFields = (value: Json): value is { readonly [name: string]: Json | undefined } =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

function over(below: Json, above: Json): Json {
  if (!isFields(below) || !isFields(above)) return above
  const names = Object.keys({ ...below, ...above })
  return Object.fromEntries(
    names.map((name): [string, Json] => {
      const [low, high] = [below[name], above[name]]
      return [name, low === undefined ? (high ?? null) : high === undefined ? low : over(low, high)]
    }),
  )
}

const find = (folder: string, patterns: readonly string[]): readonly string[] =>
  [...new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: folder })))]
    .filter((file) => !file.includes('node_modules') && /\.(scenario\.(md|yaml)|rules\.(yaml|ts))$/.test(file))
    .sort()

/** Rules out of one file, whatever their spelling: YAML, TypeScript, or the `## Rules` of a Markdown file. */
async function readRules(
  path: string,
  shown: string,
  types: readonly string[],
): Promise<{ readonly rules: readonly Rule[]; readonly problems: readonly Problem[] }> {
  if (path.endsWith('.yaml')) return parseRuleFile(shown, readFileSync(path, 'utf8'), types)
  if (path.endsWith('.md')) return parseBriefRules(shown, readFileSync(path, 'utf8'), types)
  const exports: unknown = await import(pathToFileURL(path).href)
  const found = exports !== null && typeof exports === 'object' && 'rules' in exports ? exports.rules : undefined
  if (!Array.isArray(found)) throw problem(shown, 'expected "export const rules = [...]", got none.')
  const checked = (found as readonly Rule[]).map((rule) => checkNames(rule, types))
  const problems = checked.flatMap(({ unknown }) =>
    unknown.map(({ text }): Problem => ({ file: shown, line: 1, column: 1, level: 'error', text })),
  )
  return { rules: checked.map(({ rule }) => rule), problems }
}

/** The limits of a subject, in the words of the runtime. */
export const limitsOf = ({ subject: { limits } }: Config): Partial<SubjectLimits> => ({
  ...(limits?.['turn-ms'] === undefined ? {} : { turnMs: limits['turn-ms'] }),
  ...(limits?.['heap-mb'] === undefined ? {} : { heapMb: limits['heap-mb'] }),
  ...(limits?.['rss-mb'] === undefined ? {} : { rssMb: limits['rss-mb'] }),
})

/** A path for people: relative to where they stand. */
export const shownPath = (folder: string): string => relative(process.cwd(), folder) || '.'
