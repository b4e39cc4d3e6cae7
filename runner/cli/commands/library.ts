import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

export function addLibrary(program: Command, onOpen: OnOpen): void {
  const library = program.command('library').description('famous incidents, ready to be tried on your service')
  library
    .command('list')
    .description('every incident: what it needs, whose it was, where it is told')
    .option('--json', 'print one JSON object')
    .action(async (options: Record<string, unknown>) => {
      const { runList } = await import('../library.ts')
      runList(options)
    })
  library
    .command('show')
    .description('the story of an incident, its rule, and its pair of programs')
    .argument('<name>', 'as `library list` names it')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Record<string, unknown>) => {
      const { runShow } = await import('../library.ts')
      runShow(name, options)
    })
  library
    .command('try')
    .description('play an incident against your own service')
    .argument('[name...]', 'incidents; all of them with --all')
    .option('--all', 'every incident that this project has the twins for')
    .option('--project <dir>', 'folder with backlot.yaml', '.')
    .option('--from <scenario>', "take the starting state and the first call from a scenario of the project's")
    .option('--step <name>', 'take this call of it instead; again for the second request of an incident', collect, [])
    .option(
      '--call <request>',
      'METHOD /path, and JSON behind it; again for the second request of an incident',
      collect,
      [],
    )
    .option(
      '--bind <role=twin>',
      'who plays a role, or what one word of it is called: cache.put=kv.keys.set',
      collect,
      [],
    )
    .option('--with <field=value>', "what an incident's events need to know: queue=jobs", collect, [])
    .option('--seeds <n>', 'how many seeds are tried', whole, 5)
    .option('--jobs <n>', 'workers (default: one for each core)', whole)
    .option('--write <file>', 'keep the incident as a scenario of the project, with its rule: a *.scenario.md')
    .option('--json', 'print one JSON object')
    .action(async (names: string[], options: Record<string, unknown>) => {
      const { runTry } = await import('../library-try.ts')
      await runTry(names, options, onOpen)
    })
  library
    .command('prove')
    .description('play the pairs: red on the bug, green on the fix, calm without the fault, and nothing of it can go')
    .argument('[name...]', 'incidents (default: all)')
    .option('--json', 'print one JSON object')
    .action(async (names: string[], options: Record<string, unknown>) => {
      const { runProveLibrary } = await import('../library.ts')
      await runProveLibrary(names, options, onOpen)
    })
}
