import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { DecisionLog } from '../../twins/world.ts'
import type { Failure } from '../pool/job.ts'

export const ARTEFACT_SCHEMA = 'backlot.failure/v1'

/** One failure, with everything that brings it back: scenario, seed, decisions, which code, and the hash it must give. */
export type Artefact = {
  readonly schema: typeof ARTEFACT_SCHEMA
  readonly check: string
  readonly kind: string
  readonly message: string
  readonly scenario: Scenario
  readonly seed: string
  readonly decisions: DecisionLog
  readonly hash: string
  readonly failure: Failure | null
  readonly source: {
    readonly project: string
    readonly base: string | null
    /** How the candidate was named; a patch is kept whole, so that the file stands alone. */
    readonly candidate: string | null
    readonly patch: string | null
    readonly tree: string
  }
  readonly versions: { readonly node: string; readonly backlot: string }
  readonly smallest: {
    readonly stepsBefore: number
    readonly stepsAfter: number
    readonly minimal: boolean
    readonly runs: number
  } | null
}

// The parts a person might edit are checked; the scenario was checked when it was parsed.
const shape = z.looseObject({
  schema: z.literal(ARTEFACT_SCHEMA),
  check: z.string(),
  seed: z.string(),
  hash: z.string(),
  scenario: z.looseObject({ id: z.string(), when: z.array(z.unknown()), then: z.array(z.unknown()) }),
  decisions: z.record(z.string(), z.number()),
  source: z.looseObject({ project: z.string(), tree: z.string() }),
})

/** Writes text under a name only when it is whole: a killed process leaves the old file or none. */
export function writeWhole(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, text)
  renameSync(part, path)
}

/** Where a failure is kept, relative to the project's `.backlot` folder. */
export const artefactPath = (folder: string, check: string, scenario: string, seed: string): string =>
  join(
    folder,
    'failures',
    `${check === scenario ? scenario : `${check}-${scenario}`}-${seed}.json`.replace(/[^A-Za-z0-9._-]/g, '_'),
  )

export const writeArtefact = (path: string, artefact: Artefact): void =>
  writeWhole(path, `${JSON.stringify(artefact, null, 2)}\n`)

/** Reads a failure. Throws with what was expected and found. */
export function readArtefact(path: string): Artefact {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path}: expected a failure file, got ${error instanceof Error ? error.message : String(error)}`)
  }
  const result = shape.safeParse(value)
  if (result.success) return value as Artefact
  const [issue] = result.error.issues
  throw new Error(
    `${path}: expected a failure file (${ARTEFACT_SCHEMA}), got ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'something else'}`,
  )
}
