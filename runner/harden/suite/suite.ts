import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
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

/** Children that wait for work, so that they start while the work is prepared. */
export interface SuiteCrew {
  /** Judges mutants of a bundled test suite. A child that hangs or dies costs one mutant and a new child. Throws `SuiteFailed`. */
  judge(plan: SuitePlan, ids: readonly string[], onVerdict: OnVerdict): Promise<SuiteVerdicts>
  close(): void
}

type OnVerdict = (id: string, verdict: SuiteVerdict) => void
export type SuiteVerdicts = ReadonlyMap<string, SuiteVerdict>

/**
 * What counts do not see, such as a loop inside a package, ends here: more of its own processor time than this for one mutant, beside
 * ten times what all tests take.
 */
const CPU_MS = 800
const CPU_FACTOR = 10
const LOOK_MS = 200
const HEAP_MB = 512
/** Room for what tests throw away: most of what they make. */
const YOUNG_MB = 32
/** Mutants a child is given at once: few enough that all children end together. */
const HANDFUL = 8
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const CHILD = fileURLToPath(new URL(`./child.${EXTENSION}`, import.meta.url))
const FLAGS = [
  '--disable-warning=ExperimentalWarning',
  // Tests are short, and each mutant undoes what the best compiler took for granted: it costs a fifth more than it gives (measured). The
  // second best is there from Node 24 on.
  ...(Number(process.versions.node.split('.')[0]) >= 24 ? ['--no-turbofan'] : []),
  `--max-old-space-size=${HEAP_MB}`,
  `--max-semi-space-size=${YOUNG_MB}`,
]

/** `vitest` is the module that tests look at things with. */
export function createSuiteCrew(jobs: number, vitest: string): SuiteCrew {
  const children = new Set<ChildProcess>()
  const hire = (): ChildProcess => {
    const child = spawn(process.execPath, [...FLAGS, CHILD, vitest], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    // A child that dies while it is spoken to is noticed by its silence.
    child.stdio[4]?.on('error', () => undefined)
    children.add(child)
    return child
  }
  const waiting = Array.from({ length: Math.max(1, jobs) }, hire)
  return {
    async judge(plan, ids, onVerdict) {
      const work = createWork(ids)
      const verdicts = new Map<string, SuiteVerdict>()
      const take = (id: string, verdict: SuiteVerdict): void => {
        verdicts.set(id, verdict)
        onVerdict(id, verdict)
      }
      await Promise.all(
        waiting.map(async (first) => {
          for (let child: ChildProcess | undefined = first; child !== undefined; ) {
            const left = await runChild(child, plan, work, take)
            children.delete(child)
            child.kill('SIGKILL')
            child = left.length > 0 || !work.done() ? hire() : undefined
            work.giveBack(left)
          }
        }),
      )
      return verdicts
    },
    close() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** What is still to be judged; every child takes from it. */
interface Work {
  take(): readonly string[]
  giveBack(ids: readonly string[]): void
  /** These last: they load everything anew, and by then the engine knows the code. */
  last(ids: readonly string[]): void
  done(): boolean
}

function createWork(ids: readonly string[]): Work {
  let waiting = [...ids]
  let ordered = false
  return {
    take: () => waiting.splice(0, HANDFUL),
    giveBack: (left) => void waiting.unshift(...left),
    last(late) {
      if (ordered) return
      ordered = true
      const slow = new Set(late)
      waiting = [...waiting.filter((id) => !slow.has(id)), ...waiting.filter((id) => slow.has(id))]
    },
    done: () => waiting.length === 0,
  }
}

/** Lets a child work until there is nothing left, or it is lost; gives back what it had taken and not done. */
async function runChild(child: ChildProcess, plan: SuitePlan, work: Work, take: OnVerdict): Promise<readonly string[]> {
  const pipe = child.stdio[4] as Writable
  let taken: string[] = []
  let begun: string | undefined
  let failure: string | undefined
  let ready = false
  let cpuMs = 0
  let limitMs = Number.POSITIVE_INFINITY
  const give = (): void => {
    taken = [...work.take()]
    if (taken.length === 0) pipe.end()
    else pipe.write(`${JSON.stringify(taken)}\n`)
  }
  const hear = (line: string): void => {
    cpuMs = cpuOf(child)
    const [kind = '', id = ''] = line.split(' ', 2)
    if (kind === 'P') {
      const { ms, atLoad } = JSON.parse(line.slice(2)) as { readonly ms: number; readonly atLoad: readonly string[] }
      limitMs = CPU_MS + CPU_FACTOR * ms
      ready = true
      work.last(atLoad)
      give()
    }
    if (kind === 'S') begun = id
    if (kind === 'N') give()
    if (kind === 'F') failure = JSON.parse(line.slice(2)) as string
    if (kind !== 'R') return
    begun = undefined
    taken = taken.filter((one) => one !== id)
    take(id, JSON.parse(line.slice(3 + id.length)) as SuiteVerdict)
  }
  pipe.write(`${JSON.stringify(plan)}\n`)
  const looking = setInterval(() => {
    if (begun !== undefined && cpuOf(child) - cpuMs > limitMs) child.kill('SIGKILL')
  }, LOOK_MS)
  await lines(child.stdio[3] as Readable, hear)
  clearInterval(looking)
  if (failure !== undefined) throw new SuiteFailed(failure)
  if (begun !== undefined) {
    const lost = begun
    taken = taken.filter((one) => one !== lost)
    const message = 'it loops, or takes all memory'
    take(lost, { status: 'timedOut', by: undefined, message, covered: 0, static: false })
  } else if (!ready)
    throw new SuiteFailed('the process of the tests ended before the first mutant; do they end the process?')
  return taken
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
