import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgentIdentity } from '../../../runner/gate/context.ts'
import { type Facts, judgeDemands } from '../../../runner/policy/demands.ts'
import { type Decision, decide, printDemands } from '../../../runner/policy/policy.ts'
import { type PolicySettings, policySchema } from '../../../runner/policy/settings.ts'
import { statusOf } from '../../../runner/report/verdict.ts'

const key = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

const BANK: PolicySettings = policySchema.parse({
  owner: 'platform',
  rules: [
    { paths: ['src/**'], tier: 4 },
    { paths: ['src/tools/**', '*.md'], tier: 5, owner: 'tools' },
    { paths: ['src/money/**'], tier: 3, owner: 'payments' },
    { paths: ['src/money/limits/**'], tier: 2, owner: 'risk' },
  ],
  tiers: { '3': { seeds: 10, holdouts: 2 }, '4': { critic: true }, '5': { readiness: ['mutation'], fidelity: 0.9 } },
  approvers: [
    { name: 'ada', key: key(), for: ['payments', 'risk'] },
    { name: 'ben', key: key(), for: ['payments'] },
    { name: 'cleo', key: key(), for: ['platform'] },
    { name: 'dan', key: key(), for: ['platform'] },
  ],
})
const REGISTERED: AgentIdentity = { name: 'acme', version: '3', modelFamily: 'm1', registered: true }

test.each<readonly [string, readonly string[], number, string, string | null]>([
  ['one rule', ['README.md'], 5, 'README.md: *.md', 'tools'],
  ['the strictest of the rules that name a path', ['src/tools/a.ts'], 4, 'src/tools/a.ts: src/**', 'platform'],
  ['a rule inside another', ['src/money/limits/a.ts'], 2, 'src/money/limits/a.ts: src/money/limits/**', 'risk'],
  ['the strictest of all paths', ['README.md', 'src/money/a.ts'], 3, 'src/money/a.ts: src/money/**', 'payments'],
  ['a path that no rule names', ['README.md', 'deploy.sh'], 1, 'deploy.sh: no rule names it', 'platform'],
  ['a name that only looks alike', ['src2/tools/a.ts'], 1, 'src2/tools/a.ts: no rule names it', 'platform'],
  ['a hidden file', ['.github/workflows/a.yml'], 1, '.github/workflows/a.yml: no rule names it', 'platform'],
  ['nothing', [], 5, 'nothing changed', 'platform'],
])('the tier of %s is decided by a rule that is told', (_, paths, tier, rule, owner) => {
  expect(decide(BANK, paths, undefined)).toMatchObject({ tier, rule, owner, registered: true })
})

test.each<readonly [string, AgentIdentity | undefined, boolean]>([
  ['a registered agent', REGISTERED, true],
  ['nobody', undefined, false],
  ['another name', { ...REGISTERED, name: 'other' }, false],
  ['a name that nobody vouches for', { ...REGISTERED, registered: false }, false],
  ['another model under the same name', { ...REGISTERED, modelFamily: 'm2' }, false],
])('%s is registered or falls to the strictest tier', (_, agent, registered) => {
  const policy = { ...BANK, agents: [{ name: 'acme', 'model-family': 'm1' }] }
  const decision = decide(policy, ['README.md'], agent)
  expect([decision.registered, decision.tier]).toEqual([registered, registered ? 5 : 1])
  if (!registered) expect(printDemands(decision)).toContain('2 approvals of platform')
})

test('all tiers that a change touches are met, each owner for his own', () => {
  const decision = decide(BANK, ['src/money/limits/a.ts', 'src/money/b.ts', 'README.md', 'src/x.ts'], undefined)
  expect(printDemands(decision)).toEqual([
    '10 seeds',
    '2 sealed scenarios',
    'a critic',
    '1 approval of payments',
    '1 approval of risk',
    'readiness: mutation',
    'twin fidelity 0.9',
  ])
})

test('a further path never asks for less', () => {
  const path = fc.constantFrom(
    'README.md',
    'src/a.ts',
    'src/tools/b.ts',
    'src/money/c.ts',
    'src/money/limits/d.ts',
    'e',
  )
  fc.assert(
    fc.property(fc.array(path, { maxLength: 5 }), path, fc.boolean(), (paths, more, known) => {
      const agent = known ? undefined : { ...REGISTERED, registered: false }
      const [few, many] = [decide(BANK, paths, agent), decide(BANK, [...paths, more], agent)]
      if (paths.length > 0) {
        expect(many.tier).toBeLessThanOrEqual(few.tier)
        expect(printDemands(many)).toEqual(expect.arrayContaining([...printDemands(few)]))
      }
    }),
    { seed: 7 },
  )
})

const MET: Facts = {
  scenarios: 3,
  seeds: 10,
  holdouts: 2,
  critic: 'accept',
  approvals: ['ada'],
  readiness: { mutation: true },
  twins: [{ name: 'stripe', apiVersions: [], fidelity: 0.95, recordedAt: null }],
}
const ALL: Decision = decide(BANK, ['src/money/limits/a.ts', 'src/money/b.ts', 'README.md', 'src/x.ts'], undefined)
const judge = (facts: Facts): readonly [string, readonly string[]] => {
  const checks = judgeDemands(BANK, ALL, facts, 'npx backlot approve E')
  return [
    statusOf(checks),
    checks.filter(({ status }) => status !== 'pass').map(({ id, reason }) => `${id}: ${reason}`),
  ]
}

test('a change that meets every demand passes', () => {
  expect(judge(MET)).toEqual(['pass', []])
})

test.each<readonly [string, Partial<Facts>, string, RegExp]>([
  ['too few seeds', { seeds: 9 }, 'inconclusive', /policy.seeds: Expected at least 10 seeds, got 9/],
  ['no scenario', { scenarios: 0 }, 'inconclusive', /policy.scenarios: Expected at least 1 scenarios, got 0/],
  ['no sealed scenario', { holdouts: 1 }, 'inconclusive', /policy.holdouts: Expected at least 2 holdouts, got 1/],
  ['no critic', { critic: null }, 'inconclusive', /policy.critic: Expected a critic to have read/],
  ['a critic who objects', { critic: 'object' }, 'inconclusive', /policy.critic: .* one that objects/],
  ['no scorecard', { readiness: null }, 'inconclusive', /policy.readiness.mutation: .* got no scorecard/],
  ['a row that is missing', { readiness: {} }, 'inconclusive', /got no such row/],
  ['a row that is not met', { readiness: { mutation: false } }, 'inconclusive', /got that it is not/],
  [
    'a twin nobody measured',
    { twins: [{ name: 'stripe', apiVersions: [], fidelity: null, recordedAt: null }] },
    'inconclusive',
    /policy.fidelity.stripe: .* got no measurement/,
  ],
  ['no twin at all', { twins: [] }, 'inconclusive', /policy.fidelity: Expected twins with a measured fidelity/],
  [
    'the wrong person',
    { approvals: ['ben'] },
    'needs-human',
    /policy.approvals.risk: Expected 1 approval of risk, got 0. ada may: npx backlot approve E/,
  ],
  ['a stranger', { approvals: ['eve'] }, 'needs-human', /of payments, got 0. ada or ben may/],
])('%s does not pass', (_, facts, status, reason) => {
  const [got, reasons] = judge({ ...MET, ...facts })
  expect(got).toBe(status)
  expect(reasons.join('\n')).toMatch(reason)
})

test.each<readonly [string, object, string]>([
  ['a tier that nobody knows', { rules: [{ paths: ['a'], tier: 6 }] }, '1 (people decide) to 5'],
  ['no rule', { rules: [] }, 'at least one rule'],
  ['approvals that nobody may give', { rules: [{ paths: ['a'], tier: 3, owner: 'x' }] }, '1 approver for x, as tier 3'],
  [
    'a key that is none',
    { rules: [{ paths: ['a'], tier: 5 }], approvers: [{ name: 'a', key: 'x', for: ['x'] }] },
    'an ed25519 public key',
  ],
  ['an unknown demand', { rules: [{ paths: ['a'], tier: 5 }], tiers: { '5': { vibes: 1 } } }, 'vibes'],
])('a policy with %s is refused', (_, policy, message) => {
  expect(JSON.stringify(policySchema.safeParse(policy).error?.issues)).toContain(message)
})

test('one person with two names is one person', () => {
  const same = key()
  const approvers = ['a', 'b'].map((name) => ({ name, key: same, for: ['x'] }))
  const result = policySchema.safeParse({ rules: [{ paths: ['a'], tier: 5 }], approvers })
  expect(result.error?.issues[0]?.message).toBe('a key of their own for each of them')
})
