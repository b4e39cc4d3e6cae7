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
function ours(name: string, folder: string): { readonly judged: readonly Ours[]; readonly ms: number } {
  const startedMs = now()
  const run = spawnSync(process.execPath, [import.meta.filename, ALONE, name, folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (run.status !== 0) throw new Error(`ours ended with ${run.status}: ${run.stdout.slice(-2000)}`)
  return { judged: JSON.parse(run.stdout) as readonly Ours[], ms: now() - startedMs }
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

function strykers(
  folder: string,
  { sources, suite, globals, lines }: Library,
): { readonly mutants: readonly (Theirs & { readonly file: string })[]; readonly ms: number } {
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default { test: { include: ${JSON.stringify(suite)}, globals: ${globals} } }\n`,
  )
  const config = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    // fraction.js is required, not imported: related tests would not be found.
    vitest: { configFile: 'vitest.config.mjs', related: !globals },
    mutate:
      lines === undefined ? sources : sources.flatMap((path) => lines.map(({ from, to }) => `${path}:${from}-${to}`)),
    coverageAnalysis: 'perTest',
    reporters: ['json'],
    jsonReporter: { fileName: 'mutation.json' },
    disableTypeChecks: true,
    concurrency: 2,
    allowConsoleColors: false,
    inPlace: false,
  }
  writeFileSync(join(folder, 'stryker.conf.json'), JSON.stringify(config))
  const startedMs = now()
  const command = [join(REPOSITORY, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', 'stryker.conf.json']
  const run = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0)
    throw new Error(`StrykerJS ended with ${run.status}: ${run.stdout.slice(-2000)} ${run.stderr.slice(-2000)}`)
  const report = JSON.parse(readFileSync(join(folder, 'mutation.json'), 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly mutants: readonly Theirs[] }>>
  }
  const mutants = Object.entries(report.files).flatMap(([file, one]) =>
    one.mutants.map((mutant) => ({ ...mutant, file })),
  )
  return { mutants, ms: now() - startedMs }
}

const key = (
  file: string,
  { start, end }: Theirs['location'],
  mutator: string,
  replacement: string | undefined,
): string => `${file}:${start.line}:${start.column}-${end.line}:${end.column} ${mutator} ${replacement ?? ''}`

type Totals = { mutants: number; equal: number; oursMs: number; theirsMs: number }

/** One library, judged by both; what differs is told. */
function compare(name: string, library: Library): Totals {
  const folder = copyLibrary(name)
  try {
    const mine = ours(name, folder)
    const count = mine.judged.length
    console.log(`${name}: ${count} mutants in ${seconds(mine.ms)} (${perSecond(count, mine.ms)})`)
    const theirs = strykers(folder, library)
    console.log(
      `${name}: StrykerJS ${seconds(theirs.ms)} (${perSecond(theirs.mutants.length, theirs.ms)}); ${(theirs.ms / mine.ms).toFixed(1)}x`,
    )
    const found = new Map(
      theirs.mutants.map((one) => [key(one.file, one.location, one.mutatorName, one.replacement), one]),
    )
    let equal = 0
    for (const { mutant, status, message } of mine.judged) {
      const other = found.get(key(mutant.path, mutant, mutant.mutator, mutant.replacement))
      // Ours leaves out what is the same program once minified; StrykerJS lets it survive.
      const same = other !== undefined && DETECTED.has(other.status) === DETECTED.has(status)
      if (same) equal += 1
      else
        console.log(
          `differs: ${mutant.path}:${mutant.start.line}:${mutant.start.column} ${mutant.mutator} ${mutant.replacement.slice(0, 60)}: ours ${status} (${message ?? ''}), StrykerJS ${other?.status ?? 'none'}${other?.static === true ? ', static' : ''}`,
        )
    }
    console.log(`${name}: ${equal} of ${count} verdicts equal; StrykerJS has ${theirs.mutants.length}`)
    return { mutants: count, equal, oursMs: mine.ms, theirsMs: theirs.ms }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const perSecond = (count: number, ms: number): string => `${((count / ms) * 1000).toFixed(1)}/s`

/** How many times StrykerJS's speed is asked of us. */
const GOAL = 30

function compareAll(names: readonly string[]): boolean {
  const totals: Totals = { mutants: 0, equal: 0, oursMs: 0, theirsMs: 0 }
  for (const name of names) {
    const one = compare(name, libraryOf(name))
    for (const what of ['mutants', 'equal', 'oursMs', 'theirsMs'] as const) totals[what] += one[what]
  }
  const times = totals.theirsMs / totals.oursMs
  console.log(
    `in all: ${totals.equal} of ${totals.mutants} verdicts equal, ${times.toFixed(1)}x the mutants a second; ${GOAL}x are asked for`,
  )
  return totals.equal === totals.mutants && times >= GOAL
}

function libraryOf(name: string): Library {
  const library = LIBRARIES[name]
  if (library === undefined) throw new Error(`expected one of ${Object.keys(LIBRARIES).join(', ')}, got ${name}`)
  return library
}

const [first = '', ...rest] = process.argv.slice(2)
if (first === ALONE) await alone(rest[1] ?? '', libraryOf(rest[0] ?? ''))
else process.exitCode = compareAll(first === '' ? Object.keys(LIBRARIES) : [first, ...rest]) ? 0 : 1
