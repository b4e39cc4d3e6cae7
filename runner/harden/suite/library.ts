import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { instrument, type Mutant, type Source, suspicious } from '../../../oracle/mutate/instrument.ts'
import { sample } from '../../../oracle/mutate/sample.ts'
import { UsageError } from '../../gate/workspace.ts'
import { equivalence } from '../equivalent.ts'
import { keysOf } from '../key.ts'
import type { HardenProgress } from '../progress.ts'
import { type Hardening, type Judged, type Status, scopeOf } from '../result.ts'
import { bundleSuite, vitestOf } from './bundle.ts'
import type { SuiteVerdict } from './judge.ts'
import { createSuiteCrew } from './suite.ts'

export type LibraryOptions = {
  readonly project: string
  readonly family: 'generic' | 'domain' | 'all'
  readonly sources: readonly string[]
  /** The library's own tests, as patterns; written for Vitest, without mocks of modules. */
  readonly suite: readonly string[]
  readonly sample?: number | undefined
  readonly seed: string
  readonly jobs: number
  readonly word: string
  /** Bare names that stand for a file: `fraction.js` for `src/fraction.js`. */
  readonly alias?: Readonly<Record<string, string>> | undefined
  readonly globals: boolean
  /** Lines to mutate, by source, from 1 and both included; undefined: all. */
  readonly ranges?: ReadonlyMap<string, readonly { readonly from: number; readonly to: number }[]> | undefined
  readonly progress: HardenProgress
  readonly now: () => number
  readonly onOpen: (close: () => Promise<void>) => void
}

export type LibraryHardening = {
  readonly hardening: Hardening
  readonly sources: readonly Source[]
}

const find = (root: string, patterns: readonly string[]): readonly string[] =>
  [...new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root })))]
    .filter(
      (path) =>
        /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path) && !path.split('/').includes('node_modules'),
    )
    .sort()

/** Mutates a library and lets its own tests judge, all in a few warm processes: for code that touches no network, files or clock. */
export async function hardenLibrary(options: LibraryOptions): Promise<LibraryHardening> {
  const startedMs = options.now()
  const root = resolve(options.project)
  const tests = find(root, options.suite)
  if (tests.length === 0) throw new UsageError(`expected tests at ${options.suite.join(', ')}, got none.`)
  const sources = find(root, options.sources)
    .filter((path) => !tests.includes(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  if (sources.length === 0) throw new UsageError(`expected sources at ${options.sources.join(', ')}, got none.`)
  const steered = sources.flatMap(suspicious).find(({ refused }) => refused)
  if (steered !== undefined)
    throw new UsageError(`${steered.at}: expected no name of the mutation switch, got ${steered.what}.`)
  const folder = mkdtempSync(join(tmpdir(), 'backlot-harden-'))
  const crew = createSuiteCrew(options.jobs, vitestOf(root))
  const close = async (): Promise<void> => {
    crew.close()
    rmSync(folder, { recursive: true, force: true })
  }
  options.onOpen(close)
  try {
    const families =
      options.family === 'all' ? (['generic', 'domain', 'extreme'] as const) : ([options.family] as const)
    const { mutants, code } = await instrument(sources, { families, word: options.word, ranges: options.ranges })
    const module = join(folder, 'suite.mjs')
    await bundleSuite({
      root,
      tests: tests.map((path) => join(root, path)),
      code: new Map([...code].map(([path, text]) => [join(root, path), text])),
      outfile: module,
      alias: Object.fromEntries(Object.entries(options.alias ?? {}).map(([name, path]) => [name, join(root, path)])),
      globals: options.globals,
    })
    const runnable = mutants.filter(({ ignored }) => ignored === undefined)
    const drawn =
      options.sample === undefined
        ? runnable
        : sample(runnable, options.sample, ({ family, path }) => `${family}/${path}`, options.seed)
    options.progress.begin('mutants', drawn.length)
    const plan = { module, word: options.word }
    const ids = drawn.map(({ id }) => id)
    const byId = new Map(drawn.map((mutant) => [mutant.id, mutant]))
    const isEquivalent = equivalence(sources)
    const equivalent = new Set<string>()
    const looking: Promise<void>[] = []
    const look = async (mutant: Mutant): Promise<void> => {
      if (await isEquivalent(mutant)) equivalent.add(mutant.id)
    }
    // This process has nothing else to do while its children judge, so it does then what only the end needs.
    const verdicts = await crew.judge(plan, ids, (id, { status }) => {
      options.progress.step(status === 'survived' || status === 'noCoverage')
      const mutant = byId.get(id)
      if (status === 'survived' && mutant !== undefined) looking.push(look(mutant))
    })
    options.progress.end()
    await Promise.all(looking)
    const keys = keysOf(mutants, sources)
    const judged = mutants.map((mutant, at) => judgedOf(mutant, keys[at] ?? '', verdicts.get(mutant.id), equivalent))
    const hardening: Hardening = {
      judged,
      cases: tests,
      functions: 0,
      pseudoTested: [],
      rules: [],
      environment: [],
      scope: scopeOf(options),
      ms: options.now() - startedMs,
      ran: verdicts.size,
    }
    return { hardening, sources }
  } finally {
    await close()
  }
}

function judgedOf(
  mutant: Mutant,
  key: string,
  verdict: SuiteVerdict | undefined,
  equivalent: ReadonlySet<string>,
): Judged {
  const status: Status = verdict === undefined ? 'ignored' : equivalent.has(mutant.id) ? 'equivalent' : verdict.status
  return {
    mutant,
    key,
    status,
    killedBy: verdict?.by === undefined ? [] : [verdict.by],
    by: verdict?.by,
    killedThereBy: verdict?.by === undefined ? [] : [verdict.by],
    message: verdict?.message,
    coveredBy: [],
    static: verdict?.static ?? false,
    unseen: false,
    differs: [],
    triage: undefined,
  }
}
