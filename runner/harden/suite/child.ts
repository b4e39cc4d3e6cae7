/**
 * The process that may hang, crash or run out of memory. It is started before there is anything to judge, told the plan and then one
 * handful of mutants after the other, and says a line before each mutant and after it, so that its parent knows where it was.
 */
import { pathToFileURL } from 'node:url'
import { createLineChannel } from './channel.ts'
import { createSuiteJudge, type Patience } from './judge.ts'
import { passSameDataAtOnce } from './same.ts'
import type { SuiteTest } from './shim.ts'

/** The first line a child hears. */
export type SuitePlan = { readonly module: string; readonly word: string }

// Taken before any test can replace them.
const { setInterval } = globalThis
const now = performance.now.bind(performance)
const [vitest = ''] = process.argv.slice(2)
const channel = createLineChannel(4, 3)

// Promises that a mutant left alone are not the next mutant's fault.
process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)
// What mutants print is nobody's business.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true

/** Vitest's own limit. */
const LATE_MS = 5000
const LOOK_MS = 250
let waiting: { readonly late: (why: string) => void; readonly sinceMs: number } | undefined
const patience: Patience = {
  now,
  wait(late) {
    waiting = { late, sinceMs: now() }
    return () => {
      waiting = undefined
    }
  },
}
process.on('beforeExit', () => waiting?.late('it waits for what never comes'))
setInterval(() => {
  if (waiting !== undefined && now() - waiting.sinceMs > LATE_MS) waiting.late(`not done within ${LATE_MS / 1000} s`)
}, LOOK_MS).unref()

const load = async (module: string): Promise<() => Promise<readonly SuiteTest[]>> => {
  const loaded = (await import(pathToFileURL(module).href)) as { readonly load: () => Promise<readonly SuiteTest[]> }
  return loaded.load
}

try {
  // While the parent still prepares the plan.
  passSameDataAtOnce((await import(pathToFileURL(vitest).href)) as typeof import('vitest'))
  const plan = channel.hear()
  if (plan === undefined) process.exit(0)
  const { module, word } = JSON.parse(plan) as SuitePlan
  const judge = await createSuiteJudge(word, await load(module), patience)
  channel.say(`P ${JSON.stringify({ ms: judge.ms, atLoad: judge.atLoad })}`)
  for (let ids = channel.hear(); ids !== undefined; ids = channel.hear()) {
    for (const id of JSON.parse(ids) as readonly string[]) {
      channel.say(`S ${id}`)
      channel.say(`R ${id} ${JSON.stringify(await judge.judge(id))}`)
    }
    channel.say('N')
  }
} catch (error) {
  channel.say(`F ${JSON.stringify(error instanceof Error ? error.message : String(error))}`)
}
process.exit(0)
