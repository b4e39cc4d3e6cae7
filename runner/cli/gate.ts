import { availableParallelism } from 'node:os'
import { type GateOptions, gate } from '../gate/gate.ts'
import { createProgress } from '../gate/progress.ts'
import { UsageError } from '../gate/workspace.ts'
import { printVerdict } from '../report/console.ts'
import { EXIT, type GateVerdict } from '../report/verdict.ts'
import { writeWhole } from '../store/artefact.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `gate`, and with `alone` `run`: the same work without a base. */
export async function runGate(
  options: Readonly<Record<string, unknown>>,
  alone: boolean,
  onOpen: GateOptions['onOpen'],
): Promise<void> {
  const only = Array.isArray(options.only) ? options.only.map(String) : undefined
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
    onOpen,
  })
  if (only !== undefined && verdict.runs.scenarios === 0)
    throw new UsageError(`expected --only to name scenarios, got ${only.join(', ')}: there are none of that name.`)
  await write(verdict, options)
  process.exitCode = options.exitZero === true ? 0 : EXIT[verdict.status]
}

async function write(verdict: GateVerdict, options: Readonly<Record<string, unknown>>): Promise<void> {
  const [junit, markdown] = [text(options.junit), text(options.markdown)]
  if (junit !== undefined) writeWhole(junit, (await import('../report/junit.ts')).printJUnit(verdict))
  if (markdown !== undefined) writeWhole(markdown, (await import('../report/markdown.ts')).printMarkdown(verdict))
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
  if (options.json === true) {
    process.stderr.write(printVerdict(verdict, { colour: false }))
    process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`)
  } else process.stdout.write(printVerdict(verdict, { colour }))
}
