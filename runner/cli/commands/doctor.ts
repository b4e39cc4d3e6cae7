import type { Command } from 'commander'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what is missing on this machine, and how to get it')
    .action(async () => {
      const { runDoctor } = await import('../doctor.ts')
      runDoctor()
    })
}
