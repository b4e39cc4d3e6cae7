import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { lintBrief, readBrief } from '../../../runner/factory/brief.ts'
import { ProjectProblems } from '../../../runner/project.ts'
import { printProblem } from '../../../scenarios/scenario.ts'
import { call, scenario } from '../../scenarios/support/stories.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-brief-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const TEXT =
  '# Pay – once!\n\nProse.\n\n## Acceptance\n\n- AC-1: First\n  thing.\n- AC-2: Second thing.\n\n## Notes\n\n- no item\n'

function read(text: string, name = 'b.md') {
  writeFileSync(join(folder, name), text)
  return readBrief(join(folder, name))
}
function problems(text: string): readonly string[] {
  try {
    read(text)
  } catch (error) {
    if (error instanceof ProjectProblems) return error.problems.map((one) => printProblem(one).replace(folder, ''))
    throw error
  }
  return []
}

test('a brief has a title, a name for branches, and criteria with ids', () => {
  const brief = read(TEXT)
  expect(brief).toMatchObject({ title: 'Pay – once!', name: 'pay-once' })
  expect(brief.criteria.map(({ id, text }) => [id, text])).toEqual([
    ['AC-1', 'First thing.'],
    ['AC-2', 'Second thing.'],
  ])
})

test('rewording the prose keeps the requirements, rewording a criterion does not', () => {
  const { requirements, sha256 } = read(TEXT)
  expect(read(TEXT.replace('Prose.', 'Please.')).requirements).toBe(requirements)
  expect(read(TEXT.replace('Prose.', 'Please.')).sha256).not.toBe(sha256)
  expect(read(TEXT.replace('First\n  thing', 'First thing')).requirements).toBe(requirements)
  expect(read(TEXT.replace('Second', 'Another')).requirements).not.toBe(requirements)
})

test('either spelling of the same file is found', () => {
  read(TEXT, 'BRIEF.md')
  expect(readBrief(join(folder, 'brief.md')).path).toBe(join(folder, 'BRIEF.md'))
  expect(() => readBrief(join(folder, 'nope.md'))).toThrow(/expected a brief, got .*nope\.md, which does not exist/)
})

test.each([
  ['no heading', '## Acceptance\n\n- AC-1: x\n', '/b.md:1:1: error: expected a heading "# What to build", got none.'],
  [
    'no criteria',
    '# X\n',
    '/b.md:1:1: error: expected items such as "- AC-1: When …" under "## Acceptance", got none.',
  ],
  [
    'an item without an id',
    '# X\n\n## Acceptance\n\n- x\n',
    '/b.md:5:1: error: expected an item such as "- AC-1: …", got one without an id.',
  ],
  [
    'an id twice',
    '# X\n\n## Acceptance\n\n- AC-1: x\n- AC-1: y\n',
    '/b.md:6:3: error: AC-1 is used twice, first on line 5.',
  ],
])('a brief with %s is refused at its place', (_, text, expected) => {
  expect(problems(text)).toEqual([expected])
})

const story = (id: string, covers: readonly string[], file = 'a.scenario.yaml') => ({
  ...scenario([call('buy', '/orders')]),
  id,
  covers,
  place: { file, line: 3, column: 5 },
})

test('criteria and scenarios are held against each other, both ways', () => {
  const brief = read(TEXT)
  const lint = lintBrief(brief, [story('one', ['AC-1', 'AC-11'])], new Map()).map((one) =>
    printProblem(one).replaceAll(folder, ''),
  )
  expect(lint).toEqual([
    'a.scenario.yaml:3:5: error: scenario "one" covers AC-11, which is not in /b.md. Did you mean "AC-1"?',
    '/b.md:9:3: warning: AC-2 has no scenario: nothing checks it.',
  ])
  expect(lintBrief(brief, [story('one', ['AC-1', 'AC-2'])], new Map())).toEqual([])
})

test('a scenario file with a list of its own may cover what stands there', () => {
  const own = new Map([['a.scenario.md', ['INC-7']]])
  const scenarios = [story('one', ['AC-1', 'AC-2', 'INC-7'], 'a.scenario.md')]
  expect(lintBrief(read(TEXT), scenarios, own)).toEqual([])
  expect(lintBrief(read(TEXT), [story('two', ['AC-1', 'AC-2', 'INC-7'])], own)).toHaveLength(1)
})
