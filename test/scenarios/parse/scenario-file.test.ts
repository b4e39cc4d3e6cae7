import { expect, test } from 'vitest'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import { printProblem } from '../../../scenarios/scenario.ts'
import { slack } from '../../../twins/slack/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { ledger } from '../support/ledger.ts'

const catalogue = { twins: [ledger], rules: ['PAY-1'] }

/** A scenario that uses every key of the format. */
const WHOLE = `schema: 1
id: whole
title: Everything at once
covers: [AC-1]
clock: 2026-05-04T08:59:58Z
zone: Europe/Berlin
seeds: 5
horizon: +8h
given:
  ledger: { webhook: "https://shop.test/hook" }
when:
  - { at: +0s, as: broken, fault: { on: ledger.entries.create, kind: status, nth: 1, status: 503, retry-after: 30s, until: +8h, where: { amount: 5 }, times: 2, rate: "0.5", attempt: 1 } }
  - { as: late, fault: { on: ledger.webhook, kind: reorder, by: 20s, silent: true } }
  - { at: +1s, as: pay, call: POST /orders, headers: { X-Key: a }, body: { amount: 5 }, capture: { order: body.id } }
  - { pass: 5m }
  - { as: look, call: "GET /orders/{{order}}?x={{pay.body.id}}" }
  - { event: ledger.audit, with: { by: "{{order}}" } }
  - { heal: ledger.entries.create }
  - { together: [{ as: one, call: POST /orders, text: raw }, { call: POST /orders }] }
  - { at: +6h, signal: SIGTERM }
then:
  - { answer: pay, status: [200, 201], headers: { x: y }, body: { ok: true }, within: 3s }
  - { state: ledger.entries, where: { amount: 5 }, count: { at-least: 1, at-most: 3 }, sum: { field: amount, is: "5" } }
  - { state: ledger.entries.0.amount, is: 5 }
  - { calls: ledger.entries.create, where: { params.amount: 5 }, count: 1, before: +1h, after: +5m }
  - { rule: PAY-1 }
  - { cost: per-request, at-most: 0.040 USD }
incident: INC-2041
evidence: { source: otlp+har, sha256: 3f1c9a00, redaction: v1, ledger: inc-2041.ledger.json, kept: inc-2041.evidence.jsonl }
proof: { red-on: 4c1d9e2, green-on: 77ab010, vacuous-without-fault: false, minimal: true }
ignore:
  - { field: $.body.meta.trace_id, as: pattern, pattern: "^[0-9a-f]{32}$", why: the edge proxy adds it, owner: payments, expires: 2027-01-31 }
  - { field: "$.body.rows[*].weight", as: tolerance, by: "0.5", why: a scale is a scale, owner: depot, expires: 2027-01-31 }
  - { field: $.headers.x-trace, as: uuid, why: the edge proxy adds it, owner: payments, expires: 2027-01-31 }
`

const problemsOf = (text: string, file = 'a.scenario.yaml'): readonly string[] =>
  parseScenarioFile(file, text, catalogue).problems.map(printProblem)

test('every key of the format is understood', () => {
  const { scenarios, problems } = parseScenarioFile('a.scenario.yaml', WHOLE, catalogue)
  expect(problems).toEqual([])
  const [scenario] = scenarios
  expect(scenario).toMatchObject({
    id: 'whole',
    horizonMs: 8 * 3_600_000,
    zone: 'Europe/Berlin',
    seeds: 5,
    covers: ['AC-1'],
  })
  expect(scenario?.when.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'fault broken',
    'fault late',
    'call pay',
    'pass 4',
    'call look',
    'event 6',
    'heal 7',
    'together 8',
    'signal 9',
  ])
  expect(scenario?.when[0]).toMatchObject({
    atMs: 0,
    fault: { untilMs: Date.parse('2026-05-04T16:59:58Z'), retryAfterMs: 30_000, rate: 0.5 },
  })
  expect(scenario?.then.map(({ kind }) => kind)).toEqual(['answer', 'state', 'state', 'calls', 'rule', 'cost'])
})

test('what it was made from, what was shown of it and what may be overlooked stand in the scenario', () => {
  const [scenario] = parseScenarioFile('a.scenario.yaml', WHOLE, catalogue).scenarios
  expect(scenario).toMatchObject({
    incident: 'INC-2041',
    evidence: { source: 'otlp+har', redaction: 'v1', ledger: 'inc-2041.ledger.json' },
    proof: { 'red-on': '4c1d9e2', minimal: true },
    ignore: [{ as: 'pattern' }, { as: 'tolerance', by: '0.5' }, { as: 'uuid', owner: 'payments' }],
  })
})

test.each([
  ['$.body.amount', 'money'],
  ['$.body.invoice.totalPrice', 'money'],
  ['$.body.status', 'state'],
  ['$.body.id', 'an id'],
  ['$.body.customer_id', 'an id'],
  ['$.body.*', 'everything below a field'],
])('a rule to overlook %s is refused: it is %s', (field, what) => {
  expect(problemsOf(change('$.body.meta.trace_id', field))).toEqual([
    expect.stringContaining(`expected no rule on ${what}, got "${field}"`),
  ])
})

test('the horizon is ten minutes after the last thing that is planned', () => {
  const { scenarios } = parseScenarioFile('a.scenario.yaml', WHOLE.replace('horizon: +8h\n', ''), catalogue)
  expect(scenarios[0]?.horizonMs).toBe(6 * 3_600_000 + 600_000)
})

test('each key misspelt in turn is an error on its own line, with the right name', () => {
  const lines = WHOLE.split('\n')
  let tried = 0
  for (const [at, line] of lines.entries()) {
    for (const match of line.matchAll(/(?<=^|[{,]\s|-\s\{\s|^\s+)([a-z][a-z-]*)(?=:\s|:$)/g)) {
      const [key] = match
      // State inside given, free fields and header names are not the format's.
      if (['amount', 'ledger', 'webhook', 'order', 'ok', 'x', 'by'].includes(key) && !line.includes('reorder')) continue
      if (key.length < 2) continue
      const typo = `${key.slice(0, 1)}q${key.slice(1)}`
      const damaged = line.slice(0, match.index) + typo + line.slice((match.index ?? 0) + key.length)
      const found = problemsOf(lines.map((other, index) => (index === at ? damaged : other)).join('\n'))
      expect(
        found.some((problem) => problem.startsWith(`a.scenario.yaml:${at + 1}:`) && problem.includes(typo)),
        `${typo}: ${found.join(' | ')}`,
      ).toBe(true)
      if (key.length > 3) expect(found.join('\n'), typo).toContain(`"${key}"`)
      tried += 1
    }
  }
  expect(tried).toBeGreaterThan(60)
})

const change = (from: string, to: string): string => {
  if (!WHOLE.includes(from)) throw new Error(`the whole scenario lacks ${from}`)
  return WHOLE.replace(from, to)
}

test('a decimal that a number keeps as it stands may stand in a body', () => {
  const text = change('body: { amount: 5 }', 'body: { lat: 52.5, lon: -13.4, money: "49.00" }')
  const { scenarios, problems } = parseScenarioFile('a.scenario.yaml', text, catalogue)
  expect(problems).toEqual([])
  expect(JSON.stringify(scenarios)).toContain('{"lat":52.5,"lon":-13.4,"money":"49.00"}')
})

test.each([
  ['broken YAML', 'given:', 'given: [', '11:1: error: cannot read this YAML'],
  ['a key twice', 'seeds: 5', 'seeds: 5\nseeds: 6', '8:1: error: cannot read this YAML: Map keys must be unique'],
  ['an alias', 'title: Everything at once', 'title: &a Everything\nx: *a', 'expected the value itself, got an alias'],
  [
    'an unquoted decimal',
    'body: { amount: 5 }',
    'body: { amount: 49.00 }',
    'expected a quoted decimal, got 49.00, which YAML reads as the number 49. Write "49.00".',
  ],
  ['a rate that is no text', 'rate: "0.5"', 'rate: 0.5', 'rate: expected a text in quotes, got 0.5. Write "0.5".'],
  ['an unknown way to overlook', 'as: uuid', 'as: uid', 'as: expected a known value, got "uid". Did you mean "uuid"?'],
  ['a rule without an owner', ', owner: depot', '', 'expected the key "owner", got none.'],
  ['a broken pattern', '{32}$"', '{32}$("', 'expected a regular expression, got'],
  ['a proof that is none', 'minimal: true', 'minimal: perhaps', 'minimal: expected boolean, got "perhaps".'],
  ['a digest that is none', '3f1c9a00', 'zzz', 'sha256: expected hexadecimal digits'],
  [
    'an impossible time',
    'clock: 2026-05-04T08:59:58Z',
    'clock: 4 May 2026',
    '5:8: error: clock: expected a UTC time such as 2026-05-04T08:59:58Z, got "4 May 2026".',
  ],
  [
    'an unknown zone',
    'Europe/Berlin',
    'Europe/Atlantis',
    '6:7: error: expected a time zone such as Europe/Berlin, got "Europe/Atlantis".',
  ],
  [
    'an impossible offset',
    'at: +1s,',
    'at: 1 second,',
    'at: expected an offset such as +0s, +250ms or +5m, got "1 second".',
  ],
  ['time going back', 'at: +6h', 'at: +0s', 'expected a time at or after the step before, got +0s.'],
  [
    'an unknown twin in given',
    '  ledger: {',
    '  ledgre: {',
    '10:3: error: unknown twin "ledgre". Did you mean "ledger"?',
  ],
  [
    'state that the twin refuses',
    'webhook: "https',
    'webhok: "https',
    '10:13: error: unknown key "webhok". Did you mean "webhook"?',
  ],
  [
    'an unknown twin in a fault',
    'on: ledger.webhook',
    'on: legder.webhook',
    '13:30: error: unknown twin "legder". Did you mean "ledger"?',
  ],
  [
    'an unknown operation',
    'heal: ledger.entries.create',
    'heal: ledger.entries.crate',
    'ledger has no operation "entries.crate". Did you mean "entries.create"?',
  ],
  [
    'an unknown event',
    'event: ledger.audit',
    'event: ledger.adit',
    'ledger has no event "adit". Did you mean "audit"?',
  ],
  [
    'a field that an event does not take',
    'audit, with: { by: "{{order}}" }',
    'audit, with: { buy: "{{order}}" }',
    'error: unknown key "buy". Did you mean "by"?',
  ],
  [
    'a field of an event that is something else',
    'audit, with: { by: "{{order}}" }',
    'audit, with: { by: [1] }',
    'by: expected string, got [1].',
  ],
  [
    'an unknown fault',
    'kind: reorder',
    'kind: reordr',
    'kind: expected a known value, got "reordr". Did you mean "reorder"?',
  ],
  ['a step that is two', '{ pass: 5m }', '{ pass: 5m, heal: ledger }', 'one step cannot be both "pass" and "heal".'],
  ['a step that is none', '{ pass: 5m }', '{ pas: 5m }', '"pas" makes no step. Did you mean "pass"?'],
  [
    'a template of a later step',
    '{{pay.body.id}}',
    '{{one.body.id}}',
    '{{one.body.id}}: no earlier step is named or captures "one".',
  ],
  ['two steps of one name', 'as: look', 'as: pay', 'two steps are named "pay".'],
  ['an answer of no call', 'answer: pay', 'answer: payy', 'no call is named "payy". Did you mean "pay"?'],
  ['an unknown rule', 'rule: PAY-1', 'rule: PAY-2', 'no rule "PAY-2". Did you mean "PAY-1"?'],
  [
    'an expectation of nothing',
    ', count: 1, before: +1h, after: +5m',
    '',
    'expected count, got none: nothing would be checked.',
  ],
  [
    'an amount without currency',
    '0.040 USD',
    '4 cents',
    'at-most: expected an amount such as 0.040 USD, got "4 cents".',
  ],
  ['body and text', 'text: raw', 'text: raw, body: {}', 'a call has "body" (JSON) or "text", not both.'],
  [
    'a method nobody knows',
    'call: POST /orders, headers',
    'call: post /orders, headers',
    'call: expected METHOD /path, got "post /orders".',
  ],
])('%s is told at its place', (_, from, to, expected) => {
  expect(problemsOf(change(from, to)).join('\n')).toContain(expected)
})

test('a missing part is told at what lacks it', () => {
  expect(problemsOf(WHOLE.replace('id: whole\n', ''))).toEqual([
    'a.scenario.yaml:1:1: error: expected the key "id", got none.',
  ])
  expect(problemsOf(WHOLE.slice(0, WHOLE.indexOf('then:')))).toEqual([
    'a.scenario.yaml:1:1: error: expected the key "then", got none.',
  ])
  expect(problemsOf('')).toEqual([
    'a.scenario.yaml:1:1: error: expected a scenario (schema, id, clock, when, then), got something else.',
  ])
})

const MARKDOWN = `# A title

## Acceptance
- AC-1: When it is paid,
  it is paid once.
- AC-2: Nothing covers this.

## Rules
- PAY-3: For each order, at most 1 \`ledger.entry.booked\`.

\`\`\`yaml scenario
schema: 1
id: one
covers: [AC-1]
clock: 2026-05-04T08:59:58Z
when: [{ call: GET / }]
then: [{ rule: PAY-3 }]
\`\`\`
`
test('Markdown gives a title, acceptance items, rules and blocks; an uncovered item is a warning', () => {
  const file = parseScenarioFile('a.scenario.md', MARKDOWN, catalogue)
  expect(file.acceptance.map(({ id, text }) => [id, text])).toEqual([
    ['AC-1', 'When it is paid, it is paid once.'],
    ['AC-2', 'Nothing covers this.'],
  ])
  expect(file.rules.map(({ id }) => id)).toEqual(['PAY-3'])
  expect(file.scenarios.map(({ id, title, place }) => [id, title, place.line])).toEqual([['one', 'A title', 13]])
  expect(file.problems.map(printProblem)).toEqual([
    'a.scenario.md:6:3: warning: AC-2 has no scenario: not executable yet.',
  ])
})

test.each([
  ['an untagged block', '```yaml scenario', '```yaml', '11:1: error: expected the fence ```yaml scenario'],
  [
    'a misspelt tag',
    'yaml scenario',
    'yaml scenaro',
    '11:9: error: unknown fence tag "scenaro". Did you mean "scenario"?',
  ],
  ['an item without id', '- AC-2: ', '- ', '6:1: error: expected an item such as "- AC-1: …"'],
  ['an id twice', '- AC-2: ', '- AC-1: ', '6:3: error: AC-1 is used twice, first on line 4.'],
  ['an unknown item', 'covers: [AC-1]', 'covers: [AC-7]', '14:10: error: no acceptance item AC-7 in this file.'],
])('%s in Markdown is told at its place', (_, from, to, expected) => {
  expect(problemsOf(MARKDOWN.replace(from, to), 'a.scenario.md').join('\n')).toContain(`a.scenario.md:${expected}`)
})

test('state of the right shape that the twin cannot start with is told where it stands', () => {
  const text = `schema: 1
id: told
clock: 2026-05-04T09:00:00Z
given:
  slack: { channels: [{ name: support, members: [nobody] }] }
when:
  - { as: x, call: POST /x }
then:
  - { answer: x, status: 200 }
`
  const { problems } = parseScenarioFile('a.scenario.yaml', text, {
    twins: [slack as TwinDefinition<unknown>],
    rules: [],
  })
  expect(problems.map(printProblem)).toEqual([
    'a.scenario.yaml:5:3: error: slack channel support: expected a user of the workspace, got "nobody". Add one under given.slack.users.',
  ])
})
