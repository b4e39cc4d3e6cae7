import type { KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../twins/trace.ts'
import type { GateRecord } from '../gate/context.ts'
import type { GateVerdict, Status } from '../report/verdict.ts'
import { appendChain, mendChain, readChain } from '../store/chain.ts'
import { withLock } from '../store/lock.ts'
import { backlotVersion } from '../version.ts'
import { seal, sha256 } from './envelope.ts'
import { printPublicKey } from './key.ts'
import { digestOf, GATE_RUN, gateRunOf, type Producer, type Subject, statementOf, VERIFICATION } from './statement.ts'

export const LEDGER = 'ledger.jsonl'
/** The gate's public key, for those who approve. Whoever verifies brings it along. */
export const GATE_KEY = 'gate.pub'
export const GATE_RUN_FILE = 'gate-run.dsse.json'
export const VERDICT_FILE = 'verdict.json'
export const PATCH_FILE = 'candidate.patch'

export type Evidence = {
  /** The folder of this verdict, in the folder of all evidence. */
  readonly path: string
  /** Digest of the signed statement. */
  readonly digest: string
}

/** The folder that evidence on a tree gets: its first digits, and a number when there is some already. */
export function evidenceFolder(folder: string, tree: string): string {
  const name = join(folder, tree.slice(0, 12))
  for (let at = 1; ; at++) {
    const path = at === 1 ? name : `${name}-${at}`
    if (!existsSync(path)) return path
  }
}

/**
 * Writes one verdict down for good: a signed statement of what was run on what, the verdict, the patch, a summary for other tools, and an entry
 * in the ledger of the folder. Whole or not at all: a killed writer leaves nothing that counts.
 */
export function writeEvidence(given: {
  readonly folder: string
  readonly verdict: GateVerdict
  readonly record: GateRecord
  readonly key: KeyObject
  /** Now, as ISO 8601 in UTC. */
  readonly at: string
  readonly platform: string
  readonly producer?: Producer | undefined
}): Evidence {
  const { folder, verdict, record, key, at, platform, producer } = given
  mkdirSync(folder, { recursive: true })
  return withLock(join(folder, '.lock'), () => {
    if (!existsSync(join(folder, GATE_KEY))) writeFileSync(join(folder, GATE_KEY), `${printPublicKey(key)}\n`)
    const chain = nextLink(folder)
    const path = evidenceFolder(folder, record.candidate.id)
    const verdictText = `${JSON.stringify(verdict, null, 2)}\n`
    const subject = subjectOf(record)
    const run = gateRunOf({ verdict, verdictText, record, at, platform, producer, chain })
    const envelope = seal(statementOf(subject, GATE_RUN, run as Json), key)
    const files: Record<string, string | Buffer> = {
      [GATE_RUN_FILE]: envelope,
      [VERDICT_FILE]: verdictText,
      'vsa.dsse.json': seal(
        summaryOf({
          subject,
          at,
          verifier: 'urn:backlot:gate',
          status: verdict.status,
          tier: verdict.policy?.tier ?? null,
          policyDigest: run.inputs.policyDigest,
          inputs: { [GATE_RUN_FILE]: sha256(envelope) },
        }),
        key,
      ),
    }
    if (record.patch !== undefined) files[PATCH_FILE] = record.patch
    addFolder(folder, path, files, 'gate-run', chain)
    return { path, digest: digestOf(statementOf(subject, GATE_RUN, run as Json)) }
  })
}

/** Where the next entry of a folder's ledger goes; the caller holds the lock. */
export function nextLink(folder: string): { readonly index: number; readonly prev: string } {
  mendChain(join(folder, LEDGER))
  const { entries, head } = readChain(join(folder, LEDGER))
  return { index: entries.length, prev: head }
}

function addFolder(
  folder: string,
  path: string,
  files: Readonly<Record<string, string | Buffer>>,
  kind: string,
  chain: { readonly index: number },
): void {
  const part = `${path}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(part, name), content)
  renameSync(part, path)
  addEntry(folder, path, Object.keys(files), kind, chain)
}

/** One line of the ledger: which files belong to it, by digest. */
export function addEntry(
  folder: string,
  path: string,
  names: readonly string[],
  kind: string,
  { index }: { readonly index: number },
): void {
  const files = Object.fromEntries(names.map((name) => [name, sha256(readFileSync(join(path, name)))]))
  appendChain(join(folder, LEDGER), { index, kind, folder: path.slice(folder.length + 1), files })
}

const subjectOf = ({ project, candidate }: GateRecord): Subject => ({
  name: project.config.name,
  digest: { gitTree: candidate.id, ...(candidate.commit === undefined ? {} : { gitCommit: candidate.commit }) },
})

/** A verification summary, for tools that know nothing of Backlot. Source: https://slsa.dev/spec/v1.2/verification_summary (2026-11-22). */
export function summaryOf(given: {
  readonly subject: Subject
  readonly at: string
  readonly verifier: string
  readonly status: Status
  readonly tier: number | null
  readonly policyDigest: string
  readonly inputs: Readonly<Record<string, string>>
}): Json {
  const passed = given.status === 'pass'
  return statementOf(given.subject, VERIFICATION, {
    verifier: { id: given.verifier, version: { backlot: backlotVersion() } },
    timeVerified: given.at,
    resourceUri: `urn:backlot:project:${given.subject.name}:${given.subject.digest.gitTree}`,
    policy: { uri: 'urn:backlot:policy', digest: { sha256: given.policyDigest } },
    inputAttestations: Object.entries(given.inputs).map(([uri, digest]) => ({ uri, digest: { sha256: digest } })),
    verificationResult: passed ? 'PASSED' : 'FAILED',
    verifiedLevels: passed ? [given.tier === null ? 'BACKLOT_GATE' : `BACKLOT_TIER_${given.tier}`] : ['FAILED'],
    slsaVersion: '1.2',
  })
}
