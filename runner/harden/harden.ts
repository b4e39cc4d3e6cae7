import { resolve } from 'node:path'
import { type EnvironmentMutant, faultsAdded, faultsRemoved, placesChanged } from '../../oracle/mutate/environment.ts'
import { type Family, instrument, type Mutant, type Source, suspicious } from '../../oracle/mutate/instrument.ts'
import { sample } from '../../oracle/mutate/sample.ts'
import { specMutants } from '../../oracle/mutate/spec.ts'
import { judgeRule } from '../../oracle/rules/monitor.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Passed } from '../../scenarios/subject/subject.ts'
import { setupOf } from '../gate/play.ts'
import { UsageError } from '../gate/workspace.ts'
import { loadProject, type Project, shownPath, withoutUnproven } from '../project.ts'
import { sandboxPolicy } from '../sandbox/box.ts'
import { inputsOf as inputsOfFiles } from '../store/results.ts'
import { type Case, caseId, type Noticed } from './case.ts'
import { equivalentIds } from './equivalent.ts'
import { keysOf } from './key.ts'
import { createHardenPool, type HardenPool } from './pool.ts'
import type { HardenProgress } from './progress.ts'
import {
  type EnvironmentFacts,
  type Hardening,
  type Judged,
  type PseudoTested,
  type RuleFacts,
  type Status,
  scopeOf,
} from './result.ts'
import { inputsOf, type Kill, keptKills, storeKills } from './store.ts'
import type { MutantResult, Order } from './task.ts'
import { type CopiedTree, copyTree, sourcesOf } from './tree.ts'
import { readTriage, type Triage } from './triage.ts'

export type HardenOptions = {
  readonly project: string
  readonly family: 'generic' | 'domain' | 'all'
  /** Sources to mutate, as patterns relative to the project; by default all beside and below the entry. */
  readonly sources?: readonly string[] | undefined
  /** Mutators, classes or files to keep. */
  readonly only?: readonly string[] | undefined
  readonly sample?: number | undefined
  /** Leaves out what is passed while the program loads: every case asks such a mutant, in a process of its own. */
  readonly serving?: boolean | undefined
  /** Only mutants that survived before, or whose killer has changed. */
  readonly survivors: boolean
  /** Every case for every mutant: the whole matrix. */
  readonly matrix: boolean
  /** Also change faults, zones and clocks of the scenarios. */
  readonly environment: boolean
  readonly seeds: number
  readonly jobs: number
  /** Names this run's switch; from real chance. */
  readonly word: string
  readonly seed: string
  readonly progress: HardenProgress
  readonly now: () => number
  readonly onOpen: (close: () => Promise<void>) => void
}

/** The pristine program does not pass its own oracle: nothing can be said of mutants. Exit code 4. */
export class NotPristine extends Error {
  readonly noticed: readonly (Noticed & { readonly case: string })[]
  constructor(noticed: readonly (Noticed & { readonly case: string })[]) {
    super(`the program as it is does not pass ${noticed.length} check${noticed.length === 1 ? '' : 's'}`)
    this.name = 'NotPristine'
    this.noticed = noticed
  }
}

/** A hardening with what is needed to go on from it: proposals try the survivors again. */
export type Session = {
  readonly project: Project
  readonly sources: readonly Source[]
  readonly cases: readonly Case[]
  readonly pristine: readonly Pristine[]
  readonly pool: HardenPool
  readonly hardening: Hardening
  readonly triage: Triage
  readonly orderOf: (mutant: Mutant) => Order
  /** Digest of the files that decide, as they were when it began: they may change while it runs. */
  readonly decided: string
}

export type Pristine = { readonly run: Run; readonly passed: Passed; readonly ms: number }

/** Mutates the program, and hands what came of it to `use` while everything still stands. Throws `UsageError`, `ProjectProblems`, `NotPristine`. */
export async function harden<T>(options: HardenOptions, use: (session: Session) => Promise<T>): Promise<T> {
  const startedMs = options.now()
  const folder = resolve(options.project)
  const project = withoutUnproven(await loadProject(folder, shownPath(folder)))
  const decided = inputsOfFiles(project)
  const triage = readTriage(folder)
  const sources = sourcesToMutate(project, options)
  const tree = copyTree(folder)
  const opened: { pool: HardenPool | undefined } = { pool: undefined }
  const close = async (): Promise<void> => {
    await opened.pool?.close()
    tree.close()
  }
  options.onOpen(close)
  try {
    const mutants = await build(options, sources, tree)
    const cases = casesOf(project, options.seeds)
    const pool = await openPool(options, project, tree, cases)
    opened.pool = pool
    const pristine = await runPristine(options, pool, cases)
    const session = { project, sources, cases, pristine, pool, triage, decided, orderOf: orders(pristine) }
    const inputs = inputsOf(project, sources, cases)
    const before = options.survivors ? keptKills(folder, inputs) : new Map<string, Kill>()
    const keep = (judged: readonly Judged[]): void => storeKills(folder, inputs, judged, before)
    const { judged, results } = await judgeAll(options, session, mutants, before, keep)
    keep(judged)
    const hardening: Hardening = {
      judged,
      cases: cases.map(({ id }) => id),
      ...pseudoTested(judged),
      rules: ruleFacts(project, pristine, judged, results),
      environment: options.environment ? await changeEnvironment(options, session) : [],
      scope: scopeOf(options),
      ms: options.now() - startedMs,
      ran: results.size,
    }
    return await use({ ...session, hardening })
  } finally {
    await close()
  }
}

function sourcesToMutate(project: Project, { sources: patterns, progress }: HardenOptions): readonly Source[] {
  const sources = sourcesOf(project.folder, project.config.subject.entry, patterns)
  if (sources.length === 0) throw new UsageError('expected sources to mutate, got none. Name them with --sources.')
  for (const { at, what, refused } of sources.flatMap(suspicious)) {
    if (refused)
      throw new UsageError(
        `${at}: expected no name of the mutation switch, got ${what}. A program must not look at it.`,
      )
    progress.note(`${at}: ${what} is ignored: it would switch mutants off.`)
  }
  return sources
}

const FAMILIES: Readonly<Record<HardenOptions['family'], readonly Family[]>> = {
  generic: ['generic'],
  domain: ['domain'],
  all: ['generic', 'domain', 'extreme'],
}

/** Writes the instrumented sources into the copy; gives the mutants that are wanted. */
async function build(options: HardenOptions, sources: readonly Source[], tree: CopiedTree): Promise<readonly Mutant[]> {
  const { mutants, code } = await instrument(sources, { families: FAMILIES[options.family], word: options.word })
  for (const [path, text] of code) tree.write(path, text)
  const { only } = options
  const wanted =
    only === undefined
      ? mutants
      : mutants.filter((one) =>
          only.some((name) => one.mutator === name || one.class === name || one.path.includes(name)),
        )
  if (wanted.length === 0) {
    const known = [...new Set(mutants.flatMap((one) => [one.class, one.mutator]))]
    throw new UsageError(
      `expected mutants of ${only?.join(', ') ?? 'the sources'}, got none. There are ${known.sort().join(', ')}.`,
    )
  }
  return wanted
}

/** The first seeds of each scenario: seed by seed, so that each scenario has its say early. */
const casesOf = (project: Project, seeds: number): readonly Case[] =>
  Array.from({ length: seeds }, (_, at) => `${at + 1}`).flatMap((seed) =>
    project.scenarios
      .filter((scenario) => Number(seed) <= (scenario.seeds ?? seeds))
      .map((scenario) => ({ id: caseId(scenario, seed), scenario, seed })),
  )

async function openPool(
  options: HardenOptions,
  project: Project,
  tree: CopiedTree,
  cases: readonly Case[],
): Promise<HardenPool> {
  const policy = await sandboxPolicy(project.config.sandbox)
  if (policy.blocked !== undefined) throw new UsageError(policy.blocked)
  const side = setupOf(project, tree.folder, policy.box, [tree.root, ...tree.packages])
  const setup = { side, project: project.folder, word: options.word, cases }
  return createHardenPool(options.jobs, setup, (survived) => options.progress.step(survived))
}

async function runPristine(
  { progress }: HardenOptions,
  pool: HardenPool,
  cases: readonly Case[],
): Promise<readonly Pristine[]> {
  progress.begin('the program as it is', cases.length)
  const results = await Promise.all(
    cases.map(async (one, at) => {
      const result = await pool.do<'pristine'>({ kind: 'pristine', at })
      progress.step(result.noticed.length > 0)
      return { case: one.id, ...result }
    }),
  )
  progress.end()
  const noticed = results.flatMap((one) => one.noticed.map((two) => ({ ...two, case: one.case })))
  if (noticed.length > 0) throw new NotPristine(noticed)
  const runs = results.map(({ run }) => run)
  await pool.tellAll({ kind: 'bases', runs, ms: results.map(({ ms }) => ms) })
  return results.map(({ case: id, run, passed, ms }) => {
    if (passed === undefined) throw new Error(`harden: expected to learn what ${id} passes, got nothing.`)
    return { run, passed, ms }
  })
}

/** How much more often than the pristine program a mutant may pass its place, and turn loops. StrykerJS's factor. */
const FACTOR = 100
const HITS_LEAST = 1000
const TICKS_LEAST = 10_000

/** Which cases reach a mutant, and what it may count there. */
function orders(pristine: readonly Pristine[]): (mutant: Mutant) => Order {
  return ({ id }) => {
    const atLoad = pristine.some(({ passed }) => (passed.loading[id] ?? 0) > 0)
    const places = pristine.flatMap(({ passed }, at) => {
      const hits = (passed.serving[id] ?? 0) + (passed.loading[id] ?? 0)
      const limits = { hits: Math.max(HITS_LEAST, FACTOR * hits), ticks: TICKS_LEAST + FACTOR * passed.ticks }
      return atLoad || hits > 0 ? [{ at, limits }] : []
    })
    return { id, atLoad, cases: places.map(({ at }) => at), limits: places.map(({ limits }) => limits) }
  }
}

const BATCH = 12

async function judgeAll(
  options: HardenOptions,
  session: Omit<Session, 'hardening'>,
  mutants: readonly Mutant[],
  before: ReadonlyMap<string, Kill>,
  keep: (judged: readonly Judged[]) => void,
): Promise<{ readonly judged: readonly Judged[]; readonly results: ReadonlyMap<string, MutantResult> }> {
  const { progress } = options
  const keys = keysOf(mutants, session.sources)
  const known = (at: number): Kill | undefined => before.get(keys[at] ?? '')
  const wanted = options.serving === true ? mutants.filter((one) => !session.orderOf(one).atLoad) : mutants
  const counted = wanted.filter(({ family }) => family !== 'extreme')
  const drawn = new Set(
    options.sample === undefined
      ? wanted
      : [
          ...sample(counted, options.sample, ({ family, path }) => `${family}/${path}`, options.seed),
          ...wanted.filter(({ family }) => family === 'extreme'),
        ],
  )
  const work = mutants
    .filter((mutant, at) => mutant.ignored === undefined && drawn.has(mutant) && known(at) === undefined)
    .map((mutant) => session.orderOf(mutant))
    .filter(({ cases }) => cases.length > 0)
  const judge = (equivalent: ReadonlySet<string>): readonly Judged[] =>
    mutants.map((mutant, at) => {
      const key = keys[at] ?? ''
      const ignored = mutant.ignored !== undefined || !drawn.has(mutant)
      return judgedOf({
        mutant,
        key,
        order: session.orderOf(mutant),
        ignored,
        kill: ignored ? undefined : known(at),
        result: results.get(mutant.id),
        equivalent: equivalent.has(mutant.id),
        cases: session.cases,
        triage: session.triage.of(key),
      })
    })
  // Those that packages remember are kept together: they end in a new process.
  const batches = [
    ...inBatches(work.filter(({ atLoad }) => !atLoad)),
    ...inBatches(work.filter(({ atLoad }) => atLoad)),
  ]
  progress.begin('mutants', work.length)
  const results = new Map<string, MutantResult>()
  let kept = options.now()
  await Promise.all(
    batches.map(async (part) => {
      const { results: own, again } = await session.pool.do<'judge'>({
        kind: 'judge',
        orders: part,
        all: options.matrix,
      })
      if (again > 0)
        progress.note(`${again} mutants judged again, each in a process of its own: one of them left a mark.`)
      for (const result of own) results.set(result.id, result)
      // Whoever is interrupted need not begin again: what is known by then is kept.
      if (options.now() - kept < KEEP_MS) return
      kept = options.now()
      keep(judge(new Set()))
    }),
  )
  progress.end()
  const alive = mutants.filter((mutant) =>
    results.get(mutant.id)?.outcomes.every(({ noticed }) => noticed.length === 0),
  )
  const equivalent = await equivalentIds(alive, session.sources)
  return { judged: judge(equivalent), results }
}

/** Real time between two writes of what is known so far. */
const KEEP_MS = 20_000

function* inBatches(work: readonly Order[]): Generator<readonly Order[]> {
  for (let at = 0; at < work.length; at += BATCH) yield work.slice(at, at + BATCH)
}

function judgedOf(found: {
  readonly mutant: Mutant
  readonly key: string
  readonly order: Order
  readonly ignored: boolean
  readonly kill: Kill | undefined
  readonly result: MutantResult | undefined
  readonly equivalent: boolean
  readonly cases: readonly Case[]
  readonly triage: Judged['triage']
}): Judged {
  const { mutant, key, order, kill, result, cases } = found
  const outcomes = result?.outcomes ?? []
  const first = outcomes.find(({ noticed }) => noticed.length > 0)
  const stopped = outcomes.find(({ notModelled }) => notModelled !== undefined)
  const status: Status = found.ignored
    ? 'ignored'
    : (kill?.status ??
      (order.cases.length === 0
        ? 'noCoverage'
        : first !== undefined
          ? first.timedOut
            ? 'timedOut'
            : 'killed'
          : stopped !== undefined
            ? 'notModelled'
            : found.equivalent
              ? 'equivalent'
              : 'survived'))
  const alive = status === 'survived' || status === 'noCoverage'
  return {
    mutant,
    key,
    status,
    killedBy: kill?.killedBy ?? [...new Set(outcomes.flatMap(({ noticed }) => noticed.map(({ check }) => check)))],
    by: kill?.by ?? (first === undefined ? undefined : cases[first.at]?.id),
    killedThereBy: kill?.killedBy ?? first?.noticed.map(({ check }) => check) ?? [],
    message: kill?.message ?? first?.noticed[0]?.message ?? stopped?.notModelled,
    coveredBy: order.cases.map((at) => cases[at]?.id ?? ''),
    static: order.atLoad,
    unseen: alive && outcomes.every(({ same }) => same),
    differs: alive ? outcomes.flatMap(({ at, same }) => (same ? [] : [cases[at]?.id ?? ''])) : [],
    triage:
      alive && mutant.family !== 'extreme' && found.triage !== undefined
        ? { label: found.triage.label, reason: found.triage.reason }
        : undefined,
  }
}

/** Functions that are run, and may do nothing or give anything without a check noticing. */
function pseudoTested(judged: readonly Judged[]): {
  readonly functions: number
  readonly pseudoTested: readonly PseudoTested[]
} {
  const groups = new Map<string, Judged[]>()
  for (const one of judged) {
    if (one.mutant.function === undefined || one.mutant.family !== 'extreme') continue
    const name = `${one.mutant.path}:${one.mutant.start.line}:${one.mutant.start.column}`
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  const run = [...groups.values()].filter((group) => group.some(({ status }) => status !== 'noCoverage'))
  const found = run.filter((group) => group.every(({ status }) => status === 'survived' || status === 'equivalent'))
  return {
    functions: run.length,
    pseudoTested: found.map(([first]) => ({
      path: first?.mutant.path ?? '',
      line: first?.mutant.start.line ?? 0,
      function: first?.mutant.function ?? '',
    })),
  }
}

function ruleFacts(
  project: Project,
  pristine: readonly Pristine[],
  judged: readonly Judged[],
  results: ReadonlyMap<string, MutantResult>,
): readonly RuleFacts[] {
  const outcomes = [...results.values()].flatMap((result) => result.outcomes)
  return project.rules.map((rule) => {
    const mutants = specMutants(rule)
    const broken = outcomes.flatMap(({ broken: by }) => (by[rule.id] === undefined ? [] : [new Set(by[rule.id])]))
    const weaker = mutants.flatMap((mutant, at) => (mutant.how === 'weaker' ? [{ ...mutant, at }] : []))
    const stronger = mutants.filter(({ how }) => how === 'stronger')
    return {
      id: rule.id,
      exercised: pristine.reduce((sum, { run }) => sum + judgeRule(rule, run).hits, 0),
      kills: judged.filter(({ killedBy }) => killedBy.includes(rule.id)).length,
      // Told from the rule where a mutant breaks the rule and not the weaker one. Without a kill there is nothing to tell by.
      dead:
        broken.length === 0 ? [] : weaker.filter(({ at }) => broken.every((by) => by.has(at))).map(({ what }) => what),
      loose: stronger
        .filter(({ rule: strong }) => pristine.every(({ run }) => judgeRule(strong, run).status !== 'violated'))
        .map(({ what }) => what),
    }
  })
}

const ADDED_MAX = 60

async function changeEnvironment(
  options: HardenOptions,
  { pristine, cases, pool }: Omit<Session, 'hardening'>,
): Promise<readonly EnvironmentFacts[]> {
  const varied = cases.flatMap((one, at) => {
    if (one.seed !== '1') return []
    const { run } = pristine[at] ?? {}
    const operations = [...new Set(run?.trace.map(({ type }) => type).filter(isOperation))].sort()
    const mutants: readonly EnvironmentMutant[] = [
      ...faultsRemoved(one.scenario),
      ...placesChanged(one.scenario),
      ...faultsAdded(one.scenario, operations, options.seed),
    ]
    return mutants.map((mutant) => ({ one, at, mutant }))
  })
  const removed = varied.filter(({ mutant }) => mutant.how !== 'fault added')
  const added = varied.filter(({ mutant }) => mutant.how === 'fault added')
  const drawn = [...removed, ...sample(added, ADDED_MAX, ({ one }) => one.id, options.seed)]
  options.progress.begin('surroundings', drawn.length)
  const facts = await Promise.all(
    drawn.map(async ({ one, at, mutant }): Promise<EnvironmentFacts> => {
      const result = await pool.do<'vary'>({ kind: 'vary', at, case: { ...one, scenario: mutant.scenario } })
      options.progress.step(result.noticed.length > 0)
      return {
        scenario: one.scenario.id,
        how: mutant.how,
        what: mutant.what,
        changed: !result.same,
        noticed: result.noticed,
      }
    }),
  )
  options.progress.end()
  return facts
}

/** Calls to a twin, not what happened there: `stripe.refunds.create`. */
const isOperation = (type: string): boolean =>
  !type.startsWith('app.') &&
  /\.(create|send|list|retrieve|update|delete|get|post|put|patch|confirm|capture|cancel)$/.test(type)
