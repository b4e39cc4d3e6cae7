import { createInterface } from 'node:readline'
import type { Session } from './harden.ts'
import { LABELS, place, untriaged } from './result.ts'
import { brief } from './triage.ts'

const MEANING: Readonly<Record<(typeof LABELS)[number], string>> = {
  'missing-assertion': 'a run shows it, and no check looks',
  'missing-stimulus': 'no scenario leads to it',
  'twin-infidelity': 'the twin hides what the real service would show',
  'brief-silent': 'the brief does not say which is right',
  equivalent: 'nobody could ever notice',
}

/** Asks a person why each survivor survives. `s` skips one, `q` ends; what was answered is kept, also when input ends. */
export async function ask(
  session: Session,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<void> {
  const { triage, sources, hardening } = session
  const open = untriaged(hardening.judged)
  const lines = createInterface({ input, terminal: false })[Symbol.asyncIterator]()
  const answer = async (question: string): Promise<string | undefined> => {
    output.write(question)
    const { value, done } = await lines.next()
    return done === true ? undefined : String(value).trim()
  }
  try {
    for (const [at, one] of open.entries()) {
      const { mutant, status, unseen } = one
      const text = sources.find(({ path }) => path === mutant.path)?.text.split('\n') ?? []
      const from = Math.max(0, mutant.start.line - 3)
      const shown = text
        .slice(from, mutant.end.line + 2)
        .slice(0, 12)
        .map(
          (line, index) =>
            `${String(from + index + 1).padStart(5)} ${from + index + 1 === mutant.start.line ? '>' : ' '} ${line}`,
        )
      const hint =
        status === 'noCoverage'
          ? 'no scenario gets there'
          : unseen
            ? 'no run shows a difference'
            : 'runs differ, and no check says so'
      output.write(
        `\n${at + 1}/${open.length} ${place(mutant)} ${mutant.mutator} (${mutant.class}, ${mutant.severity})\n${shown.join('\n')}\n` +
          `  ${brief(mutant.original, 100)}\n  -> ${brief(mutant.replacement, 100)}\n  ${hint}; expected to catch it: ${mutant.detector}\n`,
      )
      const menu = LABELS.map((label, index) => `  ${index + 1} ${label}: ${MEANING[label]}`).join('\n')
      const choice = await answer(`${menu}\n  s skip, q stop > `)
      if (choice === undefined || choice === 'q') break
      const label = LABELS[Number(choice) - 1] ?? LABELS.find((name) => name === choice)
      if (label === undefined) continue
      const reason = await answer('why, in a sentence > ')
      if (reason === undefined) break
      if (reason.length < 10) output.write('not kept: a reason takes a sentence\n')
      else triage.add(one, label, reason)
    }
  } finally {
    triage.save(hardening)
  }
}
