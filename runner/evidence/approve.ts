import type { KeyObject } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json } from '../../twins/trace.ts'
import { UsageError } from '../gate/workspace.ts'
import { withLock } from '../store/lock.ts'
import { decideAgain } from './decide-again.ts'
import { seal, sha256 } from './envelope.ts'
import { keyId, parsePublicKey } from './key.ts'
import { type Read, readEvidence } from './read.ts'
import { APPROVAL, type Approval, statementOf } from './statement.ts'
import { addEntry, GATE_RUN_FILE, nextLink, summaryOf } from './write.ts'

/**
 * Adds a person's yes to the evidence in `folder`: a statement of its own, signed by that person, and a new summary. Nothing that is there changes.
 * `gateKeys` are the keys by which the evidence itself is trusted. Throws `UsageError` for one whom the policy does not name.
 */
export function approve(
  folder: string,
  person: { readonly name: string; readonly key: KeyObject; readonly at: string },
  gateKeys: readonly KeyObject[],
): { readonly file: string; readonly read: Read } {
  const { name, key, at } = person
  return withLock(join(dirname(folder), '.lock'), () => {
    const { run, digest, subject, approvals } = readEvidence(folder, gateKeys)
    const named = run.inputs.policy?.approvers ?? []
    const approver = named.find((one) => one.name === name)
    if (approver === undefined)
      throw new UsageError(
        `expected --as to be an approver of the policy (${named.map((one) => one.name).join(', ') || 'it names none'}), got "${name}".`,
      )
    if (keyId(parsePublicKey(approver.key)) !== keyId(key))
      throw new UsageError(`expected the key that the policy names for ${name}, got another.`)
    if (approvals.some(({ who }) => who === name)) throw new UsageError(`${name} has approved this already.`)

    const number = approvals.length + 1
    const chain = nextLink(dirname(folder))
    const approval: Approval = {
      schema: 'backlot.approval/v1',
      at,
      who: name,
      gateRun: digest,
      verdict: run.verdict,
      chain,
    }
    const files = [`approval-${number}.dsse.json`, `vsa-${number}.dsse.json`] as const
    const envelope = seal(statementOf(subject, APPROVAL, approval), key)
    const inputs: Record<string, string> = { [GATE_RUN_FILE]: sha256(readFileSync(join(folder, GATE_RUN_FILE))) }
    for (let before = 1; before < number; before++) {
      const file = `approval-${before}.dsse.json`
      inputs[file] = sha256(readFileSync(join(folder, file)))
    }
    inputs[files[0]] = sha256(envelope)
    const summary: Json = summaryOf({
      subject,
      at,
      verifier: `urn:backlot:approver:${name}`,
      status: decideAgain(run, [...approvals.map(({ who }) => who), name]).status,
      tier: run.decision.policy?.tier ?? null,
      policyDigest: run.inputs.policyDigest,
      inputs,
    })
    // A killed approver may have left these; the ledger does not know them, so they count for nothing.
    writeFileSync(join(folder, files[0]), envelope)
    writeFileSync(join(folder, files[1]), seal(summary, key))
    addEntry(dirname(folder), folder, files, 'approval', chain)
    return { file: join(folder, files[0]), read: readEvidence(folder, gateKeys) }
  })
}

/** The evidence folder that a user means: the folder itself, or a file in it. */
export function evidenceAt(path: string): string {
  const folder = existsSync(join(path, GATE_RUN_FILE)) ? path : dirname(path)
  if (existsSync(join(folder, GATE_RUN_FILE))) return folder
  throw new UsageError(
    `expected evidence in ${path}, got none. The gate writes it: npx backlot gate --evidence DIR --key FILE.`,
  )
}
