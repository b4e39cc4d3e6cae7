import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Status } from '../report/verdict.ts'
import { readChain } from '../store/chain.ts'
import { decideAgain } from './decide-again.ts'
import { type Read, readEvidence } from './read.ts'
import { GATE_RUN_FILE, LEDGER, PATCH_FILE } from './write.ts'

export type Step = { readonly step: string; readonly ok: boolean; readonly text: string }

/** What checking one verdict's evidence gave. `status` is what holds now, with the approvals that came since; undefined when a step failed. */
export type Checked = {
  readonly folder: string
  readonly steps: readonly Step[]
  readonly status: Status | undefined
  readonly read: Read | undefined
}

export type Expected = {
  /** The tree that is about to be merged. */
  readonly tree?: string | undefined
  /** The ledger's head, noted elsewhere. */
  readonly head?: string | undefined
  readonly now?: number | undefined
  readonly maxAgeMs?: number | undefined
}

/** Checks the evidence in one folder, offline and in order; stops at the first step that fails. */
export function verifyEvidence(folder: string, keys: readonly KeyObject[], expected: Expected = {}): Checked {
  const steps: Step[] = []
  const ok = (step: string, text: string): void => void steps.push({ step, ok: true, text })
  const stop = (step: string, text: string): Checked => {
    steps.push({ step, ok: false, text })
    return { folder, steps, status: undefined, read: undefined }
  }
  let read: Read
  try {
    read = readEvidence(folder, keys)
  } catch (error) {
    return stop('signatures', error instanceof Error ? error.message : String(error))
  }
  const { run, subject, approvals, index } = read
  const signers = approvals.map(({ who }) => who).join(', ')
  ok('signatures', `gate run, verdict, patch and summary${signers === '' ? '' : `; approved by ${signers}`}`)

  const { tree } = { tree: subject.digest.gitTree }
  if (expected.tree !== undefined && expected.tree !== tree)
    return stop('tree', `expected evidence on ${expected.tree}, got evidence on ${tree}`)
  ok('tree', tree)

  const { status, differences } = decideAgain(
    run,
    approvals.map(({ who }) => who),
  )
  if (differences.length > 0) return stop('verdict', differences.slice(0, 5).join('; '))
  const { cases, checks } = run.measurement
  ok('verdict', `decided again from ${cases.length} cases and ${checks.length} checks: ${status}`)

  const { head, entries } = readChain(join(folder, '..', LEDGER))
  if (expected.head !== undefined && expected.head !== head)
    return stop('ledger', `expected the head ${expected.head.slice(0, 16)}, got ${head.slice(0, 16)}`)
  ok('ledger', `entry ${index + 1} of ${entries.length}, head ${head}`)

  const { now, maxAgeMs } = expected
  if (maxAgeMs !== undefined && now !== undefined) {
    const ageMs = now - Date.parse(run.at)
    if (ageMs > maxAgeMs || ageMs < -60_000)
      return stop('age', `expected at most ${hours(maxAgeMs)} h, got ${hours(ageMs)} h`)
  }
  ok('age', `signed at ${run.at}`)
  return { folder, steps, status, read }
}

const hours = (ms: number): string => (ms / 3_600_000).toFixed(1)

/** Every verdict that the ledger of `folder` names, oldest first. Throws when the ledger itself is broken. */
export function foldersIn(folder: string): readonly string[] {
  if (existsSync(join(folder, GATE_RUN_FILE))) return [folder]
  const names = readChain(join(folder, LEDGER)).entries.map((entry) => String(entry.folder))
  return [...new Set(names)].map((name) => join(folder, basename(name)))
}

/** The patch that turns the base into the candidate, beside the statement. */
export const patchFile = (folder: string): string => join(folder, PATCH_FILE)

/** Some of the cases, spread over all of them: which ones is decided by the digest, so nobody can choose. */
export function sampleOf({ run, digest }: Read, count: number): Read['run']['measurement']['cases'] {
  const { cases } = run.measurement
  const start = cases.length === 0 ? 0 : Number.parseInt(digest.slice(0, 8), 16) % cases.length
  const stride = Math.max(1, Math.floor(cases.length / Math.max(1, count)))
  return Array.from(
    { length: Math.min(count, cases.length) },
    (_, at) => cases[(start + at * stride) % cases.length],
  ).flatMap((one) => (one === undefined ? [] : [one]))
}
