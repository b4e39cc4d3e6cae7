import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'

export function addInit(program: Command, onOpen: OnOpen): void {
  program
    .command('init')
    .description('a backlot.yaml, a first scenario and a first rule for the service in this folder')
    .option('--project <dir>', 'folder of the service', '.')
    .option('--entry <file>', 'the file that starts it')
    .option('--port <n>', 'the port it listens on')
    .option('--twins <names>', 'the twins it needs, with commas between them')
    .option('--json', 'print what was found and written as one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runInit } = await import('../init.ts')
      await runInit(options, onOpen)
    })
}
