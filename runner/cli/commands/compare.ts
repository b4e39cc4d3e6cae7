import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addCompare(program: Command, onOpen: OnOpen): void {
  program
    .command('compare')
    .description('run builds of one brief against each other: where they disagree, and the question it leaves open')
    .argument(
      '<builds...>',
      'folders, patches or commits; "." is the working tree, which a single build is compared with',
    )
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--runs <n>', 'stories to run on every build', whole, 500)
    .option('--seed <n>', 'another seed gives other stories', whole, 1)
    .option('--brief <file>', 'the brief (default: the one backlot.yaml names)')
    .option('--questions <n>', 'at most so many questions', whole, 3)
    .option('--without <item>', 'the builds were made without this acceptance item: does the oracle notice?')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--json', 'print one JSON object')
    .action(async (builds: string[], options: Record<string, unknown>) => {
      const { runCompare } = await import('../compare.ts')
      await runCompare(builds, options, onOpen)
    })
}
