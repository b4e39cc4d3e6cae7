import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv2020 from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { SCHEMAS } from '../../runner/cli/schema.ts'
import { REPOSITORY } from '../support/cli.ts'

const published = (format: string): object =>
  JSON.parse(readFileSync(join(REPOSITORY, 'schema', `${format}.schema.json`), 'utf8')) as object

test.each(Object.keys(SCHEMAS))('the published schema of %s is the one in the code', async (format) => {
  // Out of date? node bin/backlot.js schema FORMAT > schema/FORMAT.schema.json
  expect(published(format)).toEqual(await SCHEMAS[format]?.())
})

const fixture = (path: string): unknown =>
  parse(readFileSync(join(REPOSITORY, 'test/fixtures/projects/tiny', path), 'utf8'))
test.each([
  ['scenario', 'backlot/scenarios/lost-answer.scenario.yaml'],
  ['rules', 'backlot/rules/pay.rules.yaml'],
  ['project', 'backlot.yaml'],
])('an editor with the schema of %s takes a good file and marks a misspelt one', (format, path) => {
  const ajv = new Ajv2020.default({ strict: false, validateFormats: false })
  const validate = ajv.compile(published(format))
  const good = fixture(path) as Record<string, unknown>
  expect(validate(good), JSON.stringify(validate.errors)).toBe(true)
  expect(validate({ ...good, schemma: 1 })).toBe(false)
})

test('an editor marks a misspelt part of a twin’s starting state, and takes twins of one’s own', () => {
  const validate = new Ajv2020.default({ strict: false, validateFormats: false }).compile(published('scenario'))
  const story = fixture('backlot/scenarios/pay.scenario.yaml') as Record<string, unknown>
  expect(validate({ ...story, given: { stripe: { customers: [{ id: 'cus_1' }] }, shelf: { books: [1] } } })).toBe(true)
  expect(validate({ ...story, given: { stripe: { custmers: [] } } })).toBe(false)
})
