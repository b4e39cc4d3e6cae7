import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addMine(program: Command, onOpen: OnOpen): void {
  program
    .command('mine')
    .description('propose rules that held in every passing run; a person decides which become law')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--seeds <n>', 'seeds for each scenario', whole, 10)
    .option('--stories <n>', 'stories near the scenarios to run as well', whole)
    .option('--support <n>', 'runs that must have exercised a rule', whole, 20)
    .option('--rank', 'rank by the mutants that survive every check and that only the proposal notices')
    .option('--sample <n>', 'with --rank: so many mutants', whole)
    .option('--top <n>', 'proposals to show', whole, 20)
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--json', 'print one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runMine } = await import('../mine.ts')
      await runMine(options, onOpen)
    })
}
