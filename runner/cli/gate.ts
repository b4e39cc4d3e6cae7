import { availableParallelism } from 'node:os'
import { type GateOptions, gate } from '../gate/gate.ts'
import { createProgress } from '../gate/progress.ts'
import { UsageError } from '../gate/workspace.ts'
import { printVerdict } from '../report/console.ts'
import type { Seen } from '../report/report-data.ts'
import { EXIT, type GateVerdict } from '../report/verdict.ts'
import { evidenceWriter } from './evidence.ts'
import { writeReports } from './reports.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `gate`, and with `alone` `run`: the same work without a base. */
export async function runGate(
  options: Readonly<Record<string, unknown>>,
  alone: boolean,
  onOpen: GateOptions['onOpen'],
): Promise<void> {
  const only = Array.isArray(options.only) ? options.only.map(String) : undefined
  let seen: Seen | undefined
  const evidence = evidenceWriter(alone ? {} : options)
  const verdict = await gate({
    project: text(options.project) ?? '.',
    base: text(options.base),
    candidate: text(options.candidate),
    alone,
    seeds: typeof options.seeds === 'number' ? options.seeds : undefined,
    only,
    jobs: typeof options.jobs === 'number' ? options.jobs : Math.min(4, availableParallelism()),
    shrink: options.shrink !== false,
    certify: options.certify === true,
    progress: createProgress(process.stderr, () => performance.now()),
    now: () => performance.now(),
    onSeen(given) {
      seen = given
    },
    onOpen,
    agent: evidence.agent,
    approveCommand: evidence.approveCommand,
    onRecord: evidence.onRecord,
    holdouts: options.holdouts !== false,
  })
  if (only !== undefined && verdict.runs.scenarios === 0)
    throw new UsageError(`expected --only to name scenarios, got ${only.join(', ')}: there are none of that name.`)
  const written = evidence.write(verdict)
  await writeReports(verdict, seen, options)
  await print(verdict, options.json === true)
  if (written !== undefined) process.stderr.write(`evidence: ${written.path}\n`)
  if (options.annotations === true) {
    const { printAnnotations } = await import('../report/annotations.ts')
    ;(options.json === true ? process.stderr : process.stdout).write(printAnnotations(verdict))
  }
  process.exitCode = options.exitZero === true ? 0 : EXIT[verdict.status]
}

async function print(verdict: GateVerdict, json: boolean): Promise<void> {
  // GitHub's runner reads commands from a job's output; a candidate's text must not be one.
  const safe = process.env.GITHUB_ACTIONS === 'true' ? (await import('../report/annotations.ts')).inert : String
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
  if (json) {
    process.stderr.write(safe(printVerdict(verdict, { colour: false })))
    process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`)
  } else process.stdout.write(safe(printVerdict(verdict, { colour })))
}
