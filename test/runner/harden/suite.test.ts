import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hardenLibrary, type LibraryOptions } from '../../../runner/harden/suite/library.ts'
import { SuiteFailed } from '../../../runner/harden/suite/suite.ts'
import { REPOSITORY } from '../../support/cli.ts'

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
  it.skip('is left out', () => expect(1).toBe(2))
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

test('tests that do not pass as they are refuse the whole, with the name of the first', async () => {
  const broken = SPEC.replace('toBe(2))', 'toBe(7))')
  const judging = hardenLibrary(library({ 'count.ts': SOURCE, 'count.spec.ts': broken }))
  await expect(judging).rejects.toThrow(SuiteFailed)
  await expect(judging).rejects.toThrow('the test "count > counts" does not pass on the code as it is')
})
