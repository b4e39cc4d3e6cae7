import type { Command } from 'commander'
import { addEvidence } from '../evidence.ts'
import type { OnOpen } from '../open.ts'
import { addReports } from '../reports.ts'
import { whole } from '../whole.ts'

export function addMerge(program: Command, onOpen: OnOpen): void {
  const command = program
    .command('merge')
    .description('judge the parts of a gate together: the verdict that one gate over everything gives')
    .argument('<files...>', 'what "backlot gate --shard i/n --verdict FILE" wrote, every part once')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--base <ref|dir>', 'the base, where it is named otherwise here than where the parts were played')
    .option('--candidate <ref|patch|dir>', 'the candidate, likewise')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--json', 'print the verdict as one JSON object')
    .option('--no-shrink', 'do not look for the smallest case')
    .option('--exit-zero', 'report only: exit 0 whatever the verdict')
  addEvidence(addReports(command)).action(async (files: string[], options: Record<string, unknown>) => {
    const { runMerge } = await import('../merge.ts')
    await runMerge(files, options, onOpen)
  })
}
