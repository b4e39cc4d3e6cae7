import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv2020 from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { hookOpenApi } from '../../../runner/hook/openapi.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { changeRequest, resultFor } from './support.ts'

const published: { openapi: string; paths: object; components: { schemas: Record<string, object> } } = JSON.parse(
  readFileSync(join(REPOSITORY, 'schema/hook.openapi.json'), 'utf8'),
)

test('the published document is the one in the code', () => {
  // Out of date? node bin/backlot.js hook openapi > schema/hook.openapi.json
  expect(published).toEqual(JSON.parse(JSON.stringify(hookOpenApi())))
})

test('every reference in it leads somewhere', () => {
  const text = JSON.stringify(published)
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(20)
  expect(names.filter((name) => published.components.schemas[name] === undefined)).toEqual([])
  expect(text).not.toContain('"$ref":"http')
})

test('another validator takes a good message by it, and no other', () => {
  const ajv = new Ajv2020.default({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'hook', components: published.components })
  const validate = (name: string, value: unknown): boolean =>
    ajv.validate({ $ref: `hook#/components/schemas/${name}` }, value) as boolean
  expect(validate('ChangeRequest', changeRequest())).toBe(true)
  expect(validate('ChangeRequest', { ...changeRequest(), more: 1 })).toBe(false)
  const result = resultFor(changeRequest())
  expect(validate('ChangeResult', result)).toBe(true)
  expect(validate('ChangeTask', { state: 'done', result })).toBe(true)
  expect(validate('ChangeResult', { ...result, status: 'declined' })).toBe(false)
  expect(validate('ChangeResult', { ...result, usage: { inputTokens: -1 } })).toBe(false)
})
