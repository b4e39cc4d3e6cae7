import { expect, test } from 'vitest'
import { withProof, withStory } from '../../../runner/incident/story-file.ts'
import { TWINS } from '../../../runner/twins.ts'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import { standingOf, storyDigest } from '../../../scenarios/proof.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'

const YAML = `schema: 1
id: inc-1
incident: INC-1 # the night of the 4th
clock: 2026-05-04T09:00:00Z
when:
  - { as: pay, call: POST /pay, body: { order: o1 } }
then:
  - { answer: pay, status: 201 }
`
const MARKDOWN = `# A night

What happened.

\`\`\`yaml scenario
${YAML}\`\`\`

The other variant:

\`\`\`yaml scenario
${YAML.replace('id: inc-1', 'id: inc-2')}\`\`\`

The end.
`
const read = (file: string, text: string, id = 'inc-1'): Scenario => {
  const { scenarios, problems } = parseScenarioFile(file, text, { twins: TWINS })
  expect(problems).toEqual([])
  const found = scenarios.find((one) => one.id === id)
  if (found === undefined) throw new Error('expected a scenario')
  return found
}

test.each([
  ['x.scenario.yaml', YAML],
  ['x.scenario.md', MARKDOWN],
])('a proof is put into %s, and a later one takes its place', (file, text) => {
  const first = withProof(file, text, 'inc-1', { 'red-on': 'abc1234', seed: '7', needed: ['1. GET /: it is'] })
  const second = withProof(file, first, 'inc-1', { 'red-on': 'def5678' })
  expect(read(file, first).proof).toEqual({ 'red-on': 'abc1234', seed: '7', needed: ['1. GET /: it is'] })
  expect(read(file, second).proof).toEqual({ 'red-on': 'def5678' })
  expect(second).not.toContain('abc1234')
})

test('whatever else stands in the file stays as it was', () => {
  const text = withProof('x.scenario.md', MARKDOWN, 'inc-2', { 'red-on': 'abc1234' })
  expect(text.replace('proof:\n  red-on: abc1234\n', '')).toBe(MARKDOWN)
  expect(read('x.scenario.md', text, 'inc-1').proof).toBeUndefined()
})

test('a story is put in the place of another, beside its neighbours', () => {
  const { when, ...rest } = read('x.scenario.md', MARKDOWN)
  const text = withStory('x.scenario.md', MARKDOWN, {
    ...rest,
    when: when.map((step) => (step.kind === 'call' ? { ...step, path: '/buy' } : step)),
  })
  expect(read('x.scenario.md', text).when[0]).toMatchObject({ path: '/buy' })
  expect(read('x.scenario.md', text, 'inc-2').when[0]).toMatchObject({ path: '/pay' })
  expect(text).toContain('The other variant:')
})

test('the digest of a story is of what it says, not of how it is written', () => {
  const flow = read('x.scenario.yaml', YAML)
  const moved = read('x.scenario.md', MARKDOWN)
  expect(storyDigest(flow)).toBe(storyDigest(moved))
  expect(storyDigest(read('x.scenario.yaml', YAML.replace('o1', 'o2')))).not.toBe(storyDigest(flow))
  expect(storyDigest(read('x.scenario.yaml', YAML.replace('201', '200')))).not.toBe(storyDigest(flow))
})

test.each([
  ['written by hand', { incident: undefined }, 'plain', undefined],
  ['without a proof', {}, 'unproven', 'it was never seen to fail'],
  [
    'red, of an older digest',
    { proof: { 'red-on': 'abc', of: '0000000000' } },
    'unproven',
    'it has changed since it was proven',
  ],
  [
    'red without its fault as well',
    { proof: { 'red-on': 'abc', 'vacuous-without-fault': true } },
    'unproven',
    'it fails without its fault as well, so it shows another bug',
  ],
  ['red, and green on the fix', { proof: { 'red-on': 'abc', 'green-on': 'def' } }, 'proven', undefined],
])('a scenario %s is %s', (_, more, kind, why) => {
  const standing = standingOf({ ...read('x.scenario.yaml', YAML), ...more } as Scenario)
  expect(standing).toEqual(why === undefined ? { kind } : { kind, why })
})
