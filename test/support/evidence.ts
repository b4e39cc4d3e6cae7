import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Case } from '../../runner/gate/cases.ts'
import type { GateRecord } from '../../runner/gate/context.ts'
import { type Facts, judgeDemands } from '../../runner/policy/demands.ts'
import { decide } from '../../runner/policy/policy.ts'
import { type PolicySettings, policySchema } from '../../runner/policy/settings.ts'
import type { Project } from '../../runner/project.ts'
import { type GateVerdict, type ReportedCheck, type Status, statusOf } from '../../runner/report/verdict.ts'

/** The same key every time, for tests that compare bytes. */
export const fixedKey = (byte: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]),
    type: 'pkcs8',
    format: 'der',
  })

const check = (id: string, kind: ReportedCheck['kind'], status: Status): ReportedCheck => ({
  id,
  kind,
  status,
  why: 'A test says so.',
  reason: null,
  findings: [],
})

export const kept = (scenario: string, seed: string, more: Partial<Case> = {}): Case => ({
  scenario,
  seed,
  hash: `${seed}`.padStart(64, 'a'),
  ending: 'horizon',
  expectations: 'pass',
  rules: [{ id: 'PAY-1', status: 'holds', hits: 1 }],
  escapes: [],
  ...more,
})

/** A policy under which two people have to approve what touches money. */
export const policyOf = (keys: Readonly<Record<string, string>>): PolicySettings =>
  policySchema.parse({
    owner: 'platform',
    rules: [
      { paths: ['src/tools/**'], tier: 5, owner: 'tools' },
      { paths: ['src/money/**'], tier: 2, owner: 'payments' },
    ],
    tiers: { '2': { approvals: 2 } },
    approvers: Object.entries(keys).map(([name, key]) => ({ name, key, for: ['payments'] })),
  })

/** A gate's record and verdict that were never run: small, and as a test wants them. */
export function gateOf(
  given: {
    readonly policy?: PolicySettings
    readonly paths?: readonly string[]
    readonly tree?: string
    readonly cases?: readonly Case[]
  } = {},
): { readonly verdict: GateVerdict; readonly record: GateRecord } {
  const {
    policy,
    paths = ['src/tools/a.ts'],
    tree = '2'.repeat(40),
    cases = [kept('pay', '1'), kept('pay', '2')],
  } = given
  const facts: Facts = {
    scenarios: 1,
    seeds: 2,
    holdouts: 0,
    critic: null,
    approvals: [],
    readiness: null,
    twins: [],
  }
  const decision = policy === undefined ? undefined : decide(policy, paths, undefined)
  const checks: readonly ReportedCheck[] = [
    ...(policy === undefined || decision === undefined ? [] : judgeDemands(policy, decision, facts, 'approve')),
    check('subject', 'subject', 'pass'),
    check('determinism', 'determinism', 'pass'),
    check('PAY-1', 'rule', 'pass'),
    check('pay', 'expectation', cases.some((one) => one.expectations === 'fail') ? 'fail' : 'pass'),
  ]
  const base = { name: 'HEAD', tree: '1'.repeat(40), commit: 'c'.repeat(40) }
  const verdict: GateVerdict = {
    schema: 'backlot.verdict/v1',
    status: statusOf(checks),
    project: 'tiny',
    base,
    candidate: { name: 'a.patch', tree, commit: null },
    checks,
    runs: { scenarios: 1, total: 2, expected: 2, cached: 0, virtualMs: 1, wallMs: 1 },
    cost: null,
    figures: [],
    determinism: { tier: 'D3', certified: 1, of: 1, sandbox: 'bubblewrap' },
    shard: null,
    policy: null,
    unproven: [],
    holdout: null,
    satisfaction: null,
    twins: [],
  }
  const scenario = { id: 'pay', place: { file: 'pay.scenario.yaml', line: 1, column: 1 } }
  const project = {
    config: { name: 'tiny', fitness: {}, policy },
    scenarios: [scenario],
    rules: [{ id: 'PAY-1', why: 'Nobody pays twice.' }],
    twins: [],
  } as unknown as Project
  const record: GateRecord = {
    project,
    base: { id: base.tree, commit: base.commit, shown: base.name },
    candidate: { id: tree, commit: undefined, shown: 'a.patch' },
    brief: undefined,
    patch: Buffer.from('diff --git a/src/a.ts b/src/a.ts\n'),
    manifest: cases.map(({ scenario: id, seed }) => ({ scenario: id, seed })),
    cases,
    baseCases: [],
    certificates: [{ scenario: 'pay', seed: '1', holds: true }],
    decision,
    facts,
    agent: undefined,
  }
  return { verdict, record }
}
