import type { Ignore } from '../../twins/fidelity.ts'
import type { Recording } from '../../twins/har.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { type Answerer, freshTwin, type Interaction, replayRecording } from './replay.ts'
import { type FidelityReport, score } from './score.ts'

export type Measured = { readonly report: FidelityReport; readonly interactions: readonly Interaction[] }

/** Holds a twin against recordings, each at a fresh one. `answers` makes what is asked in the twin's place. */
export async function measure(
  definition: TwinDefinition<unknown>,
  recordings: readonly Recording[],
  answers: (recording: Recording) => Answerer = (recording) => freshTwin(definition, recording),
): Promise<Measured> {
  const interactions: Interaction[] = []
  const needed = new Map<Ignore, number>()
  const onIgnored = (ignore: Ignore): void => void needed.set(ignore, (needed.get(ignore) ?? 0) + 1)
  for (const recording of recordings) {
    interactions.push(...(await replayRecording(definition, recording, answers(recording), onIgnored)))
  }
  const ignored = [...needed].map(([{ at, what, why }, times]) => ({ at, what, why, times }))
  return { report: score(definition.name, recordings.length, interactions, ignored), interactions }
}
