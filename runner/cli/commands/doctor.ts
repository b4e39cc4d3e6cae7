import type { Command } from 'commander'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what is missing on this machine, and whether each wall of the sandbox holds')
    .option('--project <dir>', 'folder with backlot.yaml, for its sandbox profile', '.')
    .option('--profile <name>', 'bubblewrap or docker instead of the one in backlot.yaml')
    .option('--json', 'print the result as one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runDoctor } = await import('../doctor.ts')
      await runDoctor(options)
    })
}
