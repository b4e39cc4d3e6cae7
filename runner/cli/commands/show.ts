import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'

export function addShow(program: Command, onOpen: OnOpen): void {
  program
    .command('show')
    .description('play one scenario and show what happens in it, good or bad')
    .argument('<scenario>', 'its id')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--seed <seed>', 'which of its runs', '1')
    .option('--candidate <ref|patch|dir>', 'another state of the source than the working tree')
    .option('--until <offset>', 'show what happened until then, such as +5m')
    .option('--json', 'print the run as one JSON object')
    .action(async (scenario: string, options: Record<string, unknown>) => {
      const { runShow } = await import('../show.ts')
      await runShow(scenario, options, onOpen)
    })
}
