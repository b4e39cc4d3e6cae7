import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addReadiness(program: Command, onOpen: OnOpen): void {
  program
    .command('readiness')
    .description('the scorecard: which level the oracle is ready for, row by row, with bounds')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--measure', 'measure first what runs of the working tree can show')
    .option('--runs <n>', 'with --measure: runs', whole, 300)
    .option('--replays <n>', 'with --measure: runs played again in a new process', whole, 30)
    .option('--record <counts...>', 'put down what people counted: shadow-review=0/59, domain-faults:money=1/40')
    .option('--figure <figures...>', 'with --record: authors=2')
    .option('--level <n>', 'exit 1 when the card is below this level', whole)
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--json', 'print one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runReadiness } = await import('../readiness.ts')
      await runReadiness(options, onOpen)
    })
}
