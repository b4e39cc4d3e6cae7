import type { Command } from 'commander'

export function addKey(program: Command): void {
  const key = program.command('key').description('keys that sign evidence and approvals')
  key
    .command('new')
    .description('make an ed25519 key; prints its public half, as backlot.yaml holds it')
    .argument('<file>', 'where the private half goes; never into the repository')
    .action(async (file: string) => {
      const { runKeyNew } = await import('../key.ts')
      runKeyNew(file)
    })
  key
    .command('show')
    .description('print the public half of a key')
    .argument('<file>')
    .action(async (file: string) => {
      const { runKeyShow } = await import('../key.ts')
      runKeyShow(file)
    })
}
