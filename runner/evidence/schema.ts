import { z } from 'zod'
import type { Json } from '../../twins/trace.ts'
import { type PolicySettings, policySchema } from '../policy/settings.ts'
import type { Approval, GateRun, Statement } from './statement.ts'

const json = z.custom<Json>((value) => value !== undefined)
const hex = z.string().regex(/^[0-9a-f]{64}$/)
const kept = z.enum(['pass', 'fail', 'inconclusive'])
const entry = z.strictObject({ scenario: z.string(), seed: z.string() })
const oneCase = z.strictObject({
  scenario: z.string(),
  seed: z.string(),
  hash: hex,
  ending: z.string(),
  expectations: kept.nullable(),
  rules: z.array(
    z.strictObject({ id: z.string(), status: z.enum(['holds', 'violated', 'pending']), hits: z.int().min(0) }),
  ),
  escapes: z.array(z.string()),
})
const status = z.enum(['pass', 'fail', 'needs-human', 'inconclusive'])
const tier = z.literal([1, 2, 3, 4, 5])
const decision = z.strictObject({
  tier,
  rule: z.string(),
  owner: z.string().nullable(),
  matched: z.array(
    z.strictObject({ path: z.string(), rule: z.string().nullable(), tier, owner: z.string().nullable() }),
  ),
  demands: z.strictObject({
    scenarios: z.int(),
    seeds: z.int(),
    holdouts: z.int(),
    critic: z.boolean(),
    approvals: z.int(),
    readiness: z.array(z.string()),
    fidelity: z.number(),
  }),
  approvals: z.array(z.strictObject({ owner: z.string().nullable(), count: z.int() })),
  agent: z.string().nullable(),
  registered: z.boolean(),
})
const twin = z.strictObject({
  name: z.string(),
  apiVersions: z.array(z.string()),
  fidelity: z.number().nullable(),
  recordedAt: z.string().nullable(),
})
const facts = z.strictObject({
  scenarios: z.int(),
  seeds: z.int(),
  holdouts: z.int(),
  critic: z.enum(['accept', 'object']).nullable(),
  approvals: z.array(z.string()),
  readiness: z.record(z.string(), z.boolean()).nullable(),
  twins: z.array(twin),
})
const holdout = z.strictObject({
  commitment: z.string(),
  evaluated: z.int(),
  passed: z.boolean().nullable(),
  requirements: z.array(z.string()),
  budgetLeft: z.int(),
})

export const gateRunSchema: z.ZodType<GateRun> = z.strictObject({
  schema: z.literal('backlot.gate-run/v1'),
  at: z.iso.datetime(),
  decision: z.strictObject({
    verdict: status,
    exitCode: z.int(),
    reasons: z.array(z.string()),
    policy: decision.nullable(),
  }),
  inputs: z.strictObject({
    project: z.string(),
    base: z.strictObject({ tree: z.string(), commit: z.string().nullable() }),
    patch: hex.nullable(),
    policy: z.custom<PolicySettings>((value) => policySchema.safeParse(value).success).nullable(),
    policyDigest: hex,
    rules: z.array(z.strictObject({ id: z.string(), digest: hex })),
    scenarios: z.array(z.strictObject({ id: z.string(), digest: hex })),
    manifest: z.array(entry),
    manifestDigest: hex,
    fitness: json,
    brief: hex.nullable(),
    goal: z.strictObject({ sha256: hex, origin: z.string().nullable() }).nullable(),
    twins: z.array(twin),
    prices: hex,
    holdout: holdout.nullable(),
  }),
  measurement: z.strictObject({
    cases: z.array(oneCase),
    baseCases: z.array(oneCase),
    certificates: z.array(z.strictObject({ ...entry.shape, holds: z.boolean() })),
    checks: z.array(z.strictObject({ id: z.string(), kind: z.string(), status })),
    figures: z.array(
      z.strictObject({ id: z.string(), unit: z.string(), base: z.string().nullable(), candidate: z.string() }),
    ),
    facts,
  }),
  producer: z.strictObject({
    agent: z
      .strictObject({
        name: z.string(),
        version: z.string().nullable(),
        modelFamily: z.string().nullable(),
        registered: z.boolean(),
      })
      .nullable(),
    attempt: z.int().nullable(),
    runToken: z.string().nullable(),
    usage: json,
  }),
  environment: z.strictObject({ backlot: z.string(), node: z.string(), platform: z.string(), sandbox: z.string() }),
  verdict: hex,
  chain: z.strictObject({ index: z.int().min(0), prev: hex }),
})

export const approvalSchema: z.ZodType<Approval> = z.strictObject({
  schema: z.literal('backlot.approval/v1'),
  at: z.iso.datetime(),
  who: z.string(),
  gateRun: hex,
  verdict: hex,
  chain: z.strictObject({ index: z.int().min(0), prev: hex }),
})

export const statementSchema: z.ZodType<Statement> = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z
    .array(
      z.strictObject({
        name: z.string(),
        digest: z.strictObject({ gitTree: z.string(), gitCommit: z.string().optional() }),
      }),
    )
    .length(1),
  predicateType: z.string(),
  predicate: z.unknown(),
})
