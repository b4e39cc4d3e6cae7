import { type Command, Option } from 'commander'
import { SPELLINGS } from '../../../oracle/rules/translate.ts'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addRules(program: Command, onOpen: OnOpen): void {
  const rules = program.command('rules').description('list, explain, translate and check the rules of a project')
  const sub = (name: string, description: string): Command =>
    rules
      .command(name)
      .description(description)
      .option('--project <dir>', 'folder with backlot.yaml', '.')
      .option('--json', 'print one JSON object')

  sub('list', 'every rule as a sentence, with where it stands').action(async (options: Record<string, unknown>) => {
    const { listRules } = await import('../rules.ts')
    await listRules(options)
  })
  sub('explain', "a rule's machine, and what it saw in a run")
    .argument('[id]')
    .option('--run <file>', 'a failure (.backlot/failures/*.json) or a run as JSON')
    .option('--scenario <id>', 'run this scenario now and look at that')
    .option('--seed <seed>', 'with --scenario', '1')
    .option('--mermaid', 'print the machine as a Mermaid state diagram')
    .action(async (id: string | undefined, options: Record<string, unknown>) => {
      const { explainRule } = await import('../rules.ts')
      await explainRule(id, options, onOpen)
    })
  sub('translate', 'the same rules in another spelling')
    .argument('[ids...]', 'these rules only')
    .addOption(new Option('--to <spelling>', 'the spelling').choices([...SPELLINGS]).makeOptionMandatory())
    .action(async (ids: string[], options: Record<string, unknown>) => {
      const { translateRules } = await import('../rules.ts')
      await translateRules(ids, options)
    })
  sub('schema', 'the JSON Schema of rule files with the events of this project, for completion in an editor').action(
    async (options: Record<string, unknown>) => {
      const { schemaOfRules } = await import('../rules.ts')
      await schemaOfRules(options)
    },
  )
  sub('check', 'run the scenarios and name each rule that says nothing, and each check that cannot fail')
    .option('--seeds <n>', 'seeds for each scenario', whole)
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .action(async (options: Record<string, unknown>) => {
      const { checkRules } = await import('../rules.ts')
      await checkRules(options, onOpen)
    })
}
