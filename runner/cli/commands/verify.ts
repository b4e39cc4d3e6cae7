import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addVerify(program: Command, onOpen: OnOpen): void {
  program
    .command('verify')
    .description('check evidence offline: exit as its verdict stands now, 1 when anything was tampered with')
    .argument('<evidence>', 'the folder of one verdict, a file in it, or the folder of all evidence')
    .requiredOption('--key <file...>', 'public keys of the gates that may sign')
    .option('--tree <id>', 'the tree that is about to be merged: the evidence has to be on it')
    .option('--head <hash>', 'head of the ledger, as you noted it')
    .option('--max-age <hours>', 'refuse evidence that is older', whole)
    .option('--replay <n>', 'run so many of its cases again and compare', whole)
    .option('--project <dir>', 'folder with backlot.yaml, for --replay', '.')
    .option('--base <ref|dir>', 'the base, for --replay, when it is no commit')
    .option('--json', 'print one JSON object')
    .action(async (evidence: string, options: Record<string, unknown>) => {
      const { runVerify } = await import('../verify.ts')
      await runVerify(evidence, options, onOpen)
    })
}
