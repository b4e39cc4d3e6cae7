import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exact } from '../../../twins/postgres/exact.ts'

test.each([
  ['1', 1],
  ['-12.50', -12.5],
  ['999999999999999', 999_999_999_999_999],
  ['12345678901234567', '12345678901234567'],
  ['-12345678901.0123456789', '-12345678901.0123456789'],
  ['0.0000001', '0.0000001'],
  ['-0', '-0'],
  ['-0.0', '-0.0'],
  ['1e3', 1000],
])('%s is kept as it reads', (number, expected) => {
  expect(exact(`[{"n": ${number}, "list": [ ${number} ,\n${number}]}]`)).toEqual([
    { n: expected, list: [expected, expected] },
  ])
})

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max })
const number = fc
  .tuple(fc.constantFrom('', '-'), digits(0, 20), digits(0, 20))
  .map(([sign, whole, part]) => `${sign}${whole.replace(/^0+/, '') || '0'}${part === '' ? '' : `.${part}`}`)

test('whatever the digits, none is lost', () => {
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), (numbers) => {
      const kept = exact(`[{"a": ${numbers.join('}, {"a":')}}]`) as readonly { readonly a: string | number }[]
      const plain = (text: string): string => (text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text)
      expect(kept.map(({ a }) => plain(String(a)))).toEqual(numbers.map(plain))
    }),
    { seed: 7, numRuns: 300 },
  )
})
