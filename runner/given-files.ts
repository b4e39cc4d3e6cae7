import { globSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Json } from '../twins/trace.ts'
import type { TwinDefinition } from '../twins/twin.ts'

type Given = Readonly<Record<string, unknown>>

/** Puts the files that starting states name, such as migrations, in their place. */
export interface GivenFiles {
  /** States by twin, with contents where there were names. Throws when a name finds nothing. */
  fill<States extends Given>(states: States): States
  /** The files that were read, relative to the project. */
  readonly names: readonly string[]
}

/** Files come from `folder` and from nowhere above it. */
export function givenFiles(folder: string, twins: readonly TwinDefinition<unknown>[]): GivenFiles {
  const names = new Set<string>()
  const read = (pattern: string): readonly { readonly path: string; readonly text: string }[] => {
    if (isAbsolute(pattern) || pattern.split('/').includes('..'))
      throw new Error(`expected files of the project, got ${pattern}.`)
    const found = globSync(pattern, { cwd: folder }).sort()
    if (found.length === 0) throw new Error(`expected files at ${pattern}, got none.`)
    return found.map((path) => {
      names.add(path)
      return { path, text: readFileSync(join(folder, path), 'utf8') }
    })
  }
  return {
    fill: (states) =>
      Object.fromEntries(
        Object.entries(states).map(([name, state]) => {
          const filled = twins.find((twin) => twin.name === name)?.filled
          return [name, filled === undefined ? state : (filled(state, read) as Json)]
        }),
      ) as typeof states,
    get names() {
      return [...names].sort()
    },
  }
}
