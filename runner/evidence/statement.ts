import type { Rule } from '../../oracle/rules/rule.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { canonical, type Json } from '../../twins/trace.ts'
import type { AgentIdentity, GateRecord } from '../gate/context.ts'
import type { Facts } from '../policy/demands.ts'
import type { Decision } from '../policy/policy.ts'
import type { PolicySettings } from '../policy/settings.ts'
import {
  EXIT,
  type GateVerdict,
  type ReportedFigure,
  type ReportedHoldout,
  type ReportedTwin,
  type Status,
} from '../report/verdict.ts'
import { backlotVersion } from '../version.ts'
import { sha256 } from './envelope.ts'
import { gateRunSchema } from './schema.ts'

const STATEMENT = 'https://in-toto.io/Statement/v1'
export const GATE_RUN = 'urn:backlot:attestation:gate-run:v1'
export const APPROVAL = 'urn:backlot:attestation:approval:v1'
export const VERIFICATION = 'https://slsa.dev/verification_summary/v1'

/** The tree a statement is about. */
export type Subject = {
  readonly name: string
  readonly digest: { readonly gitTree: string; readonly gitCommit?: string | undefined }
}

/** Who else has a part in the change, as the caller knows or was told. `usage` is reported, never trusted. */
export type Producer = {
  readonly attempt: number | null
  readonly runToken: string | null
  readonly usage: Json
  readonly goal: { readonly sha256: string; readonly origin: string | null } | null
}

type Kept = 'pass' | 'fail' | 'inconclusive'
export type KeptCase = {
  readonly scenario: string
  readonly seed: string
  readonly hash: string
  readonly ending: string
  readonly expectations: Kept | null
  readonly rules: readonly {
    readonly id: string
    readonly status: 'holds' | 'violated' | 'pending'
    readonly hits: number
  }[]
  readonly escapes: readonly string[]
}
type Digested = { readonly id: string; readonly digest: string }
type Link = { readonly index: number; readonly prev: string }

/** What the gate signs of one run of its. */
export type GateRun = {
  readonly schema: 'backlot.gate-run/v1'
  readonly at: string
  readonly decision: {
    readonly verdict: Status
    readonly exitCode: number
    readonly reasons: readonly string[]
    readonly policy: Decision | null
  }
  readonly inputs: {
    readonly project: string
    readonly base: { readonly tree: string; readonly commit: string | null }
    /** Digest of candidate.patch beside the statement; null for a candidate that was stopped at the door. */
    readonly patch: string | null
    readonly policy: PolicySettings | null
    readonly policyDigest: string
    readonly rules: readonly Digested[]
    readonly scenarios: readonly Digested[]
    readonly manifest: readonly { readonly scenario: string; readonly seed: string }[]
    readonly manifestDigest: string
    readonly fitness: Json
    readonly brief: string | null
    readonly goal: { readonly sha256: string; readonly origin: string | null } | null
    readonly twins: readonly ReportedTwin[]
    readonly prices: string
    readonly holdout: ReportedHoldout | null
  }
  readonly measurement: {
    readonly cases: readonly KeptCase[]
    readonly baseCases: readonly KeptCase[]
    readonly certificates: readonly { readonly scenario: string; readonly seed: string; readonly holds: boolean }[]
    readonly checks: readonly { readonly id: string; readonly kind: string; readonly status: Status }[]
    readonly figures: readonly ReportedFigure[]
    readonly facts: Facts
  }
  readonly producer: {
    readonly agent: AgentIdentity | null
    readonly attempt: number | null
    readonly runToken: string | null
    readonly usage: Json
  }
  readonly environment: {
    readonly backlot: string
    readonly node: string
    readonly platform: string
    readonly sandbox: string
  }
  /** Digest of verdict.json beside the statement. */
  readonly verdict: string
  /** Where the ledger stood before this entry. */
  readonly chain: Link
}

/** What a person signs: that this run's verdict was read, and that the change may go. */
export type Approval = {
  readonly schema: 'backlot.approval/v1'
  readonly at: string
  readonly who: string
  /** Digest of the signed gate run. */
  readonly gateRun: string
  /** Digest of the verdict that was read. */
  readonly verdict: string
  readonly chain: Link
}

export type Statement = {
  readonly _type: 'https://in-toto.io/Statement/v1'
  readonly subject: readonly Subject[]
  readonly predicateType: string
  readonly predicate: unknown
}

export const statementOf = (subject: Subject, predicateType: string, predicate: Json): Json => ({
  _type: STATEMENT,
  subject: [subject],
  predicateType,
  predicate,
})

export const digestOf = (value: unknown): string => sha256(canonical(plain(value)))

/** Digest of a scenario or a rule; where it stands in its file does not change it. */
export const scenarioDigest = (value: Scenario | Rule): string => digestOf(without(value, new Set(['place'])))

/** Data without `undefined`, functions and classes: what JSON would make of it. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json

/** Everything the gate did and found, as one predicate. Of sealed scenarios it holds what the verdict tells. */
export function gateRunOf(given: {
  readonly verdict: GateVerdict
  readonly verdictText: string
  readonly record: GateRecord
  readonly at: string
  readonly platform: string
  readonly producer: Producer | undefined
  readonly chain: GateRun['chain']
}): GateRun {
  const { verdict, verdictText, record, at, platform, producer, chain } = given
  const { project, base } = record
  const policy = project.config.policy ?? null
  const run: Replaced<GateRun> = {
    schema: 'backlot.gate-run/v1',
    at,
    decision: {
      verdict: verdict.status,
      exitCode: EXIT[verdict.status],
      reasons: verdict.checks.filter((check) => check.status !== 'pass').map(({ id }) => id),
      policy: record.decision ?? null,
    },
    inputs: {
      project: project.config.name,
      base: { tree: base?.id ?? '', commit: base?.commit ?? null },
      patch: record.patch === undefined ? null : sha256(record.patch),
      policy,
      policyDigest: digestOf(policy),
      rules: project.rules.map((rule) => ({ id: rule.id, digest: scenarioDigest(rule) })),
      scenarios: project.scenarios.map((scenario) => ({ id: scenario.id, digest: scenarioDigest(scenario) })),
      manifest: record.manifest,
      manifestDigest: digestOf(record.manifest),
      fitness: project.config.fitness,
      brief: record.brief === undefined ? null : sha256(record.brief),
      goal: producer?.goal ?? null,
      twins: verdict.twins,
      prices: digestOf(project.twins.map(({ name, prices }) => ({ name, prices }))),
      holdout: verdict.holdout,
    },
    measurement: {
      cases: record.cases,
      baseCases: record.baseCases ?? [],
      certificates: record.certificates,
      checks: verdict.checks.map(({ id, kind, status: one }) => ({ id, kind, status: one })),
      figures: verdict.figures,
      facts: record.facts,
    },
    producer: {
      agent: record.agent ?? null,
      attempt: producer?.attempt ?? null,
      runToken: producer?.runToken ?? null,
      usage: producer?.usage ?? null,
    },
    environment: {
      backlot: backlotVersion(),
      node: process.versions.node,
      platform,
      sandbox: verdict.determinism.sandbox,
    },
    verdict: sha256(verdictText),
    chain,
  }
  return gateRunSchema.parse(plain(run))
}

type Replaced<T> = { readonly [key in keyof T]: unknown }

/** The value without some keys, at any depth. */
function without(value: unknown, keys: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, keys))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !keys.has(key))
      .map(([key, item]) => [key, without(item, keys)]),
  )
}
