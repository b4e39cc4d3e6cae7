import { Command } from 'commander'
import { backlotVersion } from '../version.ts'
import { addApprove } from './commands/approve.ts'
import { addAttack } from './commands/attack.ts'
import { addCompare } from './commands/compare.ts'
import { addDiff } from './commands/diff.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExplore } from './commands/explore.ts'
import { addFactory } from './commands/factory.ts'
import { addFidelity } from './commands/fidelity.ts'
import { addGate } from './commands/gate.ts'
import { addHarden } from './commands/harden.ts'
import { addHoldouts } from './commands/holdouts.ts'
import { addHook } from './commands/hook.ts'
import { addImport } from './commands/import.ts'
import { addInit } from './commands/init.ts'
import { addKey } from './commands/key.ts'
import { addLibrary } from './commands/library.ts'
import { addMerge } from './commands/merge.ts'
import { addMine } from './commands/mine.ts'
import { addProve } from './commands/prove.ts'
import { addPublish } from './commands/publish.ts'
import { addReadiness } from './commands/readiness.ts'
import { addReplay } from './commands/replay.ts'
import { addRules } from './commands/rules.ts'
import { addRun } from './commands/run.ts'
import { addSchema } from './commands/schema.ts'
import { addShow } from './commands/show.ts'
import { addTwin } from './commands/twin.ts'
import { addTwins } from './commands/twins.ts'
import { addVerify } from './commands/verify.ts'
import type { OnOpen } from './open.ts'
import { tell } from './tell.ts'

const INTERRUPTED = 130

/** Whoever read the output has seen enough, as `head` does: the work goes on, and its exit code stands. */
function readerGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** What has to be closed when someone presses Ctrl-C. */
let closing: (() => Promise<void>) | undefined
const onOpen: OnOpen = (close) => {
  closing = close
}

/** The command line. Sets the exit code; throws only for a bug of ours. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('backlot')
    .description('Judges a change by replaying scenarios among simulated dependencies, in virtual time.')
    .version(backlotVersion())
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: false })

  addInit(program, onOpen)
  addGate(program, onOpen)
  addHarden(program, onOpen)
  addRun(program, onOpen)
  addCompare(program, onOpen)
  addDiff(program, onOpen)
  addExplore(program, onOpen)
  addMine(program, onOpen)
  addReadiness(program, onOpen)
  addRules(program, onOpen)
  addShow(program, onOpen)
  addReplay(program, onOpen)
  addProve(program, onOpen)
  addMerge(program, onOpen)
  addPublish(program)
  addFactory(program, onOpen)
  addFidelity(program)
  addImport(program, onOpen)
  addTwin(program, onOpen)
  addTwins(program)
  addVerify(program, onOpen)
  addApprove(program)
  addKey(program)
  addHoldouts(program, onOpen)
  addHook(program, onOpen)
  addLibrary(program, onOpen)
  addDoctor(program)
  addAttack(program, onOpen)
  addSchema(program)

  const interrupted = (): void => {
    const close = closing
    closing = undefined
    process.stderr.write('\ninterrupted\n')
    void (close?.() ?? Promise.resolve()).finally(() => process.exit(INTERRUPTED))
  }
  process.once('SIGINT', interrupted)
  process.stdout.on('error', readerGone)
  process.once('SIGTERM', interrupted)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = tell(error)
  } finally {
    process.removeListener('SIGINT', interrupted)
    process.removeListener('SIGTERM', interrupted)
  }
}
