import { expect, test } from 'vitest'
import { matches } from '../../../oracle/match.ts'
import { common, fieldPatterns, roomAround, scalars, sizesOf } from '../../../runner/harden/alike.ts'
import type { Json } from '../../../twins/trace.ts'

const retry = (delayMs: number): string => `{"event":"retry","attempt":1,"delayMs":${delayMs}}`

test.each<readonly [string, readonly Json[], Json | undefined]>([
  ['what is equal', ['usd', 'usd'], 'usd'],
  ['what is equal and looks like a pattern cannot be asked for', ['/a/', '/a/'], undefined],
  ['numbers that differ', [4, 5], undefined],
  [
    'texts that differ in a number, by its digits',
    [retry(250), retry(1250)],
    '/^\\{"event":"retry","attempt":1,"delayMs":[0-9]{3,4}\\}$/',
  ],
  ['numbers that are the same stay', ['2 orders, 3.50', '2 orders, 4.50'], '/^2 orders, [0-9]{1}\\.50$/'],
  [
    'texts that begin alike',
    ['You paid 39.05 USD.\n\nThanks', 'You paid 39.05 USD.\n\nSee you'],
    '/^You paid 39\\.05 USD\\.\\n\\n/',
  ],
  ['a number that is cut off says nothing', ['Order number 12 of Ada', 'Order number 13 by Bob'], '/^Order number /'],
  ['short beginnings and bare numbers say nothing', ['re_1a', 're_1b'], undefined],
  ['bare numbers say nothing', ['100', '200'], undefined],
  [
    'objects key by key',
    [
      { a: 1, b: 2 },
      { a: 1, b: 3 },
    ],
    { a: 1 },
  ],
  ['lists item by item', [[{ a: 1, b: 2 }], [{ a: 1, b: 3 }]], [{ a: 1 }]],
  ['lists of different lengths say nothing', [[1], [1, 2]], undefined],
  [
    'a list with an item that says nothing says nothing',
    [
      ['x', 1],
      ['x', 2],
    ],
    undefined,
  ],
])('%s', (_, values, wanted) => {
  const found = common(values)
  expect(found).toEqual(wanted)
  if (found !== undefined) for (const value of values) expect(matches(value, found)).toBe(true)
})

test('a text that is always there and always another is asked to be there, where that is wanted', () => {
  expect(common([{ summary: 'a' }, { summary: 'b' }], true)).toEqual({ summary: '/./' })
  expect(common([{ summary: 'a' }, { summary: '' }], true)).toEqual({})
  expect(common([{ summary: 'a' }, { summary: 'b' }])).toEqual({})
})

test('a delay that became no number is noticed', () => {
  const found = common([retry(250), retry(410)])
  expect(found !== undefined && matches(retry(Number.NaN).replace('NaN', 'null'), found)).toBe(false)
})

test('conditions reach into lists by their places', () => {
  const call = { messages: [{ role: 'system' }, { role: 'user', content: 'Total 19.50 USD.' }], none: null, empty: '' }
  expect(scalars(call)).toEqual({
    'messages.0.role': 'system',
    'messages.1.role': 'user',
    'messages.1.content': 'Total 19.50 USD.',
  })
})

test('fields of a line of JSON are asked for one by one: a line that has them and more is good', () => {
  const line = (error: string, more: object = {}): string =>
    JSON.stringify({ ...more, event: 'receipt-failed', order: 'o1', error, attempt: 2 })
  const patterns = fieldPatterns([line('Error: a'), line('Error: b')])
  expect(patterns).toEqual(['/"event":"receipt-failed"/', '/"order":"o1"/', '/"attempt":2/'])
  expect(patterns.every((pattern) => matches(line('Error: c', { level: 'error' }), pattern))).toBe(true)
  expect(patterns.filter((pattern) => !matches('{"event":"receipt-failed"}', pattern))).toEqual(patterns.slice(1))
  expect(fieldPatterns(['ready', 'ready'])).toEqual([])
  expect(fieldPatterns([line('x'), '[1]'])).toEqual([])
})

test.each<readonly [string, readonly number[], string | undefined]>([
  ['of one size', [230, 380], '[1-4][0-9]{2}'],
  ['close to one another', [2010, 2020], '2[0-9]{3}'],
  ['across a power of ten', [800, 1200], '(?:[6-9][0-9]{2}|1[0-9]{3})'],
  ['down to nought', [3, 9], '(?:[0-9]|1[0-9]{1})'],
  ['that are all the same', [250, 250], undefined],
])('numbers %s are expected to be of that size', (_, delays, wanted) => {
  const texts = delays.map(retry)
  const found = sizesOf(texts)
  expect(found?.slice(found.indexOf('delayMs') + 9, found.indexOf('\\}$'))).toBe(wanted)
  for (const text of texts) if (found !== undefined) expect(matches(text, found)).toBe(true)
})

test('room around few numbers is half of what lies between them, and a text that differs in words has no size', () => {
  expect(roomAround([200, 300, 260])).toEqual([150, 350])
  expect(roomAround([1, 9])).toEqual([0, 13])
  expect(sizesOf([retry(250), '{"event":"other","attempt":1,"delayMs":300}'])).toBeUndefined()
  // Not whole: its digits are no number of their own.
  expect(sizesOf(['wait 1.05 s', 'wait 1.25 s'])).toBeUndefined()
})
