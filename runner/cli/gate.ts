import { availableParallelism } from 'node:os'
import { type GateOptions, gate } from '../gate/gate.ts'
import { type Part, requestOf, unplayedPart } from '../gate/part.ts'
import { createProgress } from '../gate/progress.ts'
import { UsageError } from '../gate/workspace.ts'
import { printVerdict } from '../report/console.ts'
import type { Seen } from '../report/report-data.ts'
import { EXIT, type GateVerdict } from '../report/verdict.ts'
import { writeWhole } from '../store/artefact.ts'
import { evidenceWriter } from './evidence.ts'
import { judgeOf } from './judge.ts'
import { writeReports } from './reports.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `gate`, and with `alone` `run`: the same work without a base. */
export async function runGate(
  options: Readonly<Record<string, unknown>>,
  alone: boolean,
  onOpen: GateOptions['onOpen'],
  parts?: GateOptions['parts'],
): Promise<void> {
  const shard = shardOf(options)
  const only = Array.isArray(options.only) ? options.only.map(String) : undefined
  // GitHub's runner reads commands from a job's output; a candidate's text must not be one.
  const safe = process.env.GITHUB_ACTIONS === 'true' ? (await import('../report/annotations.ts')).inert : String
  const progress = createProgress(process.stderr, () => performance.now())
  let seen: Seen | undefined
  let part: Omit<Part, 'verdict'> | undefined
  const evidence = evidenceWriter(alone ? {} : options)
  const asked: GateOptions = {
    project: text(options.project) ?? '.',
    base: text(options.base),
    candidate: text(options.candidate),
    alone,
    seeds: typeof options.seeds === 'number' ? options.seeds : undefined,
    only,
    jobs: typeof options.jobs === 'number' ? options.jobs : Math.min(4, availableParallelism()),
    shrink: options.shrink !== false,
    certify: options.certify === true,
    progress: { ...progress, note: (text) => progress.note(safe(text)) },
    now: () => performance.now(),
    onSeen(given) {
      seen = given
    },
    shard,
    parts,
    onPart(given) {
      part = given
    },
    cache: cacheOf(options),
    today: new Date().toISOString().slice(0, 10),
    onOpen,
    agent: evidence.agent,
    approveCommand: evidence.approveCommand,
    onRecord: evidence.onRecord,
    holdouts: options.holdouts !== false,
    judge: alone ? undefined : judgeOf,
  }
  const verdict = await gate(asked)
  if (only !== undefined && verdict.runs.scenarios === 0 && verdict.unproven.length === 0)
    throw new UsageError(`expected --only to name scenarios, got ${only.join(', ')}: there are none of that name.`)
  const written = evidence.write(verdict)
  if (shard === undefined) await writeReports(verdict, seen, options)
  else {
    const whole = part === undefined ? unplayedPart(verdict, shard, requestOf(asked)) : { ...part, verdict }
    writeWhole(String(options.verdict), `${JSON.stringify(whole)}\n`)
    await writeReports(verdict, seen, { ...options, verdict: undefined })
  }
  print(verdict, options.json === true, safe)
  if (written !== undefined) process.stderr.write(`evidence: ${written.path}\n`)
  if (options.annotations === true) {
    const { printAnnotations } = await import('../report/annotations.ts')
    ;(options.json === true ? process.stderr : process.stdout).write(printAnnotations(verdict))
  }
  process.exitCode = options.exitZero === true ? 0 : EXIT[verdict.status]
}

/** `2/4`. A part has to be kept, or nobody could ever judge it. */
function shardOf({ shard, verdict, evidence }: Readonly<Record<string, unknown>>): GateOptions['shard'] {
  if (typeof shard !== 'string') return undefined
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(shard)?.map(Number) ?? []
  if (index === undefined || of === undefined || index < 1 || index > of)
    throw new UsageError(`expected --shard to be a part of a whole such as 2/4, got "${shard}".`)
  if (typeof verdict !== 'string')
    throw new UsageError(
      'expected --verdict FILE beside --shard, got none: "backlot merge" judges these files together.',
    )
  if (typeof evidence === 'string')
    throw new UsageError('expected no --evidence beside --shard: a part proves nothing. Give it to "backlot merge".')
  return { index, of }
}

function cacheOf({ cache, cacheWrite }: Readonly<Record<string, unknown>>): GateOptions['cache'] {
  if (typeof cache === 'string')
    return { folder: cache, write: cacheWrite === true, privateKey: process.env.BACKLOT_CACHE_KEY }
  if (cacheWrite === true) throw new UsageError('expected --cache DIR beside --cache-write, got none.')
  return undefined
}

function print(verdict: GateVerdict, json: boolean, safe: (text: string) => string): void {
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
  if (json) {
    process.stderr.write(safe(printVerdict(verdict, { colour: false })))
    process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`)
  } else process.stdout.write(safe(printVerdict(verdict, { colour })))
}
