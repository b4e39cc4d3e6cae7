import picomatch from 'picomatch'
import type { AgentIdentity } from '../gate/context.ts'
import { printable } from '../gate/intake.ts'
import { type Demands, demandsOf, type PolicySettings, STRICTEST, type Tier } from './settings.ts'

/** Why a tier applies: a changed path with the rule that names it. `rule` is null where none does. */
export type Match = {
  readonly path: string
  readonly rule: string | null
  readonly tier: Tier
  readonly owner: string | null
}

/** What the policy says of one change. */
export type Decision = {
  readonly tier: Tier
  /** The rule that decided, in words. */
  readonly rule: string
  readonly owner: string | null
  readonly matched: readonly Match[]
  /** The most that any tier in the change asks; approvals are counted by owner in `approvals`. */
  readonly demands: Demands
  readonly approvals: readonly { readonly owner: string | null; readonly count: number }[]
  readonly agent: string | null
  readonly registered: boolean
}

/**
 * The tier of a change: the strictest of its paths, where a path has the strictest of the rules that name it, and one that no rule names is
 * of the strictest tier there is. So is all that an unregistered agent hands in. What any of the tiers demands, the change has to meet: a
 * further path never asks for less.
 */
export function decide(
  policy: PolicySettings,
  changedPaths: readonly string[],
  agent: AgentIdentity | undefined,
): Decision {
  const matched = changedPaths.map((path) => match(policy, path))
  const registered = isRegistered(policy, agent)
  const strictest = matched.reduce<Match | undefined>(
    (least, one) => (least === undefined || one.tier < least.tier ? one : least),
    undefined,
  )
  const tier = registered ? (strictest?.tier ?? 5) : STRICTEST
  const owner = registered && strictest !== undefined ? strictest.owner : (policy.owner ?? null)
  const asking: readonly Pick<Match, 'tier' | 'owner'>[] = [
    ...(matched.length === 0 && registered ? [{ tier, owner }] : matched),
    ...(registered ? [] : [{ tier: STRICTEST, owner: policy.owner ?? null }]),
  ]
  return {
    tier,
    rule: registered ? ruleText(strictest) : agentText(agent),
    owner,
    matched,
    demands: mostOf(asking.map((one) => demandsOf(policy, one.tier))),
    approvals: approvalsOf(policy, asking),
    agent: agent === undefined ? null : printable(agent.name, 100),
    registered,
  }
}

function match(policy: PolicySettings, path: string): Match {
  const naming = policy.rules.flatMap(({ paths, tier, owner }) => {
    const glob = paths.find((one) => picomatch(one, { dot: true })(path))
    return glob === undefined ? [] : [{ path, rule: glob, tier, owner: owner ?? policy.owner ?? null }]
  })
  return naming.reduce<Match>((least, one) => (least.rule === null || one.tier < least.tier ? one : least), {
    path,
    rule: null,
    tier: STRICTEST,
    owner: policy.owner ?? null,
  })
}

function isRegistered(policy: PolicySettings, agent: AgentIdentity | undefined): boolean {
  if (policy.agents === undefined) return agent === undefined || agent.registered
  if (agent === undefined || !agent.registered) return false
  const entry = policy.agents.find(({ name }) => name === agent.name)
  const family = entry?.['model-family']
  return entry !== undefined && (family === undefined || family === agent.modelFamily)
}

const ruleText = (match: Match | undefined): string =>
  match === undefined
    ? 'nothing changed'
    : `${printable(match.path, 200)}: ${match.rule === null ? 'no rule names it' : match.rule}`

const agentText = (agent: AgentIdentity | undefined): string =>
  agent === undefined ? 'no agent was named' : `agent ${printable(agent.name, 100)}: nobody registered it`

/** For each demand the most that is asked. */
const mostOf = (all: readonly Demands[]): Demands => ({
  scenarios: Math.max(...all.map(({ scenarios }) => scenarios)),
  seeds: Math.max(...all.map(({ seeds }) => seeds)),
  holdouts: Math.max(...all.map(({ holdouts }) => holdouts)),
  critic: all.some(({ critic }) => critic),
  approvals: Math.max(...all.map(({ approvals }) => approvals)),
  readiness: [...new Set(all.flatMap(({ readiness }) => readiness))].sort(),
  fidelity: Math.max(...all.map(({ fidelity }) => fidelity)),
})

/** Each owner whose paths ask for people gives his own. */
function approvalsOf(
  policy: PolicySettings,
  asking: readonly Pick<Match, 'tier' | 'owner'>[],
): readonly { readonly owner: string | null; readonly count: number }[] {
  const counts = new Map<string | null, number>()
  for (const { tier, owner } of asking)
    counts.set(owner, Math.max(counts.get(owner) ?? 0, demandsOf(policy, tier).approvals))
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([owner, count]) => ({ owner, count }))
    .sort((a, b) => ((a.owner ?? '') < (b.owner ?? '') ? -1 : 1))
}

/** The demands of a decision, for people; what is not asked is not told. */
export const printDemands = ({ demands, approvals }: Pick<Decision, 'demands' | 'approvals'>): readonly string[] => [
  ...(demands.scenarios > 1 ? [`${demands.scenarios} scenarios`] : []),
  ...(demands.seeds > 1 ? [`${demands.seeds} seeds`] : []),
  ...(demands.holdouts > 0 ? [`${demands.holdouts} sealed scenarios`] : []),
  ...(demands.critic ? ['a critic'] : []),
  ...approvals.map(
    ({ owner, count }) => `${count} approval${count === 1 ? '' : 's'}${owner === null ? '' : ` of ${owner}`}`,
  ),
  ...demands.readiness.map((row) => `readiness: ${row}`),
  ...(demands.fidelity > 0 ? [`twin fidelity ${demands.fidelity}`] : []),
]
