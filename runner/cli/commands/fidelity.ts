import type { Command } from 'commander'
import { percentage } from '../whole.ts'

export function addFidelity(program: Command): void {
  program
    .command('fidelity')
    .description('hold a twin against recorded traffic of the real service')
    .argument('<files...>', 'HAR files, or folders of them')
    .requiredOption('--twin <name>', 'the twin to measure')
    .option('--matched <percent>', 'least share of modelled interactions that match', percentage, 90)
    .option('--modelled <percent>', 'least share of interactions that are modelled', percentage, 70)
    .option('--all', 'list every difference and every reason, not only the first of each operation')
    .option('--live', 'ask the real service instead of the twin, with the credential in your environment')
    .option('--origin <url>', 'with --live: where the service is, when not at its own address')
    .option('--record <file>', 'with --live: write what it answered as a new recording')
    .option('--json', 'print the report as one JSON object')
    .option('--markdown <file>', 'write the matrix as Markdown')
    .option('--html <file>', 'write the matrix as one HTML page')
    .action(async (files: readonly string[], options: Record<string, unknown>) => {
      const { runFidelity } = await import('../fidelity.ts')
      await runFidelity(files, options)
    })
}
