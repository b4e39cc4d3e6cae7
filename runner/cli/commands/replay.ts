import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'

export function addReplay(program: Command, onOpen: OnOpen): void {
  program
    .command('replay')
    .description('bring a failure back, exactly')
    .argument('<file>', 'a file from .backlot/failures')
    .option('--project <dir>', 'folder with backlot.yaml (default: where it was found, or the current folder)')
    .option('--until <offset>', 'show what happened until then, such as +5m')
    .option('--json', 'print the run as one JSON object')
    .action(async (file: string, options: Record<string, unknown>) => {
      const { runReplay } = await import('../replay.ts')
      await runReplay(file, options, onOpen)
    })
}
