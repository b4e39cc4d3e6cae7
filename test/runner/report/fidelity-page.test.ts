import { expect, test } from 'vitest'
import type { Interaction } from '../../../runner/fidelity/replay.ts'
import { score } from '../../../runner/fidelity/score.ts'
import { fidelityPage } from '../../../runner/report/html/fidelity.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const seen = (operation: string, outcome: Interaction['outcome']): Interaction => ({
  file: 'day.har',
  entry: 3,
  operation,
  recordedMs: NOW,
  outcome,
})
const INTERACTIONS = [
  seen('refunds.create', { kind: 'match' }),
  seen('refunds.create', {
    kind: 'differs',
    differences: [{ at: 'status', expected: '<script>alert(1)</script>', got: '402' }],
  }),
  seen('POST /v1/odd', { kind: 'unmodelled', why: 'Not built.' }),
] as readonly Interaction[]
const page = (interactions = INTERACTIONS, reached = true): string =>
  fidelityPage(score('stripe', 1, interactions, []), reached, NOW, '1.0.0')

test('the page shows each operation with its shares, its first difference and why it is not modelled', () => {
  const text = page()
  expect(text).toContain('1 of 2 modelled interactions')
  expect(text).toContain('2 of 3 interactions')
  expect(text).toContain('aria-label="1 of 2 match"')
  expect(text).toContain('<rect class="bad" x="50%" width="50%"')
  expect(text).toContain('(day.har entry 3)')
  expect(text).toContain('Not built.')
})

test('what a recording says cannot become part of the page, which runs no script at all', () => {
  expect(page()).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page()).not.toContain('<script')
  expect(page()).toContain('default-src &#39;none&#39;')
})

test.each([
  ['pass', INTERACTIONS, true],
  ['fail', INTERACTIONS, false],
  ['inconclusive', [], false],
] as const)('its colour says %s', (status, interactions, reached) => {
  expect(page(interactions, reached)).toContain(`<header class="top ${status}">`)
})
