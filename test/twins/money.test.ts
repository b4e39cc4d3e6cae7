import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type CostLine,
  createMeter,
  type Meter,
  multiply,
  type Price,
  sum,
  toDecimal,
  totals,
  toUnits,
} from '../../twins/money.ts'

const units = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
const price = (more: Partial<Price> = {}): Price => ({
  sku: 'charge',
  rate: '0.029',
  fixed: '0.30',
  currency: 'USD',
  per: 'dollar',
  source: 'https://example.com/pricing',
  readOn: '2026-11-24',
  ...more,
})
function meter(): { readonly meter: Meter; readonly told: CostLine[] } {
  const told: CostLine[] = []
  return {
    meter: createMeter(
      () => ({ atMs: 1, step: 's', key: 's/stripe.x#1' }),
      (line) => void told.push(line),
    ),
    told,
  }
}

test('decimals survive the trip', () => {
  fc.assert(
    fc.property(units, (value) => {
      expect(toUnits(toDecimal(value))).toBe(value)
    }),
    { seed: 7 },
  )
})

test.each([
  ['1', 1_000_000_000_000n],
  ['-0.30', -300_000_000_000n],
  ['1e-6', 1_000_000n],
  ['2.5E3', 2_500_000_000_000_000n],
  ['0.000000000001', 1n],
])('%s is %d units', (decimal, expected) => {
  expect(toUnits(decimal)).toBe(expected)
})

test.each(['', 'ten', '1,5', '.5', '1.', '0x1', '1 ', 'NaN', '1e-13', '0.0000000000001', '1e99'])(
  '"%s" is no amount',
  (text) => {
    expect(() => toUnits(text)).toThrow(/^money: expected/)
  },
)

test('ten cents ten times make a dollar: money is no float', () => {
  expect(sum(Array.from({ length: 10 }, () => '0.1'))).toBe('1')
  expect(sum([])).toBe('0')
})

test('sums do not hang on their order', () => {
  fc.assert(
    fc.property(fc.array(units), (values) => {
      const decimals = values.map(toDecimal)
      expect(sum(decimals)).toBe(sum(decimals.toReversed()))
      expect(toUnits(sum(decimals))).toBe(values.reduce((total, value) => total + value, 0n))
    }),
    { seed: 7 },
  )
})

test('a product is rounded half to even', () => {
  expect(multiply(5n, 500_000_000_000n)).toBe(2n)
  expect(multiply(7n, 500_000_000_000n)).toBe(4n)
  expect(multiply(-5n, 500_000_000_000n)).toBe(-2n)
  expect(multiply(toUnits('49'), toUnits('0.029'))).toBe(toUnits('1.421'))
})

test('an act costs its rate per unit and its fixed part', () => {
  const { meter: meter_, told } = meter()
  meter_.addPrices('stripe', [price()])
  meter_.charge('stripe', 'charge', '49.00')
  meter_.charge('stripe', 'charge', 100)
  expect(meter_.bill.lines.map(({ amount, quantity }) => [quantity, amount])).toEqual([
    ['49.00', '1.721'],
    ['100', '3.2'],
  ])
  expect(meter_.bill.lines[0]).toMatchObject({
    atMs: 1,
    step: 's',
    key: 's/stripe.x#1',
    twin: 'stripe',
    sku: 'charge',
    currency: 'USD',
  })
  expect(told).toEqual(meter_.bill.lines)
})

test('what has no price is not free: it is on record as unpriced', () => {
  const { meter: meter_, told } = meter()
  meter_.addPrices('stripe', [price()])
  meter_.charge('openai', 'charge', 1)
  meter_.charge('stripe', 'refund', 1)
  expect(meter_.bill).toEqual({
    lines: [],
    unpriced: [
      { atMs: 1, step: 's', twin: 'openai', sku: 'charge' },
      { atMs: 1, step: 's', twin: 'stripe', sku: 'refund' },
    ],
  })
  expect(told).toEqual([])
})

test('totals are kept by currency', () => {
  const { meter: meter_ } = meter()
  meter_.addPrices('a', [
    price({ rate: '0', fixed: '0.10' }),
    price({ sku: 'euro', rate: '1', fixed: '0', currency: 'EUR' }),
  ])
  meter_.charge('a', 'charge', 1)
  meter_.charge('a', 'charge', 1)
  meter_.charge('a', 'euro', '2.5')
  expect(totals(meter_.bill.lines)).toEqual({ EUR: '2.5', USD: '0.2' })
})
