import { replayArtefact } from '../gate/replay.ts'
import { UsageError } from '../gate/workspace.ts'
import { printTimeline } from '../report/timeline.ts'
import { type Artefact, readArtefact } from '../store/artefact.ts'
import { untilOf } from './show.ts'

function open(file: string): Artefact {
  try {
    return readArtefact(file)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** `replay FILE`: the timeline of a failure, and whether it is the one on file. Exit 1 when it came back, 4 when it did not. */
export async function runReplay(
  file: string,
  options: Readonly<Record<string, unknown>>,
  onOpen: (close: () => Promise<void>) => void,
): Promise<void> {
  const artefact = open(file)
  const untilMs = untilOf(options)
  const given = typeof options.project === 'string' ? options.project : undefined
  const { run, same, sameCode } = await replayArtefact(artefact, onOpen, given)
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
  if (options.json === true)
    process.stdout.write(
      `${JSON.stringify({ schema: 'backlot.replay/v1', same, sameCode, expected: artefact.hash, run }, null, 2)}\n`,
    )
  else process.stdout.write(printTimeline(run, { colour, width: process.stdout.columns ?? 160, untilMs }))
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  say(`${artefact.check}: ${artefact.message}`)
  if (same) say(`the same run, hash ${run.hash.slice(0, 16)}`)
  else if (sameCode)
    say(
      `NOT the same run: expected hash ${artefact.hash.slice(0, 16)}, got ${run.hash.slice(0, 16)}. Node was ${artefact.versions.node}, is ${process.versions.node}; backlot was ${artefact.versions.backlot}.`,
    )
  else
    say(
      `the code has changed since; expected hash ${artefact.hash.slice(0, 16)}, got ${run.hash.slice(0, 16)}. Run the gate again.`,
    )
  process.exitCode = same ? 1 : 4
}
