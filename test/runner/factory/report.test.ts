import { expect, test } from 'vitest'
import type { FactoryOutcome, OutcomeKind } from '../../../runner/factory/outcome.ts'
import { printOutcome, printPullRequest } from '../../../runner/factory/report.ts'

const outcome = (kind: OutcomeKind, more: Partial<FactoryOutcome> = {}): FactoryOutcome => ({
  schema: 'backlot.factory/v1',
  kind,
  reason: 'attempt 2 passes',
  run: 'pay-once-1',
  brief: {
    path: 'BRIEF.md',
    title: 'Pay once',
    sha256: 'f'.repeat(64),
    requirements: 'e'.repeat(64),
    criteria: [
      { id: 'AC-1', text: 'One charge.', scenarios: ['pay'] },
      { id: 'AC-2', text: 'No @mention, no [link](http://x).', scenarios: [] },
    ],
  },
  base: 'a'.repeat(40),
  agent: 'command node agent.mjs',
  branch: kind === 'released' ? 'backlot/pay-once-1' : null,
  commit: kind === 'released' ? 'c'.repeat(40) : null,
  attempt: 2,
  evidence: 'evidence/1',
  attempts: [
    {
      attempt: 1,
      round: 1,
      agent: 'local 0',
      status: 'fail',
      failing: ['PAY-1', 'pay'],
      reason: null,
      costMicroUsd: 250_000,
      wallMs: 12_345,
      verdict: 'v1.json',
      patch: 'p1.patch',
    },
    {
      attempt: 2,
      round: 2,
      agent: 'local 0',
      status: 'pass',
      failing: [],
      reason: null,
      costMicroUsd: null,
      wallMs: 900,
      verdict: 'v2.json',
      patch: 'p2.patch',
    },
  ],
  spent: { attempts: 2, microUsd: 250_000, unreported: 1, wallMs: 13_245 },
  limits: { attempts: 3, microUsd: 5_000_000, wallMs: 1_800_000 },
  ...more,
})
const printed = (kind: OutcomeKind, more: Partial<FactoryOutcome> = {}): string =>
  printOutcome(outcome(kind, more), { colour: false })

test('a release shows its attempts, what it took and what comes next', () => {
  expect(printed('released')).toMatchInlineSnapshot(`
    "attempt  agent    verdict  what spoke against it  cost as reported    time
    1        local 0  fail     PAY-1, pay                     0.25 USD  12.3 s
    2        local 0  pass                                  unreported   0.9 s

    nothing checks AC-2
    used 2 of 3 attempts, 0.25 USD of 5.00 USD as reported, 1 answer without a price (so nobody knows whether the budget was kept), 13.2 s of 30 min
    released  attempt 2 passes
    branch backlot/pay-once-1 at cccccccccccccccccccccccccccccccccccccccc
    next: npx backlot verify evidence/1 --key PUBLIC-KEY
    next: git diff aaaaaaaaaaaa backlot/pay-once-1
    "
  `)
})

test.each<readonly [OutcomeKind, string]>([
  ['exhausted', 'next: less v2.json\n'],
  ['stopped', 'The same command goes on from here.\n'],
  ['needs-human', 'evidence evidence/1\nnext: less p2.patch\nOnce it is approved, the same command releases it.\n'],
])('%s ends with the way on', (kind, ending) => {
  expect(printed(kind).endsWith(ending)).toBe(true)
})

test('a run that never came to an attempt has no table', () => {
  expect(printed('stopped', { attempts: [] })).not.toContain('cost as reported')
})

test("a pull request's body resolves no mention and no link of others, and says how to check it", () => {
  const body = printPullRequest(outcome('released'), '## Backlot: pass\n')
  expect(body).toContain('| AC\\-1 | One charge. | `pay` |')
  expect(body).toContain('**nothing checks it**')
  expect(body).not.toMatch(/@mention|\]\(http/)
  expect(body).toContain('`npx backlot verify evidence/1 --key PUBLIC-KEY`')
  expect(printPullRequest(outcome('released', { evidence: null }), '')).toContain('No evidence was signed.')
})

test("a pull request's body says who stands behind it: the gate alone, or people who approved", () => {
  expect(printPullRequest(outcome('released'), '')).toContain('passed by the gate as `cccc')
  const [first, second] = outcome('released').attempts
  if (first === undefined || second === undefined) throw new Error('expected two attempts')
  const attempts = [first, { ...second, status: 'needs-human' as const }]
  const body = printPullRequest(outcome('released', { attempts }), '')
  expect(body).toContain('approved by people, as the policy demands, as `cccc')
  expect(body).not.toContain('No person has looked')
})
