import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBriefRules } from '../../../oracle/rules/brief.ts'
import { rule } from '../../../oracle/rules/builder.ts'
import { patternsOf, printRule, type Rule } from '../../../oracle/rules/rule.ts'
import { parseRuleFile } from '../../../oracle/rules/rule-file.ts'
import { translate } from '../../../oracle/rules/translate.ts'
import { anyRule, runTypeScript, sentence } from '../../support/rules.ts'

const EXAMPLES = [
  'PAY-3: For each `order`, at most 1 `bank.commit`.',
  'PAY-7: For each `order`, after `pay.start`, eventually `pay.ok` or `pay.declined` or `pay.error` within 10s.',
  'PAY-9: For each `order`, after `bank.ok`, never `bank.call`.',
  'PAY-11: For each `order`, always at least 100ms between `bank.call`.',
  'PAY-12: For each `order`, always `bank.commit.amount` = `pay.start.total`.',
  'PAY-13: For each `order`, total `bank.refund:data.amount` at most total `bank.commit.amount`.',
  'SHIP-2: For each `order`, before `order.shipped`, always `pay.ok`.',
  'SHIP-3: For each `order`, after `fraud.hold`, never `order.shipped` until `fraud.cleared`.',
  'ONB-1: For each `person`, after `okta.user.created`, eventually `slack.user.invited` and `jira.issue.created` within 15m.',
  'JOB-1: For each `job`, between `job.started` and `job.finished`, at most 3 `http.retry`.',
  'JOB-2: Between `job.started` and `job.finished`, never `http.retry`.',
  'RATE-1: At most 50 `slack.api.call` within 1m.',
  'ERR-1: Never `app.response[status>=500]`.',
  'ISO-1: Never `app.read[owner!=@tenant]`.',
  'COST-2: For each `request`, total `cost.line.amount` at most 0.040 USD.',
  'SEEN-1: Sometimes `pay.ok` after `pay.retry`, in at least 5% of runs.',
]

test.each(EXAMPLES)('a sentence reads and prints unchanged: %s', (text) => {
  expect(printRule(sentence(text))).toBe(text)
})

test('fields may stand without backticks, and a first word may be small', () => {
  expect(printRule(sentence('PAY-3: for each order or metadata.order, at most 1 `x`.'))).toBe(
    'PAY-3: For each `order` or `metadata.order`, at most 1 `x`.',
  )
})

/** The rule in a spelling and back. */
const SPELLINGS: Readonly<Record<string, (rules: readonly Rule[], types: readonly string[]) => readonly Rule[]>> = {
  english: (rules, types) => {
    const { rules: read, problems } = parseBriefRules(
      'BRIEF.md',
      `# B\n\n## Rules\n\n${translate(rules, 'english')}`,
      types,
    )
    expect(problems).toEqual([])
    return read
  },
  yaml: (rules, types) => {
    const { rules: read, problems } = parseRuleFile('x.rules.yaml', translate(rules, 'yaml'), types)
    expect(problems).toEqual([])
    return read
  },
  ts: (rules) => runTypeScript(translate(rules, 'ts')),
}
const plain = (rules: readonly Rule[]): unknown => rules.map((one) => ({ ...one, place: undefined }))

test.each(Object.keys(SPELLINGS))('any rule survives being written in %s and read back', (spelling) => {
  fc.assert(
    fc.property(fc.uniqueArray(anyRule, { selector: ({ id }) => id, minLength: 1, maxLength: 3 }), (rules) => {
      const types = rules.flatMap(({ clause }) => patternsOf(clause).map(({ type }) => type))
      // A known event that is the beginning of another's field would be taken for it: fields are settled by what is known.
      expect(plain(SPELLINGS[spelling]?.(rules, types) ?? [])).toEqual(plain(rules))
    }),
    { seed: 7, numRuns: 400 },
  )
})

test('a rule with a function stays in TypeScript, and is told so', () => {
  const one = rule('SUM-1').satisfy('sums match', 'pay.ok', () => undefined)
  expect(() => translate([one], 'yaml')).toThrow('expected rules that are data, got SUM-1')
})
