import type { Mutant, Source } from '../../../oracle/mutate/instrument.ts'
import { keysOf } from '../../../runner/harden/key.ts'
import type { Judged, Scope } from '../../../runner/harden/result.ts'

/** A run of everything. */
export const WHOLE: Scope = { family: 'all', only: undefined, sources: undefined, sample: undefined }

export const sourceOf = (text: string): Source => ({ path: 'src/a.ts', text })

/** A judged mutant of `a + 1` in a text; the `at`-th of its kind. */
export function judgedOf(
  text: string,
  more: Partial<Judged> & { readonly at?: number; readonly mutant?: Mutant },
): Judged {
  const index = text.indexOf('return')
  const line = text.slice(0, index).split('\n').length
  const column = index - text.lastIndexOf('\n', index)
  const mutant: Mutant = more.mutant ?? {
    id: `${more.at ?? 0}`,
    path: 'src/a.ts',
    start: { line, column },
    end: { line, column: column + 'return a + 1'.length },
    mutator: 'ArithmeticOperator',
    family: 'generic',
    class: 'logic',
    severity: 'major',
    detector: 'exact amounts and times',
    original: text.slice(index, text.indexOf('\n', index)),
    replacement: 'return a - 1',
    function: undefined,
    ignored: undefined,
  }
  const keys = keysOf([mutant, mutant], [sourceOf(text)])
  return {
    mutant,
    key: keys[more.at ?? 0] ?? '',
    status: 'killed',
    killedBy: [],
    by: undefined,
    killedThereBy: more.killedBy ?? [],
    message: undefined,
    coveredBy: [],
    static: false,
    unseen: false,
    differs: [],
    triage: undefined,
    ...more,
  }
}
