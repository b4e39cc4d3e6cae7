import type { Command } from 'commander'
import { addEvidence } from '../evidence.ts'
import type { OnOpen } from '../open.ts'
import { addReports } from '../reports.ts'
import { whole } from '../whole.ts'

export function addGate(program: Command, onOpen: OnOpen): void {
  const command = program
    .command('gate')
    .description('judge a candidate against the base: exit 0 pass, 1 fail, 3 needs a person, 4 inconclusive')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--base <ref|dir>', 'trusted state, where everything that decides is read from (default: HEAD)')
    .option('--candidate <ref|patch|dir>', 'state to judge (default: the working tree)')
    .option('--seeds <n>', 'seeds for each scenario', whole)
    .option('--only <id...>', 'these scenarios only')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--json', 'print the verdict as one JSON object')
    .option('--certify', 'certify every scenario, not only one')
    .option('--no-shrink', 'do not look for the smallest case')
    .option('--shard <i/n>', 'play part i of n and write it to --verdict; "backlot merge" judges all parts')
    .option('--cache <dir>', 'take runs from there that were played before on the very same ground')
    .option('--no-cache', 'play everything')
    .option('--cache-write', 'also write what was played into the cache: for trusted jobs only')
    .option('--exit-zero', 'report only: exit 0 whatever the verdict')
  addEvidence(addReports(command)).action(async (options: Record<string, unknown>) => {
    const { runGate } = await import('../gate.ts')
    await runGate(options, false, onOpen)
  })
}
