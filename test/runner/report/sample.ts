import { type GateVerdict, type ReportedCheck, type ReportedFinding, statusOf } from '../../../runner/report/verdict.ts'

/** Text as a hostile candidate would choose it. */
export const HOSTILE: string =
  '<script>alert(1)</script><img src=x onerror=alert(2)> [a](https://evil.test) ![b](https://evil.test/b.png) @team #1 | ` ::set-output name=x::y ##[add-mask]z https://evil.test www.evil.test'

export const finding = (more: Partial<ReportedFinding> = {}): ReportedFinding => ({
  message: 'expected no refund after re_1, got re_2',
  scenario: 'refunds',
  seed: '3',
  atVirtualMs: 7_511_188,
  replay: 'npx backlot replay .backlot/failures/PAY-1-refunds-3.json',
  place: 'backlot/scenarios/refunds.scenario.yaml:12:5',
  smallest: '2 of 14 steps: answer-lost on stripe.refunds.create; POST /refunds',
  ...more,
})

export const check = (more: Partial<ReportedCheck> = {}): ReportedCheck => ({
  id: 'PAY-1',
  kind: 'rule',
  status: 'fail',
  why: 'Nobody pays twice.',
  reason: null,
  findings: [finding()],
  ...more,
})
export const passed = (id: string): ReportedCheck => check({ id, status: 'pass', findings: [] })
export const unsure: ReportedCheck = check({
  id: 'MAIL-1',
  status: 'inconclusive',
  why: 'Who pays gets a receipt.',
  reason: 'It was never exercised: no scenario leads to it.',
  findings: [],
})
export const forAPerson: ReportedCheck = check({
  id: 'intake.dependencies',
  kind: 'intake',
  status: 'needs-human',
  why: 'What a candidate brings is looked at before any of it runs.',
  reason: 'package.json: dependencies changed; packages come from the base, so a person has to decide',
  findings: [],
})

/** A verdict over some checks. */
export function verdictOver(checks: readonly ReportedCheck[], more: Partial<GateVerdict> = {}): GateVerdict {
  return {
    schema: 'backlot.verdict/v1',
    status: statusOf(checks),
    project: 'billing',
    base: { name: 'HEAD (abc15b16)', tree: '1'.repeat(40), commit: 'a'.repeat(40) },
    candidate: { name: 'silent-retry.patch', tree: '2'.repeat(40), commit: null },
    checks,
    runs: { scenarios: 17, total: 51, expected: 51, cached: 0, virtualMs: 440_640_000, wallMs: 16_300 },
    cost: { unit: 'USD per request', base: '0.000083 USD', candidate: '0.000275 USD' },
    figures: [
      { id: 'cost-per-request', unit: 'USD per request', base: '0.000083 USD', candidate: '0.000275 USD' },
      { id: 'calls-per-request', unit: 'calls per request', base: '1.92 calls', candidate: '6.54 calls' },
      { id: 'priced', unit: 'billed acts', base: null, candidate: '120' },
    ],
    determinism: { tier: 'D3', certified: 1, of: 1, sandbox: 'bubblewrap' },
    shard: null,
    policy: null,
    unproven: [],
    holdout: null,
    satisfaction: null,
    twins: [],
    ...more,
  }
}
