import { expect, test } from 'vitest'
import { printMicroUsd, printUsage, readUsage, sumCosts } from '../../../runner/hook/usage.ts'

test('what is not reported is unreported, not nothing', () => {
  expect(readUsage(undefined)).toEqual({
    inputTokens: 'unreported',
    outputTokens: 'unreported',
    cachedTokens: 'unreported',
    costMicroUsd: 'unreported',
    costIsEstimate: false,
    wallMs: 'unreported',
  })
  expect(readUsage({ costUsd: 0, inputTokens: 0 })).toMatchObject({ costMicroUsd: 0, inputTokens: 0 })
})

test('money adds up in whole millionths, and tells how many said nothing', () => {
  const tenth = readUsage({ costUsd: 0.1 })
  expect(sumCosts([tenth, readUsage({ costUsd: 0.2 }), readUsage(undefined)])).toEqual({
    microUsd: 300_000,
    unreported: 1,
  })
})

test.each([
  [0, '0.00 USD'],
  [420_000, '0.42 USD'],
  [1, '0.000001 USD'],
  [12_345_600, '12.3456 USD'],
])('%d millionths print as %s', (microUsd, text) => {
  expect(printMicroUsd(microUsd)).toBe(text)
})

test('a line of usage says whose word it is', () => {
  expect(printUsage(readUsage({ costUsd: 0.42, costIsEstimate: true, inputTokens: 5 }))).toBe(
    '0.42 USD (estimate), 5 tokens in, unreported out, as reported by the agent',
  )
  expect(printUsage(readUsage(undefined))).toBe('cost unreported, tokens unreported, as reported by the agent')
})
