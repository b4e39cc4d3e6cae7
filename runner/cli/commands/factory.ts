import { type Command, Option } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addFactory(program: Command, onOpen: OnOpen): void {
  program
    .command('factory')
    .description('have a brief carried out: an agent changes, the gate judges, what passes ends on a branch')
    .argument('<brief>', 'a Markdown file with a title and a list "## Acceptance"')
    .option('--project <dir>', 'folder with backlot.yaml (default: the nearest one above the brief)')
    .option('--base <ref>', 'commit to build on and to judge by (default: HEAD)')
    .option('--agent <url>', 'an agent behind the HTTP hook (default: hook in backlot.yaml)')
    .option('--command <line>', 'a local program that edits files and exits; the brief comes on its standard input')
    .option('--critique-command <line>', 'a local program that may object to a change before the gate sees it')
    .option('--acp <line>', 'a local agent that speaks the Agent Client Protocol')
    .option('--a2a <url>', 'an A2A agent (its bearer token in A2A_TOKEN)')
    .option('--folder <dir>', 'prepared candidates, in the order of answers.yaml')
    .option('--shell', 'give the lines to /bin/sh instead of splitting them into words')
    .option('--env <name...>', 'variables a local program gets beside PATH, LANG and HOME')
    .option('--network', 'a local program may use the network (one that talks to its model has to)')
    .option('--read <dir...>', 'folders a local program may read beside its copy: its own installation, say')
    .addOption(
      new Option('--sandbox <mode>', 'where a local program runs')
        .choices(['required', 'preferred', 'off'])
        .default('required'),
    )
    .option('--name <name>', 'how the policy knows the agent (default: local, or the host of its URL)')
    .option('--model-family <name>', 'the family of its model')
    .option('--attempts <n>', 'attempts on these requirements by this agent, over all runs (default: 3)', whole)
    .option('--parallel <n>', 'attempts side by side; the best that passes wins (default: 1)', whole)
    .option('--budget-usd <x>', 'money, as agents report it')
    .option('--timeout <t>', 'time in all, such as 30m')
    .option('--branch <name>', 'the branch to make (default: backlot/<brief>-<n>)')
    .option('--pr-body <file>', 'write the body of a pull request')
    .option(
      '--key <file>',
      'sign the evidence with this ed25519 key (default: your own, in ~/.local/share/backlot/gate.pem)',
    )
    .option('--jobs <n>', 'workers of the gate (default: one for each core)', whole)
    .option('--fresh', 'begin anew instead of going on with the run that is there')
    .option('--json', 'print the outcome as one JSON object')
    .action(async (brief: string, options: Record<string, unknown>) => {
      const { runFactoryCommand } = await import('../factory.ts')
      await runFactoryCommand(brief, options, onOpen)
    })
}
