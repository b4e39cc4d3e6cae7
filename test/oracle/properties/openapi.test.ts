import Ajv2020 from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { valuesOf } from '../../../oracle/properties/json-schema.ts'
import { scenariosFromOpenApi } from '../../../oracle/properties/openapi.ts'

const DOCUMENT = {
  openapi: '3.1.0',
  paths: {
    '/orders': {
      post: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
      },
      get: { parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 5 } }] },
    },
    '/orders/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-z]{3}$' } }],
      get: {},
    },
  },
  components: {
    schemas: {
      Order: {
        type: 'object',
        required: ['amount', 'lines'],
        properties: {
          amount: { type: 'integer', minimum: 1, maximum: 99999 },
          note: { type: ['string', 'null'], maxLength: 5 },
          when: { type: 'string', format: 'date' },
          lines: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/Line' } },
        },
      },
      Line: {
        allOf: [
          { type: 'object', required: ['sku'], properties: { sku: { enum: ['tea', 'cup'] } } },
          {
            type: 'object',
            required: ['price'],
            properties: { price: { type: 'number', multipleOf: 0.25, minimum: 0 } },
          },
        ],
      },
    },
  },
}

test('values meet the schema they come from, edges included', () => {
  const validate = new Ajv2020.default({ strict: false, validateFormats: false }).compile({
    ...DOCUMENT.components.schemas.Order,
    components: DOCUMENT.components,
  })
  const amounts = new Set<unknown>()
  fc.assert(
    fc.property(valuesOf({ $ref: '#/components/schemas/Order' }, DOCUMENT), (value) => {
      expect(validate(value), JSON.stringify([value, validate.errors])).toBe(true)
      amounts.add((value as { amount: number }).amount)
    }),
    { seed: 1, numRuns: 300 },
  )
  expect(amounts).toContain(1)
  expect(amounts).toContain(99999)
})

test('stories are valid requests; a path takes the id of an order made before', () => {
  const stories = fc.sample(scenariosFromOpenApi(DOCUMENT, { id: 'shop', clock: '2026-05-04T09:00:00Z' }), {
    seed: 2,
    numRuns: 100,
  })
  const calls = stories.flatMap(({ when }) => when.flatMap((step) => (step.kind === 'call' ? [step] : [])))
  const kinds = new Set(
    calls.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '').replace(/\/orders\/.+/, '/orders/:id')}`),
  )
  expect([...kinds].sort()).toEqual(['GET /orders', 'GET /orders/:id', 'POST /orders'])
  expect(calls.some(({ path }) => /^\/orders\/\{\{s\d+\.body\.id\}\}$/.test(path))).toBe(true)
  expect(calls.some(({ path }) => /^\/orders\?limit=[1-5]$/.test(path))).toBe(true)
  expect(calls.every((step) => !('template' in step))).toBe(true)
})

test('a $ref that points nowhere is told', () => {
  expect(() => fc.sample(valuesOf({ $ref: '#/components/schemas/Gone' }, DOCUMENT))).toThrow(
    'expected something at #/components/schemas/Gone',
  )
})
