import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addAttack(program: Command, onOpen: OnOpen): void {
  program
    .command('attack')
    .description('try every known way to cheat the gate: exit 0 all caught, 1 one got through, 4 no box to try them in')
    .option('--project <dir>', 'attack this project instead of the small one that comes along')
    .option('--profile <name>', 'sandbox: bubblewrap or docker')
    .option('--only <class...>', 'these classes only, such as A7')
    .option('--jobs <n>', 'attacks at a time (default: one for each core)', whole)
    .option('--json', 'print the report as one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runAttack } = await import('../attack.ts')
      await runAttack(options, onOpen)
    })
}
