import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { printProblem } from '../../scenarios/scenario.ts'
import { UsageError } from '../gate/workspace.ts'
import { ProjectProblems } from '../project.ts'
import { backlotVersion } from '../version.ts'

const USAGE = 2
const INTERRUPTED = 130

/** What has to be closed when someone presses Ctrl-C. */
let closing: (() => Promise<void>) | undefined
const onOpen = (close: () => Promise<void>): void => {
  closing = close
}

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number of 1 or more.')
  return value
}

/** The command line. Sets the exit code; throws only for a bug of ours. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('backlot')
    .description('Judges a change by replaying scenarios among simulated dependencies, in virtual time.')
    .version(backlotVersion())
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: false })

  program
    .command('gate')
    .description('judge a candidate against the base: exit 0 pass, 1 fail, 3 needs a person, 4 inconclusive')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--base <ref|dir>', 'trusted state, where everything that decides is read from (default: HEAD)')
    .option('--candidate <ref|patch|dir>', 'state to judge (default: the working tree)')
    .option('--seeds <n>', 'seeds for each scenario', whole)
    .option('--only <id...>', 'these scenarios only')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--json', 'print the verdict as one JSON object')
    .option('--junit <file>', 'write JUnit XML')
    .option('--markdown <file>', 'write a Markdown summary')
    .option('--certify', 'certify every scenario, not only one')
    .option('--no-shrink', 'do not look for the smallest case')
    .option('--exit-zero', 'report only: exit 0 whatever the verdict')
    .action(async (options: Record<string, unknown>) => {
      const { runGate } = await import('./gate.ts')
      await runGate(options, false, onOpen)
    })

  program
    .command('run')
    .description('run the scenarios on the working tree, without a base')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--seeds <n>', 'seeds for each scenario', whole)
    .option('--only <id...>', 'these scenarios only')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--certify', 'prove that every scenario is deterministic')
    .option('--json', 'print the verdict as one JSON object')
    .option('--junit <file>', 'write JUnit XML')
    .option('--markdown <file>', 'write a Markdown summary')
    .option('--no-shrink', 'do not look for the smallest case')
    .action(async (options: Record<string, unknown>) => {
      const { runGate } = await import('./gate.ts')
      await runGate(options, true, onOpen)
    })

  program
    .command('replay')
    .description('bring a failure back, exactly')
    .argument('<file>', 'a file from .backlot/failures')
    .option('--until <offset>', 'show what happened until then, such as +5m')
    .option('--json', 'print the run as one JSON object')
    .action(async (file: string, options: Record<string, unknown>) => {
      const { runReplay } = await import('./replay.ts')
      await runReplay(file, options, onOpen)
    })

  program
    .command('doctor')
    .description('what is missing on this machine, and how to get it')
    .action(async () => {
      const { runDoctor } = await import('./doctor.ts')
      runDoctor()
    })

  program
    .command('schema')
    .description('print the JSON Schema of a format: scenario, rules, project or verdict')
    .argument('<format>')
    .action(async (format: string) => {
      const { runSchema } = await import('./schema.ts')
      runSchema(format)
    })

  const interrupted = (): void => {
    const close = closing
    closing = undefined
    process.stderr.write('\ninterrupted\n')
    void (close?.() ?? Promise.resolve()).finally(() => process.exit(INTERRUPTED))
  }
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = tell(error)
  } finally {
    process.removeListener('SIGINT', interrupted)
    process.removeListener('SIGTERM', interrupted)
  }
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  if (error instanceof ProjectProblems) {
    for (const problem of error.problems) process.stderr.write(`${printProblem(problem)}\n`)
    process.stderr.write(`${error.message}; nothing was run\n`)
    return USAGE
  }
  if (error instanceof UsageError) {
    process.stderr.write(`backlot: ${error.message}\n`)
    return USAGE
  }
  process.stderr.write(
    `backlot: a bug of ours, please report it.\n${error instanceof Error ? error.stack : String(error)}\n`,
  )
  return 4
}
