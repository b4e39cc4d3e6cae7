import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addProve(program: Command, onOpen: OnOpen): void {
  addProofOptions(
    program
      .command('prove')
      .description(
        'show that an incident fails where it failed and holds where it was mended, and keep the proof in its file',
      )
      .argument('<scenario>', 'a scenario of the project by its id, or a file')
      .option('--project <dir>', 'folder with backlot.yaml', '.'),
  )
    .option('--dry-run', 'leave the file as it is')
    .option('--json', 'print one JSON object')
    .action(async (scenario: string, options: Record<string, unknown>) => {
      const { runProve } = await import('../prove.ts')
      await runProve(scenario, options, onOpen)
    })
}

/** What `prove` and `import` ask alike. */
export const addProofOptions = (command: Command): Command =>
  command
    .option('--red <ref>', 'the state of that night: a commit, patch or folder on which it has to fail')
    .option('--green <ref>', 'the state in which it is mended')
    .option('--minimise', 'make it as small as it can be, with the reason for everything that stays')
    .option('--check <id>', 'the rule or expectation that is meant, where several fail')
    .option('--seeds <n>', 'how many seeds are tried (default: as many as the project runs)', whole)
    .option('--runs <n>', 'at most so many runs to make it small', whole, 2000)
    .option('--minutes <n>', 'at most so many minutes', whole, 10)
