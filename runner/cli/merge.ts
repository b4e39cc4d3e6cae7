import { readFileSync } from 'node:fs'
import { type NamedPart, readPart } from '../gate/part.ts'
import { UsageError } from '../gate/workspace.ts'
import { runGate } from './gate.ts'
import type { OnOpen } from './open.ts'

function open(name: string): NamedPart {
  try {
    return { name, part: readPart(readFileSync(name, 'utf8')) }
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** `merge FILE...`: the same gate again, on runs that were played in parts. Takes the candidate in anew, so that the parts are of the very same trees. */
export async function runMerge(
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
  onOpen: OnOpen,
): Promise<void> {
  const parts = files.map(open)
  const [first] = parts
  if (first === undefined) throw new UsageError('expected files with parts, got none.')
  const { base, candidate, seeds, only, certify } = first.part.request
  const asked = {
    ...options,
    base: options.base ?? base ?? undefined,
    candidate: options.candidate ?? candidate ?? undefined,
    seeds: seeds ?? undefined,
    only: only ?? undefined,
    certify,
  }
  await runGate(asked, false, onOpen, parts)
}
