import { type Command, Option } from 'commander'
import { SCHEDULES } from '../../../scenarios/schedule.ts'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addExplore(program: Command, onOpen: OnOpen): void {
  program
    .command('explore')
    .description('run stories that nobody wrote; what breaks a rule or property becomes a scenario file')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--runs <n>', 'stories to run', whole, 200)
    .option('--seed <n>', 'another seed gives other stories', whole, 1)
    .option('--openapi <file>', "stories out of the service's OpenAPI document instead of its scenarios")
    .option('--only <id...>', 'vary these scenarios only')
    .addOption(
      new Option('--schedule <name>', 'in which order answers come that nothing orders')
        .choices(SCHEDULES)
        .default('portfolio'),
    )
    .option('--write-to <dir>', 'where failures are put, inside the project', 'backlot/scenarios/found')
    .option('--no-write', 'only tell')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--json', 'print one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runExplore } = await import('../explore.ts')
      await runExplore(options, onOpen)
    })
}
