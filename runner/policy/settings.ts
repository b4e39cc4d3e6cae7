import { z } from 'zod'
import { ITEMS } from '../../oracle/readiness/result.ts'

/** 1: people decide, machines advise. 5: nobody has to look. The lower, the stricter. */
export type Tier = 1 | 2 | 3 | 4 | 5
export const STRICTEST: Tier = 1

/** What a tier asks of a change before it may pass. */
export type Demands = {
  /** Scenarios that the gate plays, at least. */
  readonly scenarios: number
  /** Seeds for each scenario, at least; the gate plays as many. */
  readonly seeds: number
  /** Sealed scenarios that judge, at least. */
  readonly holdouts: number
  /** A second agent has read the change and has no objection. */
  readonly critic: boolean
  /** People of the owner's who say yes. */
  readonly approvals: number
  /** Rows of `backlot readiness` that must be met. */
  readonly readiness: readonly string[]
  /** Share of recorded answers that every twin in use gives as well, 0 to 1. */
  readonly fidelity: number
}

/** The `policy:` part of backlot.yaml. */
export type PolicySettings = {
  /** Who answers for what no rule names, and for agents that nobody registered. */
  readonly owner?: string | undefined
  readonly rules: readonly {
    readonly paths: readonly string[]
    readonly tier: Tier
    readonly owner?: string | undefined
  }[]
  readonly tiers: {
    readonly [tier in '1' | '2' | '3' | '4' | '5']?:
      | { readonly [demand in keyof Demands]?: Demands[demand] | undefined }
      | undefined
  }
  /** Who may hand in changes. Left out: nobody asks. */
  readonly agents?: readonly { readonly name: string; readonly 'model-family'?: string | undefined }[] | undefined
  readonly approvers: readonly Approver[]
}

/** A person whose signature counts, for what these owners answer for. `key` is an ed25519 public key as `backlot key show` prints it. */
export type Approver = { readonly name: string; readonly key: string; readonly for: readonly string[] }

const name = z.string().regex(/^[a-z0-9][a-z0-9._@-]*$/i, 'a plain name')
const count = z.int().min(0).max(10_000)
const demands = z.strictObject({
  scenarios: count.optional(),
  seeds: count.optional(),
  holdouts: count.optional(),
  critic: z.boolean().optional(),
  approvals: count.optional(),
  readiness: z.array(z.enum(ITEMS)).optional(),
  fidelity: z.number().min(0).max(1).optional(),
})
const tier = z.literal([1, 2, 3, 4, 5], '1 (people decide) to 5 (nobody has to look)')
/** An ed25519 public key is 44 bytes of DER, the first twelve always the same. */
const publicKey = z
  .string()
  .regex(/^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/, 'an ed25519 public key as "backlot key show" prints it')

export const policySchema: z.ZodType<PolicySettings> = z
  .strictObject({
    owner: name.optional(),
    rules: z
      .array(z.strictObject({ paths: z.array(z.string().min(1)).min(1), tier, owner: name.optional() }))
      .min(1, 'at least one rule'),
    tiers: z
      .strictObject({
        '1': demands.optional(),
        '2': demands.optional(),
        '3': demands.optional(),
        '4': demands.optional(),
        '5': demands.optional(),
      })
      .default({}),
    agents: z.array(z.strictObject({ name, 'model-family': z.string().optional() })).optional(),
    approvers: z.array(z.strictObject({ name, key: publicKey, for: z.array(name).min(1) })).default([]),
  })
  .superRefine((policy, context) => {
    const names = policy.approvers.map((approver) => approver.name)
    const twice = names.find((one, at) => names.indexOf(one) !== at)
    if (twice !== undefined)
      context.addIssue({ code: 'custom', path: ['approvers'], message: `${twice} to be named once` })
    const keys = policy.approvers.map((approver) => approver.key)
    if (new Set(keys).size < keys.length)
      context.addIssue({ code: 'custom', path: ['approvers'], message: 'a key of their own for each of them' })
    for (const [at, rule] of policy.rules.entries()) {
      const { approvals } = demandsOf(policy as PolicySettings, rule.tier)
      const owner = rule.owner ?? policy.owner
      const able = policy.approvers.filter((approver) => owner === undefined || approver.for.includes(owner)).length
      if (able < approvals)
        context.addIssue({
          code: 'custom',
          path: ['rules', at],
          message: `${approvals} approver${approvals === 1 ? '' : 's'}${owner === undefined ? '' : ` for ${owner}`}, as tier ${rule.tier} demands, of which ${able} ${able === 1 ? 'is' : 'are'} named`,
        })
    }
  })

/** What a tier asks where the policy does not say: people at 1 to 3, machines alone at 4 and 5. */
const USUAL_APPROVALS: Readonly<Record<Tier, number>> = { 1: 2, 2: 1, 3: 1, 4: 0, 5: 0 }

/** What a tier demands under a policy. */
export const demandsOf = (policy: Pick<PolicySettings, 'tiers'>, of: Tier): Demands => ({
  scenarios: 1,
  seeds: 1,
  holdouts: 0,
  critic: false,
  approvals: USUAL_APPROVALS[of],
  readiness: [],
  fidelity: 0,
  ...Object.fromEntries(Object.entries(policy.tiers[`${of}`] ?? {}).filter(([, value]) => value !== undefined)),
})
