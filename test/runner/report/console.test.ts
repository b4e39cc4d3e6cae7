import { expect, test } from 'vitest'
import { printVerdict } from '../../../runner/report/console.ts'
import { check, finding, forAPerson, passed, unsure, verdictOver } from './sample.ts'

const plain = { colour: false }
const others = ['4', '5'].map((seed) => finding({ seed, smallest: null, replay: `npx backlot replay ${seed}.json` }))

test('what failed comes first, what says the same is told once, and the last line is the verdict', () => {
  const twice = check({ findings: [finding(), ...others] })
  expect(printVerdict(verdictOver([passed('subject'), unsure, forAPerson, twice]), plain)).toMatchSnapshot()
})

test('a pass is short', () => {
  expect(printVerdict(verdictOver([passed('subject'), passed('PAY-1')]), plain)).toMatchSnapshot()
})

test('a part says that it is one, in the last line too, and compares nothing', () => {
  const text = printVerdict(verdictOver([check()], { shard: { index: 2, of: 4 } }), plain)
  expect(text.trimEnd().split('\n').at(-1)).toBe(
    'fail  billing: silent-retry.patch against HEAD (abc15b16), part 2 of 4 and no verdict yet',
  )
  expect(text).not.toContain('candidate  ▇')
})

test('runs out of the cache, missing runs, the tier and sealed scenarios are told with their numbers', () => {
  const text = printVerdict(
    verdictOver([passed('a')], {
      runs: { scenarios: 2, total: 5, expected: 6, cached: 3, virtualMs: 1000, wallMs: 100 },
      policy: { tier: 3, rule: 'src/money/**', owner: 'payments', demands: [], agent: null },
      holdout: { commitment: 'c', evaluated: 4, passed: false, requirements: ['AC-1'], budgetLeft: 2 },
    }),
    plain,
  )
  expect(text).toContain('5 of 6 runs (3 from the cache) of 2 scenarios')
  expect(text).toContain('policy: tier 3 by src/money/**, owner payments')
  expect(text).toContain('sealed scenarios: 4 evaluated, not passed; 2 evaluations left')
})

test('colour is only asked for', () => {
  expect(printVerdict(verdictOver([check()]), { colour: true })).toContain('\u001b[31m')
  expect(printVerdict(verdictOver([check()]), plain)).not.toContain('\u001b[')
})
