import { type Command, Option } from 'commander'
import { EVIDENCE_KINDS } from '../../../scenarios/import/evidence.ts'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'
import { addProofOptions } from './prove.ts'

export function addImport(program: Command, onOpen: OnOpen): void {
  const command = program
    .command('import')
    .description('make a scenario and a recovery ledger out of what an incident left behind')
    .argument(
      '<kindOrFile...>',
      `files of evidence; before them their kind (${EVIDENCE_KINDS.join(', ')}) if it cannot be told`,
    )
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--id <id>', 'id of the scenario, and the name of its files')
    .option('--incident <name>', 'the name of the incident, such as INC-2041')
    .option('--out <dir>', 'where to write (default: backlot/scenarios/incidents in the project)')
    .option('--origin <url...>', 'where your service was reached, such as https://shop.example.com')
    .option('--service <name>', 'the service.name of your service in traces')
    .addOption(
      new Option('--timing <mode>', 'what is kept of the recorded times')
        .choices(['time', 'causal', 'explore'])
        .default('time'),
    )
    .option('--around <time>', 'keep the calls around this instant, as ISO 8601 in UTC')
    .option('--max-calls <n>', 'calls to keep of each file', whole, 1000)
    .option('--keep-evidence', 'also keep the calls themselves, redacted, as JSON lines')
    .option('--keep-word <word...>', 'texts that are no secrets and that your service needs as they are')
    .option('--redaction-key <file>', 'the key that substitutes hang on (default: .backlot/redaction.key, made once)')
    .option('--no-redact', 'leave everything as it is: only for evidence without secrets')
    .option('--force', 'overwrite files of an earlier import')
    .option('--json', 'print one JSON object')
  addProofOptions(command).action(async (words: readonly string[], options: Record<string, unknown>) => {
    const { runImport } = await import('../import.ts')
    await runImport(words, options, onOpen)
  })
}
