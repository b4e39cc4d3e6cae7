import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { readChain } from '../store/chain.ts'
import { decideAgain } from './decide-again.ts'
import { type Opened, open, sha256 } from './envelope.ts'
import { parsePublicKey } from './key.ts'
import { approvalSchema, gateRunSchema, statementSchema } from './schema.ts'
import { APPROVAL, type Approval, GATE_RUN, type GateRun, type Statement, VERIFICATION } from './statement.ts'
import { GATE_RUN_FILE, LEDGER, PATCH_FILE, VERDICT_FILE } from './write.ts'

/** One verdict's evidence, opened: everything in it is signed by a key that is trusted, and stands in the ledger. */
export type Read = {
  readonly folder: string
  readonly subject: Statement['subject'][number]
  readonly run: GateRun
  /** Digest of the signed gate run. */
  readonly digest: string
  readonly approvals: readonly Approval[]
  readonly index: number
}

const ledgerEntry = z.strictObject({
  index: z.int().min(0),
  kind: z.enum(['gate-run', 'approval']),
  folder: z.string(),
  files: z.record(z.string(), z.string()),
})

/**
 * Reads the evidence in `folder` and holds every byte of every file against signatures and digests. Throws at the first thing that does not fit.
 * `keys` are those of gates; those of approvers stand in the signed policy.
 */
export function readEvidence(folder: string, keys: readonly KeyObject[]): Read {
  const at = (name: string): string => join(folder, name)
  const ledger = ledgerOf(folder)
  const own = ledger.entries.filter((entry) => entry.folder === basename(folder))
  const first = own.find(({ kind }) => kind === 'gate-run')
  if (first === undefined) throw new Error(`${ledger.file}: expected an entry for ${basename(folder)}, got none`)
  for (const { files } of own) for (const [name, digest] of Object.entries(files)) same(at(name), digest)

  const envelope = text(at(GATE_RUN_FILE))
  const opened = told(at(GATE_RUN_FILE), () => open(envelope, keys))
  const { statement, predicate: run } = told(at(GATE_RUN_FILE), () => stated(opened, GATE_RUN, gateRunSchema))
  const [subject] = statement.subject
  if (subject === undefined) throw new Error(`${at(GATE_RUN_FILE)}: expected a subject, got none`)
  anchored(ledger, run.chain, first.index)
  same(at(VERDICT_FILE), run.verdict)
  if (run.inputs.patch !== null) same(at(PATCH_FILE), run.inputs.patch)

  const inputs: Record<string, string> = { [GATE_RUN_FILE]: sha256(envelope) }
  const who: string[] = []
  const approvals = own.slice(1).map((entry): Approval => {
    const name = Object.keys(entry.files).find((file) => file.startsWith('approval-')) ?? ''
    const approval = readApproval(at(name), run, opened.digest, subject)
    anchored(ledger, approval.chain, entry.index)
    inputs[name] = sha256(text(at(name)))
    who.push(approval.who)
    checkSummary(at(name.replace('approval-', 'vsa-')), approverKeys(run), subject, inputs, passes(run, who))
    return approval
  })
  checkSummary(at('vsa.dsse.json'), keys, subject, { [GATE_RUN_FILE]: sha256(envelope) }, passes(run, []))
  return { folder, subject, run, digest: opened.digest, approvals, index: first.index }
}

/** An approval, signed by somebody whom the signed policy names, of this very run. */
function readApproval(path: string, run: GateRun, gateRun: string, subject: Statement['subject'][number]): Approval {
  return told(path, () => {
    const opened = open(text(path), approverKeys(run))
    const { statement, predicate } = stated(opened, APPROVAL, approvalSchema)
    const approver = run.inputs.policy?.approvers.find(({ name }) => name === predicate.who)
    if (approver === undefined) throw new Error(`expected an approver of the policy, got "${predicate.who}"`)
    // The signature is good for some approver; it has to be the one who is named.
    open(text(path), [parsePublicKey(approver.key)])
    if (predicate.gateRun !== gateRun || predicate.verdict !== run.verdict)
      throw new Error('expected an approval of this run, got one of another')
    if (statement.subject[0]?.digest.gitTree !== subject.digest.gitTree)
      throw new Error('expected an approval of this tree, got one of another')
    return predicate
  })
}

const approverKeys = (run: GateRun): readonly KeyObject[] =>
  (run.inputs.policy?.approvers ?? []).map(({ key }) => parsePublicKey(key))

const summary = z.looseObject({
  inputAttestations: z.array(z.strictObject({ uri: z.string(), digest: z.strictObject({ sha256: z.string() }) })),
  verificationResult: z.enum(['PASSED', 'FAILED']),
})

const passes = (run: GateRun, approvals: readonly string[]): boolean => decideAgain(run, approvals).status === 'pass'

/** The summary is about the same tree, says what comes of it, and names all that it sums up, by digest. */
function checkSummary(
  path: string,
  keys: readonly KeyObject[],
  subject: Statement['subject'][number],
  inputs: Readonly<Record<string, string>>,
  passed: boolean,
): void {
  told(path, () => {
    const { statement, predicate } = stated(open(text(path), keys), VERIFICATION, summary)
    const result = passed ? 'PASSED' : 'FAILED'
    if (predicate.verificationResult !== result)
      throw new Error(
        `expected the result that the run and its approvals give, ${result}, got ${predicate.verificationResult}`,
      )
    if (statement.subject[0]?.digest.gitTree !== subject.digest.gitTree)
      throw new Error('expected a summary of this tree, got one of another')
    const named = Object.fromEntries(predicate.inputAttestations.map(({ uri, digest }) => [uri, digest.sha256]))
    const print = (of: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(of).sort())
    if (print(named) !== print(inputs)) throw new Error('expected the digests of what it sums up, got others')
  })
}

function stated<T>(
  { statement }: Opened,
  type: string,
  schema: z.ZodType<T>,
): { readonly statement: Statement; readonly predicate: T } {
  const read = statementSchema.parse(statement)
  if (read.predicateType !== type) throw new Error(`expected a statement of type ${type}, got ${read.predicateType}`)
  return { statement: read, predicate: schema.parse(read.predicate) }
}

type Ledger = {
  readonly file: string
  readonly entries: readonly z.infer<typeof ledgerEntry>[]
  readonly heads: readonly string[]
}

function ledgerOf(folder: string): Ledger {
  const file = join(dirname(folder), LEDGER)
  const { entries, heads } = readChain(file)
  const read = entries.map((entry, at) => {
    const one = told(file, () => ledgerEntry.parse(entry))
    if (one.index !== at) throw new Error(`${file}:${at + 1}: expected entry ${at}, got ${one.index}`)
    return one
  })
  return { file, entries: read, heads }
}

/** The signed place in the ledger is the real one: nothing before it was changed, taken out or put in. */
function anchored(
  { file, heads }: Ledger,
  chain: { readonly index: number; readonly prev: string },
  index: number,
): void {
  if (chain.index !== index || heads[index] !== chain.prev)
    throw new Error(
      `${file}: expected the ledger that was signed before entry ${chain.index}, got another. Entries were changed, taken out or put in.`,
    )
}

function same(path: string, digest: string): void {
  const got = sha256(bytes(path))
  if (got !== digest)
    throw new Error(`${path}: expected the file that was signed, ${digest.slice(0, 16)}, got ${got.slice(0, 16)}`)
}

function bytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    throw new Error(`${path}: expected this file, got none`)
  }
}
const text = (path: string): string => {
  const read = bytes(path)
  const decoded = read.toString('utf8')
  if (!Buffer.from(decoded, 'utf8').equals(read)) throw new Error(`${path}: expected UTF-8, got something else`)
  return decoded
}

function told<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : []
    const what =
      issue !== undefined
        ? `expected a statement of this version, got ${issue.path.join('.')}: ${issue.message}`
        : error instanceof Error
          ? error.message
          : String(error)
    throw new Error(what.startsWith(path) ? what : `${path}: ${what}`, { cause: error })
  }
}
