import { expect, test } from 'vitest'
import { fingerprint, noticesOf } from '../../../runner/report/notices.ts'
import { check, finding, forAPerson, passed, unsure, verdictOver } from './sample.ts'

test('what there is to tell comes worst first, and a pass tells nothing', () => {
  const notices = noticesOf(verdictOver([passed('a'), unsure, forAPerson, check()]))
  expect(notices.map(({ status, check: id }) => [status, id])).toEqual([
    ['fail', 'PAY-1'],
    ['needs-human', 'intake.dependencies'],
    ['inconclusive', 'MAIL-1'],
  ])
  expect(noticesOf(verdictOver([passed('a')]))).toEqual([])
})

test.each(['/etc/passwd:1:1', '../../x.yaml:1:1', 'a/../../x.yaml:1:1', 'somewhere', 'x.yaml:1', null])(
  'a place that is none, or lies outside, is left out: %s',
  (place) => {
    expect(noticesOf(verdictOver([check({ findings: [finding({ place })] })]))[0]?.place).toBeNull()
  },
)

test('a finding keeps its fingerprint while line, seed and value move, and no longer', () => {
  const print = (more: Parameters<typeof finding>[0], id = 'PAY-1'): string | undefined =>
    noticesOf(verdictOver([check({ id, findings: [finding(more)] })])).map(fingerprint)[0]
  const first = print({})
  expect(
    print({ seed: '9', message: 'expected 3, got 4', place: 'backlot/scenarios/refunds.scenario.yaml:99:1' }),
  ).toBe(first)
  expect(print({ scenario: 'other' })).not.toBe(first)
  expect(print({ place: 'elsewhere.yaml:12:5' })).not.toBe(first)
  expect(print({}, 'PAY-2')).not.toBe(first)
})
