import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { variationsOf } from '../../../oracle/properties/variations.ts'
import { writeScenario } from '../../../oracle/properties/write-scenario.ts'
import { TWINS } from '../../../runner/twins.ts'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { REPOSITORY } from '../../support/cli.ts'

const folder = join(REPOSITORY, 'examples/billing/backlot/scenarios')
const examples = globSync('*.scenario.{md,yaml}', { cwd: folder })
  .sort()
  .flatMap((file) => parseScenarioFile(file, readFileSync(join(folder, file), 'utf8'), { twins: TWINS }).scenarios)

/** A scenario without the places it came from, and bodies as they are on the wire. */
const story = (one: Scenario): unknown =>
  JSON.parse(
    JSON.stringify(one, (key, value: unknown) => {
      if (key === 'place') return undefined
      if (key === 'headers') return undefined
      if (key === 'body' && value !== null && typeof value === 'object' && 'json' in value)
        return { text: JSON.stringify(value.json) }
      return value
    }),
  )

const reread = (one: Scenario): Scenario => {
  const { scenarios, problems } = parseScenarioFile('x.scenario.yaml', writeScenario(one), { twins: TWINS })
  expect(problems).toEqual([])
  const [found] = scenarios
  if (found === undefined) throw new Error('expected a scenario')
  return found
}

test('every scenario of the example is the same when it was written and read', () => {
  expect(examples.length).toBeGreaterThan(15)
  for (const one of examples) expect(story(reread(one))).toEqual(story(one))
})

const operations = TWINS.flatMap(({ name, operations: own }) => own.map((operation) => `${name}.${operation}`))
const then = [
  { kind: 'cost', per: 'run', atMost: '1', currency: 'USD', place: { file: 'x', line: 1, column: 1 } },
] as const

test('what varies from an example is a scenario that a file can say, with its steps by name', () => {
  fc.assert(
    fc.property(variationsOf(examples, { operations }), (one) => {
      const whole = { ...one, then }
      expect(story(reread(whole))).toEqual(story(whole))
    }),
    { seed: 3, numRuns: 200 },
  )
})

test('variations differ from their examples and from each other', () => {
  const stories = fc.sample(variationsOf(examples, { operations }), { seed: 5, numRuns: 200 })
  expect(new Set(stories.map((one) => JSON.stringify(one.when))).size).toBeGreaterThan(120)
  expect(stories.some(({ when }) => when.some(({ kind }) => kind === 'together'))).toBe(true)
  expect(stories.some(({ when }) => when.some(({ kind }) => kind === 'fault'))).toBe(true)
})
