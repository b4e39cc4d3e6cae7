import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { evidenceAt } from '../evidence/approve.ts'
import { readPublicKey } from '../evidence/key.ts'
import { replayEvidence } from '../evidence/replay.ts'
import { type Checked, foldersIn, type Step, verifyEvidence } from '../evidence/verify.ts'
import { LEDGER } from '../evidence/write.ts'
import { EXIT, statusOf } from '../report/verdict.ts'
import type { OnOpen } from './open.ts'

const HOUR_MS = 3_600_000
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `verify EVIDENCE`: one line a step, then what the verdict is now. */
export async function runVerify(
  evidence: string,
  options: Readonly<Record<string, unknown>>,
  onOpen: OnOpen,
): Promise<void> {
  const keys = (Array.isArray(options.key) ? options.key : []).map((file) => readPublicKey(String(file)))
  const expected = {
    tree: text(options.tree),
    head: text(options.head),
    now: Date.now(),
    maxAgeMs: typeof options.maxAge === 'number' ? options.maxAge * HOUR_MS : undefined,
  }
  const results: Checked[] = []
  for (const folder of foldersOf(evidence)) {
    const checked = verifyEvidence(folder, keys, expected)
    results.push(await replayed(checked, options, onOpen))
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(report(results), null, 2)}\n`)
  else for (const checked of results) process.stdout.write(print(checked))
  const broken = results.some(({ status }) => status === undefined)
  process.exitCode = broken
    ? 1
    : EXIT[statusOf(results.flatMap(({ status }) => (status === undefined ? [] : [{ status }])))]
}

/** One verdict, or all that the ledger of a folder names. */
function foldersOf(evidence: string): readonly string[] {
  if (!existsSync(join(evidence, LEDGER))) return [evidenceAt(evidence)]
  try {
    return foldersIn(evidence)
  } catch {
    // The ledger is broken: its first verdict's check says where.
    return [evidence]
  }
}

async function replayed(
  checked: Checked,
  options: Readonly<Record<string, unknown>>,
  onOpen: OnOpen,
): Promise<Checked> {
  if (typeof options.replay !== 'number' || checked.read === undefined) return checked
  const { same, of, differences } = await replayEvidence(checked.read, {
    project: text(options.project) ?? '.',
    base: text(options.base),
    count: options.replay,
    jobs: Math.min(4, availableParallelism()),
    onOpen,
  })
  const ok = differences.length === 0 && of > 0
  const told = of === 0 ? 'expected cases to run again, got none' : differences.slice(0, 3).join('; ')
  const step: Step = { step: 'replay', ok, text: ok ? `${same} of ${of} cases run again, each to its hash` : told }
  return { ...checked, steps: [...checked.steps, step], status: ok ? checked.status : undefined }
}

function print({ folder, steps, status, read }: Checked): string {
  const lines = steps.map(({ step, ok, text: said }) => `${ok ? 'ok  ' : 'FAIL'}  ${step.padEnd(10)}  ${said}`)
  const of = read === undefined ? '' : `  ${read.run.inputs.project}: tree ${read.subject.digest.gitTree}`
  return `${folder}\n${lines.join('\n')}\n${status ?? 'not to be trusted'}${of}\n`
}

const report = (results: readonly Checked[]): object => ({
  schema: 'backlot.verify/v1',
  evidence: results.map(({ folder, steps, status, read }) => ({
    folder,
    status: status ?? 'broken',
    verdict: read?.run.decision.verdict ?? null,
    tree: read?.subject.digest.gitTree ?? null,
    approvals: read?.approvals.map(({ who, at }) => ({ who, at })) ?? [],
    steps,
  })),
})
