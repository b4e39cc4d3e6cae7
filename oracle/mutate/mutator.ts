import type { NodePath, types } from '@babel/core'

/** What kind of harm a fault does; a rate is claimed class by class, never over all. */
export type FaultClass =
  | 'money'
  | 'idempotency'
  | 'retry'
  | 'error'
  | 'time'
  | 'isolation'
  | 'concurrency'
  | 'cost'
  | 'privacy'
  | 'observability'
  | 'data'
  | 'logic'

export type Severity = 'critical' | 'major' | 'minor'

/** What a survivor of a mutator means, and which kind of check should have noticed. */
export type Facts = {
  readonly class: FaultClass
  readonly severity: Severity
  /** The check that is expected to catch it, in words. */
  readonly detector: string
}

/** A fault that services really have, as a change of their syntax wherever its pattern occurs. */
export type DomainMutator = Facts & {
  /** As in reports: `KeyPerAttempt`. */
  readonly name: string
  /** What it does, in words. */
  readonly does: string
  /** The replacements of one node; none where the pattern does not occur. Nodes are never shared with the original. */
  readonly mutate: (path: NodePath) => Iterable<types.Node>
}
