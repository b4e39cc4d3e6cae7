import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addDiff(program: Command, onOpen: OnOpen): void {
  program
    .command('diff')
    .description('replay recorded traffic on two states of the source in the same world, and tell where they part')
    .argument('<base>', 'a commit, patch or folder; "." is the working tree')
    .argument('<candidate>', 'another')
    .requiredOption('--traffic <file...>', 'what came in: a scenario file, or evidence that "backlot import" reads')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--seed <n>', 'another seed is another world', whole, 1)
    .option('--ignore <file>', 'what may be overlooked, typed and owned (default: backlot/ignore.yaml)')
    .option('--minimise', 'also look for the smallest traffic that shows each difference')
    .option('--runs <n>', 'at most so many runs for each of these', whole, 300)
    .option('--json', 'print one JSON object')
    .action(async (base: string, candidate: string, options: Record<string, unknown>) => {
      const { runDiff } = await import('../diff.ts')
      await runDiff(base, candidate, options, onOpen)
    })
}
