/**
 * The one check command: format and lint, types, tests (our own fitness functions among them), unused code.
 * Runs every part even when one fails, and ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

type Part = { readonly name: string; readonly command: readonly string[] }
const scratch = mkdtempSync(join(tmpdir(), 'backlot-check-'))
const results = join(scratch, 'vitest.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${results}`]
const parts: readonly Part[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings'] },
  { name: 'types', command: ['tsc'] },
  { name: 'types of the examples', command: ['tsc', '-p', 'examples'] },
  { name: 'tests', command: ['vitest', 'run', ...reporters, ...process.argv.slice(2)] },
  { name: 'unused code', command: ['knip'] },
]

let passed = 0
let failed = 0
const lines: string[] = []
for (const { name, command } of parts) {
  const [program = '', ...args] = command
  process.stdout.write(`\n== ${name}: ${program} ${args[0] ?? ''}\n`)
  const startedMs = Date.now()
  const { status } = spawnSync(join('node_modules', '.bin', program), args, { stdio: 'inherit' })
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1)
  lines.push(`${status === 0 ? 'pass' : 'FAIL'}  ${name} (${seconds} s)`)
  if (name === 'tests') countTests(status ?? 1)
  else if (status === 0) passed += 1
  else failed += 1
}
rmSync(scratch, { recursive: true, force: true })
process.stdout.write(`\n${lines.join('\n')}\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

type Counted = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      /** Of every try: those of a test that passed are of tries before. */
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** Adds what Vitest counted, and names what passed only when it was tried again; a run that left no count, or failed without a failing test, is one failure. */
function countTests(status: number): void {
  try {
    const counts = JSON.parse(readFileSync(results, 'utf8')) as Counted
    for (const { name, assertionResults } of counts.testResults)
      for (const { fullName, status: ended, failureMessages } of assertionResults)
        if (ended === 'passed' && failureMessages.length > 0)
          lines.push(`flake ${relative(process.cwd(), name)}: ${fullName}: ${failureMessages[0]?.split('\n')[0]}`)
    passed += counts.numPassedTests
    failed += counts.numFailedTests === 0 && status !== 0 ? 1 : counts.numFailedTests
  } catch {
    failed += 1
  }
}
