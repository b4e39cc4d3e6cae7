import { expect, test } from 'vitest'
import { parseBriefRules } from '../../../oracle/rules/brief.ts'
import { readSentence, SentenceError } from '../../../oracle/rules/sentence.ts'

const errorOf = (text: string): string => {
  try {
    readSentence(text)
    return 'no error'
  } catch (error) {
    if (!(error instanceof SentenceError)) throw error
    return `${error.offset} ${error.message}`
  }
}

test.each([
  ['For each order, at most one `bank.commit`.', "24 expected a number, found 'one'."],
  [
    'For each order, after `pay.start`, eventualy `pay.ok` within 10s.',
    `35 expected 'eventually' or 'never', found 'eventualy'. Did you mean "eventually"?`,
  ],
  ['For each order after `pay.start`, eventually `pay.ok`.', "15 expected ',', found 'after'."],
  ['never `x`', "9 expected '.' before the end"],
  [
    'the order should be paid.',
    "0 expected 'never', 'always', 'after', 'before', 'between', 'total', 'sometimes' or a count, found 'the'.",
  ],
  [
    'nevr `x`.',
    `0 expected 'never', 'always', 'after', 'before', 'between', 'total', 'sometimes' or a count, found 'nevr'. Did you mean "never"?`,
  ],
  ['after `x`, never `y` within 10 seconds.', "28 expected a duration such as 10s, found '10'."],
  ['after `x`, eventually `y` or `z` and `w`.', "33 expected 'or' again; 'or' and 'and' do not mix"],
  ['Never `app.response[status is 500]`.', '6 expected a condition such as status>=500, got "status is 500"'],
  ['At most 1.5 `x`.', "8 expected a whole number, found '1.5'"],
  [
    'Always `amount` = `pay.ok.total`.',
    '7 expected a field such as cost.line.amount or stripe.charge.succeeded:metadata.order, got "amount"',
  ],
  ['Never `x` ; `y`.', "10 unexpected ';'"],
  ['At least 2 `x` within 5s.', "15 expected 'within' only with 'at most', got it with 'at least'"],
  [
    'Sometimes `x`, in at least 0% of runs.',
    '27 expected a share such as 5% or 12.5%, above 0% and up to 100%, got "0%"',
  ],
  ['Total `x.amount` at most 5.', "26 expected a unit such as USD or cents, found '.'."],
])('what is outside the grammar is told with its column: %s', (text, message) => {
  expect(errorOf(text)).toBe(message)
})

const WHOLE = [
  'For each order, after `pay.start`, eventually `pay.ok` or `pay.declined` within 10s.',
  'For each order, after `fraud.hold`, never `order.shipped` until `fraud.cleared`.',
  'Before `order.shipped`, always `pay.ok`.',
  'Between `job.started` and `job.finished`, at most 3 `http.retry`.',
  'Always at least 100ms between `bank.call`.',
  'Total `a.x` at most total `b.y`.',
  'Sometimes `pay.ok` after `pay.retry`, in at least 5% of runs.',
]
test('every misspelt keyword is an error', () => {
  const keywords =
    /(?<![`\w.])(?:For|each|at|after|eventually|or|and|within|never|always|least|most|between|before|until|total|in|of|runs|Before|Between|Always|Total|Sometimes)(?![\w.`])/g
  const missed = WHOLE.flatMap((text) =>
    [...text.matchAll(keywords)].flatMap(({ 0: word, index }) => {
      const wrong = `${text.slice(0, index)}${word}x${text.slice(index + word.length)}`
      return errorOf(wrong) === 'no error' ? [wrong] : []
    }),
  )
  expect(WHOLE.map(errorOf)).toEqual(WHOLE.map(() => 'no error'))
  expect(missed).toEqual([])
})

const brief = (list: string): readonly string[] =>
  parseBriefRules('BRIEF.md', `# Pay\n\n## Rules\n\n${list}`, ['pay.start', 'pay.ok', 'mail.sent']).problems.map(
    ({ line, column, text }) => `${line}:${column} ${text}`,
  )

test('a bullet of a brief is a rule, and what follows its full stop is the why', () => {
  const { rules, problems } = parseBriefRules(
    'BRIEF.md',
    '## Rules\n\n- PAY-1: For each order,\n  at most 1 `pay.ok`. Nobody\n  pays twice.\n- PAY-2: Never `mail.sent`.\n\n## Notes\n\n- free text\n',
    ['pay.ok', 'mail.sent'],
  )
  expect(problems).toEqual([])
  expect(rules.map(({ id, why, per, place }) => [id, why, per, place?.line])).toEqual([
    ['PAY-1', 'Nobody pays twice.', ['order'], 3],
    ['PAY-2', '', [], 6],
  ])
})

test.each([
  ['- PAY-1: At most 1 `pay.okk`.\n', ['5:21 PAY-1: no event "pay.okk" can occur. Did you mean "pay.ok"?']],
  [
    '- PAY-1: For each order, after `pay.start`,\n  eventualy `pay.ok`.\n',
    [`6:3 PAY-1: expected 'eventually' or 'never', found 'eventualy'. Did you mean "eventually"?`],
  ],
  ['- PAY-1: Never `mail.sent`\n', ["5:27 PAY-1: expected '.' before the end."]],
  ['- Nobody pays twice.\n', ['5:1 expected an item such as "- PAY-3: …", got one without an id.']],
  ['- PAY-1: Never `pay.ok`.\n- PAY-1: Never `mail.sent`.\n', ['6:3 PAY-1 is used twice, first on line 5.']],
  [
    '- PAY-1: Always `pay.ok.amount` = `pay.strat.total`.\n',
    ['5:36 PAY-1: no event "pay.strat" can occur. Did you mean "pay.start"?'],
  ],
])('a mistake in a brief is told at its line and column: %s', (list, problems) => {
  expect(brief(list)).toEqual(problems)
})

test('a field is settled by the events that are known', () => {
  const { rules } = parseBriefRules(
    'B.md',
    '## Rules\n- A-1: Total `stripe.refund.created.data.amount` at most 5 USD.\n',
    ['stripe.refund.created'],
  )
  expect(rules[0]?.clause).toMatchObject({ of: { type: 'stripe.refund.created', field: 'data.amount' } })
})
