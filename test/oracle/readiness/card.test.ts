import { expect, test } from 'vitest'
import { cardOf, printCard } from '../../../oracle/readiness/card.ts'
import { ITEMS, type Item, parseResult, type Result } from '../../../oracle/readiness/result.ts'
import { ROWS } from '../../../oracle/readiness/rows.ts'

const NOW = { inputs: 'abc', nowMs: Date.parse('2026-11-26T12:00:00Z') }
const result = (
  item: Item,
  failures: number,
  of: number,
  figures: Record<string, number> = {},
  more: Partial<Result> = {},
): Result => ({
  schema: 'backlot.readiness-result/v1',
  item,
  at: '2026-11-25T12:00:00.000Z',
  inputs: NOW.inputs,
  counts: [{ what: 'all', failures, of }],
  figures,
  ...more,
})
const levelOf = (one: Result): string => {
  const row = cardOf(new Map([[one.item, one]]), NOW).rows.find(({ item }) => item === one.item)
  return `${row?.level} ${row?.blocks?.status ?? ''}`.trim()
}
const CLASSES = ['money', 'idempotency', 'retry', 'error', 'time', 'isolation', 'concurrency', 'cost', 'privacy']
const classes = (count: number, failures: number, of: number): Partial<Result> => ({
  counts: CLASSES.slice(0, count).map((what) => ({ what, failures, of })),
})

test('the card has a row for each of the eighteen items, in order', () => {
  expect(ROWS.map(({ item }) => item)).toEqual([...ITEMS])
})

test.each<readonly [string, Result]>([
  ['3 not-shown', result('shadow-review', 0, 58)],
  ['4 not-shown', result('shadow-review', 0, 59)],
  ['4 not-shown', result('shadow-review', 1, 93)],
  ['5', result('shadow-review', 0, 299)],
  ['5', result('shadow-review', 1, 473)],
  ['3 failed', result('shadow-review', 20, 59)],
  ['3 not-shown', result('soundness', 0, 298)],
  ['4 not-shown', result('soundness', 0, 299)],
  ['5', result('soundness', 0, 2995)],
  ['3 not-shown', result('replay', 0, 148)],
  ['4 not-shown', result('replay', 0, 149)],
  ['5', result('replay', 0, 598)],
  ['3 not-shown', result('domain-faults', 0, 0, { authors: 2 }, classes(9, 2, 29))],
  ['4 failed', result('domain-faults', 0, 0, { authors: 2 }, classes(9, 2, 30))],
  ['3 not-shown', result('domain-faults', 0, 0, { authors: 1 }, classes(9, 2, 30))],
  ['4 not-shown', result('domain-faults', 0, 0, { authors: 2 }, classes(9, 0, 101))],
  ['5', result('domain-faults', 0, 0, { authors: 2 }, classes(9, 0, 102))],
  ['3 not-shown', result('domain-faults', 0, 0, { authors: 2 }, classes(1, 0, 30))],
  ['3 not-shown', result('domain-faults', 0, 0, { authors: 2 }, classes(8, 0, 299))],
  ['3 not-shown', result('unseen-faults', 5, 30)],
  ['4 not-shown', result('unseen-faults', 4, 30)],
  ['5', result('unseen-faults', 0, 59)],
  ['3 not-shown', result('mutation', 0, 9, { untriaged: 0 })],
  ['3 not-shown', result('mutation', 0, 399, { untriaged: 0, census: 0 })],
  ['4 not-shown', result('mutation', 0, 9, { untriaged: 0, census: 1 })],
  ['3 not-shown', result('mutation', 86, 400, { untriaged: 0 })],
  ['4 failed', result('mutation', 85, 400, { untriaged: 0 })],
  ['5', result('mutation', 30, 400, { untriaged: 0 })],
  ['4 failed', result('mutation', 30, 400, { untriaged: 1 })],
  ['5', result('mutation', 84, 1000, { untriaged: 0 })],
  ['3 failed', result('mutation', 300, 400, { untriaged: 0 })],
  ['3 failed', result('pseudo-tested', 6, 100)],
  ['4 failed', result('pseudo-tested', 5, 100)],
  ['5', result('pseudo-tested', 0, 100)],
  [
    '5',
    result(
      'criteria',
      0,
      0,
      { items: 3 },
      { counts: ['AC-1', 'AC-2', 'AC-3'].map((what) => ({ what, failures: 0, of: 1 })) },
    ),
  ],
  ['3 not-shown', result('criteria', 0, 0, { items: 3 }, { counts: [{ what: 'AC-1', failures: 0, of: 1 }] })],
  ['3 failed', result('criteria', 0, 0, { items: 3 }, { counts: [{ what: 'AC-1', failures: 1, of: 1 }] })],
  ['4 failed', result('vacuity', 1, 20, { leastRuns: 30 })],
  ['4 not-shown', result('vacuity', 0, 20, { leastRuns: 29 })],
  ['5', result('vacuity', 0, 20, { leastRuns: 30 })],
  ['4 not-shown', result('sealed-gap', 0, 30, { builds: 30, upperPoints: 3 })],
  ['5', result('sealed-gap', 0, 100, { builds: 100, upperPoints: 3 })],
  ['3 failed', result('sealed-gap', 0, 100, { builds: 100, upperPoints: 11 })],
  ['4 not-shown', result('tamper', 0, 59)],
  ['5', result('tamper', 0, 299)],
  ['5', result('ambiguity', 0, 2000, { builds: 5, inputs: 2000, disagreements: 0, unseen: 0.01 })],
  ['3 failed', result('ambiguity', 1, 2000, { builds: 5, inputs: 2000, disagreements: 1, unseen: 0 })],
  ['3 not-shown', result('ambiguity', 0, 2000, { builds: 3, inputs: 2000, disagreements: 0, unseen: 0 })],
  ['5', result('fidelity', 0, 299, { moneyFailures: 0, daysOld: 30 })],
  ['4 failed', result('fidelity', 0, 299, { moneyFailures: 0, daysOld: 31 })],
  ['4 not-shown', result('residual', 10, 9999)],
  ['5', result('residual', 50, 10_000)],
  ['4 failed', result('residual', 51, 10_000)],
  ['5', result('fitness', 0, 9, { falseAlarms: 0 })],
  ['3 failed', result('fitness', 3, 9, { falseAlarms: 0 })],
  [
    '5',
    result(
      'cost',
      0,
      0,
      {},
      {
        counts: [
          { what: 'unpriced calls', failures: 0, of: 50 },
          { what: 'cost faults', failures: 0, of: 59 },
        ],
      },
    ),
  ],
  ['4 not-shown', result('cost', 0, 0, {}, { counts: [{ what: 'unpriced calls', failures: 0, of: 50 }] })],
  ['5', result('incidents', 0, 10, { days: 5 })],
  ['4 not-shown', result('incidents', 0, 9, { days: 5 })],
])('a row stands at %s (case %#)', (expected, one) => {
  expect([one.item, levelOf(one)]).toEqual([one.item, expected])
})

const ALL: readonly Result[] = [
  result('shadow-review', 0, 299),
  result('soundness', 0, 2995),
  result('replay', 0, 598),
  result('domain-faults', 0, 0, { authors: 2 }, classes(9, 0, 299)),
  result('unseen-faults', 0, 59),
  result('mutation', 0, 400, { untriaged: 0 }),
  result('pseudo-tested', 0, 40),
  result('criteria', 0, 0, { items: 1 }, { counts: [{ what: 'AC-1', failures: 0, of: 1 }] }),
  result('vacuity', 0, 40, { leastRuns: 30 }),
  result('sealed-gap', 0, 100, { builds: 100, upperPoints: 1 }),
  result('tamper', 0, 299),
  result('ambiguity', 0, 2000, { builds: 5, inputs: 2000, disagreements: 0, unseen: 0 }),
  result('fidelity', 0, 299, { moneyFailures: 0, daysOld: 3 }),
  result('residual', 0, 10_000),
  result('fitness', 0, 9, { falseAlarms: 0 }),
  result(
    'cost',
    0,
    0,
    {},
    {
      counts: [
        { what: 'unpriced calls', failures: 0, of: 9 },
        { what: 'cost faults', failures: 0, of: 59 },
      ],
    },
  ),
  result('incidents', 0, 10, { days: 1 }),
]
const cardWith = (...changed: readonly Result[]) =>
  cardOf(new Map([...ALL, ...changed].map((one) => [one.item, one])), NOW)

test('the level is the lowest row', () => {
  expect(cardWith()).toMatchObject({ level: 5 })
  expect(cardWith(result('tamper', 0, 100))).toMatchObject({ level: 4, lowest: ['tamper'] })
  expect(cardWith(result('replay', 9, 10), result('tamper', 0, 100))).toMatchObject({ level: 3, lowest: ['replay'] })
})

test('a row that was never measured blocks, and is told apart from one that failed', () => {
  const card = cardOf(new Map(ALL.filter(({ item }) => item !== 'replay').map((one) => [one.item, one])), NOW)
  expect(card).toMatchObject({ level: 3, lowest: ['replay'] })
  const text = printCard(card)
  expect(text).toMatch(
    / 3 {2}Replay: same seed, same hash\s+NOT SHOWN {2}-\n {4}never measured\. Next: npx backlot readiness --measure --replays 600\n/,
  )
  expect(printCard(cardWith(result('replay', 9, 10)))).toMatch(/FAILED\s+9 of 10: at most 99\.5 %/)
})

test('figures of other files, or of last week, do not count and drag freshness down', () => {
  const other = cardWith(result('replay', 0, 598, {}, { inputs: 'before' }))
  expect(other.rows.find(({ item }) => item === 'replay')).toMatchObject({ level: 3, fresh: false })
  expect(other.rows.find(({ item }) => item === 'freshness')).toMatchObject({
    level: 3,
    bound: "16 of 17 rows with figures are of today's files",
  })
  const old = cardWith(result('replay', 0, 598, {}, { at: '2026-11-19T11:59:59.000Z' }))
  expect(old.lowest).toEqual(['replay', 'freshness'])
})

test('a row says what to do next, how much of it and how long it takes', () => {
  const text = printCard(cardWith(result('soundness', 0, 299), result('shadow-review', 0, 60)))
  expect(text).toContain(
    'for L5: 0 of 299: at most 1 %, 0.1 % wanted. Next: npx backlot readiness --measure --runs 3000 (2696 x run of a good build, about 5 min of machine time)',
  )
  expect(text).toContain("(239 x reviewed change, about 4 days of a person's time)")
  expect(text).toContain('Level 4: the lowest row decides. It is held there by Shadow-review escapes, Soundness.')
})

test.each([
  ['not json', 'expected a result as JSON'],
  ['{"schema":"backlot.readiness-result/v1","item":"sleep"}', 'item'],
  [JSON.stringify(result('replay', 5, 4)), 'no more failures than tries'],
])('a result file that is none is told: %s', (text, message) => {
  expect(() => parseResult('x.json', text)).toThrow(message)
})

test('faults of one author are not made up for by more of them: no machine time is promised', () => {
  const { rows } = cardWith(result('domain-faults', 0, 0, { authors: 1 }, classes(9, 0, 299)))
  const row = rows.find(({ item }) => item === 'domain-faults')
  expect(row).toMatchObject({ level: 3, effort: '', blocks: { status: 'not-shown', missing: 0 } })
  expect(row?.blocks?.why).toMatch(/^faults of 1 author, 2 wanted\. Record those of another: --record domain-faults:/)
})
