import type { Command } from 'commander'

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a format: scenario, rules, project or verdict')
    .argument('<format>')
    .action(async (format: string) => {
      const { runSchema } = await import('../schema.ts')
      await runSchema(format)
    })
}
