import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { addReports } from '../reports.ts'
import { whole } from '../whole.ts'

export function addRun(program: Command, onOpen: OnOpen): void {
  const command = program
    .command('run')
    .description('run the scenarios on the working tree, without a base')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--seeds <n>', 'seeds for each scenario', whole)
    .option('--only <id...>', 'these scenarios only')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--certify', 'prove that every scenario is deterministic')
    .option('--json', 'print the verdict as one JSON object')
    .option('--no-shrink', 'do not look for the smallest case')
    .option('--watch', 'run again whenever a file of the project changes')
  addReports(command).action(async (options: Record<string, unknown>) => {
    const { runGate } = await import('../gate.ts')
    if (options.watch !== true) return runGate(options, true, onOpen)
    const { watchRun } = await import('../watch.ts')
    await watchRun(options, (opened) => runGate(options, true, opened), onOpen)
  })
}
