import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { SuitePlan } from './child.ts'
import type { SuiteVerdict } from './judge.ts'

/** The tests do not pass as they are, or cannot be run this way. Exit code 4. */
export class SuiteFailed extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SuiteFailed'
  }
}

export type SuiteOptions = {
  readonly module: string
  readonly word: string
  readonly ids: readonly string[]
  /** Where plans may be written. */
  readonly folder: string
  readonly jobs: number
  readonly onStep: (survived: boolean) => void
  readonly onOpen: (close: () => void) => void
}

/** More of its own processor time than this for one mutant, beside ten times what all tests take, is a loop. */
const CPU_MS = 800
const CPU_FACTOR = 10
const LOOK_MS = 200
const HEAP_MB = 512
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const CHILD = fileURLToPath(new URL(`./child.${EXTENSION}`, import.meta.url))

/** Judges mutants of a bundled test suite in child processes that stay warm. A child that hangs or dies costs one mutant and a new child. */
export async function judgeSuite(options: SuiteOptions): Promise<ReadonlyMap<string, SuiteVerdict>> {
  const verdicts = new Map<string, SuiteVerdict>()
  const children = new Set<ChildProcess>()
  options.onOpen(() => {
    for (const child of children) child.kill('SIGKILL')
  })
  // Dealt out in turn: neighbours, which are alike, go to different children.
  const jobs = Math.max(1, Math.min(options.jobs, options.ids.length))
  await Promise.all(
    Array.from({ length: jobs }, async (_, hand) => {
      const ids = options.ids.filter((_, at) => at % jobs === hand)
      const plan = join(options.folder, `plan-${hand}.json`)
      writeFileSync(plan, JSON.stringify({ module: options.module, word: options.word, ids } satisfies SuitePlan))
      for (let from = 0; from < ids.length; ) from = await runChild(options, plan, ids, from, verdicts, children)
    }),
  )
  return verdicts
}

/** Runs a child from one mutant on; gives the place of the first that is still to be judged. */
async function runChild(
  options: SuiteOptions,
  plan: string,
  ids: readonly string[],
  from: number,
  verdicts: Map<string, SuiteVerdict>,
  children: Set<ChildProcess>,
): Promise<number> {
  const flags = ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MB}`]
  const child = spawn(process.execPath, [...flags, CHILD, plan, String(from)], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  children.add(child)
  const at = {
    begun: undefined as number | undefined,
    next: from,
    done: false,
    failure: undefined as string | undefined,
  }
  let cpuMs = 0
  let limitMs = Number.POSITIVE_INFINITY
  const take = (line: string): void => {
    cpuMs = cpuOf(child)
    const [kind = '', place = ''] = line.split(' ', 2)
    if (kind === 'P') limitMs = CPU_MS + CPU_FACTOR * Number(place)
    if (kind === 'S') at.begun = Number(place)
    if (kind === 'E') at.done = true
    if (kind === 'F') at.failure = JSON.parse(line.slice(2)) as string
    if (kind !== 'R') return
    const verdict = JSON.parse(line.slice(3 + place.length)) as SuiteVerdict
    const id = ids[Number(place)]
    if (id === undefined) return
    verdicts.set(id, verdict)
    at.next = Number(place) + 1
    at.begun = undefined
    options.onStep(verdict.status === 'survived' || verdict.status === 'noCoverage')
  }
  const looking = setInterval(() => {
    if (at.begun !== undefined && cpuOf(child) - cpuMs > limitMs) child.kill('SIGKILL')
  }, LOOK_MS)
  await lines(child.stdio[3] as Readable, take)
  clearInterval(looking)
  children.delete(child)
  child.kill('SIGKILL')
  if (at.failure !== undefined) throw new SuiteFailed(at.failure)
  if (at.done) return ids.length
  const lost = at.begun
  const id = lost === undefined ? undefined : ids[lost]
  if (lost === undefined || id === undefined)
    throw new SuiteFailed('the process of the tests ended before the first mutant; do they end the process?')
  verdicts.set(id, {
    status: 'timedOut',
    by: undefined,
    message: 'it loops, or takes all memory',
    covered: 0,
    static: false,
  })
  options.onStep(false)
  return lost + 1
}

/** Whole lines as they come, until the stream ends. */
async function lines(stream: Readable, take: (line: string) => void): Promise<void> {
  let rest = ''
  for await (const chunk of stream) {
    const parts = `${rest}${String(chunk)}`.split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) take(line)
  }
}

const TICK_MS = 10
/** Processor time a process has used. A loop shows in it however busy the machine is. */
function cpuOf({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return 0
  }
}
