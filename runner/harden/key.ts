import type { Mutant, Source } from '../../oracle/mutate/instrument.ts'
import { digest } from '../../twins/trace.ts'

const AROUND = 2

/**
 * Names each mutant by its content: what it changes into what, in which lines, and as the how-manyth of its like. The name holds while
 * those lines hold, wherever they move; when they change, what was said of the mutant is void.
 */
export function keysOf(mutants: readonly Mutant[], sources: readonly Source[]): readonly string[] {
  const lines = new Map(sources.map(({ path, text }) => [path, text.split('\n')]))
  const seen = new Map<string, number>()
  return mutants.map(({ path, mutator, start, end, original, replacement }) => {
    const around = (lines.get(path) ?? []).slice(Math.max(0, start.line - 1 - AROUND), end.line + AROUND)
    const content = digest({ path, mutator, original, replacement, around: around.map((line) => line.trim()) })
    const count = seen.get(content) ?? 0
    seen.set(content, count + 1)
    return (count === 0 ? content : digest({ content, count })).slice(0, 16)
  })
}
