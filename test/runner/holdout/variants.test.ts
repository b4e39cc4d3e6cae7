import { expect, test } from 'vitest'
import { variantOf } from '../../../runner/holdout/variants.ts'
import { loadProject } from '../../../runner/project.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { REPOSITORY } from '../../support/cli.ts'

const place = { file: 'a', line: 1, column: 1 }
const call = (id: string, path: string, body: Record<string, string | number>): Scenario['when'][number] => ({
  kind: 'call',
  id,
  atMs: undefined,
  place,
  method: 'POST',
  path,
  headers: {},
  body: { json: body },
  capture: {},
})
const STORY: Scenario = {
  schema: 1,
  id: 'story',
  covers: [],
  title: 'A story',
  clock: '2026-05-04T09:00:00Z',
  zone: undefined,
  seeds: undefined,
  horizonMs: 1000,
  given: {},
  when: [
    call('a', '/pay', { order: 'o1', amount: 4900, currency: 'usd' }),
    call('b', '/orders/o1/close', { customer: 'ada@example.test' }),
  ],
  place,
  then: [
    {
      kind: 'state',
      path: 'stripe.charges',
      where: { amount: 4900 },
      count: { min: 1, max: 1 },
      is: undefined,
      sum: undefined,
      place,
    },
    { kind: 'answer', step: 'b', status: 200, headers: undefined, body: { order: 'o1' }, withinMs: undefined, place },
  ],
}
const variants = Array.from({ length: 60 }, (_, seed) => variantOf(STORY, `${seed}`)).filter((one) => one !== undefined)

test('a seed gives one variant, and other seeds give others', () => {
  expect(variantOf(STORY, '7')).toEqual(variantOf(STORY, '7'))
  expect(new Set(variants.map((one) => JSON.stringify(one))).size).toBeGreaterThan(40)
})

test('a name is another everywhere it stands, and what is no name stays', () => {
  for (const one of variants) {
    const text = JSON.stringify(one)
    const order = /"order":"(o\d+)"/.exec(text)?.[1] ?? ''
    expect(text).toContain(`/orders/${order}/close`)
    expect(text.match(new RegExp(`"order":"${order}"`, 'g'))).toHaveLength(2)
    expect(text).toContain('"currency":"usd"')
    expect(text).toMatch(/"customer":"ada\d*@example.test"/)
  }
  expect(variants.some((one) => !JSON.stringify(one).includes('"o1"'))).toBe(true)
})

test('an amount is another everywhere it is expected', () => {
  for (const one of variants) {
    const amounts = [...JSON.stringify(one).matchAll(/"amount":(\d+)/g)].map(([, amount]) => amount)
    expect(new Set(amounts).size).toBe(1)
  }
  expect(variants.some((one) => !JSON.stringify(one).includes('4900'))).toBe(true)
})

test('times and order change too; ids of steps do not', () => {
  expect(variants.some(({ clock }) => clock !== STORY.clock)).toBe(true)
  expect(variants.some(({ when }) => when[0]?.id === 'b')).toBe(true)
  for (const { when } of variants) expect(when.map(({ id }) => id).sort()).toEqual(['a', 'b'])
})

test('a step that needs the one before stays behind it', () => {
  const [a, b] = STORY.when
  const needy = { ...STORY, when: [a, { ...b, path: '/orders/{{a.body.id}}' }] } as Scenario
  for (let seed = 0; seed < 40; seed++) expect(variantOf(needy, `${seed}`)?.when[0]?.id ?? 'a').toBe('a')
})

test('every scenario of the billing example has variants', async () => {
  const project = await loadProject(`${REPOSITORY}/examples/billing`, 'billing')
  for (const scenario of project.scenarios) {
    const found = Array.from({ length: 6 }, (_, seed) => variantOf(scenario, `${seed}`)).filter(Boolean)
    expect(found.length, scenario.id).toBeGreaterThan(0)
  }
})
