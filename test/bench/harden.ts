/**
 * Mutants a second against StrykerJS with its Vitest runner: same libraries with their own tests, same mutants, same machine, one run.
 * `node test/bench/harden.ts [css-what] [fraction.js]`; StrykerJS takes minutes. Verdicts are compared one by one; exit 1 when they differ.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Judged } from '../../runner/harden/result.ts'
import { hardenLibrary } from '../../runner/harden/suite/library.ts'
import { REPOSITORY } from '../support/cli.ts'

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

const { performance } = globalThis
const now = performance.now.bind(performance)
const DETECTED = new Set(['Killed', 'Timeout', 'killed', 'timedOut'])

function copyLibrary(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'backlot-bench-')))
  cpSync(join(REPOSITORY, 'node_modules', name), folder, { recursive: true })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

async function ours(
  folder: string,
  library: Library,
): Promise<{ readonly judged: readonly Judged[]; readonly ms: number }> {
  const startedMs = now()
  const { hardening } = await hardenLibrary({
    ...library,
    project: folder,
    ranges:
      library.lines === undefined ? undefined : new Map(library.sources.map((path) => [path, library.lines ?? []])),
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
  return { judged: hardening.judged, ms: now() - startedMs }
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

const totals = { mutants: 0, equal: 0, oursMs: 0, theirsMs: 0 }
const wanted = process.argv.slice(2)
for (const name of wanted.length > 0 ? wanted : Object.keys(LIBRARIES)) {
  const library = LIBRARIES[name]
  if (library === undefined) throw new Error(`expected one of ${Object.keys(LIBRARIES).join(', ')}, got ${name}`)
  const folder = copyLibrary(name)
  try {
    const mine = await ours(folder, library)
    console.log(
      `${name}: ${mine.judged.length} mutants in ${(mine.ms / 1000).toFixed(1)} s (${((mine.judged.length / mine.ms) * 1000).toFixed(0)}/s)`,
    )
    const theirs = strykers(folder, library)
    console.log(
      `${name}: StrykerJS ${(theirs.ms / 1000).toFixed(1)} s (${((theirs.mutants.length / theirs.ms) * 1000).toFixed(1)}/s); ${(theirs.ms / mine.ms).toFixed(1)}x`,
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
    console.log(`${name}: ${equal} of ${mine.judged.length} verdicts equal; StrykerJS has ${theirs.mutants.length}`)
    totals.mutants += mine.judged.length
    totals.equal += equal
    totals.oursMs += mine.ms
    totals.theirsMs += theirs.ms
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
console.log(
  `in all: ${totals.equal} of ${totals.mutants} verdicts equal, ${(totals.theirsMs / totals.oursMs).toFixed(1)}x the mutants a second`,
)
/** How many times StrykerJS's speed is asked of us. */
const GOAL = 30
process.exitCode = totals.equal === totals.mutants && totals.theirsMs / totals.oursMs >= GOAL ? 0 : 1
