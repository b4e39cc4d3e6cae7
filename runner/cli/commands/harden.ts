import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addHarden(program: Command, onOpen: OnOpen): void {
  program
    .command('harden')
    .description('break the program in many small ways and tell what no check notices')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--family <family>', 'generic, domain or all', 'all')
    .option('--sources <pattern...>', 'sources to mutate (default: all beside and below the entry)')
    .option('--only <name...>', 'these mutators, classes or files only')
    .option('--sample <n>', 'so many mutants, drawn from each file and family', whole)
    .option('--serving', 'leave out what runs while the program loads: that takes longest')
    .option('--survivors', 'only what survived before, or whose killer has changed')
    .option('--matrix', 'run every scenario for every mutant, not only until one notices')
    .option('--environment', 'also change faults, zones and clocks of the scenarios')
    .option('--seeds <n>', 'seeds for each scenario (default: 2)', whole)
    .option('--seed <text>', 'what the sample is drawn by (default: 1)')
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--suite <pattern...>', "a library's own Vitest tests judge, instead of scenarios")
    .option('--globals', 'its tests use describe and it without importing them')
    .option('--triage', 'ask why each survivor survives, and keep the answers in backlot/triage.yaml')
    .option('--propose', 'propose checks, each proven on survivors and on good builds')
    .option('--good <build...>', 'further good builds, as patches, folders or commits, that no proposal may object to')
    .option('--apply', 'write the proposals into the scenarios')
    .option('--json', 'print the result as one JSON object')
    .option('--report <file>', 'write the mutation-testing-elements report: .json, or .html with its viewer')
    .action(async (options: Record<string, unknown>) => {
      const { runHarden } = await import('../harden.ts')
      await runHarden(options, onOpen)
    })
}
