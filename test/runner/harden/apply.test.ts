import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseRuleFile } from '../../../oracle/rules/rule-file.ts'
import { applyProposals, RULES_FILE, withExpectations } from '../../../runner/harden/apply.ts'
import { rulesFrom } from '../../../runner/harden/propose.ts'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import { runOf } from '../../support/runs.ts'

const ITEM = '- { calls: app.request, count: 1 }'
const YAML = `schema: 1
id: a
title: A story
clock: 2026-05-04T09:00:00Z
when:
  - { as: look, call: GET / } # a comment stays
then:
  - {
      answer: look,
      status: 200,
    }
`
const expectations = (file: string, text: string, id: string): readonly string[] => {
  const { scenarios, problems } = parseScenarioFile(file, text, { twins: [], rules: undefined })
  expect(problems).toEqual([])
  return scenarios.find((one) => one.id === id)?.then.map(({ kind }) => kind) ?? []
}

test('an expectation is put after the last one, and nothing else changes', () => {
  const text = withExpectations(YAML, 'a.scenario.yaml', 'a', [ITEM])
  expect(text).toBe(`${YAML.trimEnd()}\n  ${ITEM}\n`)
  expect(expectations('a.scenario.yaml', text, 'a')).toEqual(['answer', 'calls'])
})

test('in Markdown it lands in the block of its scenario', () => {
  const block = (id: string): string => `\`\`\`yaml scenario\n${YAML.replace('id: a', `id: ${id}`)}\`\`\`\n`
  const before = `# Stories\n\n${block('one')}\nProse.\n\n${block('two')}\nThe end.\n`
  const text = withExpectations(before, 'a.scenario.md', 'two', [ITEM, ITEM])
  expect(expectations('a.scenario.md', text, 'one')).toEqual(['answer'])
  expect(expectations('a.scenario.md', text, 'two')).toEqual(['answer', 'calls', 'calls'])
  expect(text.endsWith('The end.\n')).toBe(true)
})

test('a scenario without expectations gets its first', () => {
  const bare = YAML.slice(0, YAML.indexOf('then:'))
  for (const text of [bare, `${bare}then: []\n`])
    expect(expectations('a.scenario.yaml', withExpectations(text, 'a.scenario.yaml', 'a', [ITEM]), 'a')).toEqual([
      'calls',
    ])
})

test('a scenario that is not there is told', () => {
  expect(() => withExpectations('# Nothing\n', 'a.scenario.md', 'a', [ITEM])).toThrow(
    'expected a scenario "a", got none',
  )
})

test('mined rules are numbered on from those proposed before, and a second writing keeps the first', () => {
  const paid = (order: string) =>
    runOf([
      [1, 'pay.ok', { order }],
      [2, 'mail.sent', { order }],
    ])
  const runs = Array.from({ length: 60 }, (_, at) => paid(`o${at}`))
  const first = rulesFrom(runs, [])
  expect(first.length).toBeGreaterThan(0)
  const known = first.flatMap((one) => (one.kind === 'rule' ? [one.rule] : []))
  // What is known is not proposed again.
  expect(rulesFrom(runs, known)).toEqual([])
  const folder = mkdtempSync(join(tmpdir(), 'backlot-apply-'))
  try {
    const [one] = first
    if (one?.kind !== 'rule') throw new Error('expected a rule')
    applyProposals(folder, '.', [], [one])
    const later = rulesFrom(runs, [{ ...one.rule, clause: { kind: 'never', event: { type: 'x.y', where: [] } } }])
    applyProposals(folder, '.', [], later.slice(0, 1))
    const { rules, problems } = parseRuleFile(RULES_FILE, readFileSync(join(folder, RULES_FILE), 'utf8'), [
      'pay.ok',
      'mail.sent',
      'x.y',
    ])
    expect(problems).toEqual([])
    expect(rules.map(({ id }) => id)).toEqual(['PROPOSED-1', 'PROPOSED-2'])
    expect(rules[0]?.clause).toEqual(one.rule.clause)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
