import { expect, test } from 'vitest'
import { z } from 'zod'
import { type Shape, skeleton } from '../../../runner/guide/skeleton.ts'

const shown = (schema: z.ZodType): string =>
  skeleton(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as Shape).join('\n')

test('a schema is shown as the YAML it asks for', () => {
  const schema = z.strictObject({
    keys: z.array(z.string()).optional(),
    site: z.strictObject({ name: z.string(), open: z.boolean().optional() }).describe('Where it stands'),
    cards: z.array(z.strictObject({ brand: z.enum(['visa', 'amex']), limits: z.record(z.string(), z.int()) })),
    by_day: z.record(z.string(), z.strictObject({ calls: z.int().nullable() })).optional(),
    body: z.union([z.string(), z.strictObject({ text: z.literal('x') })]).optional(),
    anything: z.json().optional(),
  })
  expect(shown(schema)).toBe(
    [
      'keys?: [string]',
      'site: # Where it stands',
      '  name: string',
      '  open?: boolean',
      'cards:',
      '  - brand: "visa" | "amex"',
      '    limits: { <name>: integer }',
      'by_day?:',
      '  <name>:',
      '    calls: integer | null',
      'body?: # or string',
      '  text: "x"',
      'anything?: any',
    ].join('\n'),
  )
})

test('many choices are cut, and what contains itself ends', () => {
  expect(shown(z.strictObject({ day: z.enum(Array.from({ length: 31 }, (_, at) => `d${at + 1}`)) }))).toBe(
    'day: "d1" | "d2" | "d3" | "d4" | "d5" | "d6" | "d7" | "d8" | … 23 more',
  )
  const tree = z.strictObject({
    name: z.string(),
    get inner() {
      return z.array(tree).optional()
    },
  })
  expect(shown(z.strictObject({ tree })).split('\n').length).toBeLessThan(20)
})
