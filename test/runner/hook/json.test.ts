import { expect, test } from 'vitest'
import { readJson } from '../../../runner/hook/json.ts'

const read = (text: string | Buffer): unknown => readJson(Buffer.from(text), 'it')

test('brackets inside strings are no nesting', () => {
  const text = JSON.stringify({ a: '['.repeat(100), b: '\\"{{{'.repeat(20) })
  expect(read(text)).toEqual(JSON.parse(text))
})

test.each([
  ['['.repeat(33) + ']'.repeat(33), 'more than 32 levels'],
  ['{"a":'.repeat(40_000), 'more than 32 levels'],
  ['{"a":{"__proto__":1}}', 'a key "__proto__"'],
  ['[{"\\u005f_proto__":1}]', 'a key "__proto__"'],
  ['{"a":1e999999}', 'a number too large'],
  ['[[-1e400]]', 'a number too large'],
  ['nope', 'expected JSON, got "nope"'],
  ['', 'got nothing'],
  [Buffer.from([0xc3, 0x28]), 'not UTF-8'],
])('%j is told apart: %s', (text, why) => {
  expect(() => read(text)).toThrow(why)
})

test('32 levels are fine, and a million brackets are refused in no time', () => {
  expect(read('['.repeat(32) + ']'.repeat(32))).toBeDefined()
  expect(() => read('['.repeat(1_000_000))).toThrow('more than 32 levels')
})
