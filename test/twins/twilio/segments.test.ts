import { expect, test } from 'vitest'
import { segmentsOf } from '../../../twins/twilio/segments.ts'

test.each([
  ['', 1],
  ['x'.repeat(160), 1],
  ['x'.repeat(161), 2],
  ['x'.repeat(306), 2],
  ['x'.repeat(307), 3],
  ['€'.repeat(80), 1],
  ['€'.repeat(81), 2],
  ['ж'.repeat(70), 1],
  ['ж'.repeat(71), 2],
  ['ж'.repeat(135), 3],
  ['👍'.repeat(35), 1],
  ['👍'.repeat(36), 2],
  // 33 pairs are 66 units of 67: the pair that follows is not cut in two.
  ['👍'.repeat(67), 3],
  ['é'.repeat(160), 1],
  ['ê'.repeat(71), 2],
])('%s is so many segments', (body, segments) => {
  expect(segmentsOf(body)).toBe(segments)
})
