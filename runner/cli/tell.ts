import { CommanderError } from 'commander'
import { printProblem } from '../../scenarios/scenario.ts'
import { UsageError } from '../gate/workspace.ts'
import { ProjectProblems } from '../project.ts'

const USAGE = 2
const INCONCLUSIVE = 4

/** Says on stderr why a command ended early, in the words meant for whoever typed it; gives the exit code that belongs to it. */
export function tell(error: unknown): number {
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
  return INCONCLUSIVE
}
