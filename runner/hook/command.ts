import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { z } from 'zod'
import { printable } from '../gate/intake.ts'
import type { ChangeAnswer, HookAgent, Work } from './agent.ts'
import type { Box } from './box.ts'
import { briefOf, critiqueBriefOf } from './brief.ts'
import type { Real } from './client.ts'
import { type Change, critiqueSaidSchema, judgeSaidSchema, type Usage, usageSchema } from './contract.ts'
import { HookFailure } from './failure.ts'
import { explain, readJson } from './json.ts'
import { readPlainFile } from './plain-file.ts'
import { type Ended, startProgram } from './program.ts'
import { openWorkshop, type Workshop, writeNote } from './workshop.ts'

export type CommandOptions = {
  readonly name: string
  readonly version: string
  readonly modelFamily: string | null
  /** Words, not a shell line; `{brief}` in one becomes the path of the brief. */
  readonly change?: readonly string[]
  readonly critique?: readonly string[]
  readonly judge?: readonly string[]
  /** A folder in the repository that has the bases. */
  readonly repository: string
  /** All that the program finds in its environment, beside BACKLOT_BRIEF, BACKLOT_REQUEST and BACKLOT_USAGE. */
  readonly env: Readonly<Record<string, string>>
  readonly box: Box
  /** The program may import the repository's installed packages. */
  readonly packages?: boolean | undefined
  readonly wallMs: number
  readonly outputBytes: number
  readonly real: Real
}

const USAGE_BYTES = 65_536

/** Any local program as an agent: it finds the base in a throw-away copy and the brief on stdin, edits files and exits. */
export function commandAgent(options: CommandOptions): HookAgent {
  const { change, critique, judge } = options
  return {
    about: {
      name: options.name,
      version: options.version,
      modelFamily: options.modelFamily,
      reply: change === undefined ? [] : ['patch'],
    },
    ...(change === undefined
      ? {}
      : {
          change: (request, work) =>
            inWorkshop(options, request.base.commit, undefined, async (workshop) => {
              const brief = briefOf(request)
              const { ended, usage } = await runIn(options, workshop, change, brief, request, work)
              return changeAnswer(ended, usage, workshop, request.base.commit)
            }),
        }),
    ...(critique === undefined
      ? {}
      : {
          critique: (request, work) =>
            inWorkshop(options, request.base.commit, request.change, async (workshop) => {
              const brief = critiqueBriefOf(request)
              const { ended, usage } = await runIn(options, workshop, critique, brief, request, work)
              return { ...said(ended, critiqueSaidSchema), usage }
            }),
        }),
    ...(judge === undefined
      ? {}
      : {
          judge: (request, work) =>
            inWorkshop(options, undefined, undefined, async (workshop) => {
              const text = `${JSON.stringify(request)}\n`
              const { ended, usage } = await runIn(options, workshop, judge, text, request, work)
              return { ...said(ended, judgeSaidSchema), usage }
            }),
        }),
  }
}

async function inWorkshop<A>(
  { repository, packages }: CommandOptions,
  commit: string | undefined,
  change: Change | undefined,
  use: (workshop: Workshop) => Promise<A>,
): Promise<A> {
  const workshop = openWorkshop(repository, commit, { change, packages })
  try {
    return await use(workshop)
  } finally {
    workshop.close()
  }
}

/** Runs a program in the workshop: brief on stdin and as a file, the request as JSON, a place for what it cost. */
async function runIn(
  options: CommandOptions,
  workshop: Workshop,
  words: readonly string[],
  brief: string,
  request: { readonly budget: { readonly timeoutMs: number } },
  work: Work,
): Promise<{ readonly ended: Ended; readonly usage: Usage }> {
  const env = programEnv(options, workshop, brief, request)
  const argv = words.map((word) => word.replaceAll('{brief}', env.BACKLOT_BRIEF))
  const startedMs = options.real.now()
  const program = startProgram({
    argv: options.box(argv, env, workshop.place),
    cwd: workshop.folder,
    env,
    wallMs: Math.min(options.wallMs, request.budget.timeoutMs),
    outputBytes: options.outputBytes,
    signal: work.signal,
    real: options.real,
    onLine: work.progress,
  })
  program.stdin.end(brief)
  const ended = await program.ended
  return { ended, usage: { ...readUsageFile(env.BACKLOT_USAGE), wallMs: Math.round(options.real.now() - startedMs) } }
}

/** What a program finds in its environment, with the files that it names. */
export function programEnv(
  { env }: Pick<CommandOptions, 'env'>,
  workshop: Workshop,
  brief: string,
  request: object,
): Record<string, string> & { BACKLOT_BRIEF: string; BACKLOT_USAGE: string } {
  return {
    ...env,
    BACKLOT_BRIEF: writeNote(workshop, 'brief.md', brief),
    BACKLOT_REQUEST: writeNote(workshop, 'request.json', JSON.stringify(request, null, 2)),
    BACKLOT_USAGE: join(workshop.notes, 'usage.json'),
  }
}

/** What the program wrote about its cost, if it did and if it can be read. */
function readUsageFile(file: string): Usage {
  const bytes = readPlainFile(file, USAGE_BYTES)
  if (bytes === undefined) return {}
  try {
    const parsed = usageSchema.safeParse(readJson(bytes, 'usage'))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}

export function changeAnswer(ended: Ended, usage: Usage, workshop: Workshop, baseCommit: string): ChangeAnswer {
  switch (ended.kind) {
    case 'missing':
      throw new HookFailure('agent-error', `expected a program that starts, got: ${ended.why}`)
    case 'stopped':
      return {
        status: ended.why === 'cancelled' ? 'cancelled' : 'failed',
        usage,
        notes: `stopped: ${STOPPED[ended.why]}\n${printable(ended.tail, 3000)}`,
      }
    case 'exited': {
      if (ended.code !== 0)
        return { status: 'failed', usage, notes: `exit code ${ended.code}\n${printable(ended.tail, 3000)}` }
      const diff = workshop.diff()
      if (diff === undefined)
        return { status: 'declined', usage, notes: `changed nothing\n${printable(ended.tail, 3000)}` }
      return { status: 'completed', usage, notes: printable(ended.tail, 3000), change: patchChange(diff, baseCommit) }
    }
    default:
      return ended satisfies never
  }
}

const STOPPED = { deadline: 'its time was up', cancelled: 'it was cancelled', output: 'it wrote too much' } as const

/** A diff as the contract sends it. */
export function patchChange(diff: Buffer, baseCommit: string): Change {
  const text = diff.toString('utf8')
  if (!Buffer.from(text).equals(diff))
    throw new HookFailure(
      'unsupported-reply',
      'expected a diff in UTF-8, got other bytes. Binary files have to be left alone.',
    )
  return {
    kind: 'patch',
    format: 'git-diff',
    baseCommit,
    diff: text,
    sha256: createHash('sha256').update(diff).digest('hex'),
  }
}

/** The JSON object a critic or judge printed: all of its output, or the last line. */
function saidBy(ended: Ended): unknown {
  if (ended.kind === 'missing')
    throw new HookFailure('agent-error', `expected a program that starts, got: ${ended.why}`)
  if (ended.kind === 'stopped')
    throw new HookFailure('agent-error', `expected an answer, got none: ${STOPPED[ended.why]}`)
  if (ended.code !== 0)
    throw new HookFailure(
      'agent-error',
      `expected exit code 0, got ${ended.code}: ${printable(ended.tail.slice(-300))}`,
    )
  const text = ended.stdout.toString('utf8').trim()
  const whole = text.startsWith('{') ? text : undefined
  for (const candidate of [whole, text.split('\n').at(-1)]) {
    if (candidate === undefined) continue
    try {
      return readJson(Buffer.from(candidate), 'answer')
    } catch {
      // The next one, then.
    }
  }
  throw new HookFailure('agent-error', `expected JSON as the last line, got "${printable(text.slice(-200))}"`)
}

/** An answer by its schema. */
function said<T>(ended: Ended, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(saidBy(ended))
  if (parsed.success) return parsed.data
  throw new HookFailure('agent-error', `expected an answer by the contract, got one where ${explain(parsed.error)}`)
}
