import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, createRecorder, digest, type Recorder } from '../../twins/trace.ts'

const recorder = (now = (): number => 5): Recorder => createRecorder(now, () => 'step-1')
const json = fc.jsonValue() as fc.Arbitrary<never>

test('canonical JSON is JSON, and reads back', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { seed: 7 },
  )
})

test('the order of keys does not matter, that of a list does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json, { noNullPrototype: true }), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse())
      expect(canonical(reversed)).toBe(canonical(value))
    }),
    { seed: 7 },
  )
  expect(digest([1, 2])).not.toBe(digest([2, 1]))
})

test('a key without a value is as if it were not there', () => {
  expect(canonical({ a: 1, b: undefined })).toBe('{"a":1}')
})

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [undefined]])('%s is no JSON', (value) => {
  expect(() => canonical(value)).toThrow(/^canonical: expected/)
  expect(() => canonical({ deep: [value] as never })).toThrow(/^canonical: expected/)
})

test('events are numbered, timed and attributed', () => {
  let nowMs = 5
  const trace = recorder(() => nowMs)
  trace.record('a', { x: 1 })
  nowMs = 9
  trace.record('b', {}, 'another')
  expect(trace.events).toEqual([
    { index: 0, atMs: 5, type: 'a', step: 'step-1', fields: { x: 1 } },
    { index: 1, atMs: 9, type: 'b', step: 'another', fields: {} },
  ])
})

test('the hash covers everything so far, whenever it is asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.boolean()), { minLength: 1 }), (plan) => {
      const often = recorder()
      const once = recorder()
      for (const [type, ask] of plan) {
        often.record(type, {})
        once.record(type, {})
        if (ask) often.hash()
      }
      expect(often.hash()).toBe(once.hash())
    }),
    { seed: 7 },
  )
})

test.each<readonly [string, (trace: Recorder) => void]>([
  ['another type', (trace) => trace.record('b', { x: 1 })],
  ['another field', (trace) => trace.record('a', { x: 2 })],
  ['another step', (trace) => trace.record('a', { x: 1 }, 'other')],
  ['one event more', (trace) => [trace.record('a', { x: 1 }), trace.record('a', { x: 1 })]],
  ['none', () => undefined],
])('the hash sees %s', (_, act) => {
  const honest = recorder()
  honest.record('a', { x: 1 })
  const other = recorder()
  act(other)
  expect(other.hash()).not.toBe(honest.hash())
  const late = recorder(() => 6)
  late.record('a', { x: 1 })
  expect(late.hash()).not.toBe(honest.hash())
})

test('a recorder with a limit lets the oldest go, and what stays keeps its number', () => {
  const limited = createRecorder(
    () => 5,
    () => 'step-1',
    10,
  )
  for (let nth = 0; nth < 1_000; nth++) limited.record('tick', { nth })
  expect(limited.events.length).toBeLessThanOrEqual(10)
  expect(limited.events.at(-1)).toMatchObject({ index: 999, fields: { nth: 999 } })
  for (const { index, fields } of limited.events) expect(fields.nth).toBe(index)
  expect(() => limited.hash()).toThrow('expected a whole trace')
})
