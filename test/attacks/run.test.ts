import { expect, test } from 'vitest'
import type { Attack } from '../../runner/attacks/attack.ts'
import { printAttacks, reportOf, runAttacks, tryAttack } from '../../runner/attacks/run.ts'
import type { Stand } from '../../runner/attacks/stand.ts'

const stand = {} as Stand
const attack = (more: Partial<Attack>): Attack => ({
  number: 1,
  name: 'an attack',
  how: 'attacks',
  expected: ['fail'],
  on: 'built-in',
  run: async () => ({ ending: 'fail', evidence: 'seen' }),
  control: async () => ({ works: true, how: 'an open door' }),
  ...more,
})

test.each<[string, Partial<Attack>, string]>([
  ['one that ends as it must, with evidence, and works without the defence', {}, 'caught'],
  ['one that passes', { run: async () => ({ ending: 'pass', evidence: 'seen' }) }, 'got-through'],
  [
    'one that ends otherwise than it must',
    { run: async () => ({ ending: 'inconclusive', evidence: 'seen' }) },
    'got-through',
  ],
  ['one without evidence', { run: async () => ({ ending: 'fail', evidence: undefined }) }, 'got-through'],
  ['one that works nowhere', { control: async () => ({ works: false, how: 'an open door' }) }, 'unproven'],
  ['one that cannot be tried', { run: () => Promise.reject(new Error('no git')) }, 'broken'],
])('%s is %3$s', async (_, more, status) => {
  expect(await tryAttack(attack(more), stand)).toMatchObject({ status })
})

test('only what is caught counts, the order is that of the corpus, and residuals are printed as such', async () => {
  const attacks = [
    attack({ number: 1, residual: 'what nobody sees' }),
    attack({ number: 2, run: async () => ({ ending: 'pass', evidence: 'x\u001b[2K' }) }),
    attack({ number: 3, control: async () => ({ works: false, how: 'an open door' }) }),
  ]
  const told: number[] = []
  const results = await runAttacks(attacks, stand, { parallel: 2, onDone: ({ number }) => void told.push(number) })
  expect([results.map(({ number }) => number), told.sort()]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ])
  const report = reportOf(results, { profile: 'bubblewrap', project: 'till' })
  expect([report.caught, report.of, report.rate]).toEqual([1, 3, 1 / 3])
  const text = printAttacks(report)
  expect(text).toMatch(/^caught {3}A1 /m)
  expect(text).toMatch(/^THROUGH {2}A2 .*x\\u\{1b\}\[2K/m)
  expect(text).toContain('expected it to work on an open door, but it did not')
  expect(text).toContain('A1: what nobody sees')
  expect(text.trim().split('\n').at(-1)).toBe('1 of 3 classes of attacks caught on till, in bubblewrap')
})
