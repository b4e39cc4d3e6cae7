import { expect, test } from 'vitest'
import { z } from 'zod'
import { fitting } from '../../../runner/fidelity/fitting.ts'
import { freshTwin } from '../../../runner/fidelity/replay.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

const schema = z.strictObject({
  rows: z.array(z.strictObject({ id: z.string(), size: z.int().optional() })).optional(),
  name: z.string().optional(),
})

test('rows that do not fit are left out, the others stay, and each is told', () => {
  const { seed, skipped } = fitting(schema, {
    rows: [{ id: 'a' }, { id: undefined as never }, { id: 'b', size: 0.5 }, { id: 'c' }],
    name: 7,
  })
  expect(seed).toEqual({ rows: [{ id: 'a' }, { id: 'c' }] })
  expect(skipped.map(({ at }) => at)).toEqual(['rows.1.id', 'rows.1.size', 'name'])
})

test('a seed that is none throws, and so does one that hardly fits', () => {
  expect(() => fitting(schema, 'none')).toThrow('expected object')
  const rows = Array.from({ length: 101 }, () => ({ id: 1 }))
  expect(() => fitting(schema, { rows })).toThrow('expected string')
})

test('a recording that tells something odd is still replayed, loudly', () => {
  const seeds: unknown[] = []
  const definition = {
    name: 'shelf',
    origins: ['https://shelf.test'],
    seed: schema,
    fidelity: { given: () => ({ rows: [{ id: 'a' }, { id: null }] }) },
    create: (_: unknown, seed: unknown) => void seeds.push(seed),
  } as unknown as TwinDefinition<unknown>
  const told: string[] = []
  freshTwin(definition, { file: 'one.har', exchanges: [] }, (words) => told.push(words))
  expect(seeds).toEqual([{ rows: [{ id: 'a' }] }])
  expect(told).toEqual([expect.stringContaining('one.har: left rows.1.id out of what the shelf twin begins with')])
})
