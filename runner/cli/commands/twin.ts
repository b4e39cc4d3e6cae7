import type { Command } from 'commander'
import type { OnOpen } from '../open.ts'
import { portNumber } from '../whole.ts'

export function addTwin(program: Command, onOpen: OnOpen): void {
  program
    .command('twin')
    .description('serve twins over HTTP and HTTPS, for programs in any language')
    .argument('<names...>', 'the twins to serve, or the paths of twins of your own')
    .option('--port <n>', 'the port of the twins (0: any)', portNumber, 4010)
    .option('--host <address>', 'the address to listen at', '127.0.0.1')
    .option('--admin-port <n>', 'the port of the admin plane (0: any)', portNumber, 0)
    .option('--seeds <file>', 'starting state of each twin, as under "given" of a scenario (YAML or JSON)')
    .option('--seed <text>', 'what all chance follows from', '1')
    .option('--clock <kind>', '"real": time passes; "manual": it stands still until moved on', 'real')
    .option('--starts-at <time>', 'the first instant of each world (default: now)')
    .option('--latency', 'answer in the time the real service would take')
    .option('--har <file>', 'write every exchange down as a HAR')
    .option('--service <origin=url>', 'your own service behind the same proxy: its public origin, and where it listens')
    .option('--no-tls', 'HTTP only')
    .option('--ca-dir <dir>', 'where the local certificate authority is kept')
    .option('--json', 'print the addresses as one JSON object')
    .action(async (names: readonly string[], options: Record<string, unknown>) => {
      const { runTwin } = await import('../twin.ts')
      await runTwin(names, options, onOpen)
    })
}
