import { expect, test } from 'vitest'
import { instrument, suspicious } from '../../../oracle/mutate/instrument.ts'

const HONEST = 'export function f(a: number): number {\n  return a > 1 ? a + 1 : 0\n}\n'
const source = (text: string, path = 'src/a.ts'): { readonly path: string; readonly text: string } => ({ path, text })
const generic = { families: ['generic'], word: 'm_word' } as const

test('all mutants of a file stand in one text, switched under the word of this run and under no name of the instrumenter', async () => {
  const { mutants, code } = await instrument([source(HONEST)], generic)
  const text = code.get('src/a.ts') ?? ''
  expect(
    mutants.map(({ id, mutator, original, replacement }) => `${id} ${mutator}: ${original} -> ${replacement}`),
  ).toEqual([
    '0 BlockStatement: {\n  return a > 1 ? a + 1 : 0\n} -> {}',
    '1 ConditionalExpression: a > 1 -> true',
    '2 ConditionalExpression: a > 1 -> false',
    '3 EqualityOperator: a > 1 -> a >= 1',
    '4 EqualityOperator: a > 1 -> a <= 1',
    '5 ArithmeticOperator: a + 1 -> a - 1',
  ])
  expect(text).toContain('globalThis.m_word')
  expect(text).not.toMatch(/__stryker|__STRYKER|stry(NS|Cov|MutAct)_/)
})

test.each(['// Stryker disable all\n', '/* Stryker disable next-line all */ ', '/**\n * Stryker disable all\n */\n'])(
  'a directive that would switch mutants off is told, and has no effect: %s',
  async (directive) => {
    const told = suspicious(source(directive + HONEST))
    expect(told).toMatchObject([{ what: 'a Stryker directive', refused: false }])
    const { mutants } = await instrument([source(directive + HONEST)], generic)
    expect(mutants.filter(({ ignored }) => ignored !== undefined)).toEqual([])
    expect(mutants).toHaveLength(6)
  },
)

test('text that only looks like a directive stays as it is', async () => {
  const text = "export const hint = 'see: Stryker disable all'\n"
  const { code } = await instrument([source(text)], generic)
  expect(code.get('src/a.ts')).toContain('Stryker disable all')
})

test.each(['globalThis.__stryker__', 'process.env.__STRYKER_ACTIVE_MUTANT__', 'stryMutAct_9fa48("1")'])(
  'source that asks for the switch is refused: %s',
  async (name) => {
    await expect(instrument([source(`${HONEST}void ${name}\n`)], generic)).rejects.toThrow(
      'src/a.ts:4: expected no name of the mutation switch',
    )
  },
)

test('a fault that a generic mutant is too counts once, as the fault', async () => {
  const text = 'for (let attempt = 1; attempt <= max; attempt++) go()\n'
  const { mutants } = await instrument([source(text)], { ...generic, families: ['generic', 'domain'] })
  const forever = mutants.filter(({ original, replacement }) => original === 'attempt <= max' && replacement === 'true')
  expect(forever.map(({ mutator }) => mutator)).toEqual(['RetryUnbounded'])
})

test('functions are named file by file, and the list of mutators is left as it was', async () => {
  const one = source('export function one() {\n  return 1\n}\n', 'src/one.ts')
  const two = source('export const two = () => {\n  return 2\n}\n', 'src/two.ts')
  const { mutants } = await instrument([one, two], { families: ['extreme'], word: 'm_word' })
  expect([...new Set(mutants.map((mutant) => `${mutant.path} ${mutant.function}`))]).toEqual([
    'src/one.ts one',
    'src/two.ts two',
  ])
  const again = await instrument([one], generic)
  expect(new Set(again.mutants.map(({ family }) => family))).toEqual(new Set(['generic']))
})

test('only lines that are asked for are mutated', async () => {
  const text = 'export const a = 1 + 1\nexport const b = 2 + 2\n'
  const ranges = new Map([['src/a.ts', [{ from: 2, to: 2 }]]])
  const { mutants } = await instrument([source(text)], { ...generic, ranges })
  expect(mutants.map(({ start }) => start.line)).toEqual([2])
})
