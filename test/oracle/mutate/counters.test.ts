import { stripTypeScriptTypes } from 'node:module'
import { afterEach, expect, test } from 'vitest'
import { instrument } from '../../../oracle/mutate/instrument.ts'
import type { Switch } from '../../../oracle/mutate/switch.ts'

const WORD = 'm_counters'
const realm = globalThis as unknown as Record<string, Partial<Switch> | undefined>
afterEach(() => {
  delete realm[WORD]
})

/** The exports of a text as it is instrumented, with a limit on what it may count. */
async function counted(
  text: string,
  tickLimit: number,
): Promise<{ readonly held: Partial<Switch>; readonly f: (...args: unknown[]) => unknown }> {
  const held: Partial<Switch> = { ticks: 0, tickLimit, hitCount: 0, hitLimit: 1000 }
  realm[WORD] = held
  const { code } = await instrument([{ path: 'a.ts', text }], { families: ['generic'], word: WORD })
  const url = `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(code.get('a.ts') ?? ''))}`
  const { f } = (await import(url)) as { readonly f: (...args: unknown[]) => unknown }
  return { held, f }
}

test.each([
  ['while', 'export function f() { while (true) {} }'],
  ['do', 'export function f() { do {} while (true) }'],
  ['for without a block', 'export function f() { for (;;); }'],
  ['for of', 'const all = function* () { while (true) yield 1 }\nexport function f() { for (const _ of all()); }'],
  ['for in, over and over', 'export function f() { for (const _ in { a: 1 }) f() }'],
  ['a loop that swallows', 'export function f() { for (;;) { try { g() } catch {} } }\nconst g = () => { throw 1 }'],
  ['a loop around a loop that swallows', 'export function f() { for (;;) { try { for (;;); } catch {} } }'],
  ['recursion', 'export const f = (n: number): number => f(n + 1)'],
  ['twofold recursion', 'export const f = (n = 0): number => n > 60 ? 0 : f(n + 1) + f(n + 1)'],
  ['recursion that swallows', 'export function f(n = 0): void { if (n < 60) { try { f(n + 1) } catch {} f(n + 1) } }'],
  [
    'a method',
    'class A { go(n = 0): void { if (n < 60) { this.go(n + 1); this.go(n + 1) } } }\nexport const f = () => new A().go()',
  ],
])('what never ends is stopped by count: %s', async (_, text) => {
  const { held, f } = await counted(text, 5000)
  expect(() => f()).toThrow(/stopped by count: \d+ turns/)
  // Once it is reached, nothing goes on for long.
  expect(held.ticks).toBeLessThan(10_200)
})

test('a promise that leads to itself is stopped by count', async () => {
  const { f } = await counted('export async function f(): Promise<void> { await null; await f() }', 500)
  await expect(f()).rejects.toThrow('stopped by count')
})

test('what ends is counted and left alone', async () => {
  const { held, f } = await counted(
    'export function f(n: number) { let s = 0; for (let i = 0; i < n; i++) s += i; return s }',
    11,
  )
  expect(f(10)).toBe(45)
  expect(held.ticks).toBe(10)
  expect(() => f(10)).toThrow('stopped by count')
})

test('the place of a mutant that is passed too often ends it, and another mutant is not counted', async () => {
  const text = 'export function f(n: number) { let s = 0; while (s < n) s = s + 1; return s }'
  const { held, f } = await counted(text, Number.POSITIVE_INFINITY)
  const { mutants } = await instrument([{ path: 'a.ts', text }], { families: ['generic'], word: WORD })
  const endless = mutants.find(({ replacement }) => replacement === 's - 1')
  held.activeMutant = endless?.id
  expect(() => f(10)).toThrow('stopped by count: passed 1001 times')
  held.activeMutant = undefined
  expect(f(10)).toBe(10)
  expect(held.hitCount).toBe(1001)
})

test('places are counted while somebody wants to know', async () => {
  const { held, f } = await counted('export const f = (n: number) => n + 1', 1000)
  f(1)
  expect(held.counts).toBeUndefined()
  held.counts = {}
  f(1)
  f(1)
  expect(Object.values(held.counts)).toEqual([2])
})

test('code is called before it has run, in a cycle of imports, and finds its switch', async () => {
  const { f } = await counted(
    'export const g = early()\nfunction early() { return 1 + 1 }\nexport const f = () => g',
    1000,
  )
  expect(f()).toBe(2)
})
