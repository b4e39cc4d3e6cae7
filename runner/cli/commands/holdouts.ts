import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'

export function addHoldouts(program: Command, onOpen: OnOpen): void {
  program
    .command('holdouts')
    .description('sealed scenarios, for those who keep them: their state, age and budgets')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--base <ref|dir>', 'where the settings are read from (default: HEAD)')
    .option('--reveal <id>', 'print one, and count it as visible from now on; needs --why')
    .option('--burn <id>', 'somebody has seen it: it no longer judges; needs --why')
    .option('--why <text>', 'for the ledger')
    .option('--json', 'print one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runHoldouts } = await import('../holdouts.ts')
      await runHoldouts(options, onOpen)
    })
}
