import { UsageError } from '../gate/workspace.ts'
import { guideOf } from '../guide/guide.ts'
import { printGuide, printTwins } from '../guide/print.ts'
import { loadTwin, NoTwin } from '../own-twins.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** `twins`: all of them in a table, or what a scenario may say of those that are named. */
export async function runTwins(names: readonly string[], options: Readonly<Record<string, unknown>>): Promise<void> {
  const twins =
    names.length === 0 ? (await import('../twins.ts')).TWINS : await Promise.all(names.map((name) => named(name)))
  if (options.json === true)
    return say(JSON.stringify({ schema: 'backlot.twins/v1', twins: twins.map(guideOf) }, null, 2))
  if (names.length > 0) return say(twins.map((twin) => printGuide(guideOf(twin)).join('\n')).join('\n\n'))
  for (const line of printTwins(twins)) say(line)
  say('')
  say('What a scenario may say of one: npx backlot twins NAME. Serve it: npx backlot twin NAME')
}

async function named(name: string): ReturnType<typeof loadTwin> {
  try {
    return await loadTwin(name)
  } catch (error) {
    throw error instanceof NoTwin ? new UsageError(error.message) : error
  }
}
