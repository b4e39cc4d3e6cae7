import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hardenLibrary, type LibraryOptions } from '../../../runner/harden/suite/library.ts'
import { SuiteFailed } from '../../../runner/harden/suite/suite.ts'
import { backlot, REPOSITORY } from '../../support/cli.ts'

const folders: string[] = []
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true })
})

function library(files: Readonly<Record<string, string>>): LibraryOptions {
  const project = mkdtempSync(join(tmpdir(), 'backlot-library-'))
  folders.push(project)
  mkdirSync(join(project, 'src'))
  symlinkSync(join(REPOSITORY, 'node_modules'), join(project, 'node_modules'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, 'src', name), text)
  return {
    project,
    family: 'generic',
    sources: ['src/*.ts'],
    suite: ['src/*.spec.ts'],
    seed: '1',
    jobs: 1,
    word: 'm_suite',
    globals: false,
    progress: { begin: () => undefined, step: () => undefined, note: () => undefined, end: () => undefined },
    now: () => 0,
    onOpen: () => undefined,
  }
}

const SOURCE = `const LIMIT = 3
export function count(upTo: number): number {
  let n = 0
  while (n < upTo && n < LIMIT) n++
  return n
}
export const never = () => 'unused'
`
const SPEC = `import { beforeEach, describe, expect, it, test, vi } from 'vitest'
import { count } from './count.ts'
const seen = vi.fn()
beforeEach(() => seen.mockClear())
describe('count', () => {
  it('counts', () => expect(count(2)).toBe(2))
  test.each([[5, 3], [9, 3]])('stops at the limit: %d', (upTo, expected) => { expect(count(upTo)).toBe(expected) })
  it.skip('is left out', () => expect(count(1)).toBe(2)) // skipped: it would fail, and judges nothing
  it('sees fresh mocks', () => { seen(count(1)); expect(seen).toHaveBeenCalledTimes(1) })
})
`

test('a library is judged by its own tests: killed, static, looping, not reached, surviving', async () => {
  const { hardening } = await hardenLibrary(library({ 'count.ts': SOURCE, 'count.spec.ts': SPEC }))
  const told = hardening.judged.map(
    ({ mutant, status, static: atLoad }) =>
      `${mutant.start.line} ${mutant.mutator} ${mutant.replacement.replace(/\s+/g, ' ')}: ${status}${atLoad ? ', static' : ''}`,
  )
  expect(told).toEqual(
    expect.arrayContaining([
      '4 EqualityOperator n <= LIMIT: killed',
      '4 UpdateOperator n--: timedOut',
      '7 StringLiteral "": noCoverage',
    ]),
  )
  expect(told.filter((line) => line.includes('survived'))).toEqual([
    '7 ArrowFunction () => undefined: survived, static',
  ])
})

test('the command ends with what such a library can do about a survivor', () => {
  const { project } = library({ 'count.ts': SOURCE, 'count.spec.ts': SPEC })
  const args = ['harden', '--project', project, '--sources', 'src/*.ts', '--suite', 'src/*.spec.ts', '--jobs', '1']
  const { code, stdout } = backlot(args)
  expect(stdout).toMatch(
    /survivors, \d+ of them not triaged\. Next: a test for each, or a line in backlot\/triage\.yaml\n$/,
  )
  expect(code).toBe(1)
})

test('tests that do not pass as they are refuse the whole, with the name of the first', async () => {
  const broken = SPEC.replace('toBe(2))', 'toBe(7))')
  const judging = hardenLibrary(library({ 'count.ts': SOURCE, 'count.spec.ts': broken }))
  await expect(judging).rejects.toThrow(SuiteFailed)
  await expect(judging).rejects.toThrow('the test "count > counts" does not pass on the code as it is')
})

const LOOPS = `export function drain(all: number[], more: boolean): number {
  let n = 0
  while (all.length > 0) { all.pop(); if (more) n++ }
  return n
}
export async function soon(ready: boolean): Promise<string> {
  if (ready) return 'now'
  return new Promise(() => undefined)
}
export function deep(n: number): number { return n < 1 ? 0 : 1 + deep(n - 1) }
export function calm(text: string): string {
  let left = 3
  while (left > 0) { try { left -= 1; JSON.parse(text) } catch { text = '{}' } }
  return text
}
`
const LOOPS_SPEC = `import { appendFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { calm, deep, drain, soon } from './loops.ts'
appendFileSync(__dirname + '/pids', process.pid + '\\n')
it('drains', () => expect(drain([1, 2], true)).toBe(2))
it('drains and tells nothing', () => expect(drain([1, 2], false)).toBe(0))
it('is ready', async () => expect(await soon(true)).toBe('now'))
it('is deep', () => expect(deep(3)).toBe(3))
it('is calm', () => expect(calm('no')).toBe('{}'))
it('expects anything to be thrown', () => { try { drain([1], true) } catch { return } })
`

test('what never ends is stopped by count, in a process that goes on with the next mutant', async () => {
  const options = library({ 'loops.ts': LOOPS, 'loops.spec.ts': LOOPS_SPEC })
  const { hardening } = await hardenLibrary(options)
  const stopped = hardening.judged.filter(({ status }) => status === 'timedOut')
  const told = stopped.map(({ mutant, message }) => `${mutant.start.line} ${mutant.replacement}: ${message}`)
  expect(told).toEqual(
    expect.arrayContaining([
      // Passes its own place again and again.
      expect.stringMatching(/^3 all.length >= 0: stopped by count: passed 1001 times/),
      expect.stringMatching(/^10 n \+ 1: stopped by count: passed 1001 times/),
      // Passes it once for a loop that nothing else would end.
      expect.stringMatching(/^3 ;: stopped by count/),
      expect.stringMatching(/^13 left \+= 1: stopped by count: \d+ turns/),
      // Nothing is left that could ever settle it.
      '7 false: it waits for what never comes',
    ]),
  )
  const pids = new Set(
    readFileSync(join(options.project, 'src', 'pids'), 'utf8')
      .trim()
      .split('\n'),
  )
  expect(pids.size).toBe(1)
})
