/**
 * Mutants a second against StrykerJS with its Vitest runner: same libraries with their own tests, same mutants, same machine, one run,
 * each in processes of its own from start to end. `node test/bench/harden.ts [css-what] [fraction.js]`; StrykerJS takes minutes. Verdicts
 * are compared one by one; exit 1 when they differ, or when the goal is missed.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Judged } from '../../runner/harden/result.ts'

type Library = {
  readonly sources: readonly string[]
  readonly suite: readonly string[]
  readonly globals: boolean
  readonly alias: Readonly<Record<string, string>>
  /** Lines to mutate. */
  readonly lines: readonly { readonly from: number; readonly to: number }[] | undefined
}

/** Both ship their tests in their npm packages; those of css-what are written for Vitest, those of fraction.js for Mocha. */
const LIBRARIES: Readonly<Record<string, Library>> = {
  'css-what': {
    sources: ['src/{parse,stringify,types,index}.ts'],
    suite: ['src/*.spec.ts'],
    globals: false,
    alias: {},
    lines: undefined,
  },
  'fraction.js': {
    sources: ['dist/fraction.js'],
    suite: ['tests/fraction.test.js'],
    globals: true,
    alias: { 'fraction.js': 'dist/fraction.js' },
    // The parts without loops that a mutant makes endless: those cost StrykerJS ten seconds each, and us one.
    lines: [
      { from: 400, to: 575 },
      { from: 700, to: 900 },
    ],
  },
}

type Theirs = {
  readonly id: string
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  readonly static?: boolean
  readonly location: Readonly<Record<'start' | 'end', { readonly line: number; readonly column: number }>>
}

const REPOSITORY = join(import.meta.dirname, '../..')
const { performance } = globalThis
const now = performance.now.bind(performance)
const TICK_MS = 10

/** `cpuMs` is what the processor was busy: on a machine that has other things to do, the ratio of it holds where that of time does not. */
type Cost = { readonly ms: number; readonly cpuMs: number }

/** Runs a program to its end. Its own children count when it has waited for them. */
function costOf(run: () => void): Cost {
  // Processor time of children that have ended.
  const cpuMs = (): number => {
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS
  }
  const from = { ms: now(), cpuMs: cpuMs() }
  run()
  return { ms: now() - from.ms, cpuMs: cpuMs() - from.cpuMs }
}
const DETECTED = new Set(['Killed', 'Timeout', 'killed', 'timedOut'])

function copyLibrary(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'backlot-bench-')))
  cpSync(join(REPOSITORY, 'node_modules', name), folder, { recursive: true })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** What is compared of one mutant. */
type Ours = Pick<Judged, 'status' | 'message'> & {
  readonly mutant: Pick<Judged['mutant'], 'path' | 'start' | 'end' | 'mutator' | 'replacement'>
}

/** In a process of its own, as StrykerJS runs: starting it and loading all its code count on both sides. */
function ours(name: string, folder: string): { readonly judged: readonly Ours[]; readonly cost: Cost } {
  let printed = ''
  const cost = costOf(() => {
    const run = spawnSync(process.execPath, [import.meta.filename, ALONE, name, folder], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (run.status !== 0) throw new Error(`ours ended with ${run.status}: ${run.stdout.slice(-2000)}`)
    printed = run.stdout
  })
  return { judged: JSON.parse(printed) as readonly Ours[], cost }
}

const ALONE = '--alone'

async function alone(folder: string, library: Library): Promise<void> {
  const { hardenLibrary } = await import('../../runner/harden/suite/library.ts')
  const { lines } = library
  const { hardening } = await hardenLibrary({
    ...library,
    project: folder,
    ranges: lines === undefined ? undefined : new Map(library.sources.map((path) => [path, lines])),
    family: 'generic',
    seed: '1',
    jobs: 2,
    word: 'm_bench',
    progress: {
      begin: () => undefined,
      step: () => undefined,
      note: (text) => console.error(text),
      end: () => undefined,
    },
    now,
    onOpen: () => undefined,
  })
  const judged: readonly Ours[] = hardening.judged.map(({ status, message, mutant }) => {
    const { path, start, end, mutator, replacement } = mutant
    return { status, message, mutant: { path, start, end, mutator, replacement } }
  })
  process.stdout.write(JSON.stringify(judged))
}

type Range = { readonly path: string; readonly from: number; readonly to: number }

/** `only` and `timeoutMs` are for asking again; what is measured has StrykerJS's own patience. */
function strykers(
  folder: string,
  { sources, suite, globals, lines }: Library,
  again?: { readonly only: readonly Range[]; readonly timeoutMs: number },
): { readonly mutants: readonly (Theirs & { readonly file: string })[]; readonly cost: Cost } {
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default { test: { include: ${JSON.stringify(suite)}, globals: ${globals} } }\n`,
  )
  const ranges = again?.only ?? lines?.flatMap((one) => sources.map((path) => ({ ...one, path })))
  const config = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    // fraction.js is required, not imported: related tests would not be found.
    vitest: { configFile: 'vitest.config.mjs', related: !globals },
    mutate: ranges === undefined ? sources : ranges.map(({ path, from, to }) => `${path}:${from}-${to}`),
    ...(again === undefined ? {} : { timeoutMS: again.timeoutMs }),
    coverageAnalysis: 'perTest',
    reporters: ['json'],
    jsonReporter: { fileName: 'mutation.json' },
    disableTypeChecks: true,
    concurrency: 2,
    allowConsoleColors: false,
    inPlace: false,
  }
  writeFileSync(join(folder, 'stryker.conf.json'), JSON.stringify(config))
  const command = [join(REPOSITORY, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', 'stryker.conf.json']
  const cost = costOf(() => {
    const run = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 })
    if (run.status !== 0)
      throw new Error(`StrykerJS ended with ${run.status}: ${run.stdout.slice(-2000)} ${run.stderr.slice(-2000)}`)
  })
  const report = JSON.parse(readFileSync(join(folder, 'mutation.json'), 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly mutants: readonly Theirs[] }>>
  }
  const mutants = Object.entries(report.files).flatMap(([file, one]) =>
    one.mutants.map((mutant) => ({ ...mutant, file })),
  )
  return { mutants, cost }
}

const key = (
  file: string,
  { start, end }: Theirs['location'],
  mutator: string,
  replacement: string | undefined,
): string => `${file}:${start.line}:${start.column}-${end.line}:${end.column} ${mutator} ${replacement ?? ''}`

type Found = ReturnType<typeof strykers>['mutants'][number]
const byKey = (mutants: readonly Found[]): Map<string, Found> =>
  new Map(mutants.map((one) => [key(one.file, one.location, one.mutatorName, one.replacement), one]))
const PATIENT_MS = 120_000

type Totals = { mutants: number; equal: number; ours: Cost; theirs: Cost }

/** One library, judged by both; what differs is told. */
function compare(name: string, library: Library): Totals {
  const folder = copyLibrary(name)
  try {
    const mine = ours(name, folder)
    const count = mine.judged.length
    console.log(`${name}: ${count} mutants in ${told(count, mine.cost)}`)
    const theirs = strykers(folder, library)
    console.log(`${name}: StrykerJS ${told(theirs.mutants.length, theirs.cost)}; ${ratio(theirs.cost, mine.cost)}`)
    const found = byKey(theirs.mutants)
    const theirsOf = ({ mutant }: Ours): Theirs | undefined =>
      found.get(key(mutant.path, mutant, mutant.mutator, mutant.replacement))
    // StrykerJS's patience is real time: on a busy machine it ends what would have come to its end. Such a verdict is asked for again.
    const late = mine.judged.filter((one) => !DETECTED.has(one.status) && theirsOf(one)?.status === 'Timeout')
    if (late.length > 0) {
      console.log(
        `${name}: ${late.length} that StrykerJS had no time for are asked for again, outside of what is measured`,
      )
      const only = late.map(({ mutant: { path, start, end } }) => ({ path, from: start.line, to: end.line }))
      const again = byKey(strykers(folder, library, { only, timeoutMs: PATIENT_MS }).mutants)
      for (const one of late) {
        const { path, mutator, replacement } = one.mutant
        const which = key(path, one.mutant, mutator, replacement)
        const verdict = again.get(which)
        if (verdict !== undefined) found.set(which, verdict)
      }
    }
    let equal = 0
    for (const one of mine.judged) {
      const { mutant, status, message } = one
      const other = theirsOf(one)
      // Ours leaves out what is the same program once minified; StrykerJS lets it survive.
      const same = other !== undefined && DETECTED.has(other.status) === DETECTED.has(status)
      if (same) equal += 1
      else
        console.log(
          `differs: ${mutant.path}:${mutant.start.line}:${mutant.start.column} ${mutant.mutator} ${mutant.replacement.slice(0, 60)}: ours ${status} (${message ?? ''}), StrykerJS ${other?.status ?? 'none'}${other?.static === true ? ', static' : ''}`,
        )
    }
    console.log(`${name}: ${equal} of ${count} verdicts equal; StrykerJS has ${theirs.mutants.length}`)
    return { mutants: count, equal, ours: mine.cost, theirs: theirs.cost }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const told = (count: number, { ms, cpuMs }: Cost): string =>
  `${seconds(ms)} (${((count / ms) * 1000).toFixed(1)}/s), ${seconds(cpuMs)} of processor time`
const ratio = (theirs: Cost, mine: Cost): string =>
  `${(theirs.ms / mine.ms).toFixed(1)}x, ${(theirs.cpuMs / mine.cpuMs).toFixed(1)}x by processor time`
const added = (a: Cost, b: Cost): Cost => ({ ms: a.ms + b.ms, cpuMs: a.cpuMs + b.cpuMs })

/** How many times StrykerJS's speed is asked of us. */
const GOAL = 30

function compareAll(names: readonly string[]): boolean {
  const none: Cost = { ms: 0, cpuMs: 0 }
  const totals: Totals = { mutants: 0, equal: 0, ours: none, theirs: none }
  for (const name of names) {
    const one = compare(name, libraryOf(name))
    totals.mutants += one.mutants
    totals.equal += one.equal
    totals.ours = added(totals.ours, one.ours)
    totals.theirs = added(totals.theirs, one.theirs)
  }
  console.log(
    `in all: ${totals.equal} of ${totals.mutants} verdicts equal, the mutants a second ${ratio(totals.theirs, totals.ours)}; ${GOAL}x are asked for`,
  )
  return totals.equal === totals.mutants && totals.theirs.ms / totals.ours.ms >= GOAL
}

function libraryOf(name: string): Library {
  const library = LIBRARIES[name]
  if (library === undefined) throw new Error(`expected one of ${Object.keys(LIBRARIES).join(', ')}, got ${name}`)
  return library
}

const [first = '', ...rest] = process.argv.slice(2)
if (first === ALONE) await alone(rest[1] ?? '', libraryOf(rest[0] ?? ''))
else process.exitCode = compareAll(first === '' ? Object.keys(LIBRARIES) : [first, ...rest]) ? 0 : 1
