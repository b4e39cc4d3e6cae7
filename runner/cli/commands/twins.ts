import type { Command } from 'commander'

export function addTwins(program: Command): void {
  program
    .command('twins')
    .description('the twins there are, and what a scenario may say of each')
    .argument('[names...]', 'one or more of them, or the paths of twins of your own')
    .option('--json', 'print them as one JSON object, starting states as JSON Schema')
    .action(async (names: readonly string[], options: Record<string, unknown>) => {
      const { runTwins } = await import('../twins.ts')
      await runTwins(names, options)
    })
}
