import type { Command } from 'commander'

export function addApprove(program: Command): void {
  program
    .command('approve')
    .description('say yes to a change that needs a person, by a signature beside the evidence')
    .argument('<evidence>', 'the folder of the verdict, or a file in it')
    .requiredOption('--as <name>', 'who approves, as the policy names them')
    .requiredOption('--key <file>', "that person's private key")
    .option('--gate-key <file>', 'public key of the gate that signed (default: gate.pub beside the ledger)')
    .option('--json', 'print one JSON object')
    .action(async (evidence: string, options: Record<string, unknown>) => {
      const { runApprove } = await import('../approve.ts')
      runApprove(evidence, options)
    })
}
