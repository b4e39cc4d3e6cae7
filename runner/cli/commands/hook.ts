import { type Command, Option } from 'commander'
import type { OnOpen } from '../open.ts'
import { whole } from '../whole.ts'

export function addHook(program: Command, onOpen: OnOpen): void {
  const hook = program
    .command('hook')
    .description('serve a local agent behind the HTTP contract; hold a server to it')
    .option('--command <line>', 'a program that edits files and exits; the brief comes on its standard input')
    .option('--critique-command <line>', 'a program that prints a verdict on a change')
    .option('--judge-command <line>', 'a program that prints a judgement')
    .option('--acp <line>', 'an agent that speaks the Agent Client Protocol on its standard input and output')
    .option('--a2a <url>', 'an A2A agent (its bearer token in A2A_TOKEN)')
    .option('--folder <dir>', 'the reference agent: prepared patches, in the order of answers.yaml')
    .option('--answers <file>', 'another list for --folder')
    .option('--repository <dir>', 'the git repository with the bases', '.')
    .option('--shell', 'give the line to /bin/sh instead of splitting it into words')
    .option('--env <name...>', 'variables the program gets beside PATH, LANG and HOME')
    .option('--network', 'the program may use the network (an agent that talks to its model has to)')
    .option('--packages', "the program may import the repository's installed packages")
    .option('--read <dir...>', 'folders the program may read beside its copy: its own installation, say')
    .addOption(
      new Option('--sandbox <mode>', 'where the program runs')
        .choices(['required', 'preferred', 'off'])
        .default('required'),
    )
    .addOption(
      new Option('--permissions <answer>', 'what an ACP agent hears when it asks')
        .choices(['allow', 'reject'])
        .default('allow'),
    )
    .option('--wall-minutes <n>', 'stop the program after so long (default: 30)', whole)
    .option('--output-mb <n>', 'stop it when it has written so much (default: 16)', whole)
    .option('--name <name>', 'how the agent calls itself (default: local)')
    .option('--agent-version <text>', 'its version')
    .option('--model-family <name>', 'the family of its model')
    .option('--port <n>', 'port to listen on', '4010')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--secret-env <name>', 'variable with the secret that signs requests and answers')
    .option('--old-secret-env <name>', 'variable with the secret before, while it is being changed')
    .option('--bearer-env <name>', 'variable with a bearer token')
    .option('--quiet', 'do not log requests')
    .action(async (options: Record<string, unknown>) => {
      const { serveHook } = await import('../hook.ts')
      await serveHook(options, onOpen)
    })
  hook
    .command('check <url>')
    .description('hold a hook server to the contract: exit 0 when every promise is kept')
    .option('--secret-env <name>', 'variable with the secret')
    .option('--bearer-env <name>', 'variable with the bearer token')
    .option('--repository <dir>', 'the git repository with the base', '.')
    .option('--base <ref>', 'the commit that changes are asked for', 'HEAD')
    .option('--git-url <url>', 'where the agent can fetch it')
    .option('--task <text>', 'what the agent is asked to do')
    .option('--no-change', 'ask for no change: only what costs nothing')
    .option('--timeout-s <n>', 'seconds for one change (default: 300)', whole)
    .option('--json', 'print one JSON object')
    .action(async (url: string, _options: Record<string, unknown>, command: Command) => {
      const { checkHook } = await import('../hook.ts')
      // Options that `hook` has too are taken by it, wherever they stand.
      await checkHook(url, command.optsWithGlobals())
    })
  hook
    .command('secret')
    .description('print a new secret for --secret-env')
    .action(async () => {
      const { printSecret } = await import('../hook.ts')
      printSecret()
    })
  hook
    .command('openapi')
    .description('print the contract as an OpenAPI 3.1 document')
    .action(async () => {
      const { hookOpenApi } = await import('../../hook/openapi.ts')
      process.stdout.write(`${JSON.stringify(hookOpenApi(), null, 2)}\n`)
    })
}
