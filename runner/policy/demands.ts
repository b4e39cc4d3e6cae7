import type { ReportedCheck, ReportedTwin, Status } from '../report/verdict.ts'
import { type Decision, printDemands } from './policy.ts'
import type { Approver, PolicySettings } from './settings.ts'

/** What the demands are held against. Plain data: evidence carries it, and whoever checks the evidence decides again from it. */
export type Facts = {
  readonly scenarios: number
  readonly seeds: number
  /** Sealed scenarios that judged and were passed. */
  readonly holdouts: number
  /** What a second agent said; null when none was asked. */
  readonly critic: 'accept' | 'object' | null
  /** Names of approvers whose signature on this very verdict has been checked. */
  readonly approvals: readonly string[]
  /** Rows of the scorecard, and whether each is met; null where there is no scorecard. */
  readonly readiness: Readonly<Record<string, boolean>> | null
  readonly twins: readonly ReportedTwin[]
}

/** The policy's checks: what applies and why, then each demand. `approve` is the command by which a person says yes. */
export function judgeDemands(
  policy: PolicySettings,
  decision: Decision,
  facts: Facts,
  approve: string,
): readonly ReportedCheck[] {
  const { tier, rule, owner, demands } = decision
  const asked = printDemands(decision).join(', ') || 'what the gate always does'
  const why = `Tier ${tier} by ${rule}${owner === null ? '' : `; ${owner} answers for it`}. It demands ${asked}.`
  const check = demandCheck(tier)
  return [
    { id: 'policy', kind: 'policy', status: 'pass', why, reason: null, findings: [] },
    ...[
      { what: 'scenarios', least: demands.scenarios, got: facts.scenarios, wayOut: 'Add scenarios.' },
      { what: 'seeds', least: demands.seeds, got: facts.seeds, wayOut: 'Leave --seeds out.' },
      { what: 'holdouts', least: demands.holdouts, got: facts.holdouts, wayOut: 'See docs/guides/holdouts.md.' },
    ]
      .filter(({ what, least, got }) => (what === 'holdouts' ? least > 0 : least > 1) || got < least)
      .map(({ what, least, got, wayOut }) =>
        check(what, got >= least, 'inconclusive', `Expected at least ${least} ${what}, got ${got}. ${wayOut}`),
      ),
    ...(demands.critic ? [check('critic', facts.critic === 'accept', 'inconclusive', criticReason(facts.critic))] : []),
    ...decision.approvals.map((wanted) => judgeApprovals(check, policy, wanted, facts.approvals, approve)),
    ...demands.readiness.map((row) =>
      check(`readiness.${row}`, facts.readiness?.[row] === true, 'inconclusive', rowReason(row, facts.readiness)),
    ),
    ...(demands.fidelity > 0 && facts.twins.length === 0
      ? [check('fidelity', false, 'inconclusive', 'Expected twins with a measured fidelity, got no twin.')]
      : []),
    ...(demands.fidelity === 0 ? [] : facts.twins).map(({ name, fidelity }) =>
      check(
        `fidelity.${name}`,
        fidelity !== null && fidelity >= demands.fidelity,
        'inconclusive',
        `Expected the twin "${name}" to be measured at ${demands.fidelity} or more, got ${fidelity ?? 'no measurement'}. See "backlot fidelity".`,
      ),
    ),
  ]
}

type Check = (id: string, met: boolean, otherwise: Status, reason: string) => ReportedCheck
const demandCheck =
  (tier: number): Check =>
  (id, met, otherwise, reason) => ({
    id: `policy.${id}`,
    kind: 'policy',
    status: met ? 'pass' : otherwise,
    why: `Tier ${tier} demands it.`,
    reason: met ? null : reason,
    findings: [],
  })

function judgeApprovals(
  check: Check,
  policy: PolicySettings,
  { owner, count }: Decision['approvals'][number],
  given: readonly string[],
  approve: string,
): ReportedCheck {
  const able = approversOf(policy, owner)
  const open = able.filter(({ name }) => !given.includes(name))
  const got = able.length - open.length
  const way =
    open.length < count - got
      ? 'The policy names too few who may give it.'
      : `${open.map(({ name }) => name).join(' or ')} may: ${approve}`
  const [id, of] = owner === null ? ['approvals', ''] : [`approvals.${owner}`, ` of ${owner}`]
  const expected = `Expected ${count} approval${count === 1 ? '' : 's'}${of}, got ${got}.`
  return check(id, got >= count, 'needs-human', `${expected} ${way}`)
}

/** Who may approve what an owner answers for; with no owner, any approver may. */
const approversOf = (policy: PolicySettings, owner: string | null): readonly Approver[] =>
  policy.approvers.filter((approver) => owner === null || approver.for.includes(owner))

const criticReason = (critic: Facts['critic']): string =>
  critic === null
    ? 'Expected a critic to have read the change, got none. "backlot factory" asks the one that hook.critic names.'
    : 'Expected a critic without objections, got one that objects.'

function rowReason(row: string, rows: Facts['readiness']): string {
  const got = rows === null ? 'no scorecard' : rows[row] === undefined ? 'no such row' : 'that it is not'
  return `Expected the row "${row}" of the scorecard to be met, got ${got}. See "backlot readiness".`
}
