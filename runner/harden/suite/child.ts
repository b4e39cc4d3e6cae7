/**
 * The process that may hang, crash or run out of memory. Told on its command line: the plan, and the first of its mutants. It writes a
 * line to descriptor 3 before each mutant and after it, so that its parent knows where it was.
 */
import { readFileSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { createSuiteJudge } from './judge.ts'
import type { SuiteTest } from './shim.ts'

export type SuitePlan = { readonly module: string; readonly word: string; readonly ids: readonly string[] }

const CHANNEL = 3
const [planPath = '', from = '0'] = process.argv.slice(2)
const { module, word, ids } = JSON.parse(readFileSync(planPath, 'utf8')) as SuitePlan

function say(line: string): void {
  for (let bytes = Buffer.from(`${line}\n`); bytes.length > 0; ) {
    try {
      bytes = bytes.subarray(writeSync(CHANNEL, bytes))
    } catch (error) {
      // The parent has not read yet.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

// Promises that a mutant left alone are not the next mutant's fault.
process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)
// What mutants print is nobody's business.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true

let loads = 0
const load = async (): Promise<readonly SuiteTest[]> => {
  loads += 1
  const loaded = (await import(`${pathToFileURL(module).href}?load=${loads}`)) as { readonly tests: SuiteTest[] }
  return loaded.tests
}

try {
  const judge = await createSuiteJudge(word, load, () => performance.now())
  say(`P ${Math.ceil(judge.ms)}`)
  for (let at = Number(from); at < ids.length; at++) {
    const id = ids[at] ?? ''
    say(`S ${at}`)
    say(`R ${at} ${JSON.stringify(await judge.judge(id))}`)
  }
  say('E')
} catch (error) {
  say(`F ${JSON.stringify(error instanceof Error ? error.message : String(error))}`)
}
process.exit(0)
